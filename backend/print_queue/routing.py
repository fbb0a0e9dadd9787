"""Which printer takes a paper: the one of the station, or its stand-in while that one is down.

A job that nobody has begun to send may still change its printer; the person at the bench then finds the new printer's
name on the screen.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from backend.documents.artifact import LabelFormat
from printing.protocol import READY_STATES, PrinterState

AGENT_SILENT_S = 60
"""An agent asks at least every 25 seconds; without a word for so long it is gone, and its printers with it."""
FALLBACK_AFTER_S = 15
"""Time for a person to put in labels before waiting jobs move away."""

ZPL_DRIVERS = frozenset({"zpl", "folder"})
"""Printers that read ZPL."""
PDF_ONLY_DRIVERS = frozenset({"pdf"})
PAGE_DRIVERS = frozenset({"pdf", "ipp", "cups"})
"""Printers of pages: they are given PDF, which they lay out at their own density."""
PARENT_KINDS = {"goods_label": "label", "place_label": "label"}
"""A kind of paper without a printer of its own goes where the wider kind goes."""
LIFETIMES_H = {"label": 12, "goods_label": 12, "place_label": 48, "paper": 24}
"""How long a paper of a kind may wait: labels of Friday must not come out on Monday."""


def lifetime_h(paper_kind: str, route_h: int | None = None) -> int:
    """Hours a queued paper lives: what the office said for its route, else the custom of its kind."""
    return route_h if route_h is not None else LIFETIMES_H.get(paper_kind, 12)


def route_places(station: str, paper_kind: str, any_station: str = "*") -> list[tuple[str, str]]:
    """Lines of the table of routes that may serve a paper, the best first.

    The right kind of paper counts more than the station: goods labels do not fit into the parcel printer of a bench.
    """
    kinds = [paper_kind, *([PARENT_KINDS[paper_kind]] if paper_kind in PARENT_KINDS else [])]
    return list(dict.fromkeys((place, kind) for kind in kinds for place in (station, any_station)))


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


class ArtifactForm(msgspec.Struct, frozen=True):
    """How a label for a printer must be drawn: `format` is `zpl`, `png1` or `pdf`; PDF has no density of its own."""

    format: LabelFormat
    dpi: int


def takes(printer: PrinterStanding, form: str, dpi: int) -> bool:
    """Whether a paper of a job format (`zpl`, `png1`, `pdf`) drawn for `dpi` can come out there.

    PDF fits every density, dots and ZPL only their own; ZPL needs a printer that speaks it, and an office printer
    takes PDF alone.
    """
    if form == "pdf" or printer.driver in PDF_ONLY_DRIVERS:
        return form == "pdf"
    return printer.dpi == dpi and (form != "zpl" or printer.driver in ZPL_DRIVERS)


def artifact_format(printer: PrinterStanding, stand_ins: Sequence[PrinterStanding] = ()) -> ArtifactForm:
    """What a label for this printer is drawn as, so that its stand-ins can print it too wherever that is possible.

    ZPL where everybody concerned speaks it, PDF for a printer of papers, dots for all others. A stand-in that cannot
    be served at the same density is left out of the question: the printer itself comes first.
    """
    if printer.driver in PAGE_DRIVERS:
        return ArtifactForm("pdf", printer.dpi)
    forms: tuple[LabelFormat, ...] = ("zpl", "png1") if printer.driver in ZPL_DRIVERS else ("png1",)
    return ArtifactForm(
        max(forms, key=lambda form: sum(takes(other, form, printer.dpi) for other in stand_ins)), printer.dpi
    )


def is_heard(agent_seen_at: datetime | None, now: datetime) -> bool:
    """Whether the agent has spoken lately."""
    return agent_seen_at is not None and agent_seen_at >= now - timedelta(seconds=AGENT_SILENT_S)


def effective_state(state: PrinterState, agent_seen_at: datetime | None, now: datetime) -> PrinterState:
    """The state a person should believe: without its agent a printer is disconnected."""
    return state if is_heard(agent_seen_at, now) else PrinterState.DISCONNECTED


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
