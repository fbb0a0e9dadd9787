"""Undo at the bench: step by step back, until the courier has signed.

A label that was checked is to be checked again; a closed parcel is opened; a piece comes out of its open parcel. Where
the carrier had been asked, its answer is for the whole order: all labels of it are void, the parcels go on under new
numbers, and the order is in work again. The device decides the same (pwa/src/flows/pack_undo.ts).
"""

from msgspec.structs import replace

from backend.facts.outbound import CheckUndone, LabelCheckUndone, LabelsVoided, ParcelReopened
from backend.outbound import pack_refusals as told
from backend.outbound.pack_job import (
    ActUndone,
    PackAct,
    PackJob,
    PackParcel,
    Step,
    about,
    own_keys,
    with_line,
    with_parcel,
    with_pieces,
)
from backend.platform.journal import Fact
from backend.scanning.protocol import Refusal, Scan

BOOKED_STATES = frozenset({"labelled", "verified", "loaded", "dispatched"})


def undo(job: PackJob, scan: Scan) -> Step | Refusal:
    of = str(scan.body.get("of"))
    act = job.acts.get(of)
    if act is None or act.undone or scan.act is None:
        return told.nothing_to_undo()
    refusal = _why_not_undone(job, act)
    if refusal is not None:
        return refusal
    job = replace(job, acts={**job.acts, of: replace(act, undone=True)})
    if act.kind == "label":
        return _uncheck_label(job, of, act)
    if act.kind == "close":
        return _reopen(job, of, act)
    return _put_back(job, of, act)


def _why_not_undone(job: PackJob, act: PackAct) -> Refusal | None:
    parcel = job.parcel(act.parcel)
    gone = [each for each in job.parcels if each.state == "dispatched"]
    if act.kind in ("close", "missing") and gone:
        return told.about_parcel("PARCEL_HANDED_OVER", "CALL_OFFICE", gone[0].number)
    if act.kind == "label":
        if parcel is not None and parcel.state == "dispatched":
            return told.about_parcel("PARCEL_HANDED_OVER", "CALL_OFFICE", parcel.number)
        return None if parcel is not None and parcel.state in ("verified", "loaded") else told.nothing_to_undo()
    if act.kind == "check" and (parcel is None or parcel.state != "open"):
        return told.about_parcel("PARCEL_CLOSED", "NEW_PARCEL", parcel.number if parcel else None)
    if act.kind == "close" and (parcel is None or parcel.state == "open"):
        return told.nothing_to_undo()
    return told.nothing_to_undo() if act.kind != "close" and job.line(act.line) is None else None


def _uncheck_label(job: PackJob, of: str, act: PackAct) -> Step:
    parcel = job.parcel(act.parcel)
    assert parcel is not None
    fact = LabelCheckUndone(about=about(job), order=job.number, parcel=parcel.number or "")
    change = ActUndone(order_id=job.order_id, act=of, undone=act)
    return with_parcel(job, replace(parcel, state="labelled")), (change,), (fact,)


def _reopen(job: PackJob, of: str, act: PackAct) -> Step:
    parcel = job.parcel(act.parcel)
    assert parcel is not None
    reopened = ParcelReopened(about=about(job), order=job.number, parcel=parcel.number or "")
    job, void = _void_labels(job)
    parcel = replace(job.parcel(act.parcel) or parcel, state="open", carton=None, weight_g=None)
    return _back_at_work(with_parcel(job, parcel), of, act, reopened, void)


def _put_back(job: PackJob, of: str, act: PackAct) -> Step:
    """A piece out of its open parcel, or one that was missing and is there after all."""
    line = job.line(act.line)
    assert line is not None
    fact = CheckUndone(about=about(job), order=job.number, sku=line.sku, quantity=act.quantity, what=act.kind)
    if act.kind == "missing":
        job, void = _void_labels(job)
        line = replace(line, wanted=line.wanted + act.quantity, short=line.short - act.quantity)
        return _back_at_work(with_line(job, line), of, act, fact, void)
    parcel = job.parcel(act.parcel)
    assert parcel is not None
    if act.serial:
        free = {key: place for key, place in job.serials.items() if key != (line.product_id, act.serial)}
        job = replace(job, serials=free)
    emptier = replace(parcel, contents=with_pieces(parcel.contents, line.id, -act.quantity))
    job = with_parcel(with_line(job, replace(line, checked=line.checked - act.quantity)), emptier)
    return job, (ActUndone(order_id=job.order_id, act=of, undone=act),), (fact,)


def _void_labels(job: PackJob) -> tuple[PackJob, tuple[PackParcel, ...]]:
    """The job with no parcel booked, and the parcels as they were: a carrier is asked for an order, not for a parcel.

    Their new numbers are given when they are written, or when they are closed.
    """
    booked = tuple(each for each in job.parcels if _is_booked(each))
    void = dict(job.void)
    for each in booked:
        void |= dict.fromkeys(own_keys(each), (each.number or "", each.uid))
        fresh = replace(each, state="closed", number=None, label_key=None, booked=False)
        job = with_parcel(job, fresh)
    uids = {each.uid for each in booked}
    acts = {
        uid: replace(act, undone=True) if act.kind == "label" and act.parcel in uids else act
        for uid, act in job.acts.items()
    }
    return replace(job, void=void, acts=acts), booked


def _back_at_work(job: PackJob, of: str, act: PackAct, fact: Fact, void: tuple[PackParcel, ...]) -> Step:
    """A packed order that is taken apart again goes back to work; the facts go with its state then."""
    facts: tuple[Fact, ...] = (fact,)
    if void:
        facts += (LabelsVoided(about=about(job), order=job.number, parcels=tuple(each.number or "" for each in void)),)
    uids = tuple(each.uid for each in void)
    if job.state != "packed":
        return job, (ActUndone(order_id=job.order_id, act=of, undone=act, void=uids),), facts
    change = ActUndone(order_id=job.order_id, act=of, undone=act, order_was_packed=True, facts=facts, void=uids)
    return replace(job, state="in_work"), (change,), ()


def _is_booked(parcel: PackParcel) -> bool:
    return parcel.booked or parcel.state in BOOKED_STATES
