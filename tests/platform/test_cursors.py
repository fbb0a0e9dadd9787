"""A fact that commits after a later one is not stepped over, and a number that never comes stops nobody for long."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from backend.platform import journal
from backend.platform.cursors import settled, settled_seq
from backend.platform.database import Database
from backend.platform.journal import Fact

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OLD = NOW - timedelta(minutes=1)


class Planted(Fact, frozen=True, kw_only=True):
    word: str


@pytest.mark.parametrize(
    ("_case", "seen", "reached"),
    [
        ("nothing new", [], 5),
        ("no gap", [(6, NOW), (7, NOW)], 7),
        ("one is on its way", [(6, NOW), (8, NOW), (9, NOW)], 6),
        ("the very first is on its way", [(7, NOW)], 5),
        ("it was rolled back long ago", [(6, OLD), (8, OLD), (9, NOW)], 9),
        ("an old gap, then a fresh one", [(7, OLD), (9, NOW)], 7),
    ],
)
def test_the_cursor_stops_before_what_may_still_come(_case: str, seen: list, reached: int) -> None:
    assert reached == settled(seen, 5, NOW)


def _seen(conn: sa.Connection, known: int, now: datetime) -> tuple[int, list[str]]:
    """What a reader that stood at `known` is told: its new cursor, and the words after the old one."""
    words = conn.execute(sa.select(journal.fact.c.payload).where(journal.fact.c.id > known).order_by(journal.fact.c.id))
    return settled_seq(conn, known, journal.last_seq(conn), now), [each["word"] for each in words.scalars()]


async def test_a_late_commit_is_shown_to_who_asks_again(postgres_url: str) -> None:
    """Two transactions on PostgreSQL: the one that took its number first commits last."""
    database = Database(postgres_url)
    other = create_async_engine(postgres_url.replace("postgresql://", "postgresql+asyncpg://"))

    def write(conn: sa.Connection, word: str) -> None:
        journal.append(conn, [Planted(about="order:1", word=word)], NOW)

    await database.write(lambda conn: write(conn, "before"))
    cursor, _ = await database.read(lambda conn: _seen(conn, 0, NOW))
    async with other.connect() as slow:
        transaction = await slow.begin()
        await slow.run_sync(lambda conn: write(conn, "slow"))
        await database.write(lambda conn: write(conn, "quick"))
        early, told = await database.read(lambda conn: _seen(conn, cursor, NOW))
        await transaction.commit()
    late, told_then = await database.read(lambda conn: _seen(conn, early, NOW))
    await other.dispose()
    await database.close()

    assert (["quick"], ["slow", "quick"]) == (told, told_then)
    assert (cursor, cursor + 2) == (early, late)


async def test_a_number_that_was_rolled_back_is_waited_for_only_a_moment(database: Database) -> None:
    """On both engines: what failed leaves perhaps a gap, never a standstill."""

    def write(conn: sa.Connection, word: str) -> None:
        journal.append(conn, [Planted(about="order:1", word=word)], NOW)
        if word == "fails":
            raise ArithmeticError("planted")

    await database.write(lambda conn: write(conn, "first"))
    with pytest.raises(ArithmeticError):
        await database.write(lambda conn: write(conn, "fails"))
    await database.write(lambda conn: write(conn, "second"))
    newest = await database.read(journal.last_seq)

    later, _ = await database.read(lambda conn: _seen(conn, 0, NOW + timedelta(seconds=6)))

    assert newest == later
