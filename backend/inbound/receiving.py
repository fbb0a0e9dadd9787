"""Receiving: what the hand counts at the dock becomes stock in the receiving area, with lot, date and serial.

The device judges by its bundle and asks whatever must be asked (a lot, a date, "more than expected"); here the answer is
judged again. What is physically there is never refused for being too much or too old: the hand wins, the reason is kept.
Refused is only what would make the book lie: goods of another delivery, a lot with two dates, a serial that is already in
the house.

The device decides the same from its bundle (pwa/src/flows/receive.ts).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.facts.inbound import GoodsReceived, GoodsSetAside, ReceiptFinished, ReceivingUndone
from backend.inbound import receiving_refusals as told
from backend.platform.journal import Fact
from backend.scanning.protocol import Decision, Refusal, Taken

OVER = ("closed", "cancelled")
"""A delivery that was finished still takes what another device counted before it knew."""
CONDITIONS = ("good", "damaged", "wrong", "expired")
QUANTITY_MAX = 10_000_000
LOT_CHARACTERS = 40


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of a product. `codes`: scan key -> pieces. `expected` 0: was not announced."""

    id: int
    product_id: int
    sku: str
    name: str = ""
    expected: int = 0
    received: int = 0
    damaged: int = 0
    tracking: str = "none"
    dated: bool = False
    life_days: int = 0
    codes: Mapping[str, int] = {}

    @property
    def room(self) -> int:
        return max(0, self.expected - self.received)


class UnitPart(msgspec.Struct, frozen=True):
    """What a logistic unit holds of one line."""

    line_id: int
    quantity: int
    lot: str = ""
    best_before: date | None = None


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    sscc: str
    parts: tuple[UnitPart, ...]
    received: bool = False


class ReceiptAct(msgspec.Struct, frozen=True, kw_only=True):
    """What one scan received; it may be undone. A logistic unit has several parts under one act."""

    parts: tuple["Received", ...]


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of a line that came in. Written by `save`, kept as evidence."""

    act: str
    line_id: int
    quantity: int
    lot: str = ""
    best_before: date | None = None
    serial: str = ""
    sscc: str = ""
    condition: str = "good"
    reason: str = ""


class Receiving(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as far as the scans at hand touch it. `today` is the warehouse's day.

    `lots`: (product id, lot) -> its best-before. `serials`: (product id, serial) -> code of the place where it is.
    `gone`: acts whose pieces are no longer at the dock.
    """

    id: int
    number: str
    state: str
    today: date
    lines: Mapping[int, ReceiptLine] = {}
    units: Mapping[str, Unit] = {}
    acts: Mapping[str, ReceiptAct] = {}
    lots: Mapping[tuple[int, str], date | None] = {}
    serials: Mapping[tuple[int, str], str] = {}
    gone: frozenset[str] = frozenset()


# What `save` is to write, besides `Received`


class ReceivedUndone(msgspec.Struct, frozen=True, kw_only=True):
    act: str
    parts: tuple[Received, ...]


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    act: str
    code: str
    quantity: int
    note: str


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """`rest` back_order: what is missing waits as a delivery of its own; drop: it will not come."""

    rest: str


Receipts = Mapping[str, Receiving]
"""The snapshot: task ("receive:<id>") -> delivery."""


def decide(receipts: Receipts, taken: Taken, now: datetime) -> tuple[Receipts, Decision]:
    """One scan on what the ones before it have left."""
    scan = taken.scan
    receiving = receipts.get(scan.task)
    if receiving is None:
        return receipts, Decision(refusal=told.task_unknown(scan.task))
    if receiving.state in OVER:
        return receipts, Decision(refusal=told.receipt_over(receiving.number, receiving.state))
    act = str(scan.act) if scan.act else ""
    if scan.kind == "product":
        decision = Decision(refusal=_why_not_here(receiving, taken))
    elif scan.kind == "told":
        decision = Decision()  # a lot or date before its goods: evidence, it comes again with them
    elif scan.kind == "receive":
        receiving, decision = receive(receiving, taken, act)
    elif scan.kind == "unit":
        receiving, decision = receive_unit(receiving, str(scan.body.get("sscc", "")), act)
    elif scan.kind == "set_aside":
        decision = _set_aside(receiving, taken, act)
    elif scan.kind == "undo":
        receiving, decision = undo(receiving, str(scan.body.get("of")))
    elif scan.kind == "finish":
        receiving, decision = finish(receiving, str(scan.body.get("rest", "")))
    else:
        return receipts, Decision(refusal=told.not_understood(scan.kind))
    return {**receipts, scan.task: receiving}, decision


