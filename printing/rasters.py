"""Black and white bitmaps: from PNG or PDF, to a ZPL graphic field and back.

A bitmap row is packed eight dots to the byte, most significant bit first, 1 = black: what `^GF` wants. Nothing is ever
scaled after it became dots, because a bar that is no whole number of dots is not a bar. Sources: ZPL II programming
guide, `^GF`, "Alternative Data Compression Scheme" and `:Z64:`.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import threading
import zlib
from dataclasses import dataclass

import numpy as np
import pypdfium2
from PIL import Image

from printing.problems import UnfitJob

DOTS_MAX = 40_000_000
"""A4 at 600 dpi is 35 million dots; more is a mistake or an attack."""
PAGES_MAX = 200
BLACK_BELOW = 128
MM_PER_INCH = 25.4

_pdfium_alone = threading.Lock()  # pdfium may not be entered by two threads of one program
_REPEATS = {chr(ord("G") + n): n + 1 for n in range(19)} | {chr(ord("g") + n): 20 * (n + 1) for n in range(20)}


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Dots of one label or page; `rows` holds `height * ceil(width / 8)` bytes, 1 = black."""

    width: int
    height: int
    rows: bytes

    @property
    def bytes_per_row(self) -> int:
        """Length of one packed row."""
        return (self.width + 7) // 8

    def grey(self) -> np.ndarray:
        """The bitmap as bytes 0 (black) and 255 (white), one for each dot: what barcode readers want."""
        packed = np.frombuffer(self.rows, dtype=np.uint8).reshape(self.height, self.bytes_per_row)
        bits = np.unpackbits(packed, axis=1)[:, : self.width]
        return np.ascontiguousarray((1 - bits) * 255).astype(np.uint8)


def bitmap_of_grey(grey: np.ndarray) -> Bitmap:
    """Cut a grey picture (height x width, 0..255) into black and white dots."""
    height, width = grey.shape
    return Bitmap(width, height, np.packbits(grey < BLACK_BELOW, axis=1).tobytes())


def dots(length_mm: float, dpi: int) -> int:
    """Whole dots that fit into a length."""
    return int(length_mm * dpi / MM_PER_INCH + 1e-6)


