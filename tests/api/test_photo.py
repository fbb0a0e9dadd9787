"""A picture instead of a scan: read on the server by a process that may die alone."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
import segno

from backend.app.asgi import build
from backend.app.settings import Settings
from backend.gs1.own_codes import build_own_code
from backend.identity import store as identity
from backend.platform.database import Database

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@asynccontextmanager
async def enrolled(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A device that speaks to the whole application, started and ended within the test's own task."""
    opened = await database.write(lambda conn: identity.add_device(conn, "Phone", NOW))
    app = build(Settings(worker="none"), database)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {opened.token}"}
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as client:
        yield client


async def test_the_codes_of_a_picture_come_back_with_their_keys(sqlite_database: Database) -> None:
    picture = io.BytesIO()
    segno.make(build_own_code("location", "A-01-2-1"), error="m").save(picture, kind="png", scale=8, border=4)

    async with enrolled(sqlite_database) as device:
        answer = await device.post("/api/scans/photo", content=picture.getvalue())

    assert 200 == answer.status_code, answer.text
    (code,) = answer.json()["codes"]
    assert "loc:A-01-2-1" == code["keys"][0]


@pytest.mark.parametrize(
    ("_case", "body", "status", "code"),
    [
        ("nothing", b"", 422, "PHOTO_EMPTY"),
        ("an order file", b'{"orders": []}', 422, "PHOTO_KIND"),
        ("a GIF", b"GIF89a" + b"\x00" * 50, 422, "PHOTO_KIND"),
        ("nine megabytes", b"\xff\xd8\xff" + b"\x00" * 9_000_000, 413, "TOO_LARGE"),
    ],
)
async def test_what_is_no_picture_is_refused_by_name(
    sqlite_database: Database, _case: str, body: bytes, status: int, code: str
) -> None:
    async with enrolled(sqlite_database) as device:
        answer = await device.post("/api/scans/photo", content=body)

    assert (status, code) == (answer.status_code, answer.json()["code"])
