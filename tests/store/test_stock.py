"""The ledger on both engines: what moves, what is held, what is refused, and that the balances stay explained."""

import asyncio
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from backend.platform.errors import Conflict, NotFound, Problem
from backend.stock import api as stock
from backend.stock.tables import balance, count_task, move
from tests.builders import NOW, create_location, create_order, create_product, create_tote, stock_up


class Shelf:
    """Ten pieces of one product on one shelf, an order line that wants them, a tote and a second shelf."""

    def __init__(self, conn: Connection, pieces: int = 10) -> None:
        self.product = create_product(conn)
        self.place_id = create_location(conn)
        self.other_id = create_location(conn)
        self.tote_id = create_tote(conn)
        self.order_id = create_order(conn, {self.product: 4})
        self.place = stock.Place(self.product, self.place_id)
        stock_up(conn, self.product, self.place_id, pieces)

    def reservation(self, quantity: int, line: int = 1) -> stock.Reservation:
        return stock.Reservation(self.product, self.place_id, quantity, f"order:{self.order_id}", line)

    def move(self, source_id: int, target_id: int, quantity: int) -> stock.Move:
        return stock.Move(self.product, source_id, target_id, quantity, "transfer", "test")

    def at(self, conn: Connection, location_id: int) -> tuple[int, int]:
        found = stock.read_balances(conn, [stock.Place(self.product, location_id)])
        return tuple(found.get(stock.Place(self.product, location_id), stock.Balance()))


async def test_post_moves_goods_between_places(database: Database) -> None:
    """What leaves one shelf lies on the other, and the moves explain both."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        stock.post(conn, [shelf.move(shelf.place_id, shelf.other_id, 3)], NOW)
        assert shelf.at(conn, shelf.place_id) == (7, 0)
        assert shelf.at(conn, shelf.other_id) == (3, 0)
        assert stock.verify(conn).differences == []

    await database.write(work)


async def test_virtual_locations_keep_no_balance(database: Database) -> None:
    """The vendor never runs out, and has no balance row that a CHECK could refuse."""

    def work(conn: Connection) -> None:
        Shelf(conn)
        vendor = stock.outside(conn, "vendor")
        rows = conn.execute(sa.select(balance).where(balance.c.location_id == vendor)).all()
        assert rows == []

    await database.write(work)


@pytest.mark.parametrize(("reserved", "wanted"), [(0, 11), (8, 3), (10, 1)])
async def test_post_refuses_what_is_not_free(database: Database, reserved: int, wanted: int) -> None:
    """Neither missing nor promised pieces can be taken away, and nothing is written when it is tried."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        if reserved:
            stock.reserve(conn, [shelf.reservation(reserved)], NOW)
        before = conn.execute(sa.select(sa.func.count()).select_from(move)).scalar_one()
        with pytest.raises(Conflict) as refused:
            stock.post(conn, [shelf.move(shelf.place_id, shelf.other_id, wanted)], NOW)
        assert refused.value.code == "STOCK_GONE"
        assert refused.value.extra["on_hand"] == 10
        assert conn.execute(sa.select(sa.func.count()).select_from(move)).scalar_one() == before
        assert shelf.at(conn, shelf.place_id) == (10, reserved)

    await database.write(work)


async def test_the_table_itself_refuses_oversell(database: Database) -> None:
    """The CHECK holds even where somebody writes past the store."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        conn.execute(sa.update(balance).where(balance.c.location_id == shelf.place_id).values(reserved=11))

    with pytest.raises(sa.exc.IntegrityError):
        await database.write(work)


async def test_post_to_unknown_location_is_named(database: Database) -> None:
    """A location that does not exist is a sentence, not a broken foreign key."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        with pytest.raises(NotFound, match="999999"):
            stock.post(conn, [shelf.move(shelf.place_id, 999_999, 1)], NOW)

    await database.write(work)


