"""Product label 50 x 30 mm: the name, the till's code, our own SKU along the edge, the price for shops that want it."""

import msgspec

from backend.documents.barcodes import mod10_check_digit
from backend.documents.canvas import Barcode, Element, Layout, LayoutProblem, Media, Text
from backend.documents.symbologies import Symbology
from backend.documents.template import LabelData, RunShape, Short, Template, Wording
from backend.documents.wording import money

MEDIA = Media("50x30", 50, 30)
_BARS: dict[int, Symbology] = {8: "ean8", 12: "upca", 13: "ean13"}
"""Symbols of tills by the digits of the GTIN."""


class ProductLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`gtin`: 8, 12, 13 or 14 digits with check digit; empty for goods without one, which then carry their SKU.
    Without `price_minor` (with VAT, in minor units) the label names no price."""

    name: Wording
    sku: Short
    gtin: Short = ""
    price_minor: int | None = None
    currency: Short = "CZK"


class RetailCode(msgspec.Struct, frozen=True):
    symbology: Symbology
    content: str


def retail_code(gtin: str) -> RetailCode:
    """The symbol that a till expects for a GTIN. Leading zeros of a GTIN-14 are dropped down to 13 digits.

    >>> retail_code("08591234567893").symbology
    'ean13'
    """
    if not (gtin.isascii() and gtin.isdigit() and len(gtin) in (8, 12, 13, 14)):
        raise LayoutProblem(
            "gtin", expected="8, 12, 13 or 14 digits", got=repr(gtin[:30]), cure="correct the product's GTIN"
        )
    if gtin[-1] != mod10_check_digit(gtin[:-1]):
        raise LayoutProblem(
            "gtin", expected=f"check digit {mod10_check_digit(gtin[:-1])}", got=gtin, cure="correct the product's GTIN"
        )
    if len(gtin) == 14 and gtin[0] == "0":
        gtin = gtin[1:]
    if len(gtin) == 14:
        return RetailCode("gs1-datamatrix", f"(01){gtin}")
    return RetailCode(_BARS[len(gtin)], gtin)


def price_text(data: ProductLabel) -> str:
    return "" if data.price_minor is None else money(data.price_minor, data.currency, data.language)


def draw(data: ProductLabel) -> Layout:
    price = price_text(data)
    name = Text(
        x_mm=1.5,
        y_mm=1,
        width_mm=28.5 if price else 47,
        height_mm=7,
        text=data.name,
        size_mm=2.95,
        min_size_mm=2.2,
        fit="wrap",
        weight="bold",
        vertical="middle",
    )
    sku = Text(
        x_mm=45,
        y_mm=8.4,
        width_mm=3.6,
        height_mm=20.6,
        text=data.sku,
        size_mm=2.9,
        rotation=270,
        align="center",
        vertical="middle",
    )
    amount = Text(
        x_mm=30.5,
        y_mm=1,
        width_mm=18,
        height_mm=7,
        text=price,
        size_mm=5.4,
        min_size_mm=2.6,
        weight="condensed",
        align="right",
        vertical="middle",
    )
    return Layout(MEDIA, (name, amount, _code(data), sku) if price else (name, _code(data), sku))


def _code(data: ProductLabel) -> Element:
    code = retail_code(data.gtin) if data.gtin else RetailCode("datamatrix", data.sku)
    retail = code.symbology in ("ean13", "ean8", "upca")
    return Barcode(
        x_mm=1,
        y_mm=8.2,
        width_mm=43.4,
        height_mm=21.2,
        symbology=code.symbology,
        content=code.content,
        use="retail" if retail else "floor",
        hri=retail,
        hri_size_mm=2.8,
        module_max_mm=0.4 if retail else 0.9,
    )


TEMPLATE = Template(
    code="product",
    title="Product label with the code of the till",
    media=MEDIA,
    data=ProductLabel,
    draw=draw,
    example={
        "language": "cs",
        "name": "Hrnek smaltovaný s dřevěným uchem, 0,4 l, žlutý",
        "sku": "HRN-04-ZL",
        "gtin": "8591234567893",
    },
    variants={
        "priced": {"price_minor": 24900, "currency": "CZK"},
        "case-code": {"gtin": "18591234567890"},
        "no-code": {"gtin": ""},
    },
    longest={"sku": "HRN-04-ZL-OBROUBA-MODRA-2026", "price_minor": 123456789, "currency": "HUF"},
    run=RunShape(
        slots=lambda data: (data.name, price_text(data), data.sku, data.gtin if len(data.gtin) == 13 else ""),
        shape=lambda data: "" if len(data.gtin) == 13 else data.gtin,
    ),
)
