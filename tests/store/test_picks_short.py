"""Picks that fall short, in the books: the rest from elsewhere, holds, releases, and every way back. Both engines."""

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders import api as orders
from backend.orders.tables import order_line
from backend.outbound.reactions import GO_ON_AFTER_SHORT
from backend.outbound.tables import wave
from backend.platform.database import Database
from backend.stock import api as stock
from backend.stock.tables import count_task
from tests.builders import (
    NOW,
    create_ready_order,
    stock_up,
)
from tests.store.picking_floor import LATER, Floor, Picker, balances, column, differences, facts, react


async def test_short_takes_the_rest_from_elsewhere(database: Database, floor: Floor, jana: Picker) -> None:
    """One piece is there, two are not: they are taken from the store, the book is corrected, somebody counts."""
    await database.write(lambda conn: stock_up(conn, floor.tea, floor.reserve, 10))
    await jana.get_work(mode="single")
    jana.pick(jana.line(0), 1, "tote:T-001")
    jana.short(jana.line(0))
    assert {"ok"} == set(await jana.send())
    bundle = await jana.refresh()
    assert bundle is not None
    added = bundle["lines"][-1]
    assert ("C-01", 2, 0) == (added["location"]["code"], added["quantity"], added["picked"])
    assert (1, 2) == (bundle["lines"][0]["picked"], bundle["lines"][0]["short"])
    assert [(floor.a, floor.tea)] == await database.read(
        lambda conn: [tuple(row) for row in conn.execute(sa.select(count_task.c.location_id, count_task.c.product_id))]
    )
    assert (17, 4) == (await balances(database, floor.a))[floor.tea, floor.a], "20 - 1 picked - 2 not there"
    assert ["PickShort", "PickLinesAdded"] == sorted(await facts(database, "PickShort", "PickLinesAdded"), reverse=True)

    jana.pick(bundle["lines"][1], 2, "tote:T-001")
    jana.pick(added, 2, "tote:T-001")
    assert {"ok"} == set(await jana.send())
    assert ["picked"] == await column(database, sa.select(wave.c.state))
    assert {(floor.tea, floor.t1): (3, 0), (floor.mug, floor.t1): (2, 0)} == await balances(database, floor.t1)
    assert [] == await differences(database)


@pytest.mark.parametrize(("allocation", "holds", "short"), [("all_or_nothing", ["STOCK_SHORT"], 0), ("partial", [], 2)])
async def test_short_that_nobody_has(database: Database, allocation: str, holds: list[str], short: int) -> None:
    """Missing goods stop the order, or are left out where the merchant sends in parts; the rest stays in the tote."""

    def build(conn: Connection) -> Floor:
        floor = Floor(conn, allocation)
        orders.cancel(conn, [floor.second], "not part of this", NOW)
        blocked = conn.execute(sa.text("UPDATE location SET blocked = true WHERE code = 'C-01'"))
        assert blocked.rowcount == 1
        return floor

    floor = await database.write(build)
    jana = await Picker.hire(database, "Jana")
    await jana.get_work(mode="single")
    jana.pick(jana.line(0), 1, "tote:T-001")
    jana.short(jana.line(0))
    jana.pick(jana.line(1), 2, "tote:T-001")
    assert {"ok"} == set(await jana.send())
    found = await database.read(lambda conn: orders.open_holds(conn, [floor.first]))
    assert holds == [each.code for each in found.get(floor.first, [])]
    assert [short] == await column(
        database,
        sa.select(order_line.c.short).where(order_line.c.order_id == floor.first, order_line.c.product_id == floor.tea),
    )
    assert ["picked"] == await column(database, sa.select(wave.c.state))
    assert {(floor.tea, floor.t1): (1, 0), (floor.mug, floor.t1): (2, 0)} == await balances(database, floor.t1)
    assert [] == await differences(database)


async def test_undo_after_short_can_be_picked_again(database: Database, floor: Floor, jana: Picker) -> None:
    """The reservation was given up with the short, so the undone pieces get a new one, and can be picked once more."""
    await jana.get_work(mode="single")
    act = jana.pick(jana.line(0), 1, "tote:T-001")
    jana.short(jana.line(0))
    await jana.send()
    jana.undo(act)
    assert ["ok"] == await jana.send()
    assert [] == await differences(database)
    jana.pick(jana.line(0), 1, "tote:T-001")
    assert {"ok"} == set(await jana.send())
    assert (1, 0) == (await balances(database, floor.t1))[floor.tea, floor.t1]
    assert [] == await differences(database)


