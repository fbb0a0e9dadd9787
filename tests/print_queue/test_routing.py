"""Which printer takes a paper while others are down."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.print_queue.routing import (
    AGENT_SILENT_S,
    FALLBACK_AFTER_S,
    PrinterStanding,
    is_down_long,
    is_ready,
    stand_in,
)
from printing.protocol import PrinterState

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def _printer(number: int = 1, **changes: object) -> PrinterStanding:
    fields: dict[str, object] = {
        "code": f"L{number}", "state": PrinterState.CONNECTED, "state_at": _ago(3600), "agent_seen_at": _ago(1),
        "fallback_id": None, "dpi": 203,
    }  # fmt: skip
    return PrinterStanding(number, **fields | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "ready", "down_long"),
    [
        ({}, True, False),
        ({"state": PrinterState.PRINTING}, True, False),
        ({"state": PrinterState.NO_MEDIA, "state_at": _ago(1)}, False, False),
        ({"state": PrinterState.NO_MEDIA, "state_at": _ago(FALLBACK_AFTER_S)}, False, True),
        ({"state": PrinterState.OPEN, "state_at": None}, False, True),
        ({"agent_seen_at": None}, False, True),
        ({"agent_seen_at": _ago(AGENT_SILENT_S + 1)}, False, True),
        ({"active": False}, False, True),
    ],
)
def test_ready_or_down(changes: dict[str, object], ready: bool, down_long: bool) -> None:
    """A printer works, is in a short trouble that a person is mending, or is down."""
    printer = _printer(**changes)

    assert (ready, down_long) == (is_ready(printer, NOW), is_down_long(printer, NOW))


@pytest.mark.parametrize(
    ("route", "own_fallback", "second", "form", "chosen"),
    [
        ([1, 2], None, {}, "zpl", 2),
        ([1], 2, {}, "zpl", 2),
        ([1], None, {}, "zpl", None),
        ([1, 2], None, {"state": PrinterState.JAM}, "zpl", None),
        ([1, 2], None, {"dpi": 300}, "zpl", None),
        ([1, 2], None, {"dpi": 300}, "pdf", 2),
        ([1, 2], None, {"driver": "tspl"}, "zpl", None),
        ([1, 2], None, {"driver": "tspl"}, "png1", 2),
        ([1, 2], None, {"driver": "tspl", "dpi": 300}, "png1", None),
        ([1, 2], None, {"driver": "tspl"}, "pdf", 2),
        ([1, 2], None, {"driver": "folder"}, "zpl", 2),
        ([1, 2], None, {"driver": "pdf"}, "zpl", None),
        ([1, 2], None, {"driver": "pdf"}, "pdf", 2),
        ([1, 1], 1, {}, "zpl", None),
    ],
)
def test_stand_in(
    route: list[int], own_fallback: int | None, second: dict[str, object], form: str, chosen: int | None
) -> None:
    """Route first, then the printer's own stand-in; it must be ready, speak the language and have the density."""
    first = _printer(1, state=PrinterState.NO_MEDIA, fallback_id=own_fallback)
    printers = {1: first, 2: _printer(2, **second)}

    found = stand_in(first, route, printers, form, 203, NOW)

    assert chosen == (found.id if found else None)
