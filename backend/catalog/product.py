"""The values of the catalogue: a product, and the codes by which the floor meets it."""

from collections.abc import Sequence

import msgspec

LEVELS = ("each", "inner", "case", "pallet")
MEASURE_DIGITS = 8
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