@pytest.mark.parametrize(("arrived", "lines", "short"), [(0, [], 2), (1, [1], 1), (9, [2], 0)])
async def test_released_shortage_goes_on(
    database: Database, floor: Floor, jana: Picker, arrived: int, lines: list[int], short: int
) -> None:
    """The office releases: what has come meanwhile is picked into the same tote, what is still missing is left out."""
    await jana.get_work(mode="single")
    jana.pick(jana.line(1), 2, "tote:T-001")
    jana.pick(jana.line(0), 1, "tote:T-001")
    await database.write(lambda conn: conn.execute(sa.text("UPDATE location SET blocked = true WHERE code <> 'C-01'")))
    jana.short(jana.line(0))
    await jana.send()
    assert ["picked"] == await column(database, sa.select(wave.c.state))

    def release(conn: Connection) -> None:
        if arrived:
            stock_up(conn, floor.tea, floor.reserve, arrived)
        orders.release_hold(conn, floor.first, "STOCK_SHORT", LATER)

    await database.write(release)
    await react(database, GO_ON_AFTER_SHORT, "HoldReleased")
    await react(database, GO_ON_AFTER_SHORT, "HoldReleased")

    line = sa.select(order_line.c.short).where(
        order_line.c.order_id == floor.first, order_line.c.product_id == floor.tea
    )
    assert [short] == await column(database, line)
    assert [] == await differences(database)
    petr = await Picker.hire(database, "Petr")
    if not lines:
        assert ["picked"] == await column(database, sa.select(wave.c.state))
        return
    bundle = await petr.get_work()
    assert bundle is not None
    added = [each for each in bundle["lines"] if each["picked"] + each["short"] < each["quantity"]]
    assert lines == [each["quantity"] for each in added]
    assert "tote:T-001" == bundle["slots"][0]["tote"]
    petr.pick(added[0], lines[0], "tote:T-001")
    assert {"ok"} == set(await petr.send())
    assert ["picked"] == await column(database, sa.select(wave.c.state))
    assert [] == await differences(database)


async def test_released_order_without_anything_is_held_again(database: Database, floor: Floor, jana: Picker) -> None:
    """Not one piece is there: an empty parcel is never packed, the order waits again."""
    await database.write(lambda conn: orders.cancel(conn, [floor.second], "not part of this", NOW))
    await database.write(lambda conn: conn.execute(sa.text("UPDATE location SET blocked = true")))
    await jana.get_work(mode="single")
    jana.short(jana.line(0))
    jana.short(jana.line(1))
    await jana.send()
    await database.write(lambda conn: orders.release_hold(conn, floor.first, "STOCK_SHORT", LATER))
    await react(database, GO_ON_AFTER_SHORT, "HoldReleased")
    found = await database.read(lambda conn: orders.open_holds(conn, [floor.first]))
    assert ["STOCK_SHORT"] == [each.code for each in found[floor.first]]


@pytest.mark.parametrize("together", [True, False], ids=["in one request", "later"])
async def test_undo_of_a_shortage_found_elsewhere(
    database: Database, floor: Floor, jana: Picker, together: bool
) -> None:
    """The goods are there after all: the line is whole again, the other place is free again, the book is put right."""
    await database.write(lambda conn: stock_up(conn, floor.tea, floor.reserve, 10))
    await jana.get_work(mode="single")
    act = jana.short(jana.line(0))
    if not together:
        assert ["ok"] == await jana.send()
    jana.undo(act)
    assert {"ok"} == set(await jana.send())
    assert {(floor.tea, floor.a): (20, 7), (floor.tea, floor.reserve): (10, 0)} == await balances(
        database, floor.a, floor.reserve
    )
    assert [] == await differences(database)
    bundle = await jana.refresh()
    assert bundle is not None
    assert [("A-01", 3, 0), ("B-01", 2, 0)] == [
        (line["location"]["code"], line["quantity"], line["short"]) for line in bundle["lines"]
    ]
    jana.pick(jana.line(0), 3, "tote:T-001")
    jana.pick(jana.line(1), 2, "tote:T-001")
    assert {"ok"} == set(await jana.send())
    assert ["picked"] == await column(database, sa.select(wave.c.state))


