"""First expired, first in, named lot, remaining life: which goods an order gets. Values in, values out."""

from datetime import UTC, date, datetime

import pytest

from backend.stock.allocation import FreeStock, LineDemand, OrderDemand, choose_places, decide_allocation

AT = datetime(2026, 3, 2, tzinfo=UTC)


def lying(location: int, free: int, lot: str, turn: str = "", day: str | None = None) -> FreeStock:
    return FreeStock(1, location, lot, free, True, location, turn, date.fromisoformat(day) if day else None)


def test_what_expires_first_leaves_first() -> None:
    """Even where one later lot alone would save a stop."""
    places = [lying(1, 50, "LATE", "2027-05-01"), lying(2, 3, "SOON", "2026-09-01"), lying(3, 2, "MID", "2026-12-01")]
    assert [("SOON", 3), ("MID", 2), ("LATE", 1)] == [(place.lot, got) for place, got in choose_places(places, 6)]


def test_within_one_turn_one_stop_is_best() -> None:
    """Two places of the same lot: the one that covers the line alone."""
    places = [lying(1, 2, "A", "2026-09-01"), lying(2, 8, "A", "2026-09-01"), lying(3, 90, "B", "2027-01-01")]
    assert [(2, 6)] == [(place.location_id, got) for place, got in choose_places(places, 6)]


@pytest.mark.parametrize(
    ("_case", "line", "wanted"),
    [
        ("the named lot, however late it expires", LineDemand(9, 1, 2, "LATE"), {"LATE": 2}),
        ("a named lot that is not there", LineDemand(9, 1, 2, "NONE"), {}),
        ("too little left of the named lot", LineDemand(9, 1, 60, "LATE"), {}),
        ("good for long enough", LineDemand(9, 1, 2, None, date(2026, 12, 1)), {"LATE": 2}),
        ("good on that very day", LineDemand(9, 1, 2, None, date(2026, 9, 1)), {"SOON": 2}),
        ("nothing is good for so long", LineDemand(9, 1, 2, None, date(2028, 1, 1)), {}),
    ],
)
def test_a_picky_line_gets_only_what_it_may(_case: str, line: LineDemand, wanted: dict[str, int]) -> None:
    """Named lot and remaining life; what does not fit counts as missing."""
    stock = [lying(1, 50, "LATE", "2027-05-01", "2027-05-01"), lying(2, 3, "SOON", "2026-09-01", "2026-09-01")]
    made = decide_allocation(stock, [OrderDemand(5, AT, (line,))])
    assert wanted == {each.lot: each.quantity for each in made.reservations}
    assert bool(wanted) == bool(made.granted)


def test_two_lines_of_one_order_do_not_promise_a_piece_twice() -> None:
    """The picky line takes its lot first, the other one what is left; then nothing is left for the next order."""
    stock = [lying(1, 2, "A", "2026-09-01", "2026-09-01"), lying(2, 2, "B", "2026-10-01", "2026-10-01")]
    first = OrderDemand(1, AT, (LineDemand(1, 1, 2), LineDemand(2, 1, 2, "A")))
    made = decide_allocation(stock, [first, OrderDemand(2, AT, (LineDemand(3, 1, 1),))])
    assert {(2, "A"): 2, (1, "B"): 2} == {(each.order_line_id, each.lot): each.quantity for each in made.reservations}
    assert [2] == [each.order_id for each in made.denied]


def test_goods_without_a_date_are_good_for_ever() -> None:
    """A rule of remaining life does not stop goods that carry no date."""
    made = decide_allocation([lying(1, 5, "")], [OrderDemand(1, AT, (LineDemand(1, 1, 2, None, date(2030, 1, 1)),))])
    assert 2 == made.reservations[0].quantity
