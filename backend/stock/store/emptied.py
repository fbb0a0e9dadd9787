"""Which places may be empty, known without asking each of them.

In a full house it takes a look at every place to learn that none is empty, and the hand waits. So a timer marks the places
where something lies (`location.seen_filled`), and whoever takes the last of some goods from a shelf leaves a line in
`emptied`. A place that is empty has no mark, or has a line; in a full house both are few. What has no mark or a line is
looked at all the same: a mark that is missing costs a look, and never a wrong answer.

The lines are only added by those who take and only removed by the timer, so that nobody waits for anybody. The timer removes
the lines it had read before it looked: who empties a place after that look leaves a line that the timer has not read.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.platform.statements import Statement, among
from backend.stock.tables import PICKABLE_KINDS, balance, emptied, location

LYING = sa.exists().where(balance.c.location_id == location.c.id, balance.c.on_hand > 0)
_IS_SHELF = location.c.kind.in_(PICKABLE_KINDS)

# asked with every group of scans that takes the last of something
_NOTE = Statement(
    sa.insert(emptied).from_select(
        ["location_id"], sa.select(location.c.id).where(among(location.c.id, "locations"), _IS_SHELF)
    )
)
_NOTED = Statement(sa.select(emptied.c.location_id).distinct())


def note_emptied(conn: Connection, location_ids: Iterable[int]) -> None:
    """Some goods have left these places to the last piece: those of them that are shelves may be empty now."""
    for part in in_slices(location_ids):
        _NOTE.run(conn, locations=part)


def noted_places(conn: Connection) -> set[int]:
    """Places that may have run empty since the last marking."""
    return {row.location_id for row in _NOTED.rows(conn)}


def mark_filled(conn: Connection, _now: datetime) -> int:
    """Mark the shelves where something lies, and no others, then forget the lines that this has answered; how many marks
    have changed. It looks at every shelf, so that a row written past the books is put right as well."""
    answered = list(conn.execute(sa.select(emptied.c.id)).scalars())
    marked = conn.execute(
        sa.update(location)
        .where(location.c.seen_filled != sa.and_(_IS_SHELF, LYING))
        .values(seen_filled=~location.c.seen_filled)
    )
    for part in in_slices(answered):
        conn.execute(sa.delete(emptied).where(emptied.c.id.in_(part)))
    return int(marked.rowcount)
