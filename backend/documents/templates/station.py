"""Station sign 100 x 50 mm: scanned once to say where the worker stands and which printers are theirs."""

from backend.documents.canvas import Layout, Media, Text
from backend.documents.sign_parts import band, wide_bars
from backend.documents.template import LabelData, Short, Template, Wording
from backend.documents.wording import word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("100x50", 100, 50)


class StationLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: Short
    name: Wording
    work: Wording = ""
    """What is done there."""


def draw(data: StationLabel) -> Layout:
    return Layout(
        MEDIA,
        (
            band(MEDIA, word("station", data.language), 7.6, 4.2),
            Text(
                x_mm=3,
                y_mm=8.6,
                width_mm=94,
                height_mm=12,
                text=data.name,
                size_mm=10,
                min_size_mm=4.5,
                weight="condensed",
                align="center",
                vertical="middle",
            ),
            Text(x_mm=3, y_mm=20.6, width_mm=94, height_mm=5, text=data.work, size_mm=3.8, align="center"),
            wide_bars(MEDIA, data.code, 26.4, 21.6),
        ),
    )


TEMPLATE = Template(
    code="station",
    title="Station sign",
    media=MEDIA,
    data=StationLabel,
    draw=draw,
    example={
        "language": "cs",
        "code": build_own_code("station", "BAL-1"),
        "name": "Balení 1",
        "work": "balení a štítky",
    },
    longest={"code": build_own_code("station", "BALENI-PRO-E-SHOP-12")},
)
