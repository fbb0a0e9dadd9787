"""Counting: a place, the things in it, how many of each, and "that is all here".

A count list is walked place by place. Each scan of a piece tells the new total of its line, so that a repeat does no
harm and another device can go on. Finishing a place compares with the book and settles every line (`judge`): equal,
booked as variance, or counted again. Picking goes on meanwhile: a line whose goods were on the move books nothing.

The device decides the same from its bundle (pwa/src/flows/count.ts); only the server knows the book.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.facts.stock import PlaceCounted
from backend.scanning.protocol import Decision, Refusal, Taken

COUNTED_MAX = 10_000_000
LIVE_S = 10
"""A scan that came so soon was made online: what moved before it is not "meanwhile"."""
CAUSES = (
    "short_pick", "not_booked", "put_elsewhere", "wrong_goods", "damaged", "theft", "unit_mixed_up", "return", "unknown",
)  # fmt: skip
"""Why book and shelf differ; the office chooses one for each difference."""


class Goods(msgspec.Struct, frozen=True):
    """What a scan key means: `quantity` pieces of a product."""

    product_id: int
    sku: str
    name: str
    quantity: int
    value_minor: int = 0


class Book(msgspec.Struct, frozen=True):
    """What the ledger says of a line now. `busy`: goods moved since the place was begun, or a picker is at them."""

    on_hand: int = 0
    reserved: int = 0
    busy: bool = False
    value_minor: int = 0


class Limits(msgspec.Struct, frozen=True):
    """A larger difference needs a second count by somebody else. Minor units of the merchant's currency."""

    pieces: int = 5
    value_minor: int = 100_000


