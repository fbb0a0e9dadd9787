"""Orders on both engines: taken in once, held with a sentence, promised stock, moved on by the table."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders import api as orders
from backend.orders.tables import order_line, sales_order
from backend.platform import journal
from backend.platform.database import Database
from backend.platform.errors import Conflict, NotFound
from backend.stock import api as stock
from tests.builders import (
    NOW,
    create_channel,
    create_location,
    create_merchant,
    create_order,
    create_product,
    create_ready_order,
    stock_up,
)

ADDRESS = orders.Address(name="Jana Nováková", street="Dlouhá 1", city="Brno", zip="60200", country="CZ")


def goods(sku: str, quantity: int = 1, amount: int = 10_000) -> orders.IncomingLine:
    return orders.IncomingLine(
        "goods", f"Goods {sku}", sku, Decimal(quantity), unit_amount=amount // max(1, quantity), total_amount=amount
    )


def incoming(key: str, *lines: orders.IncomingLine, **fields: object) -> orders.IncomingOrder:
    row = {
        "remote_key": key,
        "ship_to": ADDRESS,
        "carrier_code": "own_van",
        "currency": "CZK",
        "total_amount": sum(line.total_amount for line in lines),
        "lines": lines,
    }
    return orders.IncomingOrder(**(row | fields))


class Shop:
    """A channel whose catalogue holds the SKUs A and B, ten pieces of A on a shelf."""

    def __init__(self, conn: Connection, allocation: str = "all_or_nothing") -> None:
        self.merchant = create_merchant(conn, allocation=allocation)
        self.channel_id = create_channel(conn, self.merchant, code=f"shop-{self.merchant}")
        self.channel = orders.find_channel(conn, f"shop-{self.merchant}")
        self.a = create_product(conn, self.merchant, sku="A")
        self.b = create_product(conn, self.merchant, sku="B")
        self.shelf = create_location(conn)
        stock_up(conn, self.a, self.shelf, 10)

    def take(self, conn: Connection, *incoming_orders: orders.IncomingOrder) -> list[str]:
        return [each.result for each in orders.take_orders(conn, self.channel, incoming_orders, NOW)]


def state_of(conn: Connection, key: str) -> str:
    return conn.execute(sa.select(sales_order.c.state).where(sales_order.c.remote_key == key)).scalar_one()


def id_of(conn: Connection, key: str) -> int:
    return conn.execute(sa.select(sales_order.c.id).where(sales_order.c.remote_key == key)).scalar_one()


async def test_a_repeated_order_is_known(database: Database) -> None:
    """The same order three times, twice in one file, makes one order."""

    def work(conn: Connection) -> None:
        shop, order = Shop(conn), incoming("1", goods("A"))
        assert shop.take(conn, order, order) == ["received", "known"]
        assert shop.take(conn, order) == ["known"]
        assert conn.execute(sa.select(sa.func.count()).select_from(sales_order)).scalar_one() == 1

    await database.write(work)


async def test_two_connections_take_one_order_once(database: Database) -> None:
    """Two imports of one file at the same moment make one order."""
    shop = await database.write(Shop)
    results = await asyncio.gather(
        *(database.write(lambda conn: shop.take(conn, incoming("1", goods("A")))) for _ in range(4))
    )
    assert sorted(result for (result,) in results) == ["known", "known", "known", "received"]


async def test_same_key_in_two_channels_is_two_orders(database: Database) -> None:
    """Remote keys are the channel's own."""

    def work(conn: Connection) -> None:
        for shop in (Shop(conn), Shop(conn)):
            assert shop.take(conn, incoming("1", goods("A"))) == ["received"]

    await database.write(work)


