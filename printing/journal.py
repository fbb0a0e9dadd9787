"""The lines of the agent's journal and what they mean, without any disk.

A line is eight hex digits of CRC-32, a space, JSON, newline. It counts only when it is whole. Steps of a job:

- `taken`: it may be printed, or given back
- `first_byte`: written to disk before the first byte leaves; without an end the outcome is unknown, for ever
- `ended`: the outcome, reported again until the server has it
- `reported`: the server has it
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime

import msgspec

from printing.protocol import JobReport, ReportState


class Step(msgspec.Struct, omit_defaults=True, frozen=True):
    """One line of the journal."""

    job: int
    key: str
    step: str
    at: datetime
    lease: str = ""
    outcome: str = ""
    detail: str = ""
    retry: bool = False
    last_byte_at: datetime | None = None


class Remembered(msgspec.Struct, frozen=True):
    """What the journal knows about one job. `at` is the time of its newest line."""

    job: int
    key: str
    lease: str
    at: datetime
    first_byte_at: datetime | None = None
    last_byte_at: datetime | None = None
    outcome: str = ""
    detail: str = ""
    retry: bool = False
    reported: bool = False

    def report(self) -> JobReport:
        """The outcome as it goes to the server."""
        return JobReport(
            lease=self.lease,
            state=ReportState(self.outcome),
            detail=self.detail,
            first_byte_at=self.first_byte_at,
            last_byte_at=self.last_byte_at,
            retry=self.retry,
        )


def write_line(step: Step) -> bytes:
    """A journal line; JSON itself holds no raw newline."""
    text = msgspec.json.encode(step)
    return b"%08x %s\n" % (zlib.crc32(text), text)


def read_line(line: bytes) -> Step | None:
    """The step of a whole line (without its newline), None for a torn or damaged one."""
    try:
        if line[8:9] != b" " or int(line[:8], 16) != zlib.crc32(line[9:]):
            return None
        return msgspec.json.decode(line[9:], type=Step)
    except (ValueError, msgspec.DecodeError):
        return None


def read_journal(raw: bytes) -> tuple[list[Step], int, int]:
    """All whole steps, the length without a torn last line, and how many lines before it are damaged."""
    *lines, tail = raw.split(b"\n")
    steps = [read_line(line) for line in lines]
    whole = [step for step in steps if step is not None]
    return whole, len(raw) - len(tail), len(steps) - len(whole)


def advance(job: Remembered | None, step: Step) -> Remembered:
    """The record of a job after one more step."""
    was = job or Remembered(step.job, step.key, step.lease, step.at)
    change: dict[str, object] = {"at": step.at, "job": step.job}
    if step.step == "taken":
        change |= {"lease": step.lease, "reported": False}
        if was.first_byte_at is None:
            # Given back unsent and lent again: open once more. After the first byte the old outcome stands.
            change |= {"outcome": "", "detail": "", "retry": False}
    elif step.step == "first_byte":
        change |= {"first_byte_at": step.at}
    elif step.step == "ended":
        change |= {
            "outcome": step.outcome,
            "detail": step.detail,
            "retry": step.retry,
            "last_byte_at": step.last_byte_at or was.last_byte_at,
            "reported": False,
        }
    elif step.step == "reported":
        change |= {"reported": True}
    return msgspec.structs.replace(was, **change)


def fold(steps: Iterable[Step]) -> dict[str, Remembered]:
    """The journal as one record for each job key."""
    jobs: dict[str, Remembered] = {}
    for step in steps:
        jobs[step.key] = advance(jobs.get(step.key), step)
    return jobs


def unfold(job: Remembered) -> list[Step]:
    """The fewest steps that give the same record again."""
    steps = [Step(job.job, job.key, "taken", job.at, lease=job.lease)]
    if job.first_byte_at is not None:
        steps.append(Step(job.job, job.key, "first_byte", job.first_byte_at))
    if job.outcome:
        steps.append(
            Step(
                job.job,
                job.key,
                "ended",
                job.at,
                outcome=job.outcome,
                detail=job.detail,
                retry=job.retry,
                last_byte_at=job.last_byte_at,
            )
        )
    if job.reported:
        steps.append(Step(job.job, job.key, "reported", job.at))
    return steps
