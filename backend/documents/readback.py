"""Reads a finished bitmap back and compares it with what the label must carry.

The writer is zxing-cpp, so the reader is zbar: an encoder must not be the only judge of its own work. zbar cannot read
Data Matrix, PDF417 and Aztec and does not tell GS1 codes from plain ones; for those zxing-cpp reads as well.
Where the place of a symbol is known, its modules and quiet zones are measured dot by dot too.
"""

import re

import msgspec
import numpy as np
import zxingcpp
from PIL import Image
from pyzbar import pyzbar
from pyzbar.pyzbar import ZBarSymbol

from backend.documents.page import Page, quiet_area
from backend.documents.symbologies import LINEAR, Symbology


class Place(msgspec.Struct, frozen=True):
    """Where a symbol lies on the bitmap, in dots: its box with quiet zones and how it is turned."""

    x: int
    y: int
    width: int
    height: int
    rotation: int
    module: int
    quiet: tuple[int, int, int, int]
    """Left, above, right, below, in modules, before turning."""


class Demand(msgspec.Struct, frozen=True):
    """A code that must be readable. `text` is what a scanner says: check digit in, GS as 0x1D, no leading FNC1."""

    symbology: Symbology
    text: str
    place: Place | None = None


class Mismatch(msgspec.Struct, frozen=True):
    """`rule`: content, symbology, module-width or quiet-zone."""

    rule: str
    demand: Demand
    expected: str
    got: str
    cure: str = "do not print this label; report it with its data"

    @property
    def sentence(self) -> str:
        return (
            f"Expected {self.expected} for {self.demand.symbology} {self.demand.text!r}, "
            f"read back {self.got}; {self.cure}."
        )


_ZBAR = {
    "code128": ZBarSymbol.CODE128,
    "gs1-128": ZBarSymbol.CODE128,
    "ean13": ZBarSymbol.EAN13,
    "ean8": ZBarSymbol.EAN8,
    "upca": ZBarSymbol.EAN13,
    "itf14": ZBarSymbol.I25,
    "code39": ZBarSymbol.CODE39,
    "qr": ZBarSymbol.QRCODE,
    "gs1-qr": ZBarSymbol.QRCODE,
    "link-qr": ZBarSymbol.QRCODE,
}
_ZXING = {
    "gs1-128": zxingcpp.BarcodeFormat.Code128,
    "gs1-qr": zxingcpp.BarcodeFormat.QRCode,
    "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "gs1-datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "pdf417": zxingcpp.BarcodeFormat.PDF417,
    "aztec": zxingcpp.BarcodeFormat.Aztec,
}
_GS1_MARK = {"gs1-128": "]C1", "gs1-qr": "]Q3", "gs1-datamatrix": "]d2"}
_GS1_BRACKETS = re.compile(r"\(([0-9]{2,4})\)")


def demands_of(page: Page) -> tuple[Demand, ...]:
    """What a placed page promises, with places, so that `read_back` can measure as well as read."""
    return tuple(
        Demand(
            symbology=bars.symbol.symbology,
            text=bars.symbol.text,
            place=Place(*quiet_area(bars), bars.frame.rotation, bars.module, bars.quiet),
        )
        for bars in page.codes
    )


def read_back(bitmap: Image.Image, demands: tuple[Demand, ...] | list[Demand]) -> list[Mismatch]:
    """What the bitmap fails to carry; an empty list means: print it."""
    found: list[Mismatch] = []
    whole = bitmap.convert("L")
    for demand in demands:
        cut = whole
        if demand.place is not None:
            place = demand.place
            cut = whole.crop((place.x, place.y, place.x + place.width, place.y + place.height))
        read = _read(cut, demand.symbology)
        if not any(_same_text(demand, text) for text in read):
            found.append(_content_mismatch(cut, demand, read))
            continue
        if demand.place is not None:
            found.extend(_measured(cut, demand, demand.place))
    return found


def _read(picture: Image.Image, symbology: Symbology) -> list[str]:
    zbar = _ZBAR.get(symbology)
    texts = (
        []
        if zbar is None
        else [symbol.data.decode("utf-8", "replace") for symbol in pyzbar.decode(picture, symbols=[zbar])]
    )
    zxing = _ZXING.get(symbology)
    if zxing is None:
        return texts
    second = [
        code.text.removeprefix("\x1d")
        for code in zxingcpp.read_barcodes(
            picture, formats=zxingcpp.BarcodeFormats([zxing]), text_mode=zxingcpp.TextMode.Plain
        )
        if code.symbology_identifier == _GS1_MARK.get(symbology, code.symbology_identifier)
    ]
    return second if zbar is None else [text for text in texts if text in second]


def _same_text(demand: Demand, text: str) -> bool:
    return text == (demand.text.zfill(13) if demand.symbology == "upca" else demand.text)


def _content_mismatch(cut: Image.Image, demand: Demand, read: list[str]) -> Mismatch:
    """Wrong content, or another symbology with the right content, or nothing at all."""
    if not read:
        others = [symbol for symbol in pyzbar.decode(cut) if symbol.data.decode("utf-8", "replace") == demand.text]
        if others:
            return Mismatch("symbology", demand, expected=demand.symbology, got=f"{others[0].type} with the same text")
    return Mismatch(
        "content", demand, expected="the code to be readable", got=", ".join(map(repr, read)) if read else "nothing"
    )


def _measured(cut: Image.Image, demand: Demand, place: Place) -> list[Mismatch]:
    """Bars of whole modules and white quiet zones, counted on the dots."""
    ink = np.asarray(cut) < 128
    ink = np.rot90(ink, place.rotation // 90)
    left, above, right, below = (count * place.module for count in place.quiet)
    height, width = ink.shape
    core = ink[above : height - below, left : width - right]
    found = []
    border = ink.copy()
    border[above : height - below, left : width - right] = False
    if border.any():
        found.append(
            Mismatch("quiet-zone", demand, expected="white quiet zones", got=f"{int(border.sum())} black dots in them")
        )
    rows = core
    if demand.symbology in LINEAR:
        rows = core[[core.shape[0] // 4, core.shape[0] // 2, core.shape[0] * 3 // 4]]
    if not _whole_modules(rows, place.module):
        found.append(
            Mismatch(
                "module-width", demand, expected=f"bars of whole modules, {place.module} dots each", got="other widths"
            )
        )
    return found


def _whole_modules(rows: np.ndarray, module: int) -> bool:
    """True where colour only changes at multiples of `module`, and the outer modules carry ink."""
    if rows.shape[1] % module or not rows[:, 0].any() or not rows[:, -1].any():
        return False
    changes = np.nonzero((rows[:, 1:] != rows[:, :-1]).any(axis=0))[0] + 1
    return not (changes % module).any()
