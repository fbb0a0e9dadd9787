"""Empty places, known by marks and lines instead of a look at each: the same answer as the look, on both engines."""

import random

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Connection

from backend.app.schema import alembic_config
from backend.platform.database import Database
from backend.stock import api as stock
from backend.stock.store import places as asked
from backend.stock.store.emptied import noted_places
from backend.stock.tables import PICKABLE_KINDS, location
from tests.builders import NOW, create_location, create_product, stock_up

BY_LOOKING = """
    SELECT id FROM location WHERE kind IN ('storage', 'pick_face') AND NOT blocked AND active AND zone LIKE :zone
    AND NOT EXISTS (SELECT 1 FROM balance WHERE location_id = location.id AND on_hand > 0)
    ORDER BY walk_sequence, location.id LIMIT :most
"""


class House:
    """Some goods, some places, and a hand that does whatever chance tells it."""

    def __init__(self, conn: Connection, seed: int) -> None:
        self.conn = conn
        self.chance = random.Random(seed)
        self.goods = [create_product(conn) for _ in range(3)]
        self.places = [self._made() for _ in range(6)]
        self.vendor, self.customer = (stock.outside(conn, kind) for kind in ("vendor", "customer"))

    def _made(self) -> int:
        kind = self.chance.choice((*PICKABLE_KINDS, "tote"))
        return create_location(self.conn, kind=kind, zone=self.chance.choice("AB"))

    def act(self) -> None:
        chance, place = self.chance, self.chance.choice(self.places)
        what = chance.choice(("fill", "fill", "fill", "take", "take", "take", "pick", "mark", "make", "change"))
        lying = sorted(stock.balances_at(self.conn, [place]).items())
        if what == "fill":
            stock_up(self.conn, chance.choice(self.goods), place, chance.randint(1, 3))
        elif what in {"take", "pick"} and lying:
            goods, there = chance.choice(lying)
            pieces = chance.choice((there.on_hand, chance.randint(1, there.on_hand)))
            target = chance.choice([self.customer, *(each for each in self.places if each != place)])
            if what == "take":
                stock.post(self.conn, [stock.Move(goods[0], place, target, pieces, "transfer", "test")], NOW)
            else:
                (held,) = stock.reserve(self.conn, [stock.Reservation(goods[0], place, pieces, "order:1", 1)], NOW)
                stock.post_reserved(self.conn, [stock.Take(held, target, pieces)], NOW)
        elif what == "mark":
            stock.mark_filled(self.conn, NOW)
        elif what == "make" and len(self.places) < 10:
            self.places.append(self._made())
        elif what == "change":
            stock.set_blocked(self.conn, place, chance.choice((True, False)))


@pytest.mark.parametrize("seed", range(4))
async def test_marks_and_lines_tell_what_a_look_tells(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each of 120 acts of a random house: the first empty places of the house and of a zone, in walking order.

    So few are asked for that the two ways to find them must agree on which come first.
    """
    few = 3
    monkeypatch.setattr(asked, "EMPTY_PLACES", few)

    def work(conn: Connection) -> set[bool]:
        house, seen = House(conn, seed), set[bool]()
        for step in range(120):
            house.act()
            for zone in ("", "A"):
                rows = conn.execute(sa.text(BY_LOOKING), {"zone": zone or "%", "most": few})
                found = stock.empty_places(conn, PICKABLE_KINDS, zone)
                assert set(rows.scalars()) == found, (step, zone)
                marks = sa.select(location.c.seen_filled).where(location.c.id.in_(found))
                seen |= set(conn.execute(marks).scalars())
        return seen

    assert {True, False} == await database.write(work)


async def test_marking_forgets_its_lines_and_mends_marks(database: Database) -> None:
    """A line is left by a shelf only and once marked it is gone; a mark that nobody could have set is taken away."""

    def work(conn: Connection) -> None:
        goods = create_product(conn)
        shelf, other, tote = create_location(conn), create_location(conn), create_location(conn, kind="tote")
        customer = stock.outside(conn, "customer")
        for place in (shelf, tote):
            stock_up(conn, goods, place, 2)
        assert 1 == stock.mark_filled(conn, NOW)
        for place in (shelf, tote):
            stock.post(conn, [stock.Move(goods, place, customer, 2, "dispatch", "test")], NOW)
        conn.execute(sa.update(location).where(location.c.id == other).values(seen_filled=True))
        assert {shelf} == noted_places(conn) == stock.empty_places(conn, PICKABLE_KINDS, "")

        assert 2 == stock.mark_filled(conn, NOW)
        assert 0 == stock.mark_filled(conn, NOW)
        assert not noted_places(conn)
        assert {shelf, other} == stock.empty_places(conn, PICKABLE_KINDS, "")

    await database.write(work)


async def test_who_empties_a_place_while_it_is_marked_is_not_forgotten(postgres_url: str) -> None:
    """The taking is not committed yet when the timer looks: it marks the place as filled, and the line comes after it."""
    database = Database(postgres_url)

    def fill(conn: Connection) -> tuple[int, int]:
        goods, shelf = create_product(conn), create_location(conn)
        stock_up(conn, goods, shelf, 2)
        return goods, shelf

    goods, shelf = await database.write(fill)
    async with database._line() as conn, conn.begin():
        await conn.run_sync(
            lambda now: stock.post(
                now, [stock.Move(goods, shelf, stock.outside(now, "customer"), 2, "dispatch", "test")], NOW
            )
        )
        assert 1 == await database.write(lambda other: stock.mark_filled(other, NOW))
    assert {shelf} == await database.read(lambda conn: stock.empty_places(conn, PICKABLE_KINDS, ""))
    assert 1 == await database.write(lambda conn: stock.mark_filled(conn, NOW))
    assert {shelf} == await database.read(lambda conn: stock.empty_places(conn, PICKABLE_KINDS, ""))
    await database.close()


async def test_a_full_house_is_not_walked(sqlite_database: Database) -> None:
    """SQLite's plan: places without a mark by their own index, places with a line by their numbers."""

    def work(conn: Connection) -> list[str]:
        goods, shelf = create_product(conn), create_location(conn)
        stock_up(conn, goods, shelf, 2)
        stock.mark_filled(conn, NOW)
        stock.post(conn, [stock.Move(goods, shelf, stock.outside(conn, "customer"), 2, "dispatch", "test")], NOW)
        sent: list[str] = []
        raw = conn.connection.driver_connection
        raw.set_trace_callback(sent.append)
        stock.empty_places(conn, PICKABLE_KINDS, "")
        raw.set_trace_callback(None)
        plans = [row[3] for each in sent for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}")]
        return [plan for plan in plans if " location " in f"{plan} "]

    unmarked, noted = await sqlite_database.write(work)
    assert "ix_location_unmarked" in unmarked
    assert "INTEGER PRIMARY KEY" in noted


async def test_the_revision_marks_what_is_filled(database: Database) -> None:
    """Back to the schema before the marks and forward again: only shelves where something lies are marked."""

    def fill(conn: Connection) -> int:
        goods, shelf = create_product(conn), create_location(conn)
        create_location(conn)
        stock_up(conn, goods, create_location(conn, kind="tote"), 2)
        stock_up(conn, goods, shelf, 2)
        return shelf

    def back_and_forth(conn: Connection) -> list[int]:
        config = alembic_config()
        config.attributes["connection"] = conn
        command.stamp(config, "head")
        command.downgrade(config, "0016")
        command.upgrade(config, "0017")
        return list(conn.execute(sa.text("SELECT id FROM location WHERE seen_filled")).scalars())

    shelf = await database.write(fill)
    assert [shelf] == await database.write(back_and_forth)
