"""What the orders room does about news of the rooms above: a parcel number finds its order on the board."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders.incoming import fold
from backend.orders.tables import sales_order
from backend.platform.journal import Recorded
from backend.platform.outbox import Inside


def add_search_words(conn: Connection, words: Mapping[int, Iterable[str]]) -> None:
    """Order id -> words (parcel and tracking numbers) by which the board finds it from now on."""
    found = conn.execute(
        sa.select(sales_order.c.id, sales_order.c.search_text)
        .where(sales_order.c.id.in_(sorted(words)))
        .order_by(sales_order.c.id)
        .with_for_update()
    ).all()
    for order_id, text in found:
        new = [word for word in map(fold, words[order_id]) if word and word not in text.split()]
        if new:
            conn.execute(
                sa.update(sales_order)
                .where(sales_order.c.id == order_id)
                .values(search_text=" ".join([text, *dict.fromkeys(new)]))
            )


def index_parcels(conn: Connection, fact: Recorded, now: datetime) -> None:
    """`ParcelClosed` names a parcel, `ConsignmentRegistered` parcels with the carrier's numbers; both are about the order."""
    kind, _, order_id = fact.about.partition(":")
    if kind == "order" and order_id.isdigit():
        tracking = fact.payload.get("tracking") or {}
        words = [fact.payload.get("parcel"), *tracking.keys(), *tracking.values()]
        add_search_words(conn, {int(order_id): [str(word) for word in words if word]})


INDEX_PARCELS = Inside(index_parcels)
"""For `ParcelClosed` and `ConsignmentRegistered`."""
