"""Whose scan it is: decided by the session it carries, and by when it was made. Nothing is done for nobody."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backend.identity.caller import SessionHolder
from backend.identity.tables import session
from backend.platform.database import Database
from backend.scanning import intake
from backend.scanning.protocol import Scan, ScanEnvelope
from backend.scanning.tables import scan as scan_table
from tests.scanning.test_intake import INTAKE, NOW, SESSION, _body, _device, _outcomes, _scan, _words

JANA = SessionHolder(person_id=7, role="worker", until=NOW)
HOUR = timedelta(hours=1)


def made(at: datetime, session_uid: uuid.UUID | None = SESSION) -> Scan:
    return Scan(id=uuid.uuid4(), seq=1, at=at, session=session_uid)


@pytest.mark.parametrize(
    ("case", "made_before_s", "late_by_s", "now_after_s", "hers"),
    [
        ("made a minute before the end, sent an hour later", 60, 0, 3600, True),
        ("made an hour after the end", -3600, 0, 7200, False),
        ("within what a clock may be wrong by", -300, 0, 3600, True),
        ("the session is open still, the clock a day ahead", -86400, 0, -1, True),
        ("a clock a day ahead that says so", -86340, -86400, 3600, True),
        ("a clock a day behind that says so", 86400 - 3600, 86400, 7200, False),
    ],
)
def test_a_scan_belongs_to_its_session_until_that_ends(
    case: str, made_before_s: int, late_by_s: int, now_after_s: int, hers: bool
) -> None:
    """Times are told from the end of the session: the device's clock, its error, and when the scan came."""
    at = NOW - timedelta(seconds=made_before_s)

    found = intake.author_of(
        made(at), {SESSION: JANA}, timedelta(seconds=late_by_s), NOW + timedelta(seconds=now_after_s)
    )

    assert (JANA if hers else None) == found, case


def test_nobody_owns_a_scan_of_a_foreign_session() -> None:
    """A session of another device is not among the people of this one."""
    for foreign in (None, uuid.uuid4()):
        assert intake.author_of(made(NOW - HOUR, foreign), {SESSION: JANA}, timedelta(0), NOW) is None


@pytest.mark.parametrize("sent_at", ["", "yesterday", "2026-11-21T10:00:00", "0001-01-01T00:00:00+14:00", "9" * 300])
def test_a_device_without_a_usable_time_is_believed(sent_at: str) -> None:
    """Nothing to correct by: its times are taken as they stand."""
    assert timedelta(0) == intake.clock_error(ScanEnvelope(scans=(), sent_at=sent_at), NOW)


def test_the_error_of_a_clock_is_what_must_be_added() -> None:
    envelope = ScanEnvelope(scans=(), sent_at="2026-11-21T08:00:00.000Z")

    assert HOUR == intake.clock_error(envelope, NOW)


@pytest.mark.parametrize(
    ("case", "members"),
    [
        ("nobody signed in", {"session": None}),
        ("a session that never was", {"session": str(uuid.uuid4())}),
        ("a session that is over", {"at": "2026-11-21T21:30:00Z"}),
    ],
)
async def test_a_scan_of_nobody_is_refused_by_name_and_kept(
    database: Database, case: str, members: dict[str, Any]
) -> None:
    """It takes its number and its verdict stands for ever, but nothing is done for it; its neighbours go on."""
    device = await _device(database)
    await _end(database, NOW + 10 * HOUR)
    body = _body(_scan(1), _scan(2, **members), _scan(3))

    first = await INTAKE.take(database, device, body)
    again = await INTAKE.take(database, device, body)

    kept = await database.read(lambda conn: conn.execute(sa.select(scan_table.c.person_id, scan_table.c.outcome)).all())
    assert ["ok", "refused", "ok"] == _outcomes(first), case
    assert b'"PERSON_NEEDED"' in bytes(first.verdicts[1])
    assert [bytes(each) for each in first.verdicts] == [bytes(each) for each in again.verdicts]
    assert ["w1", "w3"] == await _words(database)
    assert [("ok", True), ("refused", False), ("ok", True)] == [
        (row.outcome, row.person_id is not None) for row in kept
    ]


async def test_the_tote_of_a_piece_that_nobody_scanned_is_refused_too(database: Database) -> None:
    """An act stands or falls together, also when its scans name different sessions."""
    device = await _device(database)
    act = str(uuid.uuid4())

    reply = await INTAKE.take(database, device, _body(_scan(1, act=act, session=None), _scan(2, act=act)))

    assert ["refused", "refused"] == _outcomes(reply)
    assert [] == await _words(database)


async def test_evidence_needs_nobody(database: Database) -> None:
    """A look-up, and what the device itself refused, are kept as they are: nothing would be done for them anyway."""
    device = await _device(database)
    scans = (_scan(1, flow="look_up", session=None), _scan(2, local="WRONG_PRODUCT", session=None))

    assert ["ok", "ok"] == _outcomes(await INTAKE.take(database, device, _body(*scans)))


async def test_scans_made_before_the_sign_out_are_done_for_that_person(database: Database) -> None:
    """Signed out at noon without a connection: what was scanned before arrives later and counts."""
    device = await _device(database)
    await _end(database, datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
    scans = (_scan(1, at="2026-11-21T11:59:00Z"), _scan(2, at="2026-11-21T12:30:00Z"))

    assert ["ok", "refused"] == _outcomes(await INTAKE.take(database, device, _body(*scans)))


async def _end(database: Database, at: datetime) -> None:
    await database.write(lambda conn: conn.execute(sa.update(session).values(ended_at=at)))
