"""Waves over HTTP, as the office uses them: release, watch, dissolve; and who may."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar, Request
from litestar.di import Provide
from litestar.testing import TestClient
from litestar.types import ASGIApp, Receive, Scope, Send
from sqlalchemy.engine import Connection

from backend.app.problems import HANDLERS
from backend.identity.api import caller_of
from backend.identity.caller import NOBODY, Caller
from backend.outbound.routes.waves import ROUTES
from backend.platform.database import Database, run_once
from tests.builders import create_location, create_product, create_ready_order, stock_up

CALLERS = {
    "office": Caller(person_id=None, role="office", name="Office"),
    "worker": Caller(person_id=None, role="worker", name="Worker"),
}


def build(conn: Connection) -> None:
    product, location = create_product(conn), create_location(conn)
    stock_up(conn, product, location, 50)
    for _ in range(3):
        create_ready_order(conn, {product: 2})


@pytest.fixture
def client(sqlite_url: str) -> Iterator[TestClient[Litestar]]:
    run_once(sqlite_url, build)
    database = Database(sqlite_url)

    def name_caller(app: ASGIApp) -> ASGIApp:
        async def ask(scope: Scope, receive: Receive, send: Send) -> None:
            role = dict(scope.get("headers", [])).get(b"x-role", b"").decode()
            scope["state"]["caller"] = CALLERS.get(role, NOBODY)
            await app(scope, receive, send)

        return ask

    async def give_database() -> Database:
        return database

    async def give_caller(request: Request[Any, Any, Any]) -> Caller:
        return caller_of(request)

    async def close(_: Litestar) -> None:
        await database.close()

    served = Litestar(
        route_handlers=ROUTES,
        dependencies={"database": Provide(give_database), "caller": Provide(give_caller)},
        middleware=[name_caller],
        exception_handlers=HANDLERS,
        on_shutdown=[close],
    )
    with TestClient(served) as opened:
        opened.headers["x-role"] = "office"
        yield opened


def test_release_watch_and_dissolve(client: TestClient[Litestar]) -> None:
    """Two single waves and a cluster of the rest; the list shows them newest first, page by page."""
    made = client.post("/api/waves", json={"mode": "single", "count": 2})
    assert 201 == made.status_code
    assert [1, 1] == [len(wave["orders"]) for wave in made.json()["waves"]]
    (cluster,) = client.post("/api/waves", json={"mode": "cluster", "count": 5}).json()["waves"]
    assert ("released", 1, 2, 0) == tuple(cluster[name] for name in ("state", "lines", "pieces", "pieces_done"))

    first = client.get("/api/waves", params={"limit": 2}).json()
    second = client.get("/api/waves", params={"limit": 2, "cursor": first["next"]}).json()
    numbers = [row["number"] for row in first["rows"] + second["rows"]]
    assert 3 == len(numbers)
    assert sorted(numbers, reverse=True) == numbers
    assert second["next"] is None

    dissolved = client.post(f"/api/waves/{cluster['number']}/cancel")
    assert "cancelled" == dissolved.json()["state"]
    assert [cluster["number"]] == [
        row["number"] for row in client.get("/api/waves", params={"state": "cancelled"}).json()["rows"]
    ]
    again = client.post(f"/api/waves/{cluster['number']}/cancel")
    assert (409, "WAVE_OVER") == (again.status_code, again.json()["code"])


def test_named_orders_and_nothing_left(client: TestClient[Litestar]) -> None:
    """Orders by number go out together; when nothing is ready the office is told what to do."""
    (wave,) = client.post("/api/waves", json={"mode": "cluster"}).json()["waves"]
    number = wave["orders"][0]["order"]
    for body, status, code in (
        ({"mode": "cluster"}, 409, "NO_ORDERS_READY"),
        ({"mode": "single", "orders": [number]}, 409, "ORDER_NOT_READY"),
        ({"mode": "single", "orders": ["NOPE"]}, 404, "ORDER_UNKNOWN"),
    ):
        answer = client.post("/api/waves", json=body)
        assert (status, code) == (answer.status_code, answer.json()["code"])
    client.post(f"/api/waves/{wave['number']}/cancel")
    answer = client.post("/api/waves", json={"mode": "cluster", "orders": [number]})
    assert [number] == [each["order"] for each in answer.json()["waves"][0]["orders"]]


@pytest.mark.parametrize(("role", "status"), [("", 401), ("worker", 403), ("office", 200)])
def test_only_leads_and_the_office_see_waves(client: TestClient[Litestar], role: str, status: int) -> None:
    """A worker gets work, not the list of waves."""
    client.headers["x-role"] = role
    assert status == client.get("/api/waves").status_code
