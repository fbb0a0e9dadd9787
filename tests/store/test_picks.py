"""Picking in the books: waves from ready orders, scans through the real intake, the ledger afterwards. Both engines."""

import asyncio
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders import api as orders
from backend.orders.tables import order_line, sales_order
from backend.outbound.flows.picks import PICK_JOB
from backend.outbound.reactions import cancel_picks
from backend.outbound.store import waves
from backend.outbound.tables import pick_act, wave, wave_order
from backend.platform.database import Database
from backend.platform.errors import Conflict, NotFound
from backend.scanning.store import insert_corrections
from tests.builders import (
    NOW,
    create_location,
    create_product,
    create_ready_order,
    stock_up,
)
from tests.store.picking_floor import LATER, Floor, Picker, balances, column, differences, facts, order_states, react


async def test_cluster_wave_is_walked_picked_and_closed(database: Database, floor: Floor, jana: Picker) -> None:
    """Two orders, one walk: every piece ends in the right tote, the orders are in work, the wave is picked."""
    bundle = await jana.get_work(mode="cluster")
    assert bundle is not None
    assert ["A-01", "A-01", "B-01"] == [line["location"]["code"] for line in bundle["lines"]]
    assert [3, 4, 2] == [line["quantity"] for line in bundle["lines"]]
    assert ["in_work", "in_work"] == await order_states(database)

    jana.pick(jana.line(0), 3, "tote:T-001")
    jana.pick(jana.line(1), 4, "tote:T-002")
    jana.pick(jana.line(2), 2, "tote:T-001")
    assert {"ok"} == set(await jana.send())

    assert {
        (floor.tea, floor.t1): (3, 0),
        (floor.mug, floor.t1): (2, 0),
        (floor.tea, floor.t2): (4, 0),
        (floor.tea, floor.a): (13, 0),
        (floor.mug, floor.b): (3, 0),
    } == await balances(database, floor.a, floor.b, floor.t1, floor.t2)
    assert [] == await differences(database)
    assert ["picked"] == await column(database, sa.select(wave.c.state))
    assert ["picked", "picked"] == await column(database, sa.select(wave_order.c.state))
    assert [(2, 0), (3, 0), (4, 0)] == await database.read(
        lambda conn: [
            tuple(row)
            for row in conn.execute(sa.select(order_line.c.picked, order_line.c.reserved).order_by(order_line.c.id))
        ]
    )
    assert ["LinePicked"] * 2 + ["OrderPicked"] + ["LinePicked", "OrderPicked", "WavePicked"] == await facts(
        database, "LinePicked", "OrderPicked", "WavePicked"
    )
    assert await jana.refresh() is None, "a picked wave is no work any more"


async def test_replay_of_every_request_changes_nothing(database: Database, floor: Floor, jana: Picker) -> None:
    """A device that never got its answers sends all again: same verdicts, same stock."""
    await jana.get_work(mode="single")
    for place in range(len(jana.bundle["lines"])):
        jana.pick(jana.line(place), 1, "tote:T-001")
        await jana.send()
    before = await balances(database, floor.a, floor.b, floor.t1)
    for body in jana.bodies:
        assert {"ok"} == set(await jana.post(body))
    assert before == await balances(database, floor.a, floor.b, floor.t1)
    assert [] == await differences(database)


async def test_act_split_over_two_requests(database: Database, floor: Floor, jana: Picker) -> None:
    """The piece in one request, its tote in the next: the pieces in the hand are remembered."""
    await jana.get_work(mode="single")
    jana.pick(jana.line(0), 2, "tote:T-001")
    last = jana.unsent.pop()
    assert ["ok", "ok", "ok"] == await jana.send()
    assert {} == await balances(database, floor.t1)
    jana.unsent = [last]
    assert ["ok"] == await jana.send()
    assert {(floor.tea, floor.t1): (2, 0)} == await balances(database, floor.t1)


