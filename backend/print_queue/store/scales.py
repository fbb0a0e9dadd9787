"""Bench scales that an agent reads: where they are, and how they are."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import upsert, wake_others
from backend.platform.errors import NotFound
from backend.print_queue.tables import bench_scale, print_agent
from printing.protocol import ScaleReport

DETAIL_MAX = 500


def save_scale(conn: Connection, station: str, agent: str, protocol: str, address: str, *, active: bool = True) -> None:
    """The scale of a bench, read by this agent; one bench has one scale."""
    agent_id = conn.execute(sa.select(print_agent.c.id).where(print_agent.c.name == agent)).scalar_one_or_none()
    if agent_id is None:
        raise NotFound("NO_AGENT", f"Expected a printing agent, got {agent!r}; create it first.", got=agent)
    row = {"print_agent_id": agent_id, "protocol": protocol, "address": address, "active": active}
    fresh = {"state": "disconnected", "state_detail": "", "state_at": None}
    statement = upsert(conn, bench_scale).values(station=station, **row, **fresh)
    conn.execute(statement.on_conflict_do_update(index_elements=[bench_scale.c.station], set_=row))
    wake_others(conn)


def drop_scale(conn: Connection, station: str) -> None:
    """Nobody reads it any more."""
    conn.execute(sa.delete(bench_scale).where(bench_scale.c.station == station))
    wake_others(conn)


def note_scales(conn: Connection, agent_id: int, reports: Iterable[ScaleReport], now: datetime) -> None:
    """Keep what an agent says about its own scales; only news is written."""
    said = {one.station: one for one in reports}
    if not said:
        return
    rows = conn.execute(
        sa.select(bench_scale).where(bench_scale.c.print_agent_id == agent_id).order_by(bench_scale.c.id)
    )
    for row in rows.all():
        one = said.get(row.station)
        if one is None or (row.state, row.state_detail) == (one.state[:16], one.detail[:DETAIL_MAX]):
            continue
        change = {"state": one.state[:16], "state_detail": one.detail[:DETAIL_MAX], "state_at": now}
        conn.execute(sa.update(bench_scale).where(bench_scale.c.id == row.id).values(**change))
        wake_others(conn)
