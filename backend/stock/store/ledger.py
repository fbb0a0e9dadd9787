"""The ledger in SQL, set-based throughout: however many moves, a handful of statements.

Rows are locked in one order everywhere: reservations by id, then balances by (product, location, lot). What would oversell
is found before it is written, so that the caller learns which place lacks what; the CHECK of the table is the last guard.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.platform.database import upsert
from backend.platform.errors import Conflict, NotFound
from backend.platform.ids import uuid7
from backend.stock.allocation import FreeStock
from backend.stock.ledger import (
    PENDING,
    POSTED,
    TAKEN,
    VOID,
    Balance,
    Difference,
    LedgerRow,
    Move,
    Place,
    Reservation,
    Take,
    changes_of,
    check_possible,
    find_differences,
    find_shortfall,
)
from backend.stock.store.locations import outside, read_physical
from backend.stock.tables import PHYSICAL_KINDS, PICKABLE_KINDS, balance, location, move

_KEY = sa.tuple_(balance.c.product_id, balance.c.location_id, balance.c.lot)
_KEY_ORDER = (balance.c.product_id, balance.c.location_id, balance.c.lot)

PLACES_BY_KEY = 100
"""Up to so many places are asked for by their key, more by the ids of their rows."""
ROWS_RETURNED = 50
"""Up to so many moves answer their ids at once; SQLite does that row by row, so of more the ids are read afterwards."""


class OpenReservation(NamedTuple):
    """A reservation with `quantity` pieces still to be taken."""

    id: int
    product_id: int
    location_id: int
    lot: str
    quantity: int
    order_line_id: int | None
    about: str


class Verification(msgspec.Struct, frozen=True):
    """The outcome of recomputing every balance from the moves."""

    moves: int
    balances: int
    differences: list[Difference]


# -- balances -------------------------------------------------------------------------------------------------------


def read_balances(conn: Connection, places: Iterable[Place], lock: bool = False) -> dict[Place, Balance]:
    """Balances of the places that have one. With `lock` the rows stay ours until the transaction ends."""
    wanted = set(places)
    if len(wanted) <= PLACES_BY_KEY:
        parts = [_KEY.in_(sorted(wanted))] if wanted else []
    else:
        parts = [balance.c.id.in_(ids) for ids in in_slices(_balance_ids(conn, wanted))]
    found: dict[Place, Balance] = {}
    for part in parts:
        statement = sa.select(balance).where(part).order_by(*_KEY_ORDER)
        for row in conn.execute(statement.with_for_update() if lock else statement):
            found[Place(row.product_id, row.location_id, row.lot)] = Balance(row.on_hand, row.reserved)
    return found


def _balance_ids(conn: Connection, wanted: set[Place]) -> list[int]:
    """Row ids of many places. Thousands of (product, location, lot) tuples in one statement cost PostgreSQL minutes."""
    columns = (balance.c.id, balance.c.product_id, balance.c.location_id, balance.c.lot)
    return [
        row.id
        for part in in_slices(place.product_id for place in wanted)
        for row in conn.execute(sa.select(*columns).where(balance.c.product_id.in_(part)))
        if Place(row.product_id, row.location_id, row.lot) in wanted
    ]


def balances_at(conn: Connection, location_ids: Iterable[int], lock: bool = False) -> dict[Place, Balance]:
    """What lies at the locations: the content of a tote, of a shelf."""
    found: dict[Place, Balance] = {}
    for part in in_slices(location_ids):
        statement = (
            sa.select(balance).where(balance.c.location_id.in_(part), balance.c.on_hand > 0).order_by(*_KEY_ORDER)
        )
        for row in conn.execute(statement.with_for_update(of=balance) if lock else statement):
            found[Place(row.product_id, row.location_id, row.lot)] = Balance(row.on_hand, row.reserved)
    return found


def read_free_stock(conn: Connection, product_ids: Iterable[int], lock: bool = False) -> list[FreeStock]:
    """What may be promised of the products: unblocked, active, pickable, not reserved; by product, location and lot.

    With `lock` exactly those rows stay ours, so that goods in totes and parcels move on meanwhile.
    """
    free = {
        place: balance_there
        for place, balance_there in _read_balances_of(conn, product_ids).items()
        if balance_there.on_hand > balance_there.reserved
    }
    # two plain statements: in one join SQLite would walk all locations for each slice of products
    places = _read_pickable(conn, {place.location_id for place in free})
    pickable = [place for place in free if place.location_id in places]
    if lock:
        free = read_balances(conn, pickable, lock=True)
    return [
        FreeStock(*place, free[place].free, *places[place.location_id])
        for place in pickable
        if place in free and free[place].free > 0
    ]


def _read_balances_of(conn: Connection, product_ids: Iterable[int]) -> dict[Place, Balance]:
    columns = (balance.c.product_id, balance.c.location_id, balance.c.lot, balance.c.on_hand, balance.c.reserved)
    return {
        Place(*row[:3]): Balance(*row[3:])
        for part in in_slices(product_ids)
        for row in conn.execute(
            sa.select(*columns).where(balance.c.product_id.in_(part), balance.c.on_hand > 0).order_by(*_KEY_ORDER)
        )
    }


def _read_pickable(conn: Connection, location_ids: Iterable[int]) -> dict[int, tuple[bool, int]]:
    """Whether it is a pick face, and the walking sequence, of those locations whose stock may be promised."""
    return {
        row.id: (row.kind == "pick_face", row.walk_sequence)
        for part in in_slices(location_ids)
        for row in conn.execute(
            sa.select(location.c.id, location.c.kind, location.c.walk_sequence).where(
                location.c.id.in_(part), location.c.kind.in_(PICKABLE_KINDS), ~location.c.blocked, location.c.active
            )
        )
    }


def read_held_back(conn: Connection, product_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """By product: pieces promised to orders, and free pieces that may not be promised (blocked, or at another kind of
    place, such as goods in receiving or in a tote)."""
    lying = _read_balances_of(conn, product_ids)
    pickable = _read_pickable(conn, {place.location_id for place in lying})
    found: dict[int, tuple[int, int]] = {}
    for place, there in lying.items():
        promised, blocked = found.get(place.product_id, (0, 0))
        unfit = 0 if place.location_id in pickable else there.free
        found[place.product_id] = (promised + there.reserved, blocked + unfit)
    return found


def _apply(conn: Connection, changes: Mapping[Place, Balance]) -> None:
    """Lock the balances, refuse what would oversell, write the rest."""
    wanted = {place: change for place, change in changes.items() if change != Balance()}
    if not wanted:
        return
    booked = read_balances(conn, wanted, lock=True)
    missing = sorted(wanted.keys() - booked.keys())
    if missing:
        fresh = [{**place._asdict(), "on_hand": 0, "reserved": 0} for place in missing]
        conn.execute(upsert(conn, balance).on_conflict_do_nothing(), fresh)
        booked |= read_balances(conn, missing, lock=True)
    short = find_shortfall(booked, wanted)
    if short is not None:
        raise stock_gone(conn, *short, booked[short[0]])
    conn.execute(
        sa.update(balance)
        .where(
            balance.c.product_id == sa.bindparam("p"),
            balance.c.location_id == sa.bindparam("l"),
            balance.c.lot == sa.bindparam("t"),
        )
        .values(on_hand=balance.c.on_hand + sa.bindparam("h"), reserved=balance.c.reserved + sa.bindparam("r")),
        [
            {"p": place.product_id, "l": place.location_id, "t": place.lot, "h": change.on_hand, "r": change.reserved}
            for place, change in wanted.items()
        ],
    )


def stock_gone(conn: Connection, place: Place, after: Balance, before: Balance) -> Conflict:
    """The answer to a move or reservation that the balance does not cover."""
    code = conn.execute(sa.select(location.c.code).where(location.c.id == place.location_id)).scalar_one_or_none()
    lacking = max(after.reserved - after.on_hand, -after.on_hand, -after.reserved)
    return Conflict(
        "STOCK_GONE",
        f"Expected {lacking} more pieces of product {place.product_id} at {code or place.location_id}, where "
        f"{before.on_hand} lie and {before.reserved} are reserved; count the location, or take them elsewhere.",
        expected=str(lacking),
        got=str(before.free),
        cure="count",
        product_id=place.product_id,
        location=code or "",
        on_hand=before.on_hand,
        reserved=before.reserved,
    )


# -- posting --------------------------------------------------------------------------------------------------------


def post(conn: Connection, moves: Sequence[Move], at: datetime) -> list[int]:
    """Write posted moves and change the balances; ids in the order of `moves`.

    Raises `Conflict` STOCK_GONE when a physical source would go below what is reserved there; nothing is written then.
    """
    if not moves:
        return []
    rows = [LedgerRow(m.product_id, m.source_id, m.target_id, m.lot, m.quantity, 0, POSTED) for m in moves]
    _apply(conn, changes_of(rows, _physical_ends(conn, rows)))
    return _insert(conn, [_posted(each, at) for each in moves])


def _physical_ends(conn: Connection, rows: Sequence[LedgerRow]) -> dict[int, bool]:
    check_possible(rows)
    ends = {row.source_id for row in rows} | {row.target_id for row in rows}
    known = read_physical(conn, ends)
    if len(known) != len(ends):
        lost = min(ends - known.keys())
        raise NotFound(
            "LOCATION_UNKNOWN", f"Expected a known location, got number {lost}; look it up again.", got=str(lost)
        )
    return known


def _posted(each: Move, at: datetime) -> dict[str, Any]:
    return msgspec.structs.asdict(each) | {
        "uid": uuid7(),
        "state": POSTED,
        "taken": 0,
        "created_at": at,
        "posted_at": at,
    }


def _insert(conn: Connection, rows: list[dict[str, Any]]) -> list[int]:
    """Insert moves; their ids in the order of `rows`."""
    if len(rows) <= ROWS_RETURNED:
        returned = conn.execute(sa.insert(move).returning(move.c.id, sort_by_parameter_order=True), rows)
        return [row.id for row in returned]
    conn.execute(sa.insert(move), rows)
    ids = {
        row.uid: row.id
        for part in in_slices(row["uid"] for row in rows)
        for row in conn.execute(sa.select(move.c.uid, move.c.id).where(move.c.uid.in_(part)))
    }
    return [ids[row["uid"]] for row in rows]


# -- reservations ---------------------------------------------------------------------------------------------------


def reserve(conn: Connection, reservations: Sequence[Reservation], at: datetime) -> list[int]:
    """Hold goods for order lines; ids of the pending moves in the order given.

    Raises `Conflict` STOCK_GONE when a place has not enough free pieces; nothing is written then.
    """
    if not reservations:
        return []
    customer = outside(conn, "customer")
    rows = [LedgerRow(r.product_id, r.location_id, customer, r.lot, r.quantity, 0, PENDING) for r in reservations]
    _apply(conn, changes_of(rows, _physical_ends(conn, rows)))
    return _insert(
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
        found.extend(_read_open(conn, move.c.order_line_id.in_(part), lock))
    return sorted(found)


def reservations_by_ids(conn: Connection, ids: Iterable[int], lock: bool = False) -> dict[int, OpenReservation]:
    """Open reservations by the id of their pending move; those used up or void are absent."""
    return {each.id: each for part in in_slices(ids) for each in _read_open(conn, move.c.id.in_(part), lock)}


def _read_open(conn: Connection, which: sa.ColumnElement[bool], lock: bool) -> list[OpenReservation]:
    statement = (
        sa.select(
            move.c.id,
            move.c.product_id,
            move.c.source_id,
            move.c.lot,
            (move.c.quantity - move.c.taken).label("open"),
            move.c.order_line_id,
            move.c.about,
        )
        .where(move.c.state == PENDING, which)
        .order_by(move.c.id)
    )
    return [OpenReservation(*row) for row in conn.execute(statement.with_for_update() if lock else statement)]


def post_reserved(conn: Connection, takes: Sequence[Take], at: datetime) -> list[int]:
    """Turn parts of reservations into posted moves from where they are held to the target of each take.

    Several takes of one reservation are fine. Ids of the posted moves in the order of `takes`. Raises `Conflict`
    RESERVATION_GONE when a reservation is void or holds less than is taken; nothing is written then.
    """
    if not takes:
        return []
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
    changes = changes_of(rows, _physical_ends(conn, rows))
    for reservation_id, total in totals.items():
        each = held[reservation_id]
        place = Place(each.product_id, each.location_id, each.lot)
        changes[place] = Balance(changes[place].on_hand, changes[place].reserved - total)
    _apply(conn, dict(sorted(changes.items())))
    _add_taken(conn, totals)
    return _insert(conn, [_posted(each, at) for each in moves])


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


def _add_taken(conn: Connection, totals: Mapping[int, int]) -> None:
    taken = move.c.taken + sa.bindparam("pieces")
    conn.execute(
        sa.update(move)
        .where(move.c.id == sa.bindparam("reservation"))
        .values(taken=taken, state=sa.case((taken >= move.c.quantity, TAKEN), else_=PENDING)),
        [{"reservation": reservation_id, "pieces": total} for reservation_id, total in sorted(totals.items())],
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
    _apply(conn, dict(sorted(changes.items())))
    for part in in_slices(each.id for each in held):
        conn.execute(sa.update(move).where(move.c.id.in_(part)).values(state=VOID))
    return held


# -- undo -----------------------------------------------------------------------------------------------------------


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
    changes = changes_of(rows, _physical_ends(conn, rows))
    for place, pieces in restored.items():
        changes[place] = Balance(changes[place].on_hand, changes[place].reserved + pieces)
    _apply(conn, changes)
    if totals:
        _add_taken(conn, totals)
    ids = _insert(conn, [_posted(each, at) for each in moves])
    return [
        Undone(
            row.id, reversal_id, row.product_id, row.source_id, row.target_id, row.quantity, row.order_line_id,
            row.reservation_id, row.reservation_id in restorable,
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


# -- verify ---------------------------------------------------------------------------------------------------------


def verify(conn: Connection) -> Verification:
    """Recompute every balance from the moves, without changing anything."""
    count = conn.execute(sa.select(sa.func.count()).select_from(move)).scalar_one()
    balances = {
        Place(row.product_id, row.location_id, row.lot): Balance(row.on_hand, row.reserved)
        for row in conn.execute(sa.select(balance).order_by(*_KEY_ORDER))
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
