"""The intake at work: one chunk, one transaction. Load once, decide in memory, write once, answer with stored bytes."""

import sqlite3
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from backend.identity.api import hear_devices
from backend.identity.caller import SessionHolder
from backend.platform import clock, journal
from backend.platform.cursors import settled_seq
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.platform.gathering import Gathering
from backend.platform.statements import savepoint
from backend.scanning import intake, store
from backend.scanning.intake import Received, Unreadable
from backend.scanning.protocol import (
    Correction,
    Decision,
    Flow,
    Refusal,
    Scan,
    ScanEnvelope,
    ScanReply,
    Taken,
    Verdict,
)

log = structlog.get_logger()
People = Callable[[Connection, set[UUID]], dict[tuple[int, UUID], SessionHolder]]
"""Session ids -> holder by (device, session). Handed in by the app: identity knows people, scanning does not."""

SCANS_TOGETHER = 160
"""Parts are put into one transaction until it holds so many scans."""
NEWS_READ = 100


class Part(msgspec.Struct, frozen=True):
    """At most `SCANS_PER_TRANSACTION` scans of one request. `envelope` comes with its last part: then a reply is due."""

    device_id: int
    scans: list[Received]
    envelope: ScanEnvelope | None
    late_by: timedelta

    @property
    def flow(self) -> str | None:
        """The one flow of its scans; None for several, and for what cannot be read."""
        flows = {None if isinstance(each, Unreadable) else each.flow for each in self.scans}
        return flows.pop() if len(flows) == 1 else None


class _Queue(NamedTuple):
    """What of a part is new, behind the last number taken before."""

    part: Part
    fresh: list[Received]
    verdicts: list[bytes]
    acked_seq: int
    gap: bool


class _Taken(NamedTuple):
    verdicts: list[bytes]
    acked_seq: int
    gap: bool
    reply: ScanReply | None


Answer = tuple[Verdict, dict[str, Any] | None, Correction | None]
Number = tuple[int, int]
"""(device, sequence number)"""


