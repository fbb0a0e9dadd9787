"""How often goods are picked: their classes A, B, C, for the cycle count. Worked out once a day."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.platform.database import upsert
from backend.stock.cycle import classes
from backend.stock.ledger import POSTED
from backend.stock.store.move_numbers import first_move_after
from backend.stock.tables import move, product_value

LOOKED_AT = timedelta(days=90)


def classify(conn: Connection, now: datetime) -> int:
    """Write the class of every product by its picks of the last 90 days; how many changed."""
    since = now - LOOKED_AT
    picks = {
        row[0]: int(row[1])
        for row in conn.execute(
            sa.select(move.c.product_id, sa.func.count())
            .where(
                move.c.id >= first_move_after(conn, since), move.c.posted_at > since, move.c.reason == "pick",
                move.c.state == POSTED,
            )
            .group_by(move.c.product_id)
        )
    }  # fmt: skip
    known = conn.execute(sa.select(product_value.c.product_id, product_value.c.abc))
    before = {row.product_id: row.abc for row in known}
    after = classes(picks)
    changed = {
        each: after.get(each, "C") for each in before.keys() | after.keys() if before.get(each) != after.get(each, "C")
    }
    for part in in_slices(changed):
        written = upsert(conn, product_value)
        conn.execute(
            written.on_conflict_do_update(index_elements=["product_id"], set_={"abc": written.excluded.abc}),
            [{"product_id": each, "value_minor": 0, "abc": changed[each]} for each in part],
        )
    return len(changed)
