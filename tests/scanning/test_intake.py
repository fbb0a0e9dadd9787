"""The queue of scans: nothing is lost, nothing is applied twice, nothing jams. On both engines, through the real intake."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from backend.catalog.tables import setting
from backend.identity import store as identity
from backend.identity.api import people_of_sessions
from backend.identity.tables import session
from backend.platform import clock, journal
from backend.platform.database import Database
from backend.platform.errors import Conflict, Malformed, TooLarge
from backend.platform.journal import Fact
from backend.scanning.flows import Intake
from backend.scanning.intake import fold
from backend.scanning.protocol import Correction, Decision, Flow, Refusal, Scan, ScanReply, Taken
from backend.scanning.tables import correction, scan

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SESSION = uuid.uuid4()


def _decide(snapshot: list[str], taken: Any, _: datetime) -> tuple[list[str], Decision]:
    word = taken.scan.body.get("word", "")
    if word == "bug":
        raise ZeroDivisionError("planted")
    if word in snapshot:
        put_back = Correction(code="PUT_BACK", values={"word": word})
        return snapshot, Decision(refusal=Refusal(code="KNOWN", got={"word": word}), correction=put_back)
    return [*snapshot, word], Decision(changes=(word,))


def _load(conn: sa.Connection, _: Any) -> list[str]:
    return list(conn.execute(sa.select(setting.c.key)).scalars())


def _save(conn: sa.Connection, _: Any, decided: Any, __: datetime) -> None:
    words = [change for _, decision in decided for change in decision.changes]
    if words:
        conn.execute(sa.insert(setting), [{"key": word, "value": {}} for word in words])


INTAKE = Intake(flows={"words": Flow("words", _load, _decide, _save)}, people=people_of_sessions)


def _save_numbers(conn: sa.Connection, _: Any, decided: Any, __: datetime) -> None:
    """Asks for a number of the device's choice, as a flow does with a line of a bundle."""
    for _taken, decision in decided:
        for word in decision.changes:
            number = word if isinstance(word, int) else 0
            conn.execute(sa.select(setting.c.key).where(setting.c.id == number)).all()


LONG_WORDS = Intake(flows={"words": Flow("words", _load, _decide, _save_numbers)}, people=people_of_sessions)


async def _device(database: Database) -> int:
    """An enrolled device with somebody signed in under `SESSION`."""

    def enrol(conn: sa.Connection) -> int:
        identity.add_device(conn, "test", NOW)
        device_id: int = conn.execute(sa.text("SELECT max(id) FROM device")).scalar_one()
        person_id = identity.create_person(conn, name="Jana", now=NOW)
        conn.execute(
            sa.insert(session).values(
                uid=SESSION, person_id=person_id, device_id=device_id, kind="floor", created_at=NOW, last_seen_at=NOW,
                expires_at=NOW + timedelta(hours=12),
            )
        )  # fmt: skip
        return device_id

    return await database.write(enrol)


def _scan(seq: int, word: str = "", **members: Any) -> dict[str, Any]:
    base = {"id": str(uuid.uuid4()), "seq": seq, "at": "2026-11-21T09:00:00.000Z", "flow": "words", "kind": "word"}
    base["session"] = str(SESSION)
    return base | {"body": {"word": word or f"w{seq}"}} | members


def _body(*scans: Any, **members: Any) -> bytes:
    return msgspec.json.encode({"scans": list(scans)} | members)


async def _words(database: Database) -> list[str]:
    return sorted(await database.read(lambda conn: list(conn.execute(sa.select(setting.c.key)).scalars())))


def _outcomes(reply: Any) -> list[str]:
    return [msgspec.json.decode(bytes(each))["outcome"] for each in reply.verdicts]


async def test_scans_are_applied_once_and_a_repeat_gets_the_same_bytes(database: Database) -> None:
    """The same request three times: one effect, three equal answers."""
    device = await _device(database)
    body = _body(*[_scan(seq) for seq in range(1, 46)])

    first = await INTAKE.take(database, device, body)
    second = await INTAKE.take(database, device, body)

    assert 45 == first.acked_seq == second.acked_seq
    assert [bytes(each) for each in first.verdicts] == [bytes(each) for each in second.verdicts]
    assert sorted(f"w{seq}" for seq in range(1, 46)) == await _words(database)


