"""What a scanned code means at a line of a pick list, and why it is not the one that is wanted."""

from typing import Any

from backend.catalog.product import pieces_told
from backend.outbound import pick_refusals as told
from backend.outbound.pick_list import PickLine, PickSnapshot, PickWave, Place
from backend.scanning.protocol import Refusal, Scan


def pieces_meant(line: PickLine, keys: tuple[str, ...]) -> int:
    """Pieces of the line's product that a code stands for; 0 when it is another product's."""
    found = next((line.codes[key] for key in keys if key in line.codes), 0)
    return pieces_told(found, line.unit, keys) if found else 0


def tote_key(keys: tuple[str, ...]) -> str:
    """The tote that a code names; empty for none."""
    return next((key for key in keys if key.startswith("tote:")), "")


def read_place(snapshot: PickSnapshot, wave: PickWave, keys: tuple[str, ...]) -> Place | None:
    """What a code that is not wanted means: a product of another line first, then a neighbour."""
    for key in keys:
        for each in sorted(wave.lines.values(), key=lambda line: (line.sequence, line.id)):
            if key in each.codes:
                return Place(
                    sku=each.sku, name=each.name, picture=each.picture, location=each.location, merchant=each.merchant
                )
        if key in snapshot.places:
            return snapshot.places[key]
    return None


def wanted_goods(line: PickLine) -> dict[str, Any]:
    """The product of a line as the card draws it."""
    return told.goods(line.sku, line.name, line.picture, line.location)


def wrong_code(snapshot: PickSnapshot, wave: PickWave, line: PickLine, wanted: str, scan: Scan) -> Refusal:
    """Why a code is not the wanted one: another place, another product, another kind, or known to nobody."""
    code = told.code_of(scan.keys, scan.raw)
    names = {"location": line.location, "product": line.sku, "tote": told.body_of(wave.slots[line.slot].tote)}
    place = read_place(snapshot, wave, scan.keys)
    kind = "product" if place else told.kind_of(scan.keys)
    if kind == "location" and wanted != "tote":
        return told.wrong_location(line.location, code)
    if place and wanted == "product":
        got = told.goods(place.sku, place.name, place.picture, place.location)
        other = place.merchant if place.merchant and place.merchant != line.merchant else None
        return told.wrong_product(wanted_goods(line), got, other)
    if kind == "unknown" or (kind == "product" and place is None):
        return told.code_unknown(wanted, names[wanted], scan.raw)
    return told.wrong_kind(wanted, names[wanted], kind, place.sku if place else code)


def wrong_goods(snapshot: PickSnapshot, wave: PickWave, line: PickLine, scan: Scan) -> Refusal | None:
    """None when the code is the line's product, of its lot where the code tells one."""
    if not pieces_meant(line, scan.keys):
        return wrong_code(snapshot, wave, line, "product", scan)
    lots = [told.body_of(key) for key in scan.keys if key.startswith("lot:")]
    if line.lot and lots and lots[0] != line.lot:
        return told.wrong_lot(line.sku, line.name, line.lot, lots[0])
    return None


def wrong_tote(snapshot: PickSnapshot, wave: PickWave, line: PickLine, scan: Scan) -> Refusal | None:
    """None when it is the order's tote, or a free one for an order that has none yet."""
    slot = wave.slots[line.slot]
    key = tote_key(scan.keys)
    if not key:
        return wrong_code(snapshot, wave, line, "tote", scan)
    got = told.body_of(key)
    owner = next((each.slot for each in wave.slots.values() if each.tote == key and each.slot != slot.slot), None)
    if slot.tote is not None:
        if key == slot.tote:
            return None
        return told.about_tote("WRONG_TOTE", told.body_of(slot.tote), slot.slot, got, owner)
    tote = snapshot.totes.get(key)
    if owner is not None or (tote is not None and tote.order):
        return told.about_tote("TOTE_IN_USE", "", slot.slot, got, owner)
    if tote is None:
        return told.about_tote("NOT_A_TOTE", "", slot.slot, got, None)
    return None
