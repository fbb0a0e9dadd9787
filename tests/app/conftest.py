"""The whole application in this process, over a real database, spoken to by HTTP."""

import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from backend.app.asgi import build
from backend.app.settings import Settings
from backend.identity import store as identity
from backend.platform.database import Database

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
Client = httpx.AsyncClient


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    """Nobody is signed in yet."""
    app = build(Settings(worker="none", demo=True), database)
    headers = {"Origin": "http://rampa.test"}
    async with Client(transport=httpx.ASGITransport(app), base_url="http://rampa.test", headers=headers) as opened:
        yield opened
    _let_go_of_admin()


def _let_go_of_admin() -> None:
    """One admin is 40 MB, and caches of its libraries would keep that of every test until the end of the run."""
    models, tables = sys.modules.get("fastapi.dependencies.models"), sys.modules.get("piccolo.table")
    caches = [each for each in vars(models).values() if hasattr(each, "cache_clear")] if models else []
    if not any(each.cache_info().currsize for each in caches):
        return
    for each in caches:
        each.cache_clear()
    if tables is not None:
        tables.TABLE_REGISTRY.clear()
    gc.collect()


@pytest.fixture
def sign_in(client: Client, database: Database) -> Callable[[str], Awaitable[Client]]:
    """Signs the client in at the office as a new person of that role."""

    async def as_role(role: str) -> Client:
        email = f"{role}@example.com"
        await database.write(
            lambda conn: identity.create_person(
                conn, name=role.title(), role=role, now=NOW, email=email, password="secret-1"
            )
        )
        answer = await client.post("/api/office/sign-in", json={"email": email, "password": "secret-1"})
        assert answer.status_code == 200, answer.text
        client.headers["X-Rampa"] = "1"
        return client

    return as_role
