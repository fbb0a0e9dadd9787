"""Why one delivery of a file was left out while the others were taken: a code with the values of its sentence.

The office words it in its language as `row.<code>` (contracts/row_reasons.json); `SENTENCES` is the English of the command
line and of API clients.
"""

from typing import Any

import msgspec

SENTENCES = {
    "REFERENCE_MISSING": "Expected a `reference` (the number of the purchase order or delivery note), got none.",
    "KIND_UNKNOWN": "Expected `kind` {expected}, got {got!r}.",
    "NO_LINES": "Expected `lines` with at least one line, got none.",
    "TOO_MANY_LINES": "Expected at most {expected} lines, got {got}; divide the delivery.",
    "GOODS_MISSING": "Expected `sku`, `gtin` or `supplier_sku` in line {line}, got none.",
    "GTIN_WRONG": "Expected a GTIN with a right check digit in line {line}, got {got!r}.",
    "SSCC_WRONG": "Expected an SSCC of 18 digits with a right check digit in line {line}, got {got!r}.",
    "TEXT_TOO_LONG": "Expected `{field}` of at most {expected} characters, got {got}.",
    "QUANTITY_WRONG": "Expected a whole `quantity` of 1 or more in line {line}, got {got!r}.",
    "DAY_WRONG": "Expected a day such as 2027-05-31 in `{field}`, got {got!r}.",
    "BEST_BEFORE_WRONG": "Expected a day such as 2027-05-31 in `best_before` of line {line}, got {got!r}.",
    "RECEIVED_ALREADY": "Expected a delivery of which nothing was received yet, {got} is {state}; "
    "send what is new under another reference.",
    "PRODUCTS_UNKNOWN": "Expected products that the catalogue knows, got {count} unknown: {got}; "
    "create them or correct the codes, then send the file again.",
}


class RefusedReceipt(msgspec.Struct, frozen=True):
    """A delivery of the file that could not be taken. `code` is one of `SENTENCES`, or that of a problem."""

    reference: str
    sentence: str
    code: str = ""
    values: dict[str, Any] = {}


class LeftOut(Exception):
    """Raised on the way, told as a `RefusedReceipt`."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(SENTENCES[code].format(**values))
        self.code, self.values = code, values

    def told(self, reference: str, place: int = 0) -> RefusedReceipt:
        """`place`: which delivery of the file it is, for one without a reference."""
        if reference:
            return RefusedReceipt(reference, str(self), self.code, self.values)
        return RefusedReceipt(f"delivery {place}", str(self), self.code, self.values | {"delivery": place})
