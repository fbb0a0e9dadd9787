"""What a finished place does to the book, and what is due for a cycle count: plain values."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from backend.scanning.protocol import Scan, Taken
from backend.stock.counting import Book, CountPlace, CountSheet, CountSnapshot, Limits, decide, judge
from backend.stock.cycle import INTERVAL_DAYS, Shelf, classes, due
from tests.builders import NOW

LIMITS = Limits(pieces=3, value_minor=10_000)


@pytest.mark.parametrize(
    ("counted", "book", "second", "expected"),
    [
        (7, Book(7, 2), False, ("equal", 0)),
        (7, Book(7, 2, busy=True), False, ("equal", 0)),
        (6, Book(7, 2), False, ("booked", -1)),
        (9, Book(7, 2), False, ("booked", 2)),
        (6, Book(7, 2, busy=True), False, ("disturbed", 0)),
        (6, Book(7, 2, busy=True), True, ("disturbed", 0)),
        (3, Book(7, 2), False, ("recount", 0)),
        (3, Book(7, 2), True, ("booked", -4)),
        (6, Book(7, 2, value_minor=10_001), False, ("recount", 0)),
        (6, Book(7, 2, value_minor=10_000), False, ("booked", -1)),
        (1, Book(3, 3), False, ("promised", 0)),
        (0, Book(3, 1), False, ("promised", -2)),
        (2, Book(), False, ("booked", 2)),
    ],
)
def test_a_line_is_held_against_the_book(counted: int, book: Book, second: bool, expected: tuple[str, int]) -> None:
    """Small differences are booked, large ones counted again by somebody else, promised pieces never written off."""
    assert expected == judge(counted, book, LIMITS, second)


def test_what_makes_most_picks_is_class_a() -> None:
    """80 % of the picks are A, the next 15 % B; what nobody picks has no class."""
    assert {1: "A", 2: "A", 3: "B", 4: "C"} == classes({1: 50, 2: 30, 3: 16, 4: 4})
    assert {} == classes({})


@pytest.mark.parametrize(
    ("counted_at", "product", "is_due"),
    [
        (None, 9, True),
        (NOW - timedelta(days=31), 1, True),
        (NOW - timedelta(days=29), 1, False),
        (NOW - timedelta(days=31), 2, False),
        (NOW - timedelta(days=91), 2, True),
        (NOW - timedelta(days=179), 9, False),
    ],
)
def test_a_place_is_due_by_its_best_product(counted_at: datetime | None, product: int, is_due: bool) -> None:
    """A after 30 days, B after 90, C after 180, never counted at once."""
    shelf = Shelf(5, 1, (9, product), counted_at)
    assert ([5] if is_due else []) == due([shelf], {1: "A", 2: "B"}, NOW, INTERVAL_DAYS)


def test_the_longest_overdue_place_comes_first() -> None:
    shelves = [
        Shelf(1, 1, (7,), NOW - timedelta(days=40)),
        Shelf(2, 2, (7,), NOW - timedelta(days=60)),
        Shelf(3, 3, (8,)),
    ]
    assert [3, 2, 1] == due(shelves, {7: "A"}, NOW, INTERVAL_DAYS)


def test_the_second_count_is_somebody_elses() -> None:
    """Whoever takes the list over: the person of the first count is refused by name of the list."""
    place = CountPlace(task_id=5, location_id=1, location="A-01", location_key="loc:A-01", round=2, not_by=7)
    snapshot = CountSnapshot(sheets={"count:1": CountSheet(id=1, number="C000001", places={5: place})})
    scan = Scan(
        id=UUID(int=1), seq=1, at=NOW, flow="count", task="count:1", kind="finish", act=UUID(int=2), body={"place": 5}
    )

    codes = [
        decision.refusal.code if decision.refusal else "ok"
        for person in (7, 8)
        for _, decision in [decide(snapshot, Taken(scan=scan, device_id=1, person_id=person), NOW)]
    ]

    assert ["SECOND_PERSON", "ok"] == codes
