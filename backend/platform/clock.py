"""The one place that reads the clocks. Pure code receives `now` as an argument."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The current time, timezone-aware, in UTC."""
    return datetime.now(UTC)


def monotonic_s() -> float:
    """Seconds of a clock that never goes back: how long something may be remembered."""
    return time.monotonic()
