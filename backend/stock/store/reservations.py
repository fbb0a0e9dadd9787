"""Reservations: pending moves that hold goods for order lines, taken in parts by posted moves, or given up.

Locking order everywhere: reservations by id, then balances by place.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.platform.errors import Conflict
from backend.platform.ids import uuid7
from backend.platform.statements import RowChange, Statement, among
from backend.stock.ledger import (
    PENDING,
    POSTED,
    TAKEN,
    VOID,
    Balance,
    LedgerRow,
    Move,
    Place,
    Reservation,
    Take,
    changes_of,
)
from backend.stock.store.balances import apply_changes
from backend.stock.store.ledger import insert_moves, physical_ends, posted_row, write_moves
from backend.stock.store.locations import outside
from backend.stock.tables import move

_OPEN = sa.select(
    move.c.id,
    move.c.product_id,
    move.c.source_id,
    move.c.lot,
    (move.c.quantity - move.c.taken).label("open"),
    move.c.order_line_id,
    move.c.about,
).order_by(move.c.id)

# asked with every scan
_open_by_ids = _OPEN.where(among(move.c.id, "ids"), move.c.state == PENDING)
_OPEN_BY_IDS = {False: Statement(_open_by_ids), True: Statement(_open_by_ids.with_for_update())}
_ADD_TAKEN = RowChange(
    lambda given: (
        sa.update(move)
        .where(move.c.id == given["reservation"])
        .values(
            taken=move.c.taken + given["pieces"],
            state=sa.case((move.c.taken + given["pieces"] >= move.c.quantity, TAKEN), else_=PENDING),
        )
    ),
    {"reservation": move.c.id.type, "pieces": move.c.taken.type},
)


class OpenReservation(NamedTuple):
    """A reservation with `quantity` pieces still to be taken."""

    id: int
    product_id: int
    location_id: int
    lot: str
    quantity: int
    order_line_id: int | None
    about: str


def reserve(conn: Connection, reservations: Sequence[Reservation], at: datetime) -> list[int]:
    """Hold goods for order lines; ids of the pending moves in the order given.

    Raises `Conflict` STOCK_GONE when a place has not enough free pieces; nothing is written then.
    """
    if not reservations:
        return []
    customer = outside(conn, "customer")
    rows = [LedgerRow(r.product_id, r.location_id, customer, r.lot, r.quantity, 0, PENDING) for r in reservations]
    apply_changes(conn, changes_of(rows, physical_ends(conn, rows)))
    return insert_moves(
        conn,
        [
            {
                "uid": uuid7(),
                "product_id": each.product_id,
                "source_id": each.location_id,
                "target_id": customer,
                "lot": each.lot,
                "quantity": each.quantity,
                "taken": 0,
                "state": PENDING,
                "reason": "reserve",
                "about": each.about,
                "order_line_id": each.order_line_id,
                "created_at": at,
            }
            for each in reservations
        ],
    )


def reservations_of(conn: Connection, order_line_ids: Iterable[int], lock: bool = False) -> list[OpenReservation]:
    """Open reservations of order lines, by id."""
    found: list[OpenReservation] = []
    for part in in_slices(order_line_ids):
        statement = _OPEN.where(move.c.state == PENDING, move.c.order_line_id.in_(part))
        rows = conn.execute(statement.with_for_update() if lock else statement)
        found.extend(OpenReservation(*row) for row in rows)
    return sorted(found)


def reservations_by_ids(conn: Connection, ids: Iterable[int], lock: bool = False) -> dict[int, OpenReservation]:
    """Open reservations by the id of their pending move; those used up or void are absent."""
    return {row.id: OpenReservation(*row) for part in in_slices(ids) for row in _OPEN_BY_IDS[lock].rows(conn, ids=part)}


def post_reserved(
    conn: Connection, takes: Sequence[Take], at: datetime, held: Mapping[int, OpenReservation] | None = None
) -> None:
    """Turn parts of reservations into posted moves from where they are held to the target of each take.

    Several takes of one reservation are fine. `held`: the reservations by id, if the caller has read and locked them in
    this transaction and changed none since. Raises `Conflict` RESERVATION_GONE when a reservation is void or holds less
    than is taken; nothing is written then.
    """
    if not takes:
        return
    if held is None:
        held = reservations_by_ids(conn, (take.reservation_id for take in takes), lock=True)
    totals: dict[int, int] = {}
    for take in takes:
        totals[take.reservation_id] = totals.get(take.reservation_id, 0) + take.quantity
    for reservation_id, total in totals.items():
        open_pieces = held[reservation_id].quantity if reservation_id in held else 0
        if total > open_pieces:
            raise Conflict(
                "RESERVATION_GONE",
                f"Expected a reservation of {total} pieces, got one that holds {open_pieces}: the order was cancelled "
                "or somebody else took them. Put the goods back.",
                expected=str(total),
                got=str(open_pieces),
                cure="put_back",
                reservation_id=reservation_id,
            )
    moves = [_taken_move(held[take.reservation_id], take) for take in takes]
    rows = [LedgerRow(m.product_id, m.source_id, m.target_id, m.lot, m.quantity, 0, POSTED) for m in moves]
    changes = changes_of(rows, physical_ends(conn, rows))
    for reservation_id, total in totals.items():
        each = held[reservation_id]
        place = Place(each.product_id, each.location_id, each.lot)
        changes[place] = Balance(changes[place].on_hand, changes[place].reserved - total)
    apply_changes(conn, dict(sorted(changes.items())))
    add_taken(conn, totals)
    write_moves(conn, [posted_row(each, at) for each in moves])


def _taken_move(held: OpenReservation, take: Take) -> Move:
    return Move(
        held.product_id,
        held.location_id,
        take.target_id,
        take.quantity,
        take.reason,
        held.about,
        lot=held.lot,
        order_line_id=held.order_line_id,
        act=take.act,
        person_id=take.person_id,
        device_id=take.device_id,
        reservation_id=take.reservation_id,
    )


def add_taken(conn: Connection, totals: Mapping[int, int]) -> None:
    _ADD_TAKEN.run_many(
        conn, [{"reservation": reservation_id, "pieces": total} for reservation_id, total in sorted(totals.items())]
    )


def void(conn: Connection, move_ids: Iterable[int]) -> list[OpenReservation]:
    """Give up what is left of reservations; answers what was given up. Those already closed are left alone."""
    held = list(reservations_by_ids(conn, move_ids, lock=True).values())
    if not held:
        return []
    changes: dict[Place, Balance] = {}
    for each in held:
        place = Place(each.product_id, each.location_id, each.lot)
        changes[place] = Balance(0, changes.get(place, Balance()).reserved - each.quantity)
    apply_changes(conn, dict(sorted(changes.items())))
    for part in in_slices(each.id for each in held):
        conn.execute(sa.update(move).where(move.c.id.in_(part)).values(state=VOID))
    return held
