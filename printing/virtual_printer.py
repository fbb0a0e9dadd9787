"""A label printer without a printer: listens like port 9100, keeps what it is sent, and can be put into trouble.

    python -m printing.virtual_printer --port 9100 --folder labels

It behaves like the real ones that hurt: one connection at a time, `~HS` answered only while all is well (a Zebra out of
labels is silent; the other languages of `printing/dialects.py` answer), jobs that arrive without media wait in its memory and come out later, and on order it hangs or cuts
the line. Each printed job is a file `job-000001.zpl` and a line in `index.jsonl`; the page on the control port shows
the labels and switches the state (`POST /state {"state": "no_media"}`).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import socket
import struct
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from printing.dialects import DIALECTS, Dialect
from printing.preview import draw_label
from printing.problems import PrintingProblem
from printing.rasters import Bitmap, read_pdf
from printing.verify import read_bitmap, read_zpl
from printing.zpl import read_labels

STATES = ("ok", "no_media", "open", "hang", "cut")
JOB_BYTES_MAX = 32 * 1024 * 1024
IDLE_S = 20.0
"""A sender that says nothing for so long is gone; its line is closed and what came is printed if it is whole."""


@dataclass(slots=True)
class PrintedJob:
    """One line of `index.jsonl`."""

    number: int
    file: str
    bytes: int
    sha256: str
    complete: bool
    received_at: str
    printed_at: str
    labels: int = 0
    texts: list[str] = field(default_factory=list)
    codes: list[dict[str, str]] = field(default_factory=list)
    problem: str = ""


@dataclass(slots=True)
class Trouble:
    """How the printer behaves: `state` and its details."""

    state: str = "ok"
    cut_after_bytes: int = 100
    answers_in_trouble: bool = False
    mute: bool = False
    """Never answers questions, like cheap clones."""
    dots_per_mm: int = 8
    """Of its head, as it says when asked what it is; 0: it does not know that question."""


class VirtualPrinter:
    """The printer; `start()` returns at once, `close()` ends it. `label_s` is the time one label takes."""

    def __init__(
        self, folder: Path, port: int = 0, host: str = "127.0.0.1", label_s: float = 0.0, language: str = "zpl"
    ) -> None:
        self.folder, self.label_s, self.dialect = folder, label_s, DIALECTS[language]
        self.trouble = Trouble()
        self.jobs: list[PrintedJob] = []
        self._waiting: list[tuple[bytes, bool, str]] = []
        self._changed = threading.Condition()
        self._drawing = threading.Lock()
        self._closed = False
        folder.mkdir(parents=True, exist_ok=True)
        self._index = folder / "index.jsonl"
        if self._index.exists():
            self.jobs = [PrintedJob(**json.loads(line)) for line in self._index.read_text("utf-8").splitlines()]
        try:
            self._listener = socket.create_server((host, port), backlog=8)
        except OSError as cause:
            raise PrintingProblem(
                f"Expected port {port} to be free, got {cause}; choose another with --port."
            ) from cause
        self.host, self.port = host, int(self._listener.getsockname()[1])
        self._threads = [
            threading.Thread(target=self._serve, name="virtual-printer", daemon=True),
            threading.Thread(target=self._print_waiting, name="virtual-print-head", daemon=True),
        ]

    def start(self) -> VirtualPrinter:
        """Begin to listen."""
        for thread in self._threads:
            thread.start()
        return self

    def close(self) -> None:
        """Stop listening; what waits in memory is lost, as in a printer switched off."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._listener.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(5)

    def set_trouble(self, **changes: Any) -> None:
        """Change the behaviour: any fields of Trouble. Unknown states are refused."""
        state = changes.get("state", self.trouble.state)
        if state not in STATES:
            raise PrintingProblem(f"Expected one of the states {', '.join(STATES)}, got {state!r}.")
        with self._changed:
            for name, value in changes.items():
                setattr(self.trouble, name, value)
            self._changed.notify_all()

    def wait_for(self, count: int, timeout_s: float) -> list[PrintedJob]:
        """Wait until so many jobs have been printed (or cut); what there is when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.jobs) >= count, timeout_s)
            return list(self.jobs)

    @property
    def held(self) -> int:
        """Jobs in the printer's memory that are not printed yet."""
        with self._changed:
            return len(self._waiting)

    # --- the line --------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while not self._closed:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                try:
                    self._receive(line)
                except OSError:
                    continue

    def _receive(self, line: socket.socket) -> None:
        """One connection: questions are answered at once, everything else is a job until the sender's half-close."""
        if not self._wait_while_hanging():
            _reset(line)
            return
        content, received_at = b"", _stamp()
        line.settimeout(0.2)
        silent_since = time.monotonic()
        while len(content) < JOB_BYTES_MAX:
            if self.trouble.state == "hang":
                self._wait_while_hanging()
                _reset(line)
                return
            try:
                piece = line.recv(16 * 1024 if self.trouble.state != "cut" else 64)
            except TimeoutError:
                if self._closed or time.monotonic() - silent_since > IDLE_S:
                    break
                continue
            if not piece:
                break
            silent_since = time.monotonic()
            content += piece
            content = self._answer_questions(line, content)
            if self.trouble.state == "cut" and len(content) >= self.trouble.cut_after_bytes:
                self._store(content[: self.trouble.cut_after_bytes], False, received_at)
                _reset(line)
                return
        if content.strip():
            with self._changed:
                self._waiting.append((content, True, received_at))
                self._changed.notify_all()

    def _wait_while_hanging(self) -> bool:
        """False when the printer was hanging: the line is then dropped unread, as by a power cycle."""
        with self._changed:
            if self.trouble.state != "hang":
                return True
            self._changed.wait_for(lambda: self.trouble.state != "hang" or self._closed)
            return False

    def _answer_questions(self, line: socket.socket, content: bytes) -> bytes:
        """Answer every question in what came; returns the rest, the job."""
        query = self.dialect.query
        while content.startswith(query) or (self.dialect.immediate and query in content):
            content = content.replace(query, b"", 1)
            self._answer(line)
        question, answer = self.dialect.identity
        while question and question in content:
            content = content.replace(question, b"", 1)
            if self.trouble.dots_per_mm and not self.trouble.mute:
                line.sendall(answer.format(dots=self.trouble.dots_per_mm).encode())
        return content

    def _answer(self, line: socket.socket) -> None:
        trouble = self.trouble
        silent = self.dialect.silent_in_trouble and not trouble.answers_in_trouble
        if trouble.mute or (trouble.state in ("no_media", "open") and silent):
            return
        line.sendall(self.dialect.answer(trouble.state, self.held))

    # --- the print head --------------------------------------------------------------------------------------------

    def _print_waiting(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or (self._waiting and self._prints()))
                if self._closed:
                    return
                content, complete, received_at = self._waiting[0]
            if self.label_s:
                time.sleep(self.label_s * max(1, content.count(b"^XZ")))
            self._store(content, complete, received_at)
            with self._changed:
                self._waiting.pop(0)
                self._changed.notify_all()

    def _prints(self) -> bool:
        return self.trouble.state not in ("no_media", "open")

    def _store(self, content: bytes, complete: bool, received_at: str) -> None:
        number = len(self.jobs) + 1
        suffix = "pdf" if b"%PDF" in content[:1024] else self.dialect.code
        job = PrintedJob(
            number=number,
            file=f"job-{number:06d}.{suffix}",
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            complete=complete,
            received_at=received_at,
            printed_at=_stamp(),
        )
        (self.folder / job.file).write_bytes(content)
        describe(job, content, self.dialect)
        with self._index.open("a", encoding="utf-8") as index:
            index.write(json.dumps(asdict(job), ensure_ascii=False) + "\n")
        with self._changed:
            self.jobs.append(job)
            self._changed.notify_all()

    def picture(self, number: int) -> bytes | None:
        """A PNG of the first label of a job; None when it cannot be drawn."""
        if not 0 < number <= len(self.jobs):
            return None
        job = self.jobs[number - 1]
        path = (self.folder / job.file).with_suffix(".png")
        with self._drawing:
            if path.exists():
                return path.read_bytes()
            content = (self.folder / job.file).read_bytes()
            try:
                drawn = self._draw(job, content)
            except PrintingProblem:
                return None
            path.write_bytes(drawn)
            return drawn

    def _draw(self, job: PrintedJob, content: bytes) -> bytes:
        if job.file.endswith(".pdf"):
            return dots_picture(read_pdf(content, 100)[0])
        if self.dialect.code == "zpl":
            return draw_label(read_labels(content)[0])
        return dots_picture(self.dialect.labels(content)[0])


