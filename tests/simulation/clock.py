"""Time that only the simulation moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from backend.platform import clock

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = MORNING

    def now(self) -> datetime:
        """Never the same time twice, as on a real clock."""
        self.at += timedelta(milliseconds=1)
        return self.at

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@contextmanager
def simulated() -> Iterator[Clock]:
    """The whole house reads this clock meanwhile."""
    real, mine = clock.now, Clock()
    clock.now = mine.now
    try:
        yield mine
    finally:
        clock.now = real
