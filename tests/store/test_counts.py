"""Counting through the intake on both engines: what is booked, what is counted again, and picking that goes on."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from backend.platform.journal import Actor
from backend.stock import api as stock
from backend.stock.flows.counts import COUNT_JOB, count_flow
from backend.stock.ledger import Place
from backend.stock.store.count_lists import Wanted, make_list, write_values
from backend.stock.store.count_results import close_list
from backend.stock.tables import count_line, count_list, count_task, move, product_value
from backend.stock.views.counts import due_places, read_differences, read_lists
from tests.builders import NOW, create_location, create_product, stock_up, unique
from tests.store.counting_floor import Worker


async def shelf(database: Database, *, on_hand: int = 10, lot: str = "") -> tuple[int, int, str, str]:
    """A location with one product: ids, the location's key, the product's code."""

    def make(conn: Connection) -> tuple[int, int, str, str]:
        code = unique("A")
        location_id = create_location(conn, code=code)
        key = f"gtin:{unique('9')}"
        product_id = create_product(conn, keys={key: 1, f"{key}-case": 12})
        if on_hand:
            stock_up(conn, product_id, location_id, on_hand, lot=lot)
        return product_id, location_id, f"loc:{code}", key

    return await database.write(make)


async def counter(database: Database, **hooks: Any) -> Worker:
    return await Worker.hire(database, count_flow(**hooks), COUNT_JOB)


async def lying(database: Database, product_id: int, location_id: int) -> int:
    place = Place(product_id, location_id)
    found = await database.read(lambda conn: stock.read_balances(conn, [place]))
    return found[place].on_hand if place in found else 0


async def tasks(database: Database) -> list[tuple[str, str, int]]:
    """Open tasks on no list: reason, state, round."""

    def read(conn: Connection) -> list[tuple[str, str, int]]:
        rows = conn.execute(sa.select(count_task).where(count_task.c.list_id.is_(None)).order_by(count_task.c.id))
        return [(row.reason, row.state, row.round) for row in rows]

    return await database.read(read)


async def test_a_small_difference_is_booked_as_variance_with_its_value(database: Database) -> None:
    """Counted 8 of 10: two pieces leave to variance, under the counter's name, worth what the pieces are worth."""
    product_id, location_id, key, code = await shelf(database)
    await database.write(lambda conn: write_values(conn, {product_id: 150}))
    worker = await counter(database)
    bundle = await worker.get_work(key=key)
    assert bundle is not None
    place = bundle["places"][0]
    assert place["lines"][0]["expected"] is None, "a blind list tells nothing"

    worker.write("location", key, place=place["place"])
    worker.write("product", code, place=place["place"], line=f"{product_id}/", counted=1)
    worker.write("quantity", place=place["place"], line=f"{product_id}/", counted=8)
    worker.write("finish", place=place["place"], empty=[])

    assert ["ok"] * 4 == await worker.send()
    assert 8 == await lying(database, product_id, location_id)
    booked = await database.read(lambda conn: conn.execute(sa.select(move).where(move.c.reason == "count")).one())
    assert (2, worker.person_id, location_id) == (booked.quantity, booked.person_id, booked.source_id)
    (row,) = await database.read(lambda conn: read_lists(conn, 10))
    assert ("closed", 1, 1, -300) == (row.state, row.counted, row.differences, row.value_minor)
    assert not (await database.read(stock.verify)).differences
    assert await worker.read() is None


async def test_goods_that_the_book_does_not_have_are_found(database: Database) -> None:
    """A pack of another product on the shelf becomes stock there; a code of nobody is refused."""
    _, location_id, key, _ = await shelf(database, on_hand=0)
    other, _, _, other_code = await shelf(database)
    worker = await counter(database)
    bundle = await worker.get_work(key=key)
    assert bundle is not None
    place = bundle["places"][0]["place"]
    worker.write("location", key, place=place)
    worker.write("product", other_code, place=place, line=f"found:{other_code}", counted=3)
    worker.write("product", "gtin:00000000000000", place=place, line="found:gtin:00000000000000", counted=1)
    worker.write("finish", place=place, empty=[])

    assert ["ok", "ok", "CODE_UNKNOWN", "ok"] == await worker.send()
    assert 3 == await lying(database, other, location_id)