async def test_unknown_sku_holds_until_the_product_exists(database: Database) -> None:
    """The order waits with the SKU's name, cannot be let go by hand, and goes on by itself when the product comes."""

    def work(conn: Connection) -> None:
        shop = Shop(conn)
        (taken,) = orders.take_orders(conn, shop.channel, [incoming("1", goods("A"), goods("NEW", 2))], NOW)
        assert (taken.result, taken.holds) == ("held", ["UNKNOWN_SKU"])
        assert "NEW" in taken.sentence
        order_id = id_of(conn, "1")
        with pytest.raises(Conflict) as stands:
            orders.release_hold(conn, order_id, "UNKNOWN_SKU", NOW)
        assert stands.value.code == "HOLD_STANDS"
        product = create_product(conn, shop.merchant, sku="NEW")
        stock_up(conn, product, shop.shelf, 2)
        outcome = orders.run_shippable(conn, NOW)
        assert (outcome.released, outcome.ready) == (1, 1)
        assert state_of(conn, "1") == "ready"

    await database.write(work)


async def test_changed_order_is_updated_before_work_and_reported_after(database: Database) -> None:
    """New content replaces the old and its promise until a picker has begun; then it is only reported."""

    def work(conn: Connection) -> None:
        shop = Shop(conn)
        shop.take(conn, incoming("1", goods("A", 3)))
        orders.run_shippable(conn, NOW)
        assert shop.take(conn, incoming("1", goods("A", 5))) == ["updated"]
        assert state_of(conn, "1") == "received"
        assert stock.read_balances(conn, [stock.Place(shop.a, shop.shelf)])[stock.Place(shop.a, shop.shelf)] == (10, 0)
        orders.run_shippable(conn, NOW)
        orders.advance(conn, [id_of(conn, "1")], "in_work", NOW)
        assert shop.take(conn, incoming("1", goods("A", 1))) == ["changed_not_taken"]
        quantity = conn.execute(sa.select(order_line.c.quantity)).scalar_one()
        assert quantity == 5
        assert stock.verify(conn).differences == []

    await database.write(work)


@pytest.mark.parametrize(
    ("ended", "state", "result", "after"),
    [
        ("cancelled", "ready", "cancelled", "cancelled"),
        ("refunded", "received", "cancelled", "cancelled"),
        ("completed", "ready", "known", "ready"),
        ("cancelled", "in_work", "changed_not_taken", "in_work"),
    ],
)
async def test_the_shop_ends_a_known_order(database: Database, ended: str, state: str, result: str, after: str) -> None:
    """A cancellation in the shop cancels here until work began; completed alone changes nothing."""

    def work(conn: Connection) -> None:
        shop, order = Shop(conn), incoming("1", goods("A"))
        shop.take(conn, order)
        if state != "received":
            orders.run_shippable(conn, NOW)
        if state == "in_work":
            orders.advance(conn, [id_of(conn, "1")], "in_work", NOW)
        assert shop.take(conn, msgspec.structs.replace(order, ended=ended)) == [result]
        assert state_of(conn, "1") == after

    await database.write(work)


async def test_ended_order_that_nobody_knows_is_skipped(database: Database) -> None:
    """A completed order of the shop's past does not come to the floor."""

    def work(conn: Connection) -> None:
        shop = Shop(conn)
        assert shop.take(conn, incoming("1", goods("A"), ended="completed")) == ["skipped"]
        assert conn.execute(sa.select(sa.func.count()).select_from(sales_order)).scalar_one() == 0

    await database.write(work)


async def test_oldest_promise_gets_the_stock(database: Database) -> None:
    """Ten pieces for three orders of five: the two oldest promises win, the third hears how much was left."""

    def work(conn: Connection) -> None:
        shop = Shop(conn)
        late, early, middle = (
            incoming(key, goods("A", 5), promised_at=NOW + timedelta(hours=hours))
            for key, hours in (("late", 9), ("early", 1), ("middle", 5))
        )
        shop.take(conn, late, early, middle)
        outcome = orders.run_shippable(conn, NOW)
        assert (outcome.looked_at, outcome.ready) == (3, 2)
        assert [state_of(conn, key) for key in ("early", "middle", "late")] == ["ready", "ready", "received"]
        (stays,) = outcome.not_shippable
        assert (stays.code, stays.values["free"], stays.values["promised"]) == ("NOT_ENOUGH_STOCK", 0, 10)
        assert "5 wanted, 0 free (10 promised to other orders)" in stays.sentence
        assert stock.verify(conn).differences == []

    await database.write(work)


