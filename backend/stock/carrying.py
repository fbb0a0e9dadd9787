"""Carrying goods from place to place: thing, count, target. One machine for a free move and for filling pick faces.

A free move begins at a source and goes anywhere; a line of a replenishment names both ends. Pieces in the hand move
nothing: the scan of the target applies the act. What is promised to orders at a place may not be carried away.

The device decides the same from its bundle (pwa/src/flows/move.ts).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.catalog.product import ProductFace
from backend.facts.stock import StockMoved
from backend.scanning.protocol import Correction, Decision, Refusal, Taken


class End(msgspec.Struct, frozen=True):
    """A location as one end of a move."""

    id: int
    key: str
    code: str
    zone: str = ""
    usable: bool = True


class CarryLine(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of a product and lot at a source. `free` of them may be carried; with a target, `wanted - moved` shall be."""

    id: str
    product_id: int
    sku: str
    name: str
    source: End
    lot: str = ""
    codes: Mapping[str, int] = {}
    target: End | None = None
    wanted: int = 0
    moved: int = 0
    free: int = 0
    task_id: int = 0

    @property
    def open(self) -> int:
        return self.free if self.target is None else self.wanted - self.moved


class CarryAct(msgspec.Struct, frozen=True):
    """An act that moved goods. `whole`: all of them still lie at the target, free."""

    line: str
    quantity: int
    whole: bool


class CarrySheet(msgspec.Struct, frozen=True, kw_only=True):
    task: str
    lines: Mapping[str, CarryLine] = {}
    acts: Mapping[str, CarryAct] = {}


class CarrySnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All that a chunk may touch: sheets by task, targets by scan key."""

    sheets: Mapping[str, CarrySheet] = {}
    targets: Mapping[str, End] = {}


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    line: CarryLine
    target: End
    quantity: int
    act: str


class TakenBack(msgspec.Struct, frozen=True):
    """The act is undone: its goods lie at their source again."""

    of: str
    line: CarryLine
    quantity: int


def decide(snapshot: CarrySnapshot, taken: Taken, now: datetime) -> tuple[CarrySnapshot, Decision]:
    """One scan on what the ones before it have left."""
    scan = taken.scan
    sheet = snapshot.sheets.get(scan.task)
    if sheet is None:
        return snapshot, _refused("TASK_UNKNOWN", "GET_WORK", {"task": scan.task})
    if scan.kind in ("location", "finish"):
        return snapshot, Decision()
    if scan.kind == "undo":
        sheet, decision = _undo(sheet, str(scan.body.get("of")))
        return replace(snapshot, sheets={**snapshot.sheets, scan.task: sheet}), decision
    line = sheet.lines.get(str(scan.body.get("line")))
    if line is None or scan.kind not in ("product", "quantity", "put"):
        return snapshot, _refused("SCAN_NOT_UNDERSTOOD", "GET_WORK", {"kind": scan.kind})
    if scan.kind == "product" and not any(key in line.codes for key in scan.keys):
        return snapshot, _refused("CODE_UNKNOWN", "SCAN_OTHER_CODE", {"got": scan.raw})
    if scan.kind != "put":
        return snapshot, Decision()
    sheet, decision = _put(snapshot, sheet, line, taken)
    return replace(snapshot, sheets={**snapshot.sheets, scan.task: sheet}), decision


def _put(snapshot: CarrySnapshot, sheet: CarrySheet, line: CarryLine, taken: Taken) -> tuple[CarrySheet, Decision]:
    scan = taken.scan
    quantity = scan.body.get("quantity")
    act = str(scan.act)
    if type(quantity) is not int or quantity < 1:
        return sheet, _refused("WRONG_QUANTITY", "ENTER_QUANTITY", {"quantity": line.open, "got": quantity})
    if act in sheet.acts:
        return sheet, _refused("ACT_REPEATED", "GO_ON", {})
    target = next((snapshot.targets[key] for key in scan.keys if key in snapshot.targets), None)
    refusal = _why_not(line, target, scan.keys[0].partition(":")[2] if scan.keys else scan.raw, quantity)
    if refusal is not None or target is None:
        return sheet, Decision(refusal=refusal, correction=put_back(line, quantity, refusal.code if refusal else ""))
    left = replace(line, moved=line.moved + quantity, free=line.free - quantity)
    sheet = replace(
        sheet,
        lines={**sheet.lines, line.id: left},
        acts={**sheet.acts, act: CarryAct(line.id, quantity, whole=True)},
    )
    change = Carried(line=line, target=target, quantity=quantity, act=act)
    fact = StockMoved(
        about=f"product:{line.product_id}", source=line.source.code, target=target.code, quantity=quantity, lot=line.lot,
        reason="transfer" if line.target is None else "replenish",
    )  # fmt: skip
    return sheet, Decision(changes=(change,), facts=(fact,))


def _why_not(line: CarryLine, target: End | None, got: str, quantity: int) -> Refusal | None:
    goods = {"sku": line.sku, "name": line.name}
    if target is None or not target.usable:
        return _refusal("LOCATION_UNKNOWN", "SCAN_LOCATION", {"got": got})
    if target.id == line.source.id:
        return _refusal("SAME_PLACE", "SCAN_LOCATION", {"location": target.code})
    if line.target is not None and target.id != line.target.id:
        return _refusal("WRONG_LOCATION", "SCAN_LOCATION", {"wanted": line.target.code, "got": target.code})
    if line.target is not None and quantity > line.wanted - line.moved:
        values = goods | {"quantity": line.wanted - line.moved, "got": quantity}
        return _refusal("TOO_MANY", "SCAN_PIECES", values)
    if quantity > line.free:
        return _refusal("STOCK_GONE", "PUT_BACK", goods | {"location": line.source.code})
    return None


def put_back(line: CarryLine, quantity: int, because: str) -> Correction:
    """The hand has carried what the book could not move: it goes back to its source."""
    values = {
        "sku": line.sku, "name": line.name, "quantity": quantity, "location": line.source.code, "because": because
    }  # fmt: skip
    return Correction(code="PUT_BACK", values=values, keys=(line.source.key,))


def _undo(sheet: CarrySheet, of: str) -> tuple[CarrySheet, Decision]:
    act = sheet.acts.get(of)
    if act is None:
        return sheet, Decision()  # pieces that were in the hand only: nothing has moved
    line = sheet.lines[act.line]
    if not act.whole:
        values = {"sku": line.sku, "name": line.name, "location": line.source.code}
        return sheet, _refused("STOCK_GONE", "GO_ON", values)
    back = replace(line, moved=line.moved - act.quantity, free=line.free + act.quantity)
    acts = {uid: each for uid, each in sheet.acts.items() if uid != of}
    sheet = replace(sheet, lines={**sheet.lines, line.id: back}, acts=acts)
    return sheet, Decision(changes=(TakenBack(of, line, act.quantity),))


def _refusal(code: str, cure: str, values: dict[str, Any]) -> Refusal:
    return Refusal(code=code, cure=cure, got=values, values=values)


def _refused(code: str, cure: str, values: dict[str, Any]) -> Decision:
    return Decision(refusal=_refusal(code, cure, values))


# -- bundle ---------------------------------------------------------------------------------------------------------


def to_bundle(flow: str, sheet: CarrySheet, source: End | None, faces: Mapping[int, ProductFace]) -> dict[str, Any]:
    """The bundle in the shape of the contract."""
    return {
        "flow": flow,
        "task": sheet.task,
        "number": source.code if source else "",
        "source": _end(source),
        "lines": [
            {
                "id": line.id,
                "product": {
                    "id": line.product_id, "sku": line.sku, "name": line.name, "unit": faces[line.product_id].unit,
                    "picture": faces[line.product_id].picture,
                },
                "lot": line.lot,
                "codes": [
                    {"key": key, "quantity": pieces, "level": level} for key, pieces, level in faces[line.product_id].codes
                ],
                "source": _end(line.source),
                "target": _end(line.target),
                "wanted": line.open,
            }
            for line in sheet.lines.values()
            if line.open > 0
        ],
    }  # fmt: skip


def _end(end: End | None) -> dict[str, str] | None:
    return None if end is None else {"key": end.key, "code": end.code, "zone": end.zone}


def from_bundle(bundle: Mapping[str, Any]) -> CarrySheet:
    """The sheet that the server would load for a bundle: for rehearsal and for the vectors of the contract."""
    ends: dict[str, End] = {}

    def end(told: Mapping[str, str] | None) -> End | None:
        return None if told is None else ends.setdefault(told["key"], End(len(ends) + 1, told["key"], told["code"]))

    lines = {}
    for each in bundle["lines"]:
        source = end(each["source"])
        assert source is not None
        lines[each["id"]] = CarryLine(
            id=each["id"], product_id=each["product"]["id"], sku=each["product"]["sku"], name=each["product"]["name"],
            source=source, lot=each["lot"], codes={code["key"]: code["quantity"] for code in each["codes"]},
            target=end(each["target"]), wanted=each["wanted"], free=each["wanted"],
        )  # fmt: skip
    return CarrySheet(task=bundle["task"], lines=lines)
