"""A driverless printer for tests: listens, reads IPP and PWG raster with code of its own, shares nothing with `printing`.

Written from RFC 8010 section 3 (encoding), RFC 8011 sections 4 and 5 (operations, status codes) and PWG 5102.4.
"""

from __future__ import annotations

import contextlib
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

GROUPS = {1: "operation", 2: "job", 4: "printer", 5: "unsupported"}
OPERATIONS = {2: "Print-Job", 4: "Validate-Job", 9: "Get-Job-Attributes", 11: "Get-Printer-Attributes"}


@dataclass
class Request:
    """One decoded request: {group: {name: [(tag, raw bytes)]}} and the document."""

    version: tuple[int, int]
    operation: str
    number: int
    groups: dict[str, dict[str, list[tuple[int, bytes]]]]
    order: list[str]
    document: bytes

    def text(self, group: str, name: str) -> str:
        return self.groups[group][name][0][1].decode()


def decode(raw: bytes) -> Request:
    """RFC 8010: version, operation, number, groups of attributes, 0x03, document."""
    major, minor, operation, number = struct.unpack(">bbhi", raw[:8])
    groups: dict[str, dict[str, list[tuple[int, bytes]]]] = {}
    order: list[str] = []
    at, group, name = 8, "", ""
    while raw[at] != 3:
        if raw[at] <= 0x0F:
            group = GROUPS[raw[at]]
            groups[group] = {}
            at += 1
            continue
        tag, (length,) = raw[at], struct.unpack_from(">H", raw, at + 1)
        if length:
            name = raw[at + 3 : at + 3 + length].decode("ascii")
            assert name not in groups[group], f"{name} twice"
            order.append(name)
        at += 3 + length
        (size,) = struct.unpack_from(">H", raw, at)
        groups[group].setdefault(name, []).append((tag, raw[at + 2 : at + 2 + size]))
        at += 2 + size
    return Request((major, minor), OPERATIONS[operation], number, groups, order, raw[at + 1 :])


def raster(document: bytes) -> list[np.ndarray]:
    """PWG 5102.4: pages of 8 bit grey. Runs, literals and repeated rows, as the standard has them."""
    assert document[:4] == b"RaS2"
    pages, at = [], 4
    while at < len(document):
        head = document[at : at + 1796]
        at += 1796
        width, height = struct.unpack(">II", head[372:380])
        bits_color, bits, row_bytes, order, space = struct.unpack(">IIIII", head[384:404])
        assert (8, 8, width, 0, 18) == (bits_color, bits, row_bytes, order, space)
        rows: list[bytes] = []
        while len(rows) < height:
            times, row = document[at] + 1, bytearray()
            at += 1
            while len(row) < width:
                count = struct.unpack_from(">b", document, at)[0]
                if count >= 0:
                    row += document[at + 1 : at + 2] * (count + 1)
                    at += 2
                else:
                    row += document[at + 1 : at + 1 + 1 - count]
                    at += 2 - count
            rows += [bytes(row)] * times
        pages.append(np.frombuffer(b"".join(rows), np.uint8).reshape(height, width))
    return pages


def _attribute(tag: int, name: str, *values: str | int | bool) -> bytes:
    out = b""
    for value in values:
        raw = (
            bytes([value]) if isinstance(value, bool)
            else struct.pack(">i", value) if isinstance(value, int)
            else value.encode()
        )  # fmt: skip
        out += struct.pack(">bH", tag, len(name)) + name.encode() + struct.pack(">H", len(raw)) + raw
        name = ""
    return out


@dataclass
class IppPrinter:
    """How it behaves: change the fields while it runs."""

    state: int = 3
    reasons: tuple[str, ...] = ("none",)
    formats: tuple[str, ...] = ("application/pdf", "image/pwg-raster")
    queued: int = 0
    accepts: bool = True
    validate_code: int = 0
    print_code: int = 0
    job_states: tuple[int, ...] = (9,)
    """What Get-Job-Attributes says, one after another; the last stays."""
    silent: bool = False
    closes: bool = False
    """Like small printers: `Connection: close` after every answer."""
    requests: list[Request] = field(default_factory=list)

    def start(self) -> IppPrinter:
        printer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                return None

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):
                    super().handle()

            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/ipp"
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if printer.silent:
                    printer._ended.wait(10)
                    self.close_connection = True
                    return
                reply = printer.answer(decode(body))
                self.send_response(200)
                self.send_header("Content-Type", "application/ipp")
                self.send_header("Content-Length", str(len(reply)))
                if printer.closes:
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(reply)

        self._ended = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    @property
    def address(self) -> str:
        return f"ipp://127.0.0.1:{self._http.server_address[1]}/ipp/print"

    def close(self) -> None:
        self._ended.set()
        self._http.shutdown()
        self._http.server_close()

    def jobs(self) -> list[Request]:
        return [one for one in self.requests if one.operation == "Print-Job"]

    def answer(self, request: Request) -> bytes:
        self.requests.append(request)
        assert ["attributes-charset", "attributes-natural-language", "printer-uri"] == request.order[:3]
        code, body = 0, b""
        if request.operation == "Get-Printer-Attributes":
            body = (
                b"\x04" + _attribute(0x23, "printer-state", self.state)
                + _attribute(0x44, "printer-state-reasons", *self.reasons)
                + _attribute(0x22, "printer-is-accepting-jobs", self.accepts)
                + _attribute(0x21, "queued-job-count", self.queued)
                + _attribute(0x49, "document-format-supported", *self.formats)
            )  # fmt: skip
        elif request.operation == "Validate-Job":
            code = self.validate_code
        elif request.operation == "Print-Job":
            code = self.print_code
            body = b"\x02" + _attribute(0x21, "job-id", 77) + _attribute(0x23, "job-state", 3)
        else:
            assert struct.pack(">i", 77) == request.groups["operation"]["job-id"][0][1]
            state, *rest = self.job_states
            self.job_states = tuple(rest) or (state,)
            body = b"\x02" + _attribute(0x23, "job-state", state)
        head = struct.pack(">bbhi", 2, 0, code, request.number)
        return (
            head + b"\x01" + _attribute(0x47, "attributes-charset", "utf-8")
            + _attribute(0x48, "attributes-natural-language", "en") + body + b"\x03"
        )  # fmt: skip
