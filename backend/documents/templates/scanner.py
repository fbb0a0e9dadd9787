"""Scanner card 105 x 148 mm: three codes that teach a device how its scanner speaks; its words come with it.

They stand far apart, because a scanner takes the nearest code it sees, and are numbered although their order is free.
"""

from backend.documents.canvas import Barcode, Element, Layout, Media, Text
from backend.documents.sign_parts import band
from backend.documents.symbologies import Symbology
from backend.documents.template import LabelData, Template
from backend.documents.wording import word
from backend.gs1.keyboards import CALIBRATION_END, CALIBRATION_SEPARATOR, CALIBRATION_TEXT

MEDIA = Media("A6", 105, 148)
LESSONS: tuple[tuple[str, Symbology, str], ...] = (
    ("scanner_end", "code128", CALIBRATION_END),
    ("scanner_layout", "code128", CALIBRATION_TEXT),
    ("scanner_separator", "gs1-128", CALIBRATION_SEPARATOR),
)
TOP_MM, STEP_MM, BARS_MM = 33.0, 39.0, 20.0


class ScannerLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Only the language: the codes are the same everywhere."""


def draw(data: ScannerLabel) -> Layout:
    elements: list[Element] = [
        band(MEDIA, word("scanner", data.language), 14, 9, narrow=True),
        Text(
            x_mm=4, y_mm=16, width_mm=97, height_mm=14, text=word("scanner_hint", data.language), size_mm=3.6, fit="wrap",
            align="center", vertical="middle",
        ),
    ]  # fmt: skip
    for number, (name, symbology, content) in enumerate(LESSONS, start=1):
        top_mm = TOP_MM + (number - 1) * STEP_MM
        elements += [
            Text(
                x_mm=4, y_mm=top_mm, width_mm=97, height_mm=6, text=f"{number}  {word(name, data.language)}", size_mm=4.4,
                weight="bold", vertical="middle",
            ),
            Barcode(
                x_mm=1, y_mm=top_mm + 7, width_mm=103, height_mm=BARS_MM, symbology=symbology, content=content,
                module_max_mm=0.4,
            ),
        ]  # fmt: skip
    return Layout(MEDIA, tuple(elements))


TEMPLATE = Template(
    code="scanner", title="Scanner card", media=MEDIA, data=ScannerLabel, draw=draw, example={"language": "cs"}
)
