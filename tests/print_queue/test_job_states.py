"""Which report moves a job where; a person is asked only when nobody can know."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.print_queue.job_states import JobChange, JobStanding, ReportRefused, decide_report, reprint_key
from printing.protocol import JobReport, JobState, ReportState

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _job(state: str, **changes: Any) -> JobStanding:
    fields: dict[str, Any] = {"lease": "l", "attempts": 1, "expires_at": NOW + timedelta(hours=1)}
    return JobStanding(JobState(state), **fields | changes)


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("leased", "sending", "sending"),
        ("sending", "sending", "sending"),
        ("sending", "sent", "sent"),
        ("sending", "confirmed", "confirmed"),
        ("sending", "unknown", "unknown"),
        ("sent", "sent", "sent"),
        ("sent", "confirmed", "confirmed"),
        ("sent", "unknown", "sent"),
        ("confirmed", "sent", "confirmed"),
        ("unknown", "sent", "sent"),
        ("unknown", "unknown", "unknown"),
        ("leased", "failed", "failed"),
        ("leased", "failed retry", "queued"),
        ("sending", "failed retry", "queued"),
        ("leased", "failed after byte", "unknown"),
        ("sending", "failed retry after byte", "unknown"),
        ("sent", "failed", "unknown"),
        ("queued", "sending", None),
        ("cancelled", "sending", None),
        ("cancelled", "sent", None),
        ("expired", "sending", None),
        ("sent", "sending", None),
        ("unknown", "sending", None),
        ("failed", "sent", None),
        ("confirmed", "unknown", None),
    ],
)
def test_reports(before: str, said: str, after: str | None) -> None:
    """Each state with each report: the next state, or a refusal (None)."""
    first_byte_at = NOW if "after byte" in said else None
    report = JobReport("l", ReportState(said.split(maxsplit=1)[0]), "why", first_byte_at, retry="retry" in said)

    change = decide_report(_job(before), report, NOW)

    assert after == (change.state.value if isinstance(change, JobChange) else None)


@pytest.mark.parametrize("lease", [None, "another"])
def test_a_foreign_lease_changes_nothing(lease: str | None) -> None:
    """An agent that slept too long cannot speak for a job that went to another one or to a person."""
    refused = decide_report(_job("sending", lease=lease), JobReport("l", ReportState.SENT), NOW)

    assert isinstance(refused, ReportRefused)


def test_too_late_is_not_sent() -> None:
    """The last question before the first byte also asks whether anybody still wants the paper."""
    refused = decide_report(_job("leased", expires_at=NOW), JobReport("l", ReportState.SENDING), NOW)

    assert isinstance(refused, ReportRefused)
    assert "too late" in refused.sentence


@pytest.mark.parametrize(("attempts", "pause_s"), [(1, 2), (3, 8), (4, 16), (5, 30), (5000, 30)])
def test_retries_slow_down(attempts: int, pause_s: int) -> None:
    """A job given back again and again waits longer, at most half a minute, and is never given up before it expires."""
    change = decide_report(_job("leased", attempts=attempts), JobReport("l", ReportState.FAILED, retry=True), NOW)

    assert isinstance(change, JobChange)
    assert (NOW + timedelta(seconds=pause_s), False) == (change.not_before, change.keeps_lease)


@pytest.mark.parametrize(("key", "papers", "expected"), [("label:7", 1, "label:7#2"), ("label:7#2", 2, "label:7#3")])
def test_reprints_are_numbered(key: str, papers: int, expected: str) -> None:
    """The key of a copy names the original and which copy it is."""
    assert expected == reprint_key(key, papers)
