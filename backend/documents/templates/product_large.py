"""Product label 100 x 50 mm: name, till code, and for tracked goods lot, date and a GS1 Data Matrix that holds them."""

import datetime

from backend.documents.canvas import Barcode, Element, Layout, Line, Media, Text
from backend.documents.sign_parts import tracked_content
from backend.documents.template import Short, Template
from backend.documents.templates.product import ProductLabel, RetailCode, price_text, retail_code
from backend.documents.wording import day, word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("100x50", 100, 50)


class LargeProductLabel(ProductLabel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lot: Short = ""
    best_before: datetime.date | None = None
    serial: Short = ""
    location_code: Short = ""
    """Where it lives; printed as words only."""


def draw(data: LargeProductLabel) -> Layout:
    language = data.language
    rows = [(word("sku", language), data.sku)]
    if data.lot:
        rows.append((word("lot", language), data.lot))
    if data.best_before:
        rows.append((word("best_before", language), day(data.best_before, language)))
    if data.serial:
        rows.append((word("serial", language), data.serial))
    if data.location_code:
        rows.append((word("location", language), data.location_code))
    price = price_text(data)
    elements: list[Element] = [
        Text(
            x_mm=3,
            y_mm=2,
            width_mm=62 if price else 94,
            height_mm=13,
            text=data.name,
            size_mm=5,
            min_size_mm=3.2,
            fit="wrap",
            weight="condensed",
            vertical="middle",
        ),
        Line(x_mm=3, y_mm=16, length_mm=94, stroke_mm=0.4),
        _till_code(data),
    ]
    if price:
        elements.append(
            Text(
                x_mm=66,
                y_mm=2,
                width_mm=31,
                height_mm=13,
                text=price,
                size_mm=9,
                min_size_mm=3.4,
                weight="condensed",
                align="right",
                vertical="middle",
            )
        )
    tracked = tracked_content(data.gtin, data.lot, data.best_before, data.serial)
    width = 24.0 if tracked else 39.0
    for place, (label, value) in enumerate(rows[:4]):
        y = 17.6 + place * 7.8
        elements.append(Text(x_mm=58, y_mm=y, width_mm=width, height_mm=2.8, text=label, size_mm=2.3))
        elements.append(
            Text(x_mm=58, y_mm=y + 2.6, width_mm=width, height_mm=4.8, text=value, size_mm=3.9, weight="bold")
        )
    if tracked:
        elements.append(
            Barcode(
                x_mm=83,
                y_mm=18,
                width_mm=15,
                height_mm=16,
                symbology="gs1-datamatrix",
                content=tracked,
                module_max_mm=0.5,
            )
        )
    return Layout(MEDIA, tuple(elements))


def _till_code(data: LargeProductLabel) -> Element:
    code = retail_code(data.gtin) if data.gtin else RetailCode("datamatrix", data.sku)
    retail = code.symbology in ("ean13", "ean8", "upca")
    return Barcode(
        x_mm=2,
        y_mm=18,
        width_mm=54,
        height_mm=29.6,
        symbology=code.symbology,
        content=code.content,
        use="retail" if retail else "floor",
        hri=retail,
        hri_size_mm=3.4,
        module_max_mm=0.4 if retail else 1.2,
    )


TEMPLATE = Template(
    code="product-large",
    title="Large product label with lot and date",
    media=MEDIA,
    data=LargeProductLabel,
    draw=draw,
    example={
        "language": "cs",
        "name": "Medový perník „Pražský hrad“ v dárkové krabičce se šňůrkou, 250 g",
        "sku": "PER-250-PH",
        "gtin": "8591234567893",
        "lot": "L2611A",
        "best_before": "2027-05-31",
        "serial": "",
        "location_code": build_own_code("location", "A-04-2")[2:-2],
    },
    variants={
        "priced": {"price_minor": 18900, "currency": "CZK"},
        "plain": {"lot": "", "best_before": None},
        "no-code": {"gtin": "", "lot": "", "best_before": None},
    },
    longest={
        "sku": "PER-250-PH-DARKOVE-BALENI-2026",
        "lot": "L2611A-0123456789-XY",
        "serial": "SN-0123456789-ABCDEF",
        "location_code": "A-04-2-ZADNI-PODLAZI",
        "price_minor": 123456789,
        "currency": "HUF",
    },
)
