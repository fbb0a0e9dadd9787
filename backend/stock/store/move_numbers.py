"""Moves are numbered in the order of time, save for transactions that overlapped: a time finds its number without an
index of times."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.stock.tables import move

OVERLAP = timedelta(hours=1)
"""No transaction stays open so long."""


def first_move_after(conn: Connection, at: datetime) -> int:
    """A number from which on every move posted after `at` lies: halving by the primary key, a few dozen look-ups."""
    low, high = conn.execute(sa.select(sa.func.min(move.c.id), sa.func.max(move.c.id))).one()
    if low is None:
        return 0
    high += 1
    while low < high:
        middle = (low + high) // 2
        row = conn.execute(
            sa.select(move.c.id, move.c.created_at).where(move.c.id >= middle).order_by(move.c.id).limit(1)
        ).one()
        if row.created_at <= at - OVERLAP:
            low = row.id + 1
        else:
            high = middle
    return int(low)
