"""A small print queue for tests: two agents, two label printers, one for papers, and jobs with every field defaulted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.print_queue import api
from backend.print_queue.tables import print_job
from printing.protocol import JobReport, PrinterReport, PrinterState, PrintJob, ReportState

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def set_up(conn: sa.Connection) -> int:
    """Two agents; L1 with stand-in L2 (of the second agent), A4 for papers; both agents seen at noon."""
    first = api.authenticate_agent(conn, api.create_agent(conn, "bench", NOON))
    second = api.authenticate_agent(conn, api.create_agent(conn, "office", NOON))
    assert first is not None
    assert second is not None
    label = {"driver": "zpl", "transport": "tcp", "dpi": 203}
    api.save_printer(conn, "L2", "office", name="Labels 2", address="10.0.0.2", **label)
    api.save_printer(conn, "L1", "bench", name="Labels 1", address="10.0.0.1", **label)
    api.save_printer(conn, "A4", "bench", name="Laser", address="10.0.0.3", driver="pdf", transport="tcp")
    api.save_route(conn, "*", "label", "L1", fallback="L2")
    api.save_route(conn, "*", "paper", "A4")
    claim(conn, first.id, NOON)
    api.claim(conn, second.id, [PrinterReport("L2", PrinterState.CONNECTED)], NOON)
    return first.id


def claim(
    conn: sa.Connection, agent_id: int, at: datetime, state: PrinterState = PrinterState.CONNECTED, room: int = 3
) -> list[PrintJob]:
    reports = [PrinterReport("L1", state, room=room), PrinterReport("A4", state, room=room)]
    return api.claim(conn, agent_id, reports, at)


def enqueue(conn: sa.Connection, key: str = "label:1", **changes: Any) -> api.Queued:
    fields: dict[str, Any] = {
        "station": "P1", "paper_kind": "label", "title": "parcel 1, order 26-0001", "about": "order:1",
        "content": b"^XA^XZ", "format": "zpl", "now": NOON,
        "demands": [api.Demand("code128", "P.1.1")],
    }  # fmt: skip
    return api.enqueue(conn, key=key, **fields | changes)


def states(conn: sa.Connection) -> dict[str, str]:
    return {row.key: str(row.state) for row in conn.execute(sa.select(print_job.c.key, print_job.c.state))}


def report(state: ReportState, job: PrintJob, **changes: Any) -> JobReport:
    return JobReport(job.lease, state, **changes)
