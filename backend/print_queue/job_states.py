"""Life of a print job, as values: which report moves it where, and what a person may still do with it.

queued -> leased -> sending -> sent -> confirmed
             |          `-> unknown  (a person answers: printed, or not)
             `-> queued again, as long as nothing was sent;  failed | expired | cancelled end it
"""

from datetime import datetime, timedelta

import msgspec

from printing.protocol import JobReport, JobState, ReportState

WAITING = (JobState.QUEUED, JobState.LEASED, JobState.SENDING)
"""The job is on its way; nobody may reprint it."""
CANCELLABLE = (JobState.QUEUED, JobState.LEASED)
"""Nothing was sent: an agent that holds it asks before the first byte and is told no."""
REPRINTABLE = (
    JobState.SENT,
    JobState.CONFIRMED,
    JobState.UNKNOWN,
    JobState.FAILED,
    JobState.EXPIRED,
    JobState.CANCELLED,
)
RETRY_PAUSE_MAX_S = 30
DETAIL_MAX = 500


class JobStanding(msgspec.Struct, frozen=True):
    """What the decision about a report needs to know of the job."""

    state: JobState
    lease: str | None
    attempts: int
    expires_at: datetime
    first_byte_at: datetime | None = None


class JobChange(msgspec.Struct, frozen=True):
    """What becomes of the job. `keeps_lease` False: the agent has nothing more to say about it."""

    state: JobState
    detail: str = ""
    keeps_lease: bool = True
    not_before: datetime | None = None


class ReportRefused(msgspec.Struct, frozen=True):
    """The agent speaks for a job that is not its own any more; it must not send it."""

    sentence: str


def decide_report(job: JobStanding, report: JobReport, now: datetime) -> JobChange | ReportRefused:
    """Fold one report of an agent into the job. The same report twice gives the same answer."""
    if job.lease is None or job.lease != report.lease:
        return ReportRefused(f"Expected the lease of the job, got another one; the job is {job.state} now.")
    if report.state is ReportState.SENDING:
        return _decide_sending(job, now)
    if job.state is JobState.CONFIRMED and report.state in (ReportState.SENT, ReportState.CONFIRMED):
        return JobChange(JobState.CONFIRMED, report.detail)
    if job.state not in (JobState.LEASED, JobState.SENDING, JobState.SENT, JobState.UNKNOWN):
        return ReportRefused(f"Expected a job under way, got one that is {job.state}.")
    detail = report.detail[:DETAIL_MAX]
    if report.state is ReportState.FAILED:
        if report.first_byte_at is not None or job.first_byte_at is not None or job.state is JobState.SENT:
            return JobChange(JobState.UNKNOWN, detail)
        if report.retry:
            pause_s = min(2 ** min(job.attempts, 8), RETRY_PAUSE_MAX_S)
            return JobChange(JobState.QUEUED, detail, keeps_lease=False, not_before=now + timedelta(seconds=pause_s))
        return JobChange(JobState.FAILED, detail, keeps_lease=False)
    if report.state is ReportState.UNKNOWN and job.state is JobState.SENT:
        return JobChange(JobState.SENT, detail)
    return JobChange(JobState(report.state.value), detail)


def _decide_sending(job: JobStanding, now: datetime) -> JobChange | ReportRefused:
    if job.state is JobState.SENDING:
        return JobChange(JobState.SENDING)
    if job.state is not JobState.LEASED:
        return ReportRefused(f"Expected a job that nobody sends yet, got one that is {job.state}.")
    if job.expires_at <= now:
        return ReportRefused(f"Expected to print before {job.expires_at:%Y-%m-%d %H:%M} UTC; it is too late now.")
    return JobChange(JobState.SENDING)


def reprint_key(key: str, count: int) -> str:
    """Key of the next copy: `label:7`, `label:7#2`, `label:7#3`. `count` is how many papers there are already."""
    return f"{key.partition('#')[0]}#{count + 1}"
