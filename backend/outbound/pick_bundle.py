"""A picking job as a device receives it: every expectation as data, so that accept or refuse needs no network."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from backend.gs1.own_codes import build_own_code
from backend.outbound.pick_list import PickAct, PickLine, PickSlot, PickSnapshot, PickWave, Place, Tote

NEIGHBOURS_MAX = 400


class LineDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What the screen shows of a line beyond what the rules need. `codes` has (key, pieces, level)."""

    line: PickLine
    location_name: str
    zone: str
    unit: str
    codes: tuple[tuple[str, int, str], ...]


def to_bundle(
    wave: PickWave,
    mode: str,
    version: int,
    details: Sequence[LineDetail],
    busy_totes: Sequence[str],
    places: Mapping[str, Place],
    empties: Sequence[str] = (),
) -> dict[str, Any]:
    """The bundle in the shape of the contract; lines in walking sequence. `empties`: places that the wave empties."""
    ordered = sorted(details, key=lambda each: (each.line.sequence, each.line.id))
    pieces: dict[int, int] = {}
    for each in ordered:
        pieces[each.line.slot] = pieces.get(each.line.slot, 0) + each.line.picked
    return {
        "flow": "pick",
        "task": f"pick:{wave.id}",
        "number": wave.number,
        "code": build_own_code("wave", wave.number),
        "mode": mode,
        "version": version,
        "lines": [_line(each) for each in ordered],
        "slots": [
            {
                "slot": each.slot,
                "order": each.order,
                "tote": each.tote,
                "pieces": pieces.get(each.slot, 0),
                "packed": each.packed,
                "cancelled": each.cancelled,
            }
            for each in sorted(wave.slots.values(), key=lambda each: each.slot)
        ],
        "acts": [
            {"act": each.uid, "line": each.line, "kind": each.kind, "quantity": each.quantity, "state": each.state}
            for each in wave.acts.values()
        ],
        "busy_totes": sorted(busy_totes),
        "empties": list(empties),
        "places": {
            key: {
                "sku": each.sku,
                "name": each.name,
                "picture": each.picture,
                "location": each.location,
                "merchant": each.merchant,
            }
            for key, each in sorted(places.items())
        },
    }


def _line(each: LineDetail) -> dict[str, Any]:
    line = each.line
    return {
        "id": line.id,
        "sequence": line.sequence,
        "order": line.order,
        "slot": line.slot,
        "location": {
            "key": line.location_key, "code": line.location, "name": each.location_name, "zone": each.zone
        },
        "product": {
            "id": line.product_id, "sku": line.sku, "name": line.name, "picture": line.picture, "unit": each.unit,
            "merchant": line.merchant,
        },
        "codes": [{"key": key, "quantity": pieces, "level": level} for key, pieces, level in each.codes],
        "lot": line.lot,
        "quantity": line.quantity,
        "picked": line.picked,
        "short": line.short,
        "cancelled": line.cancelled,
        "instead_of": line.instead_of or None,
    }  # fmt: skip


def from_bundle(bundle: Mapping[str, Any], free_totes: Sequence[str] = ()) -> PickSnapshot:
    """The snapshot that the server would load for a bundle: for rehearsal and for the vectors of the contract."""
    lines = {
        each["id"]: PickLine(
            id=each["id"],
            order=each["order"],
            slot=each["slot"],
            sequence=each["sequence"],
            location=each["location"]["code"],
            location_key=each["location"]["key"],
            location_id=index,
            sku=each["product"]["sku"],
            name=each["product"]["name"],
            picture=each["product"]["picture"],
            merchant=each["product"].get("merchant", ""),
            product_id=each["product"]["id"],
            codes={code["key"]: code["quantity"] for code in each["codes"]},
            unit=each["product"]["unit"],
            lot=each["lot"],
            quantity=each["quantity"],
            picked=each["picked"],
            short=each["short"],
            reserved=each["quantity"] - each["picked"] - each["short"],
            cancelled=each.get("cancelled", False),
            instead_of=each.get("instead_of") or "",
        )
        for index, each in enumerate(bundle["lines"])
    }
    slots = {
        each["slot"]: PickSlot(
            slot=each["slot"],
            order=each["order"],
            tote=each["tote"],
            packed=each.get("packed", False),
            cancelled=each.get("cancelled", False),
        )
        for each in bundle["slots"]
    }
    acts = {
        each["act"]: PickAct(
            uid=each["act"], line=each["line"], kind=each["kind"], quantity=each["quantity"], state=each["state"]
        )
        for each in bundle.get("acts", ())
    }
    wave = PickWave(
        id=int(bundle["task"].partition(":")[2]),
        number=bundle["number"],
        state="picking",
        lines=lines,
        slots=slots,
        acts=acts,
    )
    totes = {key: Tote(key=key) for key in free_totes}
    totes |= {key: Tote(key=key, order="?") for key in bundle["busy_totes"]}
    totes |= {each.tote: Tote(key=each.tote, order=each.order) for each in slots.values() if each.tote}
    places = {key: Place(**each) for key, each in bundle["places"].items()}
    return PickSnapshot(waves={bundle["task"]: wave}, totes=totes, places=places)
