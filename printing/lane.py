"""One printer and its jobs, one after another, each on a connection of its own.

Path of a job: content whole? -> bytes for the printer -> read back -> line open -> printer ready? -> server says yes to
`sending` -> journal `first_byte` -> bytes -> printer closes -> `sent` -> printer says its buffer is empty -> `confirmed`.
Everything up to the journal line may fail and be tried again; everything after it ends as `sent` or `unknown`.
"""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from printing.drivers import Driver, PrinterIdentity, PrinterReading, Printout, find_driver
from printing.problems import LineCut, NotReached, PrintingProblem, UnfitJob
from printing.protocol import (
    COPIES_MAX,
    READY_STATES,
    JobReport,
    PrinterConfig,
    PrinterReport,
    PrinterState,
    PrintJob,
    ReportState,
)
from printing.server_line import LeaseLost, ServerAway, ServerLine
from printing.spool import Spool
from printing.transports import Line, open_line
from printing.verify import read_back, read_back_dots

LOG = logging.getLogger("printing.agent")
ROOM = 3
"""Jobs a lane takes ahead of the printer: enough to keep it busy, few enough to give back."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Pauses in seconds; tests use shorter ones."""

    answer_s: float = 2.0
    look_ready_s: float = 20.0
    look_trouble_s: float = 3.0
    connect_s: float = 5.0
    send_s: float = 30.0
    close_s: float = 30.0


