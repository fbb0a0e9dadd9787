"""The ledger in SQL, set-based throughout: however many moves, a handful of statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.platform.errors import NotFound
from backend.platform.ids import uuid7
from backend.platform.statements import Statement, among, insert_into
from backend.stock.ledger import (
    PENDING,
    POSTED,
    Balance,
    Difference,
    LedgerRow,
    Move,
    Place,
    changes_of,
    check_possible,
    find_differences,
)
from backend.stock.store.balances import KEY_ORDER, apply_changes
from backend.stock.store.locations import read_physical
from backend.stock.tables import PHYSICAL_KINDS, balance, location, move

_INSERT = insert_into(move)
_IDS_OF = Statement(sa.select(move.c.uid, move.c.id).where(among(move.c.uid, "uids")))


class Verification(msgspec.Struct, frozen=True):
    """The outcome of recomputing every balance from the moves."""

    moves: int
    balances: int
    differences: list[Difference]


def post(conn: Connection, moves: Sequence[Move], at: datetime) -> list[int]:
    """Write posted moves and change the balances; ids in the order of `moves`.

    Raises `Conflict` STOCK_GONE when a physical source would go below what is reserved there; nothing is written then.
    """
    if not moves:
        return []
    rows = [LedgerRow(m.product_id, m.source_id, m.target_id, m.lot, m.quantity, 0, POSTED) for m in moves]
    apply_changes(conn, changes_of(rows, physical_ends(conn, rows)))
    return insert_moves(conn, [posted_row(each, at) for each in moves])


def physical_ends(conn: Connection, rows: Sequence[LedgerRow]) -> dict[int, bool]:
    check_possible(rows)
    ends = {row.source_id for row in rows} | {row.target_id for row in rows}
    known = read_physical(conn, ends)
    if len(known) != len(ends):
        lost = min(ends - known.keys())
        raise NotFound(
            "LOCATION_UNKNOWN", f"Expected a known location, got number {lost}; look it up again.", got=str(lost)
        )
    return known


def posted_row(each: Move, at: datetime) -> dict[str, Any]:
    return msgspec.structs.asdict(each) | {
        "uid": uuid7(),
        "state": POSTED,
        "taken": 0,
        "created_at": at,
        "posted_at": at,
    }


def insert_moves(conn: Connection, rows: list[dict[str, Any]]) -> list[int]:
    """Insert moves; their ids in the order of `rows`."""
    write_moves(conn, rows)
    ids = {row.uid: row.id for part in in_slices(row["uid"] for row in rows) for row in _IDS_OF.rows(conn, uids=part)}
    return [ids[row["uid"]] for row in rows]


def write_moves(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert moves whose ids nobody asks for."""
    _INSERT.run_many(conn, rows)


def verify(conn: Connection) -> Verification:
    """Recompute every balance from the moves, without changing anything."""
    count = conn.execute(sa.select(sa.func.count()).select_from(move)).scalar_one()
    balances = {
        Place(row.product_id, row.location_id, row.lot): Balance(row.on_hand, row.reserved)
        for row in conn.execute(sa.select(balance).order_by(*KEY_ORDER))
    }
    quantity = sa.func.sum(move.c.quantity)
    arrived = _sums(conn, move.c.target_id, quantity, POSTED)
    left = _sums(conn, move.c.source_id, quantity, POSTED)
    held = _sums(conn, move.c.source_id, sa.func.sum(move.c.quantity - move.c.taken), PENDING)
    expected = {
        place: Balance(arrived.get(place, 0) - left.get(place, 0), held.get(place, 0))
        for place in arrived.keys() | left.keys() | held.keys()
    }
    return Verification(count, len(balances), find_differences(expected, balances))


def _sums(conn: Connection, end: sa.Column[Any], total: Any, state: str) -> dict[Place, int]:
    """Pieces for each physical place at one end of the moves in a state."""
    statement = (
        sa.select(move.c.product_id, end, move.c.lot, sa.cast(total, sa.BigInteger))
        .join(location, location.c.id == end)
        .where(move.c.state == state, location.c.kind.in_(PHYSICAL_KINDS))
        .group_by(move.c.product_id, end, move.c.lot)
    )
    return {
        Place(product_id, location_id, lot): total for product_id, location_id, lot, total in conn.execute(statement)
    }
