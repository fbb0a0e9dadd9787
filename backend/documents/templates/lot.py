"""Lot label 50 x 30 mm: goods, lot and best-before in large figures, and a GS1 square that holds all three, twice."""

import datetime

from backend.documents.canvas import Element, Layout, LayoutProblem, Media, Text
from backend.documents.sign_parts import in_two_corners, tracked_content
from backend.documents.template import LabelData, Short, Template, Wording
from backend.documents.templates.product import retail_code
from backend.documents.wording import day, word

MEDIA = Media("50x30", 50, 30)
SQUARE_MM = 14.0


class LotLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lot or a best-before date, or both: without either there is nothing to stick on."""

    name: Wording
    sku: Short
    gtin: Short
    lot: Short = ""
    best_before: datetime.date | None = None


def draw(data: LotLabel) -> Layout:
    if not data.lot and data.best_before is None:
        raise LayoutProblem("lot-or-date", expected="a lot or a best-before date", got="neither", cure="fill one in")
    retail_code(data.gtin)
    content = tracked_content(data.gtin, data.lot, data.best_before, "")
    elements: list[Element] = [
        *in_two_corners(MEDIA, "gs1-datamatrix", content, SQUARE_MM, module_max_mm=0.625),
        Text(
            x_mm=15.2, y_mm=0.8, width_mm=34, height_mm=9.6, text=data.name, size_mm=2.9, min_size_mm=2.1, fit="wrap",
            weight="bold", vertical="middle",
        ),
        Text(x_mm=15.2, y_mm=10.8, width_mm=34, height_mm=3, text=data.sku, size_mm=2.3),
    ]  # fmt: skip
    rows = []
    if data.best_before:
        rows.append((word("best_before", data.language), day(data.best_before, data.language)))
    if data.lot:
        rows.append((word("lot", data.language), data.lot))
    for place, (label, value) in enumerate(rows):
        y = 14.9 + place * 7.5
        elements.append(Text(x_mm=1, y_mm=y, width_mm=33.6, height_mm=2.5, text=label, size_mm=2.1))
        elements.append(
            Text(
                x_mm=1, y_mm=y + 2.3, width_mm=33.6, height_mm=5.1, text=value, size_mm=5.2, min_size_mm=2.4,
                weight="condensed", vertical="middle",
            )
        )  # fmt: skip
    return Layout(MEDIA, tuple(elements))


TEMPLATE = Template(
    code="lot",
    title="Lot and best-before label",
    media=MEDIA,
    data=LotLabel,
    draw=draw,
    example={
        "language": "cs",
        "name": "Medový perník v dárkové krabičce, 250 g",
        "sku": "PER-250-PH",
        "gtin": "8591234567893",
        "lot": "L2611A",
        "best_before": "2027-05-31",
    },
    variants={"lot-only": {"best_before": None}, "date-only": {"lot": ""}},
    longest={"sku": "PER-250-PH-DARKOVE-BALENI-2026", "lot": "L2611A-0123456789-XY"},
)
