"""Which lots of the tote go into a parcel: the book has lots, the bench has pieces."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from backend.stock.ledger import Balance, Place


class Wanted(NamedTuple):
    """Pieces of one order line that lie in the parcel."""

    line_id: int
    product_id: int
    quantity: int


class Taken(NamedTuple):
    """Pieces of a line that come from one place."""

    line_id: int
    place: Place
    quantity: int


class Choice(msgspec.Struct, frozen=True):
    """`lacking`: what the hand holds but the book does not, by place; it is booked in before it is taken out."""

    taken: tuple[Taken, ...]
    lacking: Mapping[Place, int]


def choose_lots(wanted: Sequence[Wanted], balances: Mapping[Place, Balance], tote_id: int) -> Choice:
    """Take each line's pieces from the totes, lot by lot in the order of the places.

    The hand wins over the book: what no tote holds is taken from `tote_id` all the same and told as lacking.
    """
    free = {place: balance.free for place, balance in sorted(balances.items())}
    taken: list[Taken] = []
    lacking: dict[Place, int] = {}
    for line in sorted(wanted):
        left = line.quantity
        for place in [place for place in free if place.product_id == line.product_id]:
            pieces = min(left, free[place])
            if pieces > 0:
                taken.append(Taken(line.line_id, place, pieces))
                free[place] -= pieces
                left -= pieces
        if left > 0:
            place = Place(line.product_id, tote_id)
            lacking[place] = lacking.get(place, 0) + left
            taken.append(Taken(line.line_id, place, left))
    return Choice(tuple(taken), lacking)
