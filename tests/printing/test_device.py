"""A printer on a cable: a pseudo terminal stands for the serial line, the test holds its other end."""

import os
import re
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from printing.problems import LineCut, NotReached
from printing.transports import open_line
from printing.transports.device import DeviceLine, read_address

PSEUDO = re.compile(r"/dev/pts/\d+")


@pytest.fixture
def ends() -> Iterator[tuple[int, str]]:
    """The printer's end as a file number, the agent's end as a path."""
    printer, agent = os.openpty()
    tty.setraw(agent)
    yield printer, os.ttyname(agent)
    os.close(agent)
    os.close(printer)


def _line(path: str, send_s: float = 60.0) -> DeviceLine:
    return DeviceLine(path, send_s, 60.0, PSEUDO)


def test_every_byte_arrives_as_it_was(ends: tuple[int, str]) -> None:
    """A serial line is raw: line ends, XON, XOFF and the eighth bit are bytes like others."""
    printer, path = ends
    payload = bytes(range(256)) * 8

    with _line(path) as line:
        line.send(payload, "job")
        got = os.read(printer, 65536)
        while len(got) < len(payload):
            got += os.read(printer, 65536)
        line.finish(True)

    assert payload == got


def test_a_question_and_its_answer(ends: tuple[int, str]) -> None:
    """The printer's word comes back on the same cable; silence is b""."""
    printer, path = ends

    with _line(path) as line:
        os.write(printer, b"\x04")  # what the printer says when asked; a terminal holds it until it is read
        answer = line.ask(b"\x1b!?", lambda so_far: len(so_far) == 1, 60.0)
        silence = line.ask(b"\x1b!?", lambda so_far: len(so_far) == 1, 0.1)

    assert (b"\x04", b"") == (answer, silence)
    assert b"\x1b!?" * 2 == os.read(printer, 100)


def test_a_printer_that_takes_nothing_is_a_cut_line(ends: tuple[int, str]) -> None:
    """The kernel's buffer fills up, nothing moves any more: that is no print."""
    _, path = ends

    with _line(path, send_s=0.2) as line, pytest.raises(LineCut, match="took no more"):
        line.send(b"x" * 1_000_000, "job")


@pytest.mark.parametrize(
    ("address", "pair"),
    [
        ("/dev/usb/lp0", ("/dev/usb/lp0", 9600)),
        ("/dev/ttyUSB1@115200", ("/dev/ttyUSB1", 115200)),
        ("/dev/serial/by-id/usb-TSC_TE200-if00", ("/dev/serial/by-id/usb-TSC_TE200-if00", 9600)),
        ("/dev/sda", None),
        ("/dev/usb/../sda", None),
        ("/dev/serial/by-id/../../sda", None),
        ("/dev/serial/by-id/..", None),
        ("/etc/passwd", None),
        ("/dev/ttyUSB0@", None),
        ("/dev/ttyUSB0@0", None),
        ("/dev/ttyUSB0@fast", None),
        ("/dev/ttyUSB0@RKINT", None),
        ("", None),
    ],
)
def test_only_device_files_of_printers(address: str, pair: tuple[str, int] | None) -> None:
    """The server's word opens printers and serial lines, never a disk or a file."""
    if pair is None:
        with pytest.raises(NotReached, match="Expected"):
            read_address(address)
    else:
        assert pair == read_address(address)


def test_a_missing_cable_is_a_sentence(tmp_path: Path) -> None:
    """A device that is not there was not reached: nothing was sent, the job may wait."""
    with pytest.raises(NotReached, match="plugged in"):
        open_line("device", "/dev/usb/lp987", tmp_path)


def test_a_plain_file_is_no_printer(tmp_path: Path) -> None:
    """Even where the name is right, only a device is written to."""
    plain = tmp_path / "lp0"
    plain.write_bytes(b"")

    with pytest.raises(NotReached, match="plain file"):
        DeviceLine(str(plain), allowed=re.compile(".*"))
