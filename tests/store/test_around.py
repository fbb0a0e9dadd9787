"""What lies around a stop is asked for by the index alone, and is what a walk through the whole house would find."""

import random
from collections.abc import Collection

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from backend.stock import api as stock

NEAR = 3


def house(conn: Connection, chance: random.Random) -> list[int]:
    """Places of both kinds, some of them with one walking number, others out of use, and totes and docks in between."""
    rows = [
        {
            "code": f"A-{number:02d}", "kind": chance.choice(("storage", "pick_face", "pick_face", "tote", "receiving")),
            "walk_sequence": chance.randrange(12), "active": chance.random() < 0.9,
        }
        for number in range(60)
    ]  # fmt: skip
    return stock.create_locations(conn, rows)


def by_the_walk(conn: Connection, stops: Collection[int]) -> dict[int, int]:
    """Location -> steps from the nearest stop, by a walk through the whole house."""
    walk = stock.locations_of_kind(conn, ("storage", "pick_face"))
    steps = dict.fromkeys(stops, 0)
    for stop in stock.locations_by_ids(conn, stops).values():
        here = (stop.walk_sequence, stop.code)
        before = [each.id for each in walk if (each.walk_sequence, each.code) < here][::-1]
        after = [each.id for each in walk if (each.walk_sequence, each.code) > here]
        for side in (before, after):
            for step, each in enumerate(side[:NEAR], start=1):
                steps[each] = min(step, steps.get(each, step))
    return steps


async def test_around_a_stop_is_what_the_walk_says(database: Database) -> None:
    """Stops of every kind, at the ends of the walk and close together: the same places, the nearest first."""
    chance = random.Random(5)
    ids = await database.write(lambda conn: house(conn, chance))
    for count in (1, 2, 9):
        stops = chance.sample(ids, count)
        found = await database.read(lambda conn, stops=stops: stock.around(conn, stops, NEAR))
        expected = await database.read(lambda conn, stops=stops: by_the_walk(conn, stops))
        assert set(expected) == {each.id for each in found}
        told = [expected[each.id] for each in found]
        assert sorted(told) == told
        assert len(set(told)) > 1


async def test_the_house_is_not_walked(sqlite_database: Database) -> None:
    """Every SELECT is explained; none may SCAN the table of the locations, nor sort it."""

    def plans(conn: Connection) -> list[str]:
        ids = house(conn, random.Random(5))
        sent: list[str] = []
        raw = conn.connection.driver_connection
        raw.set_trace_callback(sent.append)
        stock.around(conn, ids[:4], NEAR)
        raw.set_trace_callback(None)
        asked = [each for each in sent if each.lstrip().upper().startswith("SELECT")]
        return [row[3] for each in asked for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}")]

    told = await sqlite_database.write(plans)
    assert any("ix_location_kind_walk" in plan for plan in told)
    assert [] == [plan for plan in told if "SCAN location" in plan or "SCAN other" in plan or "TEMP B-TREE" in plan]


async def test_nothing_is_around_nothing(sqlite_database: Database) -> None:
    """No stops, and stops that are not known: no places, no error."""
    assert [] == await sqlite_database.read(lambda conn: stock.around(conn, [], NEAR))
    assert [] == await sqlite_database.read(lambda conn: stock.around(conn, [999_999], NEAR))


@pytest.mark.parametrize("kind", ["storage", "pick_face", "tote"])
async def test_locations_of_a_kind_are_found_as_before(sqlite_database: Database, kind: str) -> None:
    """The index by kind now knows the walk, too: the locations come in its order."""
    await sqlite_database.write(lambda conn: house(conn, random.Random(5)))
    found = await sqlite_database.read(lambda conn: stock.locations_of_kind(conn, (kind,)))
    rows = sa.text("SELECT count(*) FROM location WHERE active AND kind = :kind")
    count = await sqlite_database.read(lambda conn: conn.execute(rows, {"kind": kind}).scalar_one())
    assert count == len(found) > 0
    assert sorted(found, key=lambda each: (each.walk_sequence, each.code)) == found