async def test_a_request_that_overlaps_an_older_one_applies_only_the_new_part(database: Database) -> None:
    """A lost answer makes the device send more than was needed."""
    device = await _device(database)
    scans = [_scan(seq) for seq in range(1, 31)]
    await INTAKE.take(database, device, _body(*scans[:20]))

    reply = await INTAKE.take(database, device, _body(*scans[10:]))

    assert (30, ["ok"] * 20) == (reply.acked_seq, _outcomes(reply))
    assert 30 == len(await _words(database))


async def test_a_gap_is_asked_for(database: Database) -> None:
    """Scan 3 before scan 2: the server names the number that it waits for and takes nothing."""
    device = await _device(database)
    await INTAKE.take(database, device, _body(_scan(1)))

    with pytest.raises(Conflict) as caught:
        await INTAKE.take(database, device, _body(_scan(3)))

    assert ("SEQ_GAP", 2) == (caught.value.code, caught.value.extra["expected_seq"])
    assert ["w1"] == await _words(database)


async def test_what_stands_before_a_gap_is_taken(database: Database) -> None:
    device = await _device(database)

    reply = await INTAKE.take(database, device, _body(_scan(1), _scan(2), _scan(5)))

    assert (2, ["ok", "ok"]) == (reply.acked_seq, _outcomes(reply))


async def test_a_poison_scan_is_parked_alone(database: Database) -> None:
    """Our bug in one scan of a chunk: its neighbours go through, it is kept with its trace, the queue goes on."""
    device = await _device(database)

    reply = await INTAKE.take(database, device, _body(_scan(1), _scan(2, "bug"), _scan(3)))

    assert ["ok", "parked", "ok"] == _outcomes(reply)
    assert ["w1", "w3"] == await _words(database)
    kept = await database.read(lambda conn: conn.execute(sa.select(scan.c.record).where(scan.c.seq == 2)).scalar_one())
    assert "ZeroDivisionError" in kept["parked"]["trace"]


@pytest.mark.parametrize(
    ("_case", "broken"),
    [
        ("not an object", 7),
        ("no id", {"seq": 2, "at": "2026-11-21T09:00:00Z"}),
        ("time without a zone", {"id": str(uuid.uuid4()), "seq": 2, "at": "2026-11-21T09:00:00"}),
        ("seq of another type", {"id": str(uuid.uuid4()), "seq": "two", "at": "2026-11-21T09:00:00Z"}),
        ("seq beyond what a browser counts", {"id": str(uuid.uuid4()), "seq": 2**60, "at": "2026-11-21T09:00:00Z"}),
        ("raw text of a megabyte", {"id": str(uuid.uuid4()), "seq": 2, "at": "2026-11-21T09:00:00Z", "raw": "x" * 1_000_000}),
        ("a clock before the calendar", {"id": str(uuid.uuid4()), "seq": 2, "at": "0001-01-01T00:00:00+14:00"}),
        ("a clock after the calendar", {"id": str(uuid.uuid4()), "seq": 2, "at": "9999-12-31T23:59:59-12:00"}),
        ("thousands of keys", {"id": str(uuid.uuid4()), "seq": 2, "at": "2026-11-21T09:00:00Z", "keys": ["k"] * 5000}),
        ("a zero byte", {"id": str(uuid.uuid4()), "seq": 2, "at": "2026-11-21T09:00:00Z", "raw": "a\x00b"}),
    ],
)  # fmt: skip
async def test_an_unreadable_scan_takes_its_place(database: Database, _case: str, broken: Any) -> None:
    """It is kept, answered and never stops the ones behind it."""
    device = await _device(database)

    reply = await INTAKE.take(database, device, _body(_scan(1), broken, _scan(3), from_seq=1))

    assert ["ok", "unreadable", "ok"] == _outcomes(reply)
    assert ["w1", "w3"] == await _words(database)


async def test_a_number_beyond_its_column_is_parked_alone(database: Database) -> None:
    """What the driver refuses before sending carries no SQL state; it may neither jam the queue nor take the others along."""
    device = await _device(database)

    reply = await LONG_WORDS.take(database, device, _body(_scan(1), _scan(2, body={"word": 2**70}), _scan(3)))

    assert ["ok", "parked", "ok"] == _outcomes(reply)
    assert 3 == reply.acked_seq


