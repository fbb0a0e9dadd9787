"""Which pick faces are filled, from where: plain values."""

import pytest

from backend.stock.refilling import FaceRule, Refill, Store, refills


@pytest.mark.parametrize(
    ("on_hand", "coming", "called", "expected"),
    [
        (5, 0, False, []),
        (4, 0, False, [(30, 6)]),
        (4, 3, False, []),
        (5, 0, True, [(30, 5)]),
        (10, 0, True, []),
        (0, 0, False, [(30, 8), (31, 2)]),
    ],
)
def test_a_face_below_its_minimum_is_filled(
    on_hand: int, coming: int, called: bool, expected: list[tuple[int, int]]
) -> None:
    """Minimum 5, full at 10; the fullest store first; what is on its way counts; a call does not wait for the minimum."""
    stores = [Store(1, 31, "", 3), Store(1, 30, "", 8), Store(2, 32, "", 99), Store(1, 7, "", 50)]

    made = refills([FaceRule(1, 7, 5, 10, on_hand, coming)], stores, called=called)

    assert expected == [(each.source_id, each.quantity) for each in made]


def test_two_faces_share_what_the_store_has() -> None:
    """Nothing is promised twice."""
    faces = [FaceRule(1, 7, 5, 10), FaceRule(1, 8, 5, 10)]

    made = refills(faces, [Store(1, 30, "L1", 12)])

    assert [Refill(1, 30, 7, "L1", 10), Refill(1, 30, 8, "L1", 2)] == made
