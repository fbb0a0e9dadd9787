"""The intake at work: one chunk, one transaction. Load once, decide in memory, write once, answer with stored bytes."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from backend.platform import clock, journal
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.scanning import intake, store
from backend.scanning.intake import Received, Unreadable
from backend.scanning.protocol import Correction, Decision, Flow, Refusal, ScanReply, Taken, Verdict

log = structlog.get_logger()
People = Callable[[Connection, set[UUID], int], dict[UUID, tuple[int, str]]]
"""Session ids of a device -> (person, role). Handed in by the app: identity knows people, scanning does not."""


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
        received = intake.read_scans(envelope)
        acked = await database.read(lambda conn: store.read_acked(conn, device_id))
        repeats, fresh, gap = intake.contiguous(received, acked)
        verdicts = await database.read(lambda conn: self._repeat(conn, device_id, repeats)) if repeats else []
        for chunk in intake.chunks(fresh):
            taken, acked = await database.write(lambda conn, chunk=chunk: self.take_chunk(conn, device_id, chunk))
            verdicts.extend(taken)
        if gap and not verdicts:
            raise Conflict(
                "SEQ_GAP", f"Expected scan number {acked + 1}, got a later one; send the missing ones first.",
                expected=str(acked + 1), expected_seq=acked + 1, acked_seq=acked,
            )  # fmt: skip
        people = {each.session for each in received if not isinstance(each, Unreadable) and each.session}
        return await database.read(
            lambda conn: self._reply(conn, device_id, people, [msgspec.Raw(each) for each in verdicts], acked, envelope)
        )

    def _reply(
        self,
        conn: Connection,
        device_id: int,
        sessions: set[UUID],
        verdicts: list[msgspec.Raw],
        acked: int,
        envelope: Any,
    ) -> ScanReply:
        who = next(iter(self.people(conn, sessions, device_id).values()), (None, None))
        cursor = journal.last_seq(conn)
        news = sa.select(journal.fact.c.id).where(
            journal.fact.c.id > envelope.cursor,
            journal.fact.c.kind.in_(self.watched),
            sa.or_(journal.fact.c.device_id.is_(None), journal.fact.c.device_id != device_id),
        )
        changed = cursor > envelope.cursor and conn.execute(news.limit(1)).first() is not None
        corrections = store.open_corrections(conn, device_id, who[0])
        return ScanReply(
            verdicts=verdicts, acked_seq=acked, cursor=cursor, server_time=clock.now(), corrections=corrections,
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

    def take_chunk(self, conn: Connection, device_id: int, chunk: Sequence[Received]) -> tuple[list[bytes], int]:
        """One transaction: verdicts in order, and the last number taken. Repeats inside are answered, not applied."""
        acked = store.lock_queue(conn, device_id)
        repeats, fresh, _ = intake.contiguous(chunk, acked)
        verdicts = self._repeat(conn, device_id, repeats)
        if not fresh:
            return verdicts, acked
        now = clock.now()
        answers = self._decide(conn, device_id, fresh, now)
        people = self._people(conn, device_id, fresh)
        rows, corrections = [], []
        for each in fresh:
            verdict, snapshot, correction = answers[each.seq]
            encoded = intake.encode_verdict(verdict)
            verdicts.append(encoded)
            rows.append(_row(each, device_id, people, verdict, encoded, snapshot, now))
            if correction is not None and not isinstance(each, Unreadable):
                corrections.append((device_id, rows[-1]["person_id"], each.id, correction))
        store.insert_scans(conn, rows)
        store.insert_corrections(conn, corrections, now)
        acked = fresh[-1].seq
        store.advance_queue(conn, device_id, acked)
        return verdicts, acked

    def _people(self, conn: Connection, device_id: int, fresh: Sequence[Received]) -> dict[UUID, tuple[int, str]]:
        sessions = {each.session for each in fresh if not isinstance(each, Unreadable) and each.session}
        return self.people(conn, sessions, device_id)

    def _decide(
        self, conn: Connection, device_id: int, fresh: Sequence[Received], now: datetime
    ) -> dict[int, tuple[Verdict, dict[str, Any] | None, Correction | None]]:
        answers: dict[int, tuple[Verdict, dict[str, Any] | None, Correction | None]] = {}
        for each in fresh:
            if isinstance(each, Unreadable):
                refusal = Refusal(code="SCAN_UNREADABLE", got={"reason": each.reason}, cure="SCAN_AGAIN")
                answers[each.seq] = (Verdict(seq=each.seq, id=None, outcome="unreadable", refusal=refusal), None, None)
        readable = [each for each in fresh if not isinstance(each, Unreadable)]
        spent = store.known_ids(conn, [each.id for each in readable])
        broken = store.refused_acts(conn, device_id, {each.act for each in readable if each.act})
        people = self._people(conn, device_id, fresh)
        taken: list[Taken] = []
        for scan in readable:
            if scan.id in spent:
                refusal = Refusal(code="SCAN_ID_SPENT", cure="SCAN_AGAIN")
                answers[scan.seq] = (Verdict(seq=scan.seq, id=None, outcome="refused", refusal=refusal), None, None)
                continue
            spent.add(scan.id)
            person, role = people.get(scan.session, (None, None)) if scan.session else (None, None)
            taken.append(
                Taken(scan=scan, device_id=device_id, person_id=person, role=role, act_refused=scan.act in broken)
            )
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
            if getattr(error.orig, "sqlstate", "")[:2] in ("40", "57", "08", "53"):
                raise  # lost race or lost connection: the whole chunk is run again
            decided = self._park_or_split(conn, run, now, answers, error)
        except Exception as error:  # noqa: BLE001 - our bug must not jam the queue: parked in sight, with its trace
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
    each: Received, device_id: int, people: dict[UUID, tuple[int, str]], verdict: Verdict, encoded: bytes,
    snapshot: dict[str, Any] | None, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    if isinstance(each, Unreadable):
        return {
            "device_id": device_id, "seq": each.seq, "uid": None, "at": None, "received_at": now, "person_id": None,
            "flow": "", "task": "", "kind": "", "act": None, "raw": "", "outcome": verdict.outcome, "verdict": encoded,
            "record": {"unreadable": each.text, "reason": each.reason},
        }  # fmt: skip
    person = people.get(each.session) if each.session else None
    record = msgspec.to_builtins(each)
    if snapshot is not None:
        record["parked"] = snapshot
    return {
        "device_id": device_id, "seq": each.seq, "uid": each.id if verdict.id else None, "at": each.at,
        "received_at": now, "person_id": person[0] if person else None, "flow": each.flow, "task": each.task,
        "kind": each.kind, "act": each.act, "raw": each.raw, "outcome": verdict.outcome, "verdict": encoded,
        "record": record,
    }  # fmt: skip
