"""What labels have in common: words read from afar, bars as wide as the paper, the element string of tracked goods."""

import datetime
from typing import TypedDict, Unpack

import msgspec

from backend.documents.canvas import Align, Barcode, Fit, Media, Text, VerticalAlign, Weight
from backend.documents.symbologies import Symbology

EDGE_MM = 1.0
CORNER_MM = 0.4
"""White that squares in corners leave to the edge of the paper, beside their own quiet zone."""


class Look(TypedDict, total=False):
    """What words may be told beside their box; see `Text`."""

    fit: Fit
    weight: Weight
    align: Align
    vertical: VerticalAlign
    inverse: bool
    min_size_mm: float


def boxed(x: float, y: float, width: float, height: float, text: str, size: float, **look: Unpack[Look]) -> Text:
    """Words in a box, all measures in millimetres: the short hand of labels with many of them."""
    return Text(x_mm=x, y_mm=y, width_mm=width, height_mm=height, text=text, size_mm=size, **look)


def band(media: Media, text: str, height_mm: float, size_mm: float, *, narrow: bool = False) -> Text:
    """White capitals on black across the top. `narrow`: condensed letters that shrink to fit, for a word of any length."""
    return Text(
        x_mm=0, y_mm=0, width_mm=media.width_mm, height_mm=height_mm, text=text.upper(), size_mm=size_mm,
        min_size_mm=4 if narrow else 0, weight="condensed" if narrow else "bold", inverse=True, vertical="middle",
        align="center",
    )  # fmt: skip


def wide_bars(media: Media, code: str, y_mm: float, height_mm: float) -> Barcode:
    """Code 128 from edge to edge with its text below, as thick as the paper allows."""
    return Barcode(
        x_mm=EDGE_MM, y_mm=y_mm, width_mm=media.width_mm - 2 * EDGE_MM, height_mm=height_mm, symbology="code128",
        content=code, hri=True, hri_size_mm=2.8, module_max_mm=0.63,
    )  # fmt: skip


def in_two_corners(
    media: Media, symbology: Symbology, content: str, side_mm: float, *, module_max_mm: float, foot_mm: float = 0.0
) -> tuple[Barcode, Barcode]:
    """The same square at the top left and at the bottom right, above a foot: no fold takes both, and hardly a scratch."""
    first = Barcode(
        x_mm=CORNER_MM, y_mm=CORNER_MM, width_mm=side_mm, height_mm=side_mm, symbology=symbology, content=content,
        module_max_mm=module_max_mm,
    )  # fmt: skip
    right, below = media.width_mm - CORNER_MM - side_mm, media.height_mm - foot_mm - CORNER_MM - side_mm
    return first, msgspec.structs.replace(first, x_mm=right, y_mm=below)


def tracked_content(gtin: str, lot: str, best_before: datetime.date | None, serial: str) -> str:
    """GTIN with date, lot and serial in brackets, parts of fixed length first for the shorter symbol; "" untracked.

    >>> tracked_content("8591234567893", "L1", datetime.date(2027, 5, 31), "")
    '(01)08591234567893(15)270531(10)L1'
    """
    if not gtin or not (lot or best_before or serial):
        return ""
    content = f"(01){gtin.zfill(14)}"
    if best_before:
        content += f"(15){best_before:%y%m%d}"
    if lot:
        content += f"(10){lot}"
    if serial:
        content += f"(21){serial}"
    return content
