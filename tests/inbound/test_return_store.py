"""Returns through the intake on both engines: not more than was sent, goods where they belong, the order told."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.inbound.flows.returns import JOB, RETURNS
from backend.orders import api as orders
from backend.orders.tables import order_line, sales_order
from backend.platform.database import Database
from backend.platform.errors import Conflict, NotFound
from backend.platform.journal import fact
from backend.stock import api as stock
from tests.builders import NOW, create_location, create_order, create_product, stock_up, unique
from tests.store.counting_floor import Worker


async def sent_order(database: Database) -> dict[str, Any]:
    """An order of three pieces that has left the house, with a receiving and a quarantine place."""

    def make(conn: Connection) -> dict[str, Any]:
        code = f"gtin:{unique('9')}"
        product_id = create_product(conn, keys={code: 1})
        shelf = create_location(conn)
        stock_up(conn, product_id, shelf, 10)
        order_id = create_order(conn, {product_id: 3}, state="dispatched")
        line = conn.execute(sa.select(order_line.c.id).where(order_line.c.order_id == order_id)).scalar_one()
        customer = stock.outside(conn, "customer")
        about = f"order:{order_id}"
        stock.post(conn, [stock.Move(product_id, shelf, customer, 3, "dispatch", about, order_line_id=line)], NOW)
        orders.add_search_words(conn, {order_id: ["P000777", "ZZ123"]})
        number = conn.execute(sa.select(sales_order.c.number).where(sales_order.c.id == order_id)).scalar_one()
        return {
            "product": product_id, "code": code, "order": order_id, "line": line, "number": number,
            "receiving": create_location(conn, kind="receiving"), "quarantine": create_location(conn, kind="quarantine"),
        }  # fmt: skip

    return await database.write(make)


async def pieces_at(database: Database, product_id: int, *places: int) -> list[int]:
    wanted = [stock.Place(product_id, each) for each in places]
    found = await database.read(lambda conn: stock.read_balances(conn, wanted))
    return [found[place].on_hand if place in found else 0 for place in wanted]


async def test_goods_come_back_where_their_condition_sends_them(database: Database) -> None:
    """Two to receiving, one to quarantine; the order is returned once everything is back, and its timeline says so."""
    sent = await sent_order(database)
    worker = await Worker.hire(database, RETURNS, JOB)
    bundle = await worker.get_work(key="track:ZZ123")
    assert bundle is not None
    assert sent["number"] == bundle["order"]["number"]
    assert [(3, 3)] == [(line["sent"], line["open"]) for line in bundle["lines"]]
    act = worker.write("product", sent["code"], line=sent["line"], quantity=1)
    worker.write("condition", act=act, line=sent["line"], quantity=2, condition="resell", reason="changed_mind")
    worker.write("condition", line=sent["line"], quantity=2, condition="second")
    worker.write("condition", line=sent["line"], quantity=1, condition="second", reason="broken")
    worker.write("finish")

    assert ["ok", "ok", "MORE_THAN_SENT", "ok", "ok"] == await worker.send()
    assert [2, 1] == await pieces_at(database, sent["product"], sent["receiving"], sent["quarantine"])
    state = sa.select(sales_order.c.state).where(sales_order.c.id == sent["order"])
    assert "returned" == await database.read(lambda conn: conn.execute(state).scalar_one())
    about = sa.select(fact.c.kind).where(fact.c.about == f"order:{sent['order']}").order_by(fact.c.id)
    kinds = await database.read(lambda conn: list(conn.execute(about).scalars()))
    assert ["GoodsReturned", "GoodsReturned", "OrderStateChanged", "ReturnClosed"] == sorted(kinds)
    assert not (await database.read(stock.verify)).differences
    with pytest.raises(Conflict, match="nothing"):
        await (await Worker.hire(database, RETURNS, JOB)).get_work(key=f"order:{await unsent(database)}")


async def unsent(database: Database) -> str:
    def make(conn: Connection) -> str:
        order_id = create_order(conn)
        return conn.execute(sa.select(sales_order.c.number).where(sales_order.c.id == order_id)).scalar_one()

    return await database.write(make)


async def test_a_second_parcel_of_the_order_counts_on(database: Database) -> None:
    """What came back before cannot come back again; a part leaves the order as it was."""
    sent = await sent_order(database)
    worker = await Worker.hire(database, RETURNS, JOB)
    await worker.get_work(key=f"order:{sent['number']}")
    worker.write("condition", line=sent["line"], quantity=2, condition="scrap", reason="broken")
    worker.write("finish")
    assert ["ok", "ok"] == await worker.send()

    again = await worker.get_work(key="parcel:P000777")

    assert again is not None
    assert [(3, 1)] == [(line["sent"], line["open"]) for line in again["lines"]]
    worker.write("condition", line=sent["line"], quantity=2, condition="resell")
    assert ["MORE_THAN_SENT"] == await worker.send()
    state = sa.select(sales_order.c.state).where(sales_order.c.id == sent["order"])
    assert "dispatched" == await database.read(lambda conn: conn.execute(state).scalar_one())


async def test_undo_gives_the_goods_back_and_they_can_come_again(database: Database) -> None:
    sent = await sent_order(database)
    worker = await Worker.hire(database, RETURNS, JOB)
    await worker.get_work(key=f"order:{sent['number']}")
    act = worker.write("condition", line=sent["line"], quantity=3, condition="resell")
    assert ["ok"] == await worker.send()
    worker.write("undo", of=str(act))
    assert ["ok"] == await worker.send()
    assert [0] == await pieces_at(database, sent["product"], sent["receiving"])

    seen = await worker.read()

    assert seen is not None
    assert [(3, 3)] == [(line["sent"], line["open"]) for line in seen["lines"]]
    worker.write("condition", line=sent["line"], quantity=3, condition="resell")
    assert ["ok"] == await worker.send()
    assert [3] == await pieces_at(database, sent["product"], sent["receiving"])


async def test_a_code_of_nobody_is_told(database: Database) -> None:
    worker = await Worker.hire(database, RETURNS, JOB)
    with pytest.raises(NotFound, match="return label"):
        await worker.get_work(key="parcel:P999999")
