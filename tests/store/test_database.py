"""The promises of `platform.database`, kept on both engines."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.catalog.tables import setting
from backend.platform.database import Database


async def _put(database: Database, key: str) -> None:
    await database.write(lambda conn: conn.execute(sa.insert(setting).values(key=key, value={"n": 1})))


async def test_write_is_seen_by_a_later_read(database: Database) -> None:
    """What `write` answered is what `read` finds."""
    await _put(database, "a")

    assert ["a"] == await database.read(lambda conn: list(conn.execute(sa.select(setting.c.key)).scalars()))


async def test_a_failed_write_harms_no_neighbour(database: Database) -> None:
    """Of many writes committed together only the broken one fails."""

    def broken(conn: sa.Connection) -> None:
        conn.execute(sa.insert(setting).values(key="half", value={}))
        raise ArithmeticError("planted")

    jobs = [_put(database, f"k{n}") for n in range(20)]
    answers = await asyncio.gather(*jobs, database.write(broken), return_exceptions=True)

    assert 1 == sum(isinstance(answer, ArithmeticError) for answer in answers)
    keys = await database.read(lambda conn: set(conn.execute(sa.select(setting.c.key)).scalars()))
    assert {f"k{n}" for n in range(20)} == keys


async def test_a_read_cannot_write(database: Database) -> None:
    """A view that tries to write leaves nothing behind."""

    def sneaky(conn: sa.Connection) -> None:
        conn.execute(sa.insert(setting).values(key="sneaky", value={}))

    try:
        await database.read(sneaky)
    except sa.exc.DBAPIError:
        pass

    assert [] == await database.read(lambda conn: list(conn.execute(sa.select(setting.c.key)).scalars()))


async def test_naive_times_are_refused(database: Database) -> None:
    """A time without a zone never reaches the database."""
    from datetime import datetime

    from backend.platform.journal import Fact, append

    with pytest.raises((ValueError, sa.exc.StatementError)):
        await database.write(lambda conn: append(conn, [Fact(about="order:1")], datetime(2026, 1, 1)))


async def test_a_file_that_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    """Nobody waits for ever; when the folder is there, the next write goes through."""
    database = Database(f"sqlite:///{tmp_path}/later/rampa.db")
    with pytest.raises(sa.exc.OperationalError):
        await database.write(lambda conn: conn.execute(sa.text("SELECT 1")))

    (tmp_path / "later").mkdir()

    assert 1 == await database.write(lambda conn: conn.execute(sa.text("SELECT 1")).scalar_one())
    await database.close()
