"""Benches, their scales, and parcels."""

from typing import Any

import msgspec
from litestar import get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody

from backend.identity.api import caller_of, requires
from backend.outbound.store import packs as store
from backend.outbound.views import packs as views
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Malformed, NotFound, Unauthenticated

WEIGHT_G_MAX = 1_000_000


def requires_scale(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    """Whoever may speak for a scale: an enrolled device, a printing agent, or a program with a token."""
    caller = caller_of(connection)
    if caller.device_id is None and caller.agent_id is None and not caller.may("worker"):
        raise Unauthenticated(
            "SCALE_UNKNOWN", "Expected the token of a device, an agent or a program, got none; see docs/packing.md."
        )


class StationList(msgspec.Struct):
    rows: list[views.Station]


@get("/api/stations", guards=[requires("worker")])
async def list_stations(database: NamedDependency[Database]) -> StationList:
    """All packing benches with what their scales say now."""
    return StationList(await database.read(lambda conn: views.read_stations(conn, clock.now())))


def _unknown(code: str) -> NotFound:
    return NotFound("STATION_UNKNOWN", f"Expected a packing station, got {code[:40]!r}; scan its code.", got=code[:40])


@get("/api/stations/{code:str}", guards=[requires("worker")])
async def read_station(code: FromPath[str], database: NamedDependency[Database]) -> views.Station:
    """One bench; `weight_g` is null when its scale has said nothing for ten seconds."""
    found = await database.read(lambda conn: views.read_stations(conn, clock.now(), code))
    if not found:
        raise _unknown(code)
    return found[0]


class ScaleReport(msgspec.Struct):
    """What the scale shows, in grams; 0 takes the last weight away."""

    weight_g: int


@post("/api/stations/{code:str}/scale", guards=[requires_scale], status_code=200)
async def report_scale(
    code: FromPath[str], data: JSONBody[ScaleReport], database: NamedDependency[Database]
) -> dict[str, Any]:
    """Called by the scale's program whenever the weight stands still."""
    if not 0 <= data.weight_g <= WEIGHT_G_MAX:
        raise Malformed(
            "WEIGHT_OUT_OF_RANGE", f"Expected 0 to {WEIGHT_G_MAX} grams, got {data.weight_g}; send whole grams.",
            expected=f"0-{WEIGHT_G_MAX}", got=str(data.weight_g),
        )  # fmt: skip
    if not await database.write(lambda conn: store.note_weight(conn, code, data.weight_g, clock.now())):
        raise _unknown(code)
    return {"station": code, "weight_g": data.weight_g}


@get("/api/parcels/{number:str}", guards=[requires("worker")])
async def read_parcel(number: FromPath[str], database: NamedDependency[Database]) -> views.ParcelView:
    """One parcel with what lies in it."""
    found = await database.read(lambda conn: views.read_parcel_views(conn, number=number))
    if not found:
        raise NotFound("PARCEL_UNKNOWN", f"Expected the number of a parcel, got {number[:40]!r}.", got=number[:40])
    return found[0]


class ParcelList(msgspec.Struct):
    rows: list[views.ParcelView]


@get("/api/parcels", guards=[requires("worker")])
async def list_parcels(order: FromQuery[str], database: NamedDependency[Database]) -> ParcelList:
    """All parcels of an order, by its number."""
    return ParcelList(await database.read(lambda conn: views.read_parcels_of_order(conn, order)))


ROUTES = [list_stations, read_station, report_scale, read_parcel, list_parcels]
