"""What the office and the bench see: jobs, printers, routes, and the configuration of an agent."""

import hashlib
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity.api import Caller
from backend.platform.errors import Forbidden
from backend.platform.limits import PAGE_ROWS
from backend.print_queue.bench_view import BenchAsk, BenchPrinter, BenchPrinting, by_printer
from backend.print_queue.routing import effective_state, is_heard
from backend.print_queue.store.equipment import load_route, load_standings
from backend.print_queue.tables import (
    PAPER_KINDS,
    bench_scale,
    print_agent,
    print_content,
    print_job,
    print_route,
    printer,
)
from printing.protocol import READY_STATES, AgentConfig, JobState, Media, PrinterConfig, PrinterState, ScaleConfig

ASKS_MAX = 20
OPEN_STATES = (JobState.QUEUED, JobState.LEASED, JobState.SENDING)


class JobRow(msgspec.Struct, frozen=True):
    """One print job. `waits_for` says why a queued one does not come out; `voided_by` is the paper that replaced it."""

    id: int
    title: str
    about: str
    station: str
    paper_kind: str
    printer: str
    printer_name: str
    template: str
    format: str
    copies: int
    state: JobState
    detail: str
    waits_for: str
    attempts: int
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    reprint_of: int | None
    reprint_reason: str
    voided_by: int | None


class JobPage(msgspec.Struct, frozen=True):
    """Newest first; `next` is the cursor of the following page, null at the end."""

    rows: list[JobRow]
    next: int | None


class PrinterRow(msgspec.Struct, frozen=True):
    """A printer as a person should see it: its state is `disconnected` while its agent is silent."""

    code: str
    name: str
    agent: str
    agent_seen_at: datetime | None
    driver: str
    transport: str
    address: str
    dpi: int
    media_width_mm: int | None
    media_height_mm: int | None
    darkness_percent: int | None
    speed_mm_s: int | None
    after_label: str | None
    answers_status: bool | None
    closes_line: bool
    fallback: str | None
    active: bool
    state: PrinterState
    state_detail: str
    state_at: datetime | None
    waiting: int
    unknown: int


class AgentRow(msgspec.Struct, frozen=True):
    """A printing agent; one that was shut out has a time in `revoked_at`."""

    name: str
    created_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    printers: int


class RouteRow(msgspec.Struct, frozen=True):
    """Papers of a kind at a station (`*`: every other one) go to a printer, or to the fallback while it is down."""

    station: str
    paper_kind: str
    printer: str
    fallback: str | None
    lifetime_h: int | None
    """Hours a paper may wait there; null: as its kind."""


class ScaleRow(msgspec.Struct, frozen=True):
    """A bench scale; `state` is `connected`, `silent`, `trouble` or `disconnected` (also while its agent is silent)."""

    station: str
    agent: str
    protocol: str
    address: str
    active: bool
    state: str
    state_detail: str
    state_at: datetime | None


def read_scales(conn: Connection, now: datetime) -> list[ScaleRow]:
    """All scales by station."""
    rows = conn.execute(
        sa.select(bench_scale, print_agent.c.name.label("agent"), print_agent.c.last_seen_at)
        .join(print_agent, print_agent.c.id == bench_scale.c.print_agent_id)
        .order_by(bench_scale.c.station)
    )
    return [
        ScaleRow(
            station=row.station,
            agent=row.agent,
            protocol=row.protocol,
            address=row.address,
            active=row.active,
            state=row.state if is_heard(row.last_seen_at, now) else "disconnected",
            state_detail=row.state_detail if is_heard(row.last_seen_at, now) else "the agent beside it is silent",
            state_at=row.state_at,
        )
        for row in rows
    ]


def read_bench(conn: Connection, station: str, now: datetime) -> BenchPrinting:
    """The printers that papers of a station come out of, and its papers of unknown outcome, oldest first."""
    standings = load_standings(conn)
    routed = [
        (kind, standings[route.printer_ids[0]].code)
        for kind in PAPER_KINDS
        if (route := load_route(conn, station, kind)).printer_ids
    ]
    kinds = by_printer(routed)
    printers = [
        BenchPrinter(row.code, row.name, kinds[row.code], row.state, row.state_detail, row.waiting)
        for row in (read_printers(conn, now) if kinds else [])
        if row.code in kinds
    ]
    unknown = _job_select().where(
        print_job.c.state == JobState.UNKNOWN, print_job.c.station == station, print_job.c.voided_by.is_(None)
    )
    asks = [
        BenchAsk(row.id, row.title, row.printer_code, row.printer_name)
        for row in conn.execute(unknown.order_by(print_job.c.id).limit(ASKS_MAX))
    ]
    return BenchPrinting(station, printers, asks)