async def test_shortage_is_not_taken_back_under_goods_picked_for_it(
    database: Database, floor: Floor, jana: Picker
) -> None:
    """What was picked elsewhere instead has to be undone first."""
    await database.write(lambda conn: stock_up(conn, floor.tea, floor.reserve, 10))
    await jana.get_work(mode="single")
    short = jana.short(jana.line(0))
    await jana.send()
    bundle = await jana.refresh()
    assert bundle is not None
    instead = jana.pick(bundle["lines"][-1], 1, "tote:T-001")
    jana.undo(short)
    jana.undo(instead)
    jana.undo(short)
    assert ["ok", "ok", "ok", "NOTHING_TO_UNDO", "ok", "ok"] == await jana.send()
    assert [] == await differences(database)


@pytest.mark.parametrize("allocation", ["all_or_nothing", "partial"])
async def test_undo_of_a_shortage_that_nobody_had(database: Database, allocation: str) -> None:
    """The hold goes with the shortage, or the line is wanted whole again; a decision of the office stands."""

    def build(conn: Connection) -> Floor:
        floor = Floor(conn, allocation)
        orders.cancel(conn, [floor.second], "not part of this", NOW)
        return floor

    floor = await database.write(build)
    jana = await Picker.hire(database, "Jana")
    await jana.get_work(mode="single")
    jana.pick(jana.line(1), 2, "tote:T-001")
    first = jana.short(jana.line(0))
    await jana.send()
    jana.undo(first)
    assert ["ok"] == await jana.send()
    if allocation == "all_or_nothing":
        await react(database, GO_ON_AFTER_SHORT, "HoldReleased")
    assert {} == await database.read(lambda conn: orders.open_holds(conn, [floor.first]))
    assert [0, 0] == await column(database, sa.select(order_line.c.short).where(order_line.c.order_id == floor.first))
    assert (20, 3) == (await balances(database, floor.a))[floor.tea, floor.a]
    second = jana.short(jana.line(0))
    await jana.send()
    if allocation == "all_or_nothing":
        await database.write(lambda conn: orders.release_hold(conn, floor.first, "STOCK_SHORT", LATER))
        await react(database, GO_ON_AFTER_SHORT, "HoldReleased")
        jana.undo(second)
        assert ["NOTHING_TO_UNDO"] == await jana.send()
    assert [] == await differences(database)


async def test_undo_of_a_shortage_whose_goods_were_promised_on(database: Database, floor: Floor, jana: Picker) -> None:
    """The freed pieces went to another order meanwhile; the picker holds them, so the hand wins: the book gets more."""
    await jana.get_work(mode="single")
    short = jana.short(jana.line(0))
    await jana.send()

    def promise_all(conn: Connection) -> None:
        free = stock.read_balances(conn, [stock.Place(floor.tea, floor.a)])[stock.Place(floor.tea, floor.a)].free
        create_ready_order(conn, {floor.tea: free})

    await database.write(promise_all)
    jana.undo(short)
    assert ["ok"] == await jana.send()
    jana.pick(jana.line(0), 3, "tote:T-001")
    assert {"ok"} == set(await jana.send())
    assert [] == await differences(database)


async def test_hold_stays_while_another_line_is_short(database: Database) -> None:
    """Two lines are missing; taking one back does not let the order go."""

    def build(conn: Connection) -> Floor:
        floor = Floor(conn)
        orders.cancel(conn, [floor.second], "not part of this", NOW)
        return floor

    floor = await database.write(build)
    jana = await Picker.hire(database, "Jana")
    await jana.get_work(mode="single")
    first, second = jana.short(jana.line(0)), jana.short(jana.line(1))
    jana.undo(second)
    assert {"ok"} == set(await jana.send())
    assert [floor.first] == list(await database.read(lambda conn: orders.open_holds(conn, [floor.first])))
    jana.undo(first)
    assert ["ok"] == await jana.send()
    assert {} == await database.read(lambda conn: orders.open_holds(conn, [floor.first]))
    assert [] == await differences(database)
