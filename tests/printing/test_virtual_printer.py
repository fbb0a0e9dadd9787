"""The virtual printer hurts in the ways real ones do, and the TCP line notices each."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from printing.control_page import ControlPage
from printing.drivers.zpl import read_status
from printing.problems import LineCut, NotReached, PrintingProblem
from printing.transports import tcp
from printing.transports.folder import FolderLine
from printing.virtual_printer import VirtualPrinter
from tests.printing.labels import ZPL


@pytest.fixture
def virtual(tmp_path: Path) -> Iterator[VirtualPrinter]:
    opened = VirtualPrinter(tmp_path / "labels").start()
    yield opened
    opened.set_trouble(state="ok")
    opened.close()


def _line(virtual: VirtualPrinter, close_s: float = 60.0, send_s: float = 60.0) -> tcp.TcpLine:
    return tcp.TcpLine(f"127.0.0.1:{virtual.port}", 60.0, send_s, close_s)


def _ask(line: tcp.TcpLine, answer_s: float = 0.3) -> bytes:
    return line.ask(b"~HS", lambda answer: read_status(answer) is not None, answer_s)


def test_a_job_is_kept_as_it_came(virtual: VirtualPrinter) -> None:
    """The file holds the bytes, the index what is on the label."""
    with _line(virtual) as line:
        line.send(ZPL, "job")
        line.finish(True)

    (printed,) = virtual.wait_for(1, 60)
    assert ZPL == (virtual.folder / "job-000001.zpl").read_bytes()
    assert ({"symbology": "code128", "text": "P.26-000123.7"}, True, 1) == (
        printed.codes[0], printed.complete, printed.labels,
    )  # fmt: skip
    assert printed.sha256 == json.loads((virtual.folder / "index.jsonl").read_text())["sha256"]


def test_a_question_is_answered_and_not_printed(virtual: VirtualPrinter) -> None:
    """`~HS` before the job is an immediate command, on the same line, and no part of the label."""
    with _line(virtual) as line:
        reading = read_status(_ask(line, 60.0))
        line.send(ZPL, "job")
        line.finish(True)

    assert reading is not None
    assert "connected" == reading.state.value
    virtual.wait_for(1, 60)
    assert ZPL == (virtual.folder / "job-000001.zpl").read_bytes()


def test_out_of_labels_is_silent_and_keeps_the_job(virtual: VirtualPrinter) -> None:
    """Without media a Zebra says nothing; what it was sent comes out once there are labels again."""
    virtual.set_trouble(state="no_media")
    with _line(virtual) as line:
        assert b"" == _ask(line)
        line.send(ZPL, "job")
        line.finish(True)
    assert [] == virtual.wait_for(1, 0.2)
    assert 1 == virtual.held

    virtual.set_trouble(state="ok")

    assert 1 == len(virtual.wait_for(1, 60))


def test_clones_say_what_is_wrong(virtual: VirtualPrinter) -> None:
    """With `answers_in_trouble` the flag for paper comes back instead of silence."""
    virtual.set_trouble(state="no_media", answers_in_trouble=True)
    with _line(virtual) as line:
        reading = read_status(_ask(line, 60.0))

    assert reading is not None
    assert "no_media" == reading.state.value


def test_a_hanging_printer_is_not_printed(virtual: VirtualPrinter) -> None:
    """All bytes fit into the network's buffers, yet nobody read them: the line says so."""
    virtual.set_trouble(state="hang")
    with _line(virtual, close_s=0.3) as line:
        line.send(ZPL, "job")
        with pytest.raises(LineCut, match="did not close"):
            line.finish(True)

    virtual.set_trouble(state="ok")
    assert [] == virtual.wait_for(1, 0.3)


def test_a_big_job_into_a_hanging_printer(virtual: VirtualPrinter) -> None:
    """A job larger than every buffer stops half way; the sentence tells how far it came."""
    virtual.set_trouble(state="hang")
    with _line(virtual, send_s=0.3) as line, pytest.raises(LineCut, match="broke after"):
        line.send(b"^FX" + b"x" * 20_000_000, "job")


