"""Office printers that take PDF straight on port 9100 (most laser printers of the last ten years do)."""

from __future__ import annotations

from printing.drivers.driver import Driver, Printout
from printing.protocol import PrinterConfig, PrintJob

UEL = b"\x1b%-12345X"
"""Universal exit: enters and leaves PJL, the job language around the page language."""


def encode(job: PrintJob, printer: PrinterConfig) -> Printout:
    """The PDF as it is; more copies are asked for in PJL, since two PDF in one stream are one broken PDF."""
    if job.copies == 1:
        return Printout(job.content, "pdf", "pdf")
    head = UEL + b"@PJL SET COPIES=%d\r\n@PJL ENTER LANGUAGE=PDF\r\n" % job.copies
    return Printout(head + job.content + UEL, "pdf", "pdf")


DRIVER = Driver(code="pdf", accepts=frozenset({"pdf"}), encode=encode)
