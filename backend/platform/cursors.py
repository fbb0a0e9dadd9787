"""How far a reader of facts may say that it has seen everything.

PostgreSQL gives out the numbers of facts before their transactions commit: number 8 may be visible while 7 is still on
its way. A client that was told 8 would never be shown 7. So the cursor stops before the first number that is missing,
until that number cannot come any more: a transaction that was rolled back leaves its numbers missing for ever.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.journal import fact
from backend.platform.statements import Statement

ON_ITS_WAY = timedelta(seconds=5)
"""No transaction of ours takes so long between its first fact and its commit."""
LOOK_BACK = 200
"""Facts before the newest one among which a number may still be on its way."""

_COUNT = Statement(
    sa.select(sa.func.count().label("visible")).where(
        fact.c.id > sa.bindparam("start", type_=fact.c.id.type), fact.c.id <= sa.bindparam("last", type_=fact.c.id.type)
    )
)


def settled(seen: Sequence[tuple[int, datetime]], known: int, now: datetime) -> int:
    """The last number up to which all is visible or lost for good. `seen`: (number, time) after `known`, ascending."""
    reached = known
    for number, at in seen:
        if number != reached + 1 and at > now - ON_ITS_WAY:
            return reached
        reached = number
    return reached


def settled_seq(conn: Connection, known: int, last: int, now: datetime) -> int:
    """`settled` over the journal: `known` is where the reader stood, `last` the newest number that is visible."""
    start = max(known, last - LOOK_BACK)
    if last <= start:
        return last
    if _COUNT.rows(conn, start=start, last=last)[0].visible == last - start:
        return last
    after = (fact.c.id > start) & (fact.c.id <= last)
    rows = conn.execute(sa.select(fact.c.id, fact.c.at).where(after).order_by(fact.c.id))
    return settled([(row.id, row.at) for row in rows], start, now)
