"""Label printers that speak TSPL: TSC and most cheap label printers. Labels go as `BITMAP`, in which bit 0 is black.

Status is one byte in answer to `ESC ! ?`, also while out of paper. The gap between labels is left as the printer has
measured it, since a wrong one makes every second label slip. Source: TSC TSPL/TSPL2 programming manual, `SIZE`,
`BITMAP`, `PRINT`, `<ESC>!?`.
"""

from __future__ import annotations

import re

from printing.drivers.driver import Driver, PrinterReading, Printout
from printing.pages import RASTER_FORMATS, read_pages
from printing.problems import UnfitJob
from printing.protocol import PrinterConfig, PrinterState, PrintJob
from printing.rasters import MM_PER_INCH, Bitmap

_INVERTED = bytes(255 - value for value in range(256))
_BITMAP = re.compile(rb"BITMAP 0,0,(\d+),(\d+),0,")
_LINE = re.compile(rb"(?:SIZE|DENSITY|SPEED|SET TEAR|SET PEEL|SET CUTTER|REFERENCE|CLS|PRINT)(?: [^\r\n]*)?\r\n")
_AFTER_LABEL = {
    "tear": b"SET CUTTER OFF\r\nSET PEEL OFF\r\nSET TEAR ON\r\n",
    "peel": b"SET CUTTER OFF\r\nSET TEAR OFF\r\nSET PEEL ON\r\n",
    "cut": b"SET PEEL OFF\r\nSET TEAR OFF\r\nSET CUTTER 1\r\n",
}
DENSITY_MAX = 15
_FAULTS = (
    (0x01, PrinterState.OPEN, "the head is open"),
    (0x02, PrinterState.JAM, "paper jam"),
    (0x04, PrinterState.NO_MEDIA, "out of labels"),
    (0x08, PrinterState.NO_MEDIA, "out of ribbon"),
    (0x80, PrinterState.BLOCKED, "another fault: look at its display"),
    (0x10, PrinterState.BLOCKED, "paused at the printer"),
)
PRINTING = 0x20


def read_status(answer: bytes) -> PrinterReading | None:
    """The one byte of `ESC ! ?`: bits for faults, the most hindering first; 0 is idle and empty."""
    if not answer:
        return None
    byte = answer[0]
    for bit, state, detail in _FAULTS:
        if byte & bit:
            return PrinterReading(state, detail)
    if byte & PRINTING:
        return PrinterReading(PrinterState.PRINTING, "printing", 1)
    if byte:
        return PrinterReading(PrinterState.CONNECTED, f"the printer answered in an unknown way: {byte:#04x}")
    return PrinterReading(PrinterState.CONNECTED, "", 0)


def encode(job: PrintJob, printer: PrinterConfig) -> Printout:
    """Each page is one label, printed as often as there are copies."""
    labels = b"".join(_label(page, job, printer) for page in read_pages(job, printer))
    return Printout(_settings(printer) + labels, "dots", "tspl")


def _settings(printer: PrinterConfig) -> bytes:
    lines = b""
    if printer.darkness_percent is not None:
        lines += b"DENSITY %d\r\n" % round(printer.darkness_percent * DENSITY_MAX / 100)
    if printer.speed_mm_s is not None:
        lines += b"SPEED %d\r\n" % max(1, round(printer.speed_mm_s / MM_PER_INCH))
    return lines + _AFTER_LABEL.get(printer.after_label, b"")


def _label(page: Bitmap, job: PrintJob, printer: PrinterConfig) -> bytes:
    width_mm = job.media_width_mm or page.width * MM_PER_INCH / printer.dpi
    height_mm = job.media_height_mm or page.height * MM_PER_INCH / printer.dpi
    size = f"SIZE {width_mm:.4g} mm,{height_mm:.4g} mm\r\nREFERENCE 0,0\r\nCLS\r\n".encode()
    head = b"BITMAP 0,0,%d,%d,0," % (page.bytes_per_row, page.height)
    return size + head + page.rows.translate(_INVERTED) + b"\r\nPRINT 1,%d\r\n" % job.copies


def read_dots(payload: bytes) -> list[Bitmap]:
    """Every `BITMAP` of a stream of the commands above; anything else is refused."""
    pages, at = [], 0
    while at < len(payload):
        if line := _LINE.match(payload, at):
            at = line.end()
            continue
        found = _BITMAP.match(payload, at)
        if found is None:
            raise UnfitJob(f"Expected TSPL, got {payload[at : at + 30]!r}.")
        row_bytes, height = int(found.group(1)), int(found.group(2))
        rows = payload[found.end() : found.end() + row_bytes * height]
        at = found.end() + row_bytes * height + 2
        if payload[at - 2 : at] != b"\r\n":
            raise UnfitJob(f"Expected a bitmap of {row_bytes * height} bytes, got another length.")
        pages.append(Bitmap(row_bytes * 8, height, rows.translate(_INVERTED)))
    return pages


DRIVER = Driver(
    code="tspl",
    accepts=RASTER_FORMATS,
    encode=encode,
    status_query=b"\x1b!?",
    read_status=read_status,
    read_dots=read_dots,
)
