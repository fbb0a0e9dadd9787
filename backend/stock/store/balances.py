"""Balances: read, locked in one order everywhere, changed by what moves do to them.

What would oversell is found before it is written, so that the caller learns which place lacks what; the CHECK of the table
is the last guard.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices, policies_of
from backend.platform.database import claim_clause
from backend.platform.errors import Conflict
from backend.platform.statements import RowChange, Statement, among, among_keys, insert_into
from backend.stock.allocation import FreeStock
from backend.stock.ledger import Balance, Place, find_shortfall
from backend.stock.store.emptied import note_emptied
from backend.stock.store.lots import lots_of
from backend.stock.tables import PICKABLE_KINDS, balance, location

KEY_ORDER = (balance.c.product_id, balance.c.location_id, balance.c.lot)
PASSAGES = ("receiving", "packing", "dispatch", "tote", "cart")
CLEARED_AT_ONCE = 20_000
PLACES_AT_ONCE = 1_000
"""So many places are asked for in one statement, in the order of their keys."""

# asked with every scan
_by_keys = sa.select(balance).where(among_keys(KEY_ORDER, "places")).order_by(*KEY_ORDER)
_BY_KEYS = {False: Statement(_by_keys), True: Statement(_by_keys.with_for_update(of=balance))}
_COUNTED = ("on_hand", "reserved")


_at = sa.select(balance).where(among(balance.c.location_id, "locations"), balance.c.on_hand > 0).order_by(*KEY_ORDER)
_AT = {False: Statement(_at), True: Statement(_at.with_for_update(of=balance))}
_first_at = (
    sa.select(balance)
    .where(balance.c.location_id == sa.bindparam("location"), balance.c.on_hand > balance.c.reserved)
    .order_by(*KEY_ORDER)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_FIRST_AT = {False: Statement(_first_at), True: Statement(_first_at.with_for_update(of=balance))}
_OF_PRODUCTS = Statement(
    sa.select(*KEY_ORDER, balance.c.on_hand, balance.c.reserved)
    .where(among(balance.c.product_id, "products"), balance.c.on_hand > 0)
    .order_by(*KEY_ORDER)
)


def _or_add(made: Any) -> Any:
    added = {name: balance.c[name] + made.excluded[name] for name in _COUNTED}
    return made.on_conflict_do_update(index_elements=KEY_ORDER, set_=added)


_MAKE_OR_ADD = insert_into(balance, _or_add)
_ADD = RowChange(
    lambda given: (
        sa.update(balance)
        .where(*(each == given[f"of_{each.name}"] for each in KEY_ORDER))
        .values({name: balance.c[name] + given[f"add_{name}"] for name in _COUNTED})
    ),
    {f"of_{each.name}": each.type for each in KEY_ORDER} | {f"add_{name}": balance.c[name].type for name in _COUNTED},
)


def read_balances(conn: Connection, places: Iterable[Place], lock: bool = False) -> dict[Place, Balance]:
    """Balances of the places that have one. With `lock` the rows stay ours until the transaction ends."""
    wanted = set(places)
    if not wanted:
        return {}
    rows = (row for part in in_slices(wanted, PLACES_AT_ONCE) for row in _BY_KEYS[lock].rows(conn, places=part))
    return {Place(row.product_id, row.location_id, row.lot): Balance(row.on_hand, row.reserved) for row in rows}


def balances_at(conn: Connection, location_ids: Iterable[int], lock: bool = False) -> dict[Place, Balance]:
    """What lies at the locations: the content of a tote, of a shelf."""
    found: dict[Place, Balance] = {}
    for part in in_slices(location_ids):
        for row in _AT[lock].rows(conn, locations=part):
            found[Place(row.product_id, row.location_id, row.lot)] = Balance(row.on_hand, row.reserved)
    return found


def first_free_at(conn: Connection, location_id: int, most: int, lock: bool = False) -> dict[Place, Balance]:
    """The first goods at a location of which something is not reserved: of a full dock as many as one walk takes."""
    rows = _FIRST_AT[lock].rows(conn, location=location_id, most=most)
    return {Place(row.product_id, row.location_id, row.lot): Balance(row.on_hand, row.reserved) for row in rows}


def read_free_stock(conn: Connection, product_ids: Iterable[int], lock: bool = False) -> list[FreeStock]:
    """What may be promised of the products: unblocked, active, pickable, not reserved; by product, location and lot.

    Goods of a blocked lot are absent; those of a product that rotates carry the turn in which they leave.

    With `lock` exactly those rows stay ours, so that goods in totes and parcels move on meanwhile.
    """
    free = {
        place: balance_there
        for place, balance_there in balances_of(conn, product_ids).items()
        if balance_there.on_hand > balance_there.reserved
    }
    # two plain statements: in one join SQLite would walk all locations for each slice of products
    places = _read_pickable(conn, {place.location_id for place in free})
    pickable = [place for place in free if place.location_id in places]
    if lock:
        free = read_balances(conn, pickable, lock=True)
    found = [
        FreeStock(*place, free[place].free, *places[place.location_id])
        for place in pickable
        if place in free and free[place].free > 0
    ]
    return _in_turn(conn, found) if any(each.lot for each in found) else found


def _in_turn(conn: Connection, found: list[FreeStock]) -> list[FreeStock]:
    """Without blocked lots; with best-before days, and with the turns of products that rotate."""
    products = {each.product_id for each in found if each.lot}
    lots, policies = lots_of(conn, products), policies_of(conn, products)
    kept: list[FreeStock] = []
    for each in found:
        lot = lots.get((each.product_id, each.lot))
        if lot is not None:
            if lot.blocked:
                continue
            rotation = policies[each.product_id].rotation if each.product_id in policies else "any"
            each.best_before = lot.best_before
            if rotation == "fefo" and lot.best_before is not None:
                each.turn = lot.best_before.isoformat()
            elif rotation == "fifo":
                each.turn = lot.received_at.isoformat()
        kept.append(each)
    return kept


def balances_of(conn: Connection, product_ids: Iterable[int]) -> dict[Place, Balance]:
    """Where the products lie, whatever kind of place it is."""
    return {
        Place(*row[:3]): Balance(*row[3:])
        for part in in_slices(product_ids)
        for row in _OF_PRODUCTS.rows(conn, products=part)
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
    lying = balances_of(conn, product_ids)
    pickable = _read_pickable(conn, {place.location_id for place in lying})
    found: dict[int, tuple[int, int]] = {}
    for place, there in lying.items():
        promised, blocked = found.get(place.product_id, (0, 0))
        unfit = 0 if place.location_id in pickable else there.free
        found[place.product_id] = (promised + there.reserved, blocked + unfit)
    return found


def apply_changes(conn: Connection, changes: Mapping[Place, Balance]) -> None:
    """Lock the balances, refuse what would oversell, write the rest."""
    wanted = {place: change for place, change in changes.items() if change != Balance()}
    if not wanted:
        return
    booked = read_balances(conn, wanted, lock=True)
    missing = sorted(wanted.keys() - booked.keys())
    short = find_shortfall(booked, wanted)
    if short is not None and short[0] in missing:  # perhaps somebody else has just made it
        _MAKE_OR_ADD.run_many(conn, [{**place._asdict(), "on_hand": 0, "reserved": 0} for place in missing])
        booked |= read_balances(conn, missing, lock=True)
        missing = []
        short = find_shortfall(booked, wanted)
    if short is not None:
        raise stock_gone(conn, *short, booked.get(short[0], Balance()))
    _MAKE_OR_ADD.run_many(conn, [{**place._asdict(), **wanted[place]._asdict()} for place in missing])
    _ADD.run_many(
        conn,
        [
            {
                "of_product_id": place.product_id, "of_location_id": place.location_id, "of_lot": place.lot,
                "add_on_hand": change.on_hand, "add_reserved": change.reserved,
            }
            for place, change in wanted.items()
            if place in booked
        ],
    )  # fmt: skip
    taken_to_the_last = (
        place.location_id
        for place, change in wanted.items()
        if change.on_hand < 0 and booked[place].on_hand == -change.on_hand
    )
    note_emptied(conn, taken_to_the_last)


def clear_passages(conn: Connection, _now: datetime) -> int:
    """Forget balances of nothing at docks, benches, totes and carts; how many.

    Every product of the house passes there once, and each proposal at the dock would read what has long gone on. At a shelf
    the row stays: that it ran empty is a reason to count. Whoever changes a balance makes the row that is missing.
    """
    nothing = sa.and_(balance.c.on_hand == 0, balance.c.reserved == 0)
    passages = sa.select(location.c.id).where(location.c.kind.in_(PASSAGES))
    found = sa.select(balance.c.id).where(nothing, balance.c.location_id.in_(passages)).limit(CLEARED_AT_ONCE)
    ids = list(conn.execute(claim_clause(found)).scalars())
    for part in in_slices(ids):
        conn.execute(sa.delete(balance).where(balance.c.id.in_(part), nothing))
    return len(ids)


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
