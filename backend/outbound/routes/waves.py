"""Waves over HTTP: the office releases, watches and dissolves them. Pickers get theirs by `POST /api/work`."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.engine import Connection

from backend.identity.api import Caller, requires
from backend.outbound.store import waves
from backend.outbound.views.waves import WavePage, WaveRow, list_waves, waves_by_ids
from backend.outbound.wave import CLUSTER_ORDERS, CLUSTER_ORDERS_MAX
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.platform.journal import Actor
from backend.platform.limits import PAGE_ROWS, PAGE_ROWS_MAX

STATES = ("released", "picking", "picked", "done", "cancelled")
SINGLE_WAVES_MAX = 100


class WaveOrderRequest(msgspec.Struct, frozen=True):
    """What to release: named ready orders, or the oldest promises.

    `count` is, without `orders`, how many orders go into a cluster, or how many single waves are made.
    """

    mode: Literal["single", "cluster"] = "cluster"
    orders: Annotated[list[str], msgspec.Meta(max_length=200)] = []
    count: Annotated[int, msgspec.Meta(ge=0, le=SINGLE_WAVES_MAX)] = 0
    carrier: str = ""


class WavesReleased(msgspec.Struct, frozen=True):
    waves: list[WaveRow]


@get("/api/waves", guards=[requires("lead")])
async def read_waves(
    database: NamedDependency[Database],
    wave_state: Annotated[str, QueryParameter(name="state")] = "",
    cursor: FromQuery[int | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=PAGE_ROWS_MAX)] = PAGE_ROWS,
) -> WavePage:
    """Waves, newest first. `state` may name several, divided by commas."""
    states = [each for each in wave_state.split(",") if each in STATES]
    return await database.read(lambda conn: list_waves(conn, states, cursor, limit))


@post("/api/waves", guards=[requires("lead")])
async def release_waves(
    data: JSONBody[WaveOrderRequest], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> WavesReleased:
    """Make waves; the orders go to work. 409 NO_ORDERS_READY when there is nothing to release."""
    actor = Actor(caller.person_id, caller.device_id)

    def work(conn: Connection) -> list[WaveRow]:
        now = clock.now()
        if data.orders:
            made = waves.release_waves(conn, data.mode, data.orders, now, actor)
        else:
            orders_each = min(data.count or CLUSTER_ORDERS, CLUSTER_ORDERS_MAX) if data.mode == "cluster" else 1
            rounds = 1 if data.mode == "cluster" else data.count or 1
            found: list[Any] = [
                waves.make_wave_of_ready(conn, data.mode, orders_each, now, actor, data.carrier or None)
                for _ in range(rounds)
            ]
            made = [each for each in found if each is not None]
        if not made:
            raise Conflict(
                "NO_ORDERS_READY",
                "Expected orders that are ready to be picked, got none; run shippable first, or receive goods.",
                cure="run_shippable",
            )
        return waves_by_ids(conn, made)

    return WavesReleased(await database.write(work))


@post("/api/waves/{number:str}/cancel", guards=[requires("lead")], status_code=200)
async def cancel_wave(
    number: FromPath[str], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> WaveRow:
    """Dissolve a wave of which nothing was picked yet."""
    actor = Actor(caller.person_id, caller.device_id)

    def work(conn: Connection) -> WaveRow:
        waves.cancel_wave(conn, number, clock.now(), actor)
        return waves_by_ids(conn, [waves.wave_by_number(conn, number).id])[0]

    return await database.write(work)


ROUTES = [read_waves, release_waves, cancel_wave]
