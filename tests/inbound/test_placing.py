"""Which place is proposed: values in, values out."""

from typing import Any

import pytest

from backend.inbound.placing import Candidate, Goods, Proposal, propose, room, why_unfit

TEA = Goods(product_id=1, quantity=10, weight_g=100)


def place(number: int, **fields: Any) -> Candidate:
    return Candidate(**({"location_id": number, "code": f"A-{number}", "walk_sequence": number} | fields))


SAME = {1: frozenset({""})}
OTHER = {2: frozenset({""})}


@pytest.mark.parametrize(
    ("_case", "goods", "places", "wanted"),
    [
        ("its fixed place before all", {"homes": (9,)}, [place(1, lots=SAME), place(9, lots=OTHER)], (9, "fixed")),
        ("beside its own kind", {}, [place(1), place(5, lots=SAME)], (5, "same_product")),
        ("an empty one", {}, [place(1, lots=OTHER), place(2)], (2, "empty")),
        ("the nearest empty one", {}, [place(7), place(3)], (3, "empty")),
        ("never to strangers", {}, [place(1, lots=OTHER)], (None, "none")),
        ("its own lot before another lot", {"lot": "L"},
         [place(1, lots={1: frozenset({"K"})}), place(2, lots={1: frozenset({"L"})})], (2, "same_lot")),
        ("no mixed lots where forbidden", {"lot": "L", "mixed_lots": False},
         [place(1, lots={1: frozenset({"K"})}), place(2)], (2, "empty")),
        ("never beside a look-alike", {"look_alike": "g"},
         [place(1, lots=SAME | OTHER, look_alikes={"g": frozenset({1, 2})}), place(2)], (2, "empty")),
        ("only into its zone", {"zone": "COLD"}, [place(1, lots=SAME), place(2, zone="COLD")], (2, "empty")),
        ("not into a blocked place", {}, [place(1, blocked=True, lots=SAME), place(2)], (2, "empty")),
        ("no totes, no docks", {}, [place(1, kind="tote"), place(2, kind="receiving")], (None, "none")),
        ("where all of it fits", {}, [place(1, holds_g=500), place(2)], (2, "empty")),
    ],
)  # fmt: skip
def test_the_best_place_is_proposed(
    _case: str, goods: dict[str, Any], places: list[Candidate], wanted: tuple[int | None, str]
) -> None:
    """Fixed, same lot, same product, empty; and what is forbidden is never proposed."""
    each = Goods(**({"product_id": 1, "quantity": 10, "weight_g": 100} | goods))
    best = propose(each, places)[0]
    assert wanted == (best.location_id, best.why)


def test_what_does_not_fit_is_split() -> None:
    """Ten pieces of 100 g over shelves that bear 400 g each; what fits nowhere is told, not hidden."""
    places = [place(1, holds_g=400), place(2, holds_g=400, load_g=100)]
    assert [Proposal(1, 4, "empty"), Proposal(2, 3, "empty"), Proposal(None, 3, "none")] == propose(TEA, places)


def test_volume_counts_where_it_is_known() -> None:
    """Goods without a measure take any place; measured ones as many as there is room for."""
    measured = Goods(product_id=1, quantity=10, volume_ml=1_000)
    assert (10, 3) == (room(TEA, place(1, holds_ml=10)), room(measured, place(1, holds_ml=5_000, load_ml=2_000)))


def test_a_cart_takes_everything() -> None:
    """Goods may ride on a cart on their way, whatever zone they are for; a cart is never where they live."""
    cart = place(1, kind="cart", lots=OTHER)
    cold = Goods(product_id=1, quantity=1, zone="COLD")
    assert ("", None) == (why_unfit(cold, cart), propose(cold, [cart])[0].location_id)