async def test_hostile_members_of_the_envelope_take_nothing_along(database: Database) -> None:
    """The scans are good: whatever the other members say, they are taken and answered."""
    device = await _device(database)
    hostile = {"cursor": 2**80, "from_seq": -(2**70), "unsent": 2**70, "app": "a\x00b" * 400}

    reply = await INTAKE.take(database, device, _body(_scan(1), **hostile))

    assert (1, ["ok"]) == (reply.acked_seq, _outcomes(reply))


async def test_an_act_stands_or_falls_together(database: Database) -> None:
    """When the first scan of an act is refused, a later one is refused too, in the same request or the next."""
    device = await _device(database)
    act = str(uuid.uuid4())
    await INTAKE.take(database, device, _body(_scan(1, "same")))

    same = await INTAKE.take(database, device, _body(_scan(2, "same", act=act), _scan(3, "x", act=act)))
    later = await INTAKE.take(database, device, _body(_scan(4, "y", act=act), _scan(5, "z")))

    assert (["refused", "refused"], ["refused", "ok"]) == (_outcomes(same), _outcomes(later))
    assert ["same", "z"] == await _words(database)


async def test_a_refusal_brings_its_correction_until_it_is_done(database: Database) -> None:
    """What the device accepted and the server refused comes back as work for a person."""
    device = await _device(database)
    await INTAKE.take(database, device, _body(_scan(1, "same")))

    refused = await INTAKE.take(database, device, _body(_scan(2, "same")))
    again = await INTAKE.take(database, device, _body(_scan(3)))

    assert (
        ["PUT_BACK"] == [each["code"] for each in refused.corrections] == [each["code"] for each in again.corrections]
    )
    stored = await database.read(lambda conn: conn.execute(sa.select(correction.c.scan_id)).scalar_one())
    assert stored is not None


HELD_BY_FLOW = Refusal(code="HELD", cure="CALL_OFFICE")


def _decide_totes(snapshot: int, taken: Any, _: datetime) -> tuple[int, Decision]:
    """Goods of a refused act that reach a tote are to be put back; a flow that does not look says yes."""
    word = taken.scan.body["word"]
    if word == "no":
        return snapshot, Decision(refusal=HELD_BY_FLOW)
    if word == "tote" and taken.act_refused:
        return snapshot, Decision(refusal=HELD_BY_FLOW, correction=Correction(code="PUT_BACK", values={}))
    return snapshot + 1, Decision(changes=(word,))


TOTES = Flow("totes", lambda *_: 0, _decide_totes, lambda *_: None)


def _taken(word: str, act: uuid.UUID | None, device: int = 1, refused: bool = False) -> Taken:
    made = Scan(id=uuid.uuid4(), seq=1, at=NOW, flow="totes", kind=word, act=act, body={"word": word})
    return Taken(scan=made, device_id=device, person_id=1, act_refused=refused)


ACT, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.mark.parametrize(
    ("_case", "run", "codes", "corrections", "left"),
    [
        ("one refusal", [_taken("no", ACT), _taken("tote", ACT)], ["HELD", "HELD"], [0, 1], 0),
        ("put right once", [_taken("no", ACT), _taken("tote", ACT), _taken("tote", ACT)], ["HELD"] * 3, [0, 1, 0], 0),
        ("refused in an earlier request", [_taken("tote", ACT, refused=True)], ["HELD"], [1], 0),
        (
            "a yes of the flow does not count",
            [_taken("no", ACT), _taken("yes", ACT)],
            ["HELD", "ACT_REFUSED"],
            [0, 0],
            0,
        ),
        ("another act goes on", [_taken("no", ACT), _taken("tote", OTHER)], ["HELD", ""], [0, 0], 1),
        ("of another device", [_taken("no", ACT), _taken("tote", ACT, device=2)], ["HELD", ""], [0, 0], 1),
        ("no act at all", [_taken("no", None), _taken("tote", None)], ["HELD", ""], [0, 0], 1),
    ],
)
def test_a_refused_act_is_put_right_by_its_flow(
    _case: str, run: list[Taken], codes: list[str], corrections: list[int], left: int
) -> None:
    """The flow is asked, its no and its correction count, its yes does not; every no names its act and kind."""
    snapshot, decided = fold(TOTES, 0, run, NOW)

    said = [decision for _, decision in decided]
    assert codes == [each.refusal.code if each.refusal else "" for each in said]
    assert corrections == [int(each.correction is not None) for each in said]
    assert left == snapshot == sum(len(each.changes) for each in said)
    for taken, decision in decided:
        named = {"kind": taken.scan.kind} | ({"act": str(taken.scan.act)} if taken.scan.act else {})
        assert decision.note == (named if decision.refusal else None)


