"""The one place that reads the clocks and knows the house's time zone. Pure code receives `now` as an argument."""

import os
import time
from datetime import UTC, datetime

DEFAULT_ZONE = "Europe/Prague"


def now() -> datetime:
    """The current time, timezone-aware, in UTC."""
    return datetime.now(UTC)


def monotonic_s() -> float:
    """Seconds of a clock that never goes back: how long something may be remembered."""
    return time.monotonic()


def zone_name() -> str:
    """The shop's time zone: RAMPA_ZONE and nothing else, for days of lists and for times on papers."""
    return os.environ.get("RAMPA_ZONE") or DEFAULT_ZONE
