"""A running pick changes hands: by the wave's code or by a tote, from a device that works or from one that fell silent."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity import store as identity
from backend.identity.tables import device, person
from backend.outbound.views.waves import waves_by_ids
from backend.platform.database import Database
from backend.stock.tables import count_task
from tests.builders import NOW
from tests.store.picking_floor import INTAKE, Floor, Picker, differences


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await database.write(Floor)


async def hire_two(database: Database) -> tuple[Picker, Picker]:
    return await Picker.hire(database, "Jana"), await Picker.hire(database, "Petr")


async def last_heard(database: Database, picker: Picker, ago: timedelta, unsent: int = 0) -> None:
    """The device says nothing more since then."""
    statement = sa.update(device).where(device.c.id == picker.device_id)
    at = NOW - ago
    await database.write(lambda conn: conn.execute(statement.values(last_seen_at=at, unsent=unsent)))


async def counts(database: Database) -> list[tuple[int, int | None, str]]:
    def read(conn: Connection) -> list[tuple[int, int | None, str]]:
        rows = conn.execute(sa.select(count_task.c.location_id, count_task.c.product_id, count_task.c.reason))
        return sorted((row.location_id, row.product_id, row.reason) for row in rows)

    return await database.read(read)


async def one_tote_filled(floor: Floor, jana: Picker) -> dict[str, Any]:
    """Jana has a wave of both orders and has put three teas of the first into T-001."""
    bundle = await jana.get_work(mode="cluster", limit=2)
    assert bundle is not None
    tea = next(line for line in bundle["lines"] if line["product"]["sku"] == "TEA" and line["quantity"] == 3)
    jana.pick(tea, 3, "tote:T-001")
    await jana.send()
    return bundle


@pytest.mark.parametrize("by", ["wave", "tote"])
async def test_taken_over_by_its_code_or_by_a_tote(database: Database, floor: Floor, by: str) -> None:
    """The second device goes on where the first one was; the first sees at its next contact who has its work."""
    jana, petr = await hire_two(database)
    begun = await one_tote_filled(floor, jana)
    await last_heard(database, jana, timedelta(seconds=20))
    key = "tote:T-001" if by == "tote" else f"wave:{begun['number']}"
    taken = await petr.get_work(key=key)

    assert taken is not None
    assert taken["task"] == begun["task"]
    assert [line["picked"] for line in taken["lines"] if line["quantity"] == 3] == [3]
    assert taken["taken_from"]["person"] == "Jana"
    assert (taken["taken_from"]["doubtful"], await counts(database)) == (False, [])
    seen = await jana.refresh()
    assert seen is not None
    assert seen["holder"]["person"] == "Petr"
    assert "taken_from" not in seen


async def test_what_both_did_is_put_together(database: Database, floor: Floor) -> None:
    """Scans made on the first device before it learnt of it count like any others, and nothing is picked twice."""
    jana, petr = await hire_two(database)
    begun = await one_tote_filled(floor, jana)
    totes = {line["order"]: "tote:T-002" for line in begun["lines"]}
    totes[next(line["order"] for line in begun["lines"] if line["quantity"] == 3)] = "tote:T-001"
    late, both = (line for line in begun["lines"] if line["quantity"] != 3)
    for line in (late, both):
        jana.pick(line, line["quantity"], totes[line["order"]])
    await petr.get_work(key=f"wave:{begun['number']}")
    petr.pick(both, both["quantity"], totes[both["order"]])

    assert set(await petr.send()) == {"ok"}
    told = await jana.send()
    # The act stands or falls with its last scan: only that one is refused, with a correction for Jana.
    assert told == ["ok"] * (len(told) - 1) + ["LINE_DONE"]
    assert len(await jana.corrections()) == 1
    assert await differences(database) == []


@pytest.mark.parametrize(("ago", "unsent"), [(timedelta(hours=2), 0), (timedelta(seconds=10), 4)])
async def test_a_silent_device_leaves_counts_behind(
    database: Database, floor: Floor, ago: timedelta, unsent: int
) -> None:
    """Silent for long, or last heard with unsent scans: the open places are counted, and both are told to whom it matters."""
    jana, petr = await hire_two(database)
    begun = await one_tote_filled(floor, jana)
    await last_heard(database, jana, ago, unsent)
    number = int(begun["task"].partition(":")[2])
    (row,) = await database.read(lambda conn: waves_by_ids(conn, [number]))
    assert row.silent
    assert row.holder is not None
    assert (row.holder.person, row.holder.unsent, row.pieces_done) == ("Jana", unsent, 3)

    taken = await petr.get_work(key=f"wave:{begun['number']}")
    assert taken is not None
    left = taken["taken_from"]
    assert (left["doubtful"], left["unsent"], left["places_counted"]) == (True, unsent, 2)
    assert await counts(database) == sorted([(floor.a, floor.tea, "take_over"), (floor.b, floor.mug, "take_over")])


async def test_a_tote_without_a_wave_gives_no_work(database: Database, floor: Floor) -> None:
    """An empty tote, and one that does not exist, belong to nobody's job."""
    petr = await Picker.hire(database, "Petr")
    assert await petr.get_work(key="tote:T-002") is None
    assert await petr.get_work(key="tote:NOPE") is None


async def test_work_beside_what_the_device_holds(database: Database, floor: Floor) -> None:
    """Fetched ahead, each bundle is another one; without `beside` the begun one comes again."""
    jana = await Picker.hire(database, "Jana")
    first = await jana.get_work(mode="single")
    assert first is not None
    again = await jana.get_work(mode="single")
    assert again is not None
    assert again["task"] == first["task"]
    second = await jana.get_work(mode="single", beside=[first["task"]])
    assert second is not None
    assert second["task"] != first["task"]
    assert await jana.get_work(mode="single", beside=[first["task"], second["task"]]) is None


async def test_a_correction_follows_its_person_to_the_next_device(database: Database, floor: Floor) -> None:
    """Refused after the device had accepted it; Jana has another device by then, and hears of it with its first word."""
    jana, petr = await hire_two(database)
    begun = await one_tote_filled(floor, jana)
    line = next(line for line in begun["lines"] if line["quantity"] != 3)
    jana.pick(line, line["quantity"], "tote:T-002")
    await petr.get_work(key=f"wave:{begun['number']}")
    petr.pick(line, line["quantity"], "tote:T-002")
    await petr.send()
    await jana.send()

    def next_device(conn: Connection) -> tuple[int, str]:
        opened = identity.add_device(conn, "Handheld 9", NOW)
        found = conn.execute(sa.select(device.c.id).where(device.c.uid == opened.device)).scalar_one()
        who = conn.execute(sa.select(person).where(person.c.id == jana.person_id)).one()
        return found, str(identity.open_session(conn, who, "floor", found, NOW).session)

    number, session = await database.write(next_device)
    nobody = await INTAKE.take(database, number, b'{"scans": []}')
    jana_there = await INTAKE.take(database, number, msgspec.json.encode({"scans": [], "session": session}))
    assert nobody.corrections == []
    assert len(jana_there.corrections) == 1
