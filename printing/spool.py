"""The agent's memory on disk: which jobs it took, and how far each one went.

`journal.log` only grows; each step is on the disk (fsync) before anything depends on it, and `first_byte` is written
*before* the first byte goes to the printer. So whatever moment the power is cut, the journal errs on one side only:
"may have printed". A torn last line is what a crash leaves and is cut off, for its step had not begun. A damaged line
further up means that a step may be missing: then every open job is treated as unknown and the file is kept aside.

Jobs are known by their `key`: numbers start again when a server's database does. Content lies in `jobs/` until the server has the outcome. Ended jobs are remembered `REMEMBERED_DAYS`, longer
than any server lends a job again. One agent holds one folder (locked).
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from printing.journal import Remembered, Step, advance, fold, read_journal, unfold, write_line
from printing.problems import PrintingProblem, UnfitJob
from printing.protocol import SPOOL_NAME, PrintJob, ReportState

if sys.platform != "win32":  # there opening the same folder twice is not guarded
    import fcntl

REMEMBERED_DAYS = 30
DETAIL_MAX = 500


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Spool:
    """The journal and the content of open jobs in one folder. Safe to use from several threads of one program."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = _utc_now) -> None:
        self.folder, self._now = folder, now
        self._alone = threading.RLock()
        try:
            (folder / "jobs").mkdir(parents=True, exist_ok=True)
            self._path = folder / "journal.log"
            self._file = _open_locked(self._path, folder)
            raw = self._path.read_bytes()
        except OSError as cause:
            raise PrintingProblem(f"Expected a spool folder that can be written, got {folder} ({cause}).") from cause
        steps, good, self.damaged_lines = read_journal(raw)
        if good != len(raw):
            os.ftruncate(self._file, good)
        os.fsync(self._file)
        self.name = _spool_name(folder / "name")
        _sync_folder(folder)
        self.jobs = fold(steps)
        self._settle_interrupted()
        if self.damaged_lines:
            (folder / f"journal.damaged-{self._now():%Y%m%dT%H%M%S}").write_bytes(raw)
            self.compact()

    def _settle_interrupted(self) -> None:
        for job in list(self.jobs.values()):
            if job.outcome:
                continue
            if job.first_byte_at is not None:
                self.end(job.key, ReportState.UNKNOWN, "the agent stopped while the job was being sent")
            elif self.damaged_lines:
                self.end(job.key, ReportState.UNKNOWN, "the agent's journal was damaged; nobody knows what was sent")

    def take(self, job: PrintJob) -> Remembered:
        """Store a claimed job, content first, then the line; a job known already keeps its history."""
        with self._alone:
            _write_whole(self._content_path(job.key), msgspec.json.encode(job))
            return self._append(Step(job.id, job.key, "taken", self._now(), lease=job.lease))

    def content(self, key: str) -> PrintJob:
        """The stored job."""
        try:
            return msgspec.json.decode(self._content_path(key).read_bytes(), type=PrintJob)
        except (OSError, msgspec.DecodeError) as cause:
            raise UnfitJob(f"Expected the content of job {key} in the spool, got none ({cause}).") from cause

    def first_byte(self, key: str) -> datetime:
        """To be called right before the first byte is written; returns only when the line is on the disk."""
        with self._alone:
            job = self.jobs[key]
            if job.first_byte_at is not None:
                raise PrintingProblem(f"Expected job {key} not to have been sent yet, but its first byte has gone.")
            at = self._now()
            self._append(Step(job.job, key, "first_byte", at))
            return at

    def end(self, key: str, state: ReportState, detail: str = "", *, retry: bool = False) -> Remembered:
        """Write the outcome. After the first byte neither `failed` nor `retry` is possible: it becomes unknown."""
        with self._alone:
            job = self.jobs[key]
            if job.first_byte_at is not None and (retry or state is ReportState.FAILED):
                state, retry = ReportState.UNKNOWN, False
            now = self._now()
            last_byte_at = now if state is ReportState.SENT else None
            step = Step(
                job.job,
                key,
                "ended",
                now,
                outcome=state.value,
                detail=detail[:DETAIL_MAX],
                retry=retry,
                last_byte_at=last_byte_at,
            )
            return self._append(step)

    def reported(self, key: str, outcome: str) -> None:
        """The server has this outcome. Nothing happens when a newer one came meanwhile: that is still to be told."""
        with self._alone:
            if self.jobs[key].outcome != outcome:
                return
            self._append(Step(self.jobs[key].job, key, "reported", self._now()))
            self._content_path(key).unlink(missing_ok=True)

    def unsent(self) -> list[Remembered]:
        """Jobs taken and not begun, in the order they were taken."""
        with self._alone:
            return [job for job in self.jobs.values() if not job.outcome and job.first_byte_at is None]

    def unreported(self) -> list[Remembered]:
        """Outcomes the server does not have yet."""
        with self._alone:
            return [job for job in self.jobs.values() if job.outcome and not job.reported]

    def leases(self) -> tuple[str, ...]:
        """Leases of all jobs whose outcome the server does not have yet."""
        with self._alone:
            return tuple(job.lease for job in self.jobs.values() if not job.reported)

    def compact(self) -> None:
        """Rewrite the journal without what is too old to come back: a new file takes the place of the old at once."""
        with self._alone:
            oldest = self._now() - timedelta(days=REMEMBERED_DAYS)
            kept = {key: job for key, job in self.jobs.items() if not job.reported or job.at > oldest}
            lines = [write_line(step) for job in kept.values() for step in unfold(job)]
            _write_whole(self._path, b"".join(lines))
            os.close(self._file)
            self._file = _open_locked(self._path, self.folder)
            self.jobs, self.damaged_lines = kept, 0

    def close(self) -> None:
        """Let go of the folder."""
        with self._alone:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _append(self, step: Step) -> Remembered:
        if self._file < 0:
            raise PrintingProblem(f"Expected a writable journal in {self.folder}, got one that failed before; restart.")
        line, start = write_line(step), os.fstat(self._file).st_size
        try:
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
            os.fsync(self._file)
        except OSError as cause:
            # Half a line would swallow the next one; and after a failed fsync nobody knows what is on the disk.
            self._give_up(start)
            raise PrintingProblem(f"Expected to write the journal in {self.folder}, got {cause}.") from cause
        self.jobs[step.key] = advance(self.jobs.get(step.key), step)
        return self.jobs[step.key]

    def _give_up(self, length: int) -> None:
        try:
            os.ftruncate(self._file, length)
        finally:
            self.close()

    def _content_path(self, key: str) -> Path:
        return self.folder / "jobs" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _open_locked(path: Path, folder: Path) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            os.close(file)
            raise PrintingProblem(
                f"Expected the spool {folder} to be free, but another agent holds it; stop that one or use --spool."
            ) from cause
    return file


def _spool_name(path: Path) -> str:
    """Eight hexadecimal letters that tell this memory from any other; made once, with the folder."""
    known = path.read_text("ascii", errors="replace") if path.exists() else ""
    if re.fullmatch(SPOOL_NAME, known) and known:
        return known
    made = secrets.token_hex(4)
    _write_whole(path, made.encode())
    return made


def _write_whole(path: Path, content: bytes) -> None:
    """Replace a file so that a crash leaves the old one or the new one, never a part."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make names in a folder durable; Windows cannot open folders and needs no such step."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
