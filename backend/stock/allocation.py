"""Who gets the stock: the whole pile of orders at once, oldest promise first.

Pure: free stock and demands in, reservations and reasons out. An order is reserved as a whole or not at all, unless its
merchant sends in parts; then it takes what is there, and goes when at least one piece is there. A place that covers a
line alone is preferred (a pick face before the store behind it, then the tightest fit), so that the picker stops once;
else the line is put together from as few places as possible.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
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


class LineDemand(msgspec.Struct, frozen=True):
    """Pieces of a product that an order line still needs."""

    line_id: int
    product_id: int
    quantity: int


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


def _reserve(order: OrderDemand, line: LineDemand, quantity: int, places: list[FreeStock]) -> list[Reservation]:
    """Choose places for `quantity` pieces and count them down; the places hold enough by construction."""
    about = f"order:{order.order_id}"
    made: list[Reservation] = []
    for place, pieces in choose_places(places, quantity):
        place.free -= pieces
        made.append(Reservation(line.product_id, place.location_id, pieces, about, line.line_id, place.lot))
    return made


def choose_places(places: Sequence[FreeStock], quantity: int) -> list[tuple[FreeStock, int]]:
    """Places for `quantity` pieces of one product; fewer pieces where there are not enough."""
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
