"""Brother QL label printers (300 dpi) in their raster mode; status by `ESC i S`, 32 bytes, where the line carries it.

The head has more pins than the paper is wide, rows begin at the right edge, and each paper has its own margin; a label
is cut free of white at its sides, never of ink. Media of the printer's set-up: a die-cut size from the table below, or
any other height for endless tape of that width (62 x 1000). Source: Brother, Raster Command Reference for QL series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from printing.drivers.driver import Driver, PrinterReading, Printout
from printing.pages import RASTER_FORMATS, cut_margins, read_pages
from printing.problems import UnfitJob
from printing.protocol import PrinterConfig, PrinterState, PrintJob
from printing.rasters import Bitmap, bitmap_of_grey

DPI = 300
HEAD_DOTS, WIDE_HEAD_DOTS = 720, 1296
INVALIDATE = bytes(200)
"""Ends whatever a broken job before left half sent."""
RASTER_MODE = b"\x1b@\x1bia\x01"
STATUS_BYTES = 32
ENDLESS_FEED_DOTS = 35
_PRINT, _PRINT_LAST = b"\x0c", b"\x1a"


@dataclass(frozen=True, slots=True)
class Roll:
    """One paper: its sides in mm (0 long: endless), the dots the head reaches, and the dots right of them."""

    width_mm: int
    length_mm: int
    width_dots: int
    length_dots: int
    right_dots: int

    @property
    def head_dots(self) -> int:
        """Pins of the printers that take this paper."""
        return WIDE_HEAD_DOTS if self.width_mm > 62 else HEAD_DOTS


ROLLS = {
    (roll.width_mm, roll.length_mm): roll
    for roll in (
        Roll(12, 0, 106, 0, 29),
        Roll(29, 0, 306, 0, 6),
        Roll(38, 0, 413, 0, 12),
        Roll(50, 0, 554, 0, 12),
        Roll(54, 0, 590, 0, 0),
        Roll(62, 0, 696, 0, 12),
        Roll(102, 0, 1164, 0, 12),
        Roll(17, 54, 165, 566, 0),
        Roll(17, 87, 165, 956, 0),
        Roll(23, 23, 202, 202, 42),
        Roll(29, 42, 306, 425, 6),
        Roll(29, 90, 306, 991, 6),
        Roll(39, 48, 425, 495, 6),
        Roll(39, 90, 413, 991, 12),
        Roll(52, 29, 578, 271, 0),
        Roll(62, 29, 696, 271, 12),
        Roll(62, 100, 696, 1109, 12),
        Roll(102, 51, 1164, 526, 12),
        Roll(102, 152, 1164, 1660, 12),
    )
}
"""Brother's DK rolls."""
_ERRORS_1 = (
    (0x01, PrinterState.NO_MEDIA, "no roll in it"),
    (0x02, PrinterState.NO_MEDIA, "the roll is at its end"),
    (0x04, PrinterState.JAM, "the knife is stuck"),
    (0x10, PrinterState.BLOCKED, "busy with its own work"),
    (0x80, PrinterState.BLOCKED, "its fan does not turn"),
)
_ERRORS_2 = (
    (0x10, PrinterState.OPEN, "the cover is open"),
    (0x01, PrinterState.NO_MEDIA, "another roll than the job wants"),
    (0x40, PrinterState.JAM, "the paper does not feed"),
    (0x02, PrinterState.BLOCKED, "its buffer is full"),
    (0x04, PrinterState.BLOCKED, "the line was disturbed"),
    (0x08, PrinterState.BLOCKED, "its buffer is full"),
    (0x20, PrinterState.BLOCKED, "cancelled at the printer"),
    (0x80, PrinterState.BLOCKED, "a fault that needs switching off and on"),
)


def read_status(answer: bytes) -> PrinterReading | None:
    """The 32 bytes of `ESC i S`: errors in bytes 8 and 9, the phase in byte 19."""
    if len(answer) < STATUS_BYTES:
        return None
    if answer[:3] != b"\x80\x20B":
        seen = answer[:8].hex(" ")
        return PrinterReading(PrinterState.CONNECTED, f"the printer answered in an unknown way: {seen}")
    for byte, errors in ((answer[9], _ERRORS_2), (answer[8], _ERRORS_1)):
        for bit, state, detail in errors:
            if byte & bit:
                return PrinterReading(state, detail)
    if answer[19]:
        return PrinterReading(PrinterState.PRINTING, "printing", 1)
    return PrinterReading(PrinterState.CONNECTED, f"roll {answer[10]} mm" if answer[10] else "", 0)