class Intake(msgspec.Struct, frozen=True):
    """`flows` by name; `people` resolves sessions; `watched` are the kinds of facts that change running work.

    Requests of several devices that wait at the same time are taken in one transaction, each by its own queue: what the
    statements of a chunk cost is then shared by all of them.
    """

    flows: Mapping[str, Flow]
    people: People
    watched: frozenset[str] = frozenset()
    gatherings: WeakKeyDictionary[Database, Gathering[Part, _Taken]] = msgspec.field(default_factory=WeakKeyDictionary)

    async def take(self, database: Database, device_id: int, body: bytes) -> ScanReply:
        """Take every scan of the request that follows without a gap; answer repeats with their stored bytes.

        Raises `Malformed`, `TooLarge`, and `Conflict` SEQ_GAP (carrying `expected_seq`) when not even the first scan
        could be taken, or SEQ_REUSED when a number comes back with another scan: the device's store was copied.
        """
        envelope = intake.read_envelope(body)
        late_by = intake.clock_error(envelope, clock.now())
        received = intake.in_order(intake.read_scans(envelope))
        verdicts: list[bytes] = []
        parts = intake.chunks(received) or [[]]
        for scans in parts:
            part = Part(device_id, scans, envelope if scans is parts[-1] else None, late_by)
            answer = await self._gathering(database).give(part)
            verdicts.extend(answer.verdicts)
            if answer.gap and not verdicts:
                raise Conflict(
                    "SEQ_GAP",
                    f"Expected scan number {answer.acked_seq + 1}, got a later one; send the missing ones first.",
                    expected=str(answer.acked_seq + 1), expected_seq=answer.acked_seq + 1, acked_seq=answer.acked_seq,
                )  # fmt: skip
            reply = answer.reply
        assert reply is not None
        return msgspec.structs.replace(reply, verdicts=[msgspec.Raw(each) for each in verdicts])

    def _gathering(self, database: Database) -> Gathering[Part, _Taken]:
        found = self.gatherings.get(database)
        if found is None:
            found = self.gatherings[database] = Gathering(
                database, self.take_parts, kind=lambda part: part.flow, owner=lambda part: part.device_id,
                weight=lambda part: len(part.scans), limit=SCANS_TOGETHER,
            )  # fmt: skip
        return found

    def take_parts(self, conn: Connection, parts: Sequence[Part]) -> list[_Taken | Exception]:
        """One transaction for parts of different devices. Repeats inside are answered, not applied."""
        acked = store.lock_queues(conn, [part.device_id for part in parts])
        sessions = {each.session for part in parts for each in part.scans if isinstance(each, Scan) and each.session}
        sessions |= {part.envelope.session for part in parts if part.envelope and part.envelope.session}
        people = self.people(conn, sessions)
        now = clock.now()
        queues: list[_Queue | Conflict] = []
        for part in parts:
            repeats, fresh, gap = intake.contiguous(part.scans, acked[part.device_id])
            try:
                verdicts = _repeat(conn, part.device_id, repeats)
            except Conflict as refused:
                queues.append(refused)
            else:
                queues.append(_Queue(part, fresh, verdicts, acked[part.device_id], gap))
        open_queues = [each for each in queues if isinstance(each, _Queue)]
        authors = {
            (queue.part.device_id, each.seq): author
            for queue in open_queues
            for each in queue.fresh
            if isinstance(each, Scan)
            and (author := intake.author_of(each, _of_device(people, queue.part.device_id), queue.part.late_by, now))
        }
        answers = self._decide(conn, open_queues, authors, now)
        taken = [_write_down(queue, authors, answers, now) for queue in open_queues]
        store.insert_scans(conn, [row for rows, _, _ in taken for row in rows])
        store.insert_corrections(conn, [each for _, found, _ in taken for each in found], now)
        store.advance_queues(conn, {queue.part.device_id: queue.acked_seq for _, _, queue in taken if queue.fresh})
        replies = self._replies(conn, [queue for _, _, queue in taken if queue.part.envelope], people)
        done = {
            queue.part.device_id: _Taken(queue.verdicts, queue.acked_seq, queue.gap, replies.get(queue.part.device_id))
            for _, _, queue in taken
        }
        return [
            each if isinstance(each, Conflict) else done[part.device_id]
            for part, each in zip(parts, queues, strict=True)
        ]

    def _replies(
        self, conn: Connection, queues: Sequence[_Queue], people: Mapping[tuple[int, UUID], SessionHolder]
    ) -> dict[int, ScanReply]:
        """By device: what is new, and what there is to be put right."""
        asked = [(queue, queue.part.device_id, queue.part.envelope) for queue in queues if queue.part.envelope]
        if not asked:
            return {}
        now = clock.now()
        hear_devices(conn, [(device_id, envelope.unsent, envelope.app) for _, device_id, envelope in asked], now)
        last = journal.last_seq(conn)
        known = {device_id: min(max(envelope.cursor, 0), intake.SEQ_MAX) for _, device_id, envelope in asked}
        oldest = min(known.values())
        news = journal.newest(conn, oldest, self.watched, NEWS_READ) if last > oldest else []
        cursor = settled_seq(conn, min(oldest, last), last, now)
        # Whoever is signed in there now; else the author of what came: corrections follow the person, not the device.
        persons = {
            device_id: next(
                (
                    each.person_id
                    for (where, session), each in sorted(people.items(), key=lambda one: one[0][1] != envelope.session)
                    if where == device_id
                ),
                None,
            )
            for _, device_id, envelope in asked
        }
        corrections = store.corrections_of(conn, [(device_id, persons[device_id]) for _, device_id, _ in asked])
        return {
            device_id: ScanReply(
                verdicts=[], acked_seq=queue.acked_seq, cursor=max(cursor, min(known[device_id], last)),
                server_time=now, corrections=found,
                work_changed=self._has_news(conn, device_id, known[device_id], news),
            )
            for (queue, device_id, _), found in zip(asked, corrections, strict=True)
        }  # fmt: skip

    def _has_news(self, conn: Connection, device_id: int, known: int, news: Sequence[tuple[int, int | None]]) -> bool:
        if any(number > known and maker != device_id for number, maker in news):
            return True
        if len(news) < NEWS_READ or news[-1][0] <= known:
            return False
        older = journal.newest(conn, known, self.watched, NEWS_READ * 100)
        return any(maker != device_id for _, maker in older)

    def _decide(
        self,
        conn: Connection,
        queues: Sequence[_Queue],
        authors: Mapping[Number, SessionHolder],
        now: datetime,
    ) -> dict[Number, Answer]:
        answers: dict[Number, Answer] = {}
        readable: list[tuple[int, Scan]] = []
        for queue in queues:
            for each in queue.fresh:
                if isinstance(each, Unreadable):
                    refusal = Refusal(code="SCAN_UNREADABLE", got={"reason": each.reason}, cure="SCAN_AGAIN")
                    verdict = Verdict(seq=each.seq, id=None, outcome="unreadable", refusal=refusal)
                    answers[queue.part.device_id, each.seq] = (verdict, None, None)
                else:
                    readable.append((queue.part.device_id, each))
        acts = {scan.act for _, scan in readable if scan.act}
        spent, broken = store.read_known(conn, [scan.id for _, scan in readable], list(acts))
        taken: list[Taken] = []
        for device_id, scan in readable:
            if scan.id in spent:
                refusal = Refusal(code="SCAN_ID_SPENT", cure="SCAN_AGAIN")
                verdict = Verdict(seq=scan.seq, id=None, outcome="refused", refusal=refusal)
                answers[device_id, scan.seq] = (verdict, None, None)
                continue
            spent.add(scan.id)
            author = authors.get((device_id, scan.seq))
            taken.append(
                Taken(
                    scan=scan, device_id=device_id, person_id=author.person_id if author else None,
                    role=author.role if author else None, act_refused=(device_id, scan.act) in broken,
                )
            )  # fmt: skip
        for run in intake.runs_of_one_flow(taken):
            self._run(conn, run, now, answers)
        return answers

    def _run(self, conn: Connection, run: list[Taken], now: datetime, answers: dict[Number, Answer]) -> None:
        """A run stands in a savepoint; when it breaks, each device, then each scan is tried alone. Only poison is parked."""
        flow = self.flows.get(run[0].scan.flow)
        if flow is None:
            for each in run:
                decision = _without_flow(each)
                verdict = intake.verdict_of(each.scan.seq, decision, each.scan)
                answers[each.device_id, each.scan.seq] = (verdict, None, None)
            return
        try:
            with savepoint(conn):
                decided = self._apply(conn, flow, run, now)
        except sa.exc.PendingRollbackError:
            raise  # the line to the database was lost on the way
        except sa.exc.DBAPIError as error:
            if conn.invalidated or _is_trouble(error):
                raise  # the database or a lost race, not the scan: nothing is taken, it is sent or run again
            decided = self._park_or_split(conn, run, now, answers, error)
        except Exception as error:
            decided = self._park_or_split(conn, run, now, answers, error)
        for each, decision in decided:
            verdict = intake.verdict_of(each.scan.seq, decision, each.scan)
            answers[each.device_id, each.scan.seq] = (verdict, None, decision.correction)

    def _park_or_split(
        self, conn: Connection, run: list[Taken], now: datetime, answers: dict[Number, Answer], error: Exception
    ) -> list[tuple[Taken, Decision]]:
        if len(run) > 1:
            for smaller in intake.split(run):
                self._run(conn, smaller, now, answers)
            return []
        scan = run[0].scan
        log.error("scan parked", seq=scan.seq, flow=scan.flow, task=scan.task, exc_info=error)
        refusal = Refusal(code="SCAN_PARKED", got={"flow": scan.flow}, cure="CALL_OFFICE")
        trace = "".join(traceback.format_exception(error))[-4000:]
        verdict = Verdict(seq=scan.seq, id=scan.id, outcome="parked", refusal=refusal, note=intake.note_of(scan))
        answers[run[0].device_id, scan.seq] = (verdict, {"trace": trace}, None)
        return []

    def _apply(self, conn: Connection, flow: Flow, run: list[Taken], now: datetime) -> list[tuple[Taken, Decision]]:
        snapshot = flow.load(conn, run)
        snapshot, decided = intake.fold(flow, snapshot, run, now)
        flow.save(conn, snapshot, decided, now)
        journal.append_rows(
            conn,
            [
                {
                    "kind": type(fact).__name__, "about": fact.about, "at": now, "person_id": each.person_id,
                    "device_id": each.device_id, "scan_id": each.scan.id, "payload": msgspec.to_builtins(fact),
                }
                for each, decision in decided
                for fact in decision.facts
            ],
        )  # fmt: skip
        return decided