def read_png(content: bytes) -> Bitmap:
    """A PNG of exactly two tones as a bitmap; anything else is refused, since thresholding would move bars."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            width, height = picture.size
            if width * height > DOTS_MAX:
                raise UnfitJob(f"Expected a picture of at most {DOTS_MAX} dots, got {width} x {height}.")
            grey = np.asarray(picture.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as cause:
        raise UnfitJob(f"Expected a PNG picture, got {len(content)} bytes that are not one ({cause}).") from cause
    tones = np.unique(grey)
    if not set(tones.tolist()) <= {0, 255}:
        raise UnfitJob(f"Expected a picture in black and white only, got {len(tones)} tones; render it as 1 bit.")
    return bitmap_of_grey(grey)


def read_pdf(content: bytes, dpi: int) -> list[Bitmap]:
    """Each page of a PDF as dots of the given density."""
    with _pdfium_alone:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as cause:
            raise UnfitJob(f"Expected a PDF, got {len(content)} bytes that are not one ({cause}).") from cause
        try:
            if not 0 < len(document) <= PAGES_MAX:
                raise UnfitJob(f"Expected a PDF of 1 to {PAGES_MAX} pages, got {len(document)}.")
            return [_page_bitmap(document[number], dpi) for number in range(len(document))]
        finally:
            document.close()


def _page_bitmap(page: pypdfium2.PdfPage, dpi: int) -> Bitmap:
    width_pt, height_pt = page.get_size()
    scale = dpi / 72
    if width_pt * height_pt * scale * scale > DOTS_MAX:
        raise UnfitJob(f"Expected a page of at most {DOTS_MAX} dots, got {width_pt:.0f} x {height_pt:.0f} points.")
    # pdfium rounds up: a page of 84.0001 dots would get 85 and every bar would be stretched. A hair less keeps 84.
    scale -= 0.05 / max(width_pt, height_pt, 1)
    rendered = page.render(scale=scale, grayscale=True, no_smoothtext=True, no_smoothpath=True)
    grey = rendered.to_numpy()
    return bitmap_of_grey(grey.reshape(grey.shape[0], grey.shape[1]))


def graphic_field(bitmap: Bitmap) -> bytes:
    """The bitmap as a `^GFA` command with `:Z64:` data and its CRC-16/CCITT."""
    packed = base64.b64encode(zlib.compress(bitmap.rows, 6))
    checksum = binascii.crc_hqx(packed, 0)
    total = len(bitmap.rows)
    return b"^GFA,%d,%d,%d,:Z64:%s:%04X" % (total, total, bitmap.bytes_per_row, packed, checksum)


def read_graphic_field(body: str) -> Bitmap:
    """Decode what follows `^GF`: `A,bytes,total,bytes_per_row,data` in hex, run-length hex, `:B64:` or `:Z64:`."""
    parts = body.split(",", 4)
    if len(parts) < 5 or parts[0] != "A" or not all(part.strip().isdigit() for part in parts[2:4]):
        raise UnfitJob(f"Expected ^GFA,bytes,total,row,data, got ^GF{body[:40]!r}.")
    total, row_bytes = int(parts[2]), int(parts[3])
    if not 0 < row_bytes <= total or total * 8 > DOTS_MAX:
        raise UnfitJob(f"Expected a graphic of at most {DOTS_MAX} dots, got {total} bytes in rows of {row_bytes}.")
    field = parts[4].strip()
    rows = _read_packed(field, total) if field.startswith((":Z64:", ":B64:")) else _read_hex(field, total, row_bytes)
    if len(rows) != total:
        raise UnfitJob(f"Expected a graphic of {total} bytes, got {len(rows)}.")
    return Bitmap(row_bytes * 8, total // row_bytes, rows[: total // row_bytes * row_bytes])


def _read_packed(field: str, total: int) -> bytes:
    form, text = field[:5], field[5:]
    text, _, checksum = text.rpartition(":")
    if not re.fullmatch(r"[0-9A-Fa-f]{4}", checksum):
        raise UnfitJob(f"Expected four hex digits of CRC after a graphic, got {checksum[:12]!r}.")
    if binascii.crc_hqx(text.encode("ascii", "replace"), 0) != int(checksum, 16):
        raise UnfitJob("The CRC of a graphic does not agree with its content; the label was damaged on its way.")
    try:
        raw = base64.b64decode(text, validate=True)
        return zlib.decompressobj().decompress(raw, total + 1) if form == ":Z64:" else raw
    except (binascii.Error, zlib.error) as cause:
        raise UnfitJob(f"Expected a compressed graphic, got something else ({cause}).") from cause


def _read_hex(field: str, total: int, row_bytes: int) -> bytes:
    """Hex with Zebra's run lengths: G-Y, g-z repeat the next digit, `,` and `!` end a row, `:` repeats the last one."""
    row_digits, row, repeat = row_bytes * 2, "", 0
    rows: list[str] = []
    for char in "".join(field.split()):
        if char in _REPEATS:
            repeat += _REPEATS[char]
        elif char in ",!":
            row = row.ljust(row_digits, "0" if char == "," else "F")
        elif char == ":" and rows and not row:
            row = rows[-1]
        elif char in "0123456789ABCDEFabcdef":
            row, repeat = row + char * max(repeat, 1), 0
        else:
            raise UnfitJob(f"Expected hex digits in a graphic, got {char!r}.")
        while len(row) >= row_digits:
            rows.append(row[:row_digits])
            row = row[row_digits:]
        if len(rows) * row_bytes > total:
            break
    return bytes.fromhex("".join(rows))
