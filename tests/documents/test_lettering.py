"""Words fitted into boxes: wrapped, shrunk, cut, and never with an empty box for a letter."""

from typing import Any

import pytest

from backend.documents.canvas import Text, Weight
from backend.documents.lettering import fit, has_glyph, printable, width_em, wrapped


def _text(text: str, **changes: Any) -> Text:
    fields: dict[str, Any] = {"x_mm": 0, "y_mm": 0, "width_mm": 40, "height_mm": 12, "text": text, "size_mm": 4}
    return Text(**{**fields, **changes})


def test_short_words_keep_their_size() -> None:
    """Nothing is touched that fits."""
    fitted = fit(_text("Praha"), 40, 12)

    assert (4, False, ("Praha",)) == (fitted.size_mm, fitted.cut, tuple(line.text for line in fitted.lines))


def test_long_words_shrink_before_they_are_cut() -> None:
    """One line too wide by a little is set smaller, whole."""
    fitted = fit(_text("Nejneobhospodařovávanější", min_size_mm=2), 40, 12)

    assert 2 < fitted.size_mm < 4
    assert not fitted.cut
    assert fitted.lines[0].width_em * fitted.size_mm <= 40.001


def test_too_long_words_end_with_an_ellipsis() -> None:
    """At the smallest size the rest is cut and the reader sees that it was."""
    fitted = fit(_text("Společnost pro výrobu a prodej " * 4, min_size_mm=3), 40, 12)

    assert fitted.cut
    assert fitted.lines[0].text.endswith("…")
    assert fitted.lines[0].width_em * fitted.size_mm <= 40.001


def test_wrapped_words_stay_inside_the_box() -> None:
    """Lines of a paragraph stay inside the box in both directions."""
    fitted = fit(_text("Zvonek nefunguje, volejte prosím deset minut předem. Druhé patro.", fit="wrap"), 40, 12)

    assert len(fitted.lines) > 1
    assert all(line.width_em * fitted.size_mm <= 40.001 for line in fitted.lines)
    assert fitted.lines[0].baseline_mm >= fitted.size_mm * 0.9
    assert fitted.lines[-1].baseline_mm + fitted.size_mm * 0.2 <= 12


def test_one_word_longer_than_a_line_is_broken() -> None:
    """A word without a gap does not run out of the label."""
    lines = wrapped("regular", "W" * 50, 10)

    assert "W" * 50 == "".join(lines)
    assert all(width_em("regular", line) <= 10 for line in lines)


def test_one_letter_prepositions_stay_with_their_word() -> None:
    """Czech setting: a line does not end with a single letter."""
    lines = wrapped("regular", "Hrnek smaltovaný s dřevěným uchem", width_em("regular", "Hrnek smaltovaný s "))

    assert ["Hrnek smaltovaný", "s dřevěným uchem"] == lines


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Žluťoučký kůň", "Žluťoučký kůň"),
        ("Szűcs Őrs", "Szűcs Őrs"),
        ("Ľubomír Ďurič", "Ľubomír Ďurič"),
        ("Z\u030cluta", "Žluta"),
        ("a\x00b\x1bc", "abc"),
        ("a\tb\u00a0c", "a b c"),
        ("\u202eabc\u202c", "abc"),
        ("李", "?"),
        ("שלום", "????"),
        ("one\r\ntwo", "one\ntwo"),
    ],
)
def test_printable_text(typed: str, printed: str) -> None:
    """What is typed becomes what can be printed: composed, freed of marks nobody sees, `?` where no letter can be."""
    assert printed == printable("regular", typed)


@pytest.mark.parametrize("weight", ["regular", "bold", "condensed"])
def test_fonts_have_every_letter_of_our_languages(weight: Weight) -> None:
    """No Czech, Slovak, Hungarian, Polish or German letter and no sign we print is missing in a bundled font."""
    letters = "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽäĺľôŕÄĹĽÔŔőűŐŰöüÖÜąćęłńśźżĄĆĘŁŃŚŹŻß€„“–…▲▼°×"

    assert [] == [letter for letter in letters if not has_glyph(weight, letter)]
