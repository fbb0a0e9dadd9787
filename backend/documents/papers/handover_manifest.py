"""Handover manifest, A4: which parcels the courier took, signed on glass, known by the hash of the list for ever.

The hash is the one that was signed: both sides saw it on the glass, the database keeps it, and with the hash of the
list before, printed beside it, anybody can compute it again from the paper.
"""

import datetime
import io
from collections import Counter
from typing import Annotated, Any

import msgspec

from backend.documents.bitmap import picture_in_box
from backend.documents.paper import Paper, PaperData, Party, Short, Wording
from backend.documents.wording import moment, money, weight

_SIGNATURE_DOTS = (900, 300)


class ManifestParcel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`tracking`: the carrier's number, or our own where the carrier has none."""

    tracking: Short
    recipient: Wording
    town: Wording = ""
    order_number: Short = ""
    weight_g: int | None = None
    cod_minor: int = 0
    currency: Short = "CZK"


class HandoverManifest(PaperData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`handed_at` already in the shop's zone. `signature_png`: PNG bytes, base64 in JSON. Hashes as 64 hexadecimal
    digits; `previous_hash` is that of the carrier's list before, empty for the first one."""

    number: Short
    carrier: Short
    handed_at: datetime.datetime
    sender: Party
    parcels: Annotated[tuple[ManifestParcel, ...], msgspec.Meta(max_length=5000)]
    handed_by: Short = ""
    courier: Short = ""
    vehicle: Short = ""
    signature_png: bytes = b""
    content_hash: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    previous_hash: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""


def content(data: HandoverManifest) -> dict[str, Any]:
    language = data.language
    cash: Counter[str] = Counter()
    for parcel in data.parcels:
        cash[parcel.currency] += parcel.cod_minor
    return {
        "number": data.number,
        "carrier": data.carrier,
        "handed_at": moment(data.handed_at, language),
        "sender": data.sender,
        "parcels": [
            {
                "tracking": parcel.tracking,
                "recipient": parcel.recipient,
                "town": parcel.town,
                "order": parcel.order_number,
                "weight": "" if parcel.weight_g is None else weight(parcel.weight_g, language),
                "cash": money(parcel.cod_minor, parcel.currency, language) if parcel.cod_minor else "",
            }
            for parcel in data.parcels
        ],
        "count": len(data.parcels),
        "weight": weight(sum(parcel.weight_g or 0 for parcel in data.parcels), language),
        "cash": ", ".join(money(minor, currency, language) for currency, minor in sorted(cash.items()) if minor),
        "handed_by": data.handed_by,
        "courier": data.courier,
        "vehicle": data.vehicle,
        "signature": _signature(data.signature_png) if data.signature_png else None,
        "content_hash": data.content_hash,
        "previous_hash": data.previous_hash or "-",
    }


def _signature(picture: bytes) -> list[int]:
    """A fresh black and white PNG: what a browser sent is looked at, never passed on."""
    target = io.BytesIO()
    picture_in_box(picture, *_SIGNATURE_DOTS, False).save(target, "PNG")
    return list(target.getvalue())


PAPER = Paper(
    code="handover-manifest",
    title="Handover manifest",
    data=HandoverManifest,
    source="handover_manifest.typ",
    content=content,
    example={
        "language": "cs",
        "number": "H-26-0311",
        "carrier": "Vlastní rozvoz",
        "handed_at": "2026-11-20T16:05:00",
        "sender": {"name": "Kořenka s. r. o.", "lines": ["Skladová 12", "301 00 Plzeň"]},
        "parcels": [
            {
                "tracking": "26-000123-1",
                "recipient": "Jiří Žďárský",
                "town": "110 00 Praha 1",
                "order_number": "26-000123",
                "weight_g": 2450,
                "cod_minor": 125000,
            },
            {
                "tracking": "26-000124-1",
                "recipient": "Szűcs Őrs",
                "town": "1024 Budapest",
                "order_number": "26-000124",
                "weight_g": 800,
            },
        ],
        "handed_by": "Kateřina Dvořáčková",
        "courier": "Pavel Říha",
        "vehicle": "5P3 1234",
        "content_hash": "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92",
        "previous_hash": "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5",
    },
)
