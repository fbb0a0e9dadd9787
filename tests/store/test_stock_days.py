"""Random warehouse days against a real database: whatever is posted, held, taken, undone, the books stay explained."""

import random
import uuid

import pytest
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from backend.platform.errors import Problem
from backend.stock import api as stock
from tests.builders import NOW, create_location, create_merchant, create_product, create_tote, stock_up


class Day:
    """A seed makes a day: the same seed, the same day."""

    def __init__(self, conn: Connection, seed: int) -> None:
        self.conn, self.chance = conn, random.Random(seed)
        merchant = create_merchant(conn)
        self.products = [create_product(conn, merchant) for _ in range(3)]
        self.places = [create_location(conn) for _ in range(3)] + [create_tote(conn), create_tote(conn)]
        self.outside = [stock.outside(conn, kind) for kind in ("vendor", "customer")]
        self.reservations: list[int] = []
        self.acts: list[uuid.UUID] = []
        self.refused = 0
        for product in self.products:
            stock_up(conn, product, self.places[0], 20)

    def post(self) -> None:
        act = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        moves = []
        for _ in range(self.chance.randint(1, 4)):
            source, target = self.chance.sample(self.places + self.outside, 2)
            product, quantity = self.chance.choice(self.products), self.chance.randint(1, 8)
            moves.append(stock.Move(product, source, target, quantity, "transfer", "day", act=act))
        stock.post(self.conn, moves, NOW)
        self.acts.append(act)

    def reserve(self) -> None:
        wanted = [
            stock.Reservation(
                self.chance.choice(self.products), self.chance.choice(self.places), self.chance.randint(1, 6), "day", 1
            )
            for _ in range(self.chance.randint(1, 3))
        ]
        self.reservations += stock.reserve(self.conn, wanted, NOW)

    def take(self) -> None:
        if self.reservations:
            act = uuid.UUID(int=self.chance.getrandbits(128), version=4)
            chosen = self.chance.choice(self.reservations)
            take = stock.Take(chosen, self.chance.choice(self.places), self.chance.randint(1, 4), act=act)
            stock.post_reserved(self.conn, [take], NOW)
            self.acts.append(act)

    def void(self) -> None:
        stock.void(self.conn, self.chance.sample(self.reservations, min(2, len(self.reservations))))

    def undo(self) -> None:
        if self.acts:
            stock.undo(self.conn, [self.chance.choice(self.acts)], NOW, reserve_again=self.chance.random() < 0.7)

    def correct(self) -> None:
        place = stock.Place(self.chance.choice(self.products), self.chance.choice(self.places))
        stock.correct(self.conn, place, self.chance.randint(-9, 9), "day", NOW)

    def step(self) -> str:
        name = self.chance.choice(
            ["post", "post", "reserve", "reserve", "take", "take", "take", "void", "undo", "correct"]
        )
        savepoint = self.conn.begin_nested()
        try:
            getattr(self, name)()
            savepoint.commit()
        except (Problem, ValueError):
            savepoint.rollback()
            self.refused += 1
        return name


@pytest.mark.parametrize("seed", range(4))
async def test_every_day_ends_with_explained_books(database: Database, seed: int) -> None:
    """After each of 60 random steps, refused ones included, the balances are what the moves say."""

    def work(conn: Connection) -> int:
        day = Day(conn, seed)
        steps: list[str] = []
        for _ in range(60):
            steps.append(day.step())
            assert stock.verify(conn).differences == [], f"seed {seed} after {steps}"
        return day.refused

    refused = await database.write(work)
    assert 0 < refused < 60


async def test_many_places_at_once(database: Database) -> None:
    """More places than are asked for by key: posted and reserved as well, and explained."""

    def work(conn: Connection) -> None:
        merchant = create_merchant(conn)
        products = [create_product(conn, merchant) for _ in range(120)]
        random.Random(1).shuffle(products)
        shelf, vendor = create_location(conn), stock.outside(conn, "vendor")
        stock.post(conn, [stock.Move(each, vendor, shelf, 2, "receipt", "day") for each in products], NOW)
        ids = stock.reserve(conn, [stock.Reservation(each, shelf, 2, "day", each) for each in products], NOW)
        held = stock.reservations_by_ids(conn, ids)
        assert [held[each].product_id for each in ids] == products
        with pytest.raises(Problem):
            stock.reserve(conn, [stock.Reservation(each, shelf, 1, "day", each) for each in products], NOW)
        found = stock.read_balances(conn, [stock.Place(each, shelf) for each in products])
        assert set(found.values()) == {stock.Balance(2, 2)}
        assert len(found) == 120
        assert stock.verify(conn).differences == []

    await database.write(work)
