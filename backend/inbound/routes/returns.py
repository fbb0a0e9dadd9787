"""Returns over HTTP: what came back, and the pictures that prove in which condition."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, Parameter
from sqlalchemy.engine import Connection

from backend.identity.api import Caller, requires
from backend.inbound.store import closing
from backend.inbound.tables import inbound_photo, return_act, return_case
from backend.orders import api as orders
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import NotFound
from backend.platform.limits import PAGE_ROWS_MAX
from backend.scanning.api import PhotoReader, proof_of

Limit = Annotated[int, Parameter(ge=1, le=PAGE_ROWS_MAX)]


class ReturnedGoods(msgspec.Struct, frozen=True):
    order_line_id: int
    quantity: int
    condition: str
    reason: str
    at: datetime


class ReturnRow(msgspec.Struct, frozen=True):
    """A return with what came back. `photos` are numbers below `/api/returns/{id}/photos`."""

    id: int
    number: str
    order: str
    buyer: str
    state: str
    created_at: datetime
    goods: list[ReturnedGoods]
    photos: list[int]


class ReturnPhoto(msgspec.Struct, frozen=True):
    id: int


@get("/api/returns", guards=[requires("lead")])
async def read_returns(
    database: NamedDependency[Database], limit: FromQuery[Limit] = 50, order: FromQuery[str] = ""
) -> list[ReturnRow]:
    """Returns, newest first; with `order` those of the order of this number (404 ORDER_UNKNOWN)."""

    def read(conn: Connection) -> list[ReturnRow]:
        wanted = sa.select(return_case).order_by(return_case.c.id.desc()).limit(limit)
        if order:
            wanted = wanted.where(return_case.c.order_id == orders.order_by_number(conn, order).id)
        heads = conn.execute(wanted).all()
        ids = [head.id for head in heads]
        known = orders.orders_by_ids(conn, {head.order_id for head in heads})
        goods: dict[int, list[ReturnedGoods]] = {}
        acts = sa.select(return_act).where(return_act.c.return_case_id.in_(ids), ~return_act.c.undone)
        for row in conn.execute(acts.order_by(return_act.c.id)):
            came = ReturnedGoods(row.order_line_id, row.quantity, row.condition, row.reason, row.at)
            goods.setdefault(row.return_case_id, []).append(came)
        photos: dict[str, list[int]] = {}
        about = inbound_photo.c.about.in_([f"return:{each}" for each in ids])
        for photo in conn.execute(sa.select(inbound_photo.c.id, inbound_photo.c.about).where(about)):
            photos.setdefault(photo.about, []).append(photo.id)
        return [
            ReturnRow(
                head.id, head.number, known[head.order_id].number, known[head.order_id].buyer_name, head.state,
                head.created_at, goods.get(head.id, []), photos.get(f"return:{head.id}", []),
            )
            for head in heads
        ]  # fmt: skip

    return await database.read(read)


@post(
    "/api/returns/{return_id:int}/photos", guards=[requires("worker")], status_code=200,
    request_max_body_size=closing.PHOTO_BYTES_MAX + 1,
)  # fmt: skip
async def keep_return_photo(
    return_id: FromPath[int],
    request: Request,
    database: NamedDependency[Database],
    photo_reader: NamedDependency[PhotoReader],
    caller: NamedDependency[Caller],
    act: FromQuery[UUID | None] = None,
) -> ReturnPhoto:
    """A picture as the body (JPEG, PNG, WebP; at most 4 MB), kept as proof of the condition."""
    content = await proof_of(photo_reader, await request.body())

    def work(conn: Any) -> ReturnPhoto:
        if conn.execute(sa.select(return_case.c.id).where(return_case.c.id == return_id)).first() is None:
            raise NotFound("RETURN_UNKNOWN", f"Expected a return, got number {return_id}; open it again.")
        return ReturnPhoto(closing.keep_photo(conn, f"return:{return_id}", act, content, clock.now(), caller.person_id))

    return await database.write(work)


@get("/api/returns/{return_id:int}/photos/{photo_id:int}", guards=[requires("lead")])
async def read_return_photo(
    return_id: FromPath[int], photo_id: FromPath[int], database: NamedDependency[Database]
) -> Response[bytes]:
    """The picture."""
    wanted = sa.select(inbound_photo.c.media_type, inbound_photo.c.content).where(
        inbound_photo.c.id == photo_id, inbound_photo.c.about == f"return:{return_id}"
    )
    found = await database.read(lambda conn: conn.execute(wanted).one_or_none())
    if found is None:
        raise NotFound("PHOTO_UNKNOWN", f"Expected a picture of this return, got number {photo_id}; reload the list.")
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(found.content, media_type=found.media_type, headers=headers)


ROUTES = [read_returns, keep_return_photo, read_return_photo]
