"""Packing: the tote lies on the bench, each piece is checked by its code, and only then is there a label.

The story: pieces are checked into the open parcel (the first piece opens it); a parcel is closed with its carton and
weight; when every wanted piece lies in a closed parcel the check is complete and the order is packed, which books the
carrier and brings the labels; each label is scanned once on its parcel. A piece that cannot be found is `missing`: the
rest goes on where the merchant sends in parts, otherwise the order waits for the office.

Everything is undone step by step until the courier has signed. A closed parcel can be opened again also when the carrier
knows it: then the labels of the whole order are void, its parcels go on under new numbers, and the carrier is told.

The device decides the same from its bundle (pwa/src/flows/pack.ts); what arrives here was accepted there. The order of
the checks in each step is the order of precedence of its refusals.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeGuard

from msgspec.structs import replace

from backend.catalog.product import pieces_told
from backend.facts.outbound import (
    CheckCompleted,
    LabelVerified,
    OrderPacked,
    ParcelClosed,
    PieceMissing,
)
from backend.outbound import pack_refusals as told
from backend.outbound.key_kinds import key_kind
from backend.outbound.pack_job import (
    Change,
    Jobs,
    LabelSeen,
    MissingFound,
    OrderDone,
    PackAct,
    PackJob,
    PackLine,
    PackParcel,
    ParcelFilled,
    PieceChecked,
    Step,
    about,
    is_own_label,
    with_line,
    with_parcel,
    with_pieces,
)
from backend.outbound.pack_undo import BOOKED_STATES, undo
from backend.platform.journal import Fact
from backend.platform.limits import QUANTITY_MAX
from backend.scanning.protocol import Correction, Decision, Refusal, Scan, Taken

WEIGHT_G_MAX = 1_000_000
SERIAL_CHARACTERS = 40


def decide(jobs: Jobs, taken: Taken, now: datetime) -> tuple[Jobs, Decision]:
    """One scan on what the ones before it have left."""
    scan = taken.scan
    job = jobs.get(scan.task)
    if job is None:
        return jobs, Decision(refusal=told.task_unknown(scan.task))
    step = _STEPS.get(scan.kind)
    if step is None:
        return jobs, Decision(refusal=told.not_understood(scan.kind))
    stopped = _stopped(job, scan)
    if stopped is not None:
        return jobs, stopped
    if scan.act is not None and str(scan.act) in job.acts:
        return jobs, Decision(refusal=told.act_repeated())
    outcome = step(job, scan)
    if isinstance(outcome, Refusal):
        return jobs, Decision(refusal=outcome)
    job, changes, facts = outcome
    return {**jobs, scan.task: job}, Decision(changes=changes, facts=facts)


def _stopped(job: PackJob, scan: Scan) -> Decision | None:
    """A cancelled order's goods go back; an order on hold waits. Labels may be checked in any state."""
    if job.state == "cancelled":
        back = Correction(code="PUT_BACK", values={"order": job.number, "tote": job.tote})
        return Decision(refusal=told.order_cancelled(job.number), correction=back if scan.kind == "product" else None)
    if job.hold is not None and scan.kind != "label":
        return Decision(refusal=told.order_on_hold(job.number, job.hold))
    return None


# -- checking -------------------------------------------------------------------------------------------------------


def _product(job: PackJob, scan: Scan) -> Step | Refusal:
    uid = scan.body.get("parcel")
    found = find_line(job, scan.keys, scan.raw, scan.body.get("line"))
    if isinstance(found, Refusal):
        return found
    line, quantity = found
    serial = serial_of(scan) if line.tracking == "serial" else ""
    refusal = _why_not_serial(job, line, quantity, serial) if line.tracking == "serial" else None
    if refusal is not None:
        return refusal
    if not isinstance(uid, str) or scan.act is None:
        return told.not_understood(scan.kind)
    parcel = job.parcel(uid) or PackParcel(uid=uid, position=len(job.parcels) + 1)
    if parcel.state != "open":
        return told.about_parcel("PARCEL_CLOSED", "NEW_PARCEL", parcel.number)
    if serial:
        job = replace(job, serials={**job.serials, (line.product_id, serial): job.number})
    filled = replace(parcel, contents=with_pieces(parcel.contents, line.id, quantity))
    job = with_parcel(with_line(job, replace(line, checked=line.checked + quantity)), filled)
    job = _remember(job, scan, PackAct("check", uid, line.id, quantity, serial=serial))
    change = PieceChecked(
        order_id=job.order_id, line_id=line.id, parcel=uid, position=filled.position, station=_station(job, scan),
        quantity=quantity,
    )  # fmt: skip
    return job, (change,), ()