def _why_not_here(receiving: Receiving, taken: Taken) -> Refusal | None:
    """None when one of the codes names a line of this delivery."""
    keys = taken.scan.keys
    if any(key in line.codes for line in receiving.lines.values() for key in keys):
        return None
    sscc = next((key for key in keys if key.startswith("sscc:")), None)
    if sscc is not None:
        unit = receiving.units.get(sscc.partition(":")[2])
        if unit is None:
            return told.unit_unknown(sscc.partition(":")[2])
        return told.unit_received(unit.sscc) if unit.received else None
    kind = told.kind_of(keys)
    if kind not in ("product", "text"):
        return told.wrong_kind(kind, taken.scan.raw)
    return told.not_on_delivery(taken.scan.raw)


def receive(receiving: Receiving, taken: Taken, act: str) -> tuple[Receiving, Decision]:
    """Take pieces of one line in."""
    scan = taken.scan
    if act in receiving.acts:
        return receiving, Decision(refusal=told.act_repeated())
    read = _read_claim(scan.body)
    line = receiving.lines.get(read.line_id)
    if line is None:
        return receiving, Decision(refusal=told.not_understood("receive"))
    named = [key for key in scan.keys if key.startswith("gtin:")]
    if named and not any(key in line.codes for key in named):
        return receiving, Decision(refusal=told.not_on_delivery(scan.raw))
    refusal = check_goods(receiving, line, read)
    if refusal is not None:
        return receiving, Decision(refusal=refusal)
    part = replace(read, act=act, lot=lot_of(line, read), reason=_reason(receiving, line, read))
    return _with_parts(receiving, act, (part,))


def check_goods(receiving: Receiving, line: ReceiptLine, read: Received) -> Refusal | None:
    """What the goods must tell before they are booked."""
    if not 0 < read.quantity <= QUANTITY_MAX or (line.tracking == "serial" and read.quantity != 1):
        return told.wrong_quantity(read.quantity)
    if line.tracking == "serial" and not read.serial:
        return told.serial_needed(line.sku, line.name)
    if line.tracking == "lot" and not read.lot:
        return told.lot_needed(line.sku, line.name)
    if line.dated and read.best_before is None:
        return told.date_needed(line.sku, line.name)
    lot = lot_of(line, read)
    known = receiving.lots.get((line.product_id, lot))
    if lot and known is not None and read.best_before is not None and known != read.best_before:
        return told.lot_date_differs(lot, known, read.best_before)
    place = receiving.serials.get((line.product_id, read.serial)) if read.serial else None
    if place is not None:
        return told.serial_known(read.serial, place)
    return None


def lot_of(line: ReceiptLine, read: Received) -> str:
    """The lot under which the pieces are booked: goods that only carry a date are told apart by it."""
    if line.tracking == "lot":
        return read.lot
    return read.best_before.isoformat() if line.dated and read.best_before else ""


def life_of(line: ReceiptLine, best_before: date | None, today: date) -> str:
    """`good`, `short_life` or `expired`."""
    if best_before is None:
        return "good"
    if best_before < today:
        return "expired"
    return "short_life" if best_before < today + timedelta(days=line.life_days) else "good"


def _reason(receiving: Receiving, line: ReceiptLine, read: Received) -> str:
    """The reason the hand gave, or the one that shows by itself."""
    if read.reason:
        return read.reason
    life = life_of(line, read.best_before, receiving.today)
    if life != "good":
        return life
    return "more" if read.quantity > line.room and line.expected else ""


def _read_claim(body: Mapping[str, Any]) -> Received:
    """The body of a scan, with every member made harmless."""
    line, quantity = body.get("line"), body.get("quantity")
    condition = str(body.get("condition") or "good")
    return Received(
        act="",
        line_id=line if isinstance(line, int) and not isinstance(line, bool) else 0,
        quantity=quantity if isinstance(quantity, int) and not isinstance(quantity, bool) else 0,
        lot=str(body.get("lot") or "")[:LOT_CHARACTERS],
        best_before=read_day(body.get("best_before")),
        serial=str(body.get("serial") or "")[:LOT_CHARACTERS],
        condition=condition if condition in CONDITIONS else "damaged",
        reason=str(body.get("reason") or "")[:32],
    )


def read_day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def receive_unit(receiving: Receiving, sscc: str, act: str) -> tuple[Receiving, Decision]:
    """A pallet or carton as the advance notice told it, in one scan."""
    if act in receiving.acts:
        return receiving, Decision(refusal=told.act_repeated())
    unit = receiving.units.get(sscc)
    if unit is None:
        return receiving, Decision(refusal=told.unit_unknown(sscc))
    if unit.received:
        return receiving, Decision(refusal=told.unit_received(sscc))
    parts: list[Received] = []
    for each in unit.parts:
        line = receiving.lines[each.line_id]
        read = Received(
            act=act, line_id=each.line_id, quantity=each.quantity, lot=each.lot, best_before=each.best_before, sscc=sscc
        )
        if line.tracking == "serial" or check_goods(receiving, line, read) is not None:
            return receiving, Decision(refusal=told.unit_untold(sscc, line.sku, line.name))
        parts.append(replace(read, lot=lot_of(line, read), reason=_reason(receiving, line, read)))
    return _with_parts(receiving, act, tuple(parts))