class CountLine(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one product and lot in a place. `counted` None: not looked at yet."""

    product_id: int
    sku: str = ""
    name: str = ""
    lot: str = ""
    codes: Mapping[str, int] = {}
    counted: int | None = None
    book: Book = Book()

    @property
    def key(self) -> str:
        return line_key(self.product_id, self.lot)


class CountPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a list. With `only` (a product) nothing else is counted there."""

    task_id: int
    location_id: int
    location: str
    location_key: str
    lines: Mapping[str, CountLine] = {}
    only: int | None = None
    round: int = 1
    done: bool = False
    not_by: int | None = None
    """Who counted it before: the second count is somebody else's."""


class CountSheet(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    number: str
    places: Mapping[int, CountPlace] = {}
    over: bool = False
    at_close: bool = False


class CountSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All that a chunk of count scans may touch: sheets by task, goods by scan key."""

    sheets: Mapping[str, CountSheet] = {}
    goods: Mapping[str, Goods] = {}
    limits: Limits = Limits()


class Begun(msgspec.Struct, frozen=True):
    """A person stands there. With `live` the book of this moment is what the count will be held against."""

    task_id: int
    live: bool


class Counted(msgspec.Struct, frozen=True):
    """The line holds `counted` pieces in all; None takes the line back to "not looked at"."""

    task_id: int
    product_id: int
    lot: str
    counted: int | None


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A finished line: `moved` pieces go to (+) or off (-) the place."""

    product_id: int
    lot: str
    counted: int
    expected: int
    outcome: str
    moved: int = 0
    value_minor: int = 0


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A place is counted. What was found is held against the book of this moment; unless `settled` it is booked when the
    list is closed."""

    list_id: int
    task_id: int
    location_id: int
    round: int
    lines: tuple[Settled, ...] = ()
    settled: bool = True


def line_key(product_id: int, lot: str) -> str:
    return f"{product_id}/{lot}"


def judge(counted: int, book: Book, limits: Limits, second: bool) -> tuple[str, int]:
    """Outcome of a line and the pieces to book.

    Goods that move meanwhile make the figure worthless, so nothing is booked and the line is counted again. Of a loss
    only free pieces are written off: what is promised to orders stays theirs until a picker stands there.
    """
    difference = counted - book.on_hand
    if difference == 0:
        return "equal", 0
    if book.busy:
        return "disturbed", 0
    over = abs(difference) > limits.pieces or abs(difference) * book.value_minor > limits.value_minor
    if over and not second:
        return "recount", 0
    free = book.on_hand - book.reserved
    if -difference > free:
        return "promised", -free
    return "booked", difference


def settle(place: CountPlace, limits: Limits) -> tuple[Settled, ...]:
    """Every line of a place against the book; a line that nobody counted is empty."""
    found = []
    for line in place.lines.values():
        counted = line.counted or 0
        outcome, moved = judge(counted, line.book, limits, place.round > 1)
        found.append(
            Settled(
                product_id=line.product_id, lot=line.lot, counted=counted, expected=line.book.on_hand, outcome=outcome,
                moved=moved, value_minor=moved * line.book.value_minor,
            )
        )  # fmt: skip
    return tuple(found)


def decide(snapshot: CountSnapshot, taken: Taken, now: datetime) -> tuple[CountSnapshot, Decision]:
    """One scan on what the ones before it have left."""
    scan = taken.scan
    sheet = snapshot.sheets.get(scan.task)
    if sheet is None or sheet.over:
        return snapshot, _refused("TASK_UNKNOWN", "GET_WORK", {"task": scan.task})
    place = sheet.places.get(_number(scan.body.get("place")))
    if place is None:
        return snapshot, _refused("SCAN_NOT_UNDERSTOOD", "GET_WORK", {"kind": scan.kind})
    if place.not_by is not None and place.not_by == taken.person_id:
        return snapshot, _refused("SECOND_PERSON", "CALL_OFFICE", {"number": sheet.number})
    if place.done:
        return snapshot, _refused("PLACE_COUNTED", "GO_ON", {"location": place.location})
    if scan.kind == "location":
        place, decision = _begin(place, scan.keys, abs((now - scan.at).total_seconds()) <= LIVE_S)
    elif scan.kind in ("product", "quantity", "undo"):
        place, decision = _count(place, snapshot.goods, taken)
    elif scan.kind == "finish":
        place, decision = _finish(sheet, place, snapshot.limits)
    else:
        return snapshot, _refused("SCAN_NOT_UNDERSTOOD", "GET_WORK", {"kind": scan.kind})
    sheet = replace(sheet, places={**sheet.places, place.task_id: place})
    return replace(snapshot, sheets={**snapshot.sheets, scan.task: sheet}), decision


def _begin(place: CountPlace, keys: Sequence[str], live: bool) -> tuple[CountPlace, Decision]:
    if place.location_key not in keys and f"text:{place.location}" not in keys:
        got = keys[0].partition(":")[2] if keys else ""
        return place, _refused("WRONG_LOCATION", "SCAN_LOCATION", {"wanted": place.location, "got": got})
    return place, Decision(changes=(Begun(place.task_id, live),))


def _count(place: CountPlace, goods: Mapping[str, Goods], taken: Taken) -> tuple[CountPlace, Decision]:
    scan = taken.scan
    counted = scan.body.get("counted")
    empties = counted is None and scan.kind == "undo"
    if not empties and not (type(counted) is int and 0 <= counted <= COUNTED_MAX):
        return place, _refused("WRONG_QUANTITY", "ENTER_QUANTITY", {"quantity": COUNTED_MAX, "got": counted})
    line = _line_of(place, goods, str(scan.body.get("line")), scan.keys)
    if line is None:
        got = scan.raw or (scan.keys[0] if scan.keys else "")
        return place, _refused("CODE_UNKNOWN", "SCAN_OTHER_CODE", {"got": got})
    if place.only is not None and line.product_id != place.only:
        return place, _refused("NOT_COUNTED_HERE", "PUT_BACK", {"sku": line.sku, "name": line.name})
    if scan.kind == "product" and not _means(line, goods, scan.keys):
        got = scan.raw or scan.keys[0]
        return place, _refused("CODE_UNKNOWN", "SCAN_OTHER_CODE", {"got": got})
    line = replace(line, counted=counted)
    change = Counted(place.task_id, line.product_id, line.lot, counted)
    return replace(place, lines={**place.lines, line.key: line}), Decision(changes=(change,))


def _means(line: CountLine, goods: Mapping[str, Goods], keys: Sequence[str]) -> bool:
    return any(key in line.codes or (key in goods and goods[key].product_id == line.product_id) for key in keys)


def _line_of(place: CountPlace, goods: Mapping[str, Goods], named: str, keys: Sequence[str]) -> CountLine | None:
    """The line by its key; goods that the book does not know here (`found:<key>` or a new lot) get a line of their own."""
    if named in place.lines:
        return place.lines[named]
    lot = next((key.partition(":")[2] for key in keys if key.startswith("lot:")), "")
    wanted = (named.removeprefix("found:").partition("|")[0], *keys)
    meant = next((goods[key] for key in wanted if key in goods), None)
    if meant is None:
        product, _, of_lot = named.partition("/")
        known = next((line for line in place.lines.values() if str(line.product_id) == product), None)
        return None if known is None else replace(known, lot=of_lot, counted=None, book=Book())
    lot = lot or named.partition("|")[2]
    found = place.lines.get(line_key(meant.product_id, lot))
    book = Book(value_minor=meant.value_minor)
    return found or CountLine(product_id=meant.product_id, sku=meant.sku, name=meant.name, lot=lot, book=book)


def _finish(sheet: CountSheet, place: CountPlace, limits: Limits) -> tuple[CountPlace, Decision]:
    """The person has looked at everything; what was not counted is not there."""
    done = replace(place, done=True)
    base = Finished(list_id=sheet.id, task_id=place.task_id, location_id=place.location_id, round=place.round)
    lines = settle(place, limits)
    if sheet.at_close:
        return done, Decision(changes=(replace(base, lines=lines, settled=False),))
    return done, Decision(
        changes=(replace(base, lines=lines),),
        facts=(counted_fact(sheet.number, place.location_id, place.location, lines),),
        note={"outcomes": {line_key(each.product_id, each.lot): each.outcome for each in lines}},
    )


def counted_fact(number: str, location_id: int, location: str, lines: Sequence[Settled]) -> PlaceCounted:
    return PlaceCounted(
        about=f"location:{location_id}",
        number=number,
        location=location,
        lines=len(lines),
        differences=sum(each.counted != each.expected for each in lines),
        moved=sum(each.moved for each in lines),
        value_minor=sum(each.value_minor for each in lines),
        again=sum(each.outcome in ("recount", "disturbed", "promised") for each in lines),
    )


def _number(value: Any) -> int:
    return value if type(value) is int else 0


def _refused(code: str, cure: str, values: dict[str, Any]) -> Decision:
    return Decision(refusal=Refusal(code=code, cure=cure, got=values, values=values))
