"""Put-away: goods go from the dock or a cart to their places.

A stop is a product of one lot with its proposed place. Another place is the hand's right (the device asks for a second
scan of it), as long as it may hold the goods; it is judged here again, with what lies there now.

The device decides the same from its bundle (pwa/src/flows/put_away.ts).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from backend.facts.inbound import GoodsPutAway, PutAwayUndone
from backend.inbound import receiving_refusals as told
from backend.inbound.placing import Candidate, Goods, loaded, too_heavy, why_unfit
from backend.scanning.protocol import Correction, Decision, Refusal, Taken

CODES = {
    "kind": "PLACE_UNFIT", "blocked": "PLACE_BLOCKED", "zone": "PLACE_OTHER_ZONE", "look_alike": "PLACE_LOOK_ALIKE",
    "mixed_lots": "PLACE_OTHER_LOT", "weight": "PLACE_TOO_WEAK",
}  # fmt: skip


class PutLine(msgspec.Struct, frozen=True, kw_only=True):
    """A stop: `goods.quantity` pieces in all, `put` of them there. `serials` are those still at the source."""

    id: int
    goods: Goods
    sku: str
    name: str = ""
    put: int = 0
    proposed_id: int | None = None
    proposed: str = ""
    codes: frozenset[str] = frozenset()
    serials: tuple[str, ...] = ()
    tracked: bool = False
    """Each piece has a serial."""

    @property
    def left(self) -> int:
        return self.goods.quantity - self.put


class PutAct(msgspec.Struct, frozen=True):
    """`serials`: which pieces went; an undo brings them back to the source."""

    line_id: int
    quantity: int
    serials: tuple[str, ...] = ()


class Put(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of a stop that lie at a place now."""

    act: str
    line_id: int
    quantity: int
    location_id: int
    serials: tuple[str, ...] = ()


class PutUndone(msgspec.Struct, frozen=True, kw_only=True):
    act: str
    line_id: int
    quantity: int


class WalkEnded(msgspec.Struct, frozen=True, kw_only=True):
    """The rest stays where it is, for another walk."""


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """A walk as far as the scans at hand touch it. `places` by scan key; `lying`: (product, lot) -> free pieces at the
    source; `gone`: acts whose pieces are no longer where they were put."""

    id: int
    source_id: int
    source: str
    done: bool = False
    lines: Mapping[int, PutLine] = {}
    places: Mapping[str, Candidate] = {}
    lying: Mapping[tuple[int, str], int] = {}
    acts: Mapping[str, PutAct] = {}
    gone: frozenset[str] = frozenset()


Walks = Mapping[str, Walk]
"""The snapshot: task ("put_away:<id>") -> walk."""


def decide(walks: Walks, taken: Taken, now: datetime) -> tuple[Walks, Decision]:
    """One scan on what the ones before it have left."""
    scan = taken.scan
    walk = walks.get(scan.task)
    if walk is None:
        return walks, Decision(refusal=told.task_unknown(scan.task))
    act = str(scan.act) if scan.act else ""
    if scan.kind == "product":
        known = any(_named(line, scan.keys) for line in walk.lines.values())
        return walks, Decision(refusal=None if known else told.not_to_put_away(scan.raw))
    if scan.kind in ("place", "told"):
        return walks, Decision()  # another place, scanned for the first time; a lot that was asked for
    if scan.kind == "put":
        walk, decision = put(walk, taken, act)
    elif scan.kind == "undo":
        walk, decision = undo(walk, str(scan.body.get("of")))
    elif scan.kind == "finish":
        walk, decision = replace(walk, done=True), Decision(changes=(WalkEnded(),))
    else:
        return walks, Decision(refusal=told.not_understood(scan.kind))
    return {**walks, scan.task: walk}, decision


def _named(line: PutLine, keys: Sequence[str]) -> bool:
    """By a code of the goods, or by the serial of a piece alone."""
    if not line.codes.isdisjoint(keys):
        return True
    return any(f"serial:{serial}" in keys or f"text:{serial.upper()}" in keys for serial in line.serials)


