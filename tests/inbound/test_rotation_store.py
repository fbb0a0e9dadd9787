"""Orders get the lots they should, on both engines; blocked lots leave with nobody."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.orders import api as orders
from backend.orders.tables import life_rule, order_line
from backend.platform.database import Database
from backend.stock import api as stock
from tests.builders import NOW, create_location, create_order, create_product, first_merchant, stock_up


def shelf(conn: Connection, rotation: str = "fefo") -> int:
    """20 pieces in four lots: of long life, short life, expired the soonest but blocked, and none known."""
    product = create_product(conn, tracking="lot")
    catalog.save_policies(conn, {product: catalog.Policy(dated=True, rotation=rotation)})
    for number, (lot, days) in enumerate((("LONG", 200), ("SHORT", 40), ("BAD", 10), ("OLD", 300))):
        stock.know_lots(conn, [(product, lot, (NOW + timedelta(days=days)).date())], NOW - timedelta(days=9 - number))
        stock_up(conn, product, create_location(conn), 5, lot=lot)
    stock.set_lot_blocked(conn, product, "BAD", True, "recall", NOW)
    return product


def promised(conn: Connection, order_id: int) -> dict[str, int]:
    rows = conn.execute(sa.select(order_line.c.id).where(order_line.c.order_id == order_id))
    return {each.lot: each.quantity for each in stock.reservations_of(conn, [row.id for row in rows])}


async def test_first_expired_leaves_first(database: Database) -> None:
    """The blocked lot is stepped over, the shortest life goes first, across two places if need be."""

    def work(conn: Connection) -> dict[str, int]:
        order = create_order(conn, {shelf(conn): 7})
        orders.run_shippable(conn, NOW)
        return promised(conn, order)

    assert {"SHORT": 5, "LONG": 2} == await database.write(work)


async def test_first_in_leaves_first(database: Database) -> None:
    """By the day of the first receipt, whatever the date on the goods says."""

    def work(conn: Connection) -> dict[str, int]:
        order = create_order(conn, {shelf(conn, "fifo"): 7})
        orders.run_shippable(conn, NOW)
        return promised(conn, order)

    assert {"LONG": 5, "SHORT": 2} == await database.write(work)


async def test_a_customer_gets_the_life_that_was_agreed(database: Database) -> None:
    """90 days for one customer; the others get what expires first."""

    def work(conn: Connection) -> list[dict[str, int]]:
        product = shelf(conn)
        rule = {"merchant_id": first_merchant(conn), "channel_id": None, "email": "Shop@Example.com", "days": 90}
        conn.execute(sa.insert(life_rule).values(**rule))
        picky = create_order(conn, {product: 2}, email="shop@example.com")
        plain = create_order(conn, {product: 2})
        orders.run_shippable(conn, NOW)
        return [promised(conn, picky), promised(conn, plain)]

    assert [{"LONG": 2}, {"SHORT": 2}] == await database.write(work)


async def test_a_named_lot_is_sent_or_nothing(database: Database) -> None:
    """The buyer asked for it by name."""

    def work(conn: Connection) -> list[dict[str, int]]:
        product = shelf(conn)
        found = []
        for lot in ("OLD", "BAD"):
            order = create_order(conn, {product: 1})
            conn.execute(sa.update(order_line).where(order_line.c.order_id == order).values(named_lot=lot))
            orders.run_shippable(conn, NOW)
            found.append(promised(conn, order))
        return found

    assert [{"OLD": 1}, {}] == await database.write(work)


async def test_a_known_date_is_not_overwritten(database: Database) -> None:
    """The first date of a lot stays; a lot without one learns it."""

    def work(conn: Connection) -> list[date | None]:
        product = create_product(conn, tracking="lot")
        stock.know_lots(conn, [(product, "L", None)], NOW)
        stock.know_lots(conn, [(product, "L", date(2027, 1, 31))], NOW)
        stock.know_lots(conn, [(product, "L", date(2028, 1, 31))], NOW)
        return [each.best_before for each in stock.lots_of(conn, [product]).values()]

    assert [date(2027, 1, 31)] == await database.write(work)
