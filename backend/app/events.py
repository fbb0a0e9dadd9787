"""Live without reloading: a data-less poke tells a client that something happened, then it pulls what it needs.

A lost poke costs nothing, because every reply carries the cursor.
"""

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.response import Stream

from backend.app.outages import outage_of
from backend.identity.api import requires_known
from backend.platform import journal
from backend.platform.database import Database

HEARTBEAT_S = 15.0
MERGE_S = 0.2
"""Pokes closer than this become one, so that a busy hall does not drown its tablets."""


@get("/api/events", guards=[requires_known], media_type="text/event-stream")
async def events(request: Request, database: NamedDependency[Database]) -> Stream:
    """Server-sent events named `poke` with `{"cursor": n}`; a comment every 15 seconds keeps the line open."""
    try:
        cursor = int(request.headers.get("last-event-id", "0"))
    except ValueError:
        cursor = 0
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(pokes(database, cursor), media_type="text/event-stream", headers=headers)


async def pokes(database: Database, cursor: int) -> AsyncIterator[bytes]:
    yield b"retry: 3000\n\n"
    seen = database.wake.seen
    spoke_at = time.monotonic()
    # A fact that commits late may stand before the newest number: the wake tells of it, the number cannot. What came
    # while the line was cut is told by one poke at its beginning.
    woken = True
    while not database.wake.over:
        try:
            newest = await database.read(journal.last_seq)
        except Exception as error:
            if outage_of(error) is None:
                raise
            return  # the listener comes again, and is told then
        if newest > cursor or woken:
            cursor = max(newest, cursor)
            spoke_at = time.monotonic()
            yield b"id: %d\nevent: poke\ndata: %s\n\n" % (cursor, msgspec.json.encode({"cursor": cursor}))
            await asyncio.sleep(MERGE_S)
        before, seen = seen, await database.wake.wait(seen, 2.0)
        woken = seen != before
        if time.monotonic() - spoke_at > HEARTBEAT_S:
            spoke_at = time.monotonic()
            yield b": still here\n\n"


ROUTES = [events]
