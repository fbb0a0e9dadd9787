"""Which printer takes a paper while others are down."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.print_queue.routing import (
    AGENT_SILENT_S,
    FALLBACK_AFTER_S,
    LIFETIMES_H,
    PrinterStanding,
    artifact_format,
    is_down_long,
    is_ready,
    lifetime_h,
    route_places,
    stand_in,
    takes,
)
from backend.print_queue.tables import PAPER_KINDS
from printing.protocol import PrinterState

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def _printer(number: int = 1, **changes: Any) -> PrinterStanding:
    fields: dict[str, Any] = {
        "code": f"L{number}", "state": PrinterState.CONNECTED, "state_at": _ago(3600), "agent_seen_at": _ago(1),
        "fallback_id": None, "dpi": 203,
    }  # fmt: skip
    return PrinterStanding(number, **fields | changes)


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


@pytest.mark.parametrize(
    ("driver", "others", "form"),
    [
        ("zpl", (), ("zpl", 203)),
        ("folder", (), ("zpl", 203)),
        ("zpl", (("zpl", 203),), ("zpl", 203)),
        ("zpl", (("tspl", 203),), ("png1", 203)),  # the stand-in cannot read ZPL, both can print dots
        ("zpl", (("tspl", 300),), ("zpl", 203)),  # no drawing fits both
        ("zpl", (("pdf", 203),), ("zpl", 203)),
        ("tspl", (), ("png1", 203)),
        ("brother_ql", (("zpl", 300),), ("png1", 203)),
        ("escpos", (), ("png1", 203)),
        ("a_driver_of_tomorrow", (), ("png1", 203)),
        ("pdf", (("zpl", 203),), ("pdf", 203)),
        ("ipp", (), ("pdf", 203)),
        ("cups", (), ("pdf", 203)),
    ],
)
def test_what_a_label_is_drawn_as(driver: str, others: tuple[tuple[str, int], ...], form: tuple[str, int]) -> None:
    """Dots for printers that take nothing else, PDF for printers of pages, and what the stand-in can print too."""
    stand_ins = [_printer(number, driver=kind, dpi=dpi) for number, (kind, dpi) in enumerate(others, start=2)]

    drawn = artifact_format(_printer(driver=driver), stand_ins)

    assert form == (drawn.format, drawn.dpi)
    assert takes(_printer(driver=driver), drawn.format, drawn.dpi)


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        ("label", [("P1", "label"), ("*", "label")]),
        ("goods_label", [("P1", "goods_label"), ("*", "goods_label"), ("P1", "label"), ("*", "label")]),
        ("paper", [("P1", "paper"), ("*", "paper")]),
    ],
)
def test_lines_of_the_table_of_routes(kind: str, places: list[tuple[str, str]]) -> None:
    """The kind counts more than the station, and a kind without a line of its own goes the way of the wider one."""
    assert places == route_places("P1", kind)


def test_no_kind_of_paper_lives_over_a_weekend() -> None:
    """From Friday 18:00 to Monday 6:00 are 60 hours; every kind of paper has a life of its own, a route may say more."""
    assert set(PAPER_KINDS) == set(LIFETIMES_H)
    assert max(LIFETIMES_H.values()) < 60
    assert (3, 12) == (lifetime_h("label", 3), lifetime_h("label"))