async def test_a_large_difference_waits_for_somebody_else(database: Database) -> None:
    """The first person's figure books nothing; the same person is not asked again; another one decides."""
    product_id, location_id, key, _ = await shelf(database, on_hand=40)
    first, second = await counter(database), await counter(database)
    for worker, expected in ((first, 40), (second, 12)):
        bundle = await (worker.get_work(key=key) if worker is first else worker.get_work())
        assert bundle is not None
        place = bundle["places"][0]["place"]
        worker.write("location", key, place=place)
        worker.write("quantity", place=place, line=f"{product_id}/", counted=12)
        worker.write("finish", place=place, empty=[])
        assert ["ok"] * 3 == await worker.send()
        assert expected == await lying(database, product_id, location_id)
        if worker is first:
            assert [("recount", "open", 2)] == await tasks(database)
            assert await first.get_work() is None or first.bundle["places"][0]["location"]["key"] != key


async def test_picking_goes_on_and_the_count_books_nothing_then(database: Database) -> None:
    """Two pieces leave while the device is offline: its ten would be two too many, so the place is counted again."""
    product_id, location_id, key, _ = await shelf(database)
    worker = await counter(database)
    bundle = await worker.get_work(key=key)
    assert bundle is not None
    place = bundle["places"][0]["place"]
    worker.at = "2026-03-02T08:00:00+00:00"
    worker.write("location", key, place=place)
    worker.write("quantity", place=place, line=f"{product_id}/", counted=10)
    worker.write("finish", place=place, empty=[])

    def take_two(conn: Connection) -> None:
        target = create_location(conn, kind="packing")
        stock.post(conn, [stock.Move(product_id, location_id, target, 2, "pick", "test")], NOW)

    await database.write(take_two)

    assert ["ok"] * 3 == await worker.send()
    assert 8 == await lying(database, product_id, location_id)
    assert [("disturbed", "open", 1)] == await tasks(database)


async def test_what_moved_before_the_place_was_scanned_is_no_disturbance(database: Database) -> None:
    """Online, the book of the moment in which the person stands there counts, not the one of the list's making."""
    product_id, location_id, key, _ = await shelf(database)
    worker = await counter(database)
    bundle = await worker.get_work(key=key)
    assert bundle is not None
    place = bundle["places"][0]["place"]

    def take_two(conn: Connection) -> None:
        target = create_location(conn, kind="packing")
        stock.post(conn, [stock.Move(product_id, location_id, target, 2, "pick", "test")], NOW)

    await database.write(take_two)
    worker.write("location", key, place=place)
    assert ["ok"] == await worker.send()
    worker.write("quantity", place=place, line=f"{product_id}/", counted=7)
    worker.write("finish", place=place, empty=[])

    assert ["ok"] * 2 == await worker.send()
    assert 7 == await lying(database, product_id, location_id)


async def test_a_piece_in_a_pickers_hand_is_not_missing(database: Database) -> None:
    """A running wave takes from the place: the counter's nine may be right, so nothing is written off."""
    product_id, location_id, key, _ = await shelf(database)
    place_there = Place(product_id, location_id)
    worker = await counter(database, being_picked=lambda conn, ids: {place_there} if location_id in ids else set())
    bundle = await worker.get_work(key=key)
    assert bundle is not None
    place = bundle["places"][0]["place"]
    worker.write("location", key, place=place)
    worker.write("quantity", place=place, line=f"{product_id}/", counted=9)
    worker.write("finish", place=place, empty=[])

    assert ["ok"] * 3 == await worker.send()
    assert 10 == await lying(database, product_id, location_id)
    assert [("disturbed", "open", 1)] == await tasks(database)