def serial_of(scan: Scan) -> str:
    """The number of the piece, from its code or as the device was told; empty for none."""
    told_by_code = next((key.partition(":")[2] for key in scan.keys if key.startswith("serial:")), "")
    return (told_by_code or str(scan.body.get("serial") or ""))[:SERIAL_CHARACTERS]


def _why_not_serial(job: PackJob, line: PackLine, quantity: int, serial: str) -> Refusal | None:
    """Goods with serials are checked piece by piece, and each number goes into one parcel."""
    if quantity != 1 or not serial:
        return told.serial_needed(line.sku, line.name)
    place = job.serials.get((line.product_id, serial))
    return None if place is None else told.serial_known(serial, place)


def find_line(job: PackJob, keys: tuple[str, ...], raw: str, hint: Any = None) -> tuple[PackLine, int] | Refusal:
    """The line that a code counts for and how many pieces it means: the first with room, the device's `hint` before."""
    for key in keys:
        found = [(line, pieces_told(line.codes[key], line.unit, keys)) for line in job.lines if key in line.codes]
        found.sort(key=lambda each: each[0].id != hint)
        for line, quantity in found:
            if line.left >= quantity:
                return line, quantity
        if found:
            first = found[0][0]
            room = next(((line, quantity) for line, quantity in found if line.left > 0), None)
            if room is not None:
                return told.too_many(room[0].left, room[1], first.sku, first.name)
            return told.already_checked(first.sku, first.name, first.wanted)
    void = _void_label(job, keys)
    if void is not None:
        return void
    kind = key_kind(keys)
    place = next((job.places[key] for key in keys if key in job.places), None)
    if place is not None:
        return told.not_in_this_order(job.number, place.sku, place.name, place.belongs)
    if kind == "product":
        return told.not_in_this_order(job.number, "", raw, "")
    return told.code_unknown("product", raw) if kind == "text" else told.wrong_kind("product", kind, raw)


def _missing(job: PackJob, scan: Scan) -> Step | Refusal:
    line, quantity = job.line(scan.body.get("line")), scan.body.get("quantity")
    if line is None or not _is_count(quantity, QUANTITY_MAX) or scan.act is None:
        return told.not_understood(scan.kind)
    if quantity > line.left:
        return told.too_many(line.left, quantity, line.sku, line.name)
    job = with_line(job, replace(line, wanted=line.wanted - quantity, short=line.short + quantity))
    held = not job.partial or sum(each.wanted for each in job.lines) == 0
    change = MissingFound(
        order_id=job.order_id, line_id=line.id, product_id=line.product_id, quantity=quantity, hold=held
    )
    job = _remember(job, scan, PackAct("missing", None, line.id, quantity))
    fact = PieceMissing(about=about(job), number=job.number, sku=line.sku, quantity=quantity, held=held)
    if held:
        return replace(job, hold="STOCK_SHORT"), (change,), (fact,)
    return _perhaps_packed(job, scan, change, fact)


# -- closing --------------------------------------------------------------------------------------------------------


