"""The database goes away, fills up or is locked while the application runs: it says so, keeps nothing, and comes back."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from backend.app.asgi import build
from backend.app.outages import outage_of
from backend.app.schema import create_schema, migrate
from backend.app.settings import Settings
from backend.app.worker import Worker
from backend.identity import store as identity
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.journal import delivery, fact
from tests.app.conftest import NOW
from tests.app.postgres_server import PostgresServer

OWNER = {"email": "owner@example.com", "password": "secret-1"}


def talk_to(database: Database) -> httpx.AsyncClient:
    app = build(Settings(worker="none"), database)
    headers = {"Origin": "http://rampa.test", "X-Rampa": "1"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rampa.test", headers=headers)


async def sign_in(client: httpx.AsyncClient, database: Database) -> None:
    given = {"name": "Olga", "role": "owner", "now": NOW, "email": OWNER["email"], "password": OWNER["password"]}
    await database.write(lambda conn: identity.create_person(conn, **given))
    assert (await client.post("/api/office/sign-in", json=OWNER)).status_code == 200


def told(answer: httpx.Response) -> tuple[int, str, str, bool]:
    """Status, media type, code, and whether a time to come again is named."""
    seconds = int(answer.headers.get("retry-after", "0"))
    return answer.status_code, answer.headers["content-type"], answer.json().get("code", ""), seconds > 0


def outage(code: str) -> tuple[int, str, str, bool]:
    return 503, "application/problem+json", code, True


@pytest.fixture
async def postgres() -> AsyncIterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="rampa-outage-", dir="/tmp"))
    server = PostgresServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def until(true: Callable[[], Any]) -> None:
    """Wait for what a worker does in its own time; a test that would hang fails after two minutes."""
    for _ in range(6_000):
        if await true():
            return
        await asyncio.sleep(0.02)
    pytest.fail("what was waited for did not come")


async def test_a_postgres_that_dies_and_returns_needs_no_hand(postgres: PostgresServer) -> None:
    """Reads, writes, callers not yet known, readiness and the worker, through a crash of the server and its return."""
    database = Database(postgres.url)
    await database.write(migrate)
    worker = asyncio.create_task(Worker(database).run())
    async with talk_to(database) as client:
        await sign_in(client, database)
        before = [(await client.get(path)).status_code for path in ("/ready", "/health", "/api/orders")]

        await asyncio.to_thread(postgres.stop)
        read = await client.get("/api/orders")
        write = await client.post("/api/enrolments", json={"device_name": "Zebra"})
        never_seen = {"Authorization": "Bearer never-seen"}
        stranger = await client.get("/api/me", headers=never_seen)
        ready, health = await client.get("/ready"), await client.get("/health", headers=never_seen)

        await asyncio.to_thread(postgres.start)
        after = [(await client.get(path)).status_code for path in ("/api/orders", "/ready", "/health")]
        again = await client.post("/api/enrolments", json={"device_name": "Zebra"})
        await database.write(_unknown_reaction)
        await until(lambda: database.read(_is_parked))
    worker.cancel()
    with suppress(asyncio.CancelledError):
        await worker
    await database.close()

    silent = outage("DATABASE_SILENT")
    assert [200, 200, 200] == before
    assert [silent] * 4 == [told(each) for each in (read, write, stranger, ready)]
    assert (200, [200, 200, 200], 201) == (health.status_code, after, again.status_code)


def _unknown_reaction(conn: sa.Connection) -> None:
    row = conn.execute(sa.insert(fact).values(kind="Planted", about="order:0", at=NOW, payload={}).returning(fact.c.id))
    conn.execute(
        sa.insert(delivery).values(
            fact_id=row.scalar_one(), reaction="test.none", about="order:0", state="waiting", attempts=0,
            not_before=clock.now(),
        )
    )  # fmt: skip


def _is_parked(conn: sa.Connection) -> bool:
    return conn.execute(sa.select(delivery.c.state)).scalar_one() == "parked"


async def test_a_postgres_that_was_never_there_is_named(tmp_path: Path) -> None:
    """A closed port, and a database that the server does not have."""
    database = Database("postgresql://postgres@127.0.0.1:9/none")
    async with talk_to(database) as client:
        answers = [await client.get("/ready"), await client.post("/api/office/sign-in", json=OWNER)]
        health = await client.get("/health")
    await database.close()

    assert ([outage("DATABASE_SILENT")] * 2, 200) == ([told(each) for each in answers], health.status_code)


async def test_a_full_disk_keeps_nothing_and_is_told(sqlite_url: str) -> None:
    """SQLite may not take another page: writes are refused as a whole, reads go on, room brings everything back."""
    database = Database(sqlite_url)
    await database.write(lambda conn: create_schema(conn))
    async with talk_to(database) as client:
        await sign_in(client, database)
        await database.write(_as_migrated)

        async def count() -> int:
            return await database.read(
                lambda conn: conn.execute(sa.text("SELECT count(*) FROM enrolment")).scalar_one()
            )

        await database.write(lambda conn: conn.exec_driver_sql("PRAGMA max_page_count=1").fetchall())
        answer, kept = await client.post("/api/enrolments", json={"device_name": "x"}), 0
        while answer.status_code == 201:  # the last page has still room for some
            kept += 1
            answer = await client.post("/api/enrolments", json={"device_name": "x"})
        stored, ready, read = await count(), await client.get("/ready"), await client.get("/api/orders")

        await database.write(lambda conn: conn.exec_driver_sql("PRAGMA max_page_count=1000000").fetchall())
        after = [await client.get("/ready"), await client.post("/api/enrolments", json={"device_name": "x"})]
        assert (await count()) == kept + 1
    await database.close()

    assert (outage("DATABASE_FULL"), kept, 200) == (told(answer), stored, read.status_code)
    assert (outage("DATABASE_FULL"), [200, 201]) == (told(ready), [each.status_code for each in after])


def _as_migrated(conn: sa.Connection) -> None:
    """The copied template was made without migrations; say that it is the newest, so that /ready speaks of the rest."""
    from alembic import command

    from backend.app.schema import alembic_config

    config = alembic_config()
    config.attributes["connection"] = conn
    command.stamp(config, "head")


async def test_a_locked_file_is_busy_not_broken(sqlite_url: str) -> None:
    """Another program holds the file: the writer waits its time, then says so; when it lets go all is well."""
    database = Database(sqlite_url)
    async with talk_to(database) as client:
        await sign_in(client, database)
        await database.write(lambda conn: conn.exec_driver_sql("PRAGMA busy_timeout=50").fetchall())
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = await client.post("/api/enrolments", json={"device_name": "x"})
        read = await client.get("/api/orders")
        other.execute("ROLLBACK")
        other.close()
        after = await client.post("/api/enrolments", json={"device_name": "x"})
    await database.close()

    assert (outage("DATABASE_BUSY"), 200, 201) == (told(answer), read.status_code, after.status_code)


async def test_an_error_of_ours_is_no_outage(database: Database) -> None:
    """A statement that is wrong, or breaks a rule of a table, is a bug: nobody is told to send it again."""
    for statement in ("SELECT nothing FROM nowhere", "INSERT INTO delivery (id) VALUES (1)"):
        with pytest.raises(sa.exc.DBAPIError) as caught:
            await database.write(lambda conn, text=statement: conn.execute(sa.text(text)))
        assert outage_of(caught.value) is None
