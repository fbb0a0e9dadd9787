"""Product label 32 x 25 mm for small goods: a till's bars do not fit at any resolution, so the GTIN is a Data Matrix.

EAN-8 is the exception: its bars are narrow enough.
"""

from backend.documents.canvas import Barcode, Element, Layout, Media, Text
from backend.documents.sign_parts import in_two_corners
from backend.documents.template import Template
from backend.documents.templates.product import ProductLabel, RetailCode, price_text, retail_code

MEDIA = Media("32x25", 32, 25)
SQUARE_MM = 11.2


class SmallProductLabel(ProductLabel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same data as the larger ones."""


def draw(data: SmallProductLabel) -> Layout:
    code = retail_code(data.gtin) if data.gtin else RetailCode("datamatrix", data.sku)
    return Layout(MEDIA, _bars(data, code) if code.symbology == "ean8" else _square(data, code))


def _name(data: SmallProductLabel, height_mm: float) -> Text:
    return Text(
        x_mm=1, y_mm=0.6, width_mm=30, height_mm=height_mm, text=data.name, size_mm=2.7, min_size_mm=2, fit="wrap",
        weight="condensed", vertical="middle",
    )  # fmt: skip


def _bars(data: SmallProductLabel, code: RetailCode) -> tuple[Element, ...]:
    bars = Barcode(
        x_mm=0.5, y_mm=5.6, width_mm=31, height_mm=18.9, symbology="ean8", content=code.content, use="retail", hri=True,
        hri_size_mm=2.6, module_max_mm=0.38,
    )  # fmt: skip
    return _name(data, 4.8), bars


def _square(data: SmallProductLabel, code: RetailCode) -> tuple[Element, ...]:
    """The square in two corners; between them what people need: name, price or SKU, digits."""
    content = code.content
    symbology = code.symbology
    if symbology in ("ean13", "upca"):
        symbology, content = "gs1-datamatrix", f"(01){data.gtin.zfill(14)}"
    price = price_text(data)
    elements: list[Element] = [
        *in_two_corners(MEDIA, symbology, content, SQUARE_MM, module_max_mm=0.5),
        Text(
            x_mm=SQUARE_MM + 1.2, y_mm=0.6, width_mm=18.4, height_mm=11.4, text=data.name, size_mm=2.7, min_size_mm=2,
            fit="wrap", weight="condensed", vertical="middle",
        ),
        Text(
            x_mm=1, y_mm=18 if price else 13, width_mm=18.6, height_mm=3 if price else 8, text=data.sku, size_mm=2.5,
            min_size_mm=1.6, fit="wrap" if len(data.sku) > 12 and not price else "shrink", weight="bold",
            vertical="middle",
        ),
        Text(x_mm=1, y_mm=21.4, width_mm=18.6, height_mm=3, text=data.gtin, size_mm=2.1, min_size_mm=1.6),
    ]  # fmt: skip
    if price:
        elements.append(
            Text(
                x_mm=1, y_mm=12.6, width_mm=18.6, height_mm=5.4, text=price, size_mm=4.6, min_size_mm=2.2,
                weight="condensed", vertical="middle",
            )
        )  # fmt: skip
    return tuple(elements)


TEMPLATE = Template(
    code="product-small",
    title="Small product label",
    media=MEDIA,
    data=SmallProductLabel,
    draw=draw,
    example={"language": "cs", "name": "Náušnice stříbrné s granátem", "sku": "NAU-GR-01", "gtin": "8591234567893"},
    variants={
        "priced": {"price_minor": 129000, "currency": "CZK"},
        "ean8": {"gtin": "96385074"},
        "no-code": {"gtin": ""},
    },
    longest={"sku": "NAU-GR-01-STRIBRO-925-VELKE", "price_minor": 123456789, "currency": "HUF"},
)
