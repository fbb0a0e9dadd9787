"""Which printer takes a paper: the one of the station, or its stand-in while that one is down.

A job that nobody has begun to send may still change its printer; the person at the bench then finds the new printer's
name on the screen.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from printing.protocol import READY_STATES, PrinterState

AGENT_SILENT_S = 60
"""An agent asks at least every 25 seconds; without a word for so long it is gone, and its printers with it."""
FALLBACK_AFTER_S = 15
"""Time for a person to put in labels before waiting jobs move away."""


class PrinterStanding(msgspec.Struct, frozen=True):
    """A printer and how it is, as far as the backend knows."""

    id: int
    code: str
    state: PrinterState
    state_at: datetime | None
    agent_seen_at: datetime | None
    fallback_id: int | None
    dpi: int
    active: bool = True
    driver: str = "zpl"


def takes(printer: PrinterStanding, form: str, dpi: int) -> bool:
    """Whether a paper of a job format (`zpl`, `png1`, `pdf`) drawn for `dpi` can come out there.

    PDF fits every density, dots and ZPL only their own; ZPL needs a printer that speaks it, and an office printer
    takes PDF alone.
    """
    if form == "pdf" or printer.driver == "pdf":
        return form == "pdf"
    return printer.dpi == dpi and (form != "zpl" or printer.driver in ("zpl", "folder"))


def effective_state(state: PrinterState, agent_seen_at: datetime | None, now: datetime) -> PrinterState:
    """The state a person should believe: without its agent a printer is disconnected."""
    if agent_seen_at is None or agent_seen_at < now - timedelta(seconds=AGENT_SILENT_S):
        return PrinterState.DISCONNECTED
    return state


def is_ready(printer: PrinterStanding | None, now: datetime) -> bool:
    """Whether work given to the printer now would come out."""
    if printer is None or not printer.active:
        return False
    return effective_state(printer.state, printer.agent_seen_at, now) in READY_STATES


def is_down_long(printer: PrinterStanding, now: datetime) -> bool:
    """Whether jobs that wait there should move to a stand-in."""
    if is_ready(printer, now):
        return False
    if not printer.active:
        return True
    # A state that says "ready" is old news then: the agent fell silent.
    since = printer.agent_seen_at if printer.state in READY_STATES else printer.state_at
    return since is None or since <= now - timedelta(seconds=FALLBACK_AFTER_S)


def stand_in(
    printer: PrinterStanding,
    route: Sequence[int | None],
    printers: Mapping[int, PrinterStanding],
    form: str,
    dpi: int,
    now: datetime,
) -> PrinterStanding | None:
    """A ready printer to use instead: one of the route, else the printer's own, that takes the paper."""
    for other_id in (*route, printer.fallback_id):
        other = printers.get(other_id) if other_id is not None else None
        if other is not None and other.id != printer.id and is_ready(other, now) and takes(other, form, dpi):
            return other
    return None
