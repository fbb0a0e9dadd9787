"""The torture in its short form, on both engines; `./dev torture` plays it at its full length, with as many seeds as asked."""

import pytest

from tests.torture.adversary import plan
from tests.torture.lines import WIRE_FAULTS
from tests.torture.play import Outcome, Setting, play

SHORT = Setting(scans=500, faults=40, seconds=18.0, pages=0, calm_s=240.0, overtime=5.0)


def told(outcome: Outcome) -> str:
    again = f"./dev torture --engine {outcome.setting.engine} --seed {outcome.setting.seed}"
    return "\n".join([again, *outcome.wrongs, str(dict(outcome.faults))])


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("engine", "seed", "pages"), [("sqlite", 1, 1), ("postgres", 2, 0)])
def test_what_was_shown_as_taken_is_in_the_books_once(engine: str, seed: int, pages: int) -> None:
    """Real processes under an adversary: nothing lost, nothing doubled, ledger and parcels and paper right."""
    outcome = play(SHORT._replace(engine=engine, seed=seed, pages=pages))

    assert outcome.good, told(outcome)
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert outcome.scans > SHORT.scans // 4, f"a machine too slow to say anything: {told(outcome)}"
    assert outcome.faults.total() > SHORT.faults // 5, told(outcome)


@pytest.mark.slow
@pytest.mark.parametrize("bug", ["no_dedupe", "gap_not_asked"])
def test_a_planted_bug_is_seen(bug: str) -> None:
    """Within three short runs; the long form sees each in one: ./dev torture --plants shows all of them."""
    short = Setting(
        engine="sqlite", scans=250, faults=40, seconds=8.0, pages=0, seed=5, plant=bug, calm_s=6.0, overtime=5.0
    )
    for seed in (5, 6, 7):
        outcome = play(short._replace(seed=seed))
        if not outcome.good:
            return
    pytest.fail(told(outcome))


def test_a_seed_is_a_plan() -> None:
    """The same seed strikes at the same places; another one elsewhere; every kind of fault is in a long plan."""
    first, again, other = (plan(seed, 300, pages=True, cluster=True) for seed in (7, 7, 8))

    assert first == again != other
    assert {each.kind for each in first} >= {
        *WIRE_FAULTS,
        "kill_server",
        "kill_agent",
        "restart_database",
        "page_killed",
    }
    assert first == sorted(first)
