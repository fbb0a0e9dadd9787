"""Restricted numbers 20 to 29: weight codes a shop prints itself, laid out differently in each country and shop.

The layout is a table value, a pattern of the 13 digits: `I` item, `W` weight, `V` anything (some scales put a second
check digit there), `C` the GS1 check digit, a digit stands for itself. Czech shops use 28 for their own numbers and 29
for numbers allotted by GS1 Czech Republic, weight in grams. Slovak, Hungarian and Polish shops each set their own.
"""

from __future__ import annotations

import msgspec

from backend.gs1.check_digits import mod10_digit


class WeightLayout(msgspec.Struct, frozen=True):
    """`pattern` of 13 characters, `g_per_unit` grams for each unit of the W digits."""

    pattern: str
    g_per_unit: int = 1


class WeightReading(msgspec.Struct, frozen=True):
    """`item_gtin` is the number with weight zero and its own check digit: what the catalogue knows."""

    item_gtin: str
    weight_g: int


CZECH_LAYOUTS = (WeightLayout("28IIII0WWWWWC"), WeightLayout("29IIII0WWWWWC"))


def read_weight_code(digits: str, layouts: tuple[WeightLayout, ...]) -> WeightReading | None:
    """Item and weight of 13 digits whose GS1 check digit already fits; None when no layout applies or weight is 0."""
    for layout in layouts:
        item, weight = "", ""
        for wanted, digit in zip(layout.pattern, digits, strict=True):
            if wanted == "W":
                weight += digit
                item += "0"
            elif wanted in "IV" or wanted == digit:
                item += "0" if wanted == "V" else digit
            elif wanted != "C":
                break
        else:
            weight_g = int(weight or "0") * layout.g_per_unit
            if weight_g:
                return WeightReading(f"0{item}{mod10_digit(item)}", weight_g)
    return None


def check_layout(pattern: str) -> None:
    """ValueError with a sentence when a pattern is not 13 of digits, I, W, V with C at the end."""
    if len(pattern) != 13 or pattern[-1] != "C" or not set(pattern[:-1]) <= set("0123456789IWV") or "W" not in pattern:
        raise ValueError(f"expected 13 of 0-9 I W V ending in C, such as 28IIII0WWWWWC, got {pattern}")
