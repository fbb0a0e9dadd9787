"""Which extra labels an order gets: by channel, by customer, by product, and how many of them."""

from typing import Any

import pytest
from msgspec.structs import replace

from backend.shipping.extra_labels import Buyer, Goods, Wish, labels_asked

BUYER = Buyer(channel_id=3, order_number="26-000123", names=("Obchod Na Rohu a. s.", "Eva Nová", "eva@shop.example"))
LINE = Goods(line_id=7, product_id=11, sku="PER-250", name="Perník", pieces=25)


def wish(**changes: Any) -> Wish:
    fields = {
        "id": 1, "channel_id": None, "customer": "", "product_id": None, "label": "customer", "customer_sku": "", "text": "",
        "code": "", "symbology": "code128", "pieces_per_label": 1,
    }  # fmt: skip
    return Wish(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "printed"),
    [
        ({}, True),
        ({"channel_id": 3}, True),
        ({"channel_id": 4}, False),
        ({"customer": "obchod na rohu a. s."}, True),
        ({"customer": " EVA@shop.example "}, True),
        ({"customer": "Obchod"}, False),
        ({"product_id": 11}, True),
        ({"product_id": 12}, False),
        ({"channel_id": 3, "customer": "nobody"}, False),
    ],
)
def test_wish_concerns_its_channel_customer_and_product(changes: dict[str, Any], printed: bool) -> None:
    """Each condition that a wish names must hold; names are compared without case and blanks around."""
    assert printed == bool(labels_asked([wish(**changes)], BUYER, [LINE], "cs"))


def test_wish_for_the_product_comes_before_one_for_everything() -> None:
    """The customer's number of this very product is printed, not the general label beside it."""
    asked = labels_asked([wish(), wish(id=2, product_id=11, customer_sku="4711")], BUYER, [LINE], "cs")

    assert {"4711"} == {each.fields["customer_sku"] for each in asked}


@pytest.mark.parametrize(
    ("per_label", "printed"),
    [(1, [(25, 1)]), (12, [(2, 12), (1, 1)]), (25, [(1, 25)]), (40, [(1, 25)])],
)
def test_last_label_says_how_many_are_left(per_label: int, printed: list[tuple[int, int]]) -> None:
    """25 pieces by twelve: two labels of 12 and one of 1; the number on each label is what is inside."""
    asked = labels_asked([wish(pieces_per_label=per_label)], BUYER, [LINE], "cs")

    assert printed == [(each.copies, each.fields["quantity"]) for each in asked]
    assert len(asked) == len({each.key for each in asked})


def test_what_a_wish_leaves_open_is_ours() -> None:
    """Without a number, text and code of their own, customers get our SKU and name; the code is the number."""
    (ours,) = labels_asked([wish()], BUYER, [LINE], "hu")
    (theirs,) = labels_asked([wish(customer_sku="4711", text="Honey cake", code="4006381333931")], BUYER, [LINE], "hu")

    assert ("PER-250", "Perník", "PER-250") == tuple(ours.fields[name] for name in ("customer_sku", "text", "code"))
    assert ("4711", "Honey cake", "4006381333931") == tuple(
        theirs.fields[name] for name in ("customer_sku", "text", "code")
    )
    assert "Obchod Na Rohu a. s." == ours.fields["customer"]


def test_no_more_than_the_queue_takes() -> None:
    """A thousand pieces of a line are no thousand labels at the bench."""
    (asked,) = labels_asked([wish()], BUYER, [Goods(line_id=1, product_id=1, sku="A", name="A", pieces=1000)], "cs")

    assert 100 == asked.copies


@pytest.mark.parametrize(("pieces", "copies", "missing"), [(100, 100, 0), (101, 100, 1), (250, 100, 150)])
def test_labels_beyond_the_limit_are_told(pieces: int, copies: int, missing: int) -> None:
    """No bench prints more than a hundred for a line by itself; how many it lacks is said, not passed over."""
    (asked,) = labels_asked([wish()], BUYER, [replace(LINE, pieces=pieces)], "cs")

    assert (copies, missing) == (asked.copies, asked.missing)
