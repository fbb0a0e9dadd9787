"""Returns: what of an order came back, in which condition. Never more than was sent.

Pieces are scanned into the hand, their condition applies the act: what can be sold again goes to receiving and from
there through put-away, second grade and goods for the supplier to quarantine, scrap out of the books.

The device decides the same from its bundle (pwa/src/flows/returns.ts).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.catalog.product import ProductFace
from backend.facts.returns import GoodsReturned, ReturnClosed, ReturnUndone
from backend.scanning.protocol import Decision, Refusal, Taken

CONDITIONS = ("resell", "second", "scrap", "supplier")
REASONS = ("changed_mind", "wrong_size", "broken", "wrong_goods", "not_as_described", "undelivered", "other")


class ReturnLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the order. `lots`: pieces of each lot that were sent and are not back."""

    id: int
    product_id: int
    sku: str
    name: str
    codes: Mapping[str, int] = {}
    sent: int = 0
    lots: Mapping[str, int] = {}
    serials: tuple[str, ...] = ()
    """Serials that left in the order's parcels and are not back; empty for goods without, and where none was told."""

    @property
    def open(self) -> int:
        return sum(self.lots.values())


class ReturnAct(msgspec.Struct, frozen=True):
    """Pieces that came back by one act, by lot. `whole`: they still lie, free, where they were put."""

    line: int
    lots: Mapping[str, int]
    condition: str
    whole: bool = True
    serials: tuple[str, ...] = ()


