"""Which symbologies we print and what each must keep to: module width, height, quiet zones.

Sources: GS1 General Specifications, symbol specification tables; ISO/IEC 15417, 16388, 16390, 15420, 18004, 16022,
15438, 24778 for quiet zones and minimum heights. Use `retail` for what a till scans, `logistics` for what a conveyor
or a carrier scans at a distance, `floor` for what our own scanners read from the hand.
"""

from typing import Literal

import msgspec

Symbology = Literal[
    "code128",
    "gs1-128",
    "ean13",
    "ean8",
    "upca",
    "itf14",
    "code39",
    "qr",
    "gs1-qr",
    "link-qr",
    "datamatrix",
    "gs1-datamatrix",
    "pdf417",
    "aztec",
]
"""`gs1-qr` is an element string behind FNC1, `link-qr` a GS1 Digital Link: what shoppers' phones and new tills read."""
Use = Literal["floor", "retail", "logistics"]

LINEAR: frozenset[str] = frozenset({"code128", "gs1-128", "ean13", "ean8", "upca", "itf14", "code39"})


class SymbolRule(msgspec.Struct, frozen=True):
    """`module_*_mm`: X dimension. `quiet_*`: white modules around. `height_of_width`: share of the width without quiet
    zones that the bars must be high, besides `height_min_mm`; both 0 for matrix codes."""

    module_min_mm: float
    module_max_mm: float
    height_min_mm: float
    quiet_left: int
    quiet_right: int
    quiet_above: int = 0
    quiet_below: int = 0
    height_of_width: float = 0.0


_EAN_RETAIL = SymbolRule(0.264, 0.660, 18.28, 11, 7)
_EAN_CASE = SymbolRule(0.495, 0.660, 34.28, 11, 7)
_QR = SymbolRule(0.330, 3.0, 0, 4, 4, 4, 4)
_DATA_MATRIX = SymbolRule(0.250, 3.0, 0, 2, 2, 2, 2)

_RULES: dict[tuple[str, str], SymbolRule] = {
    ("code128", "floor"): SymbolRule(0.250, 1.016, 5.0, 10, 10, height_of_width=0.15),
    ("code128", "logistics"): SymbolRule(0.375, 1.016, 20.0, 10, 10, height_of_width=0.15),
    ("gs1-128", "floor"): SymbolRule(0.250, 0.940, 12.7, 10, 10, height_of_width=0.15),
    ("gs1-128", "logistics"): SymbolRule(0.495, 1.016, 31.75, 10, 10),
    ("ean13", "retail"): _EAN_RETAIL,
    ("ean13", "logistics"): _EAN_CASE,
    ("upca", "retail"): SymbolRule(0.264, 0.660, 18.28, 9, 9),
    ("upca", "logistics"): SymbolRule(0.495, 0.660, 34.28, 9, 9),
    ("ean8", "retail"): SymbolRule(0.264, 0.660, 14.58, 7, 7),
    ("itf14", "floor"): SymbolRule(0.250, 1.016, 12.7, 10, 10),
    ("itf14", "logistics"): SymbolRule(0.495, 1.016, 31.75, 10, 10),
    ("code39", "floor"): SymbolRule(0.250, 1.016, 5.0, 10, 10, height_of_width=0.15),
    ("qr", "floor"): _QR,
    ("qr", "logistics"): SymbolRule(0.495, 3.0, 0, 4, 4, 4, 4),
    ("gs1-qr", "floor"): _QR,
    ("link-qr", "floor"): _QR,
    # GS1 General Specifications, 2D at retail: X of 0.396 mm or more.
    ("gs1-qr", "retail"): SymbolRule(0.375, 0.990, 0, 4, 4, 4, 4),
    ("link-qr", "retail"): SymbolRule(0.375, 0.990, 0, 4, 4, 4, 4),
    ("datamatrix", "floor"): _DATA_MATRIX,
    ("gs1-datamatrix", "floor"): _DATA_MATRIX,
    ("gs1-datamatrix", "logistics"): SymbolRule(0.743, 3.0, 0, 2, 2, 2, 2),
    ("pdf417", "floor"): SymbolRule(0.250, 1.016, 0, 2, 2, 2, 2),
    ("aztec", "floor"): SymbolRule(0.330, 3.0, 0, 1, 1, 1, 1),
}


def rule_of(symbology: Symbology, use: Use) -> SymbolRule:
    """The rule that holds; a use without a row of its own falls back to the strictest everyday one.

    >>> rule_of("ean13", "floor").module_min_mm
    0.264
    """
    for candidate in (use, "floor", "retail"):
        rule = _RULES.get((symbology, candidate))
        if rule is not None:
            return rule
    raise KeyError(symbology)
