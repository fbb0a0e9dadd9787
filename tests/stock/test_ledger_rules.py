"""The ledger as values: random days keep every balance explained, and nothing is sold twice."""

from hypothesis import given
from hypothesis import strategies as st

from backend.stock.ledger import (
    PENDING,
    POSTED,
    VOID,
    Balance,
    LedgerRow,
    Place,
    changes_of,
    find_differences,
    find_shortfall,
)

OUTSIDE, SHELF, TOTE = 1, 2, 3
PHYSICAL = {OUTSIDE: False, SHELF: True, TOTE: True}

rows = st.builds(
    LedgerRow,
    product_id=st.integers(1, 2),
    source_id=st.sampled_from([OUTSIDE, SHELF]),
    target_id=st.just(TOTE),
    lot=st.sampled_from(["", "L1"]),
    quantity=st.integers(1, 9),
    taken=st.just(0),
    state=st.sampled_from([PENDING, POSTED, VOID]),
)


@given(st.lists(rows, max_size=30))
def test_posted_pieces_are_conserved(moves: list[LedgerRow]) -> None:
    """Over all places, the outside included, nothing appears and nothing is lost."""
    assert sum(change.on_hand for change in changes_of(moves).values()) == 0


@given(st.lists(rows, max_size=30))
def test_a_void_row_changes_nothing(moves: list[LedgerRow]) -> None:
    """What was given up leaves no trace in the balances."""
    living = [row for row in moves if row.state != VOID]
    assert find_differences(changes_of(living), changes_of(moves)) == []


def test_the_outside_keeps_no_balance() -> None:
    """A receipt fills the tote and empties nobody."""
    row = LedgerRow(1, OUTSIDE, TOTE, "", 5, 0, POSTED)
    assert changes_of([row], PHYSICAL) == {Place(1, TOTE): Balance(5, 0)}


def test_a_reservation_holds_what_is_not_yet_taken() -> None:
    """Of nine reserved pieces four are taken: five are still held."""
    row = LedgerRow(1, SHELF, OUTSIDE, "", 9, 4, PENDING)
    assert changes_of([row], PHYSICAL) == {Place(1, SHELF): Balance(0, 5)}


def test_shortfall_sees_reserved_pieces() -> None:
    """Ten on hand, eight promised: three cannot leave, two can."""
    booked = {Place(1, SHELF): Balance(10, 8)}
    assert find_shortfall(booked, {Place(1, SHELF): Balance(-2, 0)}) is None
    assert find_shortfall(booked, {Place(1, SHELF): Balance(-3, 0)}) == (Place(1, SHELF), Balance(7, 8))
    assert find_shortfall({}, {Place(1, SHELF): Balance(0, 1)}) == (Place(1, SHELF), Balance(0, 1))


def test_difference_is_told_from_both_sides() -> None:
    """A balance without moves and moves without a balance are both found."""
    expected, booked = {Place(1, SHELF): Balance(3, 0)}, {Place(2, SHELF): Balance(4, 0)}
    found = [(each.product_id, each.on_hand, each.expected_on_hand) for each in find_differences(expected, booked)]
    assert found == [(1, 0, 3), (2, 4, 0)]
