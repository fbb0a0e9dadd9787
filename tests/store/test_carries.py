"""Moves and replenishment through the intake on both engines."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from backend.stock import api as stock
from backend.stock.flows.carries import MOVE, MOVE_JOB, REPLENISH, REPLENISH_JOB
from backend.stock.ledger import Place, Reservation
from backend.stock.store.carrying import find_refills
from backend.stock.tables import replenish_rule, replenish_task
from tests.builders import NOW, create_location, create_product, stock_up, unique
from tests.store.counting_floor import Worker


async def on_hand(database: Database, product_id: int, *location_ids: int) -> list[int]:
    places = [Place(product_id, each) for each in location_ids]
    found = await database.read(lambda conn: stock.read_balances(conn, places))
    return [found[place].on_hand if place in found else 0 for place in places]


async def two_places(database: Database, pieces: int = 10) -> tuple[int, int, int, str, str, str]:
    """Product, source and target ids, their keys, the product's code."""

    def make(conn: Connection) -> tuple[int, int, int, str, str, str]:
        first, second, code = unique("S"), unique("A"), f"gtin:{unique('9')}"
        source = create_location(conn, code=first, kind="storage")
        target = create_location(conn, code=second)
        product_id = create_product(conn, keys={code: 1})
        stock_up(conn, product_id, source, pieces)
        return product_id, source, target, f"loc:{first}", f"loc:{second}", code

    return await database.write(make)


async def test_a_move_goes_from_place_to_place_and_back_by_undo(database: Database) -> None:
    """Four pieces move under the carrier's name; the undo brings them back with trace."""
    product_id, source, target, source_key, target_key, code = await two_places(database)
    worker = await Worker.hire(database, MOVE, MOVE_JOB)
    bundle = await worker.get_work(key=source_key)
    assert bundle is not None
    line = bundle["lines"][0]["id"]
    act = worker.write("product", code, line=line, quantity=1)
    worker.write("quantity", act=act, line=line, quantity=4)
    worker.write("put", target_key, act=act, line=line, quantity=4)

    assert ["ok"] * 3 == await worker.send()
    assert [6, 4] == await on_hand(database, product_id, source, target)

    worker.write("undo", of=str(act))
    assert ["ok"] == await worker.send()
    assert [10, 0] == await on_hand(database, product_id, source, target)
    assert not (await database.read(stock.verify)).differences


async def test_what_is_promised_is_not_carried_away(database: Database) -> None:
    """Eight of ten are reserved: three cannot go, and the hand is told where to put them back."""
    product_id, source, target, source_key, target_key, _ = await two_places(database)
    await database.write(lambda conn: stock.reserve(conn, [Reservation(product_id, source, 8, "order:1", 1)], NOW))
    worker = await Worker.hire(database, MOVE, MOVE_JOB)
    bundle = await worker.get_work(key=source_key)
    assert bundle is not None
    line = bundle["lines"][0]
    assert 2 == line["wanted"]
    worker.write("put", target_key, line=line["id"], quantity=3)
    worker.write("put", "loc:NOWHERE", line=line["id"], quantity=1)
    worker.write("put", target_key, line=line["id"], quantity=2)

    assert ["STOCK_GONE", "LOCATION_UNKNOWN", "ok"] == await worker.send()
    assert [8, 2] == await on_hand(database, product_id, source, target)


async def test_undo_of_goods_that_have_gone_on_is_refused(database: Database) -> None:
    """Somebody was promised the pieces at their new place: they stay there."""
    product_id, source, target, source_key, target_key, _ = await two_places(database)
    worker = await Worker.hire(database, MOVE, MOVE_JOB)
    bundle = await worker.get_work(key=source_key)
    assert bundle is not None
    act = worker.write("put", target_key, line=bundle["lines"][0]["id"], quantity=4)
    assert ["ok"] == await worker.send()
    await database.write(lambda conn: stock.reserve(conn, [Reservation(product_id, target, 1, "order:1", 1)], NOW))

    worker.write("undo", of=str(act))

    assert ["STOCK_GONE"] == await worker.send()
    assert [6, 4] == await on_hand(database, product_id, source, target)


async def test_a_low_pick_face_makes_a_task_that_carrying_finishes(database: Database) -> None:
    """Below the minimum a task is made once; both ends are told; done when all pieces are there."""
    product_id, source, target, source_key, target_key, code = await two_places(database, pieces=7)
    rule = {"product_id": product_id, "location_id": target, "minimum": 2, "fill_to": 6}
    await database.write(lambda conn: conn.execute(sa.insert(replenish_rule).values(**rule)))
    worker = await Worker.hire(database, REPLENISH, REPLENISH_JOB)
    bundle = await worker.get_work()
    assert bundle is not None
    (line,) = bundle["lines"]
    assert (source_key, target_key, 6) == (line["source"]["key"], line["target"]["key"], line["wanted"])
    assert 0 == await database.write(lambda conn: find_refills(conn, NOW)), "the task is under way"

    worker.write("location", source_key, line=line["id"])
    act = worker.write("product", code, line=line["id"], quantity=1)
    worker.write("put", source_key, act=act, line=line["id"], quantity=6)
    act = worker.write("put", target_key, line=line["id"], quantity=6)

    assert ["ok", "ok", "SAME_PLACE", "ok"] == await worker.send()
    assert [1, 6] == await on_hand(database, product_id, source, target)
    assert "done" == await database.read(lambda conn: conn.execute(sa.select(replenish_task.c.state)).scalar_one())
    assert await worker.read() is None


async def test_a_picker_calls_for_an_empty_face(database: Database) -> None:
    """Above the minimum nothing happens by itself; a call fills the face up."""
    product_id, _, target, _, _, _ = await two_places(database, pieces=20)
    rule = {"product_id": product_id, "location_id": target, "minimum": 2, "fill_to": 6}
    await database.write(lambda conn: conn.execute(sa.insert(replenish_rule).values(**rule)))
    await database.write(lambda conn: stock_up(conn, product_id, target, 3))

    assert 0 == await database.write(lambda conn: find_refills(conn, NOW))
    assert 1 == await database.write(lambda conn: find_refills(conn, NOW, location_id=target))
    assert 0 == await database.write(lambda conn: find_refills(conn, NOW, location_id=target))
