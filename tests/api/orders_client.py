"""A small server with the rooms of catalogue, stock, orders and channels, where a header says who is calling."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide
from litestar.testing import TestClient
from litestar.types import ASGIApp, Receive, Scope, Send

from backend.app.problems import HANDLERS
from backend.channels.routes import ROUTES as CHANNEL_ROUTES
from backend.identity.api import caller_of
from backend.identity.caller import NOBODY, Caller
from backend.orders.routes import ROUTES as ORDER_ROUTES
from backend.platform.database import Database
from backend.scanning.api import PhotoReader
from backend.stock.routes import ROUTES as STOCK_ROUTES

CALLERS = {role: Caller(role=role, name=role) for role in ("worker", "lead", "office", "owner")}


def _name_caller(app: ASGIApp) -> ASGIApp:
    async def ask(scope: Scope, receive: Receive, send: Send) -> None:
        role = dict(scope.get("headers", [])).get(b"x-role", b"").decode()
        scope["state"]["caller"] = CALLERS.get(role, NOBODY)
        await app(scope, receive, send)

    return ask


@contextmanager
def open_client(database_url: str, *more: Any) -> Iterator[TestClient[Litestar]]:
    """A client of the role `office`, unless a request says otherwise in `x-role`. `more`: further routes."""
    database, photos = Database(database_url), PhotoReader(children=1)

    async def give_database() -> Database:
        return database

    async def give_photo_reader() -> PhotoReader:
        return photos

    async def give_caller(request: Request[Any, Any, Any]) -> Caller:
        return caller_of(request)

    async def close(_: Litestar) -> None:
        await photos.close()
        await database.close()

    served = Litestar(
        route_handlers=[*CHANNEL_ROUTES, *ORDER_ROUTES, *STOCK_ROUTES, *more],
        dependencies={
            "database": Provide(give_database),
            "caller": Provide(give_caller),
            "photo_reader": Provide(give_photo_reader),
        },
        middleware=[_name_caller],
        exception_handlers=HANDLERS,
        on_shutdown=[close],
    )
    with TestClient(served) as client:
        client.headers["x-role"] = "office"
        yield client
