"""The stream of pokes: one at its beginning, one for whatever comes, also for a fact that stands before the newest."""

import asyncio
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from backend.app.events import pokes
from backend.platform import journal
from backend.platform.database import Database
from backend.platform.journal import Fact

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Planted(Fact, frozen=True, kw_only=True):
    word: str


def write(conn: sa.Connection, word: str) -> None:
    journal.append(conn, [Planted(about="order:1", word=word)], NOW)


async def test_who_listens_again_is_poked_at_once(database: Database) -> None:
    """What came while the line was cut cannot be told from the newest number alone."""
    await database.write(lambda conn: write(conn, "one"))
    newest = await database.read(journal.last_seq)

    stream = pokes(database, newest)
    said = [await anext(stream), await anext(stream)]
    await stream.aclose()

    assert b"retry: 3000\n\n" == said[0]
    assert said[1].startswith(b"id: %d\nevent: poke" % newest)


async def test_a_fact_that_commits_late_pokes_too(postgres_url: str) -> None:
    """It is not the newest: its number was taken before another that is long told."""
    database = Database(postgres_url)
    await database.listen()
    other = create_async_engine(postgres_url.replace("postgresql://", "postgresql+asyncpg://"))
    async with other.connect() as slow:
        transaction = await slow.begin()
        await slow.run_sync(lambda conn: write(conn, "slow"))
        await database.write(lambda conn: write(conn, "quick"))
        newest = await database.read(journal.last_seq)
        stream = pokes(database, newest)
        await anext(stream), await anext(stream)
        await transaction.commit()
        async with asyncio.timeout(60):
            poked = await anext(stream)
    await stream.aclose()
    await other.dispose()
    await database.close()

    assert b"event: poke" in poked


async def test_an_outage_ends_the_stream_quietly(sqlite_url: str) -> None:
    """The listener comes again by itself; nothing of it is an error of ours."""
    database = Database(sqlite_url)
    stream = pokes(database, 0)
    await anext(stream)
    await database.close()

    with pytest.raises(StopAsyncIteration):
        await anext(stream)