def find_roll(printer: PrinterConfig, job: PrintJob) -> Roll:
    """The paper by the printer's media, else by the job's."""
    width_mm, length_mm = job.media_width_mm, job.media_height_mm
    if printer.media is not None:
        width_mm, length_mm = printer.media.width_mm, printer.media.height_mm
    roll = ROLLS.get((width_mm, length_mm)) or ROLLS.get((width_mm, 0))
    if roll is None:
        widths = ", ".join(str(width) for width, length in ROLLS if not length)
        raise UnfitJob(f"Expected a Brother roll of {widths} mm or a die-cut size, got {width_mm} x {length_mm} mm.")
    return roll


def encode(job: PrintJob, printer: PrinterConfig) -> Printout:
    """Pages times copies, each with its own page head; the last one feeds out."""
    if printer.dpi != DPI:
        raise UnfitJob(f"Expected {DPI} dpi in the set-up of a Brother QL, got {printer.dpi}.")
    roll = find_roll(printer, job)
    pages = [cut_margins(page, roll.width_dots, roll.length_dots or None) for page in read_pages(job, printer)]
    bodies = [_rows(page, roll) for page in pages] * job.copies
    heads = [_page_head(page, roll, number == 0, printer) for number, page in enumerate(pages * job.copies)]
    ends = [_PRINT] * (len(bodies) - 1) + [_PRINT_LAST]
    stream = b"".join(head + body + end for head, body, end in zip(heads, bodies, ends, strict=True))
    return Printout(INVALIDATE + RASTER_MODE + stream, "dots", "brother")


def _page_head(page: Bitmap, roll: Roll, first: bool, printer: PrinterConfig) -> bytes:
    kind = 0x0B if roll.length_mm else 0x0A
    known = 0x80 | 0x40 | 0x04 | 0x02 | (0x08 if roll.length_mm else 0)
    rows = (roll.length_dots or page.height).to_bytes(4, "little")
    about = b"\x1biz" + bytes([known, kind, roll.width_mm, roll.length_mm]) + rows + bytes([0 if first else 1, 0])
    cuts = printer.after_label in ("", "cut")
    knife = b"\x1biM" + (b"\x40\x1biA\x01" if cuts else b"\x00") + b"\x1biK" + (b"\x08" if cuts else b"\x00")
    return about + knife + b"\x1bid" + (0 if roll.length_mm else ENDLESS_FEED_DOTS).to_bytes(2, "little")


def _rows(page: Bitmap, roll: Roll) -> bytes:
    """One `g` command a row: the label at its place on the head, mirrored, since pins count from the right."""
    grey = page.grey()
    height = roll.length_dots or page.height
    head = np.full((height, roll.head_dots), 255, np.uint8)
    left = roll.head_dots - roll.right_dots - roll.width_dots
    head[: page.height, left : left + page.width] = grey
    packed = bitmap_of_grey(head[:, ::-1])
    row_bytes = packed.bytes_per_row
    start = b"g\x00" + bytes([row_bytes])
    return b"".join(start + packed.rows[top : top + row_bytes] for top in range(0, len(packed.rows), row_bytes))


_LENGTHS = {b"iz": 13, b"iM": 4, b"iA": 4, b"iK": 4, b"id": 5, b"ia": 4}
"""Commands of ours after ESC, with their whole length."""


def read_dots(payload: bytes) -> list[Bitmap]:
    """Rows of `g` up to each print command, mirrored back; any other command is refused."""
    at = len(payload) - len(payload.lstrip(b"\x00"))
    pages: list[Bitmap] = []
    rows: list[bytes] = []
    while at < len(payload):
        mark = payload[at : at + 1]
        if mark == b"g":
            length = payload[at + 2]
            rows.append(payload[at + 3 : at + 3 + length])
            if len(rows[-1]) != length or length != len(rows[0]):
                raise UnfitJob(f"Expected a row of {len(rows[0])} bytes, got {len(rows[-1])}.")
            at += 3 + length
        elif mark in (_PRINT, _PRINT_LAST) and rows:
            mirrored = Bitmap(len(rows[0]) * 8, len(rows), b"".join(rows))
            pages.append(bitmap_of_grey(mirrored.grey()[:, ::-1]))
            rows, at = [], at + 1
        elif payload.startswith(b"\x1b@", at):
            at += 2
        elif mark == b"\x1b" and payload[at + 1 : at + 3] in _LENGTHS:
            at += _LENGTHS[payload[at + 1 : at + 3]]
        else:
            raise UnfitJob(f"Expected Brother raster, got {payload[at : at + 12]!r}.")
    if rows or not pages:
        raise UnfitJob("Expected a print command at the end of a Brother raster.")
    return pages


DRIVER = Driver(
    code="brother_ql",
    accepts=RASTER_FORMATS,
    encode=encode,
    status_query=INVALIDATE + b"\x1b@\x1biS",
    read_status=read_status,
    read_dots=read_dots,
)
