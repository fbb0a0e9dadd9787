"""The table of states: what may follow what, and nothing else."""

import itertools

import pytest

from backend.orders.lifecycle import BEFORE_WORK, OPEN, STATES, TRANSITIONS, check_transition, may_follow
from backend.orders.tables import ORDER_STATES
from backend.platform.errors import Conflict

WAY = ["received", "ready", "in_work", "packed", "dispatched", "delivered", "settled"]


def test_the_table_names_the_states_of_the_database() -> None:
    """No state is forgotten on either side."""
    assert set(STATES) == set(ORDER_STATES)
    assert {after for following in TRANSITIONS.values() for after in following} <= set(ORDER_STATES)


@pytest.mark.parametrize(("before", "after"), list(itertools.pairwise(WAY)))
def test_the_common_way_is_open(before: str, after: str) -> None:
    """Each step of an order that nothing stops."""
    assert may_follow(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("received", "in_work"),
        ("received", "packed"),
        ("on_hold", "ready"),
        ("on_hold", "in_work"),
        ("ready", "packed"),
        ("ready", "dispatched"),
        ("in_work", "dispatched"),
        ("dispatched", "cancelled"),
        ("dispatched", "packed"),
        ("cancelled", "received"),
        ("settled", "cancelled"),
    ],
)
def test_shortcuts_are_refused_with_what_is_possible(before: str, after: str) -> None:
    """Each row: a step that would skip the floor or undo the past."""
    with pytest.raises(Conflict) as refused:
        check_transition("O000001", before, after)
    assert refused.value.code == "ORDER_STATE"
    assert "O000001" in refused.value.sentence
    for possible in TRANSITIONS[before]:
        assert possible in refused.value.sentence


def test_cancelled_is_reached_from_every_open_state_only() -> None:
    """An order can be cancelled until the carrier has it, and never afterwards."""
    assert {state for state in STATES if may_follow(state, "cancelled")} == set(OPEN)
    assert set(BEFORE_WORK) < set(OPEN)


def test_every_state_can_be_reached() -> None:
    """From received each other state lies on some way."""
    reached, frontier = {"received"}, ["received"]
    while frontier:
        for after in TRANSITIONS[frontier.pop()] - reached:
            reached.add(after)
            frontier.append(after)
    assert reached == set(STATES)
