"""Handover: each parcel of one carrier is scanned on its way into the vehicle, then the courier signs for the list.

Warehouse and courier may scan the same list at once; both come through `decide`. A list is of one carrier, and of
parcels that are ready to leave: closed, labelled, the label checked on the parcel. What is signed is fixed by
`content_hash`, which covers the hash of the carrier's list before: a list cannot be changed afterwards, nor one taken
out of the chain.

The device decides the same from its bundle (pwa/src/flows/handover.ts).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.facts.outbound import ParcelLoaded, ParcelUnloaded
from backend.outbound.key_kinds import key_kind
from backend.scanning.protocol import Decision, Refusal, Taken


class LoadParcel(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel that may go with this carrier today. `position` reads "1/2". `keys` are what its label says."""

    id: int
    number: str
    keys: tuple[str, ...]
    order: str = ""
    position: str = "1/1"
    weight_g: int | None = None
    loaded: bool = False


class OtherParcel(msgspec.Struct, frozen=True):
    """A parcel that is not on this list: of another carrier (`carrier` its name), not ready (`state`), or of an order
    on hold (`order` and the code of its `hold`)."""

    id: int
    number: str
    carrier: str = ""
    state: str = ""
    order: str = ""
    hold: str = ""


class VoidLabel(msgspec.Struct, frozen=True):
    """A label that an undo has made void, and the number that its parcel bears now; empty while it has none."""

    number: str
    valid: str = ""
    id: int | None = None


class Loading(msgspec.Struct, frozen=True, kw_only=True):
    """One list as it stands. `acts`: act of a loading that may be undone -> parcel id."""

    id: int
    number: str
    carrier: str
    carrier_name: str = ""
    signed: bool = False
    parcels: tuple[LoadParcel, ...] = ()
    foreign: Mapping[str, OtherParcel] = {}
    unpacked: Mapping[str, OtherParcel] = {}
    held: Mapping[str, OtherParcel] = {}
    void: Mapping[str, VoidLabel] = {}
    acts: Mapping[str, int] = {}
    side: str = "warehouse"


# What `save` is to write


class ScanNoted(msgspec.Struct, frozen=True, kw_only=True):
    """One row of evidence. `outcome`: loaded, repeat, wrong_carrier, not_packed, unknown, removed."""

    handover_id: int
    code: str
    parcel_id: int | None
    outcome: str
    side: str
    act: str | None


Loadings = Mapping[str, Loading]
"""The snapshot: task ("handover:<id>") -> list."""

_OUTCOMES = {
    "ALREADY_LOADED": "repeat", "WRONG_CARRIER": "wrong_carrier", "PARCEL_NOT_PACKED": "not_packed",
    "PARCEL_ON_HOLD": "not_packed", "LABEL_VOID": "not_packed",
    "PARCEL_UNKNOWN": "unknown", "WRONG_KIND": "unknown",
}  # fmt: skip


def decide(loadings: Loadings, taken: Taken, now: datetime) -> tuple[Loadings, Decision]:
    """One scan on what the ones before it have left. A refused parcel leaves a row of evidence on the list."""
    scan = taken.scan
    loading = loadings.get(scan.task)
    if loading is None:
        values = {"task": scan.task}
        refusal = Refusal(code="TASK_UNKNOWN", got={"kind": "task", **values}, cure="GET_WORK", values=values)
        return loadings, Decision(refusal=refusal)
    act = str(scan.act) if scan.act else None
    if scan.kind == "parcel":
        loading, decision = load(loading, scan.keys, scan.raw, act)
    elif scan.kind == "undo":
        loading, decision = unload(loading, str(scan.body.get("of")))
    else:
        values = {"kind": scan.kind}
        return loadings, Decision(
            refusal=Refusal(code="SCAN_NOT_UNDERSTOOD", cure="GET_WORK", got=values, values=values)
        )
    return {**loadings, scan.task: loading}, decision


def load(loading: Loading, keys: Sequence[str], raw: str, act: str | None) -> tuple[Loading, Decision]:
    """Scan a parcel into the vehicle."""
    if loading.signed:
        return loading, Decision(refusal=_signed(loading))
    if act is not None and act in loading.acts:
        return loading, Decision(refusal=Refusal(code="ACT_REPEATED", cure="GO_ON"))
    parcel = next((each for each in loading.parcels if not set(keys).isdisjoint(each.keys)), None)
    refusal: Refusal | None = None
    parcel_id = parcel.id if parcel else None
    if parcel is None:
        refusal, parcel_id = _why_not(loading, keys, raw)
    elif parcel.loaded:
        refusal = _refuse("ALREADY_LOADED", "GO_ON", {"parcel": parcel.number})
    outcome = "loaded" if refusal is None else _OUTCOMES[refusal.code]
    note = ScanNoted(
        handover_id=loading.id, code=(raw or (keys[0] if keys else ""))[:120], parcel_id=parcel_id, outcome=outcome,
        side=loading.side, act=act if refusal is None else None,
    )  # fmt: skip
    if refusal is not None or parcel is None:
        return loading, Decision(refusal=refusal, changes=(note,))
    loading = _with(loading, replace(parcel, loaded=True))
    if act is not None:
        loading = replace(loading, acts={**loading.acts, act: parcel.id})
    fact = ParcelLoaded(
        about=f"handover:{loading.id}", handover=loading.number, parcel=parcel.number, side=loading.side
    )
    return loading, Decision(changes=(note,), facts=(fact,), note={"parcel": parcel.number})


