"""Time that only the simulation moves, and chance that only the seed decides: the same seed is the same day."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from backend.platform import clock, ids

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

    def monotonic_s(self) -> float:
        return (self.at - MORNING).total_seconds()

    def wall_ms(self) -> int:
        return int(self.at.timestamp() * 1000)


@contextmanager
def simulated(seed: int) -> Iterator[Clock]:
    """The whole house reads this clock and draws its identifiers, secrets and pauses from the seed meanwhile."""
    mine, chance, outside = Clock(), random.Random(seed), random.getstate()
    real = clock.now, clock.monotonic_s, ids.wall_ms, ids.entropy
    clock.now, clock.monotonic_s, ids.wall_ms, ids.entropy = mine.now, mine.monotonic_s, mine.wall_ms, chance.randbytes
    random.seed(seed)
    try:
        yield mine
    finally:
        clock.now, clock.monotonic_s, ids.wall_ms, ids.entropy = real
        random.setstate(outside)