async def test_a_stocktake_is_booked_when_it_is_closed(database: Database) -> None:
    """Picks after a place was counted do not spoil it: what was found then is booked at the close."""
    product_id, location_id, key, _ = await shelf(database)
    untouched = await shelf(database)
    places = [Wanted(location_id), Wanted(untouched[1])]
    list_id = await database.write(lambda conn: make_list(conn, "stocktake", places, NOW, at_close=True))
    worker = await counter(database)
    bundle = await worker.get_work()
    assert bundle is not None
    assert f"count:{list_id}" == bundle["task"]
    place = next(each for each in bundle["places"] if each["location"]["key"] == key)["place"]
    worker.write("location", key, place=place)
    worker.write("quantity", place=place, line=f"{product_id}/", counted=11)
    worker.write("finish", place=place, empty=[])
    assert ["ok"] * 3 == await worker.send()
    assert 10 == await lying(database, product_id, location_id)

    def take_two(conn: Connection) -> None:
        target = create_location(conn, kind="packing")
        stock.post(conn, [stock.Move(product_id, location_id, target, 2, "pick", "test")], NOW)

    await database.write(take_two)
    closed = await database.write(lambda conn: close_list(conn, list_id, NOW, Actor()))

    assert (1, 1, 1) == closed[:3]
    assert 9 == await lying(database, product_id, location_id)
    states = await database.read(lambda conn: conn.execute(sa.select(count_task.c.state)).scalars().all())
    assert ["cancelled", "done"] == sorted(states)
    assert "closed" == await database.read(lambda conn: conn.execute(sa.select(count_list.c.state)).scalar_one())


async def test_totals_survive_the_device(database: Database) -> None:
    """What a dead phone had counted and sent stands in the bundle of the next one, and undo takes a total away."""
    product_id, _, key, code = await shelf(database)
    worker = await counter(database)
    bundle = await worker.get_work(key=key)
    assert bundle is not None
    place = bundle["places"][0]["place"]
    worker.write("location", key, place=place)
    worker.write("product", f"{code}-case", place=place, line=f"{product_id}/", counted=12)
    worker.write("quantity", place=place, line=f"{product_id}/", counted=5)
    worker.write("undo", place=place, line=f"{product_id}/", counted=12)
    assert ["ok"] * 4 == await worker.send()

    seen = await worker.read()

    assert seen is not None
    assert 12 == seen["places"][0]["lines"][0]["counted"]
    assert 1 == await database.read(lambda conn: conn.execute(sa.select(sa.func.count(count_line.c.id))).scalar_one())


async def test_short_picks_and_the_cycle_make_work(database: Database) -> None:
    """A task of a short pick comes first; with none the places that were never counted are due."""
    product_id, location_id, _, _ = await shelf(database)
    await database.write(
        lambda conn: stock.make_count_task(conn, location_id, product_id, "short_pick", "order:1", NOW)
    )
    worker = await counter(database)

    short = await worker.get_work()

    assert short is not None
    assert [product_id] == [each["only"] for each in short["places"]]
    due = await database.read(lambda conn: due_places(conn, NOW, 10))
    assert location_id not in due, "it stands on an open list"
    assert [] == await database.read(lambda conn: read_differences(conn, None, 10))


async def test_goods_are_classed_by_their_picks(database: Database) -> None:
    """Nine picks of one product, one of another, none of a third; a second run changes nothing."""

    def make(conn: Connection) -> list[int]:
        shelf, bench = create_location(conn), create_location(conn, kind="packing")
        goods = [create_product(conn) for _ in range(3)]
        for product_id in goods:
            stock_up(conn, product_id, shelf, 20)
        for product_id in [goods[0]] * 9 + [goods[1]]:
            stock.post(conn, [stock.Move(product_id, shelf, bench, 1, "pick", "test")], NOW)
        write_values(conn, {goods[2]: 100})
        return goods

    goods = await database.write(make)

    assert 3 == await database.write(lambda conn: stock.classify(conn, NOW + timedelta(days=1)))
    assert 0 == await database.write(lambda conn: stock.classify(conn, NOW + timedelta(days=1)))
    rows = await database.read(lambda conn: conn.execute(sa.select(product_value)).all())
    assert dict(zip(goods, "ABC", strict=True)) == {row.product_id: row.abc for row in rows}
    assert 2 == await database.write(lambda conn: stock.classify(conn, NOW + timedelta(days=100)))


async def test_what_others_asked_for_survives_the_close_of_a_list(database: Database) -> None:
    """A picker's doubt stood on a list that was closed without being walked: somebody else gets it."""
    product_id, location_id, _, _ = await shelf(database)
    await database.write(
        lambda conn: stock.make_count_task(conn, location_id, product_id, "short_pick", "order:1", NOW)
    )
    first, second = await counter(database), await counter(database)
    given = await first.get_work()
    assert given is not None
    await database.write(lambda conn: close_list(conn, int(given["task"].partition(":")[2]), NOW, Actor()))

    again = await second.get_work()

    assert again is not None
    assert [product_id] == [each["only"] for each in again["places"]]
