"""Station sign 100 x 50 mm: scanned once to say where the worker stands and which printers are theirs."""

from backend.documents.canvas import Barcode, Layout, Media, Text
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
            Text(
                x_mm=0,
                y_mm=0,
                width_mm=100,
                height_mm=7.6,
                text=word("station", data.language).upper(),
                size_mm=4.2,
                weight="bold",
                inverse=True,
                vertical="middle",
                align="center",
            ),
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
            Barcode(
                x_mm=1,
                y_mm=26.4,
                width_mm=98,
                height_mm=21.6,
                symbology="code128",
                content=data.code,
                hri=True,
                hri_size_mm=2.8,
                module_max_mm=0.63,
            ),
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
)
