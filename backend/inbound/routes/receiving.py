"""What the dock asks the server while it receives: unknown codes, labels, photos; and the trace of serials."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.identity.api import Caller, requires
from backend.inbound.labels import GoodsLabel
from backend.inbound.routes.receipts import actor_of
from backend.inbound.store import attaching, closing
from backend.inbound.store.labels import queue_labels, read_labels
from backend.inbound.store.receipts import find_receipt
from backend.inbound.views.put_aways import waiting_areas
from backend.platform import clock
from backend.platform.database import Database
from backend.scanning.api import PhotoReader, proof_of
from backend.stock import api as stock

Key = Annotated[str, msgspec.Meta(min_length=3, max_length=120)]


class UnknownCode(msgspec.Struct, frozen=True):
    """What was scanned and is not on the delivery."""

    keys: Annotated[list[Key], msgspec.Meta(min_length=1, max_length=20)]


class LineAdded(msgspec.Struct, frozen=True):
    """The line that takes these goods now."""

    line: int
    sku: str
    name: str


@post("/api/receipts/{number:int}/lines", guards=[requires("worker")], status_code=200)
async def add_receipt_line(
    number: FromPath[int], data: JSONBody[UnknownCode], database: NamedDependency[Database]
) -> LineAdded:
    """Goods that were not announced: a line for the product that the code means. 404 CODE_UNKNOWN when nobody knows it,
    409 CODE_AMBIGUOUS when two products of the owner do."""
    return await database.write(lambda conn: LineAdded(*attaching.add_line_of_code(conn, number, data.keys)))


class CodeToAttach(msgspec.Struct, frozen=True):
    """`quantity` pieces that the code means; `level` each, inner, case or pallet."""

    key: Key
    product: int
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    level: str = "each"


@post("/api/receipts/{number:int}/codes", guards=[requires("lead")], status_code=200)
async def attach_code(
    number: FromPath[int],
    data: JSONBody[CodeToAttach],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> LineAdded:
    """Say what an unknown code means, and take the product into the delivery. 409 CODE_TAKEN."""

    def work(conn: Any) -> LineAdded:
        found = attaching.attach_code(
            conn, number, data.key, data.product, data.quantity, data.level, clock.now(), actor_of(caller)
        )
        return LineAdded(*found)

    return await database.write(work)


class LabelRequest(GoodsLabel, frozen=True, kw_only=True):
    """`key` makes a repeat harmless; `station` chooses the printer."""

    key: Key
    station: Annotated[str, msgspec.Meta(max_length=32)] = ""


class LabelsQueued(msgspec.Struct, frozen=True):
    jobs: list[int]


@post("/api/receipts/{number:int}/labels", guards=[requires("worker")], status_code=200)
async def print_labels(
    number: FromPath[int],
    data: JSONBody[LabelRequest],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> LabelsQueued:
    """Labels for goods without a readable code, at once. 409 NO_ROUTE when no printer is set up."""
    asked = GoodsLabel(
        line=data.line, level=data.level, count=data.count, lot=data.lot, best_before=data.best_before,
        serials=data.serials,
    )  # fmt: skip
    language = caller.language or "cs"
    wanted = await database.read(lambda conn: read_labels(conn, number, asked, data.station, language))
    drawn = await asyncio.to_thread(wanted.draw)
    found = await database.write(
        lambda conn: queue_labels(conn, wanted.product, drawn, asked, data.station, data.key, clock.now())
    )
    return LabelsQueued(found)


class PhotoKept(msgspec.Struct, frozen=True):
    id: int


@post(
    "/api/receipts/{number:int}/photos",
    guards=[requires("worker")],
    status_code=200,
    request_max_body_size=closing.PHOTO_BYTES_MAX + 1,
)
async def keep_photo(
    number: FromPath[int],
    request: Request,
    database: NamedDependency[Database],
    photo_reader: NamedDependency[PhotoReader],
    caller: NamedDependency[Caller],
    act: FromQuery[UUID | None] = None,
) -> PhotoKept:
    """A picture as the body (JPEG, PNG, WebP; at most 4 MB), kept as proof with the delivery or one scan of it."""
    content = await proof_of(photo_reader, await request.body())

    def work(conn: Any) -> PhotoKept:
        find_receipt(conn, number)
        kept = closing.keep_photo(conn, f"receipt:{number}", act, content, clock.now(), caller.person_id)
        return PhotoKept(kept)

    return await database.write(work)


@get("/api/serials/{code:str}", guards=[requires("worker")])
async def trace_serial(code: FromPath[str], database: NamedDependency[Database]) -> list[stock.SerialTrace]:
    """Where a serial is and its way from receipt to parcel to return; of each product that has such a serial."""
    return await database.read(lambda conn: stock.trace_serials(conn, code[:40]))


class WaitingArea(msgspec.Struct, frozen=True):
    """A receiving area or cart with goods that wait for their places."""

    key: str
    code: str
    kind: str
    lines: int
    pieces: int


@get("/api/put-away", guards=[requires("worker")])
async def read_waiting(database: NamedDependency[Database]) -> list[WaitingArea]:
    """Where goods wait to be put away."""
    return [WaitingArea(**each) for each in await database.read(waiting_areas)]


class LotBlocking(msgspec.Struct, frozen=True):
    blocked: bool
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


@post("/api/products/{product_id:int}/lots/{code:str}/blocked", guards=[requires("lead")], status_code=200)
async def block_lot(
    product_id: FromPath[int],
    code: FromPath[str],
    data: JSONBody[LotBlocking],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> LotBlocking:
    """A blocked lot is promised to nobody; what is promised already stays so until the office takes it back."""
    await database.write(
        lambda conn: stock.set_lot_blocked(
            conn, product_id, code, data.blocked, data.reason, clock.now(), actor_of(caller)
        )
    )
    return data


ROUTES = [add_receipt_line, attach_code, print_labels, keep_photo, trace_serial, read_waiting, block_lot]
