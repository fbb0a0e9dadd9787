"""Picking: place, thing, count, tote. The rules by which the server judges what a picker's device has taken.

A picker is led line by line in walking sequence. At each line: scan the location, scan the product (a piece or a pack;
more scans or the pad give the quantity), scan the order's tote. Product scans and their tote scan share one act; the
tote scan applies it: goods move from the location into the tote. `short` takes what is there and gives up the rest;
`skip` puts the line at the end of the walk; `zero_check` says whether a place is empty that should be; `undo` takes an act back until packing has begun.

The device decides the same from its bundle before anything is sent (pwa/src/flows/pick.ts). So what arrives here was
accepted there, perhaps hours ago; where the world has moved on meanwhile the answer is a refusal, and for goods that
already lie in a tote a correction: put them back. Pieces in a hand have no effect on the books, so the tote scan alone
is refused for such news: one act, one answer, one correction. Nobody is refused for being another device: scans of two
devices on one wave are merged. The order of the checks in each step is the order of precedence of its refusals.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from backend.facts.outbound import LinePicked, PickShort, PickUndone, ShortUndone
from backend.outbound import pick_refusals as told
from backend.outbound.pick_codes import pieces_meant, tote_key, wanted_goods, wrong_code, wrong_goods, wrong_tote
from backend.outbound.pick_list import (
    Held,
    PickAct,
    Picked,
    PickLine,
    PickSnapshot,
    PickWave,
    Shorted,
    ShortTakenBack,
    Skipped,
    Undone,
    ZeroChecked,
)
from backend.outbound.pick_progress import finish, free_empty_tote, take_spares, with_act, with_line, with_wave
from backend.platform.journal import Fact
from backend.scanning.protocol import Correction, Decision, Refusal, Scan, Taken

Step = tuple[PickSnapshot, Decision]

FOR_GOODS_IN_A_TOTE = frozenset(
    {
        "ORDER_CANCELLED", "ACT_REFUSED", "WRONG_TOTE", "TOTE_IN_USE", "NOT_A_TOTE", "LINE_DONE", "TOO_MANY",
        "STOCK_GONE", "WAVE_OVER",
    }
)  # fmt: skip
"""Refusals of a tote scan after which goods lie where they should not."""


DECIDED_AT_THE_TOTE = frozenset(("ORDER_CANCELLED", "LINE_DONE", "TOO_MANY", "WAVE_OVER"))
"""News that a device could not know when the pieces came into the hand."""


def decide(snapshot: PickSnapshot, taken: Taken, now: datetime) -> Step:
    """Judge one scan. A scan that the device itself has refused is evidence without effect."""
    scan = taken.scan
    if scan.local != "ok":
        return snapshot, Decision()
    after, decision = judge(snapshot, taken)
    refusal = decision.refusal
    in_hand = scan.kind in ("product", "quantity") and scan.act is not None
    if refusal is None or not in_hand or refusal.code not in DECIDED_AT_THE_TOTE:
        return after, decision
    wave = snapshot.waves[scan.task]
    line = wave.lines[scan.body["line"]]
    act = wave.acts.get(str(scan.act))
    quantity = scan.body.get("quantity")
    if scan.kind == "product":
        quantity = (act.quantity if act else 0) + pieces_meant(line, scan.keys)
    if not isinstance(quantity, int) or quantity < 1:
        return after, decision
    held, decision = _hold(snapshot, wave, line, str(scan.act), quantity)
    return held, replace(decision, note={"late": refusal.code})


def judge(snapshot: PickSnapshot, taken: Taken) -> Step:
    """The rules, whatever the device thought."""
    scan = taken.scan
    wave = snapshot.waves.get(scan.task)
    if wave is None:
        return _refused(snapshot, scan, told.task_unknown(scan.task))
    if scan.kind == "undo":
        return _undo(snapshot, wave, scan)
    step = _STEPS.get(scan.kind)
    number = scan.body.get("line")
    line = wave.lines.get(number) if isinstance(number, int) else None
    if step is None or line is None:
        return _refused(snapshot, scan, told.not_understood(scan.kind))
    if wave.state == "cancelled":
        return _refused(snapshot, scan, told.wave_over(wave.number), line)
    return step(snapshot, wave, line, taken)


# -- the steps ------------------------------------------------------------------------------------------------------


def _location(snapshot: PickSnapshot, wave: PickWave, line: PickLine, taken: Taken) -> Step:
    """WRONG_LOCATION, WRONG_KIND, CODE_UNKNOWN. Standing at a place changes nothing by itself."""
    scan = taken.scan
    if line.location_key in scan.keys or f"text:{line.location}" in scan.keys:
        return snapshot, Decision()
    return _refused(snapshot, scan, wrong_code(snapshot, wave, line, "location", scan), line)


def _product(snapshot: PickSnapshot, wave: PickWave, line: PickLine, taken: Taken) -> Step:
    """ORDER_CANCELLED, ACT_REFUSED, wrong code, WRONG_LOT, LINE_DONE, TOO_MANY; else the pieces are in the hand."""
    scan = taken.scan
    act, refusal = _open_act(wave, line, taken)
    if refusal is None:
        refusal = wrong_goods(snapshot, wave, line, scan)
    if refusal is None:
        held = (act.quantity if act else 0) + pieces_meant(line, scan.keys)
        refusal = _more_thanwanted_goods(line, held)
        if refusal is None and scan.act is None:
            refusal = told.not_understood(scan.kind)
        if refusal is None:
            return _hold(snapshot, wave, line, str(scan.act), held)
    return _refused(snapshot, scan, refusal, line)


def _quantity(snapshot: PickSnapshot, wave: PickWave, line: PickLine, taken: Taken) -> Step:
    """ORDER_CANCELLED, ACT_REFUSED, PRODUCT_FIRST, WRONG_QUANTITY, LINE_DONE, TOO_MANY; else so many are in the hand."""
    scan = taken.scan
    wanted = scan.body.get("quantity")
    act, refusal = _open_act(wave, line, taken)
    if refusal is None and act is None:
        refusal = told.product_first(wanted_goods(line))
    if refusal is None and (not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1):
        refusal = told.wrong_quantity(line.remaining, wanted)
    if refusal is None:
        assert isinstance(wanted, int)
        refusal = _more_thanwanted_goods(line, wanted)
        if refusal is None:
            return _hold(snapshot, wave, line, str(scan.act), wanted)
    return _refused(snapshot, scan, refusal, line)


def _tote(snapshot: PickSnapshot, wave: PickWave, line: PickLine, taken: Taken) -> Step:
    """ORDER_CANCELLED, ACT_REFUSED, PRODUCT_FIRST, wrong code, WRONG_TOTE, TOTE_IN_USE, NOT_A_TOTE, LINE_DONE,
    TOO_MANY, STOCK_GONE; else the pieces in the hand are in the tote.
    """
    scan = taken.scan
    act, refusal = _open_act(wave, line, taken)
    if refusal is None and act is None:
        refusal = told.product_first(wanted_goods(line))
    if refusal is None:
        refusal = wrong_tote(snapshot, wave, line, scan)
    if refusal is not None:
        return _refused(snapshot, scan, refusal, line)
    assert act is not None
    refusal = _more_thanwanted_goods(line, act.quantity)
    if refusal is None and act.quantity > line.reserved:
        refusal = told.about_goods("STOCK_GONE", line.sku, line.name, line.location)
    if refusal is not None:
        return _refused(snapshot, scan, refusal, line)
    return _apply(snapshot, wave, line, act, tote_key(scan.keys))


def _short(snapshot: PickSnapshot, wave: PickWave, line: PickLine, taken: Taken) -> Step:
    """ORDER_CANCELLED, LINE_DONE; else the rest of the line is looked for elsewhere or given up."""
    scan = taken.scan
    if line.cancelled:
        return _refused(snapshot, scan, _cancelled(line), line)
    if line.remaining <= 0:
        return _refused(snapshot, scan, _about_goods("LINE_DONE", line), line)
    short = line.remaining
    elsewhere, spares = take_spares(snapshot.spares, line, short)
    found = sum(pieces for _, pieces in elsewhere)
    slot = wave.slots[line.slot]
    others = sum(each.picked + each.remaining for each in wave.lines.values() if each.slot == line.slot)
    left = others - short + found
    held = found < short and not (slot.partial and left > 0)
    uid = str(scan.act or scan.id)
    change = Shorted(
        wave=wave.id, line=line.id, act=uid, quantity=short, elsewhere=elsewhere, missing=short - found, held=held
    )
    fact = PickShort(
        about=f"order:{line.order_id}", wave=wave.number, sku=line.sku, location=line.location, short=short,
        elsewhere=found, missing=short - found, held=held,
    )  # fmt: skip
    wave = with_line(wave, replace(line, short=line.short + short, reserved=0))
    made = PickAct(
        uid=uid, line=line.id, kind="short", quantity=short, state="applied", missing=short - found, held=held,
        added=len(elsewhere),
    )  # fmt: skip
    wave = with_act(wave, made)
    slot = replace(slot, awaiting=slot.awaiting + len(elsewhere))
    wave, facts = finish(replace(wave, slots={**wave.slots, slot.slot: slot}), slot.slot)
    snapshot = with_wave(replace(snapshot, spares=spares), scan.task, wave)
    return snapshot, Decision(changes=(change,), facts=(fact, *facts), note={"elsewhere": found, "held": held})


def _zero_check(snapshot: PickSnapshot, wave: PickWave, line: PickLine, taken: Taken) -> Step:
    """The answer to "is the place empty now?". Evidence: it is never refused."""
    empty = taken.scan.body.get("empty") is True
    change = ZeroChecked(wave=wave.id, line=line.id, location_id=line.location_id, empty=empty)
    return snapshot, Decision(changes=(change,))


def _skip(snapshot: PickSnapshot, wave: PickWave, line: PickLine, taken: Taken) -> Step:
    """The line comes back after all others."""
    last = max(each.sequence for each in wave.lines.values())
    wave = with_line(wave, replace(line, sequence=last + 1))
    return with_wave(snapshot, taken.scan.task, wave), Decision(changes=(Skipped(wave=wave.id, line=line.id),))


def _undo(snapshot: PickSnapshot, wave: PickWave, scan: Scan) -> Step:
    """NOTHING_TO_UNDO, ORDER_CANCELLED, ORDER_PACKED; else the act never was."""
    act = wave.acts.get(str(scan.body.get("of", "")))
    if act is None or act.state not in ("in_hand", "applied"):
        return _refused(snapshot, scan, told.nothing_to_undo())
    line = wave.lines[act.line]
    slot = wave.slots[line.slot]
    moved = act.quantity if act.state == "applied" else 0
    if moved and line.cancelled:
        return _refused(snapshot, scan, _cancelled(line))
    if moved and slot.packed:
        return _refused(snapshot, scan, told.order_packed(line.order))
    if act.kind == "short":
        return _undo_short(snapshot, wave, line, act, scan)
    change = Undone(wave=wave.id, line=line.id, act=act.uid, quantity=moved)
    wave = with_act(wave, replace(act, state="undone"))
    facts: tuple[Fact, ...] = ()
    if moved:
        facts = (
            PickUndone(
                about=f"order:{line.order_id}", wave=wave.number, sku=line.sku, quantity=moved, location=line.location
            ),
        )
        wave = with_line(wave, replace(line, picked=line.picked - moved, reserved=line.reserved + moved))
        snapshot, wave = free_empty_tote(snapshot, wave, slot)
        if wave.state == "picked":
            wave = replace(wave, state="picking")
    return with_wave(snapshot, scan.task, wave), Decision(changes=(change,), facts=facts)


def _undo_short(snapshot: PickSnapshot, wave: PickWave, line: PickLine, act: PickAct, scan: Scan) -> Step:
    """The lines made instead go away. NOTHING_TO_UNDO once one of them was begun: that is to be undone first."""
    instead = [each for each in wave.lines.values() if each.instead_of == act.uid and not each.cancelled]
    if any(each.picked or each.short for each in instead):
        return _refused(snapshot, scan, told.nothing_to_undo())
    change = ShortTakenBack(
        wave=wave.id, line=line.id, act=act.uid, quantity=act.quantity, missing=act.missing, held=act.held
    )
    fact = ShortUndone(
        about=f"order:{line.order_id}", wave=wave.number, sku=line.sku, quantity=act.quantity, location=line.location
    )
    for each in instead:
        wave = with_line(wave, replace(each, cancelled=True, reserved=0))
    wave = with_line(wave, replace(line, short=line.short - act.quantity, reserved=line.reserved + act.quantity))
    wave = with_act(wave, replace(act, state="undone", added=0))
    slot = wave.slots[line.slot]
    slot = replace(slot, awaiting=slot.awaiting - act.added)
    state = "picking" if wave.state == "picked" else wave.state
    wave = replace(wave, slots={**wave.slots, slot.slot: slot}, state=state)
    return with_wave(snapshot, scan.task, wave), Decision(changes=(change,), facts=(fact,))


_STEPS: dict[str, Callable[[PickSnapshot, PickWave, PickLine, Taken], Step]] = {
    "location": _location,
    "product": _product,
    "quantity": _quantity,
    "tote": _tote,
    "short": _short,
    "skip": _skip,
    "zero_check": _zero_check,
}


def _open_act(wave: PickWave, line: PickLine, taken: Taken) -> tuple[PickAct | None, Refusal | None]:
    """The act in the hand that this scan goes on with, None for a new one; or why it cannot go on."""
    scan = taken.scan
    if line.cancelled:
        return None, _cancelled(line)
    act = wave.acts.get(str(scan.act))
    if taken.act_refused or (act is not None and (act.state != "in_hand" or act.line != line.id)):
        return None, _about_goods("ACT_REFUSED", line)
    return act, None


def _more_thanwanted_goods(line: PickLine, quantity: int) -> Refusal | None:
    if line.remaining <= 0:
        return _about_goods("LINE_DONE", line)
    if quantity > line.remaining:
        return told.too_many(line.remaining, quantity, line.sku, line.name, line.location)
    return None


def _about_goods(code: str, line: PickLine) -> Refusal:
    return told.about_goods(code, line.sku, line.name, line.location)


def _cancelled(line: PickLine) -> Refusal:
    return told.about_goods("ORDER_CANCELLED", line.sku, line.name, line.location, line.order)


# -- what follows ---------------------------------------------------------------------------------------------------


def _refused(snapshot: PickSnapshot, scan: Scan, refusal: Refusal, line: PickLine | None = None) -> Step:
    """The act, if any, is spent. Goods already in a tote have to be put back."""
    note: dict[str, Any] = {"kind": scan.kind}
    changes: tuple[Any, ...] = ()
    wave = snapshot.waves.get(scan.task)
    act = wave.acts.get(str(scan.act)) if wave else None
    if scan.act is not None:
        note["act"] = str(scan.act)
    if wave is not None and act is not None and act.state == "in_hand":
        snapshot = with_wave(snapshot, scan.task, with_act(wave, replace(act, state="refused")))
        changes = (Held(wave=wave.id, act=act.uid),)
    correction = None
    applied = act is not None and act.state in ("applied", "undone")
    if scan.kind == "tote" and line is not None and refusal.code in FOR_GOODS_IN_A_TOTE and not applied:
        correction = _put_back(line, act, scan, refusal)
    return snapshot, Decision(refusal=refusal, changes=changes, note=note, correction=correction)


def _put_back(line: PickLine, act: PickAct | None, scan: Scan, refusal: Refusal) -> Correction | None:
    """The device knows best how much lies in the tote: some scans of the act may never have counted here."""
    quantity = scan.body.get("quantity")
    if not isinstance(quantity, int) or quantity < 1:
        quantity = act.quantity if act else 0
    if quantity < 1:
        return None
    values = {
        "quantity": quantity, "sku": line.sku, "name": line.name, "location": line.location,
        "tote": told.body_of(tote_key(scan.keys)), "order": line.order, "because": refusal.code,
    }  # fmt: skip
    return Correction(code="PUT_BACK", values=values, keys=(line.location_key,))


def _hold(snapshot: PickSnapshot, wave: PickWave, line: PickLine, uid: str, quantity: int) -> Step:
    act = PickAct(uid=uid, line=line.id, kind="pick", quantity=quantity, state="in_hand")
    task = f"pick:{wave.id}"
    return with_wave(snapshot, task, with_act(wave, act)), Decision(changes=(Held(wave=wave.id, act=uid),))


def _apply(snapshot: PickSnapshot, wave: PickWave, line: PickLine, act: PickAct, tote: str) -> Step:
    slot = wave.slots[line.slot]
    change = Picked(
        wave=wave.id, line=line.id, act=act.uid, quantity=act.quantity, slot=slot.slot,
        tote_location_id=snapshot.totes[tote].location_id,
    )  # fmt: skip
    fact = LinePicked(
        about=f"order:{line.order_id}", wave=wave.number, sku=line.sku, quantity=act.quantity, location=line.location,
        tote=told.body_of(tote),
    )  # fmt: skip
    line = replace(line, picked=line.picked + act.quantity, reserved=line.reserved - act.quantity)
    wave = with_act(with_line(wave, line), replace(act, state="applied", tote=tote))
    wave = replace(wave, slots={**wave.slots, slot.slot: replace(slot, tote=tote)})
    wave, facts = finish(wave, slot.slot)
    totes = {**snapshot.totes, tote: replace(snapshot.totes[tote], order=slot.order)}
    snapshot = with_wave(replace(snapshot, totes=totes), f"pick:{wave.id}", wave)
    return snapshot, Decision(changes=(change,), facts=(fact, *facts))
