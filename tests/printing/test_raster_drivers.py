"""Drivers that send dots: what they send is put on paper by interpreters of the tests' own and read by a scanner."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from printing.drivers import find_driver
from printing.lane import prepare
from printing.problems import UnfitJob
from printing.protocol import Demand, Media, PrinterConfig, PrintJob
from tests.printing.labels import code_picture, job, pdf, png, printer
from tests.printing.paper_of import PAPER_OF, codes, ink

CODE = "P.26-000123.7"
DENSITY = {"tspl": 203, "escpos": 203, "brother_ql": 300, "ipp": 300, "cups": 203}
A4 = Media(210, 297)
MEDIA = {"tspl": Media(100, 50), "escpos": Media(80, 1000), "brother_ql": Media(62, 1000), "ipp": A4, "cups": A4}
OVER_IPP = {"transport": "ipp", "address": "ipp://printer/ipp/print", "takes": ("image/pwg-raster",)}
EACH = pytest.mark.parametrize("code", sorted(PAPER_OF))


def _printer(code: str, **changes: Any) -> PrinterConfig:
    way = OVER_IPP if code in ("ipp", "cups") else {}
    return printer(**{"driver": code, "dpi": DENSITY[code], "media": MEDIA[code]} | way | changes)


def _job(code: str, grey: np.ndarray, **changes: Any) -> PrintJob:
    return job(png(grey), **{"format": "png1", "dpi": DENSITY[code]} | changes)


def _papers(code: str, job: PrintJob, **changes: Any) -> list[np.ndarray]:
    return PAPER_OF[code](find_driver(code).encode(job, _printer(code, **changes)).payload)


@EACH
@pytest.mark.parametrize("symbology", ["Code128", "QRCode", "DataMatrix"])
def test_a_label_comes_out_dot_for_dot(code: str, symbology: str) -> None:
    """The paper shows the very dots of the picture, the right way round, and a scanner reads it."""
    grey = code_picture(CODE, symbology, module=3)

    (paper,) = _papers(code, _job(code, grey))

    assert [CODE] == codes(paper)
    assert np.array_equal(ink(grey), ink(paper))


@EACH
def test_copies_are_papers(code: str) -> None:
    """Three copies are three papers, each with its code."""
    papers = _papers(code, _job(code, code_picture(CODE), copies=3))

    assert [[CODE]] * 3 == [codes(paper) for paper in papers]


@EACH
def test_a_pdf_becomes_dots(code: str) -> None:
    """A carrier's PDF prints on a printer that knows no PDF."""
    (paper,) = _papers(code, job(pdf(code_picture(CODE, module=3), DENSITY[code]), format="pdf"))

    assert [CODE] == codes(paper)


@EACH
def test_another_density_is_refused(code: str) -> None:
    """Dots for another head are never scaled."""
    with pytest.raises(UnfitJob, match="dpi"):
        _papers(code, _job(code, code_picture(CODE), dpi=600))


@EACH
def test_what_is_sent_has_been_read_back(code: str) -> None:
    """The agent's check decodes the final bytes: the right code passes, a label with another one never leaves."""
    driver, now = find_driver(code), datetime(2026, 11, 21, tzinfo=UTC)
    good = _job(code, code_picture(CODE))
    wrong = _job(code, code_picture(CODE), demands=(Demand("code128", "P.26-000124.4"),))

    assert prepare(good, _printer(code), driver, now).payload

    with pytest.raises(UnfitJob, match=r"000124\.4.*read back.*000123\.7"):
        prepare(wrong, _printer(code), driver, now)


@EACH
@pytest.mark.parametrize("spoil", [lambda sent: sent[:-9], lambda sent: b"hello" + sent])
def test_a_torn_stream_is_not_believed(code: str, spoil: Any) -> None:
    """The reader of a driver refuses bytes that a printer would stumble over."""
    driver = find_driver(code)
    payload = driver.encode(_job(code, code_picture(CODE)), _printer(code)).payload

    with pytest.raises(UnfitJob, match="Expected"):
        driver.read_dots(spoil(payload))


@pytest.mark.parametrize(("code", "width"), [("escpos", 640), ("brother_ql", 732)])
def test_white_margins_fall_ink_does_not(code: str, width: int) -> None:
    """A label as wide as the paper loses white to fit the head; ink beyond the head is refused."""
    grey = np.full((160, width), 255, np.uint8)
    drawn = code_picture(CODE)
    grey[: drawn.shape[0], 100 : 100 + drawn.shape[1]] = drawn
    wide = grey.copy()
    wide[50:60, 0] = wide[50:60, -1] = 0

    (paper,) = _papers(code, _job(code, grey))

    assert [CODE] == codes(paper)
    with pytest.raises(UnfitJob, match="wide"):
        _papers(code, _job(code, wide))


