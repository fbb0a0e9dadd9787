"""A backend as small as it can be: lends given jobs once, allows or refuses `sending`, keeps every report."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import msgspec

from printing.protocol import (
    CLAIM_PATH,
    CONFIG_PATH,
    AgentConfig,
    ClaimReply,
    ClaimRequest,
    JobReport,
    JobReportReply,
    JobState,
    PrinterConfig,
    PrinterReport,
    PrintJob,
    ReportState,
)
from printing.server_line import ServerLine


class StubServer:
    """Answers in the caller's thread (`line`) or over real HTTP (`listen`)."""

    def __init__(self, *printers: PrinterConfig) -> None:
        self.config = AgentConfig("v1", printers)
        self.jobs: list[PrintJob] = []
        self._lent: list[PrintJob] = []
        self.reports: list[tuple[int, JobReport]] = []
        self.printers: dict[str, PrinterReport] = {}
        self.claims: list[ClaimRequest] = []
        self.refused: set[str] = set()
        """Leases that are lost: every report with one of them is answered 409."""
        self.away = False
        self.changed = threading.Condition()
        self._http: ThreadingHTTPServer | None = None

    def answer(self, verb: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of one request."""
        with self.changed:
            self.changed.notify_all()
            if self.away:
                return 503, b"{}"
            if path == CONFIG_PATH:
                return 200, msgspec.json.encode(self.config)
            if path == CLAIM_PATH:
                return 200, msgspec.json.encode(self._claim(msgspec.json.decode(body, type=ClaimRequest)))
            return self._report(int(path.rsplit("/", 1)[1]), msgspec.json.decode(body, type=JobReport))

    def _claim(self, request: ClaimRequest) -> ClaimReply:
        self.printers = {one.code: one for one in request.printers}
        self.claims.append(request)
        room = {one.code: one.room for one in request.printers if one.state in ("connected", "printing")}
        lent = tuple(job for job in self.jobs if room.get(job.printer))
        self.jobs = [job for job in self.jobs if job not in lent]
        self._lent += lent
        return ClaimReply(lent, self.config.version)

    def _report(self, job_id: int, report: JobReport) -> tuple[int, bytes]:
        if report.lease in self.refused:
            return 409, json.dumps({"detail": "lease lost"}).encode()
        self.reports.append((job_id, report))
        return 200, msgspec.json.encode(JobReportReply(JobState(report.state.value)))

    def lend_again(self) -> None:
        """All leases are over: what nobody began to send is queued anew under another lease."""
        with self.changed:
            begun = {number for number, report in self.reports if report.state == "sending" or not report.retry}
            for job in self._lent:
                if job.id not in begun:
                    self.jobs.append(msgspec.structs.replace(job, lease=job.lease + "+"))
            self._lent = [job for job in self._lent if job.id in begun]

    def line(self) -> ServerLine:
        """A client whose requests never touch a socket."""

        def reply(request: httpx.Request) -> httpx.Response:
            status, body = self.answer(request.method, request.url.path, request.content)
            return httpx.Response(status, content=body)

        return ServerLine("http://stub", "token", httpx.MockTransport(reply))

    def states(self, job_id: int = 1) -> list[str]:
        """What was reported about a job, in order."""
        return [report.state.value for number, report in self.reports if number == job_id]

    def wait(self, true: Callable[[], bool], timeout_s: float = 20.0) -> bool:
        """Wait until something holds; looked at after every request."""
        with self.changed:
            return self.changed.wait_for(true, timeout_s)

    def wait_for_end(self, job_id: int = 1, timeout_s: float = 20.0) -> str:
        """The first outcome reported for a job; empty when the time is over."""

        def ends() -> list[str]:
            return [state for state in self.states(job_id) if state != ReportState.SENDING]

        self.wait(lambda: bool(ends()), timeout_s)
        return ends()[0] if ends() else ""

    def listen(self) -> str:
        """Serve over HTTP on a free loopback port; returns the address."""
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                return None

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # a killed agent says no good-bye
                    super().handle()

            def do_GET(self) -> None:
                self._serve(b"")

            def do_POST(self) -> None:
                self._serve(self.rfile.read(int(self.headers["Content-Length"])))

            def _serve(self, body: bytes) -> None:
                status, reply = stub.answer(self.command, self.path, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        """Stop serving over HTTP."""
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
