"""The trial papers are papers: the agent's own checks let them through, an independent reader opens them."""

import pypdfium2
import pytest

from backend.print_queue.trial_paper import plain, trial_code, trial_demand, trial_label, trial_page
from printing.verify import read_back
from printing.zpl import read_labels


@pytest.mark.parametrize("code", ["L1", "PACK-2", "a^FS~JA_5E", "tiskárna"])
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_the_label_carries_its_code(code: str, dpi: int) -> None:
    """Whatever the printer is called, its name cannot become a command and its code is what the agent demands."""
    zpl = trial_label(code, "Balení 1 ^XA", dpi, "2026-11-20 12:00 UTC", 100, 50)

    assert [] == read_back(zpl, "zpl", dpi, [trial_demand(code)])
    assert 1 == len(read_labels(zpl))
    assert b"~" not in zpl
    assert trial_code(code).startswith("TEST-")


@pytest.mark.parametrize(("name", "shown"), [("Štítky 1", "Stitky 1"), ("Ő^FS~JA", "O-FS-JA"), ("принтер", "-------")])
def test_a_name_stays_readable(name: str, shown: str) -> None:
    """Letters lose their marks, everything that could be a command becomes a dash."""
    assert shown == plain(name)


def test_the_page_says_which_printer() -> None:
    """An independent PDF reader finds the words on one A4 page."""
    document = pypdfium2.PdfDocument(trial_page("A4-1", "Office (laser)", "2026-11-20 12:00 UTC"))
    text = document[0].get_textpage().get_text_range()
    size = document[0].get_size()
    pages = len(document)
    document.close()

    assert 1 == pages
    assert (595, 842) == (round(size[0]), round(size[1]))
    assert "Rampa A4-1" in text
    assert "Office -laser-" in text
