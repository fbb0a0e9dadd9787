"""What the ZPL driver understands of a printer, and what it makes of a job."""

import pytest

from printing.dialects import host_status
from printing.drivers import driver_codes, find_driver
from printing.drivers.zpl import DRIVER, read_status
from printing.problems import PrintingProblem, UnfitJob
from printing.protocol import PrinterState
from printing.zpl import read_labels
from tests.printing.labels import ZPL, code_picture, job, pdf, png, printer

CALM = ("030,0,0,1184,000,0,0,0,000,0,0,0", "000,0,0,0,0,2,4,0,00000000,1,000", "0000,0")


def _answer(line1: str = CALM[0], line2: str = CALM[1], line3: str = CALM[2]) -> bytes:
    return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in (line1, line2, line3))


@pytest.mark.parametrize(
    ("answer", "state", "waiting"),
    [
        (_answer(), "connected", 0),
        (_answer("030,1,0,1184,000,0,0,0,000,0,0,0"), "no_media", 0),
        (_answer("030,0,1,1184,000,0,0,0,000,0,0,0"), "blocked", 0),
        (_answer("030,0,0,1184,002,0,0,0,000,0,0,0"), "printing", 2),
        (_answer("030,0,0,1184,000,1,0,0,000,0,0,0"), "blocked", 0),
        (_answer("030,0,0,1184,000,0,0,0,000,0,1,0"), "blocked", 0),
        (_answer("030,0,0,1184,000,0,0,0,000,0,0,1"), "blocked", 0),
        (_answer(line2="000,0,1,0,0,2,4,0,00000000,1,000"), "open", 0),
        (_answer(line2="000,0,0,1,0,2,4,0,00000000,1,000"), "no_media", 0),
        (_answer(line2="000,0,0,0,0,2,4,0,00000007,1,000"), "printing", 7),
        (_answer("030,1,0,1184,000,0,0,0,000,0,0,0", "000,0,1,0,0,2,4,0,00000000,1,000"), "open", 0),
    ],
)
def test_host_status_becomes_a_state_people_name(answer: bytes, state: str, waiting: int) -> None:
    """Each flag of `~HS` has its state; the fault that hinders most comes first."""
    reading = read_status(answer)

    assert reading is not None
    assert (state, waiting) == (reading.state.value, reading.waiting)


@pytest.mark.parametrize("length", range(len(_answer())))
def test_part_of_an_answer_is_no_answer(length: int) -> None:
    """Every beginning of a reply says nothing until the third line is closed."""
    whole = _answer()
    cut = whole[:length]

    assert (read_status(cut) is None) == (cut.count(b"\x03") < 3)


def test_a_foreign_answer_is_told_as_it_is() -> None:
    """A printer that answers something else is connected, with the oddity in words."""
    reading = read_status(b"\x02a\x03\x02b\x03\x02c\x03")

    assert reading is not None
    assert PrinterState.CONNECTED is reading.state
    assert "unknown way" in reading.detail


@pytest.mark.parametrize(("state", "expected"), [("ok", "connected"), ("no_media", "no_media"), ("open", "open")])
def test_the_virtual_printer_speaks_the_same_language(state: str, expected: str) -> None:
    """Its answers are understood as the states it was put into."""
    reading = read_status(host_status(state, 0))

    assert reading is not None
    assert expected == reading.state.value


def test_zpl_is_repeated_for_copies() -> None:
    """Three copies are three labels, whatever the label itself says about quantity."""
    printout = DRIVER.encode(job(copies=3), printer())

    assert 3 == len(read_labels(printout.payload))


def test_a_picture_becomes_one_graphic_with_its_copies() -> None:
    """A bitmap job declares its size in dots and prints its copies by the printer's own counter."""
    grey = code_picture("P.26-000123.7")

    (label,) = read_labels(DRIVER.encode(job(png(grey), format="png1", copies=2), printer()).payload)

    assert (grey.shape[1], grey.shape[0], 2) == (label.width, label.length, label.quantity)


def test_every_page_of_a_pdf_is_a_label() -> None:
    """A PDF is cut into labels page by page."""
    payload = DRIVER.encode(job(pdf(code_picture("P.26-000123.7")), format="pdf"), printer()).payload

    assert 1 == len(read_labels(payload))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"format": "png1", "dpi": 300}, "300"),
        ({"format": "png1", "media_width_mm": 20, "media_height_mm": 20}, "dots"),
    ],
)
def test_dots_are_never_scaled(changes: dict[str, object], word: str) -> None:
    """A picture for another density or larger than the media is refused, never shrunk."""
    with pytest.raises(UnfitJob, match=word):
        DRIVER.encode(job(png(code_picture("P.26-000123.7")), **changes), printer())


def test_copies_of_a_pdf_are_asked_for_once() -> None:
    """Two PDF in one stream are one broken PDF, so the job language asks for copies."""
    encode = find_driver("pdf").encode
    content = pdf(code_picture("A1"))

    assert content == encode(job(content, format="pdf"), printer()).payload
    assert 1 == encode(job(content, format="pdf", copies=2), printer()).payload.count(b"%PDF-")
    assert b"@PJL SET COPIES=2" in encode(job(content, format="pdf", copies=2), printer()).payload


def test_the_folder_keeps_content_as_it_came() -> None:
    """What goes into a folder is the artifact itself."""
    assert ZPL == find_driver("folder").encode(job(), printer()).payload


@pytest.mark.parametrize("code", driver_codes())
def test_a_driver_bears_the_name_of_its_file(code: str) -> None:
    """The name in the configuration finds the file, and the file agrees."""
    assert code == find_driver(code).code


def test_an_unknown_driver_is_a_sentence() -> None:
    """A wrong name lists the right ones."""
    with pytest.raises(PrintingProblem, match="folder, ipp, pdf, tspl, zpl"):
        find_driver("../etc")


@pytest.mark.parametrize(
    ("answer", "model", "dpi"),
    [
        (b"\x02ZD421-203dpi ZPL,V93.21.17Z,8,8176KB\x03\r\n", "ZD421-203dpi ZPL", 203),
        (b"\x02ZT411-300dpi,V92.21.39Z,12,65536KB,X\x03\r\n", "ZT411-300dpi", 300),
        (b"\x02ZT411-600dpi,V92,24,65536KB\x03", "ZT411-600dpi", 600),
        (b"\x02CLONE\x03", "CLONE", 0),
    ],
)
def test_what_a_printer_is(answer: bytes, model: str, dpi: int) -> None:
    """Model and density by its own word; a beginning of the answer says nothing."""
    read = DRIVER.read_identity

    assert (model, dpi) == ((found := read(answer)) and found.model, found and found.dpi)
    assert [None] * len(answer.rstrip()[:-1]) == [read(answer[:length]) for length in range(len(answer.rstrip()) - 1)]