async def test_undo_brings_goods_and_promise_back(database: Database, floor: Floor, jana: Picker) -> None:
    """Undo of the last act of a wave: goods lie where they lay, are promised again, the tote is free, the wave runs."""
    await jana.get_work(mode="single")
    first = jana.pick(jana.line(0), 3, "tote:T-001")
    last = jana.pick(jana.line(1), 2, "tote:T-001")
    await jana.send()
    assert ["picked"] == await column(database, sa.select(wave.c.state))
    jana.undo(last)
    jana.undo(first)
    jana.undo(first)
    assert ["ok", "ok", "NOTHING_TO_UNDO"] == await jana.send()

    assert {(floor.tea, floor.a): (20, 7), (floor.mug, floor.b): (5, 2)} == await balances(
        database, floor.a, floor.b, floor.t1
    )
    assert [] == await differences(database)
    assert ["picking"] == await column(database, sa.select(wave.c.state))
    assert [None] == await column(database, sa.select(wave_order.c.tote_id))
    jana.pick(jana.line(0), 3, "tote:T-002")
    jana.pick(jana.line(1), 2, "tote:T-002")
    assert {"ok"} == set(await jana.send())
    assert [] == await differences(database)


async def test_cancelled_order_is_refused_once_and_put_back(database: Database, floor: Floor, jana: Picker) -> None:
    """The office cancels while the device is out of reach: the tote scan is refused, one correction says where to."""
    await jana.get_work(mode="single")
    jana.pick(jana.line(0), 3, "tote:T-001")
    await database.write(lambda conn: orders.cancel(conn, [floor.first], "buyer", LATER))
    assert ["ok", "ok", "ok", "ORDER_CANCELLED"] == await jana.send()
    (task,) = await jana.corrections()
    assert {
        "code": "PUT_BACK",
        "values": {
            "quantity": 3, "sku": "TEA", "name": "Tea", "location": "A-01", "tote": "T-001",
            "order": task["values"]["order"], "because": "ORDER_CANCELLED",
        },
        "keys": ["loc:A-01"],
    } == task  # fmt: skip
    assert {} == await balances(database, floor.t1)
    assert [] == await differences(database)


async def test_two_devices_on_one_wave_are_merged(database: Database, floor: Floor, jana: Picker) -> None:
    """Petr takes the wave over by its code; what Jana had picked offline still counts, what both picked does not twice."""
    petr = await Picker.hire(database, "Petr")
    bundle = await jana.get_work(mode="single")
    assert bundle is not None
    jana.pick(jana.line(0), 3, "tote:T-001")
    taken = await petr.get_work(key=f"wave:{bundle['number']}")
    assert taken is not None
    assert bundle["task"] == taken["task"]
    assert [petr.person_id] == await column(database, sa.select(wave.c.person_id))
    petr.pick(petr.line(1), 2, "tote:T-001")
    assert {"ok"} == set(await petr.send())
    assert {"ok"} == set(await jana.send())
    petr.pick(petr.line(0), 3, "tote:T-001")
    assert ["ok", "ok", "ok", "LINE_DONE"] == await petr.send()
    assert {(floor.tea, floor.t1): (3, 0), (floor.mug, floor.t1): (2, 0)} == await balances(database, floor.t1)
    assert ["PUT_BACK"] == [task["code"] for task in await petr.corrections()]


async def test_tote_of_another_wave_is_in_use(database: Database, floor: Floor, jana: Picker) -> None:
    """Two pickers who reach for the same tote: the second is told, and the bundle says so in advance."""
    petr = await Picker.hire(database, "Petr")
    await jana.get_work(mode="single")
    jana.pick(jana.line(0), 1, "tote:T-001")
    await jana.send()
    bundle = await petr.get_work(mode="single")
    assert bundle is not None
    assert ["tote:T-001"] == bundle["busy_totes"]
    petr.pick(petr.line(0), 4, "tote:T-001")
    petr.pick(petr.line(0), 4, "tote:NOT-HERE")
    assert ["ok", "ok", "ok", "TOTE_IN_USE", "ok", "ok", "ok", "NOT_A_TOTE"] == await petr.send()
    assert {(floor.tea, floor.t1): (1, 0)} == await balances(database, floor.t1)


async def test_skip_puts_the_line_last_for_everybody(database: Database, floor: Floor, jana: Picker) -> None:
    """The next bundle, on whatever device, walks the skipped line last."""
    await jana.get_work(mode="single")
    jana.write("skip", line=jana.line(0)["id"])
    await jana.send()
    bundle = await jana.refresh()
    assert bundle is not None
    assert ["B-01", "A-01"] == [line["location"]["code"] for line in bundle["lines"]]


