"""A printer on a cable of the agent's own computer: USB (`/dev/usb/lp0`) or serial (`/dev/ttyUSB0@115200`).

The address comes from the server, so only device files of printers and serial lines are opened, never another path. A
device file has no close of the printer's own to wait for: a job counts as taken when the kernel has handed over all.
"""

from __future__ import annotations

import array
import errno
import fcntl
import os
import re
import select
import stat
import termios
import time
import tty
from collections.abc import Callable
from typing import Self

from printing.problems import LineCut, NotReached

PRINTERS = re.compile(
    r"/dev/(usb/lp\d+|lp\d+|(ttyUSB|ttyACM|ttyS|ttyAMA|rfcomm)\d+|serial/by-(id|path)/[\w:.+-]*\w[\w:.+-]*)"
)
"""Device files a printer may be behind."""
BAUD = 9600
PIECE_BYTES = 4096
"""A serial line takes little at once; small pieces tell early that nothing moves."""
_LOOK_S = 0.02


def read_address(address: str, allowed: re.Pattern[str] = PRINTERS) -> tuple[str, int]:
    """`/dev/...` or `/dev/...@baud` as path and speed; refuses everything that is no printer's device file."""
    path, at, baud = address.partition("@")
    if allowed.fullmatch(path) is None:
        raise NotReached(f"Expected a printer's device file as /dev/usb/lp0 or /dev/ttyUSB0@115200, got {address!r}.")
    speed = baud if at else str(BAUD)
    if speed.isdigit() and speed != "0" and hasattr(termios, f"B{speed}"):
        return path, int(speed)
    raise NotReached(f"Expected a speed such as 9600 or 115200 after @, got {address!r}.")


class DeviceLine:
    """One opened device file; `allowed` is for tests."""

    def __init__(
        self, address: str, send_s: float = 30.0, close_s: float = 30.0, allowed: re.Pattern[str] = PRINTERS
    ) -> None:
        path, baud = read_address(address, allowed)
        self._address, self._send_s, self._close_s = address, send_s, close_s
        try:
            self._file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as cause:
            raise NotReached(f"Expected a printer at {path}, got {cause.strerror}; is it plugged in and on?") from cause
        try:
            if not stat.S_ISCHR(os.fstat(self._file).st_mode):
                raise NotReached(f"Expected a device at {path}, got a plain file.")
            if os.isatty(self._file):
                self._set_speed(baud)
        except (OSError, termios.error, NotReached) as cause:
            os.close(self._file)
            if isinstance(cause, NotReached):
                raise
            raise NotReached(f"Expected a serial line at {path}, got {cause}.") from cause

    def _set_speed(self, baud: int) -> None:
        """Raw bytes, eight bits; both handshakes on, since printers stop their computer by either."""
        tty.setraw(self._file)
        settings = termios.tcgetattr(self._file)
        settings[0] |= termios.IXON  # input flags: the printer may send XOFF
        settings[2] |= termios.CLOCAL | termios.CREAD | termios.CRTSCTS
        settings[4] = settings[5] = getattr(termios, f"B{baud}")
        termios.tcsetattr(self._file, termios.TCSANOW, settings)
        termios.tcflush(self._file, termios.TCIFLUSH)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if os.isatty(self._file):
            termios.tcflush(self._file, termios.TCOFLUSH)  # else closing waits for a printer that takes nothing
        os.close(self._file)

    def ask(self, query: bytes, complete: Callable[[bytes], bool], answer_s: float) -> bytes:
        """Write a question and collect the answer; silence gives b"", an unplugged cable NotReached."""
        until, answer = time.monotonic() + answer_s, b""
        try:
            self._write(query, answer_s)
            while not complete(answer) and (left_s := until - time.monotonic()) > 0:
                if not select.select([self._file], [], [], left_s)[0]:
                    break
                piece = self._read()
                answer += piece
                if not piece:
                    time.sleep(_LOOK_S)  # usblp says "readable" and gives nothing until the printer has something
        except TimeoutError:
            return answer
        except OSError as cause:
            raise NotReached(f"Expected an answer of the printer at {self._address}, got {cause}.") from cause
        return answer

    def _read(self) -> bytes:
        try:
            return os.read(self._file, 4096)
        except BlockingIOError:
            return b""

    def _write(self, payload: bytes, patience_s: float) -> None:
        """All bytes; TimeoutError when the device takes none for so long, with what had gone in `args`."""
        sent = 0
        while sent < len(payload):
            if not select.select([], [self._file], [], patience_s)[1]:
                raise TimeoutError(errno.ETIMEDOUT, f"after {sent} of {len(payload)} bytes it took no more")
            try:
                sent += os.write(self._file, payload[sent : sent + PIECE_BYTES])
            except BlockingIOError:
                time.sleep(_LOOK_S)

    def check(self, payload: bytes) -> None:
        """Cannot be asked on this way."""

    def send(self, payload: bytes, name: str) -> None:
        """Write the whole job."""
        try:
            self._write(payload, self._send_s)
        except OSError as cause:
            raise LineCut(f"The line to {self._address} broke: {cause.strerror or cause}.") from cause

    def finish(self, closes_line: bool) -> None:
        """Wait until the kernel holds nothing of the job any more."""
        until = time.monotonic() + self._close_s
        try:
            while self._held():
                if time.monotonic() > until:
                    raise LineCut(f"All bytes were written, but {self._address} did not take them all.")
                time.sleep(_LOOK_S)
        except OSError as cause:
            raise LineCut(f"All bytes were written, then {self._address} went away ({cause}).") from cause

    def _held(self) -> int:
        """Bytes still in the kernel; for USB 1 while the last write is under way."""
        if not os.isatty(self._file):
            return 0 if select.select([], [self._file], [], 0)[1] else 1
        count = array.array("i", [0])
        fcntl.ioctl(self._file, termios.TIOCOUTQ, count)
        return count[0]
