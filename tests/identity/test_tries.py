"""What a guess costs: it counts before it is evaluated, and nobody holds the writer while it is."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from backend.identity import store
from backend.identity.flows import sign_in_by_badge
from backend.identity.pins import LOCK_AFTER
from backend.identity.tables import sign_in_attempt
from backend.platform.database import Database
from backend.platform.errors import Forbidden, Unauthenticated


async def _person(database: Database) -> int:
    def write(conn: Any) -> int:
        now = datetime.now(UTC)
        number = store.create_person(conn, name="Jana", now=now, pin="194783")
        store.give_badge(conn, number, "BADGE1", now)
        store.add_device(conn, "Zebra", now)
        return int(str(store.list_devices(conn)[0]["id"]))

    return await database.write(write)


async def test_a_hundred_guesses_at_once_are_counted_one_by_one(database: Database) -> None:
    """Only as many are evaluated as would be one after another; all others are told to wait."""
    device = await _person(database)

    answers = await asyncio.gather(
        *(sign_in_by_badge(database, "badge1", f"{guess:06d}", "floor", device) for guess in range(40)),
        return_exceptions=True,
    )

    kinds = [type(each) for each in answers]
    assert (LOCK_AFTER, 40 - LOCK_AFTER) == (kinds.count(Unauthenticated), kinds.count(Forbidden))


async def test_the_right_pin_takes_the_wrong_tries_away(database: Database) -> None:
    """Four slips, then right, then four slips again: nobody is locked out."""
    device = await _person(database)
    for _ in range(2):
        for _ in range(LOCK_AFTER - 1):
            with pytest.raises(Unauthenticated):
                await sign_in_by_badge(database, "BADGE1", "000000", "floor", device)
        opened = await sign_in_by_badge(database, "BADGE1", "194783", "floor", device)

    assert opened.offline_pass is not None
    tries = await database.read(lambda conn: list(conn.execute(sa.select(sign_in_attempt.c.succeeded)).scalars()))
    assert (8, 2) == (tries.count(False), tries.count(True))


async def test_nobody_holds_the_writer_while_a_pin_is_checked(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else writes while the PIN is being checked; with the check inside the transaction this would not end."""
    device = await _person(sqlite_database)
    loop, written = asyncio.get_running_loop(), []

    async def another_write() -> None:
        await sqlite_database.write(lambda conn: store.note_try(conn, "somebody else", datetime.now(UTC)))
        written.append(True)

    def slow(secret_hash: str | None, secret: str) -> bool:
        asyncio.run_coroutine_threadsafe(another_write(), loop).result(timeout=60)
        return True

    monkeypatch.setattr(store, "fits", slow)
    await sign_in_by_badge(sqlite_database, "BADGE1", "194783", "floor", device)

    assert [True] == written
