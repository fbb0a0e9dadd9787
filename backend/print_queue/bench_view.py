"""What the bench is shown of its printers: which of them needs a hand, and which paper nobody knows the outcome of."""

from collections.abc import Iterable

import msgspec

from printing.protocol import PrinterState


class BenchPrinter(msgspec.Struct, frozen=True):
    """A printer of the bench. `kinds` are the papers that come out there; `detail` is its own word."""

    code: str
    name: str
    kinds: tuple[str, ...]
    state: PrinterState
    detail: str
    waiting: int


class BenchAsk(msgspec.Struct, frozen=True):
    """A paper of the bench whose outcome is unknown; `title` bears the number that a person looks for."""

    id: int
    title: str
    printer: str
    printer_name: str


class BenchPrinting(msgspec.Struct, frozen=True):
    """Printing at one bench."""

    station: str
    printers: list[BenchPrinter]
    asks: list[BenchAsk]


def by_printer(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Kind and printer of each line of the routes, gathered by printer in order."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, printer in pairs:
        found[printer] = (*found.get(printer, ()), kind)
    return found
