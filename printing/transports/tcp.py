"""Raw TCP, port 9100: one connection, one job.

The whole job is written, the sending side is closed (half-close), and then the printer's own close is awaited before
anything else is sent: printers that got the next connection too early lost or mixed jobs. A printer that neither reads
nor closes is not "printed": after the first byte every trouble is a LineCut.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Self

from printing.problems import LineCut, NotReached

PORT = 9100
CONNECT_S = 5.0
SEND_S = 30.0
"""How long a printer may take no byte at all: it is printing what it has, or it hangs."""
CLOSE_S = 30.0
PIECE_BYTES = 16 * 1024


def read_address(address: str) -> tuple[str, int]:
    """`host`, `host:port` or `[v6]:port` as a pair."""
    host, colon, port = address.rpartition(":")
    if not colon or "]" in port:
        host, port = address, str(PORT)
    host = host.strip("[] ")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise NotReached(f"Expected a printer address as host:port, got {address!r}.")
    return host, int(port)


class TcpLine:
    """One connection to a printer. Times are arguments so that tests need not wait."""

    def __init__(
        self, address: str, connect_s: float = CONNECT_S, send_s: float = SEND_S, close_s: float = CLOSE_S
    ) -> None:
        self._address, self._send_s, self._close_s = address, send_s, close_s
        try:
            self._socket = socket.create_connection(read_address(address), timeout=connect_s)
        except OSError as cause:
            raise NotReached(f"Expected a printer at {address}, got no connection ({cause}).") from cause
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def ask(self, query: bytes, complete: Callable[[bytes], bool], answer_s: float) -> bytes:
        """Send a question before the job and collect the answer; silence gives b"", a broken line NotReached."""
        until, answer = time.monotonic() + answer_s, b""
        try:
            self._socket.settimeout(answer_s)
            self._socket.sendall(query)
            while not complete(answer) and (left_s := until - time.monotonic()) > 0:
                self._socket.settimeout(left_s)
                piece = self._socket.recv(4096)
                if not piece:
                    raise NotReached(f"Expected an answer of the printer at {self._address}, but it closed the line.")
                answer += piece
        except TimeoutError:
            return answer
        except OSError as cause:
            raise NotReached(f"Expected an answer of the printer at {self._address}, got {cause}.") from cause
        return answer

    def check(self, payload: bytes) -> None:
        """Cannot be asked on this way."""

    def send(self, payload: bytes, name: str) -> None:
        """Write the whole job."""
        sent, view = 0, memoryview(payload)
        self._socket.settimeout(self._send_s)
        try:
            while sent < len(payload):
                sent += self._socket.send(view[sent : sent + PIECE_BYTES])
        except OSError as cause:
            raise LineCut(
                f"The line to {self._address} broke after {sent} of {len(payload)} bytes ({cause})."
            ) from cause

    def finish(self, closes_line: bool) -> None:
        """Half-close and wait for the printer's close. `closes_line` False: the half-close must do."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
            until = time.monotonic() + (self._close_s if closes_line else 1.0)
            while (left_s := until - time.monotonic()) > 0:
                self._socket.settimeout(left_s)
                if not self._socket.recv(4096):
                    return
        except TimeoutError:
            pass
        except OSError as cause:
            raise LineCut(f"All bytes were written, then the line to {self._address} broke ({cause}).") from cause
        if closes_line:
            raise LineCut(f"All bytes were written, but {self._address} did not close in {self._close_s:.0f} s.")
