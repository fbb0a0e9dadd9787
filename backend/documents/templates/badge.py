"""Worker badge 86 x 54 mm: a name for people, a code for the device. The code is a key: it is not printed as words."""

from typing import Literal

from backend.documents.canvas import Barcode, Element, Layout, Line, Media, Text
from backend.documents.template import LabelData, Short, Template, Wording
from backend.documents.wording import word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("86x54", 86, 54)


class BadgeLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`symbology` code128 suits laser guns, but only for codes of up to about 30 characters."""

    code: Short
    name: Wording
    role: Wording = ""
    company: Wording = ""
    symbology: Literal["code128", "qr"] = "qr"


def draw(data: BadgeLabel) -> Layout:
    hint = word("badge_hint", data.language)
    square = data.symbology == "qr"
    wide = 44.0 if square else 80.0
    elements: list[Element] = [
        Text(x_mm=3, y_mm=2.6, width_mm=80, height_mm=3.8, text=data.company, size_mm=3),
        Line(x_mm=3, y_mm=7.2, length_mm=80, stroke_mm=0.4),
        Text(
            x_mm=3,
            y_mm=9,
            width_mm=wide,
            height_mm=19 if square else 11,
            text=data.name,
            size_mm=7.4,
            min_size_mm=4,
            fit="wrap",
            weight="condensed",
            vertical="middle" if square else "top",
        ),
        Text(x_mm=3, y_mm=28.6 if square else 18.6, width_mm=wide, height_mm=5, text=data.role, size_mm=3.9),
        Text(
            x_mm=3,
            y_mm=44.6 if square else 47,
            width_mm=wide,
            height_mm=7 if square else 5,
            text=hint,
            size_mm=2.2,
            fit="wrap",
            vertical="bottom",
        ),
    ]
    if square:
        code = Barcode(
            x_mm=49, y_mm=10, width_mm=36, height_mm=40, symbology="qr", content=data.code, module_max_mm=1.0
        )
    else:
        code = Barcode(
            x_mm=1, y_mm=26, width_mm=84, height_mm=20, symbology="code128", content=data.code, module_max_mm=0.5
        )
    elements.append(code)
    return Layout(MEDIA, tuple(elements))


TEMPLATE = Template(
    code="badge",
    title="Worker badge",
    media=MEDIA,
    data=BadgeLabel,
    draw=draw,
    example={
        "language": "cs",
        "code": build_own_code("badge", "7K2M0QF4X9B1T6H3D8WJ5R0ANS"),
        "name": "Kateřina Dvořáčková",
        "role": "vychystávání",
        "company": "Kořenka s. r. o.",
        "symbology": "qr",
    },
    variants={"bars": {"symbology": "code128", "code": build_own_code("badge", "7K2M0QF4X9B1")}},
)
