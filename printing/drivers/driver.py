"""What a printer driver is: how to speak to one kind of printer. It does no I/O; the transport carries its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from printing.protocol import PrinterConfig, PrinterState, PrintJob
from printing.rasters import Bitmap


@dataclass(frozen=True, slots=True)
class Printout:
    """The final bytes of a job, their language (`zpl`, `png1`, `pdf`, `dots`) for the read-back, and a file ending.

    `dots` is any printer's own raster language: its driver brings the reader (`Driver.read_dots`).
    """

    payload: bytes
    language: str
    suffix: str


@dataclass(frozen=True, slots=True)
class PrinterReading:
    """What a printer said about itself. `waiting` counts labels it still holds; None when it cannot say."""

    state: PrinterState
    detail: str = ""
    waiting: int | None = None
    takes: tuple[str, ...] = ()
    """Kinds of documents it named, where the language has such a word."""


@dataclass(frozen=True, slots=True)
class PrinterIdentity:
    """What a printer is by its own word; `dpi` 0 when it does not say."""

    model: str
    dpi: int = 0


def _no_dots(payload: bytes) -> list[Bitmap]:
    return []


@dataclass(frozen=True, slots=True)
class Driver:
    """One kind of printer. `status_query` is empty when the printer cannot be asked.

    `encode(job, printer)` gives the bytes or raises UnfitJob; `read_status(answer)` understands the reply to
    `status_query`, None while the answer is not complete yet. `read_dots(payload)` turns the final bytes of a raster
    language back into what will be black on paper, one bitmap a label, so that its codes can be read back; it raises
    UnfitJob for bytes it does not understand.
    """

    code: str
    accepts: frozenset[str]
    encode: Callable[[PrintJob, PrinterConfig], Printout]
    status_query: bytes = b""
    read_status: Callable[[bytes], PrinterReading | None] = field(default=lambda answer: None)
    read_dots: Callable[[bytes], list[Bitmap]] = _no_dots
    identity_query: bytes = b""
    """Asked once: a printer that says another density than it is set up with would print every bar too wide."""
    read_identity: Callable[[bytes], PrinterIdentity | None] = field(default=lambda answer: None)
