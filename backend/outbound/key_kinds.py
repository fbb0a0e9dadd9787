"""What kind of thing a scan key names, told by its prefix; the twin of pwa/src/flows/key_kinds.ts."""

from collections.abc import Sequence

KINDS = {
    "gtin": "product", "lot": "product", "serial": "product", "loc": "location", "tote": "tote", "cart": "cart",
    "badge": "badge", "station": "station", "carton": "carton", "order": "order", "parcel": "parcel",
    "track": "parcel", "sscc": "parcel", "wave": "wave", "handover": "handover", "printer": "printer",
    "command": "command", "enrol": "enrol",
}  # fmt: skip


def key_kind(keys: Sequence[str]) -> str:
    """The kind that the first telling key names; "text" when none does (a plain SKU, a supplier's number)."""
    return next((KINDS[prefix] for key in keys if (prefix := key.partition(":")[0]) in KINDS), "text")