def put(walk: Walk, taken: Taken, act: str) -> tuple[Walk, Decision]:
    """Pieces of a stop to the scanned place."""
    scan = taken.scan
    if act in walk.acts:
        return walk, Decision(refusal=told.act_repeated())
    line_id, quantity = scan.body.get("line"), scan.body.get("quantity")
    line = walk.lines.get(line_id) if isinstance(line_id, int) else None
    if line is None:
        return walk, Decision(refusal=told.not_understood("put"))
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 < quantity <= line.left:
        return walk, Decision(refusal=told.wrong_quantity(quantity if isinstance(quantity, int) else 0))
    place = next((walk.places[key] for key in scan.keys if key in walk.places), None)
    if place is None:
        refusal = told.wrong_kind(told.kind_of(scan.keys), scan.raw)
        return walk, Decision(refusal=refusal, correction=_take_out_again(walk, line, quantity, scan.raw))
    serials = _serials(line, quantity, scan.body.get("serials"))
    unfit = _why_not(walk, line, place, quantity, serials)
    if unfit is not None:
        return walk, Decision(refusal=unfit, correction=_take_out_again(walk, line, quantity, place.code))
    goods = (line.goods.product_id, line.goods.lot)
    left = tuple(each for each in line.serials if each not in (serials or ()))
    walk = replace(
        walk, lines={**walk.lines, line.id: replace(line, put=line.put + quantity, serials=left)},
        places={key: loaded(each, line.goods, quantity) if each.location_id == place.location_id else each
                for key, each in walk.places.items()},
        lying={**walk.lying, goods: walk.lying.get(goods, 0) - quantity},
        acts={**walk.acts, act: PutAct(line.id, quantity, serials or ())},
    )  # fmt: skip
    walk = replace(walk, done=all(each.left == 0 for each in walk.lines.values()))
    fact = GoodsPutAway(
        about=f"product:{line.goods.product_id}", sku=line.sku, quantity=quantity, lot=line.goods.lot, source=walk.source,
        target=place.code, proposed=line.proposed,
    )  # fmt: skip
    change = Put(act=act, line_id=line.id, quantity=quantity, location_id=place.location_id, serials=serials or ())
    return walk, Decision(changes=(change,), facts=(fact,))


def _take_out_again(walk: Walk, line: PutLine, quantity: int, place: str) -> Correction:
    """The hand has put down what the book could not: back to where it came from."""
    back = {"quantity": quantity, "name": line.name, "location": place, "place": walk.source}
    return Correction(code="TAKE_OUT_AGAIN", values=back, keys=(f"loc:{walk.source}", f"cart:{walk.source}"))


def _serials(line: PutLine, quantity: int, told_serials: object) -> tuple[str, ...] | None:
    """Which serials go: the scanned ones, or all where all go; None when it cannot be known."""
    if not line.tracked:
        return ()
    if isinstance(told_serials, list) and told_serials:
        named = tuple(str(each) for each in told_serials)
        return named if len(set(named)) == quantity and set(named) <= set(line.serials) else None
    return line.serials if len(line.serials) == quantity else None


def _why_not(
    walk: Walk, line: PutLine, place: Candidate, quantity: int, serials: tuple[str, ...] | None
) -> Refusal | None:
    if serials is None:
        return told.serial_needed(line.sku, line.name)
    if place.location_id == walk.source_id:
        return told.place_unfit("PLACE_UNFIT", "kind", place.code, line.name)
    why = why_unfit(line.goods, place) or ("weight" if too_heavy(line.goods, place, quantity) else "")
    if why:
        return told.place_unfit(CODES[why], why, place.code, line.name)
    if walk.lying.get((line.goods.product_id, line.goods.lot), 0) < quantity:
        return told.goods_gone(line.sku, line.name, walk.source)
    return None


def undo(walk: Walk, of: str) -> tuple[Walk, Decision]:
    """Pieces back to where they were taken."""
    done = walk.acts.get(of)
    if done is None:
        return walk, Decision(refusal=told.nothing_to_undo())
    line = walk.lines[done.line_id]
    if of in walk.gone:
        return walk, Decision(refusal=told.put_away_already(line.sku, line.name))
    goods = (line.goods.product_id, line.goods.lot)
    walk = replace(
        walk, done=False,
        lines={**walk.lines, line.id: replace(line, put=line.put - done.quantity, serials=line.serials + done.serials)},
        lying={**walk.lying, goods: walk.lying.get(goods, 0) + done.quantity},
        acts={act: each for act, each in walk.acts.items() if act != of},
    )  # fmt: skip
    fact = PutAwayUndone(about=f"product:{line.goods.product_id}", sku=line.sku, quantity=done.quantity)
    change = PutUndone(act=of, line_id=line.id, quantity=done.quantity)
    return walk, Decision(changes=(change,), facts=(fact,))