@pytest.mark.parametrize(("quantity", "nowhere"), [(0, False), (-2, False), (1, True)])
async def test_impossible_moves_are_named(database: Database, quantity: int, nowhere: bool) -> None:
    """Nothing, less than nothing, and from a place to itself: a sentence, not a broken CHECK."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        target = shelf.place_id if nowhere else shelf.other_id
        with pytest.raises(Problem) as refused:
            stock.post(conn, [shelf.move(shelf.place_id, target, quantity)], NOW)
        assert refused.value.code == "MOVE_IMPOSSIBLE"

    await database.write(work)


async def test_reservation_taken_in_two_parts(database: Database) -> None:
    """A reservation shrinks with each take, is used up by the last, and gives no more."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        (held,) = stock.reserve(conn, [shelf.reservation(4)], NOW)
        assert shelf.at(conn, shelf.place_id) == (10, 4)
        stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 3)], NOW)
        assert shelf.at(conn, shelf.place_id) == (7, 1)
        assert [each.quantity for each in stock.reservations_of(conn, [1])] == [1]
        stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 1)], NOW)
        assert shelf.at(conn, shelf.place_id) == (6, 0)
        assert shelf.at(conn, shelf.tote_id) == (4, 0)
        assert stock.reservations_of(conn, [1]) == []
        with pytest.raises(Conflict) as refused:
            stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 1)], NOW)
        assert refused.value.code == "RESERVATION_GONE"
        assert stock.verify(conn).differences == []

    await database.write(work)


async def test_takes_of_one_request_are_summed(database: Database) -> None:
    """Two takes that fit one by one are refused when together they exceed the reservation."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        (held,) = stock.reserve(conn, [shelf.reservation(4)], NOW)
        with pytest.raises(Conflict):
            stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 3), stock.Take(held, shelf.other_id, 2)], NOW)
        stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 3), stock.Take(held, shelf.other_id, 1)], NOW)
        posted = sa.select(move.c.target_id, move.c.quantity).where(move.c.reservation_id == held).order_by(move.c.id)
        assert [tuple(row) for row in conn.execute(posted)] == [(shelf.tote_id, 3), (shelf.other_id, 1)]
        assert shelf.at(conn, shelf.place_id) == (6, 0)

    await database.write(work)


async def test_void_frees_only_what_is_left(database: Database) -> None:
    """Giving up a half-used reservation frees the other half, once."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        (held,) = stock.reserve(conn, [shelf.reservation(4)], NOW)
        stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 1)], NOW)
        assert [each.quantity for each in stock.void(conn, [held])] == [3]
        assert stock.void(conn, [held]) == []
        assert shelf.at(conn, shelf.place_id) == (9, 0)
        assert stock.verify(conn).differences == []

    await database.write(work)


async def test_undo_puts_back_and_reserves_again(database: Database) -> None:
    """An undone act leaves the world as before it; a second undo finds nothing."""

    def work(conn: Connection) -> None:
        shelf, act = Shelf(conn), uuid.uuid4()
        (held,) = stock.reserve(conn, [shelf.reservation(4)], NOW)
        stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 4, act=act)], NOW)
        (undone,) = stock.undo(conn, [act], NOW, act=uuid.uuid4())
        assert (undone.quantity, undone.reservation_id, undone.reserved_again) == (4, held, True)
        assert shelf.at(conn, shelf.place_id) == (10, 4)
        assert shelf.at(conn, shelf.tote_id) == (0, 0)
        assert stock.reservations_by_ids(conn, [held])[held].quantity == 4
        assert stock.undo(conn, [act], NOW) == []
        assert stock.verify(conn).differences == []

    await database.write(work)


async def test_undo_after_cancel_frees_the_goods(database: Database) -> None:
    """Goods of a cancelled order go back to the shelf for everybody, not to the dead reservation."""

    def work(conn: Connection) -> None:
        shelf, act = Shelf(conn), uuid.uuid4()
        (held,) = stock.reserve(conn, [shelf.reservation(4)], NOW)
        stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 1, act=act)], NOW)
        stock.void(conn, [held])
        (undone,) = stock.undo(conn, [act], NOW)
        assert undone.reserved_again is False
        assert shelf.at(conn, shelf.place_id) == (10, 0)
        assert stock.verify(conn).differences == []

    await database.write(work)


