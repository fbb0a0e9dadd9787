"""The ledger as values: what a move does to the balances, and what the balances must be.

Goods only ever move between two locations. Only physical locations keep a balance; vendor, customer, variance, scrap and
transit are the world outside, of which there is always enough. A reservation is a pending move: it holds `quantity -
taken` pieces at its source for one order line until posted moves have taken them or it is void.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from backend.platform.errors import Malformed

PENDING, TAKEN, POSTED, VOID = "pending", "taken", "posted", "void"


class Place(NamedTuple):
    """Where goods lie: a product at a location, in a lot ("" where the goods carry none). Sorts in locking order."""

    product_id: int
    location_id: int
    lot: str = ""


class Balance(NamedTuple):
    """Pieces at a place: `on_hand` in all, `reserved` of them promised."""

    on_hand: int = 0
    reserved: int = 0

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved


class Move(msgspec.Struct, frozen=True):
    """Goods that went from one location to another.

    `reason`: receipt, pick, pack, dispatch, undo, variance, count, scrap, transfer, demo. `about` names the subject.
    """

    product_id: int
    source_id: int
    target_id: int
    quantity: int
    reason: str
    about: str
    lot: str = ""
    order_line_id: int | None = None
    act: uuid.UUID | None = None
    person_id: int | None = None
    device_id: int | None = None
    reverses_id: int | None = None
    reservation_id: int | None = None


class Reservation(msgspec.Struct, frozen=True):
    """Goods held for one order line at one place."""

    product_id: int
    location_id: int
    quantity: int
    about: str
    order_line_id: int
    lot: str = ""


class Take(msgspec.Struct, frozen=True):
    """Turn `quantity` pieces of a reservation into a posted move to `target_id`."""

    reservation_id: int
    target_id: int
    quantity: int
    reason: str = "pick"
    act: uuid.UUID | None = None
    person_id: int | None = None
    device_id: int | None = None


class LedgerRow(NamedTuple):
    """What the balances need of one row of `move`."""

    product_id: int
    source_id: int
    target_id: int
    lot: str
    quantity: int
    taken: int
    state: str


class Difference(msgspec.Struct, frozen=True):
    """A balance that the moves do not explain."""

    product_id: int
    location_id: int
    lot: str
    on_hand: int
    reserved: int
    expected_on_hand: int
    expected_reserved: int

    @property
    def sentence(self) -> str:
        return (
            f"Product {self.product_id} at location {self.location_id}{f' lot {self.lot}' if self.lot else ''}: "
            f"the moves say {self.expected_on_hand} on hand and {self.expected_reserved} reserved, "
            f"the balance says {self.on_hand} and {self.reserved}."
        )


def check_possible(rows: Iterable[LedgerRow]) -> None:
    """Raises `Problem` MOVE_IMPOSSIBLE for a move of nothing and for one that goes nowhere."""
    for row in rows:
        if row.quantity <= 0 or row.source_id == row.target_id:
            got = f"{row.quantity} pieces from location {row.source_id} to location {row.target_id}"
            raise Malformed(
                "MOVE_IMPOSSIBLE",
                f"Expected at least 1 piece that goes to another location, got {got}; correct the move.",
                got=got,
            )


def changes_of(rows: Iterable[LedgerRow], physical: Mapping[int, bool] | None = None) -> dict[Place, Balance]:
    """What the rows add to the balances, place by place; places that end as they began are kept.

    `physical` tells which locations keep a balance; None means that all do.
    """
    on_hand: dict[Place, int] = {}
    reserved: dict[Place, int] = {}
    for row in rows:
        source = Place(row.product_id, row.source_id, row.lot)
        if row.state == POSTED:
            on_hand[source] = on_hand.get(source, 0) - row.quantity
            target = Place(row.product_id, row.target_id, row.lot)
            on_hand[target] = on_hand.get(target, 0) + row.quantity
        elif row.state == PENDING:
            reserved[source] = reserved.get(source, 0) + row.quantity - row.taken
    return {
        place: Balance(on_hand.get(place, 0), reserved.get(place, 0))
        for place in sorted(on_hand.keys() | reserved.keys())
        if physical is None or physical[place.location_id]
    }


def find_differences(expected: Mapping[Place, Balance], booked: Mapping[Place, Balance]) -> list[Difference]:
    """Places whose booked balance is not the expected one; a missing balance counts as nothing there."""
    nothing = Balance()
    return [
        Difference(*place, *booked.get(place, nothing), *expected.get(place, nothing))
        for place in sorted(expected.keys() | booked.keys())
        if expected.get(place, nothing) != booked.get(place, nothing)
    ]


def find_shortfall(booked: Mapping[Place, Balance], changes: Mapping[Place, Balance]) -> tuple[Place, Balance] | None:
    """The first place that the changes would oversell, with the balance it would have; None where all is well."""
    for place, change in changes.items():
        before = booked.get(place, Balance())
        after = Balance(before.on_hand + change.on_hand, before.reserved + change.reserved)
        if after.reserved < 0 or after.on_hand < after.reserved:
            return place, after
    return None
