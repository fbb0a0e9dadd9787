"""Deliveries for the office: files taken in, lists, one delivery with its scans, closing, photos."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from backend.identity.api import Caller, requires
from backend.inbound.store import closing
from backend.inbound.store.imports import ImportOutcome, open_blind, take_file
from backend.inbound.views.receipts import (
    ReceiptPage,
    ReceiptRow,
    ReceiptView,
    list_receipts,
    open_receipts,
    read_photo,
    read_receipt,
)
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.journal import Actor
from backend.platform.limits import ORDER_FILE_BYTES, PAGE_ROWS, PAGE_ROWS_MAX

STATES = ("expected", "receiving", "received", "closed", "cancelled")


def actor_of(caller: Caller) -> Actor:
    return Actor(caller.person_id, caller.device_id)


@get("/api/receipts", guards=[requires("worker")])
async def read_receipts(
    database: NamedDependency[Database],
    receipt_state: Annotated[str, QueryParameter(name="state")] = "",
    words: Annotated[str, QueryParameter(name="q")] = "",
    cursor: FromQuery[int | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=PAGE_ROWS_MAX)] = PAGE_ROWS,
) -> ReceiptPage:
    """Deliveries, newest first. `state` may name several, divided by commas; `q` looks in numbers and suppliers."""
    states = [each for each in receipt_state.split(",") if each in STATES]
    return await database.read(lambda conn: list_receipts(conn, states, cursor, limit, words))


class OpenReceipts(msgspec.Struct, frozen=True):
    rows: list[ReceiptRow]


@get("/api/receipts/open", guards=[requires("worker")])
async def read_open_receipts(
    database: NamedDependency[Database], key: FromQuery[list[str] | None] = None
) -> OpenReceipts:
    """What can be received now, begun ones first; with `key`s of a scanned code only the deliveries it may mean."""
    keys = tuple(key or ())[:20]
    return OpenReceipts(await database.read(lambda conn: open_receipts(conn, keys)))


@post("/api/receipts", guards=[requires("office")], status_code=200, request_max_body_size=ORDER_FILE_BYTES)
async def post_receipts(
    request: Request,
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
    merchant: FromQuery[str] = "",
) -> ImportOutcome:
    """Deliveries as JSON or CSV in the body (docs/receiving.md). Repeating the request is harmless: a delivery is known
    by its merchant and reference."""
    content = await request.body()
    return await database.write(lambda conn: take_file(conn, merchant, content, clock.now(), actor_of(caller)))


class BlindRequest(msgspec.Struct, frozen=True):
    merchant: str = ""
    reference: Annotated[str, msgspec.Meta(max_length=64)] = ""
    supplier: Annotated[str, msgspec.Meta(max_length=200)] = ""


@post("/api/receipts/blind", guards=[requires("worker")])
async def open_blind_receipt(
    data: JSONBody[BlindRequest], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> ReceiptView:
    """Open a delivery that nobody announced."""

    def work(conn: Any) -> ReceiptView:
        made = open_blind(conn, data.merchant, data.reference, data.supplier, clock.now(), actor_of(caller))
        return read_receipt(conn, made)

    return await database.write(work)


@get("/api/receipts/{number:int}", guards=[requires("worker")])
async def read_one_receipt(number: FromPath[int], database: NamedDependency[Database]) -> ReceiptView:
    """A delivery with its lines, scans, things set aside and photos. 404 RECEIPT_UNKNOWN."""
    return await database.read(lambda conn: read_receipt(conn, number))


@post("/api/receipts/{number:int}/close", guards=[requires("office")], status_code=200)
async def close_receipt(
    number: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> ReceiptView:
    """The office has seen a received delivery. 409 RECEIPT_NOT_RECEIVED, ASIDE_OPEN."""

    def work(conn: Any) -> ReceiptView:
        closing.close_receipt(conn, number, clock.now(), actor_of(caller))
        return read_receipt(conn, number)

    return await database.write(work)


@post("/api/receipts/{number:int}/cancel", guards=[requires("office")], status_code=200)
async def cancel_receipt(
    number: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> ReceiptView:
    """It will not come. 409 RECEIPT_BEGUN when something of it is here already."""

    def work(conn: Any) -> ReceiptView:
        closing.cancel_receipt(conn, number, clock.now(), actor_of(caller))
        return read_receipt(conn, number)

    return await database.write(work)


@post("/api/set-aside/{number:int}/solve", guards=[requires("lead")], status_code=200)
async def solve_set_aside(
    number: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> dict[str, bool]:
    """Somebody took care of goods that stood in quarantine without a product. A repeat is no mistake."""
    return {"solved": await database.write(lambda conn: closing.solve_set_aside(conn, number, clock.now()))}


@get("/api/inbound/photos/{number:int}", guards=[requires("worker")])
async def show_photo(number: FromPath[int], database: NamedDependency[Database]) -> Response[bytes]:
    """The picture itself. 404 PHOTO_UNKNOWN."""
    media_type, content = await database.read(lambda conn: read_photo(conn, number))
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=media_type, headers=headers)


ROUTES = [
    read_receipts, read_open_receipts, post_receipts, open_blind_receipt, read_one_receipt, close_receipt, cancel_receipt,
    solve_set_aside, show_photo,
]  # fmt: skip
