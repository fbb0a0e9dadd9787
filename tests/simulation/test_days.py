"""Days from seeds. `./dev sim --seed N --steps 80` plays one again, exactly, and prints the scans that led to the fault."""

import shutil
from pathlib import Path

import pytest

from tests.simulation.day import play

STEPS = 80
SEEDS = range(1, 21)
POSTGRES_SEEDS = range(101, 104)


async def play_well(url: str, seed: int) -> None:
    outcome = await play(url, seed, STEPS)
    again = f"again: ./dev sim --seed {seed} --steps {STEPS} --engine {url.partition(':')[0].removesuffix('ql')}"
    assert "" == outcome.broken, f"seed {seed}; {again}; the last scans: {outcome.day.last_scans()}"
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


@pytest.mark.slow
async def test_a_seed_is_the_same_day_each_time(sqlite_template: Path, tmp_path: Path) -> None:
    """Every identifier, answer and fault comes from the seed, so that a broken day can be taken apart."""
    fingerprints = []
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        shutil.copy(sqlite_template, tmp_path / name)
        outcome = await play(f"sqlite:///{tmp_path / name}", seed, 25)
        fingerprints.append((outcome.broken, outcome.day.fingerprint()))

    assert fingerprints[0] == fingerprints[1]
    assert fingerprints[0] != fingerprints[2]