async def test_undo_is_refused_when_goods_went_on(database: Database) -> None:
    """What has left the tote cannot be taken out of it again."""

    def work(conn: Connection) -> None:
        shelf, act = Shelf(conn), uuid.uuid4()
        (held,) = stock.reserve(conn, [shelf.reservation(4)], NOW)
        stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 4, act=act)], NOW)
        stock.post(conn, [shelf.move(shelf.tote_id, stock.outside(conn, "customer"), 4)], NOW)
        with pytest.raises(Conflict) as refused:
            stock.undo(conn, [act], NOW)
        assert refused.value.code == "STOCK_GONE"

    await database.write(work)


@pytest.mark.parametrize(
    ("change", "reserved", "moved", "left"), [(-3, 0, -3, 7), (-3, 8, -2, 8), (5, 0, 5, 15), (0, 0, 0, 10)]
)
async def test_the_hand_wins(database: Database, change: int, reserved: int, moved: int, left: int) -> None:
    """The book follows the hand as far as nobody else's promise is broken, and a count is asked for once."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        if reserved:
            stock.reserve(conn, [shelf.reservation(reserved)], NOW)
        first = stock.correct(conn, shelf.place, change, "order:1", NOW)
        again = stock.correct(conn, shelf.place, 0, "order:2", NOW)
        assert first.moved == moved
        assert again.count_task_id == first.count_task_id
        assert shelf.at(conn, shelf.place_id) == (left, reserved)
        assert conn.execute(sa.select(sa.func.count()).select_from(count_task)).scalar_one() == 1
        assert stock.verify(conn).differences == []

    await database.write(work)


async def test_verify_finds_a_falsified_balance(database: Database) -> None:
    """A balance changed past the ledger is named with both numbers."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        conn.execute(sa.update(balance).where(balance.c.location_id == shelf.place_id).values(on_hand=9))
        (found,) = stock.verify(conn).differences
        assert (found.on_hand, found.expected_on_hand) == (9, 10)
        assert "10 on hand" in found.sentence
        assert "the balance says 9" in found.sentence

    await database.write(work)


