"""Labels for goods that came without a readable code: one for each piece or case, with lot, date and serial. Pure."""

from datetime import date
from typing import Any

import msgspec

COUNT_MAX = 200
"""Labels for one request, serials or copies; more come from the office, from a roll of their own."""


class GoodsLabel(msgspec.Struct, frozen=True, kw_only=True):
    """`count` equal labels, or one for each of `serials`. `level`: each, inner, case."""

    line: int
    level: str = "each"
    count: int = 1
    lot: str = ""
    best_before: date | None = None
    serials: tuple[str, ...] = ()


def label_fields(asked: GoodsLabel, sku: str, name: str, gtin: str, pieces: int, language: str) -> list[dict[str, Any]]:
    """Data of the large product label, one entry for each different label. `pieces` in the pack stand in its name."""
    base = {
        "language": language, "name": name if pieces == 1 else f"{pieces} × {name}", "sku": sku, "gtin": gtin,
        "lot": asked.lot, "best_before": asked.best_before,
    }  # fmt: skip
    if asked.serials:
        return [base | {"serial": each} for each in asked.serials]
    return [base]


def gtin_of(keys: tuple[str, ...]) -> str:
    """The digits of the first GTIN, as a till prints them; empty for goods without one."""
    digits = next((key.partition(":")[2] for key in keys if key.startswith("gtin:")), "")
    return digits[1:] if digits.startswith("0") and len(digits) == 14 else digits
