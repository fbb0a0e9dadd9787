"""Bars that have run together: read from the gray curve where edge finders see nothing, and never guessed."""

import numpy as np
import pytest
from pyzbar import pyzbar

from backend.scanning.photo_blurred import read_blurred
from backend.scanning.photo_readers import by_zxing
from backend.scanning.photo_regions import locate
from backend.scanning.photo_views import View, scaling
from backend.scanning.photo_votes import BLURRED_MARGIN, BLURRED_WEAKEST
from backend.scanning.photos import read_codes
from tests.scanning_photos import pictures

NUMBERS = ("8594001021123", "4006381333931", "0036000291452", "9780804816632")


def _blurred(digits: str, sigma_modules: float) -> np.ndarray:
    table = pictures.on_table(pictures.drawn(digits, "EAN13", module_px=3), 640, 400)
    return pictures.defocused(table, sigma_modules * 3, noise=1.0)


def _view(picture: np.ndarray) -> View:
    return View("plain", picture, scaling(1, 1))


@pytest.mark.parametrize("digits", NUMBERS)
def test_a_blur_wider_than_a_module_is_read(digits: str) -> None:
    """The ordinary readers see nothing here, at least on the picture as it is; the chain reads the number."""
    picture = _blurred(digits, 1.15)

    assert [] == by_zxing(_view(picture), thorough=True)
    assert [] == pyzbar.decode(picture)
    assert [digits] == [code.text for code in read_codes(picture).codes]


@pytest.mark.parametrize("degrees", [0, 20, 90, 180])
def test_the_curve_is_found_at_any_angle(degrees: int) -> None:
    """Also upside down, where the number has to be read backwards."""
    picture = pictures.turned(_blurred(NUMBERS[0], 1.0), degrees)
    found = [read_blurred(_view(picture), region) for region in locate(_view(picture))]

    assert NUMBERS[0] in [read.text for read in found if read is not None and read.margin > BLURRED_MARGIN]


def test_a_covered_digit_is_not_filled_in_from_the_check_digit() -> None:
    """A thumb over the last digits: the check digit would tell one of them, but that is not reading."""
    picture = _blurred(NUMBERS[0], 0.6)
    picture[:, 405:] = 120

    assert () == read_codes(picture).codes


@pytest.mark.parametrize("symbology", ["Code128", "Code39", "ITF"])
def test_other_bars_are_no_number(symbology: str) -> None:
    """Blurred bars of another symbology give a best number too; its fit and margin betray it."""
    text = "12345678901234" if symbology == "ITF" else "RAMPA 4711"
    picture = pictures.defocused(pictures.on_table(pictures.drawn(text, symbology, module_px=3), 800, 400), 4.0)

    for region in locate(_view(picture)):
        read = read_blurred(_view(picture), region)
        assert read is None or read.margin < BLURRED_MARGIN or read.weakest < BLURRED_WEAKEST


def test_a_known_number_may_be_believed_on_weaker_evidence_but_not_invented() -> None:
    """A number on the list is never told where the picture does not speak for it."""
    assert () == read_codes(pictures.texture(640, 480, 3), known=NUMBERS).codes
