"""Lending jobs to agents and taking their reports.

A job goes out only while its printer is ready. A lease that ran out comes back to the queue when nothing was sent
(`leased`) and becomes a question for a person when something may have been (`sending`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform import ids, journal
from backend.platform.database import claim_clause, wake_others
from backend.platform.errors import Conflict, NotFound
from backend.print_queue.job_states import WAITING, JobStanding, ReportRefused, decide_report
from backend.print_queue.routing import is_down_long, stand_in
from backend.print_queue.store.equipment import load_route, load_standings, note_reports
from backend.print_queue.store.news import fact_of, tell
from backend.print_queue.store.scales import note_scales
from backend.print_queue.tables import print_content, print_job, printer
from printing.protocol import (
    JOBS_PER_CLAIM_MAX,
    LEASE_S,
    READY_STATES,
    Demand,
    JobReport,
    JobReportReply,
    JobState,
    PrinterReport,
    PrintJob,
    ScaleReport,
)

MOVED_PER_CLAIM_MAX = 200
ATTEMPTS_HOLDING = 8
_LEASE_OVER = "the agent fell silent while sending; nobody knows what came out"


def claim(
    conn: Connection,
    agent_id: int,
    reports: Sequence[PrinterReport],
    now: datetime,
    limit: int = JOBS_PER_CLAIM_MAX,
    scales: Sequence[ScaleReport] = (),
    holds: Sequence[str] | None = None,
    spool: str = "",
) -> list[PrintJob]:
    """Note the printers and scales, settle what ran out, and lend what the ready printers have room for, in order."""
    own = note_reports(conn, agent_id, reports, now)
    note_scales(conn, agent_id, scales, now)
    if holds is not None:
        _take_back_unheard(conn, agent_id, spool, holds)
    sweep(conn, now)
    move_waiting(conn, now)
    room = {own[one.code]: one.room for one in reports if one.code in own and one.state in READY_STATES}
    rows = conn.execute(_claimable(room, now)).all() if any(room.values()) else []
    lent: list[PrintJob] = []
    for row in rows:
        if room[row.printer_id] <= 0 or len(lent) >= limit:
            continue
        room[row.printer_id] -= 1
        lent.append(_lend(conn, agent_id, spool, row, now))
    return lent


def _take_back_unheard(conn: Connection, agent_id: int, spool: str, holds: Sequence[str]) -> None:
    """Jobs lent in a reply that never arrived: without their lease nobody can send them, so they are queued again.

    Only what was lent to this spool: two programs with one token would take each other's jobs away for ever.
    """
    lent = sa.select(print_job.c.id, print_job.c.lease).where(
        print_job.c.agent_id == agent_id, print_job.c.state == JobState.LEASED
    )
    known = set(holds)
    own = [row for row in conn.execute(lent) if row.lease.rpartition(".")[0] == spool]
    lost = [row.id for row in own if row.lease not in known]
    if lost:
        change = {"state": JobState.QUEUED, "lease": None, "leased_until": None}
        waiting = sa.and_(print_job.c.id.in_(lost), print_job.c.state == JobState.LEASED)
        conn.execute(sa.update(print_job).where(waiting).values(**change))


def _claimable(room: dict[int, int], now: datetime) -> sa.Select:
    """Queued jobs of these printers, the urgent and the old first; of one group only the first unfinished one.

    A job that was given back and pauses is not overtaken by younger ones of its own priority, unless it came back so
    often that the fault may be its own.
    """
    earlier = print_job.alias("earlier")
    blocked = sa.exists().where(
        earlier.c.sequence_group == print_job.c.sequence_group,
        earlier.c.printer_id == print_job.c.printer_id,
        earlier.c.state.in_(WAITING),
        earlier.c.id < print_job.c.id,
    )
    paused = print_job.alias("paused")
    overtakes = sa.exists().where(
        paused.c.printer_id == print_job.c.printer_id,
        paused.c.state == JobState.QUEUED,
        paused.c.not_before > now,
        paused.c.attempts < ATTEMPTS_HOLDING,
        paused.c.priority == print_job.c.priority,
        paused.c.id < print_job.c.id,
    )
    statement = (
        sa.select(print_job)
        .where(
            ~overtakes,
            print_job.c.printer_id.in_(sorted(number for number, left in room.items() if left > 0)),
            print_job.c.state == JobState.QUEUED,
            sa.or_(print_job.c.not_before.is_(None), print_job.c.not_before <= now),
            print_job.c.expires_at > now,
            sa.or_(print_job.c.sequence_group.is_(None), ~blocked),
        )
        .order_by(print_job.c.priority.desc(), print_job.c.id)
        .limit(JOBS_PER_CLAIM_MAX * 4)
    )
    return claim_clause(statement)


def has_work(conn: Connection, agent_id: int, ready_codes: Sequence[str], now: datetime) -> bool:
    """Whether a claim would do something: the cheap question of a long poll, asked on a reader."""
    mine = sa.and_(printer.c.print_agent_id == agent_id, printer.c.active)
    queued = sa.and_(
        print_job.c.state == JobState.QUEUED,
        sa.or_(print_job.c.not_before.is_(None), print_job.c.not_before <= now),
        printer.c.code.in_(ready_codes),
    )
    over = sa.and_(print_job.c.state.in_((JobState.LEASED, JobState.SENDING)), print_job.c.leased_until < now)
    found = sa.select(print_job.c.id).join(printer, printer.c.id == print_job.c.printer_id)
    return conn.execute(found.where(mine, sa.or_(queued, over)).limit(1)).first() is not None


def _lend(conn: Connection, agent_id: int, spool: str, row: sa.Row, now: datetime) -> PrintJob:
    lease = f"{spool}.{ids.token()}" if spool else ids.token()
    change = {
        "state": JobState.LEASED,
        "lease": lease,
        "leased_until": now + timedelta(seconds=LEASE_S),
        "agent_id": agent_id,
        "attempts": row.attempts + 1,
    }
    conn.execute(sa.update(print_job).where(print_job.c.id == row.id).values(**change))
    stored = conn.execute(sa.select(print_content).where(print_content.c.id == row.content_id)).one()
    code = conn.execute(sa.select(printer.c.code).where(printer.c.id == row.printer_id)).scalar_one()
    return PrintJob(
        id=row.id,
        key=str(row.uid),
        printer=code,
        format=row.format,
        content=stored.content,
        content_sha256=stored.sha256,
        lease=lease,
        lease_s=LEASE_S,
        media_width_mm=row.media_width_mm,
        media_height_mm=row.media_height_mm,
        dpi=row.dpi,
        copies=row.copies,
        demands=tuple(Demand(**one) for one in row.demands["codes"]),
        expires_at=row.expires_at,
        label_text=row.title,
    )


def report(conn: Connection, agent_id: int, job_id: int, said: JobReport, now: datetime) -> JobReportReply:
    """Fold an agent's report into the job. Conflict: the job is not the agent's any more, it must not send it."""
    row = conn.execute(
        sa.select(print_job).where(print_job.c.id == job_id, print_job.c.agent_id == agent_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("NO_PRINT_JOB", f"Expected a print job of this agent, got {job_id}.", got=str(job_id))
    standing = JobStanding(JobState(row.state), row.lease, row.attempts, row.expires_at, row.first_byte_at)
    change = decide_report(standing, said, now)
    if isinstance(change, ReportRefused):
        raise Conflict("LEASE_LOST", change.sentence, got=row.state)
    ended = change.state not in WAITING
    values = {
        "state": change.state,
        "detail": change.detail,
        "lease": row.lease if change.keeps_lease else None,
        "leased_until": now + timedelta(seconds=LEASE_S) if change.state is JobState.SENDING else None,
        "not_before": change.not_before,
        "first_byte_at": said.first_byte_at or row.first_byte_at,
        "last_byte_at": said.last_byte_at or row.last_byte_at,
        "ended_at": (row.ended_at or now) if ended else None,
    }
    conn.execute(sa.update(print_job).where(print_job.c.id == job_id).values(**values))
    tell(conn, row, change.state, change.detail, now, None)
    wake_others(conn)
    return JobReportReply(change.state)


def sweep(conn: Connection, now: datetime) -> int:
    """Expire what is too late, take back unsent leases, turn silent `sending` into `unknown`; returns how many."""
    changes: tuple[tuple[sa.ColumnElement[bool], dict[str, Any]], ...] = (
        (
            sa.and_(print_job.c.state == JobState.QUEUED, print_job.c.expires_at <= now),
            {"state": JobState.EXPIRED, "ended_at": now, "lease": None},
        ),
        (
            sa.and_(print_job.c.state == JobState.LEASED, print_job.c.leased_until < now),
            {"state": JobState.QUEUED, "lease": None, "leased_until": None},
        ),
        (
            # The lease stays: the agent that sent it may still come back and know better.
            sa.and_(print_job.c.state == JobState.SENDING, print_job.c.leased_until < now),
            {"state": JobState.UNKNOWN, "detail": _LEASE_OVER, "ended_at": now, "leased_until": None},
        ),
    )
    count = 0
    for where, values in changes:
        state, detail = JobState(values["state"]), str(values.get("detail", ""))
        changed = sa.update(print_job).where(where).values(**values)
        rows = conn.execute(changed.returning(print_job.c.title, print_job.c.about)).all()
        told = [fact_of(state, row.about, row.title, detail) for row in rows]
        journal.append(conn, [each for each in told if each is not None], now)
        count += len(rows)
    if count:
        wake_others(conn)
    return count


def move_waiting(conn: Connection, now: datetime) -> int:
    """Jobs that nobody began to send leave a printer that is down for the ready stand-in; returns how many."""
    printers = load_standings(conn)
    down = sorted(one.id for one in printers.values() if is_down_long(one, now))
    if not down:
        return 0
    waiting = conn.execute(
        claim_clause(
            sa.select(print_job)
            .where(print_job.c.printer_id.in_(down), print_job.c.state == JobState.QUEUED)
            .order_by(print_job.c.id)
            .limit(MOVED_PER_CLAIM_MAX)
        )
    ).all()
    routes: dict[tuple[str, str], tuple[int, ...]] = {}
    moved = 0
    for row in waiting:
        place = (row.station, row.paper_kind)
        if place not in routes:
            routes[place] = load_route(conn, *place).printer_ids
        source = printers[row.printer_id]
        target = stand_in(source, routes[place], printers, row.format, row.dpi, now)
        if target is not None:
            detail = f"moved from {source.code}, which is {source.state}"
            change = {"printer_id": target.id, "detail": detail, "not_before": None}
            conn.execute(sa.update(print_job).where(print_job.c.id == row.id).values(**change))
            moved += 1
    if moved:
        wake_others(conn)
    return moved
