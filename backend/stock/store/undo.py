"""Undo: every posted move of an act is reversed by a move of its own, with trace."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.stock.ledger import PENDING, POSTED, TAKEN, Balance, LedgerRow, Move, Place, changes_of
from backend.stock.store.balances import apply_changes
from backend.stock.store.ledger import insert_moves, physical_ends, posted_row
from backend.stock.store.reservations import add_taken
from backend.stock.tables import move


class Undone(NamedTuple):
    """A posted move that was reversed, and whether its reservation holds the pieces again."""

    move_id: int
    reversal_id: int
    product_id: int
    source_id: int
    target_id: int
    quantity: int
    order_line_id: int | None
    reservation_id: int | None
    reserved_again: bool
    lot: str = ""


def undo(
    conn: Connection,
    acts: Iterable[uuid.UUID],
    at: datetime,
    *,
    act: uuid.UUID | None = None,
    person_id: int | None = None,
    device_id: int | None = None,
    reserve_again: bool = True,
) -> list[Undone]:
    """Reverse every posted move of the acts that is not reversed yet. `act` is the act of the undo itself.

    Pieces that came from a reservation are reserved again, unless it is void (the order was cancelled) or
    `reserve_again` is False. Raises `Conflict` STOCK_GONE when the goods are no longer where they were put.
    """
    reversal = move.alias("reversal")
    originals = [
        row
        for part in in_slices(acts)
        for row in conn.execute(
            sa.select(move)
            .where(
                move.c.act.in_(part),
                move.c.state == POSTED,
                move.c.reverses_id.is_(None),
                ~sa.exists().where(reversal.c.reverses_id == move.c.id),
            )
            .order_by(move.c.id)
            .with_for_update(of=move)
        )
    ]
    if not originals:
        return []
    restorable = _restorable(conn, [row.reservation_id for row in originals if row.reservation_id and reserve_again])
    moves, totals, restored = [], dict[int, int](), dict[Place, int]()
    for row in originals:
        moves.append(
            Move(
                row.product_id, row.target_id, row.source_id, row.quantity, "undo", row.about, lot=row.lot,
                order_line_id=row.order_line_id, act=act, person_id=person_id, device_id=device_id, reverses_id=row.id,
            )
        )  # fmt: skip
        if row.reservation_id in restorable:
            place = Place(row.product_id, row.source_id, row.lot)
            restored[place] = restored.get(place, 0) + row.quantity
            totals[row.reservation_id] = totals.get(row.reservation_id, 0) - row.quantity
    rows = [LedgerRow(m.product_id, m.source_id, m.target_id, m.lot, m.quantity, 0, POSTED) for m in moves]
    changes = changes_of(rows, physical_ends(conn, rows))
    for place, pieces in restored.items():
        changes[place] = Balance(changes[place].on_hand, changes[place].reserved + pieces)
    apply_changes(conn, changes)
    if totals:
        add_taken(conn, totals)
    ids = insert_moves(conn, [posted_row(each, at) for each in moves])
    return [
        Undone(
            row.id, reversal_id, row.product_id, row.source_id, row.target_id, row.quantity, row.order_line_id,
            row.reservation_id, row.reservation_id in restorable, row.lot,
        )
        for row, reversal_id in zip(originals, ids, strict=True)
    ]  # fmt: skip


def _restorable(conn: Connection, reservation_ids: Iterable[int]) -> set[int]:
    """Reservations that were used, not given up."""
    return {
        row.id
        for part in in_slices(reservation_ids)
        for row in conn.execute(
            sa.select(move.c.id)
            .where(move.c.id.in_(part), move.c.state.in_((PENDING, TAKEN)))
            .order_by(move.c.id)
            .with_for_update()
        )
    }