class Lane(threading.Thread):
    """The thread of one printer."""

    def __init__(
        self,
        printer: PrinterConfig,
        spool: Spool,
        server: ServerLine,
        folder_root: Path,
        timing: Timing | None = None,
        stuck: Callable[[PrintingProblem], None] = lambda problem: None,
        job_done: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name=f"lane-{printer.code}", daemon=True)
        self.printer, self._spool, self._server, self._folder_root = printer, spool, server, folder_root
        self._timing, self._stuck, self._job_done = timing or Timing(), stuck, job_done
        self._driver: Driver = find_driver(printer.driver)
        self._keys: queue.Queue[str | None] = queue.Queue()
        self._pending: set[str] = set()
        self._alone = threading.Lock()
        self._reading = PrinterReading(PrinterState.DISCONNECTED, "not asked yet")
        self._answers = printer.answers_status
        self._seems_mute = False
        self._looked_at = 0.0
        self._to_confirm: list[str] = []
        self._takes: tuple[str, ...] = ()
        self._identity: PrinterIdentity | None = None
        self._stopping = False
        self.round = 0
        """Grows whenever jobs are given back: what was claimed in an older round would overtake them."""

    def accept(self, key: str, asked_in_round: int | None = None) -> bool:
        """Queue a job that is in the spool; one that waits here already is not queued twice.

        False: jobs were given back after this one was asked for, so it must go back as well.
        """
        with self._alone:
            if asked_in_round is not None and asked_in_round != self.round:
                return False
            if key not in self._pending:
                self._pending.add(key)
                self._keys.put(key)
            return True

    def report(self) -> PrinterReport:
        """How the printer is and how many more jobs it can be given."""
        with self._alone:
            waiting = len(self._pending)
        reading = self._reading
        return PrinterReport(self.printer.code, reading.state, reading.detail, max(0, ROOM - waiting), self._answers)

    @property
    def busy(self) -> bool:
        """Whether a job waits or is under way."""
        with self._alone:
            return bool(self._pending)

    def stop(self) -> None:
        """Finish the job under way, leave the others in the spool."""
        self._stopping = True
        self._keys.put(None)

    def run(self) -> None:
        """The thread: jobs when there are any, a look at the printer when it is due."""
        try:
            self.look()
            while not self._stopping:
                try:
                    key = self._keys.get(timeout=self._pause_s())
                except queue.Empty:
                    self.look()
                    continue
                if key is not None and not self._stopping:
                    self._print_once(key)
        except PrintingProblem as problem:  # the journal cannot be written: printing on would be guessing
            self._reading = PrinterReading(PrinterState.BLOCKED, problem.sentence)
            self._stuck(problem)

    def _print_once(self, key: str) -> None:
        again = False
        try:
            again = self.print_job(key)
        finally:
            with self._alone:
                self._pending.discard(key)
            self._job_done()
        if again:
            self.accept(key)
        if self._keys.empty():
            self.look()

    def _pause_s(self) -> float:
        ready = self._reading.state in READY_STATES and not self._to_confirm
        due_s = self._timing.look_ready_s if ready else self._timing.look_trouble_s
        if self._reading.state is PrinterState.PRINTING or (self._to_confirm and self._answers):
            due_s = min(due_s, 0.5)
        return max(0.05, self._looked_at + due_s - time.monotonic())

    # --- looking -------------------------------------------------------------------------------------------------

    def look(self) -> PrinterReading:
        """Ask the printer how it is, on a line of its own."""
        try:
            with self._open() as line:
                reading = self._ask(line, patient=True)
                if self._answers and self._identity is None and reading.state in READY_STATES:
                    self._identify(line)
                    reading = self._judge(reading)
        except NotReached as trouble:
            reading = PrinterReading(PrinterState.DISCONNECTED, trouble.sentence)
        except PrintingProblem as problem:
            reading = PrinterReading(PrinterState.BLOCKED, problem.sentence)
        self._note(reading)
        self._confirm(reading)
        return reading

    def _open(self) -> Line:
        return open_line(
            self.printer.transport,
            self.printer.address,
            self._folder_root,
            (self._timing.connect_s, self._timing.send_s, self._timing.close_s),
        )

    def _ask(self, line: Line, *, patient: bool = False) -> PrinterReading:
        """The printer's own word. Silence of one that used to answer means: go and look at it.

        One that printed without ever answering is taken for a mute clone and asked only while idle (`patient`).
        """
        if not self._driver.status_query or self._answers is False or self.printer.transport == "folder":
            return PrinterReading(PrinterState.CONNECTED)
        if self._seems_mute and not patient:
            return PrinterReading(PrinterState.CONNECTED, "does not answer status questions")
        read = self._driver.read_status
        answer = line.ask(self._driver.status_query, lambda so_far: read(so_far) is not None, self._timing.answer_s)
        reading = read(answer)
        if reading is not None:
            self._answers, self._seems_mute = True, False
            return self._judge(reading)
        if self._answers:
            return PrinterReading(PrinterState.BLOCKED, "connected, but silent: out of labels, open or hanging")
        return PrinterReading(PrinterState.CONNECTED, "does not answer status questions")

    def _identify(self, line: Line) -> None:
        """Ask once what it is; one that does not know the question is believed."""
        if not self._driver.identity_query:
            return
        read = self._driver.read_identity
        answer = line.ask(self._driver.identity_query, lambda so_far: read(so_far) is not None, self._timing.answer_s)
        self._identity = read(answer) or PrinterIdentity("")
        LOG.info("printer %s is %s", self.printer.code, self._identity)

    def _judge(self, reading: PrinterReading) -> PrinterReading:
        """A printer of another density than its set-up gets no work: every bar would have the wrong width."""
        own = self._identity
        if own is None or own.dpi in (0, self.printer.dpi):
            return reading
        sentence = f"Expected {self.printer.dpi} dpi as in its set-up, got a {own.model} of {own.dpi} dpi; correct it."
        return PrinterReading(PrinterState.BLOCKED, sentence, reading.waiting)

    def _note(self, reading: PrinterReading) -> None:
        if (reading.state, reading.detail) != (self._reading.state, self._reading.detail):
            LOG.info("printer %s: %s %s", self.printer.code, reading.state, reading.detail)
        self._reading, self._looked_at = reading, time.monotonic()
        self._takes = reading.takes or self._takes

    def _confirm(self, reading: PrinterReading) -> None:
        """Sent jobs become confirmed when the printer says it holds nothing any more and has no fault."""
        if reading.state is not PrinterState.CONNECTED or reading.waiting != 0:
            return
        keys, self._to_confirm = self._to_confirm, []
        for key in keys:
            self._spool.end(key, ReportState.CONFIRMED, "the printer's buffer is empty")
            self.tell(key)

    # --- printing ------------------------------------------------------------------------------------------------

    def print_job(self, key: str) -> bool:
        """Take one job to its outcome; True when it must be queued again because its lease was renewed meanwhile."""
        if self._spool.jobs[key].outcome or self._spool.jobs[key].first_byte_at is not None:
            self.tell(key)  # lent again after its first byte: the old outcome stands
            return False
        try:
            job = self._spool.content(key)
            printer = msgspec.structs.replace(self.printer, takes=self._takes)
            printout = prepare(job, printer, self._driver, datetime.now(UTC))
        except UnfitJob as problem:
            self._end(key, ReportState.FAILED, problem.sentence)
            return False
        try:
            return self._send(key, job, printout)
        except UnfitJob as problem:  # the printer's own refusal, before the first byte
            self._end(key, ReportState.FAILED, problem.sentence)
        except NotReached as trouble:
            self._note(PrinterReading(PrinterState.DISCONNECTED, trouble.sentence))
            self._give_back(key, trouble.sentence)
        except LineCut as trouble:
            self._end(key, ReportState.UNKNOWN, trouble.sentence)
        return False

    def _send(self, key: str, job: PrintJob, printout: Printout) -> bool:
        with self._open() as line:
            reading = self._ask(line)
            self._note(reading)
            if reading.state not in READY_STATES:
                self._give_back(key, f"{reading.state}: {reading.detail}")
                return False
            line.check(printout.payload)
            try:
                self._server.report(job.id, JobReport(job.lease, ReportState.SENDING))
            except LeaseLost as refused:
                if self._spool.jobs[key].lease != job.lease:
                    return True
                self._spool.end(key, ReportState.FAILED, refused.sentence, retry=True)
                self._spool.reported(key, ReportState.FAILED.value)
                return False
            except PrintingProblem as trouble:  # no yes, no byte
                self._give_back(key, trouble.sentence)
                return False
            self._spool.first_byte(key)
            line.send(printout.payload, file_name(job, printout))
            line.finish(self.printer.closes_line)
        self._end(key, ReportState.SENT, "")
        if self._answers and reading.waiting is None:
            return False  # it speaks, but cannot say that its memory is empty: `sent` is all that can be known
        if self._answers:
            self._to_confirm.append(key)
        elif self._answers is None:
            self._seems_mute = True
        return False

    def _give_back(self, key: str, sentence: str) -> None:
        """Nothing was sent: the job goes back, and with it all that wait behind it, or they would overtake it.

        The last one is told first: when the server has the first one again, it has the others too.
        """
        behind: list[str] = []
        with self._alone:
            self.round += 1
            while not self._keys.empty():
                other = self._keys.get_nowait()
                if other is not None:
                    behind.append(other)
            self._pending.difference_update(behind)
        for other in reversed(behind):
            known = self._spool.jobs[other]
            if not known.outcome and known.first_byte_at is None:
                self._end(other, ReportState.FAILED, f"behind a job that could not be sent: {sentence}", retry=True)
            else:
                self.tell(other)
        self._end(key, ReportState.FAILED, sentence, retry=True)

    def _end(self, key: str, state: ReportState, detail: str, *, retry: bool = False) -> None:
        ended = self._spool.end(key, state, detail, retry=retry)
        LOG.info("job %s on %s: %s %s", ended.job, self.printer.code, ended.outcome, detail)
        self.tell(key)

    def tell(self, key: str) -> None:
        """Report the outcome; when the server is away the agent's loop does it later."""
        tell_outcome(self._spool, self._server, key)


