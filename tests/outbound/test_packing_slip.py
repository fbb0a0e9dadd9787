"""Whether a packing slip is printed: the station's word before the merchant's, that before the house's."""

from typing import Any

import pytest

from backend.outbound.packing_slip import is_wanted, party


@pytest.mark.parametrize(
    ("setting", "with_printer", "without"),
    [
        ({}, True, False),
        ({"print": "auto"}, True, False),
        ({"print": "never"}, False, False),
        ({"print": "always"}, True, True),
        ({"print": "never", "merchants": {"ESHOP": "auto"}}, True, False),
        ({"print": "always", "merchants": {"ESHOP": "never"}}, False, False),
        ({"merchants": {"ESHOP": "always"}, "stations": {"S1": "never"}}, False, False),
        ({"print": "never", "stations": {"S1": "always"}}, True, True),
        ({"print": "never", "stations": {"S2": "always"}, "merchants": {"OTHER": "always"}}, False, False),
        ({"print": "sometimes", "stations": {"S1": 7}}, True, False),
    ],
)
def test_the_nearest_word_counts(setting: dict[str, Any], with_printer: bool, without: bool) -> None:
    """Each setting with a paper printer at the station and without one; unknown words are as if nothing was said."""
    assert (with_printer, without) == (
        is_wanted(setting, "ESHOP", "S1", True),
        is_wanted(setting, "ESHOP", "S1", False),
    )


@pytest.mark.parametrize(
    ("name", "company", "head", "lines"),
    [
        ("Jiří Žďárský", "", "Jiří Žďárský", ["Na Příkopě 1", "110 00 Praha"]),
        ("Jiří Žďárský", "Kořenka s. r. o.", "Kořenka s. r. o.", ["Jiří Žďárský", "Na Příkopě 1", "110 00 Praha"]),
        ("", "", "-", ["Na Příkopě 1", "110 00 Praha"]),
    ],
)
def test_an_address_has_no_empty_lines(name: str, company: str, head: str, lines: list[str]) -> None:
    assert {"name": head, "lines": lines} == party(name, company, "Na Příkopě 1", ("110 00", "Praha"))
