"""Badges, PINs, enrolment: who may come in, and who may not."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.identity import store
from backend.identity.pins import locked_until
from backend.platform.database import Database
from backend.platform.errors import Forbidden

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("_case", "ages_s", "locked_s"),
    [
        ("no wrong tries", [], None),
        ("four are forgiven", [9, 8, 7, 6], None),
        ("the fifth locks for a minute", [50, 40, 30, 20, 10], 50),
        ("which passes", [190, 180, 170, 160, 61], None),
        ("the sixth doubles it", [300, 290, 280, 270, 200, 10], 110),
    ],
)
def test_wrong_tries_lock_longer_and_longer(_case: str, ages_s: list[int], locked_s: int | None) -> None:
    """Ages of wrong tries, oldest first -> seconds until the next try."""
    until = locked_until([NOW - timedelta(seconds=age) for age in ages_s], NOW)

    assert locked_s == (None if until is None else (until - NOW).total_seconds())


async def test_an_enrolment_is_spent_by_its_first_use(database: Database) -> None:
    """A picture of the QR is worth nothing afterwards."""
    token, _ = await database.write(lambda conn: store.open_enrolment(conn, "Zebra 1", None, NOW))
    opened = await database.write(lambda conn: store.enrol(conn, token, "", NOW))

    caller = await database.read(lambda conn: store.authenticate_bearer(conn, opened.token, None, NOW))
    with pytest.raises(Forbidden, match="fresh enrolment code"):
        await database.write(lambda conn: store.enrol(conn, token, "", NOW))

    assert caller is not None and caller.device_id is not None


async def test_an_old_enrolment_is_refused(database: Database) -> None:
    token, until = await database.write(lambda conn: store.open_enrolment(conn, "Zebra 1", None, NOW))

    with pytest.raises(Forbidden):
        await database.write(lambda conn: store.enrol(conn, token, "", until + timedelta(seconds=1)))


async def test_a_revoked_device_is_told_so(database: Database) -> None:
    opened = await database.write(lambda conn: store.add_device(conn, "Zebra 2", NOW))
    caller = await database.read(lambda conn: store.authenticate_bearer(conn, opened.token, None, NOW))
    assert caller is not None and caller.device_id is not None
    await database.write(lambda conn: store.revoke_device(conn, caller.device_id, None, NOW))

    with pytest.raises(Forbidden) as caught:
        await database.read(lambda conn: store.authenticate_bearer(conn, opened.token, None, NOW))

    assert "DEVICE_REVOKED" == caught.value.code


async def test_a_late_scan_keeps_its_author_after_the_next_person_signed_in(database: Database) -> None:
    """The first session ends when the second begins, but still names its person."""
    opened = await database.write(lambda conn: store.add_device(conn, "Zebra 3", NOW))
    caller = await database.read(lambda conn: store.authenticate_bearer(conn, opened.token, None, NOW))
    assert caller is not None and caller.device_id is not None
    sessions = []
    for name in ("Jana", "Petr"):
        number = await database.write(lambda conn, name=name: store.create_person(conn, name=name, now=NOW, pin="1234"))
        await database.write(lambda conn, number=number: store.give_badge(conn, number, f"BADGE{number}", NOW))
        who = await database.read(lambda conn, number=number: store.find_by_badge(conn, f"BADGE{number}"))
        sessions.append(
            await database.write(lambda conn, who=who: store.open_session(conn, who, "floor", caller.device_id, NOW))
        )
    first, second = sessions

    working = await database.read(lambda conn: store.rank_of_session(conn, first.session, caller.device_id, NOW))
    authors = await database.read(lambda conn: store.people_of_sessions(conn, {first.session, second.session}))

    assert working is None
    assert {first.session: first.person_id, second.session: second.person_id} == {
        session: holder.person_id for (_, session), holder in authors.items()
    }


async def test_a_pin_is_kept_only_as_a_slow_hash(sqlite_database: Database) -> None:
    await sqlite_database.write(lambda conn: store.create_person(conn, name="Eva", now=NOW, pin="4711", email="e@x.cz"))
    row = await sqlite_database.read(lambda conn: store.find_by_email(conn, "E@x.cz"))

    assert row.pin_hash.startswith("$argon2id$")
    assert (True, False, False) == (
        store.fits(row.pin_hash, "4711"),
        store.fits(row.pin_hash, "4712"),
        store.fits(None, "1"),
    )