def read_jobs(
    conn: Connection,
    now: datetime,
    *,
    state: str | None = None,
    about: str | None = None,
    station: str | None = None,
    printer_code: str | None = None,
    cursor: int | None = None,
    limit: int = PAGE_ROWS,
) -> JobPage:
    """A page of jobs; `state` may also be `open` (on their way) or `trouble` (unknown or failed, not replaced)."""
    statement = _job_select().order_by(print_job.c.id.desc()).limit(limit + 1)
    if state == "open":
        statement = statement.where(print_job.c.state.in_(OPEN_STATES))
    elif state == "trouble":
        trouble = print_job.c.state.in_((JobState.UNKNOWN, JobState.FAILED, JobState.EXPIRED))
        statement = statement.where(trouble, print_job.c.voided_by.is_(None))
    elif state:
        statement = statement.where(sa.cast(print_job.c.state, sa.String) == state)
    for column, value in ((print_job.c.about, about), (print_job.c.station, station), (printer.c.code, printer_code)):
        if value:
            statement = statement.where(column == value)
    if cursor is not None:
        statement = statement.where(print_job.c.id < cursor)
    rows = [_job_row(row, now) for row in conn.execute(statement)]
    return JobPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def read_job(conn: Connection, job_id: int, now: datetime) -> JobRow | None:
    """One job."""
    row = conn.execute(_job_select().where(print_job.c.id == job_id)).one_or_none()
    return None if row is None else _job_row(row, now)


def read_job_content(conn: Connection, job_id: int, caller: Caller) -> tuple[str, bytes] | None:
    """Format and bytes of a job, for a preview."""
    demand_may_see(conn, job_id, caller)
    joined = sa.select(print_job.c.format, print_content.c.content).join(
        print_content, print_content.c.id == print_job.c.content_id
    )
    row = conn.execute(joined.where(print_job.c.id == job_id)).one_or_none()
    return None if row is None else (row.format, row.content)


def demand_may_see(conn: Connection, job_id: int, caller: Caller) -> None:
    """A badge opens doors and is told once: who may not make one may neither look at its paper nor print it again.

    Raises `Forbidden` ROLE_TOO_LOW.
    """
    about = conn.execute(sa.select(print_job.c.about).where(print_job.c.id == job_id)).scalar_one_or_none()
    if about is not None and about.startswith("person:") and not caller.may("office"):
        raise Forbidden(
            "ROLE_TOO_LOW", f"Expected the role office or higher for a badge, got {caller.role}; ask the office for it.",
            expected="office", got=caller.role or "",
        )  # fmt: skip


def _job_select() -> sa.Select:
    return (
        sa.select(
            print_job,
            printer.c.code.label("printer_code"),
            printer.c.name.label("printer_name"),
            printer.c.state.label("printer_state"),
            printer.c.state_detail.label("printer_detail"),
            print_agent.c.last_seen_at,
        )
        .join(printer, printer.c.id == print_job.c.printer_id)
        .join(print_agent, print_agent.c.id == printer.c.print_agent_id)
    )


def _job_row(row: sa.Row, now: datetime) -> JobRow:
    waits_for = ""
    if row.state == JobState.QUEUED:
        real = effective_state(PrinterState(row.printer_state), row.last_seen_at, now)
        if real not in READY_STATES:
            waits_for = real.value
    return JobRow(
        id=row.id,
        title=row.title,
        about=row.about,
        station=row.station,
        paper_kind=row.paper_kind,
        printer=row.printer_code,
        printer_name=row.printer_name,
        template=row.template,
        format=row.format,
        copies=row.copies,
        state=JobState(row.state),
        detail=row.detail,
        waits_for=waits_for,
        attempts=row.attempts,
        created_at=row.created_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        reprint_of=row.reprint_of,
        reprint_reason=row.reprint_reason,
        voided_by=row.voided_by,
    )


