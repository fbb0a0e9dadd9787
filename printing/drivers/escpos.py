"""Receipt printers that speak ESC/POS: pictures as `GS v 0`, then feed or cut. Status by `DLE EOT`.

The four status bytes come at once and also while the printer is out of paper. It cannot say what it still holds, so
its jobs end as `sent`. Darkness and speed have no command that all makers share; they stay as set at the printer.
Source: Epson ESC/POS command reference, `GS v 0`, `GS V`, `ESC d`, `DLE EOT`.
"""

from __future__ import annotations

from printing.drivers.driver import Driver, PrinterReading, Printout
from printing.pages import RASTER_FORMATS, cut_margins, read_pages
from printing.problems import UnfitJob
from printing.protocol import PrinterConfig, PrinterState, PrintJob
from printing.rasters import Bitmap, dots

START = b"\x1b@"
FEED = b"\x1bd\x04"
"""Four lines: the distance from the head to the edge one tears at."""
CUT = b"\x1dVB\x00"
"""Feeds to the knife by itself, then cuts."""
PICTURE = b"\x1dv0\x00"
STRIP_ROWS = 128
"""Small printers hold no whole picture; strips join without a gap."""
HEAD_WIDTH_MM = {58: 48.05, 80: 72.1}
"""Paper width and what of it the head reaches: 384 and 576 dots at 203 dpi."""
ANSWERS = 4
_FIXED, _FIXED_IS = 0x93, 0x12
"""Bits that are the same in every status byte."""


def read_status(answer: bytes) -> PrinterReading | None:
    """Bytes of `DLE EOT` 1 to 4: printer, why offline, error, paper."""
    if len(answer) < ANSWERS:
        return None
    if any(byte & _FIXED != _FIXED_IS for byte in answer[:ANSWERS]):
        seen = answer[:ANSWERS].hex(" ")
        return PrinterReading(PrinterState.CONNECTED, f"the printer answered in an unknown way: {seen}")
    printer, offline, error, paper = answer[:ANSWERS]
    faults = (
        (offline & 0x04, PrinterState.OPEN, "the cover is open"),
        (error & 0x08, PrinterState.JAM, "the knife is stuck"),
        (paper & 0x60 or offline & 0x20, PrinterState.NO_MEDIA, "out of paper"),
        (error & 0x20, PrinterState.BLOCKED, "a fault that needs switching off and on"),
        (error & 0x40, PrinterState.BLOCKED, "too hot, or another fault that passes"),
        (printer & 0x08, PrinterState.BLOCKED, "offline at the printer"),
        (paper & 0x0C, PrinterState.CONNECTED, "paper is nearly out"),
    )
    for true, state, detail in faults:
        if true:
            return PrinterReading(state, detail)
    return PrinterReading(PrinterState.CONNECTED)


def encode(job: PrintJob, printer: PrinterConfig) -> Printout:
    """Each page and each copy ends with a feed, or a cut where the printer is set to cut."""
    width_mm = printer.media.width_mm if printer.media else job.media_width_mm
    end = CUT if printer.after_label == "cut" else FEED
    papers = b""
    for page in read_pages(job, printer):
        fits = cut_margins(page, dots(HEAD_WIDTH_MM.get(width_mm, width_mm), printer.dpi)) if width_mm else page
        papers += _strips(fits) + end
    return Printout(START + papers * job.copies, "dots", "escpos")


def _strips(page: Bitmap) -> bytes:
    row_bytes, strips = page.bytes_per_row, b""
    for top in range(0, page.height, STRIP_ROWS):
        rows = page.rows[top * row_bytes : (top + STRIP_ROWS) * row_bytes]
        size = row_bytes.to_bytes(2, "little") + (len(rows) // row_bytes).to_bytes(2, "little")
        strips += PICTURE + size + rows
    return strips


def read_dots(payload: bytes) -> list[Bitmap]:
    """The strips between feeds or cuts, put together; any other command is refused."""
    pages: list[Bitmap] = []
    row_bytes, rows, at = 0, b"", 0
    while at < len(payload):
        if payload.startswith(PICTURE, at) and len(payload) >= at + 8:
            width, height = (int.from_bytes(payload[at + place : at + place + 2], "little") for place in (4, 6))
            strip = payload[at + 8 : at + 8 + width * height]
            if len(strip) < width * height or (rows and width != row_bytes):
                raise UnfitJob(f"Expected a strip of {width * height} bytes, got {len(strip)} or another width.")
            row_bytes, rows, at = width, rows + strip, at + 8 + width * height
        elif payload.startswith((FEED, CUT), at):
            if rows:
                pages.append(Bitmap(row_bytes * 8, len(rows) // row_bytes, rows))
            rows, at = b"", at + len(CUT if payload.startswith(CUT, at) else FEED)
        elif payload.startswith(START, at):
            at += len(START)
        else:
            raise UnfitJob(f"Expected ESC/POS pictures, got {payload[at : at + 12]!r}.")
    if rows:
        raise UnfitJob("Expected a feed or a cut after the last picture.")
    return pages


DRIVER = Driver(
    code="escpos",
    accepts=RASTER_FORMATS,
    encode=encode,
    status_query=b"".join(b"\x10\x04" + bytes([kind]) for kind in range(1, ANSWERS + 1)),
    read_status=read_status,
    read_dots=read_dots,
)