async def test_a_spent_id_is_refused_under_a_new_number(database: Database) -> None:
    """The cure for a refusal is a new scan, not the old one again."""
    device = await _device(database)
    first = _scan(1)
    await INTAKE.take(database, device, _body(first))

    reply = await INTAKE.take(database, device, _body(first | {"seq": 2}))

    assert ["refused"] == _outcomes(reply)


async def test_a_copied_memory_is_noticed(database: Database) -> None:
    """The same number with another scan can only come from a copied device store."""
    device = await _device(database)
    await INTAKE.take(database, device, _body(_scan(1)))

    with pytest.raises(Conflict) as caught:
        await INTAKE.take(database, device, _body(_scan(1, "other")))

    assert "SEQ_REUSED" == caught.value.code


async def test_a_local_refusal_is_evidence_without_effect(database: Database) -> None:
    device = await _device(database)

    reply = await INTAKE.take(database, device, _body(_scan(1, local="WRONG_PRODUCT"), _scan(2)))

    assert ["ok", "ok"] == _outcomes(reply)
    assert ["w2"] == await _words(database)


@pytest.mark.parametrize(
    "body", [b"", b"no", b"[]", b'{"scans": 3}', b"\x89PNG\r\n\x1a\n", b'{"scans":[', b"\xff" * 50]
)
async def test_an_envelope_that_is_no_json_is_refused(sqlite_database: Database, body: bytes) -> None:
    with pytest.raises(Malformed):
        await INTAKE.take(sqlite_database, 1, body)


async def test_too_many_scans_are_refused(sqlite_database: Database) -> None:
    with pytest.raises(TooLarge) as caught:
        await INTAKE.take(sqlite_database, 1, _body(*[_scan(seq) for seq in range(1, 502)]))

    assert ("500", "501") == (caught.value.expected, caught.value.got)


async def test_what_a_device_says_of_itself_is_kept(database: Database) -> None:
    """Last heard, how much it still holds, which version: also from a request without scans, and from a liar."""
    device = await _device(database)

    await INTAKE.take(database, device, _body(unsent=12, app="1.4\x00.0"))
    heard = (await database.read(identity.list_devices))[0]
    await INTAKE.take(database, device, _body(unsent=-(10**15), app="x" * 100))
    again = (await database.read(identity.list_devices))[0]

    assert (12, "1.4.0", True) == (heard["unsent"], heard["app_version"], heard["last_seen_at"] is not None)
    assert (0, "x" * 32) == (again["unsent"], again["app_version"])


class Watched(Fact, frozen=True, kw_only=True):
    """Something that changes work on a device."""


async def test_news_that_commit_late_are_told(postgres_url: str) -> None:
    """Two transactions on PostgreSQL: the device asks between their commits, the one that began first commits last."""
    database = Database(postgres_url)
    other = create_async_engine(postgres_url.replace("postgresql://", "postgresql+asyncpg://"))
    watching = Intake(flows={}, people=people_of_sessions, watched=frozenset({"Watched"}))
    device = await _device(database)

    def tell(conn: sa.Connection, kind: type[Fact]) -> None:
        journal.append(conn, [kind(about="order:1")], clock.now())

    async def ask(cursor: int) -> ScanReply:
        return await watching.take(database, device, _body(cursor=cursor))

    await database.write(lambda conn: tell(conn, Fact))
    start = await ask(0)
    async with other.connect() as slow:
        transaction = await slow.begin()
        await slow.run_sync(lambda conn: tell(conn, Watched))
        await database.write(lambda conn: tell(conn, Fact))
        between = await ask(start.cursor)
        await transaction.commit()
    after = await ask(between.cursor)
    quiet = await ask(after.cursor)
    await other.dispose()
    await database.close()

    assert [False, True, False] == [each.work_changed for each in (between, after, quiet)]
    assert (start.cursor, start.cursor + 2, start.cursor + 2) == (between.cursor, after.cursor, quiet.cursor)
