"""Python's half of the contracts the floor app keeps too: code text to keys, and keyboard healing."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.gs1.keyboards import (
    CALIBRATION_END,
    CALIBRATION_SEPARATOR,
    CALIBRATION_TEXT,
    Calibration,
    calibrate,
    damage_keyboard,
    heal_keyboard,
)
from backend.gs1.scan_keys import read_code

CONTRACTS = Path(__file__).parents[2] / "contracts"
SCAN_KEYS = json.loads((CONTRACTS / "scan_keys.json").read_text("utf-8"))
KEYBOARDS = json.loads((CONTRACTS / "keyboards.json").read_text("utf-8"))


@pytest.mark.parametrize("case", SCAN_KEYS, ids=lambda case: repr(case["text"])[:60])
def test_scan_keys(case: dict[str, Any]) -> None:
    """Every text of contracts/scan_keys.json is read exactly as written there."""
    reading = read_code(case["text"], set(case["known"]) if "known" in case else None)
    assert {
        "kind": reading.kind,
        "keys": list(reading.keys),
        "elements": reading.elements,
        "error": reading.error,
        "healed_from": reading.healed_from,
    } == {name: case.get(name) for name in ("kind", "keys", "elements", "error", "healed_from")}


@pytest.mark.parametrize("case", KEYBOARDS["heal"], ids=lambda case: f"{case['layout']} {case['healed']}")
def test_heal_keyboard(case: dict[str, Any]) -> None:
    """Damaged text goes back to what a US keyboard typed, or to nothing when that layout cannot have made it."""
    assert heal_keyboard(case["text"], case["layout"]) == case["healed"]


@pytest.mark.parametrize(
    "case",
    [case for case in KEYBOARDS["heal"] if case["healed"] is not None],
    ids=lambda case: f"{case['layout']} {case['healed']}",
)
def test_damage_keyboard(case: dict[str, Any]) -> None:
    """The damage itself is what the layout tables of the contract say."""
    assert damage_keyboard(case["healed"], case["layout"]) == case["text"]


@pytest.mark.parametrize("case", KEYBOARDS["calibrate"], ids=lambda case: repr(case["seen"]))
def test_calibrate(case: dict[str, Any]) -> None:
    """One printed code tells the computer's layout, caps lock, or a scanner that is set to a national layout."""
    assert calibrate(case["seen"]) == Calibration(case["layout"], case["caps_lock"], case["scanner_layout"])


def test_calibration_card() -> None:
    """The three codes of the printed card are those that the floor app waits for."""
    card = [KEYBOARDS[name] for name in ("calibration_end", "calibration_text", "calibration_separator")]
    assert card == [CALIBRATION_END, CALIBRATION_TEXT, CALIBRATION_SEPARATOR]
