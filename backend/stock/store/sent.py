"""What has left the house for order lines, and what came back, by the ledger alone."""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.stock.ledger import POSTED
from backend.stock.tables import location, move


class Sent(NamedTuple):
    """Pieces that went to the customer, and those of them that came back."""

    sent: int = 0
    back: int = 0


def sent_of(conn: Connection, order_line_ids: Iterable[int]) -> dict[int, dict[str, Sent]]:
    """Order line -> lot -> pieces; lines of which nothing was sent are absent."""
    customer = sa.select(location.c.id).where(location.c.kind == "customer")
    found: dict[int, dict[str, Sent]] = {}
    for part in in_slices(order_line_ids):
        rows = conn.execute(
            sa.select(
                move.c.order_line_id, move.c.lot, move.c.quantity, move.c.target_id.in_(customer).label("out"),
                move.c.reverses_id,
            ).where(
                move.c.order_line_id.in_(part), move.c.state == POSTED,
                sa.or_(move.c.target_id.in_(customer), move.c.source_id.in_(customer)),
            )
        )  # fmt: skip
        for line_id, lot, quantity, out, reverses_id in rows:
            lots = found.setdefault(line_id, {})
            before = lots.get(lot, Sent())
            if out and reverses_id is None:
                lots[lot] = before._replace(sent=before.sent + quantity)
            else:  # an undone return goes out again, without having been sent anew
                lots[lot] = before._replace(back=before.back + (-quantity if out else quantity))
    return found