def _is_trouble(error: sa.exc.DBAPIError) -> bool:
    """Whether the database itself failed. SQLite names wrong SQL alike (code 1): that is a bug of a flow, hence poison."""
    if isinstance(error, sa.exc.OperationalError):
        return bool(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_ERROR)
    return (getattr(error.orig, "sqlstate", None) or "")[:2] in ("40", "57", "08", "53")


def _without_flow(taken: Taken) -> Decision:
    """Scans of no flow (a look-up, training) are evidence only; an unknown flow is refused by name."""
    if taken.scan.flow in ("", "look_up", "training") or taken.scan.local != "ok":
        return Decision()
    return Decision(refusal=Refusal(code="FLOW_UNKNOWN", got={"flow": taken.scan.flow}, cure="UPDATE_APP"))


def _of_device(people: Mapping[tuple[int, UUID], SessionHolder], device_id: int) -> dict[UUID, SessionHolder]:
    """A session counts on its own device only."""
    return {uid: holder for (where, uid), holder in people.items() if where == device_id}


def _repeat(conn: Connection, device_id: int, repeats: Sequence[Received]) -> list[bytes]:
    stored = store.stored_verdicts(conn, device_id, [each.seq for each in repeats])
    answers = []
    for each in repeats:
        known = stored.get(each.seq)
        if known is None:
            continue
        uid, verdict = known
        if not isinstance(each, Unreadable) and uid is not None and uid != each.id:
            raise Conflict(
                "SEQ_REUSED",
                f"Expected scan number {each.seq} to be the one already taken, got another; "
                "this device's memory was copied: enrol it again.",
                expected=str(uid), got=str(each.id),
            )  # fmt: skip
        answers.append(verdict)
    return answers