def read_printers(conn: Connection, now: datetime) -> list[PrinterRow]:
    """All printers by code, with what waits at each and what nobody knows the outcome of."""
    other = printer.alias("other")

    def count(*states: JobState) -> sa.ScalarSelect[int]:
        mine = sa.select(sa.func.count()).select_from(print_job).where(print_job.c.printer_id == printer.c.id)
        return mine.where(print_job.c.state.in_(states)).scalar_subquery()

    statement = (
        sa.select(
            printer,
            print_agent.c.name.label("agent"),
            print_agent.c.last_seen_at,
            other.c.code.label("fallback"),
            count(*OPEN_STATES).label("waiting"),
            count(JobState.UNKNOWN).label("unknown"),
        )
        .join(print_agent, print_agent.c.id == printer.c.print_agent_id)
        .outerjoin(other, other.c.id == printer.c.fallback_id)
        .order_by(printer.c.code)
    )
    return [_printer_row(row, now) for row in conn.execute(statement)]


def _printer_row(row: sa.Row, now: datetime) -> PrinterRow:
    said = PrinterState(row.state)
    real = effective_state(said, row.last_seen_at, now)
    return PrinterRow(
        code=row.code,
        name=row.name,
        agent=row.agent,
        agent_seen_at=row.last_seen_at,
        driver=row.driver,
        transport=row.transport,
        address=row.address,
        dpi=row.dpi,
        media_width_mm=row.media_width_mm,
        media_height_mm=row.media_height_mm,
        darkness_percent=row.darkness_percent,
        speed_mm_s=row.speed_mm_s,
        after_label=row.after_label,
        answers_status=row.answers_status,
        closes_line=row.closes_line,
        fallback=row.fallback,
        active=row.active,
        state=real,
        state_detail=row.state_detail if real is said else "the agent beside it is silent",
        state_at=row.state_at,
        waiting=row.waiting,
        unknown=row.unknown,
    )


def read_agents(conn: Connection) -> list[AgentRow]:
    """All agents by name, with how many printers each serves."""
    mine = sa.select(sa.func.count()).select_from(printer).where(printer.c.print_agent_id == print_agent.c.id)
    statement = sa.select(print_agent, mine.scalar_subquery().label("printers")).order_by(print_agent.c.name)
    return [
        AgentRow(row.name, row.created_at, row.last_seen_at, row.revoked_at, row.printers)
        for row in conn.execute(statement)
    ]


def read_routes(conn: Connection) -> list[RouteRow]:
    """All routes by station."""
    other = printer.alias("other")
    statement = (
        sa.select(
            print_route.c.station,
            print_route.c.paper_kind,
            printer.c.code.label("printer"),
            other.c.code.label("fallback"),
            print_route.c.lifetime_h,
        )
        .join(printer, printer.c.id == print_route.c.printer_id)
        .outerjoin(other, other.c.id == print_route.c.fallback_id)
        .order_by(print_route.c.station, print_route.c.paper_kind)
    )
    return [
        RouteRow(row.station, row.paper_kind, row.printer, row.fallback, row.lifetime_h)
        for row in conn.execute(statement)
    ]


def read_agent_config(conn: Connection, agent_id: int) -> AgentConfig:
    """The printers of an agent; `version` is a hash of them, without what the agent itself found out."""
    rows = conn.execute(
        sa.select(printer).where(printer.c.print_agent_id == agent_id, printer.c.active).order_by(printer.c.code)
    )
    printers = tuple(
        PrinterConfig(
            code=row.code,
            name=row.name,
            driver=row.driver,
            transport=row.transport,
            address=row.address,
            dpi=row.dpi,
            media=Media(row.media_width_mm, row.media_height_mm)
            if row.media_width_mm and row.media_height_mm
            else None,
            answers_status=row.answers_status,
            closes_line=row.closes_line,
            darkness_percent=row.darkness_percent,
            speed_mm_s=row.speed_mm_s,
            after_label=row.after_label or "",
        )
        for row in rows
    )
    scale_rows = conn.execute(
        sa.select(bench_scale)
        .where(bench_scale.c.print_agent_id == agent_id, bench_scale.c.active)
        .order_by(bench_scale.c.station)
    )
    scales = tuple(ScaleConfig(row.station, row.protocol, row.address) for row in scale_rows)
    set_up = [msgspec.structs.replace(one, answers_status=None) for one in printers]
    version = hashlib.sha256(msgspec.json.encode([set_up, scales])).hexdigest()[:16]
    return AgentConfig(version, printers, scales)
