"""The way to a bench scale: a serial line, a HID device file or a web address.

A serial scale has three wires and no handshake: `/dev/ttyUSB0@9600`, or `/dev/ttyUSB0@9600,7e1` where it wants seven
bits and parity. Only device files of serial lines and HID devices are opened.
"""

from __future__ import annotations

import os
import re
import select
import stat
import termios
import tty
from typing import Protocol, Self

import httpx

from printing.problems import NotReached

SERIAL = re.compile(r"/dev/((ttyUSB|ttyACM|ttyS|ttyAMA|rfcomm)\d+|serial/by-(id|path)/[\w:.+-]*\w[\w:.+-]*)")
HID = re.compile(r"/dev/hidraw\d+")
BAUD = 9600
HTTP_S = 3.0
ANSWER_BYTES_MAX = 64 * 1024
_FRAME = re.compile(r"([78])([neo])([12])")


class ScaleLine(Protocol):
    """An open way to a scale."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def read(self, question: bytes, patience_s: float) -> bytes:
        """Ask (b"": only listen) and give what came; b"" when nothing did. Raises NotReached when it is gone."""
        ...


def open_scale(protocol: str, address: str, serial: re.Pattern[str] = SERIAL, hid: re.Pattern[str] = HID) -> ScaleLine:
    """The way that a protocol takes; the patterns are for tests. Raises NotReached."""
    if protocol == "http":
        return HttpScale(address)
    return HidScale(address, hid) if protocol == "hid" else SerialScale(address, serial)


class SerialScale:
    """A serial line at a speed."""

    def __init__(self, address: str, allowed: re.Pattern[str] = SERIAL) -> None:
        path, _, how = address.partition("@")
        baud, _, frame = (how or str(BAUD)).partition(",")
        shape = _FRAME.fullmatch(frame or "8n1")
        if allowed.fullmatch(path) is None or shape is None or not baud.isdigit() or not hasattr(termios, f"B{baud}"):
            raise NotReached(f"Expected a scale as /dev/ttyUSB0@9600 or /dev/ttyUSB0@9600,7e1, got {address!r}.")
        self._path = path
        self._file = _open_device(path)
        try:
            self._set_up(int(baud), *shape.groups())
        except (OSError, termios.error) as cause:
            os.close(self._file)
            raise NotReached(f"Expected a serial line at {path}, got {cause}.") from cause

    def _set_up(self, baud: int, bits: str, parity: str, stops: str) -> None:
        tty.setraw(self._file, termios.TCSANOW)  # what it has said already is no less true
        settings = termios.tcgetattr(self._file)
        control = settings[2] & ~(termios.CSIZE | termios.PARENB | termios.PARODD | termios.CSTOPB | termios.CRTSCTS)
        control |= termios.CLOCAL | termios.CREAD | (termios.CS7 if bits == "7" else termios.CS8)
        control |= {"n": 0, "e": termios.PARENB, "o": termios.PARENB | termios.PARODD}[parity]
        control |= termios.CSTOPB if stops == "2" else 0
        settings[2] = control
        settings[4] = settings[5] = getattr(termios, f"B{baud}")
        termios.tcsetattr(self._file, termios.TCSANOW, settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._file)

    def read(self, question: bytes, patience_s: float) -> bytes:
        """What came within the time; a scale that is unplugged raises NotReached."""
        try:
            if question:
                os.write(self._file, question)
            return _read_some(self._file, self._path, patience_s)
        except BlockingIOError:
            return b""
        except OSError as cause:
            raise NotReached(f"Expected a scale at {self._path}, got {cause}.") from cause


class HidScale:
    """A HID device: each read is one report."""

    def __init__(self, address: str, allowed: re.Pattern[str] = HID) -> None:
        if allowed.fullmatch(address) is None:
            raise NotReached(f"Expected a scale as /dev/hidraw0, got {address!r}.")
        self._path = address
        self._file = _open_device(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._file)

    def read(self, question: bytes, patience_s: float) -> bytes:
        """One report."""
        try:
            return _read_some(self._file, self._path, patience_s)
        except BlockingIOError:
            return b""
        except OSError as cause:
            raise NotReached(f"Expected a scale at {self._path}, got {cause}.") from cause


class HttpScale:
    """A scale with a web address."""

    def __init__(self, address: str) -> None:
        if not address.startswith(("http://", "https://")):
            raise NotReached(f"Expected a scale as http://host/path, got {address!r}.")
        self._address = address
        self._client = httpx.Client(timeout=HTTP_S, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def read(self, question: bytes, patience_s: float) -> bytes:
        """One answer; it comes at once, so whoever asks pauses between two readings."""
        try:
            reply = self._client.get(self._address)
        except (httpx.HTTPError, httpx.InvalidURL) as cause:
            raise NotReached(f"Expected a scale at {self._address}, got no answer ({cause}).") from cause
        if reply.status_code != httpx.codes.OK:
            raise NotReached(f"Expected a weight from {self._address}, got HTTP status {reply.status_code}.")
        return reply.content[:ANSWER_BYTES_MAX]


def _open_device(path: str) -> int:
    try:
        file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as cause:
        raise NotReached(f"Expected a scale at {path}, got {cause.strerror}; is it plugged in and on?") from cause
    if not stat.S_ISCHR(os.fstat(file).st_mode):
        os.close(file)
        raise NotReached(f"Expected a device at {path}, got a plain file.")
    return file


def _read_some(file: int, path: str, patience_s: float) -> bytes:
    if not select.select([file], [], [], patience_s)[0]:
        return b""
    piece = os.read(file, 4096)
    if not piece:
        raise NotReached(f"Expected a scale at {path}, but it was unplugged.")
    return piece
