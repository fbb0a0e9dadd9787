"""Element strings beyond the public vectors: dates, weights, building, and separators that got lost."""

import pytest

from backend.gs1.elements import (
    build_bracketed,
    build_elements,
    check_pairs,
    net_weight_g,
    read_bracketed,
    read_date,
    read_elements,
)
from backend.gs1.scan_keys import read_code


@pytest.mark.parametrize(
    ("value", "year", "date"),
    [
        ("260630", 2026, "2026-06-30"),
        ("260200", 2026, "2026-02-28"),
        ("280200", 2026, "2028-02-29"),
        ("261200", 2026, "2026-12-31"),
        ("760101", 2026, "2076-01-01"),
        ("770101", 2026, "1977-01-01"),
        ("000229", 2026, "2000-02-29"),
        ("990101", 2049, "2099-01-01"),
        ("000101", 2050, "2100-01-01"),
        ("010101", 2052, "2101-01-01"),
        ("030101", 2052, "2003-01-01"),
        ("530101", 2099, "2053-01-01"),
    ],
)
def test_dates(value: str, year: int, date: str) -> None:
    """Day 00 is the end of the month; the century is the one 49 years back to 50 ahead."""
    assert read_date(value, year) == date


@pytest.mark.parametrize(
    ("ai", "value", "weight_g"),
    [
        ("3100", "000012", 12000),
        ("3103", "001250", 1250),
        ("3104", "000014", 1),
        ("3104", "000015", 2),
        ("3105", "000149", 1),
        ("3105", "000150", 2),
    ],
)
def test_net_weight(ai: str, value: str, weight_g: int) -> None:
    """Kilograms with any number of decimals come out as whole grams, halves up."""
    assert net_weight_g(ai, value) == weight_g


def test_separators_only_where_needed() -> None:
    """Built strings carry a separator after open values that are not last, and read back the same."""
    elements = {"01": "04006381333931", "10": "AB", "17": "260630", "21": "S9"}
    text = build_elements(elements)
    assert text == "010400638133393110AB\x1d1726063021S9"
    assert read_elements(text).elements == elements
    assert build_bracketed(elements) == "(01)04006381333931(10)AB(17)260630(21)S9"
    assert read_bracketed(build_bracketed(elements)).elements == elements


@pytest.mark.parametrize(("ai", "value"), [("01", "04006381333932"), ("10", ""), ("17", "261301"), ("89", "X")])
def test_wrong_values_are_not_built(ai: str, value: str) -> None:
    """A label with a wrong element is refused before it is printed."""
    with pytest.raises(ValueError, match="expected"):
        build_elements({ai: value})


def test_a_lost_separator_never_makes_a_lot() -> None:
    """For 500 lots followed by a date, none is ever read with the date inside; the product always is."""
    taken = []
    for number in range(500):
        reading = read_code(
            f"]C1010400638133393110L{number:04d}17{26 + number % 20:02d}0{1 + number % 9}{number % 29:02d}"
        )
        assert reading.keys[0] == "gtin:04006381333931"
        assert reading.error is not None
        assert reading.error.startswith("SEPARATOR_LOST")
        taken += [key for key in reading.keys if key.startswith(("lot:", "expiry:"))]
    assert taken == []


def test_pairs_are_warnings_on_the_floor() -> None:
    """A symbol with only a lot is read, with a word about what should stand beside it."""
    reading = read_code("]C110AB")
    assert (reading.error, reading.keys[0]) == (None, "lot:AB")
    assert reading.warnings[0].startswith("AI_REQUIRED: (10)")
    assert check_pairs({"01": "04006381333931", "02": "04006381333931", "37": "1"})[0].startswith("AI_EXCLUDED")