@pytest.mark.parametrize(
    ("allocation", "state", "reserved"), [("all_or_nothing", "received", 0), ("partial", "ready", 10)]
)
async def test_partial_is_the_merchants_choice(database: Database, allocation: str, state: str, reserved: int) -> None:
    """Twelve wanted, ten there: sent in part or not at all, as the merchant has set."""

    def work(conn: Connection) -> None:
        shop = Shop(conn, allocation)
        shop.take(conn, incoming("1", goods("A", 12)))
        orders.run_shippable(conn, NOW)
        assert state_of(conn, "1") == state
        assert conn.execute(sa.select(order_line.c.reserved)).scalar_one() == reserved

    await database.write(work)


@pytest.mark.parametrize("slice_orders", [1, 3, 100])
async def test_slices_come_to_the_same_end(database: Database, slice_orders: int) -> None:
    """However the pile is cut, the oldest promises win, and small orders fill what big ones had to leave."""
    shop = await database.write(Shop)
    wanted = [4, 9, 5, 1, 1, 2]
    pile = [
        incoming(str(place), goods("A", pieces), promised_at=NOW + timedelta(hours=place))
        for place, pieces in enumerate(wanted)
    ]
    await database.write(lambda conn: shop.take(conn, *reversed(pile)))
    outcome = await orders.promise_pile(database, NOW, slice_orders=slice_orders)
    states = await database.read(lambda conn: [state_of(conn, str(place)) for place in range(len(wanted))])
    assert states == ["ready", "received", "ready", "ready", "received", "received"]
    assert (outcome.looked_at, outcome.ready, len(outcome.not_shippable)) == (6, 3, 3)


async def test_an_unchanged_reason_is_told_once(database: Database) -> None:
    """The nightly run does not fill the journal with what everybody knows."""

    def work(conn: Connection) -> None:
        shop = Shop(conn)
        shop.take(conn, incoming("1", goods("B")))
        for _ in range(3):
            orders.run_shippable(conn, NOW)
        kinds = [fact.kind for fact in journal.read_timeline(conn, [f"order:{id_of(conn, '1')}"])]
        assert kinds == ["OrderReceived", "OrderNotShippable"]

    await database.write(work)


async def test_two_runs_at_once_promise_nothing_twice(database: Database) -> None:
    """Two runs race over a pile for which twice the stock would do: each order is promised once."""
    shop = await database.write(Shop)
    pile = [incoming(str(number), goods("A", 2)) for number in range(2)]
    await database.write(lambda conn: shop.take(conn, *pile))
    outcomes = await asyncio.gather(*(database.write(lambda conn: orders.run_shippable(conn, NOW)) for _ in range(3)))
    assert sum(outcome.ready for outcome in outcomes) == 2
    place = stock.Place(shop.a, shop.shelf)
    assert (await database.read(lambda conn: stock.read_balances(conn, [place])))[place] == (10, 4)
    assert (await database.read(stock.verify)).differences == []


async def test_hold_takes_the_promise_back_and_release_lets_go(database: Database) -> None:
    """A held order frees its stock; released, it waits for the next run."""

    def work(conn: Connection) -> None:
        shop = Shop(conn)
        shop.take(conn, incoming("1", goods("A", 4)))
        orders.run_shippable(conn, NOW)
        order_id = id_of(conn, "1")
        orders.hold(conn, order_id, orders.Hold("BY_HAND", {"reason": "asks"}), NOW)
        orders.hold(conn, order_id, orders.Hold("BY_HAND", {"reason": "asks again"}), NOW)
        assert state_of(conn, "1") == "on_hold"
        assert stock.read_balances(conn, [stock.Place(shop.a, shop.shelf)])[stock.Place(shop.a, shop.shelf)] == (10, 0)
        assert orders.release_hold(conn, order_id, "BY_HAND", NOW) == "received"
        with pytest.raises(NotFound):
            orders.release_hold(conn, order_id, "BY_HAND", NOW)

    await database.write(work)


