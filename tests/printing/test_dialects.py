"""Conversations over TCP with virtual printers of each raster language; papers are read by the tests' own interpreters."""

import json
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from printing.control_page import ControlPage
from printing.dialects import DIALECTS
from printing.drivers import PrinterReading, find_driver
from printing.protocol import Media
from printing.transports.tcp import TcpLine
from printing.virtual_printer import VirtualPrinter
from tests.printing.labels import code_picture, job, png, printer
from tests.printing.paper_of import PAPER_OF, codes, ink

CODE = "P.26-000123.7"
RAW = sorted(set(DIALECTS) & set(PAPER_OF))
SET_UP = {
    "tspl": {"dpi": 203},
    "escpos": {"dpi": 203, "media": Media(80, 1000), "after_label": "cut"},
    "brother_ql": {"dpi": 300, "media": Media(62, 1000)},
}


def _ask(line: TcpLine, language: str, answer_s: float = 60.0) -> PrinterReading | None:
    driver = find_driver(language)
    return driver.read_status(
        line.ask(driver.status_query, lambda so_far: driver.read_status(so_far) is not None, answer_s)
    )


def _payload(language: str, grey: np.ndarray) -> bytes:
    one = job(png(grey), format="png1", dpi=SET_UP[language]["dpi"])
    return find_driver(language).encode(one, printer(driver=language, **SET_UP[language])).payload


@pytest.mark.parametrize("language", RAW)
def test_a_question_a_job_and_its_paper(language: str, tmp_path: Path) -> None:
    """Asked, sent and closed on one line; the kept bytes are the label dot for dot and a scanner reads it."""
    grey = code_picture(CODE, module=3)
    virtual = VirtualPrinter(tmp_path, language=language).start()
    page = ControlPage(virtual).start()
    try:
        with TcpLine(f"127.0.0.1:{virtual.port}", 60.0, 60.0, 60.0) as line:
            reading = _ask(line, language)
            line.send(_payload(language, grey), "job")
            line.finish(True)
        (printed,) = virtual.wait_for(1, 60)
        shown = json.load(urllib.request.urlopen(f"http://127.0.0.1:{page.port}/jobs.json", timeout=60))
        picture = urllib.request.urlopen(f"http://127.0.0.1:{page.port}/job/1.png", timeout=60).read()
    finally:
        page.close()
        virtual.close()

    (paper,) = PAPER_OF[language]((tmp_path / printed.file).read_bytes())
    assert reading is not None
    assert "connected" == reading.state.value
    assert [CODE] == codes(paper)
    assert np.array_equal(ink(grey), ink(paper))
    assert (1, "", CODE) == (printed.labels, printed.problem, printed.codes[0]["text"])
    assert CODE in str(shown)
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize("language", RAW)
@pytest.mark.parametrize(("state", "said"), [("no_media", "no_media"), ("open", "open")])
def test_trouble_is_said_aloud(language: str, state: str, said: str, tmp_path: Path) -> None:
    """Unlike a Zebra these answer in trouble, by name; what they were sent before comes out afterwards."""
    virtual = VirtualPrinter(tmp_path, language=language).start()
    virtual.set_trouble(state=state)
    try:
        with TcpLine(f"127.0.0.1:{virtual.port}", 60.0, 60.0, 60.0) as line:
            reading = _ask(line, language)
            line.send(_payload(language, code_picture(CODE)), "job")
            line.finish(True)
        assert [] == virtual.wait_for(1, 0.1)
        virtual.set_trouble(state="ok")
        assert 1 == len(virtual.wait_for(1, 60))
    finally:
        virtual.close()

    assert reading is not None
    assert said == reading.state.value


@pytest.mark.parametrize("language", RAW)
def test_a_mute_one_stays_mute(language: str, tmp_path: Path) -> None:
    """A clone without answers: silence, and the question is no part of the job."""
    virtual = VirtualPrinter(tmp_path, language=language).start()
    virtual.set_trouble(mute=True)
    payload = _payload(language, code_picture(CODE))
    try:
        with TcpLine(f"127.0.0.1:{virtual.port}", 60.0, 60.0, 60.0) as line:
            assert _ask(line, language, 0.2) is None
            line.send(payload, "job")
            line.finish(True)
        (printed,) = virtual.wait_for(1, 60)
    finally:
        virtual.close()

    assert payload == (tmp_path / printed.file).read_bytes()


def test_dots_that_look_like_a_question_are_dots(tmp_path: Path) -> None:
    """A picture that holds the bytes of the question by chance comes out whole."""
    grey = np.full((8, 64), 255, np.uint8)
    query = np.unpackbits(np.frombuffer(b"\x1b!?", np.uint8))
    grey[4, : len(query)] = query * 255
    payload = _payload("tspl", grey)
    virtual = VirtualPrinter(tmp_path, language="tspl").start()
    try:
        with TcpLine(f"127.0.0.1:{virtual.port}", 60.0, 60.0, 60.0) as line:
            line.send(payload, "job")
            line.finish(True)
        (printed,) = virtual.wait_for(1, 60)
    finally:
        virtual.close()

    assert b"\x1b!?" in payload
    assert payload == (tmp_path / printed.file).read_bytes()
