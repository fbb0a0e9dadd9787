"""Which orders go together, and in which sequence their lines are walked. Values only."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

CLUSTER_ORDERS = 8
"""Orders of one cluster where nobody says otherwise: as many totes as stand on a usual cart."""
CLUSTER_ORDERS_MAX = 30
POOL_ORDERS = 200
"""Ready orders looked at for one wave, oldest promise first."""


class Candidate(msgspec.Struct, frozen=True):
    """An order that is ready to be picked."""

    order_id: int
    carrier_code: str
    promised_at: datetime


class Stop(msgspec.Struct, frozen=True):
    """Pieces of an order line held at a location: what becomes one line of the pick list."""

    order_id: int
    order_line_id: int
    product_id: int
    location_id: int
    lot: str
    quantity: int
    reservation_id: int
    walk_sequence: int
    location: str


def choose_orders(pool: Iterable[Candidate], count: int) -> list[int]:
    """The oldest promise decides the carrier; its orders come first, others only fill the cart up.

    Orders of one carrier share a cut-off, so a cart full of them can go to packing as one.
    """
    waiting = sorted(pool, key=lambda each: (each.promised_at, each.order_id))
    if not waiting:
        return []
    carrier = waiting[0].carrier_code
    preferred = sorted(waiting, key=lambda each: each.carrier_code != carrier)
    return [each.order_id for each in preferred[:count]]


def plan_walk(stops: Iterable[Stop], slots: Sequence[int]) -> list[tuple[int, Stop]]:
    """Number the stops along the walk: location by location, at one location product by product, then slot by slot.

    `slots` are the order ids in the sequence of their places on the cart.
    """
    slot_of = {order_id: slot for slot, order_id in enumerate(slots, start=1)}
    walk = sorted(
        stops,
        key=lambda each: (
            each.walk_sequence, each.location, each.product_id, each.lot, slot_of[each.order_id], each.reservation_id
        ),
    )  # fmt: skip
    return list(enumerate(walk, start=1))
