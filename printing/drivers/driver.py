"""What a printer driver is: how to speak to one kind of printer. It does no I/O; the transport carries its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from printing.protocol import PrinterConfig, PrinterState, PrintJob


@dataclass(frozen=True, slots=True)
class Printout:
    """The final bytes of a job, their language (`zpl`, `png1`, `pdf`) for the read-back, and a file ending."""

    payload: bytes
    language: str
    suffix: str


@dataclass(frozen=True, slots=True)
class PrinterReading:
    """What a printer said about itself. `waiting` counts labels it still holds; None when it cannot say."""

    state: PrinterState
    detail: str = ""
    waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Driver:
    """One kind of printer. `status_query` is empty when the printer cannot be asked.

    `encode(job, printer)` gives the bytes or raises UnfitJob; `read_status(answer)` understands the reply to
    `status_query`, None while the answer is not complete yet.
    """

    code: str
    accepts: frozenset[str]
    encode: Callable[[PrintJob, PrinterConfig], Printout]
    status_query: bytes = b""
    read_status: Callable[[bytes], PrinterReading | None] = field(default=lambda answer: None)
