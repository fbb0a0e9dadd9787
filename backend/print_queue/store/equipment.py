"""Agents with their tokens, printers, and the routes of papers to printers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform import ids
from backend.platform.database import upsert, wake_others
from backend.platform.errors import Conflict, Malformed, NotFound
from backend.print_queue.routing import ArtifactForm, PrinterStanding, artifact_format, is_ready, route_places, stand_in
from backend.print_queue.tables import ANY_STATION, PAPER_KINDS, print_agent, print_job, print_route, printer
from printing.protocol import READY_STATES, JobState, PrinterReport, PrinterState

DETAIL_MAX = 500


def create_agent(conn: Connection, name: str, now: datetime) -> str:
    """A printing agent, or a new token for one of that name; returns the token, which is shown once."""
    secret = ids.token()
    row = {"token_hash": ids.fingerprint(secret), "revoked_at": None}
    statement = upsert(conn, print_agent).values(name=name, created_at=now, **row)
    conn.execute(statement.on_conflict_do_update(index_elements=[print_agent.c.name], set_=row))
    return secret


def revoke_agent(conn: Connection, name: str, now: datetime) -> None:
    """The agent's token is worth nothing from now on."""
    done = conn.execute(sa.update(print_agent).where(print_agent.c.name == name).values(revoked_at=now))
    if done.rowcount == 0:
        raise NotFound("NO_AGENT", f"Expected a printing agent, got {name!r}, which is not known.", got=name)


class AgentKnown(msgspec.Struct, frozen=True):
    """The agent behind a token."""

    id: int
    name: str


def authenticate_agent(conn: Connection, secret: str) -> AgentKnown | None:
    """The agent that holds the token; None for an unknown or a revoked one."""
    row = conn.execute(
        sa.select(print_agent.c.id, print_agent.c.name).where(
            print_agent.c.token_hash == ids.fingerprint(secret), print_agent.c.revoked_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else AgentKnown(row.id, row.name)


def save_printer(conn: Connection, code: str, agent: str, **columns: Any) -> int:
    """Create or change a printer; returns its number.

    `columns` as in the table (name, driver, transport, address, dpi, media_width_mm...) and `fallback`, the code of
    another printer; of a known printer only what is named changes.
    """
    agent_id = conn.execute(sa.select(print_agent.c.id).where(print_agent.c.name == agent)).scalar_one_or_none()
    if agent_id is None:
        raise NotFound("NO_AGENT", f"Expected a printing agent, got {agent!r}; create it first.", got=agent)
    values = {"print_agent_id": agent_id, **columns}
    if "fallback" in values:
        fallback = values.pop("fallback")
        values["fallback_id"] = printer_id_of(conn, fallback) if fallback else None
    changed = conn.execute(sa.update(printer).where(printer.c.code == code).values(**values))
    if changed.rowcount == 0:
        missing = [name for name in ("name", "driver", "transport", "address") if not values.get(name)]
        if missing:
            raise Malformed(
                "PRINTER_INCOMPLETE", f"Expected {', '.join(missing)} for the new printer {code}, got none."
            )
        conn.execute(sa.insert(printer).values(code=code, **values))
    wake_others(conn)
    return printer_id_of(conn, code)


def save_route(
    conn: Connection,
    station: str,
    paper_kind: str,
    printer_code: str,
    fallback: str | None = None,
    lifetime_h: int | None = None,
) -> None:
    """Papers of a kind at a station go to this printer; `*` is every station without a route of its own."""
    if paper_kind not in PAPER_KINDS:
        raise Conflict("PAPER_KIND", f"Expected one of {', '.join(PAPER_KINDS)}, got {paper_kind!r}.", got=paper_kind)
    target = {
        "printer_id": printer_id_of(conn, printer_code),
        "fallback_id": printer_id_of(conn, fallback) if fallback else None,
        "lifetime_h": lifetime_h,
    }
    statement = upsert(conn, print_route).values(station=station, paper_kind=paper_kind, **target)
    keys = [print_route.c.station, print_route.c.paper_kind]
    conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=target))


def drop_route(conn: Connection, station: str, paper_kind: str) -> None:
    """The station goes back to the route of `*`."""
    here = (print_route.c.station == station) & (print_route.c.paper_kind == paper_kind)
    conn.execute(sa.delete(print_route).where(here))


def printer_id_of(conn: Connection, code: str) -> int:
    """The number of a printer; a Problem when there is none of that code."""
    number = conn.execute(sa.select(printer.c.id).where(printer.c.code == code)).scalar_one_or_none()
    if number is None:
        raise NotFound("NO_PRINTER", f"Expected a printer, got {code!r}, which is not known.", got=code)
    return int(number)


