"""The paper that lies in the parcel: whether it is printed, and what stands on it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from backend.gs1.own_codes import build_own_code

SETTING = "packing_slips"
"""`{"print": W, "merchants": {code: W}, "stations": {code: W}}`, W one of `auto` (the default), `always`, `never`."""
WORDS = ("auto", "always", "never")


class SlipParcel(msgspec.Struct, frozen=True, kw_only=True):
    """A closed parcel with what lies in it: (SKU, name, lot or "", pieces) each. `position` of `pieces`: 1 of 2."""

    number: str
    station: str
    position: int
    pieces: int
    goods: tuple[tuple[str, str, str, int], ...]


def is_wanted(setting: Mapping[str, Any], merchant: str, station: str, has_printer: bool) -> bool:
    """The station's word counts before the merchant's, that before the house's. `auto`: where a printer for paper is."""
    for group, code in (("stations", station), ("merchants", merchant)):
        word = (setting.get(group) or {}).get(code)
        if word in WORDS:
            return word == "always" or (word == "auto" and has_printer)
    word = setting.get("print", "auto")
    return word == "always" or (word != "never" and has_printer)


def slip_fields(
    parcel: SlipParcel,
    *,
    order_number: str,
    merchant: Mapping[str, Any],
    recipient: Mapping[str, Any],
    packed_on: date,
    language: str,
) -> dict[str, Any]:
    """Data of the paper `packing-slip`. `merchant` and `recipient`: name and lines."""
    return {
        "language": language, "order_number": order_number, "order_code": build_own_code("order", order_number),
        "merchant": merchant, "recipient": recipient, "packed_on": packed_on.isoformat(), "piece": parcel.position,
        "pieces": parcel.pieces,
        "lines": [
            {"sku": sku, "name": name, "quantity": quantity, "note": lot} for sku, name, lot, quantity in parcel.goods
        ],
    }  # fmt: skip


def party(name: str, company: str, street: str, place: Sequence[str]) -> dict[str, Any]:
    """Name and lines of an address; empty ones are left out."""
    head = company or name
    lines = [name if company and name != company else "", street, " ".join(part for part in place if part)]
    return {"name": head or "-", "lines": [line for line in lines if line]}
