"""Order files over HTTP: posted by a program, uploaded by the office; and the inbox of what was refused."""

from typing import Annotated

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, Parameter, QueryParameter

from backend.channels.api import ImportOutcome, import_file, retry_file
from backend.channels.views import InboxPage, read_inbox
from backend.identity.api import Caller, requires
from backend.orders.api import read_channels
from backend.platform.database import Database
from backend.platform.limits import ORDER_FILE_BYTES, PAGE_ROWS, PAGE_ROWS_MAX

Limit = Annotated[int, Parameter(ge=1, le=PAGE_ROWS_MAX)]


class ChannelEntry(msgspec.Struct, frozen=True):
    code: str
    name: str
    kind: str


@get("/api/channels", guards=[requires("office")])
async def channels(database: NamedDependency[Database]) -> list[ChannelEntry]:
    """Where orders can come from: for the choice on the upload screen."""
    found = await database.read(read_channels)
    return [ChannelEntry(each.code, each.name, each.kind) for each in found]


@post("/api/orders", guards=[requires("office")], status_code=200, request_max_body_size=ORDER_FILE_BYTES)
async def post_orders(
    request: Request, database: NamedDependency[Database], caller: NamedDependency[Caller], channel: FromQuery[str]
) -> ImportOutcome:
    """Orders as JSON (docs/order-file.md or WooCommerce). Repeating the request is harmless, with or without an
    `Idempotency-Key`: an order is known by its channel and its key."""
    content = await request.body()
    return await import_file(database, channel, content, source="api", file_name="request", person_id=caller.person_id)


@post("/api/orders/upload", guards=[requires("office")], status_code=200, request_max_body_size=ORDER_FILE_BYTES)
async def upload_orders(
    request: Request,
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
    channel: FromQuery[str],
    file_name: FromQuery[str] = "",
) -> ImportOutcome:
    """The file itself as the body: JSON, CSV or WooCommerce order JSON."""
    content = await request.body()
    return await import_file(
        database, channel, content, source="upload", file_name=file_name, person_id=caller.person_id
    )


@get("/api/inbox", guards=[requires("office")])
async def inbox(
    database: NamedDependency[Database],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = PAGE_ROWS,
    inbox_state: Annotated[str | None, QueryParameter(name="state")] = None,
) -> InboxPage:
    """Files that came in, newest first; `?state=refused` for the trouble screen."""
    return await database.read(lambda conn: read_inbox(conn, cursor, limit, inbox_state))


@post("/api/inbox/{inbox_id:int}/retry", guards=[requires("office")], status_code=200)
async def retry(
    inbox_id: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> ImportOutcome:
    """Read a kept file again, after what stopped it was mended."""
    return await retry_file(database, inbox_id, caller.person_id)


ROUTES = [channels, post_orders, upload_orders, inbox, retry]
