"""Beam label 100 x 50 mm for a rack's beam between two levels: each half names one place, with an arrow to it."""

from backend.documents.canvas import Barcode, Element, Layout, Line, Media, Text
from backend.documents.template import LabelData, RunShape, Short, Template, Wording
from backend.documents.wording import word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("100x50", 100, 50)
_HALF_MM = 25.0


class BeamLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The upper half is the level above the beam, the lower half the one below."""

    upper_code: Short
    upper_name: Short
    lower_code: Short
    lower_name: Short
    rack: Wording = ""


def _rack_text(data: BeamLabel) -> str:
    return f"{word('beam', data.language)} {data.rack}" if data.rack else ""


def draw(data: BeamLabel) -> Layout:
    rack = _rack_text(data)
    return Layout(
        MEDIA,
        (
            *_half(0.0, "▲", data.upper_name, data.upper_code, rack),
            Line(x_mm=0, y_mm=_HALF_MM - 0.3, length_mm=100, stroke_mm=0.6),
            *_half(_HALF_MM + 0.3, "▼", data.lower_name, data.lower_code, rack),
        ),
    )


def _half(y_mm: float, arrow: str, name: str, code: str, rack: str) -> tuple[Element, ...]:
    return (
        Text(
            x_mm=1, y_mm=y_mm + 4, width_mm=11, height_mm=16, text=arrow, size_mm=12, weight="bold", align="center",
            vertical="middle",
        ),
        Text(
            x_mm=13, y_mm=y_mm + 1, width_mm=58, height_mm=9.4, text=name, size_mm=9, min_size_mm=4.4,
            weight="condensed", vertical="middle",
        ),
        Text(x_mm=71, y_mm=y_mm + 1.6, width_mm=27, height_mm=3.4, text=rack, size_mm=2.6, align="right"),
        Barcode(
            x_mm=13, y_mm=y_mm + 10.6, width_mm=86, height_mm=13.4, symbology="code128", content=code,
            module_max_mm=0.5,
        ),
    )  # fmt: skip


TEMPLATE = Template(
    code="beam",
    title="Beam label for two levels",
    media=MEDIA,
    data=BeamLabel,
    draw=draw,
    example={
        "language": "cs",
        "upper_code": build_own_code("location", "B-07-3"),
        "upper_name": "B-07-3",
        "lower_code": build_own_code("location", "B-07-2"),
        "lower_name": "B-07-2",
        "rack": "B-07",
    },
    longest={
        "upper_code": build_own_code("location", "HALA2-ULICE14-07-3"),
        "upper_name": "HALA2-ULICE14-07-3",
        "lower_code": build_own_code("location", "HALA2-ULICE14-07-2"),
        "lower_name": "HALA2-ULICE14-07-2",
    },
    run=RunShape(
        slots=lambda data: (data.upper_name, data.upper_code, data.lower_name, data.lower_code, _rack_text(data)),
        shape=lambda data: None,
    ),
)