async def test_lots_are_kept_apart(database: Database) -> None:
    """Pieces of one lot do not cover a reservation in another."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn, pieces=1)
        stock_up(conn, shelf.product, shelf.place_id, 5, lot="L1")
        with pytest.raises(Conflict):
            stock.reserve(conn, [stock.Reservation(shelf.product, shelf.place_id, 2, "order:1", 1)], NOW)
        stock.reserve(conn, [stock.Reservation(shelf.product, shelf.place_id, 2, "order:1", 1, lot="L1")], NOW)
        assert {each.lot: each.free for each in stock.read_free_stock(conn, [shelf.product])} == {"": 1, "L1": 3}

    await database.write(work)


async def test_free_stock_skips_blocked_and_other_kinds(database: Database) -> None:
    """Only unblocked, active, pickable places can be promised."""

    def work(conn: Connection) -> None:
        product = create_product(conn)
        good = create_location(conn, kind="storage")
        for fields in ({"kind": "receiving"}, {"kind": "tote"}, {"blocked": True}, {"active": False}):
            stock_up(conn, product, create_location(conn, **fields), 5)
        stock_up(conn, product, good, 2)
        assert [(each.location_id, each.free) for each in stock.read_free_stock(conn, [product])] == [(good, 2)]
        stock.set_blocked(conn, good, True)
        assert stock.read_free_stock(conn, [product]) == []

    await database.write(work)


async def test_location_keys(database: Database) -> None:
    """A tote answers to its tote key and not to a location key."""

    def work(conn: Connection) -> None:
        tote = create_tote(conn, code="T-7")
        shelf = create_location(conn, code="B-04-2")
        found = stock.locations_by_keys(conn, ["tote:T-7", "loc:T-7", "loc:B-04-2", "gtin:09520000000011"])
        assert {key: each.id for key, each in found.items()} == {"tote:T-7": tote, "loc:B-04-2": shelf}

    await database.write(work)


async def test_two_connections_cannot_oversell(database: Database) -> None:
    """Twenty reservations of one piece race for seven: seven win, the others hear STOCK_GONE."""
    shelf = await database.write(lambda conn: Shelf(conn, pieces=7))

    async def reserve_one(line: int) -> str:
        try:
            await database.write(lambda conn: stock.reserve(conn, [shelf.reservation(1, line)], NOW))
        except Conflict as refused:
            return refused.code
        return "reserved"

    outcomes = await asyncio.gather(*(reserve_one(line) for line in range(1, 21)))
    assert sorted(outcomes) == ["STOCK_GONE"] * 13 + ["reserved"] * 7
    assert await database.read(lambda conn: shelf.at(conn, shelf.place_id)) == (7, 7)


async def test_two_connections_with_crossed_moves_do_not_deadlock(database: Database) -> None:
    """Moves over the same two shelves in both directions all arrive, whatever order they lock in."""

    def make(conn: Connection) -> Shelf:
        shelf = Shelf(conn, pieces=50)
        stock_up(conn, shelf.product, shelf.other_id, 50)
        return shelf

    shelf = await database.write(make)

    async def swap(forth: bool) -> None:
        ends = (shelf.place_id, shelf.other_id) if forth else (shelf.other_id, shelf.place_id)
        await database.write(lambda conn: stock.post(conn, [shelf.move(*ends, 1)], NOW))

    await asyncio.gather(*(swap(index % 2 == 0) for index in range(30)))
    assert await database.read(lambda conn: shelf.at(conn, shelf.place_id)) == (50, 0)
    assert (await database.read(stock.verify)).differences == []


async def test_one_reservation_is_taken_once_by_two_connections(database: Database) -> None:
    """Two pickers take the same reservation at once: one moves the goods, the other is told they are gone."""
    shelf = await database.write(Shelf)
    (held,) = await database.write(lambda conn: stock.reserve(conn, [shelf.reservation(4)], NOW))

    async def take() -> str:
        try:
            await database.write(lambda conn: stock.post_reserved(conn, [stock.Take(held, shelf.tote_id, 4)], NOW))
        except Conflict as refused:
            return refused.code
        return "taken"

    assert sorted(await asyncio.gather(take(), take())) == ["RESERVATION_GONE", "taken"]
    assert (await database.read(stock.verify)).differences == []


async def test_places_that_goods_only_pass_forget_what_has_gone(database: Database) -> None:
    """An empty tote forgets, a shelf that ran empty does not, what still lies stays; and the tote is filled anew."""

    def work(conn: Connection) -> None:
        shelf = Shelf(conn)
        full = create_tote(conn)
        for source, target, pieces in (
            (shelf.place_id, shelf.tote_id, 6), (shelf.place_id, full, 4), (shelf.tote_id, shelf.other_id, 6),
        ):  # fmt: skip
            stock.post(conn, [shelf.move(source, target, pieces)], NOW)
        assert 1 == stock.clear_passages(conn, NOW)
        assert 0 == stock.clear_passages(conn, NOW)
        rows = conn.execute(sa.select(balance.c.location_id, balance.c.on_hand).order_by(balance.c.location_id))
        assert {(shelf.place_id, 0), (full, 4), (shelf.other_id, 6)} == {tuple(row) for row in rows}

        stock.post(conn, [shelf.move(shelf.other_id, shelf.tote_id, 2)], NOW)
        assert (2, 0) == shelf.at(conn, shelf.tote_id)
        with pytest.raises(Conflict):
            stock.post(conn, [shelf.move(shelf.tote_id, shelf.other_id, 3)], NOW)
        assert stock.verify(conn).differences == []

    await database.write(work)
