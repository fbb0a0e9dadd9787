"""The readers, each brought to one answer: text, symbology, corners, and who read it where.

Three libraries know codes. zxing-cpp reads all symbologies of a warehouse and is seldom wrong. zbar (by pyzbar) reads
blurred EAN and UPC that zxing-cpp gives up on, and is wrong more often. OpenCV only *locates* bars (see `photo_regions`):
its own reading turns Code 39 and Code 128 into EAN numbers.

A text is the bare content: GS1 separators stay as 0x1D, a leading FNC1 is left out, nothing is put in parentheses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from pyzbar import pyzbar

from backend.scanning.photo_views import View

_Z = zxingcpp.BarcodeFormat

# Code39Std, not Code39: the latter turns six characters into an Italian Code 32 of nine digits.
_MATRIX = (_Z.QRCode, _Z.MicroQRCode, _Z.RMQRCode, _Z.DataMatrix, _Z.Aztec, _Z.PDF417, _Z.MicroPDF417)
_LINEAR = (
    _Z.EAN13, _Z.EAN8, _Z.UPCE, _Z.Code128, _Z.Code39Std, _Z.Code93, _Z.ITF, _Z.Codabar,
    _Z.DataBarOmni, _Z.DataBarStk, _Z.DataBarStkOmni, _Z.DataBarLtd, _Z.DataBarExp, _Z.DataBarExpStk,
)  # fmt: skip
FORMATS = _MATRIX + _LINEAR
"""What is asked for: the symbologies of a warehouse, and Code 93 and Codabar which older labels carry."""

# DataBar is left to zxing-cpp: zbar garbles its compressed dates and prints assertions. PDF417 it only finds.
_ZBAR_TYPES = [
    pyzbar.ZBarSymbol.EAN13, pyzbar.ZBarSymbol.EAN8, pyzbar.ZBarSymbol.UPCE, pyzbar.ZBarSymbol.CODE128,
    pyzbar.ZBarSymbol.CODE39, pyzbar.ZBarSymbol.I25, pyzbar.ZBarSymbol.QRCODE,
]  # fmt: skip
_ZBAR_NAMES = {
    "EAN13": "EAN-13", "EAN8": "EAN-8", "UPCE": "UPC-E", "CODE128": "Code 128", "CODE39": "Code 39",
    "I25": "ITF", "QRCODE": "QR Code",
}  # fmt: skip

SEPARATOR = "\x1d"


@dataclass(frozen=True, slots=True)
class Read:
    """One reader's claim about one place of the photograph."""

    text: str
    symbology: str
    """As zxing-cpp writes it: "EAN-13", "Code 128", "QR Code"."""
    gs1: bool
    """True where the reader saw the GS1 mark (FNC1 first). zbar cannot see it."""
    corners: NDArray[np.float64]
    """4 x 2, pixels of the photograph, clockwise from the code's own top left."""
    reader: str
    view: str

    @property
    def vote(self) -> str:
        """Two reads count as two votes when this differs."""
        return f"{self.reader}/{self.view}"


def by_zxing(view: View, *, thorough: bool = False, linear_only: bool = False, region: str = "") -> list[Read]:
    """All codes zxing-cpp finds; `thorough` also looks for turned, shrunken and inverted ones (about four times slower)."""
    found = zxingcpp.read_barcodes(
        view.pixels,
        formats=_LINEAR if linear_only else FORMATS,
        try_rotate=thorough,
        try_downscale=thorough,
        try_invert=thorough,
        text_mode=zxingcpp.TextMode.Plain,
    )
    reads = []
    for barcode in found:
        at = barcode.position
        corners = [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        reads.append(
            Read(
                text=barcode.text.removeprefix(SEPARATOR),
                symbology=str(barcode.format),
                gs1=barcode.content_type == zxingcpp.ContentType.GS1,
                corners=view.onto_photo(np.array(corners, dtype=np.float64)),
                reader="zxing-cpp",
                view=region + view.name,
            )
        )
    return reads


def by_zbar(view: View, *, linear_only: bool = False, region: str = "") -> list[Read]:
    """All codes zbar finds."""
    height, width = view.pixels.shape
    reads = []
    for found in pyzbar.decode(
        (view.pixels.tobytes(), width, height), symbols=_ZBAR_TYPES[:-1] if linear_only else _ZBAR_TYPES
    ):
        symbology = _ZBAR_NAMES.get(found.type)
        if symbology is None:
            continue
        text = found.data.decode("utf-8", errors="replace").removeprefix(SEPARATOR)
        if symbology == "UPC-E":
            text = expanded_upc_e(text)
        reads.append(
            Read(
                text=text,
                symbology=symbology,
                gs1=False,
                corners=view.onto_photo(_four_corners(found.polygon, found.rect)),
                reader="pyzbar",
                view=region + view.name,
            )
        )
    return reads


def expanded_upc_e(text: str) -> str:
    """The 13 digits an 8-digit UPC-E stands for (GS1 General Specifications 5.2.2.4.2); other texts as they are."""
    if len(text) != 8 or not text.isdigit():
        return text
    system, body, last, check = text[0], text[1:6], text[6], text[7]
    if last in "012":
        middle = f"{body[:2]}{last}0000{body[2:5]}"
    elif last == "3":
        middle = f"{body[:3]}00000{body[3:5]}"
    elif last == "4":
        middle = f"{body[:4]}00000{body[4]}"
    else:
        middle = f"{body}0000{last}"
    return f"0{system}{middle}{check}"


def _four_corners(polygon: list[tuple[int, int]], rect: tuple[int, int, int, int]) -> NDArray[np.float64]:
    if len(polygon) == 4:
        return np.array(polygon, dtype=np.float64)
    left, top, width, height = rect
    return np.array(
        [(left, top), (left + width, top), (left + width, top + height), (left, top + height)], dtype=np.float64
    )
