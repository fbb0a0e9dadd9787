"""Devices that send at the same time share a transaction, and nothing else: no queue, no refusal, no failure."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from backend.catalog.tables import setting
from backend.identity import store as identity
from backend.identity.api import people_of_sessions
from backend.identity.tables import device, session
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.scanning.flows import Intake
from backend.scanning.protocol import Decision, Flow, Refusal
from backend.scanning.tables import scan

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Words:
    """A flow that writes words down, refuses `no`, breaks at `bug`, and counts how often it is loaded."""

    def __init__(self) -> None:
        self.loads: list[int] = []
        flow = Flow("words", self.load, self.decide, self.save)
        self.intake = Intake(flows={"words": flow}, people=people_of_sessions)

    def load(self, _: sa.Connection, taken: Any) -> None:
        self.loads.append(len({each.device_id for each in taken}))

    def decide(self, snapshot: None, taken: Any, _: datetime) -> tuple[None, Decision]:
        word = taken.scan.body["word"]
        if word == "bug":
            raise ZeroDivisionError("planted")
        if word == "no":
            return snapshot, Decision(refusal=Refusal(code="NO"))
        return snapshot, Decision(changes=(f"{taken.device_id}.{word}",))

    def save(self, conn: sa.Connection, _: None, decided: Any, __: datetime) -> None:
        rows = [{"key": change, "value": {}} for _, decision in decided for change in decision.changes]
        if rows:
            conn.execute(sa.insert(setting), rows)


class Hand:
    """A device with somebody signed in."""

    def __init__(self, device_id: int, session_id: uuid.UUID) -> None:
        self.device_id = device_id
        self.session_id = session_id

    @classmethod
    async def hire(cls, database: Database) -> "Hand":
        session_id = uuid.uuid4()

        def enrol(conn: sa.Connection) -> int:
            opened = identity.add_device(conn, "test", NOW)
            number: int = conn.execute(sa.select(device.c.id).where(device.c.uid == opened.device)).scalar_one()
            person_id = identity.create_person(conn, name="Jana", now=NOW)
            conn.execute(
                sa.insert(session).values(
                    uid=session_id, person_id=person_id, device_id=number, kind="floor", created_at=NOW,
                    last_seen_at=NOW, expires_at=NOW + timedelta(hours=12),
                )
            )  # fmt: skip
            return number

        return cls(await database.write(enrol), session_id)

    def body(self, *words: str, first: int = 1, act: uuid.UUID | None = None) -> bytes:
        scans = [
            {
                "id": str(uuid.uuid4()), "seq": seq, "at": NOW.isoformat(), "flow": "words", "kind": "word",
                "session": str(self.session_id), "act": str(act) if act else None, "body": {"word": word},
            }
            for seq, word in enumerate(words, start=first)
        ]  # fmt: skip
        return msgspec.json.encode({"scans": scans})


def _outcomes(reply: Any) -> list[str]:
    return [msgspec.json.decode(bytes(each))["outcome"] for each in reply.verdicts]


async def _all(words: Words, database: Database, *sent: tuple[Hand, bytes]) -> list[Any]:
    return await asyncio.gather(
        *(words.intake.take(database, hand.device_id, body) for hand, body in sent), return_exceptions=True
    )


async def _written(database: Database) -> set[str]:
    return set(await database.read(lambda conn: list(conn.execute(sa.select(setting.c.key)).scalars())))


async def test_eight_devices_are_taken_by_one_load_and_each_keeps_its_queue(database: Database) -> None:
    """One load for all; everybody's numbers, verdicts and words are its own."""
    words = Words()
    hands = [await Hand.hire(database) for _ in range(8)]

    replies = await _all(words, database, *((hand, hand.body("a", "no", "b")) for hand in hands))

    assert [8] == words.loads
    assert [(3, ["ok", "refused", "ok"])] * 8 == [(reply.acked_seq, _outcomes(reply)) for reply in replies]
    assert {f"{hand.device_id}.{word}" for hand in hands for word in "ab"} == await _written(database)


async def test_a_poison_scan_is_parked_and_the_other_devices_are_not_held_up(database: Database) -> None:
    """The run of all breaks, then that of the one device, then only the scan itself is left."""
    words = Words()
    good, bad = await Hand.hire(database), await Hand.hire(database)

    replies = await _all(words, database, (good, good.body("a", "b")), (bad, bad.body("c", "bug", "d")))

    assert [["ok", "ok"], ["ok", "parked", "ok"]] == [_outcomes(reply) for reply in replies]
    assert {f"{good.device_id}.a", f"{good.device_id}.b", f"{bad.device_id}.c", f"{bad.device_id}.d"} == await _written(
        database
    )


async def test_a_copied_device_and_a_gap_are_told_to_their_own_senders(database: Database) -> None:
    """SEQ_REUSED and SEQ_GAP reach who caused them; what stands beside them in the transaction is taken."""
    words = Words()
    copied, gap, good = [await Hand.hire(database) for _ in range(3)]
    await words.intake.take(database, copied.device_id, copied.body("first"))

    answers = await _all(
        words, database, (copied, copied.body("other")), (gap, gap.body("late", first=5)), (good, good.body("a"))
    )

    assert ["SEQ_REUSED", "SEQ_GAP"] == [each.code for each in answers if isinstance(each, Conflict)]
    assert ["ok"] == _outcomes(answers[2])
    assert {f"{copied.device_id}.first", f"{good.device_id}.a"} == await _written(database)


async def test_a_refused_act_is_refused_on_its_own_device_only(database: Database) -> None:
    """Two devices that name the same act do not stand or fall together."""
    words, act = Words(), uuid.uuid4()
    one, two = await Hand.hire(database), await Hand.hire(database)

    replies = await _all(words, database, (one, one.body("no", "a", act=act)), (two, two.body("b", act=act)))

    assert [["refused", "refused"], ["ok"]] == [_outcomes(reply) for reply in replies]


async def test_a_session_counts_on_its_own_device(database: Database) -> None:
    """A scan that names somebody else's session is nobody's, also when both devices are in one transaction."""
    words = Words()
    owner, thief = await Hand.hire(database), await Hand.hire(database)
    stolen = Hand(thief.device_id, owner.session_id)

    replies = await _all(words, database, (owner, owner.body("a")), (stolen, stolen.body("b")))

    assert [["ok"], ["refused"]] == [_outcomes(reply) for reply in replies]
    assert {f"{owner.device_id}.a"} == await _written(database)


async def test_the_same_request_sent_twice_at_once_is_applied_once(database: Database) -> None:
    """A device that lost patience sends again while the first is in work: the same bytes, one row."""
    words = Words()
    hand = await Hand.hire(database)
    body = hand.body("a", "b")

    first, second = await _all(words, database, (hand, body), (hand, body))

    assert [bytes(each) for each in first.verdicts] == [bytes(each) for each in second.verdicts]
    assert 2 == await database.read(
        lambda conn: conn.execute(sa.select(sa.func.count()).select_from(scan)).scalar_one()
    )
