"""Days from seeds. `python -m tests.simulation --seed N` plays one again and prints the scans that led to the fault."""

import pytest

from tests.simulation.day import play

STEPS = 80
SEEDS = range(1, 21)
POSTGRES_SEEDS = range(101, 104)


async def play_well(url: str, seed: int) -> None:
    outcome = await play(url, seed, STEPS)
    assert "" == outcome.broken, f"seed {seed}, {STEPS} steps: {outcome.day.last_scans()}"
    assert outcome.day.counts["scans"] > 100, f"seed {seed}: hardly anybody walked"


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_books_are_right_after_every_step_of_a_day(sqlite_url: str, seed: int) -> None:
    """Walkers, dead zones, repeats, take-overs, crashes, cancellations, a carrier that is down: nothing is lost or twice."""
    await play_well(sqlite_url, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", POSTGRES_SEEDS)
async def test_the_same_on_postgresql(postgres_url: str, seed: int) -> None:
    """The other engine keeps the same promises."""
    await play_well(postgres_url, seed)