def _with_parts(receiving: Receiving, act: str, parts: tuple[Received, ...]) -> tuple[Receiving, Decision]:
    lines, lots, serials = dict(receiving.lines), dict(receiving.lots), dict(receiving.serials)
    facts: list[Fact] = []
    for part in parts:
        line = lines[part.line_id]
        bad = part.quantity if part.condition != "good" else 0
        lines[line.id] = replace(line, received=line.received + part.quantity, damaged=line.damaged + bad)
        if part.lot:
            lots.setdefault((line.product_id, part.lot), part.best_before)
        if part.serial:
            serials[line.product_id, part.serial] = receiving.number
        facts.append(
            GoodsReceived(
                about=f"receipt:{receiving.id}", number=receiving.number, sku=line.sku, quantity=part.quantity,
                lot=part.lot, serial=part.serial, condition=part.condition, reason=part.reason,
            )
        )  # fmt: skip
    receiving = replace(
        receiving, state="receiving" if receiving.state == "expected" else receiving.state, lines=lines, lots=lots, serials=serials,
        units=_with_unit(receiving, parts[0].sscc, received=True),
        acts={**receiving.acts, act: ReceiptAct(parts=parts)},
    )  # fmt: skip
    return receiving, Decision(changes=parts, facts=tuple(facts))


def _with_unit(receiving: Receiving, sscc: str, *, received: bool) -> Mapping[str, Unit]:
    unit = receiving.units.get(sscc)
    return receiving.units if unit is None else {**receiving.units, sscc: replace(unit, received=received)}


def undo(receiving: Receiving, of: str) -> tuple[Receiving, Decision]:
    """Take back what one scan received, by its act."""
    done = receiving.acts.get(of)
    if done is None:
        return receiving, Decision(refusal=told.nothing_to_undo())
    if of in receiving.gone:
        first = receiving.lines[done.parts[0].line_id]
        return receiving, Decision(refusal=told.put_away_already(first.sku, first.name))
    lines, serials = dict(receiving.lines), dict(receiving.serials)
    facts: list[Fact] = []
    for part in done.parts:
        line = lines[part.line_id]
        bad = part.quantity if part.condition != "good" else 0
        lines[line.id] = replace(line, received=line.received - part.quantity, damaged=line.damaged - bad)
        serials.pop((line.product_id, part.serial), None)
        facts.append(
            ReceivingUndone(
                about=f"receipt:{receiving.id}", number=receiving.number, sku=line.sku, quantity=part.quantity
            )
        )
    acts = {act: each for act, each in receiving.acts.items() if act != of}
    units = _with_unit(receiving, done.parts[0].sscc, received=False)
    receiving = replace(receiving, lines=lines, serials=serials, acts=acts, units=units)
    return receiving, Decision(changes=(ReceivedUndone(act=of, parts=done.parts),), facts=tuple(facts))


def _set_aside(receiving: Receiving, taken: Taken, act: str) -> Decision:
    """Goods that nobody knows: into quarantine, with what was read."""
    quantity = taken.scan.body.get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 < quantity <= QUANTITY_MAX:
        return Decision(refusal=told.wrong_quantity(quantity if isinstance(quantity, int) else 0))
    code = (taken.scan.raw or next(iter(taken.scan.keys), ""))[:160]
    note = str(taken.scan.body.get("note") or "")[:200]
    fact = GoodsSetAside(about=f"receipt:{receiving.id}", number=receiving.number, code=code, quantity=quantity)
    return Decision(changes=(SetAside(act=act, code=code, quantity=quantity, note=note),), facts=(fact,))


def finish(receiving: Receiving, rest: str) -> tuple[Receiving, Decision]:
    """Everything that stands on the dock is counted. The snapshot holds all lines when a chunk finishes a delivery."""
    if receiving.state == "received":
        return receiving, Decision(refusal=told.receipt_over(receiving.number, receiving.state))
    if rest not in ("back_order", "drop"):
        return receiving, Decision(refusal=told.not_understood(f"finish {rest}"[:40]))
    lines = receiving.lines.values()
    fact = ReceiptFinished(
        about=f"receipt:{receiving.id}", number=receiving.number, received=sum(line.received for line in lines),
        missing=sum(line.room for line in lines),
        more=sum(max(0, line.received - line.expected) for line in lines),
        damaged=sum(line.damaged for line in lines), rest=rest,
    )  # fmt: skip
    return replace(receiving, state="received"), Decision(changes=(Finished(rest=rest),), facts=(fact,))
