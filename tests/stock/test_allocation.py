"""Who gets the stock: whole orders, oldest promise first, from as few places as possible."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.stock.allocation import FreeStock, LineDemand, OrderDemand, choose_places, decide_allocation

START = datetime(2026, 3, 2, tzinfo=UTC)


def free(product: int, location: int, pieces: int, face: bool = True, walk: int = 0) -> FreeStock:
    return FreeStock(product, location, "", pieces, face, walk or location)


def order(order_id: int, hour: int, *lines: tuple[int, int], partial: bool = False) -> OrderDemand:
    made = tuple(LineDemand(order_id * 10 + place, product, pieces) for place, (product, pieces) in enumerate(lines))
    return OrderDemand(order_id, START + timedelta(hours=hour), made, partial)


@pytest.mark.parametrize(
    ("stock", "orders", "granted", "denied"),
    [
        ([free(1, 1, 5)], [order(1, 2, (1, 3)), order(2, 1, (1, 3))], [2], [1]),
        ([free(1, 1, 5)], [order(1, 1, (1, 3)), order(2, 1, (1, 3))], [1], [2]),
        ([free(1, 1, 5)], [order(1, 1, (1, 9)), order(2, 2, (1, 5))], [2], [1]),
        ([free(1, 1, 5), free(2, 1, 1)], [order(1, 1, (1, 5), (2, 2)), order(2, 2, (1, 5))], [2], [1]),
        ([free(1, 1, 5)], [order(1, 1, (1, 3), (1, 3))], [], [1]),
        ([free(1, 1, 6)], [order(1, 1, (1, 3), (1, 3))], [1], []),
        ([free(1, 1, 5)], [order(1, 1, (1, 9), partial=True), order(2, 2, (1, 1))], [1], [2]),
        ([], [order(1, 1, (1, 1), partial=True)], [], [1]),
        ([free(1, 1, 0)], [order(1, 1, (1, 1))], [], [1]),
        ([free(1, 1, 5)], [order(1, 1)], [], [1]),
    ],
    ids=[
        "older promise first", "equal promises by id", "a denied order leaves its share", "one short line stops all",
        "two lines share what is there", "two lines both fit", "partial takes what is there", "partial needs a piece",
        "an empty place is no stock", "no lines, nothing to send",
    ],
)  # fmt: skip
def test_who_gets_it(stock: list[FreeStock], orders: list[OrderDemand], granted: list[int], denied: list[int]) -> None:
    """Each row: stock, orders, and which orders go and stay."""
    allocation = decide_allocation(stock, orders)
    assert [each.order_id for each in allocation.granted] == granted
    assert [each.order_id for each in allocation.denied] == denied


def test_a_denied_order_names_each_short_line_with_what_was_left() -> None:
    """The sentence for people needs to know what older promises had left."""
    allocation = decide_allocation([free(1, 1, 5)], [order(1, 1, (1, 4)), order(2, 2, (1, 3), (7, 2))])
    (denied,) = allocation.denied
    assert [(each.product_id, each.wanted, each.free) for each in denied.missing] == [(1, 3, 1), (7, 2, 0)]


def test_the_given_stock_is_left_as_it_was() -> None:
    """Deciding is pure: the caller's snapshot is not counted down."""
    stock = [free(1, 1, 5)]
    decide_allocation(stock, [order(1, 1, (1, 4))])
    assert stock[0].free == 5


@pytest.mark.parametrize(
    ("places", "quantity", "chosen"),
    [
        ([free(1, 1, 9), free(1, 2, 4)], 4, [(2, 4)]),
        ([free(1, 1, 4, face=False), free(1, 2, 9)], 4, [(2, 4)]),
        ([free(1, 1, 4, walk=8), free(1, 2, 4, walk=3)], 4, [(2, 4)]),
        ([free(1, 1, 3), free(1, 2, 5), free(1, 3, 1)], 7, [(2, 5), (1, 2)]),
        ([free(1, 1, 3)], 7, [(1, 3)]),
        ([], 1, []),
    ],
    ids=["tightest fit", "pick face before store", "nearest of equals", "fewest stops", "what there is", "nothing"],
)
def test_where_it_is_taken(places: list[FreeStock], quantity: int, chosen: list[tuple[int, int]]) -> None:
    """Each row: places of one product, pieces wanted, locations with pieces in the order chosen."""
    assert [(place.location_id, pieces) for place, pieces in choose_places(places, quantity)] == chosen
