"""PWG raster, the pictures that every driverless printer takes: PWG 5102.4, grey of eight bits.

A file is `RaS2` and pages; a page is a head of 1,796 bytes and its rows. A row is written once with how often it comes
again, as runs of equal dots. Grey is what all of these printers must take; we send black and white in it.
"""

from __future__ import annotations

import itertools
import struct

import numpy as np

from printing.problems import UnfitJob
from printing.rasters import Bitmap, bitmap_of_grey

MAGIC = b"RaS2"
HEAD_BYTES = 1796
POINTS_PER_INCH = 72
S_GREY = 18
_RUN_MAX, _REPEAT_MAX = 128, 256
_NUMBERS = {
    "resolution_x": 276, "resolution_y": 280, "width_pt": 352, "height_pt": 356, "width": 372, "height": 376,
    "bits_per_color": 384, "bits_per_pixel": 388, "bytes_per_line": 392, "color_space": 400, "colors": 420,
    "pages": 452, "cross_feed": 456, "feed": 460,
}  # fmt: skip


def write_pages(pages: list[Bitmap], dpi: int) -> bytes:
    """Labels or pages as one document."""
    return MAGIC + b"".join(_head(page, dpi, len(pages)) + _rows(page) for page in pages)


def _head(page: Bitmap, dpi: int, count: int) -> bytes:
    values = {
        "resolution_x": dpi, "resolution_y": dpi, "width": page.width, "height": page.height,
        "width_pt": round(page.width * POINTS_PER_INCH / dpi), "height_pt": round(page.height * POINTS_PER_INCH / dpi),
        "bits_per_color": 8, "bits_per_pixel": 8, "bytes_per_line": page.width, "color_space": S_GREY, "colors": 1,
        "pages": count, "cross_feed": 1, "feed": 1,
    }  # fmt: skip
    head = bytearray(HEAD_BYTES)
    head[:9] = b"PwgRaster"
    for name, value in values.items():
        struct.pack_into(">I", head, _NUMBERS[name], value)
    return bytes(head)


def _rows(page: Bitmap) -> bytes:
    grey = page.grey()
    changes = np.flatnonzero((grey[1:] != grey[:-1]).any(axis=1)) + 1
    starts = [0, *changes.tolist(), len(grey)]
    written = []
    for start, end in itertools.pairwise(starts):
        row, left = _row(grey[start]), end - start
        while left:
            again = min(left, _REPEAT_MAX)
            written.append(bytes([again - 1]) + row)
            left -= again
    return b"".join(written)


def _row(dots: np.ndarray) -> bytes:
    starts = [0, *(np.flatnonzero(dots[1:] != dots[:-1]) + 1).tolist(), len(dots)]
    runs = bytearray()
    for start, end in itertools.pairwise(starts):
        left = end - start
        while left:
            length = min(left, _RUN_MAX)
            runs += bytes([length - 1, int(dots[start])])
            left -= length
    return bytes(runs)


def read_pages(document: bytes) -> list[Bitmap]:
    """The pages of a document as it is written above; anything else is refused."""
    if not document.startswith(MAGIC):
        raise UnfitJob(f"Expected PWG raster, got {document[:12]!r}.")
    pages, at = [], len(MAGIC)
    while at < len(document):
        page, at = _page(document, at)
        pages.append(page)
    return pages


def _page(document: bytes, at: int) -> tuple[Bitmap, int]:
    head = document[at : at + HEAD_BYTES]
    if len(head) < HEAD_BYTES or head[:9] != b"PwgRaster":
        raise UnfitJob("Expected the head of a PWG page, got another one.")
    width, height, bits, space = (
        struct.unpack_from(">I", head, _NUMBERS[name])[0]
        for name in ("width", "height", "bits_per_pixel", "color_space")
    )
    if (bits, space) != (8, S_GREY):
        raise UnfitJob(f"Expected grey of eight bits, got {bits} bits in colour space {space}.")
    at += HEAD_BYTES
    rows: list[bytes] = []
    try:
        while len(rows) < height:
            again, at = document[at] + 1, at + 1
            row = b""
            while len(row) < width:
                length, at = document[at] + 1, at + 2
                if length > _RUN_MAX:
                    raise UnfitJob("Expected runs of equal dots, got single ones.")
                row += document[at - 1 : at] * length
            if len(row) != width:
                raise UnfitJob(f"Expected a row of {width} dots, got {len(row)}.")
            rows += [row] * again
    except IndexError:
        raise UnfitJob("Expected a whole page, got one that ends too early.") from None
    return bitmap_of_grey(np.frombuffer(b"".join(rows[:height]), np.uint8).reshape(height, width)), at