async def test_get_work_own_then_released_then_new(database: Database, floor: Floor, jana: Picker) -> None:
    """Begun work comes back first; then what the office has released; then the oldest promise; then nothing."""
    petr = await Picker.hire(database, "Petr")
    later = await column(database, sa.select(sales_order.c.number).where(sales_order.c.id == floor.second))
    (released,) = await database.write(lambda conn: waves.release_waves(conn, "single", later, NOW))
    first = await jana.get_work(mode="single")
    again = await jana.get_work(mode="single")
    other = await petr.get_work(mode="single")
    assert first is not None
    assert other is not None
    assert f"pick:{released}" == first["task"] == again["task"]
    assert other["task"] != first["task"]
    assert ["in_work", "in_work"] == await order_states(database)
    assert [other["task"]] == [
        each["task"] for each in await database.read(lambda conn: waves_of(conn, petr.person_id))
    ]
    third = await Picker.hire(database, "Eva")
    assert await third.get_work(mode="cluster") is None


def waves_of(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    return PICK_JOB.open_for(conn, person_id)


async def test_dissolved_wave_gives_its_orders_back(database: Database, floor: Floor, jana: Picker) -> None:
    """An untouched wave is dissolved and its orders are ready with their stock; one with goods in totes is not."""
    bundle = await jana.get_work(mode="cluster")
    assert bundle is not None
    jana.write("product", jana.line(0)["codes"][0]["key"], act=(act := uuid_of(1)), line=jana.line(0)["id"], quantity=1)
    await jana.send()
    await database.write(lambda conn: waves.cancel_wave(conn, bundle["number"], LATER))
    assert ["ready", "ready"] == await order_states(database)
    jana.write("tote", "tote:T-001", act=act, line=jana.line(0)["id"], quantity=1)
    assert ["WAVE_OVER"] == await jana.send()
    assert ["PUT_BACK"] == [task["code"] for task in await jana.corrections()]

    fresh = await jana.get_work(mode="cluster")
    assert fresh is not None
    assert fresh["task"] != bundle["task"]
    jana.pick(jana.line(0), 1, "tote:T-001")
    await jana.send()
    with pytest.raises(Conflict, match="undo them"):
        await database.write(lambda conn: waves.cancel_wave(conn, fresh["number"], LATER))


def uuid_of(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


async def test_only_ready_orders_are_released(database: Database, floor: Floor) -> None:
    """The office learns which order is not ready, or not known."""
    numbers = await column(database, sa.select(sales_order.c.number).order_by(sales_order.c.id))
    await database.write(lambda conn: waves.release_waves(conn, "cluster", numbers, NOW))
    with pytest.raises(Conflict, match="to be ready, got 'in_work'"):
        await database.write(lambda conn: waves.release_waves(conn, "single", numbers[:1], NOW))
    with pytest.raises(NotFound):
        await database.write(lambda conn: waves.release_waves(conn, "single", ["NOPE"], NOW))


async def test_acts_are_kept_for_undo_and_for_other_devices(database: Database, floor: Floor, jana: Picker) -> None:
    """Each act with its state: the bundle of the next device knows what is applied and what is undone."""
    await jana.get_work(mode="single")
    one = jana.pick(jana.line(0), 1, "tote:T-001")
    two = jana.pick(jana.line(0), 1, "tote:T-001")
    jana.undo(two)
    await jana.send()
    bundle = await jana.refresh()
    assert bundle is not None
    assert {str(one): "applied", str(two): "undone"} == {each["act"]: each["state"] for each in bundle["acts"]}
    assert [jana.device_id] * 2 == await column(database, sa.select(pick_act.c.device_id))
    assert {"slot": 1, "tote": "tote:T-001", "pieces": 1} == {
        name: bundle["slots"][0][name] for name in ("slot", "tote", "pieces")
    }


CANCEL_PICKS = cancel_picks(insert_corrections)


async def test_cancelled_goods_in_a_tote_are_put_back(database: Database, floor: Floor, jana: Picker) -> None:
    """What was picked before the cancelling goes back in the book, and the picker is told where to; the rest goes on."""
    bundle = await jana.get_work(mode="cluster")
    assert bundle is not None
    jana.pick(jana.line(0), 3, "tote:T-001")
    await jana.send()
    jana.write(
        "product", jana.line(2)["codes"][0]["key"], act=(held := uuid_of(7)), line=jana.line(2)["id"], quantity=1
    )
    await jana.send()
    await database.write(lambda conn: orders.cancel(conn, [floor.first], "buyer", LATER))
    await react(database, CANCEL_PICKS, "OrderCancelled")
    await react(database, CANCEL_PICKS, "OrderCancelled")

    (task,) = await jana.corrections()
    assert ("PUT_BACK", 3, "TEA", "A-01", "T-001", "ORDER_CANCELLED") == (
        task["code"], *(task["values"][name] for name in ("quantity", "sku", "location", "tote", "because"))
    )  # fmt: skip
    assert {(floor.tea, floor.a): (20, 4), (floor.mug, floor.b): (5, 0)} == await balances(
        database, floor.a, floor.b, floor.t1
    )
    assert [] == await differences(database)
    fresh = await jana.refresh()
    assert fresh is not None
    assert [True, False, True] == [line["cancelled"] for line in fresh["lines"]]
    jana.write("tote", "tote:T-001", act=held, line=jana.line(2)["id"], quantity=1)
    jana.pick(jana.line(1), 4, "tote:T-002")
    assert ["ORDER_CANCELLED", "ok", "ok", "ok", "ok"] == await jana.send()
    assert [3, 1] == [task["values"]["quantity"] for task in await jana.corrections()]
    assert ["picked"] == await column(database, sa.select(wave.c.state))
    assert ["cancelled", "picked"] == await column(database, sa.select(wave_order.c.state).order_by(wave_order.c.id))


async def test_wave_of_cancelled_orders_is_over(database: Database, floor: Floor, jana: Picker) -> None:
    """Nothing is left to pick, so the wave is no work any more."""
    await jana.get_work(mode="single")
    await database.write(lambda conn: orders.cancel(conn, [floor.first], "buyer", LATER))
    await react(database, CANCEL_PICKS, "OrderCancelled")
    assert ["cancelled"] == await column(database, sa.select(wave.c.state))
    assert await jana.refresh() is None


async def test_pickers_who_ask_at_once_get_different_waves(database: Database) -> None:
    """Six devices press "get work" in the same moment: six orders, six waves, none twice."""

    def build(conn: Connection) -> None:
        product, place = create_product(conn), create_location(conn)
        stock_up(conn, product, place, 100)
        for _ in range(6):
            create_ready_order(conn, {product: 2})

    await database.write(build)
    pickers = [await Picker.hire(database, f"P{number}") for number in range(6)]
    bundles = await asyncio.gather(*(picker.get_work(mode="single") for picker in pickers))
    got = [bundle for bundle in bundles if bundle is not None]
    assert len(got) == len({bundle["task"] for bundle in got})
    assert len(got) == len({bundle["slots"][0]["order"] for bundle in got})
    # whoever was stepped over because a row was held for a moment gets it now
    for picker in pickers:
        assert await picker.get_work(mode="single") is not None
    assert ["in_work"] * 6 == await order_states(database)


async def test_two_carts_reach_for_one_tote_at_once(database: Database, floor: Floor, jana: Picker) -> None:
    """Both requests arrive together: one gets the tote, the other is told, nothing is mixed."""
    petr = await Picker.hire(database, "Petr")
    await jana.get_work(mode="single")
    await petr.get_work(mode="single")
    jana.pick(jana.line(0), 3, "tote:T-001")
    petr.pick(petr.line(0), 4, "tote:T-001")
    verdicts = await asyncio.gather(jana.send(), petr.send())
    assert ["TOTE_IN_USE", "ok"] == sorted(each[-1] for each in verdicts)
    assert 1 == len(await column(database, sa.select(wave_order.c.tote_id).where(wave_order.c.tote_id.is_not(None))))
    assert [] == await differences(database)


async def test_one_line_by_two_devices_at_once(database: Database, floor: Floor, jana: Picker) -> None:
    """Two devices send the whole line of one wave together: it is picked once, the other's pieces go back."""
    petr = await Picker.hire(database, "Petr")
    bundle = await jana.get_work(mode="single")
    assert bundle is not None
    await petr.get_work(wave=bundle["number"])
    jana.pick(jana.line(0), 3, "tote:T-001")
    petr.pick(petr.line(0), 3, "tote:T-001")
    verdicts = await asyncio.gather(jana.send(), petr.send())
    assert ["LINE_DONE", "ok"] == sorted(each[-1] for each in verdicts)
    assert {(floor.tea, floor.t1): (3, 0)} == await balances(database, floor.t1)
    assert 1 == len(await jana.corrections()) + len(await petr.corrections())
