"""Signing in without a connection: whose pass opens which session, and until when. On both engines."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backend.identity import store
from backend.identity.store import passes, people
from backend.identity.tables import session
from backend.platform.database import Database
from backend.platform.errors import Forbidden

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Shelf:
    """One device, two people who were seen on it at nine o'clock."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def fill(self) -> "Shelf":
        def write(conn: Any) -> None:
            store.add_device(conn, "Zebra", NOW)
            store.add_device(conn, "Other", NOW)
            self.other, self.device = [int(str(each["id"])) for each in store.list_devices(conn)]
            self.jana = store.create_person(conn, name="Jana", now=NOW)
            self.petr = store.create_person(conn, name="Petr", now=NOW)
            self.janas = passes.issue_pass(conn, self.jana, self.device, NOW)
            self.petrs = passes.issue_pass(conn, self.petr, self.device, NOW)

        await self.database.write(write)
        return self

    async def tell(self, token: str, began: datetime, told: datetime, uid: uuid.UUID | None = None) -> uuid.UUID:
        uid = uid or uuid.uuid4()
        await self.database.write(lambda conn: passes.open_by_pass(conn, token, self.device, uid, began, told))
        return uid

    async def holders(self) -> dict[uuid.UUID, tuple[int, datetime]]:
        def read(conn: Any) -> dict[uuid.UUID, tuple[int, datetime]]:
            uids = list(conn.execute(sa.select(session.c.uid)).scalars())
            found = store.people_of_sessions(conn, uids)
            return {uid: (holder.person_id, holder.until) for (_, uid), holder in found.items()}

        return await self.database.read(read)


async def test_a_session_begun_offline_is_that_persons_from_its_beginning(database: Database) -> None:
    """Told two hours later, and told again after a lost answer: one session, twelve hours from when it began."""
    shelf = await Shelf(database).fill()
    uid = await shelf.tell(shelf.janas, NOW + HOUR, NOW + 3 * HOUR)
    await shelf.tell(shelf.janas, NOW + 2 * HOUR, NOW + 4 * HOUR, uid)

    assert {uid: (shelf.jana, NOW + 13 * HOUR)} == await shelf.holders()


async def test_the_same_news_many_times_at_once_is_one_session(database: Database) -> None:
    """A device that repeats an unanswered request meets its own first one on the way."""
    shelf = await Shelf(database).fill()
    uid = uuid.uuid4()
    await asyncio.gather(
        *(shelf.holders() for _ in range(6))
    )  # as many lines to the database as there will be requests
    await asyncio.gather(*(shelf.tell(shelf.janas, NOW + HOUR, NOW + 3 * HOUR, uid) for _ in range(6)))

    assert {uid: (shelf.jana, NOW + 13 * HOUR)} == await shelf.holders()


async def test_the_next_person_ends_the_session_before_also_offline(database: Database) -> None:
    """Jana at ten, Petr at eleven, both told at noon: Jana's scans after eleven are not hers."""
    shelf = await Shelf(database).fill()
    janas = await shelf.tell(shelf.janas, NOW + HOUR, NOW + 3 * HOUR)
    petrs = await shelf.tell(shelf.petrs, NOW + 2 * HOUR, NOW + 3 * HOUR)

    found = await shelf.holders()
    assert (shelf.jana, NOW + 2 * HOUR) == found[janas]
    assert (shelf.petr, NOW + 14 * HOUR) == found[petrs]


@pytest.mark.parametrize(
    ("case", "began_after", "opens"),
    [("within a week", 6 * DAY, True), ("after a week", 8 * DAY, False), ("before the pass was given", -HOUR, False)],
)
async def test_a_pass_is_good_for_a_week(database: Database, case: str, began_after: timedelta, opens: bool) -> None:
    shelf = await Shelf(database).fill()
    if opens:
        await shelf.tell(shelf.janas, NOW + began_after, NOW + 9 * DAY)
        return
    with pytest.raises(Forbidden) as caught:
        await shelf.tell(shelf.janas, NOW + began_after, NOW + 9 * DAY)
    assert "OFFLINE_PASS_OVER" == caught.value.code, case


async def test_another_device_cannot_use_the_pass(database: Database) -> None:
    shelf = await Shelf(database).fill()
    shelf.device = shelf.other

    with pytest.raises(Forbidden):
        await shelf.tell(shelf.janas, NOW + HOUR, NOW + HOUR)


@pytest.mark.parametrize("act", ["badge", "pin", "off"])
async def test_what_the_office_takes_back_is_over_offline_too(database: Database, act: str) -> None:
    """A session begun before counts; switched off it ends then, with another badge or PIN it goes on."""
    shelf = await Shelf(database).fill()
    at = NOW + 2 * HOUR

    def take_back(conn: Any) -> None:
        if act == "badge":
            people.replace_badge(conn, shelf.jana, "NEW", None, at)
        elif act == "pin":
            people.replace_pin(conn, shelf.jana, "hash", None, at)
        else:
            people.switch(conn, shelf.jana, active=False, by=None, now=at)

    await database.write(take_back)
    uid = await shelf.tell(shelf.janas, NOW + HOUR, NOW + 5 * HOUR)
    with pytest.raises(Forbidden):
        await shelf.tell(shelf.janas, NOW + 3 * HOUR, NOW + 5 * HOUR)

    assert {uid: (shelf.jana, at if act == "off" else NOW + 13 * HOUR)} == await shelf.holders()
