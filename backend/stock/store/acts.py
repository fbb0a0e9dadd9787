"""What acts did, read back from the ledger."""

import uuid
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.stock.ledger import POSTED
from backend.stock.tables import move


class ActMove(NamedTuple):
    """A posted move of an act that was not reversed."""

    act: uuid.UUID
    product_id: int
    target_id: int
    lot: str
    quantity: int
    about: str


def moves_of_acts(conn: Connection, acts: Iterable[uuid.UUID], reason: str) -> list[ActMove]:
    """Moves of a reason that the acts made and that hold, oldest first."""
    reversal = move.alias("reversal")
    columns = [move.c[name] for name in ActMove._fields]
    return [
        ActMove(*row)
        for part in in_slices(acts)
        for row in conn.execute(
            sa.select(*columns)
            .where(
                move.c.act.in_(part),
                move.c.state == POSTED,
                move.c.reason == reason,
                ~sa.exists().where(reversal.c.reverses_id == move.c.id),
            )
            .order_by(move.c.id)
        )
    ]
