"""IPP over HTTP: a request is one POST, its answer says whether the printer took the job, and then how the job went.

Before the first byte the printer is asked whether it would take such a job (Validate-Job), so that most refusals cost
nothing. `ipps://` checks the printer's certificate like any other (SSL_CERT_FILE for one of your own).
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable
from typing import Self

from printing import ipp
from printing.problems import LineCut, NotReached, PrintingProblem, UnfitJob

CONNECT_S, SEND_S, CLOSE_S = 5.0, 30.0, 30.0
LOOK_S = 0.5
ABORTED, CANCELLED = 8, 7
_UNDER_WAY = (3, 4, 5, 6)
"""Pending, held, processing, stopped."""
ASKED = (
    "printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "queued-job-count",
    "document-format-supported",
)  # fmt: skip
ANSWER_BYTES_MAX = 1024 * 1024
PIECE_BYTES = 64 * 1024
_HEADERS = {"Content-Type": "application/ipp", "Accept": "application/ipp", "User-Agent": "rampa-agent"}


class IppLine:
    """One connection to one printer, for one job or one question."""

    def __init__(
        self, address: str, connect_s: float = CONNECT_S, send_s: float = SEND_S, close_s: float = CLOSE_S
    ) -> None:
        self._address, self._send_s, self._close_s = address, send_s, close_s
        is_tls, host, port, self._path = ipp.read_address(address)
        if is_tls:
            self._http: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=connect_s, context=ssl.create_default_context()
            )
        else:
            self._http = http.client.HTTPConnection(host, port, timeout=connect_s)
        self._http.auto_open = 0  # a job is never sent a second time behind our back
        self._connect_s = connect_s
        self._connect()

    def _connect(self) -> None:
        try:
            self._http.timeout = self._connect_s
            self._http.connect()
        except OSError as cause:
            raise NotReached(f"Expected a printer at {self._address}, got no connection ({cause}).") from cause

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def ask(self, query: bytes, complete: Callable[[bytes], bool], answer_s: float) -> bytes:
        """How the printer is, as its IPP answer; `query` is the number of the operation. Silence gives b""."""
        asked = ipp.attribute(ipp.KEYWORD, "requested-attributes", *ASKED)
        try:
            return self._exchange(ipp.request(int.from_bytes(query, "big"), self._address, asked), answer_s)
        except TimeoutError:
            self._http.close()
            self._connect()
            return b""
        except (OSError, http.client.HTTPException) as cause:
            raise NotReached(f"Expected an answer of the printer at {self._address}, got {cause!r}.") from cause

    def check(self, payload: bytes) -> None:
        """Validate-Job with the job's own attributes, then a fresh connection for the job itself.

        Raises UnfitJob when the printer will never take it, NotReached when it may take it later.
        """
        whole = payload[: len(payload) - len(ipp.read_message(payload).rest)]
        asked = whole[:2] + ipp.VALIDATE_JOB.to_bytes(2, "big") + whole[4:]
        try:
            said = ipp.read_message(self._exchange(asked, self._send_s))
        except (OSError, http.client.HTTPException, UnfitJob) as cause:
            raise NotReached(f"Expected an answer of the printer at {self._address}, got {cause!r}.") from cause
        if 0x0400 <= said.code < 0x0500:
            raise UnfitJob(f"Expected the printer at {self._address} to take the job, but it says {refusal(said)}.")
        if said.code > 0x0501:  # 0x0501: it does not know the question
            raise NotReached(f"Expected the printer at {self._address} to take the job, but it says {refusal(said)}.")
        self._http.close()
        self._connect()

    def send(self, payload: bytes, name: str) -> None:
        """Write the whole request."""
        sent = 0
        try:
            self._patience(self._send_s)
            self._start(len(payload))
            while sent < len(payload):
                self._http.send(payload[sent : sent + PIECE_BYTES])
                sent += PIECE_BYTES
        except (OSError, http.client.HTTPException) as cause:
            raise LineCut(
                f"The line to {self._address} broke after {min(sent, len(payload))} of {len(payload)} bytes ({cause!r})."
            ) from cause

    def finish(self, closes_line: bool) -> None:
        """The printer's yes to the job, then a look at how it goes on; a job it gives up is a LineCut."""
        until = time.monotonic() + self._close_s
        try:
            said = ipp.read_message(self._answer(self._close_s))
        except (OSError, http.client.HTTPException, UnfitJob) as cause:
            raise LineCut(f"All bytes were written, then {self._address} did not answer ({cause!r}).") from cause
        if said.code > ipp.OK_MAX:
            raise LineCut(f"All bytes were written, but {self._address} says {refusal(said)}.")
        number, state = said.number("job-id"), said.number("job-state")
        while number is not None and state in _UNDER_WAY and time.monotonic() < until:
            time.sleep(min(LOOK_S, self._close_s / 10))
            state = self._job_state(number)
        if state in (ABORTED, CANCELLED):
            word = "gave the job up" if state == ABORTED else "cancelled the job"
            raise LineCut(f"All bytes were written, but the printer at {self._address} {word}.")

    def _job_state(self, number: int) -> int | None:
        """How a job that the printer took goes on; None when it does not say: it took the job all the same."""
        asked = ipp.attribute(ipp.INTEGER, "job-id", number)
        try:
            answer = self._exchange(ipp.request(ipp.GET_JOB, self._address, asked), self._close_s)
            return ipp.read_message(answer).number("job-state")
        except (OSError, http.client.HTTPException, PrintingProblem):
            return None

    def _exchange(self, body: bytes, patience_s: float) -> bytes:
        self._patience(patience_s)
        self._start(len(body))
        self._http.send(body)
        return self._answer(patience_s)

    def _start(self, length: int) -> None:
        self._http.putrequest("POST", self._path)
        for name, value in _HEADERS.items():
            self._http.putheader(name, value)
        self._http.putheader("Content-Length", str(length))
        self._http.endheaders()

    def _answer(self, patience_s: float) -> bytes:
        self._patience(patience_s)
        reply = self._http.getresponse()
        body = reply.read(ANSWER_BYTES_MAX)
        if reply.will_close:
            self._http.close()  # the next question connects anew: a line closed after a yes takes nothing from the yes
        if reply.status != http.client.OK:
            raise http.client.HTTPException(f"HTTP status {reply.status}")
        return body

    def _patience(self, seconds: float) -> None:
        if self._http.sock is None:
            self._connect()
        self._http.sock.settimeout(seconds)


REFUSALS = {
    0x0400: "a bad request", 0x0401: "that it is forbidden", 0x0402: "that it wants to know who prints",
    0x0403: "that we may not print", 0x0404: "that it is not possible", 0x0406: "that there is no such printer",
    0x0409: "that the job is too large", 0x040A: "that it does not take this kind of document",
    0x040B: "that it does not support what was asked", 0x0500: "that it has a fault", 0x0503: "that this IPP is too new",
    0x0504: "that the printer has a fault", 0x0505: "that its memory is full", 0x0506: "that it takes no jobs now",
    0x0507: "that it is busy",
}  # fmt: skip


def refusal(said: ipp.Message) -> str:
    """A status in words, with the printer's own message."""
    words = said.words("status-message")
    known = REFUSALS.get(said.code, f"IPP status {said.code:#06x}")
    return f"{known} ({words[0]})" if words else known