def load_standings(conn: Connection) -> dict[int, PrinterStanding]:
    """All printers, by number."""
    rows = conn.execute(
        sa.select(printer, print_agent.c.last_seen_at).join(print_agent, print_agent.c.id == printer.c.print_agent_id)
    )
    return {
        row.id: PrinterStanding(
            row.id, row.code, PrinterState(row.state), row.state_at, row.last_seen_at, row.fallback_id, row.dpi,
            row.active, row.driver,
        )
        for row in rows
    }  # fmt: skip


class Route(msgspec.Struct, frozen=True):
    """One line of the table of routes: printer first, then its stand-in, and how long a paper may wait there."""

    printer_ids: tuple[int, ...] = ()
    lifetime_h: int | None = None


def load_route(conn: Connection, station: str, paper_kind: str) -> Route:
    """Where a paper of a kind goes at a station (see `route_places`); without any printer when nobody said."""
    places = route_places(station, paper_kind, ANY_STATION)
    kinds = {kind for _, kind in places}
    rows = conn.execute(
        sa.select(print_route).where(
            print_route.c.station.in_((station, ANY_STATION)), print_route.c.paper_kind.in_(sorted(kinds))
        )
    ).all()
    found = {(row.station, row.paper_kind): row for row in rows}
    for place in places:
        if place in found:
            row = found[place]
            return Route(tuple(each for each in (row.printer_id, row.fallback_id) if each), row.lifetime_h)
    return Route()


def has_route(conn: Connection, station: str, paper_kind: str) -> bool:
    """Whether papers of the kind have a printer at the station."""
    return bool(load_route(conn, station, paper_kind).printer_ids)


def label_form(conn: Connection, station: str, paper_kind: str = "label") -> ArtifactForm:
    """How a label for a station must be drawn (see `artifact_format`); raises `Conflict` NO_ROUTE without a printer."""
    route = load_route(conn, station, paper_kind).printer_ids
    if not route:
        raise no_route(station, paper_kind)
    printers = load_standings(conn)
    first = printers[route[0]]
    others = dict.fromkeys((*route[1:], *([first.fallback_id] if first.fallback_id else [])))
    return artifact_format(first, [printers[number] for number in others if number in printers])


def no_route(station: str, paper_kind: str) -> Conflict:
    """The refusal of a paper that has no printer."""
    return Conflict(
        "NO_ROUTE",
        f"Expected a printer for {paper_kind} at station {station}, got none; set one in the office under Printers.",
        expected=paper_kind,
        got=station,
    )


def route_paper(
    conn: Connection, station: str, paper_kind: str, form: str, dpi: int, now: datetime
) -> tuple[int, int | None]:
    """Printer of a new paper (the route's, or while that is down a ready stand-in that takes it) and its lifetime_h."""
    route = load_route(conn, station, paper_kind)
    if not route.printer_ids:
        raise no_route(station, paper_kind)
    printers = load_standings(conn)
    chosen = printers[route.printer_ids[0]]
    if not is_ready(chosen, now):
        chosen = stand_in(chosen, route.printer_ids, printers, form, dpi, now) or chosen
    return chosen.id, route.lifetime_h


def note_reports(conn: Connection, agent_id: int, reports: Iterable[PrinterReport], now: datetime) -> dict[str, int]:
    """Keep what an agent says about its own printers; returns their numbers by code."""
    conn.execute(sa.update(print_agent).where(print_agent.c.id == agent_id).values(last_seen_at=now))
    rows = conn.execute(
        sa.select(printer).where(printer.c.print_agent_id == agent_id, printer.c.active).order_by(printer.c.id)
    )
    own = {row.code: row for row in rows}
    for report in reports:
        row = own.get(report.code)
        if row is None:
            continue
        detail = report.detail[:DETAIL_MAX]
        change: dict[str, object] = {}
        if (row.state, row.state_detail) != (report.state.value, detail):
            change = {"state": report.state.value, "state_detail": detail}
            if row.state != report.state.value:
                change["state_at"] = now
            if row.state not in READY_STATES and report.state in READY_STATES:
                # What went back because of its trouble need not sit out its pause now.
                waiting = (print_job.c.printer_id == row.id) & (print_job.c.state == JobState.QUEUED)
                conn.execute(sa.update(print_job).where(waiting).values(not_before=None))
        if report.answers_status and not row.answers_status:
            change["answers_status"] = True
        if change:
            conn.execute(sa.update(printer).where(printer.c.id == row.id).values(**change))
            wake_others(conn)
    return {code: row.id for code, row in own.items()}