def _why_not(loading: Loading, keys: Sequence[str], raw: str) -> tuple[Refusal, int | None]:
    """Why a code is no parcel of this list; the order of the checks is the same on the device."""
    expected = {"kind": "parcel", "carrier": loading.carrier_name}
    for key in keys:
        if (void := loading.void.get(key)) is not None:
            values = {"parcel": void.number, "valid": void.valid or "…"}
            return _refuse("LABEL_VOID", "TEAR_OFF", values, expected), void.id
        if (foreign := loading.foreign.get(key)) is not None:
            values = {"parcel": foreign.number, "carrier": foreign.carrier}
            return _refuse("WRONG_CARRIER", "PUT_BACK_TO_CARRIER", values, expected), foreign.id
        if (unpacked := loading.unpacked.get(key)) is not None:
            values = {"parcel": unpacked.number, "state": unpacked.state}
            return _refuse("PARCEL_NOT_PACKED", "BACK_TO_BENCH", values, expected), unpacked.id
        if (held := loading.held.get(key)) is not None:
            values = {"parcel": held.number, "order": held.order, "hold": held.hold}
            if loading.side == "courier":  # who bought it, and why it stays, is no business of the carrier's
                values = {"parcel": held.number}
            return _refuse("PARCEL_ON_HOLD", "PARCEL_ASIDE", values, expected), held.id
    kind = key_kind(keys)
    if kind in ("parcel", "text"):
        got = {"kind": "parcel", "code": raw}
        return Refusal(code="PARCEL_UNKNOWN", expected=expected, got=got, cure="SCAN_LABEL", values={"got": raw}), None
    return (
        Refusal(
            code="WRONG_KIND", expected=expected, got={"kind": kind, "code": raw}, cure="SCAN_KIND",
            values={"kind": "parcel", "got": kind},
        ),
        None,
    )  # fmt: skip


def unload(loading: Loading, of: str) -> tuple[Loading, Decision]:
    """Take a loaded parcel out again, by the act that loaded it."""
    if loading.signed:
        return loading, Decision(refusal=_signed(loading))
    parcel = next((each for each in loading.parcels if each.id == loading.acts.get(of)), None)
    if parcel is None or not parcel.loaded:
        return loading, Decision(refusal=Refusal(code="NOTHING_TO_UNDO", cure="GO_ON"))
    acts = {act: parcel_id for act, parcel_id in loading.acts.items() if act != of}
    loading = replace(_with(loading, replace(parcel, loaded=False)), acts=acts)
    note = ScanNoted(
        handover_id=loading.id, code=parcel.number, parcel_id=parcel.id, outcome="removed", side=loading.side, act=of
    )
    fact = ParcelUnloaded(
        about=f"handover:{loading.id}", handover=loading.number, parcel=parcel.number, side=loading.side
    )
    return loading, Decision(changes=(note,), facts=(fact,))


def _with(loading: Loading, parcel: LoadParcel) -> Loading:
    return replace(loading, parcels=tuple(parcel if each.id == parcel.id else each for each in loading.parcels))


def _signed(loading: Loading) -> Refusal:
    return _refuse("HANDOVER_SIGNED", "NEW_HANDOVER", {"handover": loading.number})


def _refuse(code: str, cure: str, values: dict[str, Any], expected: dict[str, Any] | None = None) -> Refusal:
    got = {"kind": "parcel", "code": values["parcel"]} if "parcel" in values else {}
    return Refusal(code=code, expected=expected or {}, got=got, cure=cure, values=values)


# -- what is signed -------------------------------------------------------------------------------------------------


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A signed list, as the chain needs it."""

    number: str
    carrier: str
    parcels: tuple[str, ...]
    weight_g: int
    content_hash: str
    previous_hash: str | None


def content_hash(number: str, carrier: str, parcels: Iterable[str], weight_g: int, previous_hash: str | None) -> str:
    """SHA-256, hexadecimal, over these lines joined by a line feed (UTF-8).

    `rampa-handover-1`, previous hash (or `-`), list number, carrier code, count of parcels, weight in grams, then the
    parcel numbers in ascending order. Whoever holds the paper can compute it again.
    """
    ordered = sorted(parcels)
    lines = ["rampa-handover-1", previous_hash or "-", number, carrier, str(len(ordered)), str(weight_g), *ordered]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def broken_link(chain: Sequence[Signed]) -> Signed | None:
    """The first list of one carrier, oldest first, that its hash or the hash before does not explain."""
    previous: str | None = None
    for each in chain:
        expected = content_hash(each.number, each.carrier, each.parcels, each.weight_g, previous)
        if each.previous_hash != previous or each.content_hash != expected:
            return each
        previous = each.content_hash
    return None
