"""Proof photos have an end: by age as the owner sets it, by number for goods and places; each deletion is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.wiring import TIMERS
from backend.catalog import api as catalog
from backend.inbound.store import photos
from backend.inbound.store.closing import PHOTOS_EACH, keep_photo
from backend.inbound.tables import inbound_photo
from backend.platform.database import Database
from backend.platform.journal import SYSTEM, fact
from tests.builders import NOW

JPEG = b"\xff\xd8\xff\xe0 proof"
DAY = timedelta(days=1)


def keep(conn: Connection, about: str, at: datetime) -> int:
    return keep_photo(conn, about, None, JPEG, at, None)


def left(conn: Connection) -> list[tuple[str, datetime]]:
    rows = conn.execute(sa.select(inbound_photo.c.about, inbound_photo.c.at).order_by(inbound_photo.c.id))
    return [tuple(row) for row in rows]


def told(conn: Connection) -> list[tuple[str, dict[str, Any]]]:
    rows = conn.execute(
        sa.select(fact.c.about, fact.c.payload).where(fact.c.kind == "PhotosForgotten").order_by(fact.c.id)
    )
    return [(row.about, row.payload) for row in rows]


@pytest.mark.parametrize(
    ("setting", "stay"),
    [
        ({}, {"receipt:1", "return:1"}),
        ({"product": 0, "return": 399}, {"receipt:1", "product:1"}),
        (
            {"location": 0, "receipt": 100, "nothing": 5, "product": "a year", "return": 10**12},
            {"location:1", "return:1"},
        ),
    ],
    ids=["as Rampa brings it", "goods for ever, returns a year", "wrong words do no harm"],
)
async def test_photos_go_when_their_days_are_over(
    sqlite_database: Database, setting: dict[str, Any], stay: set[str]
) -> None:
    """Photos of 400 days: which stay by the owner's setting; young ones stay always, and those that went are told."""
    old, kinds = NOW - 400 * DAY, ("receipt", "return", "product", "location")

    def work(conn: Connection) -> None:
        for kind in kinds:
            keep(conn, f"{kind}:1", old)
            keep(conn, f"{kind}:2", NOW - 30 * DAY)
        catalog.write_setting(conn, photos.SETTING, setting)
        TIMERS["inbound.forget_photos"].run(conn, NOW)

    await sqlite_database.write(work)

    kept = await sqlite_database.read(left)
    assert {about for about, at in kept if at == old} == stay
    assert {f"{kind}:2" for kind in kinds} == {about for about, at in kept if at != old}
    day = f"{old:%Y-%m-%d}"
    gone = [
        (f"{kind}:1", {"about": f"{kind}:1", "photos": 1, "taken_from": day, "taken_to": day}) for kind in sorted(kinds)
    ]
    assert [each for each in gone if each[0] not in stay] == await sqlite_database.read(told)


async def test_the_oldest_go_first_and_in_portions(database: Database) -> None:
    """A house that begins to forget after years does it run by run; a run without work says nothing."""

    def build(conn: Connection) -> None:
        for number in range(5):
            keep(conn, "product:1", NOW - (800 - number) * DAY)

    await database.write(build)
    counts = [await database.write(lambda conn: photos.forget_photos(conn, NOW, limit=3)) for _ in range(3)]
    assert [3, 2, 0] == counts
    days = [
        (f"{NOW - (800 - first) * DAY:%Y-%m-%d}", f"{NOW - (800 - last) * DAY:%Y-%m-%d}")
        for first, last in ((0, 2), (3, 4))
    ]
    facts = await database.read(told)
    assert days == [(payload["taken_from"], payload["taken_to"]) for _, payload in facts]


async def test_one_more_photo_of_goods_takes_the_place_of_the_oldest(database: Database) -> None:
    """Fifty are kept of a product: the fifty-first is taken, the oldest goes, and both are in the books."""

    def work(conn: Connection) -> tuple[list[int], list[int]]:
        ids, made_room = [], []
        for number in range(PHOTOS_EACH + 2):
            made_room.append(photos.make_room(conn, "product:1", NOW, SYSTEM))
            ids.append(keep(conn, "product:1", NOW + number * DAY))
        keep(conn, "product:2", NOW)
        return ids, made_room

    ids, made_room = await database.write(work)

    assert [0] * PHOTOS_EACH + [1, 1] == made_room
    mine = sa.select(inbound_photo.c.id).where(inbound_photo.c.about == "product:1").order_by(inbound_photo.c.id)
    assert ids[2:] == await database.read(lambda conn: list(conn.execute(mine).scalars()))
    assert ["product:1", "product:1"] == [about for about, _ in await database.read(told)]
