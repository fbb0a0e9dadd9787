"""The time machine and the recall of a lot, on both engines."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.recall import read_recall
from backend.orders.tables import order_line, sales_order
from backend.platform.database import Database
from backend.stock import api as stock
from backend.stock.ledger import Reservation
from backend.stock.routes.history import as_csv
from backend.stock.views.history import Asked, StockThen, moves_until, stock_at
from tests.builders import NOW, create_location, create_order, create_product, stock_up

HOUR = timedelta(hours=1)


async def day(database: Database) -> tuple[int, int, int]:
    """Ten pieces at eight, four of them moved at ten, three sent at twelve: product, first and second place."""

    def make(conn: Connection) -> tuple[int, int, int]:
        first, second = create_location(conn), create_location(conn)
        product_id = create_product(conn, sku="TEA-1")
        stock_up(conn, product_id, first, 10, lot="L1", at=NOW)
        stock.post(conn, [stock.Move(product_id, first, second, 4, "transfer", "test", lot="L1")], NOW + 2 * HOUR)
        customer = stock.outside(conn, "customer")
        stock.post(conn, [stock.Move(product_id, second, customer, 3, "dispatch", "order:1", lot="L1")], NOW + 4 * HOUR)
        return product_id, first, second

    return await database.write(make)


@pytest.mark.parametrize(
    ("at", "first", "second"),
    [
        (NOW - HOUR, 0, 0),
        (NOW, 10, 0),
        (NOW + 2 * HOUR - timedelta(seconds=1), 10, 0),
        (NOW + 2 * HOUR, 6, 4),
        (NOW + 5 * HOUR, 6, 1),
    ],
)
async def test_stock_of_any_second(database: Database, at: datetime, first: int, second: int) -> None:
    """What lay where is known for every second, by product and by place, and the moves say why."""
    product_id, first_id, second_id = await day(database)

    found = await database.read(lambda conn: stock_at(conn, at, Asked(product_id=product_id), 100))
    at_second = await database.read(lambda conn: stock_at(conn, at, Asked(location_id=second_id, lot="L1"), 100))
    why = await database.read(lambda conn: moves_until(conn, at, Asked(product_id, first_id), 100))

    assert [pieces for pieces in (first, second) if pieces] == [each.on_hand for each in found]
    assert [second] * bool(second) == [each.on_hand for each in at_second]
    assert [reason for reason, when in (("transfer", NOW + 2 * HOUR), ("receipt", NOW)) if when <= at] == [
        each.reason for each in why
    ]


def test_a_file_for_spreadsheets_runs_nothing() -> None:
    """Semicolons and a mark of UTF-8; a name that begins like a formula stays a text."""
    written = as_csv(StockThen.__struct_fields__, [StockThen("=1+1", "Čaj; zelený", "A-01", "", 5)]).decode("utf-8-sig")
    assert 'sku;name;location;lot;on_hand\r\n\'=1+1;"Čaj; zelený";A-01;;5\r\n' == written


async def test_a_recalled_lot_names_orders_buyers_and_the_rest(database: Database) -> None:
    """One order has it at home, one is promised it, the rest lies on the shelf; another lot is nobody's concern."""

    def make(conn: Connection) -> None:
        shelf = create_location(conn, code="A-01-1")
        product_id = create_product(conn, sku="TEA-1")
        stock_up(conn, product_id, shelf, 10, lot="L1")
        stock_up(conn, product_id, shelf, 10, lot="L2")
        sent, promised = (create_order(conn, {product_id: 4}, number=number) for number in ("O-SENT", "O-HELD"))
        lines = {row.order_id: row.id for row in conn.execute(sa.select(order_line.c.order_id, order_line.c.id)).all()}
        tote, customer = create_location(conn, kind="tote"), stock.outside(conn, "customer")
        about = f"order:{sent}"
        stock.post(
            conn,
            [
                stock.Move(product_id, shelf, tote, 4, "pick", about, lot="L1", order_line_id=lines[sent]),
                stock.Move(product_id, tote, customer, 3, "dispatch", about, lot="L1", order_line_id=lines[sent]),
            ],
            NOW,
        )
        held = Reservation(product_id, shelf, 2, f"order:{promised}", lines[promised], lot="L1")
        stock.reserve(conn, [held], NOW)
        conn.execute(sa.update(sales_order).where(sales_order.c.id == sent).values(email="eva@example.com"))

    await database.write(make)

    found = await database.read(lambda conn: read_recall(conn, "TEA-1", "L1"))

    assert [("O-SENT", "eva@example.com", 0, 1, 3, 0), ("O-HELD", "jana@example.com", 2, 0, 0, 0)] == [
        (each.number, each.email, each.reserved, each.picked, each.sent, each.back) for each in found.orders
    ]
    assert {("A-01-1", 6, 2)} == {
        (each.location, each.on_hand, each.reserved) for each in found.places if each.kind != "tote"
    }