def test_a_cut_line_is_noticed(virtual: VirtualPrinter) -> None:
    """The printer closes in the middle: never a success, and the stump is marked incomplete."""
    virtual.set_trouble(state="cut", cut_after_bytes=40)

    def send() -> None:
        with _line(virtual) as line:
            line.send(ZPL * 50, "job")
            line.finish(True)

    with pytest.raises(LineCut):
        send()

    (stump,) = virtual.wait_for(1, 60)
    assert (False, 40) == (stump.complete, stump.bytes)


def test_nobody_there_is_not_reached() -> None:
    """A closed port is told apart from a cut line: nothing was sent."""
    with pytest.raises(NotReached, match="no connection"):
        tcp.TcpLine("127.0.0.1:1", 0.5)


@pytest.mark.parametrize(
    ("address", "pair"),
    [
        ("10.0.0.5", ("10.0.0.5", 9100)),
        ("printer.local:6101", ("printer.local", 6101)),
        ("[fe80::1]:9100", ("fe80::1", 9100)),
        ("[fe80::1]", ("fe80::1", 9100)),
        (":9100", None),
        ("host:0", None),
        ("host:nine", None),
    ],
)
def test_addresses(address: str, pair: tuple[str, int] | None) -> None:
    """Port 9100 unless told otherwise; nonsense is a sentence."""
    if pair is None:
        with pytest.raises(NotReached, match="host:port"):
            tcp.read_address(address)
    else:
        assert pair == tcp.read_address(address)


@pytest.mark.parametrize("address", ["../out", "/etc", "a/../../b"])
def test_a_folder_printer_stays_in_its_folder(tmp_path: Path, address: str) -> None:
    """The configuration of the server cannot make the agent write elsewhere."""
    with pytest.raises(NotReached, match="below"):
        FolderLine(address, tmp_path / "root")


def test_a_file_appears_whole(tmp_path: Path) -> None:
    """A folder printer leaves no part files."""
    with FolderLine("labels", tmp_path) as line:
        line.send(ZPL, "job-1.zpl")
        line.finish(True)

    assert {"job-1.zpl": ZPL} == {path.name: path.read_bytes() for path in (tmp_path / "labels").iterdir()}


def test_the_page_shows_labels_and_switches_states(virtual: VirtualPrinter) -> None:
    """The control port: labels as text and picture, the state as JSON, nonsense refused."""
    page = ControlPage(virtual).start()
    base = f"http://127.0.0.1:{page.port}"
    try:
        with _line(virtual) as line:
            line.send(ZPL.replace(b"^XZ", b"^FO9,9^A0N,20^FH^FD<b>_26^FS^XZ"), "job")
            line.finish(True)
        virtual.wait_for(1, 60)
        shown = urllib.request.urlopen(f"{base}/", timeout=60).read().decode()
        picture = urllib.request.urlopen(f"{base}/job/1.png", timeout=60).read()
        change = urllib.request.Request(f"{base}/state", b'{"state": "no_media"}', {"Content-Type": "application/json"})
        state = json.load(urllib.request.urlopen(change, timeout=60))
        wrong = urllib.request.Request(f"{base}/state", b'{"state": "on fire"}', {"Content-Type": "application/json"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(wrong, timeout=60)
        refused.value.close()
    finally:
        page.close()

    assert "P.26-000123.7" in shown
    assert "&lt;b&gt;&amp;" in shown
    assert picture.startswith(b"\x89PNG")
    assert "no_media" == state["state"]
    assert 422 == refused.value.code


def test_a_taken_port_is_a_sentence(virtual: VirtualPrinter, tmp_path: Path) -> None:
    """Two virtual printers on one port: the second says what to do."""
    with pytest.raises(PrintingProblem, match="--port"):
        VirtualPrinter(tmp_path / "other", virtual.port)
