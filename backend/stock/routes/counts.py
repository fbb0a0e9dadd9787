"""Count lists, their differences and causes over HTTP."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from sqlalchemy.engine import Connection

from backend.identity.api import Caller, requires
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.platform.journal import Actor
from backend.platform.limits import PAGE_ROWS_MAX
from backend.stock.counting import CAUSES
from backend.stock.store import count_lists, count_results
from backend.stock.views import counts as views

Limit = Annotated[int, Parameter(ge=1, le=PAGE_ROWS_MAX)]


class NewCountList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Places by `keys` (locations and products) or by `zone`. With `at_close` nothing is booked before the close."""

    keys: list[str] = []
    zone: str | None = None
    blind: bool = True
    at_close: bool = False


class MadeCountList(msgspec.Struct, frozen=True):
    id: int
    number: str
    places: int


@get("/api/count-lists", guards=[requires("lead")])
async def read_count_lists(
    database: NamedDependency[Database], limit: FromQuery[Limit] = 50
) -> list[views.CountListRow]:
    """Count lists, newest first."""
    return await database.read(lambda conn: views.read_lists(conn, limit))


@post("/api/count-lists", guards=[requires("lead")])
async def make_count_list(
    data: JSONBody[NewCountList], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> MadeCountList:
    """A list for whoever asks for counting work next. Raises `Conflict` NOTHING_TO_COUNT."""

    def make(conn: Connection) -> MadeCountList:
        wanted = [place for key in data.keys for place in views.places_of_key(conn, key)]
        if data.zone is not None:
            wanted += views.places_of_zone(conn, data.zone)
        if not wanted:
            raise Conflict(
                "NOTHING_TO_COUNT", "Expected at least one place, got none; name locations, products or a zone."
            )
        kind = "stocktake" if data.at_close else "location"
        list_id = count_lists.make_list(
            conn, kind, wanted, clock.now(), blind=data.blind, at_close=data.at_close, person_id=caller.person_id
        )
        return MadeCountList(list_id, views.number_of(conn, list_id), len(wanted))

    return await database.write(make)


@post("/api/count-lists/{list_id:int}/close", guards=[requires("lead")], status_code=200)
async def close_count_list(
    list_id: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> dict[str, int]:
    """Book what was found; places that nobody counted are left out."""
    actor = Actor(caller.person_id, caller.device_id)
    closed = await database.write(lambda conn: count_results.close_list(conn, list_id, clock.now(), actor))
    return closed._asdict()


@get("/api/count-differences", guards=[requires("lead")])
async def count_differences(
    database: NamedDependency[Database], list_id: FromQuery[int | None] = None, limit: FromQuery[Limit] = 200
) -> list[views.CountDifference]:
    """Where the shelf was not what the book said, newest first."""
    return await database.read(lambda conn: views.read_differences(conn, list_id, limit))


@get("/api/count-causes", guards=[requires("worker")])
async def count_causes() -> list[str]:
    """The codes of causes; their words are texts of the screens."""
    return list(CAUSES)


Cause = Literal[
    "short_pick", "not_booked", "put_elsewhere", "wrong_goods", "damaged", "theft", "unit_mixed_up", "return", "unknown"
]


class NamedCause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cause: Cause


@post("/api/count-lines/{line_id:int}/cause", guards=[requires("lead")], status_code=200)
async def name_cause(
    line_id: FromPath[int], data: JSONBody[NamedCause], database: NamedDependency[Database]
) -> NamedCause:
    """Why they differed."""
    await database.write(lambda conn: count_results.name_cause(conn, line_id, data.cause))
    return data


class PieceValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one piece is worth in the books, minor units of the merchant's currency, without tax."""

    value_minor: Annotated[int, msgspec.Meta(ge=0, le=10**12)]


@post("/api/products/{product_id:int}/value", guards=[requires("office")], status_code=200)
async def set_value(
    product_id: FromPath[int], data: JSONBody[PieceValue], database: NamedDependency[Database]
) -> PieceValue:
    """Differences are valued with it."""
    await database.write(
        lambda conn: count_lists.write_values(conn, {views.known_product(conn, product_id): data.value_minor})
    )
    return data


ROUTES = [
    read_count_lists, make_count_list, close_count_list, count_differences, count_causes, name_cause, set_value
]  # fmt: skip
