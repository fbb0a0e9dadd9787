"""Pick faces that are kept filled: their rules, their tasks, and a call from the floor."""

from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, Parameter
from sqlalchemy.engine import Connection

from backend.identity.api import Caller, requires
from backend.platform import clock
from backend.platform.database import Database, upsert
from backend.platform.errors import NotFound
from backend.platform.journal import Actor
from backend.platform.limits import PAGE_ROWS_MAX
from backend.stock.store.carrying import find_refills
from backend.stock.store.locations import location_by_key
from backend.stock.tables import location, replenish_rule, replenish_task
from backend.stock.views.counts import known_product

Limit = Annotated[int, Parameter(ge=1, le=PAGE_ROWS_MAX)]


class FaceMinimum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Below `minimum` pieces of the product the pick face is filled up to `fill_to`."""

    product_id: int
    location: str
    minimum: Annotated[int, msgspec.Meta(ge=0, le=10**9)]
    fill_to: Annotated[int, msgspec.Meta(ge=1, le=10**9)]


class ReplenishTaskRow(msgspec.Struct, frozen=True):
    id: int
    product_id: int
    source: str
    target: str
    quantity: int
    moved: int
    reason: str
    taken: bool


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`location` is the code of the empty pick face."""

    location: str


def _place(conn: Connection, code: str) -> int:
    found = location_by_key(conn, f"loc:{code}")
    if found is None:
        raise NotFound("LOCATION_UNKNOWN", f"Expected a location, got {code[:40]!r}; scan its code.", got=code[:40])
    return found.id


@post("/api/replenish-rules", guards=[requires("lead")], status_code=200)
async def set_rule(data: JSONBody[FaceMinimum], database: NamedDependency[Database]) -> FaceMinimum:
    """Make or change the rule of a pick face."""

    def write(conn: Connection) -> None:
        values = {
            "product_id": known_product(conn, data.product_id), "location_id": _place(conn, data.location),
            "minimum": data.minimum, "fill_to": max(data.fill_to, data.minimum + 1),
        }  # fmt: skip
        written = upsert(conn, replenish_rule).values(**values)
        conn.execute(
            written.on_conflict_do_update(
                index_elements=["product_id", "location_id"],
                set_={"minimum": written.excluded.minimum, "fill_to": written.excluded.fill_to},
            )
        )

    await database.write(write)
    return data


@get("/api/replenish-tasks", guards=[requires("lead")])
async def replenish_tasks(database: NamedDependency[Database], limit: FromQuery[Limit] = 100) -> list[ReplenishTaskRow]:
    """Open walks to pick faces, oldest first."""
    source, target = location.alias("source"), location.alias("target")

    def read(conn: Connection) -> list[ReplenishTaskRow]:
        task = replenish_task.c
        rows = conn.execute(
            sa.select(
                task.id, task.product_id, source.c.code, target.c.code, task.quantity, task.moved, task.reason,
                task.person_id.is_not(None),
            )
            .join(source, source.c.id == task.source_id)
            .join(target, target.c.id == task.target_id)
            .where(task.state == "open")
            .order_by(task.id)
            .limit(limit)
        )  # fmt: skip
        return [ReplenishTaskRow(*row) for row in rows]

    return await database.read(read)


@post("/api/replenish-calls", guards=[requires("worker")], status_code=200)
async def call(
    data: JSONBody[Call], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> dict[str, Any]:
    """Somebody stands at an empty pick face. `tasks` is 0 where a walk is under way, or nothing is stored behind it."""
    actor = Actor(caller.person_id, caller.device_id)
    made = await database.write(
        lambda conn: find_refills(conn, clock.now(), location_id=_place(conn, data.location), actor=actor)
    )
    return {"tasks": made}


ROUTES = [set_rule, replenish_tasks, call]