class ReturnSheet(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    number: str
    order_id: int
    order: str
    lines: Mapping[int, ReturnLine] = {}
    acts: Mapping[str, ReturnAct] = {}
    pieces: int = 0
    closed: bool = False


ReturnSheets = Mapping[str, ReturnSheet]
"""The snapshot: task ("returns:<id>") -> sheet."""


class CameBack(msgspec.Struct, frozen=True, kw_only=True):
    sheet_id: int
    order_id: int
    line: ReturnLine
    act: str
    lots: Mapping[str, int]
    condition: str
    reason: str
    serials: tuple[str, ...] = ()


class WentBack(msgspec.Struct, frozen=True):
    """The act is undone: the customer has the pieces again."""

    act: str


class Closed(msgspec.Struct, frozen=True):
    sheet_id: int
    order_id: int
    whole: bool


def decide(sheets: ReturnSheets, taken: Taken, now: datetime) -> tuple[ReturnSheets, Decision]:
    """One scan on what the ones before it have left."""
    scan = taken.scan
    sheet = sheets.get(scan.task)
    if sheet is None:
        return sheets, _refused("TASK_UNKNOWN", "GET_WORK", {"task": scan.task})
    if sheet.closed:
        return sheets, _refused("RETURN_CLOSED", "GET_WORK", {"number": sheet.number})
    if scan.kind == "undo":
        sheet, decision = _undo(sheet, str(scan.body.get("of")))
    elif scan.kind == "finish":
        sheet, decision = _close(sheet)
    else:
        sheet, decision = _goods(sheet, taken)
    return {**sheets, scan.task: sheet}, decision


def _goods(sheet: ReturnSheet, taken: Taken) -> tuple[ReturnSheet, Decision]:
    scan = taken.scan
    number = scan.body.get("line")
    line = sheet.lines.get(number) if type(number) is int else None
    if line is None or scan.kind not in ("product", "quantity", "condition"):
        return sheet, _refused("SCAN_NOT_UNDERSTOOD", "GET_WORK", {"kind": scan.kind})
    if scan.kind == "product" and not any(key in line.codes or _is_serial(line, key) for key in scan.keys):
        return sheet, _refused("CODE_UNKNOWN", "SCAN_OTHER_CODE", {"got": scan.raw})
    quantity = scan.body.get("quantity")
    if type(quantity) is not int or quantity < 1:
        return sheet, _refused("WRONG_QUANTITY", "ENTER_QUANTITY", {"quantity": line.open, "got": quantity})
    if quantity > line.open:
        values = {"sku": line.sku, "name": line.name, "quantity": line.open, "sent": line.sent, "got": quantity}
        return sheet, _refused("MORE_THAN_SENT", "PUT_ASIDE", values)
    if scan.kind != "condition":
        return sheet, Decision()
    return _take_back(sheet, line, quantity, taken)


def _is_serial(line: ReturnLine, key: str) -> bool:
    prefix, _, body = key.partition(":")
    return prefix in ("serial", "text") and body.upper() in {each.upper() for each in line.serials}


def _read_serials(line: ReturnLine, told: Any) -> tuple[str, ...]:
    """The serials of the scan that may come back, each once."""
    named = [each for each in told if isinstance(each, str)] if isinstance(told, list) else []
    return tuple(dict.fromkeys(each for each in named if each in line.serials))


def _take_back(sheet: ReturnSheet, line: ReturnLine, quantity: int, taken: Taken) -> tuple[ReturnSheet, Decision]:
    scan = taken.scan
    act, condition = str(scan.act), str(scan.body.get("condition"))
    reason = str(scan.body.get("reason") or "")
    if act in sheet.acts:
        return sheet, _refused("ACT_REPEATED", "GO_ON", {})
    if condition not in CONDITIONS or (reason and reason not in REASONS):
        return sheet, _refused("SCAN_NOT_UNDERSTOOD", "GET_WORK", {"kind": "condition"})
    serials = _read_serials(line, scan.body.get("serials"))
    if line.serials and len(serials) != min(quantity, len(line.serials)):
        return sheet, _refused("SERIAL_NEEDED", "SCAN_SERIAL", {"sku": line.sku, "name": line.name})
    lots = choose_lots(line, quantity, str(scan.body.get("lot") or ""))
    left = {lot: line.lots[lot] - lots.get(lot, 0) for lot in line.lots}
    back = CameBack(
        sheet_id=sheet.id, order_id=sheet.order_id, line=line, act=act, lots=lots, condition=condition, reason=reason,
        serials=serials,
    )  # fmt: skip
    fact = GoodsReturned(
        about=f"order:{sheet.order_id}", number=sheet.number, sku=line.sku, quantity=quantity, condition=condition,
        reason=reason,
    )  # fmt: skip
    after = replace(
        sheet,
        lines={**sheet.lines, line.id: replace(line, lots=left, serials=_without(line.serials, serials))},
        acts={**sheet.acts, act: ReturnAct(line.id, lots, condition, serials=serials)},
        pieces=sheet.pieces + quantity,
    )
    return after, Decision(changes=(back,), facts=(fact,))


def _without(serials: tuple[str, ...], gone: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in serials if each not in gone)


def choose_lots(line: ReturnLine, quantity: int, told: str) -> dict[str, int]:
    """Which lots came back: the one that the code told first, then those of which most was sent."""
    found: dict[str, int] = {}
    for lot in sorted(line.lots, key=lambda each: (each != told, -line.lots[each], each)):
        pieces = min(quantity, line.lots[lot])
        if pieces > 0:
            found[lot] = pieces
            quantity -= pieces
    return found


def _undo(sheet: ReturnSheet, of: str) -> tuple[ReturnSheet, Decision]:
    act = sheet.acts.get(of)
    if act is None:
        return sheet, Decision()  # pieces that were in the hand only
    line = sheet.lines[act.line]
    if not act.whole:
        return sheet, _refused("STOCK_GONE", "GO_ON", {"sku": line.sku, "name": line.name, "location": ""})
    lots = {lot: line.lots.get(lot, 0) + act.lots.get(lot, 0) for lot in line.lots.keys() | act.lots.keys()}
    pieces = sum(act.lots.values())
    fact = ReturnUndone(about=f"order:{sheet.order_id}", number=sheet.number, sku=line.sku, quantity=pieces)
    after = replace(
        sheet,
        lines={**sheet.lines, line.id: replace(line, lots=lots, serials=(*line.serials, *act.serials))},
        acts={uid: each for uid, each in sheet.acts.items() if uid != of},
        pieces=sheet.pieces - pieces,
    )
    return after, Decision(changes=(WentBack(of),), facts=(fact,))


def _close(sheet: ReturnSheet) -> tuple[ReturnSheet, Decision]:
    whole = all(line.open == 0 for line in sheet.lines.values()) and bool(sheet.lines)
    fact = ReturnClosed(about=f"order:{sheet.order_id}", number=sheet.number, pieces=sheet.pieces, whole=whole)
    return replace(sheet, closed=True), Decision(changes=(Closed(sheet.id, sheet.order_id, whole),), facts=(fact,))


def _refused(code: str, cure: str, values: dict[str, Any]) -> Decision:
    return Decision(refusal=Refusal(code=code, cure=cure, got=values, values=values))


# -- bundle ---------------------------------------------------------------------------------------------------------


def to_bundle(
    sheet: ReturnSheet, buyer: str, places: Mapping[str, str], faces: Mapping[int, ProductFace]
) -> dict[str, Any]:
    """The bundle in the shape of the contract; `places` is condition -> code of the place where such goods go."""
    return {
        "flow": "returns",
        "task": f"returns:{sheet.id}",
        "number": sheet.number,
        "order": {"number": sheet.order, "buyer": buyer},
        "pieces": sheet.pieces,
        "conditions": [{"condition": each, "place": places.get(each, "")} for each in CONDITIONS],
        "reasons": list(REASONS),
        "lines": [
            {
                "id": line.id,
                "product": {
                    "id": line.product_id, "sku": line.sku, "name": line.name, "unit": faces[line.product_id].unit,
                    "picture": faces[line.product_id].picture,
                },
                "codes": [
                    {"key": key, "quantity": pieces, "level": level} for key, pieces, level in faces[line.product_id].codes
                ],
                "sent": line.sent,
                "open": line.open,
                "serials": list(line.serials),
            }
            for line in sheet.lines.values()
        ],
    }  # fmt: skip


def from_bundle(bundle: Mapping[str, Any]) -> ReturnSheet:
    """The sheet that the server would load for a bundle: for rehearsal and for the vectors of the contract."""
    lines = {
        each["id"]: ReturnLine(
            id=each["id"], product_id=each["product"]["id"], sku=each["product"]["sku"], name=each["product"]["name"],
            codes={code["key"]: code["quantity"] for code in each["codes"]}, sent=each["sent"], lots={"": each["open"]},
            serials=tuple(each.get("serials", ())),
        )
        for each in bundle["lines"]
    }  # fmt: skip
    return ReturnSheet(
        id=int(bundle["task"].partition(":")[2]), number=bundle["number"], order_id=1, order=bundle["order"]["number"],
        lines=lines, pieces=bundle["pieces"],
    )  # fmt: skip
