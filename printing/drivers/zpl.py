"""Zebra and ZPL-speaking label printers: bitmaps go as `^GFA :Z64:`, status comes by `~HS`.

`~HS` answers three lines STX ... ETX. A real Zebra gives no answer at all while out of media or ribbon, with the head
open or too hot: that silence is judged by the caller. Some clones answer and set the flags. Source: ZPL II programming
guide, `~HS` Host Status Return, `~HI` Host Identification.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from printing.drivers.driver import Driver, PrinterIdentity, PrinterReading, Printout
from printing.pages import read_pages
from printing.protocol import PrinterConfig, PrinterState, PrintJob
from printing.rasters import MM_PER_INCH, Bitmap, graphic_field

STX, ETX = b"\x02", b"\x03"
_LINE = re.compile(rb"\x02([^\x02\x03]*)\x03")
_FIELDS = (12, 11, 2)
_AFTER_LABEL = {"tear": b"^MMT", "peel": b"^MMP", "cut": b"^MMC"}
DARKNESS_MAX = 30
DENSITIES = {"6": 152, "8": 203, "12": 300, "24": 600}
"""Dots per millimetre as `~HI` rounds them."""


@dataclass(frozen=True, slots=True)
class HostStatus:
    """The answer to `~HS`, named."""

    paper_out: bool
    paused: bool
    formats_in_buffer: int
    buffer_full: bool
    partial_format: bool
    memory_lost: bool
    too_cold: bool
    too_hot: bool
    head_open: bool
    ribbon_out: bool
    label_waiting: bool
    labels_left: int


def read_host_status(answer: bytes) -> HostStatus | None:
    """Parse three lines of `~HS`; None while they are not all here. Raises ValueError on a foreign answer."""
    lines = [line.split(b",") for line in _LINE.findall(answer)]
    if len(lines) < len(_FIELDS):
        return None
    if any(len(line) != count for line, count in zip(lines, _FIELDS, strict=False)):
        raise ValueError(f"expected ~HS lines of 12, 11 and 2 values, got {answer[:80]!r}")
    first, second = ([value.strip() for value in line] for line in lines[:2])
    return HostStatus(
        paper_out=first[1] == b"1",
        paused=first[2] == b"1",
        formats_in_buffer=int(first[4]),
        buffer_full=first[5] == b"1",
        partial_format=first[7] == b"1",
        memory_lost=first[9] == b"1",
        too_cold=first[10] == b"1",
        too_hot=first[11] == b"1",
        head_open=second[2] == b"1",
        ribbon_out=second[3] == b"1",
        label_waiting=second[7] == b"1",
        labels_left=int(second[8]),
    )


def read_status(answer: bytes) -> PrinterReading | None:
    """The state a person would name; the most hindering fault first."""
    try:
        status = read_host_status(answer)
    except ValueError as cause:
        return PrinterReading(PrinterState.CONNECTED, f"the printer answered in an unknown way: {cause}")
    if status is None:
        return None
    waiting = status.formats_in_buffer + status.labels_left
    faults = (
        (status.head_open, PrinterState.OPEN, "the head is open"),
        (status.paper_out, PrinterState.NO_MEDIA, "out of labels"),
        (status.ribbon_out, PrinterState.NO_MEDIA, "out of ribbon"),
        (status.too_hot, PrinterState.BLOCKED, "the head is too hot"),
        (status.too_cold, PrinterState.BLOCKED, "the head is too cold"),
        (status.buffer_full, PrinterState.BLOCKED, "the buffer is full"),
        (status.paused, PrinterState.BLOCKED, "paused at the printer"),
        (waiting > 0, PrinterState.PRINTING, f"{waiting} waiting in the printer"),
    )
    for true, state, detail in faults:
        if true:
            return PrinterReading(state, detail, waiting)
    return PrinterReading(PrinterState.CONNECTED, "", waiting)


def read_identity(answer: bytes) -> PrinterIdentity | None:
    """The line of `~HI`: model, firmware, dots per millimetre, memory; None while it is not whole."""
    found = _LINE.search(answer)
    if found is None:
        return None
    model, *about = [part.strip().decode("ascii", "replace") for part in found.group(1).split(b",")]
    dots_per_mm = about[1] if len(about) > 1 else ""
    return PrinterIdentity(model[:60], DENSITIES.get(dots_per_mm, 0))


def encode(job: PrintJob, printer: PrinterConfig) -> Printout:
    """ZPL goes as it is, once for each copy; bitmaps and PDF pages become one graphic a label."""
    if job.format == "zpl":
        payload = (job.content.rstrip(b"\r\n") + b"\n") * job.copies
    else:
        payload = b"".join(_label(page, job) for page in read_pages(job, printer))
    return Printout(_set_up(payload, printer), "zpl", "zpl")


def _label(page: Bitmap, job: PrintJob) -> bytes:
    head = b"^XA^CI28^LH0,0^PW%d^LL%d^FO0,0" % (page.width, page.height)
    return head + graphic_field(page) + b"^FS^PQ%d,0,0,N^XZ\n" % job.copies


def _set_up(payload: bytes, printer: PrinterConfig) -> bytes:
    """What the office set for this printer goes before the label's own commands, so a label that knows better wins."""
    inside = _AFTER_LABEL.get(printer.after_label, b"")
    if printer.speed_mm_s is not None:
        inside += b"^PR%d" % max(1, round(printer.speed_mm_s / MM_PER_INCH))
    if inside:
        payload = payload.replace(b"^XA", b"^XA" + inside)
    if printer.darkness_percent is not None:
        payload = b"~SD%02d" % round(printer.darkness_percent * DARKNESS_MAX / 100) + payload
    return payload


DRIVER = Driver(
    code="zpl",
    accepts=frozenset({"zpl", "png1", "pdf"}),
    encode=encode,
    status_query=b"~HS",
    read_status=read_status,
    identity_query=b"~HI",
    read_identity=read_identity,
)
