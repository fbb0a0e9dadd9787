"""A scan that breaks its flow, one that cannot be read, one that is too much: parked, answered, shown, and nobody waits."""

import uuid
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity import store as identity
from backend.identity.api import people_of_sessions
from backend.identity.tables import person
from backend.platform import clock
from backend.platform.database import Database
from backend.scanning import store
from backend.scanning.flows import Intake
from backend.scanning.protocol import Decision, Flow
from backend.scanning.tables import device_queue, scan
from tests.builders import NOW

POISON = "POISON"


def _decide(snapshot: Any, taken: Any, now: Any) -> tuple[Any, Decision]:
    if taken.scan.raw == POISON:
        raise ZeroDivisionError("a bug in a flow")
    return snapshot, Decision()


def _save_on_the_way(conn: Connection, snapshot: Any, decided: Any, now: Any) -> None:
    if any(taken.scan.raw == "BROKEN SAVE" for taken, _ in decided):
        conn.execute(sa.text("INSERT INTO no_such_table VALUES (1)"))


FRAGILE = Flow(name="fragile", load=lambda conn, taken: None, decide=_decide, save=_save_on_the_way)
INTAKE = Intake(flows={"fragile": FRAGILE}, people=people_of_sessions)
SESSIONS: dict[int, str] = {}


def written(seq: int, raw: str) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()), "seq": seq, "at": "2026-11-21T08:00:00Z", "flow": "fragile", "task": "fragile:1",
        "kind": "product", "raw": raw, "keys": [f"text:{raw}"],
    }  # fmt: skip


async def device_of(database: Database) -> int:
    def work(conn: Connection) -> int:
        identity.add_device(conn, "Terminal", NOW)
        number = int(conn.execute(sa.text("SELECT max(id) FROM device")).scalar_one())
        person_id = identity.create_person(conn, name="Jana", now=NOW)
        who = conn.execute(sa.select(person).where(person.c.id == person_id)).one()
        SESSIONS[number] = str(identity.open_session(conn, who, "floor", number, clock.now()).session)
        return number

    return await database.write(work)


def told(reply: Any) -> list[str]:
    return [msgspec.json.decode(bytes(each))["outcome"] for each in reply.verdicts]


async def take(database: Database, device: int, *scans: Any) -> Any:
    first = next((each["seq"] for each in scans if isinstance(each, dict)), 1)
    scans = tuple(each | {"session": SESSIONS[device]} if isinstance(each, dict) else each for each in scans)
    return await INTAKE.take(database, device, msgspec.json.encode({"from_seq": first, "scans": scans}))


@pytest.mark.parametrize("raw", [POISON, "BROKEN SAVE"])
async def test_a_poison_scan_blocks_nobody(database: Database, raw: str) -> None:
    """The ones before and behind it in the same request are taken; it stands aside with its trace, and is shown."""
    device = await device_of(database)
    scans = [written(seq, raw if seq == 3 else f"T-{seq}") for seq in range(1, 6)]

    first = await take(database, device, *scans)
    again = await take(database, device, *scans)
    later = await take(database, device, written(6, "T-6"))

    assert ["ok", "ok", "parked", "ok", "ok"] == told(first)
    assert [bytes(each) for each in first.verdicts] == [bytes(each) for each in again.verdicts]
    assert (["ok"], 6) == (told(later), later.acked_seq)
    (shown,) = await database.read(store.troubled_scans)
    assert (3, "parked") == (shown["seq"], shown["outcome"])
    assert "Traceback" in shown["record"]["parked"]["trace"]


UNREADABLE = [7, "x", None, [], {"seq": 3}, {**written(3, "T"), "at": "yesterday"}, {**written(3, "T"), "id": "7"},
              {**written(3, "T"), "keys": "gtin:1"}, {**written(3, "T"), "raw": "x" * 100_000}]  # fmt: skip


@pytest.mark.parametrize("broken", UNREADABLE, ids=range(len(UNREADABLE)))
async def test_an_unreadable_scan_is_answered_kept_and_shown(database: Database, broken: Any) -> None:
    """It takes its place in the queue with a verdict of its own; the bytes of a repeat are the same."""
    device = await device_of(database)
    scans = [written(1, "T-1"), written(2, "T-2"), broken, written(4, "T-4")]

    first = await take(database, device, *scans)
    again = await take(database, device, *scans)

    assert ["ok", "ok", "unreadable", "ok"] == told(first)
    assert [bytes(each) for each in first.verdicts] == [bytes(each) for each in again.verdicts]
    (shown,) = await database.read(store.troubled_scans)
    assert (3, "unreadable") == (shown["seq"], shown["outcome"])


async def test_what_was_answered_is_in_the_books_in_order(database: Database) -> None:
    """One number, one row, no gap, whatever stood between."""
    device = await device_of(database)
    await take(database, device, *(written(seq, POISON if seq % 3 == 0 else "T") for seq in range(1, 61)))

    def read(conn: Connection) -> tuple[list[int], int]:
        rows = conn.execute(sa.select(scan.c.seq).where(scan.c.device_id == device).order_by(scan.c.id)).scalars()
        acked = sa.select(device_queue.c.acked_seq).where(device_queue.c.device_id == device)
        return list(rows), conn.execute(acked).scalar_one()

    assert (list(range(1, 61)), 60) == await database.read(read)
