"""Packing slip, A4: what is in the parcel, without prices, so that it may go into a present as well."""

import datetime
from typing import Annotated, Any

import msgspec

from backend.documents.barcodes import encode
from backend.documents.paper import Paper, PaperData, Party, Short, Wording
from backend.documents.pdf import symbol_svg
from backend.documents.wording import day
from backend.gs1.own_codes import build_own_code

_MODULE_MM = 0.33


class SlipLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`quantity` counts `unit`s; `note`: lot, serial, what was left out."""

    sku: Short
    name: Wording
    quantity: int
    unit: Short = "ks"
    note: Wording = ""


class PackingSlip(PaperData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`order_code`: the order's own code text, for returns at the desk."""

    order_number: Short
    order_code: Short
    merchant: Party
    recipient: Party
    packed_on: datetime.date
    lines: Annotated[tuple[SlipLine, ...], msgspec.Meta(max_length=2000)]
    piece: int = 1
    pieces: int = 1
    packed_by: Short = ""
    note: Wording = ""


def content(data: PackingSlip) -> dict[str, Any]:
    symbol = encode("code128", data.order_code)
    return {
        "order": data.order_number,
        "code_svg": symbol_svg(symbol, 40.0),
        "code_width": symbol.width * _MODULE_MM,
        "merchant": data.merchant,
        "recipient": data.recipient,
        "packed_on": day(data.packed_on, data.language),
        "parcel": f"{data.piece}/{data.pieces}",
        "packed_by": data.packed_by,
        "lines": [
            {"sku": row.sku, "name": row.name, "quantity": f"{row.quantity}\u00a0{row.unit}", "note": row.note}
            for row in data.lines
        ],
        "total": str(sum(row.quantity for row in data.lines)),
        "note": data.note,
    }


PAPER = Paper(
    code="packing-slip",
    title="Packing slip",
    data=PackingSlip,
    source="packing_slip.typ",
    content=content,
    example={
        "language": "cs",
        "order_number": "26-000123",
        "order_code": build_own_code("order", "26-000123"),
        "merchant": {"name": "Kořenka s. r. o.", "lines": ["Skladová 12", "301 00 Plzeň", "IČO 12345678"]},
        "recipient": {"name": "Jiří Žďárský", "lines": ["Na Příkopě 1047/17", "110 00 Praha 1"]},
        "packed_on": "2026-11-20",
        "lines": [
            {"sku": "HRN-04-ZL", "name": "Hrnek smaltovaný s dřevěným uchem, žlutý", "quantity": 2},
            {"sku": "PER-250-PH", "name": "Medový perník „Pražský hrad“", "quantity": 1, "note": "Šarže L2611A"},
        ],
        "piece": 1,
        "pieces": 2,
        "packed_by": "K. D.",
        "note": "",
    },
)
