"""Carton label 50 x 30 mm, for the shelf of empty boxes: which box this is, so that the packer can scan the choice."""

from backend.documents.canvas import Barcode, Layout, Media, Text
from backend.documents.template import LabelData, Short, Template, Wording
from backend.documents.wording import weight, word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("50x30", 50, 30)


class CartonLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Inside measures in millimetres, `weight_max_g` what it may hold."""

    code: Short
    name: Wording
    inside_mm: tuple[int, int, int] | None = None
    weight_max_g: int | None = None


def draw(data: CartonLabel) -> Layout:
    facts = []
    if data.inside_mm:
        facts.append(" x ".join(str(side) for side in data.inside_mm) + " mm")
    if data.weight_max_g:
        facts.append(f"{word('most', data.language).lower()} {weight(data.weight_max_g, data.language)}")
    return Layout(
        MEDIA,
        (
            Text(
                x_mm=1.5,
                y_mm=1,
                width_mm=47,
                height_mm=7.4,
                text=data.name,
                size_mm=6,
                min_size_mm=3,
                weight="condensed",
                vertical="middle",
            ),
            Text(x_mm=1.5, y_mm=8.6, width_mm=47, height_mm=3.6, text=", ".join(facts), size_mm=2.7),
            Barcode(
                x_mm=0.5,
                y_mm=13,
                width_mm=49,
                height_mm=16,
                symbology="code128",
                content=data.code,
                hri=True,
                hri_size_mm=2.6,
                module_max_mm=0.5,
            ),
        ),
    )


TEMPLATE = Template(
    code="carton",
    title="Carton label for the shelf of empty boxes",
    media=MEDIA,
    data=CartonLabel,
    draw=draw,
    example={
        "language": "cs",
        "code": build_own_code("carton", "C3"),
        "name": "Krabice střední",
        "inside_mm": [300, 200, 150],
        "weight_max_g": 15000,
    },
    longest={"code": build_own_code("carton", "OBAL-170"), "inside_mm": [1200, 1000, 1800], "weight_max_g": 999_999},
)