def _close(job: PackJob, scan: Scan) -> Step | Refusal:
    parcel = job.parcel(scan.body.get("parcel"))
    carton, weight_g = scan.body.get("carton"), scan.body.get("weight_g")
    if scan.act is None:
        return told.not_understood(scan.kind)
    if parcel is None or (parcel.state == "open" and not parcel.contents):
        return told.parcel_empty()
    if parcel.state != "open":
        return told.about_parcel("PARCEL_CLOSED", "NEW_PARCEL", parcel.number)
    if carton is not None and carton not in job.cartons:
        return told.carton_unknown(str(carton))
    if (job.weigh or weight_g is not None) and not _is_count(weight_g, WEIGHT_G_MAX):
        return told.weight_missing(weight_g)
    if scan.body.get("last") is True and job.left > 0:
        return told.lines_missing(job.left, sum(1 for line in job.lines if line.left))
    number, numbers = (parcel.number, job.numbers) if parcel.number else (job.numbers[0], job.numbers[1:])
    station = _station(job, scan)
    closed = replace(parcel, state="closed", number=number, carton=carton, weight_g=weight_g)
    job = with_parcel(replace(job, numbers=numbers, station=station), closed)
    job = _remember(job, scan, PackAct("close", parcel.uid, None, 0))
    change = ParcelFilled(
        order_id=job.order_id, parcel=parcel.uid, number=number, carton=carton, weight_g=weight_g, station=station,
        contents=closed.contents,
    )  # fmt: skip
    fact = ParcelClosed(
        about=about(job), order=job.number, parcel=number, station=station, weight_g=weight_g,
        pieces=sum(closed.contents.values()),
    )  # fmt: skip
    return _perhaps_packed(job, scan, change, fact)


def _perhaps_packed(job: PackJob, scan: Scan, change: Change, fact: Fact) -> Step:
    """The order is packed when every wanted piece lies in a closed parcel; then the facts go with its new state."""
    filled = [parcel for parcel in job.parcels if parcel.contents]
    if job.state != "in_work" or job.left > 0 or not filled or any(parcel.state == "open" for parcel in filled):
        return job, (change,), (fact,)
    result = "short" if job.short else "complete"
    checked = CheckCompleted(about=about(job), order=job.number, result=result)
    packed = OrderPacked(about=about(job), order=job.number, station=_station(job, scan), parcels=len(filled))
    done = OrderDone(order_id=job.order_id, result=result, facts=(fact, checked, packed))
    return replace(job, state="packed"), (change, done), ()


# -- the label ------------------------------------------------------------------------------------------------------


def _label(job: PackJob, scan: Scan) -> Step | Refusal:
    parcel = job.parcel(scan.body.get("parcel"))
    if parcel is None or scan.act is None:
        return told.not_understood(scan.kind)
    void = _void_label(job, scan.keys)
    if void is not None and not is_own_label(parcel, scan.keys):
        return void
    if parcel.state in ("open", "closed"):
        return told.about_parcel("LABEL_NOT_READY", "WAIT", parcel.number)
    if not is_own_label(parcel, scan.keys):
        kind = key_kind(scan.keys)
        if kind == "parcel" or any(is_own_label(other, scan.keys) for other in job.parcels):
            return told.label_of_other_parcel(parcel.number, scan.raw)
        return told.code_unknown("parcel", scan.raw) if kind == "text" else told.wrong_kind("parcel", kind, scan.raw)
    if parcel.state != "labelled":
        return job, (), ()
    job = _remember(with_parcel(job, replace(parcel, state="verified")), scan, PackAct("label", parcel.uid, None, 0))
    fact = LabelVerified(about=about(job), order=job.number, parcel=parcel.number or "")
    return job, (LabelSeen(parcel=parcel.uid),), (fact,)


def _void_label(job: PackJob, keys: tuple[str, ...]) -> Refusal | None:
    """A label that an undo has made void, wherever it turns up."""
    void = next((job.void[key] for key in keys if key in job.void), None)
    heir = job.parcel(void[1]) if void else None
    valid = heir.number if heir and heir.state in BOOKED_STATES else None
    return told.label_void(void[0], valid) if void else None


# -- small words ----------------------------------------------------------------------------------------------------


def _station(job: PackJob, scan: Scan) -> str:
    station = scan.body.get("station")
    return station if isinstance(station, str) and 0 < len(station) <= 32 else job.station


def _is_count(value: Any, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _remember(job: PackJob, scan: Scan, act: PackAct) -> PackJob:
    return replace(job, acts={**job.acts, str(scan.act): act})


_STEPS: Mapping[str, Callable[[PackJob, Scan], Step | Refusal]] = {
    "product": _product,
    "missing": _missing,
    "close": _close,
    "label": _label,
    "undo": undo,
}
