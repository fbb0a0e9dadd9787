"""Tote label 100 x 50 mm, for both long sides: the number large, bars for the gun, a square for the camera."""

from backend.documents.canvas import Barcode, Layout, Media, Text
from backend.documents.template import LabelData, RunShape, Short, Template, Wording
from backend.documents.wording import word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("100x50", 100, 50)


class ToteLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: Short
    name: Short
    owner: Wording = ""
    """Whose tote it is, when totes travel."""


def draw(data: ToteLabel) -> Layout:
    return Layout(
        MEDIA,
        (
            Text(x_mm=3, y_mm=2, width_mm=60, height_mm=3.8, text=word("tote", data.language), size_mm=2.9),
            Text(
                x_mm=3,
                y_mm=5.4,
                width_mm=64,
                height_mm=20,
                text=data.name,
                size_mm=18,
                min_size_mm=6,
                weight="condensed",
                vertical="middle",
            ),
            Barcode(
                x_mm=69,
                y_mm=1,
                width_mm=30,
                height_mm=27,
                symbology="qr",
                content=data.code,
                module_max_mm=0.9,
            ),
            Barcode(
                x_mm=1,
                y_mm=28.4,
                width_mm=98,
                height_mm=16.4,
                symbology="code128",
                content=data.code,
                module_max_mm=0.75,
            ),
            Text(x_mm=3, y_mm=45.2, width_mm=40, height_mm=3.8, text=data.code, size_mm=2.8),
            Text(x_mm=45, y_mm=45.2, width_mm=52, height_mm=3.8, text=data.owner, size_mm=2.8, align="right"),
        ),
    )


TEMPLATE = Template(
    code="tote",
    title="Tote label",
    media=MEDIA,
    data=ToteLabel,
    draw=draw,
    example={"language": "cs", "code": build_own_code("tote", "0042"), "name": "0042", "owner": "Kořenka s. r. o."},
    longest={"code": build_own_code("tote", "PREPRAVKA-00042"), "name": "PREPRAVKA-00042"},
    run=RunShape(slots=lambda data: (data.name, data.code, data.owner), shape=lambda data: data.language),
)