def _write_down(
    queue: _Queue, authors: Mapping[Number, SessionHolder], answers: Mapping[Number, Answer], now: datetime
) -> tuple[list[dict[str, Any]], list[tuple[int | None, int | None, UUID | None, Correction]], _Queue]:
    """Rows for the scans, what has to be put right, and the queue as it stands then."""
    device_id, verdicts = queue.part.device_id, list(queue.verdicts)
    rows: list[dict[str, Any]] = []
    corrections: list[tuple[int | None, int | None, UUID | None, Correction]] = []
    for each in queue.fresh:
        verdict, snapshot, correction = answers[device_id, each.seq]
        encoded = intake.encode_verdict(verdict)
        verdicts.append(encoded)
        rows.append(_row(each, device_id, authors.get((device_id, each.seq)), verdict, encoded, snapshot, now))
        if correction is not None and isinstance(each, Scan):
            corrections.append((device_id, rows[-1]["person_id"], each.id, correction))
    acked_seq = queue.fresh[-1].seq if queue.fresh else queue.acked_seq
    return rows, corrections, queue._replace(verdicts=verdicts, acked_seq=acked_seq)


def _row(
    each: Received, device_id: int, author: SessionHolder | None, verdict: Verdict, encoded: bytes,
    snapshot: dict[str, Any] | None, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    if isinstance(each, Unreadable):
        return {
            "device_id": device_id, "seq": each.seq, "uid": None, "at": None, "received_at": now, "person_id": None,
            "flow": "", "task": "", "kind": "", "act": None, "raw": "", "outcome": verdict.outcome, "verdict": encoded,
            "record": {"unreadable": each.text, "reason": each.reason},
        }  # fmt: skip
    record = msgspec.to_builtins(each)
    if snapshot is not None:
        record["parked"] = snapshot
    return {
        "device_id": device_id, "seq": each.seq, "uid": each.id if verdict.id else None, "at": each.at,
        "received_at": now, "person_id": author.person_id if author else None, "flow": each.flow, "task": each.task,
        "kind": each.kind, "act": each.act, "raw": each.raw, "outcome": verdict.outcome, "verdict": encoded,
        "record": record,
    }  # fmt: skip
