"""The values of the catalogue: a product, and the codes by which the floor meets it."""

from collections.abc import Iterable, Sequence
from itertools import product

import msgspec

LEVELS = ("each", "inner", "case", "pallet")
MEASURE_DIGITS = 8
FORMS_OF_LETTERS = 6
"""So many letters beyond ASCII are asked for in every mix of small and large ones."""
MEASURES = {"g": ("weight_g:",), "mm": ("length_mm:", "weight_g:")}
"""Stock unit -> keys that tell how much of it is in the pack. A weight code's digits are millimetres for goods in mm."""


class Product(msgspec.Struct, frozen=True):
    """One stock keeping unit. Quantities everywhere count its smallest unit, called `unit` on screens."""

    id: int
    merchant_id: int
    sku: str
    name: str
    unit: str
    weight_g: int
    tracking: str
    picture: str | None
    active: bool


class ProductCode(msgspec.Struct, frozen=True):
    """A scan key that means `quantity` pieces of a product, such as `gtin:...` of a case of 12."""

    key: str
    quantity: int
    level: str


def upper_forms(texts: Iterable[str]) -> set[str]:
    """What an engine may say of `upper(column)` where the column means one of the texts, in whatever letters.

    SQLite lifts the letters of ASCII alone, and its index holds what it said. Of a text with many others (`ž`) only the
    usual writings are named: all small, all large, the first one large.
    """
    found: set[str] = set()
    for text in texts:
        large = text.upper()
        choices = [sorted({each, each.lower()}) if not each.isascii() else [each] for each in large]
        if sum(len(each) > 1 for each in choices) <= FORMS_OF_LETTERS:
            found.update(map("".join, product(*choices)))
        else:
            small = "".join(each if each.isascii() else each.lower() for each in large)
            found |= {large, small, large[:1] + small[1:]}
    return found


def pieces_told(quantity: int, unit: str, keys: Sequence[str]) -> int:
    """What a scanned pack stands for: `quantity` of its code, or what a weight or length in it tells of goods that are
    kept in grams or millimetres. Goods in pieces are not counted by their weight."""
    for prefix in MEASURES.get(unit, ()):
        for key in keys:
            told = key[len(prefix) :] if key.startswith(prefix) else ""
            if told.isascii() and told.isdigit() and len(told) <= MEASURE_DIGITS and int(told):
                return int(told)
    return quantity


class KnownCode(msgspec.Struct, frozen=True):
    """What a scan key means: which product, how many pieces of it."""

    key: str
    product: Product
    quantity: int
    level: str


class Merchant(msgspec.Struct, frozen=True):
    """The owner of the goods. `allocation`: `all_or_nothing` or `partial` (send what is there)."""

    id: int
    code: str
    name: str
    currency: str
    allocation: str
    street: str = ""
    city: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


class ProductFace(msgspec.Struct, frozen=True):
    """What a screen shows of a product beyond its name. `codes` has (key, pieces, level)."""

    unit: str
    picture: str | None
    codes: tuple[tuple[str, int, str], ...]
