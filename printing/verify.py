"""Reads the final bytes back and compares them with the codes the job must carry.

A bitmap is decoded by zxing-cpp and, for what it missed, by zbar: two readers that were not asked to draw anything.
Native ZPL barcodes are drawn by the printer, so there the commands themselves are read strictly: content, check digit,
escapes. A label that does not carry what it must is never sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import zxingcpp

from printing.protocol import Demand
from printing.rasters import Bitmap, read_pdf, read_png
from printing.zpl import FNC1, read_labels

try:
    from pyzbar import pyzbar
except ImportError:  # the zbar library is missing on this machine: one reader must do
    pyzbar = None

_SAME = {
    "gs1128": "code128",
    "ean128": "code128",
    "sscc": "code128",
    "gs1datamatrix": "datamatrix",
    "gs1qr": "qr",
    "gs1qrcode": "qr",
    "qrcode": "qr",
    "itf14": "itf",
    "i25": "itf",
    "interleaved2of5": "itf",
    "upca": "ean13",
    "azteccode": "aztec",
    "code39ext": "code39",
    "code39std": "code39",
}
_SPARSE_DOTS = 4_000_000
"""Above this a page is read once more at half size: readers look for codes of a phone picture's size."""


@dataclass(frozen=True, slots=True)
class Found:
    """One code read back, and by whom: `zxing`, `zbar` or `zpl` (a command the printer itself will draw)."""

    symbology: str
    text: str
    reader: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A demand the finished paper does not meet."""

    demand: Demand
    got: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """For the office: what the label should carry and what it carries."""
        read = ", ".join(repr(text) for text in self.got[:5]) or "no code at all"
        return f"Expected {self.demand.symbology} {self.demand.text!r} on the label, read back {read}."


def family(symbology: str) -> str:
    """The name without spelling: `GS1-128`, `Code 128` and `code_128` are one family, GS1 or not."""
    plain = re.sub(r"[^a-z0-9]", "", symbology.lower())
    return _SAME.get(plain, plain)


def comparable(symbology: str, text: str) -> str:
    """The text freed of what differs between writers: GS1 brackets and separators, the leading 0 of UPC-A."""
    group, gs1 = family(symbology), "gs1" in symbology.lower() or "128" in symbology
    plain = text
    if gs1 and re.match(r"\(\d{2,4}\)", text):
        plain = re.sub(r"\((\d{2,4})\)", r"\1", text)
    plain = plain.replace(FNC1, "")
    if group == "ean13" and plain.isdigit():
        plain = plain.zfill(13)
    return plain


def compare(demands: Iterable[Demand], found: Iterable[Found]) -> list[Mismatch]:
    """Demands that nothing found meets, in their order."""
    read = list(found)
    have = {(family(one.symbology), comparable(one.symbology, one.text)) for one in read}
    return [
        Mismatch(demand, tuple(one.text for one in read))
        for demand in demands
        if (family(demand.symbology), comparable(demand.symbology, demand.text)) not in have
    ]


def read_bitmap(bitmap: Bitmap, demands: Iterable[Demand]) -> list[Found]:
    """Codes found in the dots; the second reader is asked only while a demand is unmet."""
    wanted = list(demands)
    grey = bitmap.grey()
    found: list[Found] = []
    for picture in [grey, grey[::2, ::2]] if grey.size > _SPARSE_DOTS else [grey]:
        found += [
            Found(str(code.format), code.text, "zxing")
            for code in zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain)
        ]
        if not compare(wanted, found):
            return found
    if pyzbar is not None:
        found += [Found(code.type, code.data.decode("utf-8", "replace"), "zbar") for code in pyzbar.decode(grey)]
    return found


def read_zpl(stream: bytes, demands: Iterable[Demand]) -> list[Found]:
    """Codes a ZPL stream puts on paper: native commands as they stand, graphics decoded and read as pictures."""
    wanted, found = list(demands), []
    for label in read_labels(stream):
        found += [Found(one.symbology, one.text, "zpl") for one in label.fields if one.symbology]
        for drawn in label.drawn:
            if drawn.graphic is not None and compare(wanted, found):
                found += read_bitmap(drawn.graphic, wanted)
    return found


def read_back(payload: bytes, language: str, dpi: int, demands: Iterable[Demand]) -> list[Mismatch]:
    """The check before sending: payload in `zpl`, `png1` or `pdf` against the demands; empty means good to print."""
    wanted = list(demands)
    if language == "zpl":
        return compare(wanted, read_zpl(payload, wanted))
    return read_back_dots([read_png(payload)] if language == "png1" else read_pdf(payload, dpi), wanted)


def read_back_dots(pages: Iterable[Bitmap], demands: Iterable[Demand]) -> list[Mismatch]:
    """The same for what will be black on paper, label by label."""
    wanted = list(demands)
    found: list[Found] = []
    for page in pages:
        if not compare(wanted, found):
            break
        found += read_bitmap(page, wanted)
    return compare(wanted, found)
