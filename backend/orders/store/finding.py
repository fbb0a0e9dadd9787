"""An order found by any of its numbers: its own, the shop's, of a parcel, of the carrier."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders.incoming import fold
from backend.orders.tables import sales_order

FOUND_MAX = 10


def orders_of_word(conn: Connection, word: str) -> list[int]:
    """Ids of orders that carry the number, newest first; a part of a number does not count."""
    exact = conn.execute(
        sa.select(sales_order.c.id)
        .where(sa.or_(sales_order.c.number == word, sales_order.c.remote_number == word))
        .order_by(sales_order.c.id.desc())
        .limit(FOUND_MAX)
    ).scalars()
    found = list(exact)
    folded = fold(word)
    if found or not folded or " " in folded:
        return found
    rows = conn.execute(
        sa.select(sales_order.c.id, sales_order.c.search_text)
        .where(sales_order.c.search_text.contains(folded, autoescape=True))
        .order_by(sales_order.c.id.desc())
        .limit(FOUND_MAX)
    )
    return [row.id for row in rows if folded in row.search_text.split()]
