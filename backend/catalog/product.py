"""The values of the catalogue: a product, and the codes by which the floor meets it."""

import msgspec

LEVELS = ("each", "inner", "case", "pallet")


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
