"""A customer's own label at dispatch, 100 x 50 mm: their number, their words, their code, how many are inside.

Retail chains and marketplaces ask that goods come labelled their way. What stands here is theirs, not ours.
"""

from typing import Literal

from backend.documents.canvas import Barcode, Element, Layout, Line, Media, Text
from backend.documents.symbologies import LINEAR
from backend.documents.template import LabelData, Short, Template, Wording
from backend.documents.wording import word

MEDIA = Media("100x50", 100, 50)


class CustomerLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code` in `symbology` as the customer asks for it; `quantity` is how many pieces one label stands for."""

    customer: Wording
    customer_sku: Short
    text: Wording = ""
    code: Short
    symbology: Literal[
        "code128",
        "gs1-128",
        "ean13",
        "ean8",
        "upca",
        "itf14",
        "code39",
        "qr",
        "link-qr",
        "datamatrix",
        "gs1-datamatrix",
    ] = "code128"
    quantity: int = 1
    order_number: Short = ""


def draw(data: CustomerLabel) -> Layout:
    language = data.language
    linear = data.symbology in LINEAR
    words_mm = 94 if linear else 62
    elements: list[Element] = [
        Text(x_mm=3, y_mm=1.4, width_mm=60, height_mm=4.4, text=data.customer, size_mm=3.4, weight="bold",
             vertical="middle"),
        Text(x_mm=64, y_mm=1.4, width_mm=33, height_mm=4.4, text=data.order_number, size_mm=3, align="right",
             vertical="middle"),
        Line(x_mm=3, y_mm=6.2, length_mm=94, stroke_mm=0.3),
        Text(x_mm=3, y_mm=6.8, width_mm=40, height_mm=2.6, text=word("your_sku", language), size_mm=2.1),
        Text(x_mm=3, y_mm=9, width_mm=words_mm - 24, height_mm=7, text=data.customer_sku, size_mm=6, min_size_mm=2.6,
             weight="condensed", vertical="middle"),
        Text(x_mm=words_mm - 18, y_mm=9, width_mm=21, height_mm=7, text=f"{data.quantity}×", size_mm=6,
             min_size_mm=3, weight="condensed", align="right", vertical="middle"),
        Text(x_mm=3, y_mm=16.2, width_mm=words_mm, height_mm=6.4 if linear else 30, text=data.text, size_mm=3,
             min_size_mm=2, fit="wrap"),
    ]  # fmt: skip
    retail = data.symbology in ("ean13", "ean8", "upca")
    if linear:
        code = Barcode(
            x_mm=1,
            y_mm=23.4,
            width_mm=98,
            height_mm=25.8,
            symbology=data.symbology,
            content=data.code,
            use="retail" if retail else "floor",
            hri=True,
            hri_size_mm=2.8,
            module_max_mm=0.51,
        )
    else:
        code = Barcode(
            x_mm=67, y_mm=8, width_mm=31, height_mm=40, symbology=data.symbology, content=data.code, module_max_mm=0.9
        )
    elements.append(code)  # fmt: skip
    return Layout(MEDIA, tuple(elements))


TEMPLATE = Template(
    code="customer",
    title="Label at dispatch as the customer wishes",
    media=MEDIA,
    data=CustomerLabel,
    draw=draw,
    example={
        "language": "cs",
        "customer": "Obchod Na Rohu a. s.",
        "customer_sku": "4711-PER-0250",
        "text": "Perník medový 250 g, dárkové balení. Skladujte v suchu do 25 °C.",
        "code": "8591234567893",
        "symbology": "ean13",
        "quantity": 12,
        "order_number": "PO-88123",
    },
    variants={
        "own-number": {"symbology": "code128", "code": "4711-PER-0250"},
        "gs1": {"symbology": "gs1-datamatrix", "code": "(01)08591234567893(37)12"},
        "link": {"symbology": "link-qr", "code": "(01)08591234567893"},
    },
    longest={"customer_sku": "4711-PER-0250-DARKOVE-BALENI", "quantity": 99999, "order_number": "PO-2026-000088123"},
)