@pytest.mark.parametrize(
    ("code", "settings", "command"),
    [
        ("tspl", {"darkness_percent": 100}, b"DENSITY 15\r\n"),
        ("tspl", {"speed_mm_s": 102}, b"SPEED 4\r\n"),
        ("tspl", {"after_label": "cut"}, b"SET CUTTER 1\r\n"),
        ("tspl", {"after_label": "peel"}, b"SET PEEL ON\r\n"),
        ("escpos", {"after_label": "cut"}, b"\x1dVB\x00"),
        ("brother_ql", {"after_label": "cut"}, b"\x1biM\x40"),
        ("brother_ql", {"after_label": "tear"}, b"\x1biM\x00"),
        ("zpl", {"darkness_percent": 50}, b"~SD15"),
        ("zpl", {"speed_mm_s": 102}, b"^XA^PR4"),
        ("zpl", {"after_label": "cut"}, b"^XA^MMC"),
    ],
)
def test_settings_of_a_printer_become_its_commands(code: str, settings: dict[str, Any], command: bytes) -> None:
    """Darkness, speed and what happens after a label are sent where the language has words for them."""
    one = job() if code == "zpl" else _job(code, code_picture(CODE))
    base = printer() if code == "zpl" else _printer(code)
    config = {name: getattr(base, name) for name in base.__struct_fields__}

    plain = find_driver(code).encode(one, base).payload
    told = find_driver(code).encode(one, PrinterConfig(**config | settings)).payload

    assert command in told
    assert command not in plain or (code, settings) == ("brother_ql", {"after_label": "cut"})


def test_tspl_names_the_label_in_millimetres() -> None:
    """The size is the job's; without one it is the picture's at the printer's density."""
    grey = np.full((400, 800), 255, np.uint8)
    encode = find_driver("tspl").encode
    sized = _job("tspl", grey, media_width_mm=105, media_height_mm=148)

    assert b"SIZE 105 mm,148 mm\r\n" in encode(sized, _printer("tspl")).payload
    assert b"SIZE 100.1 mm,50.05 mm\r\n" in encode(_job("tspl", grey), _printer("tspl")).payload


@pytest.mark.parametrize(
    ("media", "kind", "rows"), [(Media(62, 1000), 0x0A, 140), (Media(62, 29), 0x0B, 271), (Media(17, 54), None, 0)]
)
def test_brother_rolls(media: Media, kind: int | None, rows: int) -> None:
    """Endless tape takes the rows of the picture, die-cut labels always all of theirs; too narrow a roll is refused."""
    encode = find_driver("brother_ql").encode
    config = _printer("brother_ql", media=media)
    if kind is None:
        with pytest.raises(UnfitJob, match="165 dots wide"):
            encode(_job("brother_ql", code_picture(CODE)), config)
        return

    stream = encode(_job("brother_ql", code_picture(CODE)), config).payload

    about = stream[stream.index(b"\x1biz") + 3 :]
    assert (kind, 62, rows) == (about[1], about[2], int.from_bytes(about[4:8], "little"))
    assert rows == PAPER_OF["brother_ql"](stream)[0].shape[0]


def test_brother_wants_its_own_density_and_rolls() -> None:
    """A set-up with 203 dpi or a paper that Brother does not make is a sentence."""
    with pytest.raises(UnfitJob, match="300 dpi"):
        _papers("brother_ql", _job("brother_ql", code_picture(CODE), dpi=203), dpi=203)
    with pytest.raises(UnfitJob, match="roll of 12"):
        _papers("brother_ql", _job("brother_ql", code_picture(CODE)), media=Media(105, 148))


def _brother(byte: int, value: int) -> bytes:
    answer = bytearray(b"\x80\x20B4" + bytes(28))
    answer[byte] = value
    return bytes(answer)


@pytest.mark.parametrize(
    ("code", "answer", "state", "waiting"),
    [
        ("tspl", b"\x00", "connected", 0),
        ("tspl", b"\x20", "printing", 1),
        ("tspl", b"\x01", "open", None),
        ("tspl", b"\x05", "open", None),
        ("tspl", b"\x02", "jam", None),
        ("tspl", b"\x04", "no_media", None),
        ("tspl", b"\x08", "no_media", None),
        ("tspl", b"\x10", "blocked", None),
        ("tspl", b"\x80", "blocked", None),
        ("escpos", b"\x12\x12\x12\x12", "connected", None),
        ("escpos", b"\x1a\x16\x12\x12", "open", None),
        ("escpos", b"\x1a\x32\x12\x72", "no_media", None),
        ("escpos", b"\x12\x12\x12\x1e", "connected", None),
        ("escpos", b"\x1a\x52\x1a\x12", "jam", None),
        ("escpos", b"\x1a\x52\x32\x12", "blocked", None),
        ("escpos", b"\x1a\x12\x12\x12", "blocked", None),
        ("escpos", b"HTTP", "connected", None),
        ("brother_ql", _brother(10, 62), "connected", 0),
        ("brother_ql", _brother(19, 1), "printing", 1),
        ("brother_ql", _brother(8, 0x01), "no_media", None),
        ("brother_ql", _brother(8, 0x02), "no_media", None),
        ("brother_ql", _brother(8, 0x04), "jam", None),
        ("brother_ql", _brother(9, 0x10), "open", None),
        ("brother_ql", _brother(9, 0x01), "no_media", None),
        ("brother_ql", _brother(9, 0x80), "blocked", None),
    ],
)
def test_answers_become_states_people_name(code: str, answer: bytes, state: str, waiting: int | None) -> None:
    """Each fault of each protocol has its state; a beginning of an answer says nothing yet."""
    read = find_driver(code).read_status

    reading = read(answer)

    assert reading is not None
    assert (state, waiting) == (reading.state.value, reading.waiting)
    assert read(answer[:-1]) is None


def test_the_suite_covers_every_raster_driver() -> None:
    """A new driver that sends dots needs an interpreter here."""
    from printing.drivers import driver_codes
    from printing.drivers.driver import Driver

    own_reader = next(field.default for field in dataclasses.fields(Driver) if field.name == "read_dots")

    assert sorted(PAPER_OF) == [one for one in driver_codes() if find_driver(one).read_dots is not own_reader]