def tell_outcome(spool: Spool, server: ServerLine, key: str) -> bool:
    """Report the outcome of a job from the journal; False when the server is away."""
    ended = spool.jobs[key]
    try:
        server.report(ended.job, ended.report())
    except LeaseLost as refused:
        LOG.warning("job %s: the server keeps another outcome than %r: %s", ended.job, ended.outcome, refused.sentence)
    except ServerAway as away:
        LOG.warning("job %s: outcome %r not reported yet: %s", ended.job, ended.outcome, away.sentence)
        return False
    except PrintingProblem:
        return False
    spool.reported(key, ended.outcome)
    return True


def file_name(job: PrintJob, printout: Printout) -> str:
    """How a folder printer names the file of a job: sortable, unique, safe on every file system."""
    return f"job-{job.id:06d}-{hashlib.sha256(job.key.encode()).hexdigest()[:8]}.{printout.suffix}"


def prepare(job: PrintJob, printer: PrinterConfig, driver: Driver, now: datetime) -> Printout:
    """Everything that can be known before the printer is touched: the bytes, read back against the demands.

    Raises UnfitJob with a sentence for the office.
    """
    if hashlib.sha256(job.content).hexdigest() != job.content_sha256:
        raise UnfitJob(f"Expected content with SHA-256 {job.content_sha256[:12]}..., got other bytes.")
    if job.expires_at is not None and job.expires_at <= now:
        raise UnfitJob(f"Expected to print before {job.expires_at:%Y-%m-%d %H:%M} UTC; it is too late now.")
    if job.format not in driver.accepts:
        raise UnfitJob(f"Expected {' or '.join(sorted(driver.accepts))} for printer {printer.code}, got {job.format}.")
    if not 1 <= job.copies <= COPIES_MAX:
        raise UnfitJob(f"Expected 1 to {COPIES_MAX} copies, got {job.copies}.")
    media = printer.media
    if media is not None and (job.media_width_mm > media.width_mm or job.media_height_mm > media.height_mm):
        raise UnfitJob(
            f"Expected media {media.width_mm} x {media.height_mm} mm in printer {printer.code}, "
            f"got a job for {job.media_width_mm} x {job.media_height_mm} mm."
        )
    printout = driver.encode(job, printer)
    if printout.language == "dots":
        mismatches = read_back_dots(driver.read_dots(printout.payload), job.demands)
    else:
        mismatches = read_back(printout.payload, printout.language, job.dpi, job.demands)
    if mismatches:
        raise UnfitJob(" ".join(one.sentence for one in mismatches[:3]))
    return printout
