"""Where goods shall lie: fixed place, beside their own kind, else an empty place that fits. Pure.

Never where a look-alike lies, never beside another lot where the product forbids it, never outside its zone, never more
than a place bears or holds. What does not fit into one place is split over several.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

GOES_INTO = ("storage", "pick_face", "cart")
PROPOSED_KINDS = ("storage", "pick_face")
PLACES_MAX = 6
"""More places for one product are the floor's own decision."""


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one product and lot that need a place. Weight and volume are of one piece, 0 where not known."""

    product_id: int
    lot: str = ""
    quantity: int
    weight_g: int = 0
    volume_ml: int = 0
    zone: str = ""
    look_alike: str = ""
    mixed_lots: bool = True
    homes: tuple[int, ...] = ()


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A place with what lies there and what is already on its way there. `lots`: product id -> its lots there, at least
    of the goods in question; `filled`: something lies there, whatever it is."""

    location_id: int
    code: str
    kind: str = "storage"
    zone: str = ""
    walk_sequence: int = 0
    blocked: bool = False
    holds_g: int | None = None
    holds_ml: int | None = None
    load_g: int = 0
    load_ml: int = 0
    filled: bool = False
    lots: Mapping[int, frozenset[str]] = {}
    look_alikes: Mapping[str, frozenset[int]] = {}
    """Group of look-alikes -> its products that lie here."""


class Proposal(msgspec.Struct, frozen=True):
    """`why`: fixed, same_lot, same_product, empty; none with no location where nothing fits."""

    location_id: int | None
    quantity: int
    why: str


def why_unfit(goods: Goods, place: Candidate) -> str:
    """What forbids the place whatever the quantity: kind, blocked, zone, look_alike, mixed_lots; empty when it may be."""
    if place.kind not in GOES_INTO:
        return "kind"
    if place.blocked:
        return "blocked"
    if place.kind == "cart":
        return ""
    if goods.zone and goods.zone != place.zone:
        return "zone"
    if goods.look_alike and place.look_alikes.get(goods.look_alike, frozenset()) - {goods.product_id}:
        return "look_alike"
    if not goods.mixed_lots and place.lots.get(goods.product_id, frozenset()) - {goods.lot}:
        return "mixed_lots"
    return ""


def room(goods: Goods, place: Candidate) -> int:
    """Pieces that still fit; goods or places without measures take everything."""
    fits = goods.quantity
    if place.holds_g is not None and goods.weight_g:
        fits = min(fits, (place.holds_g - place.load_g) // goods.weight_g)
    if place.holds_ml is not None and goods.volume_ml:
        fits = min(fits, (place.holds_ml - place.load_ml) // goods.volume_ml)
    return max(0, fits)


def too_heavy(goods: Goods, place: Candidate, quantity: int) -> bool:
    """A shelf must not break; too big the hand sees by itself."""
    return place.holds_g is not None and place.load_g + goods.weight_g * quantity > place.holds_g


def _rank(goods: Goods, place: Candidate) -> tuple[int, str]:
    if place.location_id in goods.homes:
        return 0, "fixed"
    lots = place.lots.get(goods.product_id)
    if lots is not None and goods.lot in lots:
        return 1, "same_lot" if goods.lot else "same_product"
    if lots is not None:
        return 2, "same_product"
    return (4, "") if place.filled or place.lots else (3, "empty")


def propose(goods: Goods, places: Iterable[Candidate], start: int = 0) -> list[Proposal]:
    """Places for all pieces, best first: rank, then whether all of it fits, then the shortest way from `start`.

    A place where only other goods lie is never proposed. What fits nowhere is told as one proposal without a place.
    """
    usable: list[tuple[tuple[int, bool, int, str], Candidate, str, int]] = []
    for place in places:
        rank, why = _rank(goods, place)
        if rank > 3:  # most of them, in a walk of many goods
            continue
        fits = room(goods, place)
        if fits == 0 or place.kind not in PROPOSED_KINDS or why_unfit(goods, place):
            continue
        key = (rank, fits < goods.quantity, abs(place.walk_sequence - start), place.code)
        usable.append((key, place, why, fits))
    usable.sort(key=lambda each: each[0])
    found: list[Proposal] = []
    left = goods.quantity
    for _, place, why, fits in usable[:PLACES_MAX]:
        if left == 0:
            break
        pieces = min(left, fits)
        found.append(Proposal(place.location_id, pieces, why))
        left -= pieces
    if left:
        found.append(Proposal(None, left, "none"))
    return found


def loaded(place: Candidate, goods: Goods, quantity: int) -> Candidate:
    """The place with these pieces on their way there, so that the next proposal knows of them."""
    lots = {**place.lots, goods.product_id: place.lots.get(goods.product_id, frozenset()) | {goods.lot}}
    alike = place.look_alikes
    if goods.look_alike:
        alike = {**alike, goods.look_alike: alike.get(goods.look_alike, frozenset()) | {goods.product_id}}
    return msgspec.structs.replace(
        place, load_g=place.load_g + goods.weight_g * quantity, load_ml=place.load_ml + goods.volume_ml * quantity,
        lots=lots, look_alikes=alike,
    )  # fmt: skip


def in_walking_order(stops: Sequence[tuple[int, int]]) -> list[int]:
    """(line, walk sequence) -> lines, nearest first along the walk."""
    return [line for line, _ in sorted(stops, key=lambda stop: (stop[1], stop[0]))]