def describe(job: PrintedJob, content: bytes, dialect: Dialect = DIALECTS["zpl"]) -> None:
    """Fill in what can be read off the labels of a job: their count, texts and codes."""
    try:
        if job.file.endswith(".pdf") or dialect.code != "zpl":
            pages = read_pdf(content, 203) if job.file.endswith(".pdf") else dialect.labels(content)
            job.labels = len(pages)
            found = [one for page in pages[:5] for one in read_bitmap(page, ())]
        else:
            labels = read_labels(content)
            job.labels = sum(label.quantity for label in labels)
            job.texts = [text for label in labels for text in label.texts()][:60]
            found = read_zpl(content, ())
            for label in labels:
                for drawn in label.drawn:
                    if drawn.graphic is not None:
                        found += read_bitmap(drawn.graphic, ())
    except PrintingProblem as problem:
        job.problem = problem.sentence
        return
    job.codes = [{"symbology": s, "text": t} for s, t in dict.fromkeys((one.symbology, one.text) for one in found)]


def dots_picture(page: Bitmap) -> bytes:
    """Dots as a PNG."""
    out = io.BytesIO()
    Image.fromarray(page.grey()).convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()


def _reset(line: socket.socket) -> None:
    """Close so that the other side gets a reset, not a tidy end."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def _stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def main(arguments: list[str] | None = None) -> int:
    """Entry of `python -m printing.virtual_printer`; the same as `rampa virtual-printer`."""
    from printing.commands import add_virtual_printer_options, run_virtual_printer

    parser = argparse.ArgumentParser(prog="virtual-printer", description=(__doc__ or "").splitlines()[0])
    add_virtual_printer_options(parser)
    return run_virtual_printer(parser.parse_args(arguments))


if __name__ == "__main__":
    raise SystemExit(main())
