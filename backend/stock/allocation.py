"""Who gets the stock: the whole pile of orders at once, oldest promise first.

Pure: free stock and demands in, reservations and reasons out. An order is reserved as a whole or not at all, unless its
merchant sends in parts; then it takes what is there, and goes when at least one piece is there. A place that covers a
line alone is preferred (a pick face before the store behind it, then the tightest fit), so that the picker stops once;
else the line is put together from as few places as possible. Goods that must leave in an order (first expired, first in)
are taken by their turns first, and by the fewest stops only within one turn.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter

import msgspec

from backend.stock.ledger import Reservation


class FreeStock(msgspec.Struct):
    """Pieces that may be promised: unblocked, at a location of a pickable kind, not reserved."""

    product_id: int
    location_id: int
    lot: str
    free: int
    pick_face: bool
    walk_sequence: int
    turn: str = ""
    """Goods of the lowest turn leave first: the best-before day, or when the lot came; empty where any may go."""
    best_before: date | None = None


class LineDemand(msgspec.Struct, frozen=True):
    """Pieces of a product that an order line still needs; of one lot where it is named.

    `good_until`: goods with an earlier best-before are not sent. Goods without a date always are.
    """

    line_id: int
    product_id: int
    quantity: int
    lot: str | None = None
    good_until: date | None = None

    @property
    def picky(self) -> bool:
        return self.lot is not None or self.good_until is not None

    def may_be(self, place: FreeStock) -> bool:
        """Whether goods of this place may go to the line."""
        if self.lot is not None and place.lot != self.lot:
            return False
        return self.good_until is None or place.best_before is None or place.best_before >= self.good_until


class OrderDemand(msgspec.Struct, frozen=True):
    order_id: int
    promised_at: datetime
    lines: tuple[LineDemand, ...]
    partial: bool = False
    """The merchant sends what is there and the rest later."""


class Shortage(msgspec.Struct, frozen=True):
    """What a line lacked when its turn came. `free` is what older promises had left of the product."""

    line_id: int
    product_id: int
    wanted: int
    free: int


class Granted(msgspec.Struct, frozen=True):
    """An order that can go. `missing` is empty unless it goes in parts."""

    order_id: int
    pieces: int
    missing: tuple[Shortage, ...] = ()


class Denied(msgspec.Struct, frozen=True):
    """An order that cannot go, with every line that stops it."""

    order_id: int
    missing: tuple[Shortage, ...]


class Allocation(msgspec.Struct, frozen=True):
    reservations: tuple[Reservation, ...]
    granted: tuple[Granted, ...]
    denied: tuple[Denied, ...]


def decide_allocation(stock: Iterable[FreeStock], orders: Iterable[OrderDemand]) -> Allocation:
    """Reserve for the orders in the order of their promises (then of their ids)."""
    places: dict[int, list[FreeStock]] = {}
    for each in stock:
        if each.free > 0:
            # copied, because the free pieces are counted down below
            places.setdefault(each.product_id, []).append(msgspec.structs.replace(each))
    left = {product_id: sum(place.free for place in found) for product_id, found in places.items()}
    reservations: list[Reservation] = []
    granted: list[Granted] = []
    denied: list[Denied] = []
    for order in sorted(orders, key=attrgetter("promised_at", "order_id")):
        if any(line.picky for line in order.lines):
            taken, missing = _choose_one_by_one(order, places)
            if not taken or (missing and not order.partial):
                denied.append(Denied(order.order_id, missing))
                continue
            for line, place, quantity in taken:
                left[line.product_id] -= quantity
                place.free -= quantity
                reservations.append(_reservation(order, line, place, quantity))
            granted.append(Granted(order.order_id, sum(quantity for _, _, quantity in taken), missing))
            continue
        grants, missing = _share(order, left)
        pieces = sum(grants)
        if pieces == 0 or (missing and not order.partial):
            denied.append(Denied(order.order_id, missing))
            continue
        for line, quantity in zip(order.lines, grants, strict=True):
            if quantity:
                left[line.product_id] -= quantity
                reservations.extend(_reserve(order, line, quantity, places[line.product_id]))
        granted.append(Granted(order.order_id, pieces, missing))
    return Allocation(tuple(reservations), tuple(granted), tuple(denied))


def _share(order: OrderDemand, left: dict[int, int]) -> tuple[list[int], tuple[Shortage, ...]]:
    """Pieces that each line would get, and what lacks; two lines of one product share what is left of it."""
    used: dict[int, int] = {}
    grants: list[int] = []
    missing: list[Shortage] = []
    for line in order.lines:
        free = left.get(line.product_id, 0) - used.get(line.product_id, 0)
        grant = min(line.quantity, free)
        grants.append(grant)
        used[line.product_id] = used.get(line.product_id, 0) + grant
        if grant < line.quantity:
            missing.append(Shortage(line.line_id, line.product_id, line.quantity, free))
    return grants, tuple(missing)


def _choose_one_by_one(
    order: OrderDemand, places: Mapping[int, list[FreeStock]]
) -> tuple[list[tuple[LineDemand, FreeStock, int]], tuple[Shortage, ...]]:
    """Places for each line in turn, where not every piece is good for every line. Nothing is counted down yet."""
    used: dict[int, int] = {}
    taken: list[tuple[LineDemand, FreeStock, int]] = []
    missing: list[Shortage] = []
    # lines that are picky about their goods choose before those that take any
    for line in sorted(order.lines, key=lambda each: (not each.picky, each.line_id)):
        fit = [place for place in places.get(line.product_id, ()) if line.may_be(place)]
        copies = [msgspec.structs.replace(place, free=place.free - used.get(id(place), 0)) for place in fit]
        originals = {id(copy): place for copy, place in zip(copies, fit, strict=True)}
        chosen = choose_places([copy for copy in copies if copy.free > 0], line.quantity)
        for copy, quantity in chosen:
            place = originals[id(copy)]
            used[id(place)] = used.get(id(place), 0) + quantity
            taken.append((line, place, quantity))
        got = sum(quantity for _, quantity in chosen)
        if got < line.quantity:
            free = sum(copy.free for copy in copies)
            missing.append(Shortage(line.line_id, line.product_id, line.quantity, free))
    return taken, tuple(missing)


def _reservation(order: OrderDemand, line: LineDemand, place: FreeStock, quantity: int) -> Reservation:
    return Reservation(line.product_id, place.location_id, quantity, f"order:{order.order_id}", line.line_id, place.lot)


def _reserve(order: OrderDemand, line: LineDemand, quantity: int, places: list[FreeStock]) -> list[Reservation]:
    """Choose places for `quantity` pieces and count them down; the places hold enough by construction."""
    made: list[Reservation] = []
    for place, pieces in choose_places(places, quantity):
        place.free -= pieces
        made.append(_reservation(order, line, place, pieces))
    return made


def choose_places(places: Sequence[FreeStock], quantity: int) -> list[tuple[FreeStock, int]]:
    """Places for `quantity` pieces of one product; fewer pieces where there are not enough.

    Turn by turn: what must leave first is taken first, even where a later turn alone would save a stop.
    """
    turns = sorted({place.turn for place in places if place.free > 0})
    if len(turns) <= 1:
        return _choose_of_one_turn(places, quantity)
    found: list[tuple[FreeStock, int]] = []
    for turn in turns:
        chosen = _choose_of_one_turn([place for place in places if place.turn == turn], quantity)
        found += chosen
        quantity -= sum(pieces for _, pieces in chosen)
        if quantity == 0:
            break
    return found


def _choose_of_one_turn(places: Sequence[FreeStock], quantity: int) -> list[tuple[FreeStock, int]]:
    whole = [place for place in places if place.free >= quantity]
    if whole:
        best = min(whole, key=lambda place: (not place.pick_face, place.free, place.walk_sequence, place.location_id))
        return [(best, quantity)]
    chosen: list[tuple[FreeStock, int]] = []
    for place in sorted(
        places, key=lambda each: (-each.free, not each.pick_face, each.walk_sequence, each.location_id)
    ):
        pieces = min(place.free, quantity)
        if pieces <= 0:
            break
        chosen.append((place, pieces))
        quantity -= pieces
        if quantity == 0:
            break
    return chosen
