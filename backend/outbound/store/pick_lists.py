"""Pick lists read from the books, under lock where they are about to change.

Locks are taken in one order: waves, orders, reservations, totes, balances.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.orders import api as orders
from backend.outbound.pick_list import PickAct, PickLine, PickSlot, PickWave, Place, Spare, Tote
from backend.outbound.store.waves import lock_waves
from backend.outbound.tables import pick, pick_act, tote, wave, wave_order
from backend.platform.statements import Statement, among, insert_into
from backend.stock import api as stock

IN_USE = ("open", "picked")

# asked with every scan
_HEADS = Statement(sa.select(wave).where(among(wave.c.id, "ids")))
_PICKS = Statement(sa.select(pick).where(among(pick.c.wave_id, "waves")).order_by(pick.c.id))
_PLACES = Statement(sa.select(wave_order).where(among(wave_order.c.wave_id, "waves")).order_by(wave_order.c.id))
_ACTS = Statement(sa.select(pick_act).where(among(pick_act.c.wave_id, "waves")).order_by(pick_act.c.id))
_ACTS_NAMED = Statement(sa.select(pick_act).where(among(pick_act.c.uid, "uids")).order_by(pick_act.c.id))
_LOCK_TOTES = Statement(
    sa.select(tote.c.id).where(among(tote.c.location_id, "ids")).order_by(tote.c.id).with_for_update()
)
_MAKE_TOTES = insert_into(tote, lambda made: made.on_conflict_do_nothing())
_USERS = Statement(
    sa.select(wave_order.c.tote_id, wave_order.c.order_id).where(
        among(wave_order.c.tote_id, "totes"), wave_order.c.state.in_(IN_USE)
    )
)


class Named(NamedTuple):
    """The lines and acts that a chunk of plain scans speaks of."""

    lines: Collection[int]
    acts: Collection[UUID]


def read_waves(conn: Connection, wave_ids: Iterable[int]) -> dict[int, PickWave]:
    """Whole waves as values."""
    asked = sorted(set(wave_ids))
    return _read(conn, {row.id: row for row in _HEADS.rows(conn, ids=asked)}, None, lock=False)[0]


def lock_and_read(
    conn: Connection, wave_ids: Iterable[int], named: Named | None = None
) -> tuple[dict[int, PickWave], dict[int, stock.OpenReservation]]:
    """Waves as values, with their reservations; nobody else changes them, their orders or reservations meanwhile.

    With `named` only those lines, and others of the same products, know their goods, place and reservation, and only
    those acts are there: enough to judge scans that hit their line, and a third of the work. The counters of the other
    lines are there.
    """
    return _read(conn, lock_waves(conn, wave_ids), named, lock=True)


def _read(
    conn: Connection, heads: Mapping[int, Any], named: Named | None, lock: bool
) -> tuple[dict[int, PickWave], dict[int, stock.OpenReservation]]:
    if not heads:
        return {}, {}
    picks = _PICKS.rows(conn, waves=list(heads))
    places = _PLACES.rows(conn, waves=list(heads))
    if named is None:
        acts = _ACTS.rows(conn, waves=list(heads))
    else:
        acts = _ACTS_NAMED.rows(conn, uids=sorted(named.acts)) if named.acts else []
    known = orders.orders_by_ids(conn, [row.order_id for row in places], lock=lock)
    wanted = {row.product_id for row in picks if named is None or row.id in named.lines}
    full = [row for row in picks if row.product_id in wanted]
    held = stock.reservations_by_ids(conn, [row.move_id for row in full if row.move_id is not None], lock=lock)
    products = catalog.products_by_ids(conn, wanted)
    owners = {each.merchant_id for each in products.values()} | {each.merchant_id for each in known.values()}
    merchants = catalog.read_merchants(conn, owners)
    totes = {row.tote_id for row in places if row.tote_id is not None}
    locations = stock.locations_by_ids(conn, {row.location_id for row in full} | totes)
    lines = _lines(catalog.codes_of(conn, products), picks, places, known, held, products, merchants, locations)
    slots = _slots(conn, places, known, merchants, locations)
    waves = {
        row.id: PickWave(
            id=row.id,
            number=row.number,
            state=row.state,
            lines={each.id: each for each in lines[row.id]},
            slots={each.slot: each for each in slots[row.id]},
            acts={
                str(act.uid): PickAct(
                    uid=str(act.uid),
                    line=act.pick_id,
                    kind=act.kind,
                    quantity=act.quantity,
                    state=act.state,
                    missing=act.missing,
                    held=act.held,
                )
                for act in acts
                if act.wave_id == row.id
            },
        )
        for row in heads.values()
    }
    return waves, held


def _lines(
    codes: Mapping[int, Sequence[catalog.ProductCode]],
    picks: Sequence[Any],
    places: Sequence[Any],
    known: dict[int, orders.Order],
    held: dict[int, stock.OpenReservation],
    products: dict[int, catalog.Product],
    merchants: dict[int, catalog.Merchant],
    locations: dict[int, stock.Location],
) -> dict[int, list[PickLine]]:
    slot_of = {(row.wave_id, row.order_id): row.slot for row in places}
    found: dict[int, list[PickLine]] = {row.wave_id: [] for row in places}
    for row in picks:
        if row.product_id not in products:
            found[row.wave_id].append(_counters(row, known[row.order_id], slot_of[row.wave_id, row.order_id]))
            continue
        product, location = products[row.product_id], locations[row.location_id]
        reservation = held.get(row.move_id) if row.move_id is not None else None
        found[row.wave_id].append(
            PickLine(
                id=row.id,
                order=known[row.order_id].number,
                slot=slot_of[row.wave_id, row.order_id],
                sequence=row.sequence,
                location=location.code,
                location_key=location.key,
                sku=product.sku,
                name=product.name,
                quantity=row.quantity,
                codes={each.key: each.quantity for each in codes[row.product_id]},
                unit=product.unit,
                picture=product.picture,
                merchant=merchants[product.merchant_id].name,
                lot=row.lot,
                picked=row.picked,
                short=row.short,
                reserved=reservation.quantity if reservation else 0,
                cancelled=row.state == "cancelled" or known[row.order_id].state == "cancelled",
                order_id=row.order_id,
                order_line_id=row.order_line_id,
                product_id=row.product_id,
                location_id=row.location_id,
                move_id=row.move_id,
                instead_of=str(row.instead_of) if row.instead_of else "",
            )
        )
    return found


def _counters(row: Any, order: orders.Order, slot: int) -> PickLine:
    """A line that nobody has named: what is left of it, and nothing of its goods."""
    return PickLine(
        id=row.id, order=order.number, slot=slot, sequence=row.sequence, location="", location_key="", sku="", name="",
        quantity=row.quantity, codes={}, lot=row.lot, picked=row.picked, short=row.short, order_id=row.order_id,
        cancelled=row.state == "cancelled" or order.state == "cancelled", order_line_id=row.order_line_id,
        product_id=row.product_id, location_id=row.location_id, move_id=row.move_id,
        instead_of=str(row.instead_of) if row.instead_of else "",
    )  # fmt: skip


def _slots(
    conn: Connection,
    places: Sequence[Any],
    known: dict[int, orders.Order],
    merchants: dict[int, catalog.Merchant],
    locations: dict[int, stock.Location],
) -> dict[int, list[PickSlot]]:
    begun = orders.begun_to_pack(conn, known)
    found: dict[int, list[PickSlot]] = {row.wave_id: [] for row in places}
    for row in places:
        order = known[row.order_id]
        found[row.wave_id].append(
            PickSlot(
                slot=row.slot,
                order=order.number,
                order_id=row.order_id,
                tote=locations[row.tote_id].key if row.tote_id is not None else None,
                tote_id=row.tote_id or 0,
                partial=merchants[order.merchant_id].allocation == "partial",
                packed=row.state == "packed" or row.order_id in begun,
                cancelled=row.state == "cancelled" or order.state == "cancelled",
            )
        )
    return found


def read_totes(conn: Connection, keys: Iterable[str], lock: bool = False) -> dict[str, Tote]:
    """Totes by scan key, and whose goods they hold. Unknown keys, and those of no tote, are absent."""
    found = {key: each for key, each in stock.locations_by_keys(conn, keys).items() if each.kind == "tote"}
    ids = sorted(each.id for each in found.values())
    if lock and ids and len(_LOCK_TOTES.rows(conn, ids=ids)) < len(ids):  # used for the first time
        _MAKE_TOTES.run_many(conn, [{"location_id": each} for each in ids])
        _LOCK_TOTES.rows(conn, ids=ids)
    users = users_of_totes(conn, ids)
    return {key: Tote(key=key, order=users.get(each.id, ""), location_id=each.id) for key, each in found.items()}


def users_of_totes(conn: Connection, tote_ids: Iterable[int] | None = None) -> dict[int, str]:
    """Tote -> number of the order it belongs to ("?" where goods lie in it that no running order claims)."""
    if tote_ids is None:
        tote_ids = [each.id for each in stock.locations_of_kind(conn, ["tote"])]
    asked = sorted(set(tote_ids))
    claimed = {row.tote_id: row.order_id for row in _USERS.rows(conn, totes=asked)} if asked else {}
    numbers = orders.orders_by_ids(conn, claimed.values())
    filled = {place.location_id: "?" for place in stock.balances_at(conn, set(asked) - claimed.keys())}
    return filled | {tote_id: numbers[order_id].number for tote_id, order_id in claimed.items()}


def read_places(conn: Connection, keys: Iterable[str]) -> dict[str, Place]:
    """What codes mean that no line wants; without the location, which only the device shows."""
    known = catalog.products_by_keys(conn, None, keys)
    merchants = catalog.read_merchants(conn, [code.product.merchant_id for each in known.values() for code in each])
    return {
        key: Place(
            sku=first.product.sku,
            name=first.product.name,
            picture=first.product.picture,
            location="",
            merchant=merchants[first.product.merchant_id].name,
        )
        for key, (first, *_) in known.items()
    }


def read_spares(conn: Connection, product_ids: Iterable[int]) -> dict[int, tuple[Spare, ...]]:
    """Free pieces that may be promised instead, nearest in walking sequence first; locked."""
    free = stock.read_free_stock(conn, product_ids, lock=True)
    places = stock.locations_by_ids(conn, [each.location_id for each in free])
    found: dict[int, tuple[Spare, ...]] = {}
    for each in sorted(free, key=lambda one: (not one.pick_face, one.walk_sequence, one.location_id)):
        spare = Spare(
            location_id=each.location_id, location=places[each.location_id].code, lot=each.lot, free=each.free
        )
        found[each.product_id] = (*found.get(each.product_id, ()), spare)
    return found