async def test_hold_in_work_keeps_the_state(database: Database) -> None:
    """An order in a tote cannot go back into a pile; its hold stands beside its state."""

    def work(conn: Connection) -> None:
        order_id = create_order(conn, state="in_work")
        orders.hold(conn, order_id, orders.Hold("STOCK_SHORT"), NOW)
        assert orders.orders_by_ids(conn, [order_id])[order_id].state == "in_work"
        assert [hold.code for hold in orders.open_holds(conn, [order_id])[order_id]] == ["STOCK_SHORT"]

    await database.write(work)


async def test_cancel_gives_the_stock_back_once(database: Database) -> None:
    """A cancelled order holds nothing, and cancelling again changes nothing."""

    def work(conn: Connection) -> None:
        shop = Shop(conn)
        shop.take(conn, incoming("1", goods("A", 4)))
        orders.run_shippable(conn, NOW)
        order_id = id_of(conn, "1")
        assert len(orders.cancel(conn, [order_id], "asked", NOW)) == 1
        assert orders.cancel(conn, [order_id], "asked", NOW) == []
        assert stock.read_balances(conn, [stock.Place(shop.a, shop.shelf)])[stock.Place(shop.a, shop.shelf)] == (10, 0)
        kinds = [fact.kind for fact in journal.read_timeline(conn, [f"order:{order_id}"])]
        assert kinds == ["OrderReceived", "OrderPromised", "OrderCancelled"]

    await database.write(work)


async def test_a_line_promised_from_two_places_gives_both_back(database: Database) -> None:
    """Two reservations of one line are two changes of the same row: none of them may be forgotten."""

    def work(conn: Connection) -> tuple[int, tuple[int, int]]:
        merchant = create_merchant(conn)
        tea = create_product(conn, merchant)
        places = [create_location(conn), create_location(conn)]
        for place in places:
            stock_up(conn, tea, place, 2)
        order_id = create_ready_order(conn, {tea: 3})
        lines = sa.select(order_line.c.id, order_line.c.reserved).where(order_line.c.order_id == order_id)
        line = conn.execute(lines).one()
        promised = len(stock.reservations_of(conn, [line.id]))
        orders.cancel(conn, [order_id], "asked", NOW)
        return promised, (line.reserved, conn.execute(lines).one().reserved)

    assert await database.write(work) == (2, (3, 0))


async def test_advance_is_all_or_nothing(database: Database) -> None:
    """One order that may not move keeps the others where they are."""

    def work(conn: Connection) -> None:
        good, bad = create_order(conn, state="ready"), create_order(conn, state="dispatched")
        with pytest.raises(Conflict) as refused:
            orders.advance(conn, [good, bad], "in_work", NOW)
        assert refused.value.code == "ORDER_STATE"
        assert orders.orders_by_ids(conn, [good])[good].state == "ready"

    await database.write(work)


async def test_unknown_channel_names_the_known_ones(database: Database) -> None:
    """Whoever mistypes a channel reads which ones there are; on an empty database, what to do."""

    def work(conn: Connection) -> None:
        with pytest.raises(NotFound, match="no channel yet"):
            orders.find_channel(conn, "nope")
        create_channel(conn, code="eshop")
        with pytest.raises(NotFound, match="eshop"):
            orders.find_channel(conn, "nope")

    await database.write(work)


async def test_two_connections_advance_an_order_once(database: Database) -> None:
    """Three at once move an order into work: it happens, and is told, once."""
    order_id = await database.write(lambda conn: create_order(conn, state="ready"))
    await asyncio.gather(
        *(database.write(lambda conn: orders.advance(conn, [order_id], "in_work", NOW)) for _ in range(3))
    )
    told = await database.read(lambda conn: journal.read_timeline(conn, [f"order:{order_id}"]))
    assert [fact.kind for fact in told] == ["OrderStateChanged"]
    assert (await database.read(lambda conn: orders.orders_by_ids(conn, [order_id])))[order_id].version == 2
