"""The one place that reads the wall clock. Pure code receives `now` as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time, timezone-aware, in UTC."""
    return datetime.now(UTC)
