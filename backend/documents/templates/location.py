"""Shelf label 100 x 50 mm: the place in letters that are read from the aisle, its code under them."""

from typing import Literal

from backend.documents.canvas import Barcode, Element, Layout, Media, Text
from backend.documents.template import LabelData, RunShape, Short, Template, Wording
from backend.documents.wording import word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("100x50", 100, 50)


class LocationLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code` is the whole code text of the bars, `name` what people call the place.

    `points` says which shelf is meant when the label sits between two.
    """

    code: Short
    name: Short
    zone: Wording = ""
    points: Literal["", "up", "down"] = ""
    symbology: Literal["code128", "qr"] = "code128"


def _zone_text(data: LocationLabel) -> str:
    return f"{word('zone', data.language)} {data.zone}" if data.zone else word("location", data.language)


def draw(data: LocationLabel) -> Layout:
    arrow = {"": "", "up": "▲", "down": "▼"}[data.points]
    zone = _zone_text(data)
    return Layout(MEDIA, _with_square(data, arrow, zone) if data.symbology == "qr" else _with_bars(data, arrow, zone))


def _with_bars(data: LocationLabel, arrow: str, zone: str) -> tuple[Element, ...]:
    wide = 78.0 if arrow else 94.0
    return (
        Text(x_mm=3, y_mm=2, width_mm=wide, height_mm=3.6, text=zone, size_mm=2.9),
        Text(
            x_mm=3,
            y_mm=5,
            width_mm=wide,
            height_mm=20,
            text=data.name,
            size_mm=19,
            min_size_mm=6,
            weight="condensed",
            vertical="middle",
        ),
        Text(
            x_mm=82,
            y_mm=4,
            width_mm=15,
            height_mm=21,
            text=arrow,
            size_mm=16,
            weight="bold",
            align="right",
            vertical="middle",
        ),
        Barcode(
            x_mm=2,
            y_mm=26.4,
            width_mm=96,
            height_mm=21.6,
            symbology="code128",
            content=data.code,
            hri=True,
            hri_size_mm=2.8,
            module_max_mm=0.63,
        ),
    )


def _with_square(data: LocationLabel, arrow: str, zone: str) -> tuple[Element, ...]:
    return (
        Barcode(
            x_mm=1.5,
            y_mm=2,
            width_mm=42,
            height_mm=46,
            symbology="qr",
            content=data.code,
            hri=True,
            hri_size_mm=2.8,
            module_max_mm=1.5,
        ),
        Text(x_mm=46, y_mm=4, width_mm=51, height_mm=3.6, text=zone, size_mm=2.9),
        Text(
            x_mm=46,
            y_mm=8,
            width_mm=51,
            height_mm=20,
            text=data.name,
            size_mm=17,
            min_size_mm=6,
            weight="condensed",
            vertical="middle",
        ),
        Text(
            x_mm=46,
            y_mm=29,
            width_mm=51,
            height_mm=18,
            text=arrow,
            size_mm=14,
            weight="bold",
            align="right",
            vertical="middle",
        ),
    )


TEMPLATE = Template(
    code="location",
    title="Shelf label",
    media=MEDIA,
    data=LocationLabel,
    draw=draw,
    example={
        "language": "cs",
        "code": build_own_code("location", "A-04-2"),
        "name": "A-04-2",
        "zone": "přízemí",
        "points": "up",
        "symbology": "code128",
    },
    variants={
        "down": {"points": "down"},
        "no-arrow": {"points": ""},
        "square": {"symbology": "qr"},
    },
    longest={"code": build_own_code("location", "HALA2-ULICE14-07-3-B"), "name": "HALA2-ULICE14-07-3-B"},
    run=RunShape(
        slots=lambda data: (data.name, data.code, _zone_text(data)),
        shape=lambda data: (data.points, data.symbology),
    ),
)
