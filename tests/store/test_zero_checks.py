"""The question after a pick that should have emptied its place, in the books of both engines."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from backend.stock import api as stock
from backend.stock.tables import count_task
from backend.stock.views.counts import emptied_places
from tests.builders import NOW, stock_up
from tests.store.picking_floor import LATER, Floor, Picker


async def pick_all(database: Database, floor: Floor) -> tuple[Picker, dict[str, Any]]:
    """Jana takes the only mugs of their place; the line of it."""
    jana = await Picker.hire(database, "Zora")
    bundle = await jana.get_work(mode="single")
    assert bundle is not None
    line = next(each for each in bundle["lines"] if each["product"]["id"] == floor.mug)

    def leave_only_these(conn: Connection) -> None:
        place = stock.location_by_key(conn, line["location"]["key"])
        assert place is not None
        mine = stock.Place(floor.mug, place.id, "")
        extra = stock.read_balances(conn, [mine])[mine].free
        if extra:
            lost = stock.outside(conn, "variance")
            stock.post(conn, [stock.Move(floor.mug, place.id, lost, extra, "variance", "test:1")], NOW)

    await database.write(leave_only_these)
    bundle = await jana.refresh()
    assert bundle is not None
    return jana, next(each for each in bundle["lines"] if each["product"]["id"] == floor.mug)


async def tasks(database: Database) -> list[tuple[Any, ...]]:
    columns = (count_task.c.reason, count_task.c.state, count_task.c.product_id)
    return await database.read(lambda conn: [tuple(row) for row in conn.execute(sa.select(*columns))])


def answer(jana: Picker, line: dict[str, Any], empty: bool) -> None:
    jana.write("zero_check", act=uuid.uuid4(), line=line["id"], empty=empty)


async def test_the_bundle_names_the_places_that_will_be_empty(database: Database, floor: Floor) -> None:
    """A place of which the wave takes everything, goods of others included; a full shelf is not among them."""
    jana, line = await pick_all(database, floor)
    assert line["location"]["key"] in jana.bundle["empties"]

    def bring(conn: Connection) -> None:
        place = stock.location_by_key(conn, line["location"]["key"])
        assert place is not None
        stock_up(conn, floor.tea, place.id, 1)

    await database.write(bring)
    bundle = await jana.refresh()
    assert bundle is not None
    assert line["location"]["key"] not in bundle["empties"]


async def test_an_empty_place_is_counted_by_looking(database: Database, floor: Floor) -> None:
    """Yes: nothing is asked for later. The list of places to look at has it until then."""
    jana, line = await pick_all(database, floor)
    jana.pick(line, line["quantity"], "tote:T-001")
    assert {"ok"} == set(await jana.send())
    assert [floor.mug] == [each.product_id for each in await database.read(lambda conn: emptied_places(conn, LATER, 9))]
    answer(jana, line, True)
    assert ["ok"] == await jana.send()
    assert [("zero_check", "done", None)] == await tasks(database)
    assert [] == await database.read(lambda conn: emptied_places(conn, LATER, 9))


async def test_what_is_left_is_counted(database: Database, floor: Floor) -> None:
    """No, or yes while the book knows of goods there by now: a count of the whole place is asked for, once."""
    jana, line = await pick_all(database, floor)
    jana.pick(line, line["quantity"], "tote:T-001")
    answer(jana, line, False)
    answer(jana, line, False)
    assert {"ok"} == set(await jana.send())
    assert [("zero_check", "open", None)] == await tasks(database)
