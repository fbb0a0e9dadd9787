"""Parcels of cancelled and held orders at the dock: not loaded, taken off, not signed for. Both engines."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders import api as orders
from backend.orders.tables import sales_order
from backend.outbound.flows import handovers as flow
from backend.outbound.tables import parcel
from backend.outbound.views import handovers as views
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Conflict
from tests.outbound.chain import drain, reacting
from tests.store.dock_floor import Dock, own_code


@pytest.fixture(autouse=True)
def _reactions() -> Iterator[None]:
    with reacting():
        yield


@pytest.fixture
async def dock(database: Database) -> Dock:
    return await Dock(database).begin()


async def _cancel_all(dock: Dock) -> None:
    def work(conn: Connection) -> None:
        ids = list(conn.execute(sa.select(sales_order.c.id)).scalars())
        orders.cancel(conn, ids, "buyer", clock.now())

    await dock.database.write(work)


async def test_a_parcel_of_a_cancelled_order_is_not_loaded(dock: Dock) -> None:
    """Also in the seconds before the reaction to the cancelling stops the parcel itself."""
    (key,) = await dock.packed()
    number = await dock.open()
    await _cancel_all(dock)

    assert ["PARCEL_NOT_PACKED"] == await dock.load(number, key)


async def test_a_list_with_a_parcel_of_a_cancelled_order_is_not_signed(dock: Dock) -> None:
    """The goods would leave for an order that is not to be sent; after the reaction the list is right by itself."""
    (key,) = await dock.packed()
    number = await dock.open()
    assert ["ok"] == await dock.load(number, key)
    await _cancel_all(dock)

    with pytest.raises(Conflict) as too_early:
        await dock.sign(number)
    await drain(dock.database, dock.partner)
    with pytest.raises(Conflict) as emptied:
        await dock.sign(number)

    assert ("LIST_CHANGED", "NOTHING_LOADED") == (too_early.value.code, emptied.value.code)
    assert ["cancelled"] == await dock.order_states()


async def _hold_all(dock: Dock) -> list[str]:
    """Holds every order by hand; answers their numbers."""

    def work(conn: Connection) -> list[str]:
        rows = conn.execute(sa.select(sales_order.c.id, sales_order.c.number).order_by(sales_order.c.id)).all()
        for row in rows:
            orders.hold(conn, row.id, orders.Hold("BY_HAND", {"reason": "buyer called"}), clock.now())
        return [row.number for row in rows]

    return await dock.database.write(work)


async def _release_all(dock: Dock) -> None:
    def work(conn: Connection) -> None:
        ids = list(conn.execute(sa.select(sales_order.c.id)).scalars())
        orders.close_holds(conn, ids, "BY_HAND", clock.now())

    await dock.database.write(work)


async def test_a_parcel_of_a_held_order_stays_until_it_is_released(dock: Dock) -> None:
    """Refused by name on both sides, not among the missing, shown to the dock; released it goes like any other."""
    (key,) = await dock.packed()
    number = await dock.open()
    (order,) = await _hold_all(dock)

    refused = await dock.load(number, key)
    (text,) = await dock.database.read(lambda conn: list(conn.execute(sa.select(parcel.c.number)).scalars()))
    by_courier = await dock.database.write(
        lambda conn: flow.scan_by_courier(conn, number, own_code(conn, key), clock.now())
    )
    held = await dock.view(number)
    bundle = await dock.database.read(lambda conn: views.read_bundle(conn, number))
    await _release_all(dock)
    released = await dock.view(number)
    loaded = await dock.load(number, key)
    await dock.sign(number)

    assert (["PARCEL_ON_HOLD"], ["ok"], ["dispatched"]) == (refused, loaded, await dock.order_states())
    assert by_courier.refusal is not None
    assert ("PARCEL_ON_HOLD", {"parcel": text}) == (by_courier.refusal.code, by_courier.refusal.values)
    assert [(0, 0, [(text, order, "BY_HAND")], ["on_hold"])] == [
        (each.expected, each.missing, [(one.number, one.order, one.hold) for one in each.held],
         [one.outcome for one in each.extras])
        for each in (held,)
    ]  # fmt: skip
    assert bundle is not None
    assert {"number": text, "order": order, "hold": "BY_HAND"} == bundle["held"][key]
    assert (1, 1, [], []) == (released.expected, released.missing, released.held, released.extras)


async def test_a_loaded_parcel_comes_off_the_list_when_its_order_is_held(dock: Dock) -> None:
    """Nothing is signed for in between; the reaction empties the list, and the parcel goes with the next one."""
    (key,) = await dock.packed()
    (other,) = await dock.packed()
    number = await dock.open()
    assert ["ok"] == await dock.load(number, key)
    await _hold_all(dock)

    with pytest.raises(Conflict) as too_early:
        await dock.sign(number)
    await drain(dock.database, dock.partner)
    emptied = await dock.view(number)
    await _release_all(dock)
    assert ["ok", "ok"] == await dock.load(number, key, other)
    await dock.sign(number)

    assert ("LIST_CHANGED", 0, 2) == (too_early.value.code, emptied.loaded, len(emptied.held))
    assert ["dispatched", "dispatched"] == await dock.order_states()
