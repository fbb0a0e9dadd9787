"""The intake at work: one chunk, one transaction. Load once, decide in memory, write once, answer with stored bytes."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from backend.identity.api import hear_device
from backend.identity.caller import SessionHolder
from backend.platform import clock, journal
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.scanning import intake, store
from backend.scanning.intake import Received, Unreadable
from backend.scanning.protocol import Correction, Decision, Flow, Refusal, ScanEnvelope, ScanReply, Taken, Verdict

log = structlog.get_logger()
People = Callable[[Connection, set[UUID], int], dict[UUID, SessionHolder]]
"""Session ids of a device -> their holders. Handed in by the app: identity knows people, scanning does not."""


class _Part(NamedTuple):
    verdicts: list[bytes]
    acked_seq: int
    gap: bool
    reply: ScanReply | None = None


class Intake(msgspec.Struct, frozen=True):
    """`flows` by name; `people` resolves sessions; `watched` are the kinds of facts that change running work."""

    flows: Mapping[str, Flow]
    people: People
    watched: frozenset[str] = frozenset()

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
        for part in parts:
            asked = envelope if part is parts[-1] else None
            answer = await database.write(
                partial(self._take_part, device_id=device_id, part=part, envelope=asked, late_by=late_by)
            )
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

    def _take_part(
        self,
        conn: Connection,
        device_id: int,
        part: Sequence[Received],
        envelope: ScanEnvelope | None,
        late_by: timedelta,
    ) -> "_Part":
        """One transaction; with the last part of a request the rest of the answer is read in it as well."""
        verdicts, acked, gap, people = self.take_chunk(conn, device_id, part, late_by)
        if envelope is None:
            return _Part(verdicts, acked, gap)
        return _Part(verdicts, acked, gap, self._reply(conn, device_id, people, acked, envelope))

    def _reply(
        self,
        conn: Connection,
        device_id: int,
        people: Mapping[UUID, SessionHolder],
        acked: int,
        envelope: ScanEnvelope,
    ) -> ScanReply:
        who = next(iter(people.values()), None)
        hear_device(conn, device_id, envelope.unsent, envelope.app, clock.now())
        cursor = journal.last_seq(conn)
        known = min(max(envelope.cursor, 0), intake.SEQ_MAX)
        news = sa.select(journal.fact.c.id).where(
            journal.fact.c.id > known,
            journal.fact.c.kind.in_(self.watched),
            sa.or_(journal.fact.c.device_id.is_(None), journal.fact.c.device_id != device_id),
        )
        changed = cursor > known and conn.execute(news.limit(1)).first() is not None
        corrections = store.open_corrections(conn, device_id, who.person_id if who else None)
        return ScanReply(
            verdicts=[], acked_seq=acked, cursor=cursor, server_time=clock.now(), corrections=corrections,
            work_changed=changed,
        )  # fmt: skip

    def _repeat(self, conn: Connection, device_id: int, repeats: Sequence[Received]) -> list[bytes]:
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

    def take_chunk(
        self, conn: Connection, device_id: int, chunk: Sequence[Received], late_by: timedelta = timedelta(0)
    ) -> tuple[list[bytes], int, bool, dict[UUID, SessionHolder]]:
        """One transaction: verdicts in order, the last number taken, whether a gap follows, who made the scans.

        Repeats inside are answered, not applied.
        """
        acked = store.lock_queue(conn, device_id)
        repeats, fresh, gap = intake.contiguous(chunk, acked)
        sessions = {each.session for each in chunk if not isinstance(each, Unreadable) and each.session}
        people = self.people(conn, sessions, device_id)
        verdicts = self._repeat(conn, device_id, repeats)
        if not fresh:
            return verdicts, acked, gap, people
        now = clock.now()
        authors = {
            each.seq: author
            for each in fresh
            if not isinstance(each, Unreadable) and (author := intake.author_of(each, people, late_by, now))
        }
        answers = self._decide(conn, device_id, fresh, authors, now)
        rows, corrections = [], []
        for each in fresh:
            verdict, snapshot, correction = answers[each.seq]
            encoded = intake.encode_verdict(verdict)
            verdicts.append(encoded)
            rows.append(_row(each, device_id, authors, verdict, encoded, snapshot, now))
            if correction is not None and not isinstance(each, Unreadable):
                corrections.append((device_id, rows[-1]["person_id"], each.id, correction))
        store.insert_scans(conn, rows)
        store.insert_corrections(conn, corrections, now)
        acked = fresh[-1].seq
        store.advance_queue(conn, device_id, acked)
        return verdicts, acked, gap, people

    def _decide(
        self,
        conn: Connection,
        device_id: int,
        fresh: Sequence[Received],
        authors: Mapping[int, SessionHolder],
        now: datetime,
    ) -> dict[int, tuple[Verdict, dict[str, Any] | None, Correction | None]]:
        answers: dict[int, tuple[Verdict, dict[str, Any] | None, Correction | None]] = {}
        for each in fresh:
            if isinstance(each, Unreadable):
                refusal = Refusal(code="SCAN_UNREADABLE", got={"reason": each.reason}, cure="SCAN_AGAIN")
                answers[each.seq] = (Verdict(seq=each.seq, id=None, outcome="unreadable", refusal=refusal), None, None)
        readable = [each for each in fresh if not isinstance(each, Unreadable)]
        spent = store.known_ids(conn, [each.id for each in readable])
        broken = store.refused_acts(conn, device_id, {each.act for each in readable if each.act})
        taken: list[Taken] = []
        for scan in readable:
            if scan.id in spent:
                refusal = Refusal(code="SCAN_ID_SPENT", cure="SCAN_AGAIN")
                answers[scan.seq] = (Verdict(seq=scan.seq, id=None, outcome="refused", refusal=refusal), None, None)
                continue
            spent.add(scan.id)
            author = authors.get(scan.seq)
            taken.append(
                Taken(
                    scan=scan, device_id=device_id, person_id=author.person_id if author else None,
                    role=author.role if author else None, act_refused=scan.act in broken,
                )
            )  # fmt: skip
        for run in intake.runs_of_one_flow(taken):
            self._run(conn, run, now, answers)
        return answers

    def _run(self, conn: Connection, run: list[Taken], now: datetime, answers: dict[int, Any]) -> None:
        """A run stands in a savepoint; when it breaks, each scan is tried alone and only the poison one is parked."""
        flow = self.flows.get(run[0].scan.flow)
        if flow is None:
            for each in run:
                decision = _without_flow(each)
                answers[each.scan.seq] = (intake.verdict_of(each.scan.seq, decision, each.scan), None, None)
            return
        try:
            with conn.begin_nested():
                decided = self._apply(conn, flow, run, now)
        except sa.exc.OperationalError:
            raise  # the database itself is in trouble: nothing is taken, the device sends again
        except sa.exc.DBAPIError as error:
            if (getattr(error.orig, "sqlstate", None) or "")[:2] in ("40", "57", "08", "53"):
                raise  # lost race or lost connection: the whole chunk is run again
            decided = self._park_or_split(conn, run, now, answers, error)
        except Exception as error:
            decided = self._park_or_split(conn, run, now, answers, error)
        for each, decision in decided:
            verdict = intake.verdict_of(each.scan.seq, decision, each.scan)
            answers[each.scan.seq] = (verdict, None, decision.correction)

    def _park_or_split(
        self, conn: Connection, run: list[Taken], now: datetime, answers: dict[int, Any], error: Exception
    ) -> list[tuple[Taken, Decision]]:
        if len(run) > 1:
            for each in run:
                self._run(conn, [each], now, answers)
            return []
        scan = run[0].scan
        log.error("scan parked", seq=scan.seq, flow=scan.flow, task=scan.task, exc_info=error)
        refusal = Refusal(code="SCAN_PARKED", got={"flow": scan.flow}, cure="CALL_OFFICE")
        trace = "".join(traceback.format_exception(error))[-4000:]
        verdict = Verdict(seq=scan.seq, id=scan.id, outcome="parked", refusal=refusal)
        answers[scan.seq] = (verdict, {"trace": trace}, None)
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


def _without_flow(taken: Taken) -> Decision:
    """Scans of no flow (a look-up, training) are evidence only; an unknown flow is refused by name."""
    if taken.scan.flow in ("", "look_up", "training") or taken.scan.local != "ok":
        return Decision()
    return Decision(refusal=Refusal(code="FLOW_UNKNOWN", got={"flow": taken.scan.flow}, cure="UPDATE_APP"))


def _row(
    each: Received, device_id: int, authors: Mapping[int, SessionHolder], verdict: Verdict, encoded: bytes,
    snapshot: dict[str, Any] | None, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    if isinstance(each, Unreadable):
        return {
            "device_id": device_id, "seq": each.seq, "uid": None, "at": None, "received_at": now, "person_id": None,
            "flow": "", "task": "", "kind": "", "act": None, "raw": "", "outcome": verdict.outcome, "verdict": encoded,
            "record": {"unreadable": each.text, "reason": each.reason},
        }  # fmt: skip
    author = authors.get(each.seq)
    record = msgspec.to_builtins(each)
    if snapshot is not None:
        record["parked"] = snapshot
    return {
        "device_id": device_id, "seq": each.seq, "uid": each.id if verdict.id else None, "at": each.at,
        "received_at": now, "person_id": author.person_id if author else None, "flow": each.flow, "task": each.task,
        "kind": each.kind, "act": each.act, "raw": each.raw, "outcome": verdict.outcome, "verdict": encoded,
        "record": record,
    }  # fmt: skip
