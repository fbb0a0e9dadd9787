"""A folder as printer: every job becomes a file just as it came. For tests, training and archives."""

from __future__ import annotations

from printing.drivers.driver import Driver, Printout
from printing.protocol import PrinterConfig, PrintJob

_SUFFIX = {"zpl": "zpl", "png1": "png", "pdf": "pdf"}


def encode(job: PrintJob, printer: PrinterConfig) -> Printout:
    """The content itself."""
    return Printout(job.content, job.format, _SUFFIX[job.format])


DRIVER = Driver(code="folder", accepts=frozenset(_SUFFIX), encode=encode)
