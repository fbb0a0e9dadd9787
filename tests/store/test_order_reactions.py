"""News of the rooms above that the orders room reacts to."""

from sqlalchemy.engine import Connection

from backend.facts.outbound import ParcelClosed
from backend.orders.reactions import on_parcel_closed
from backend.orders.views import read_board
from backend.platform import journal
from backend.platform.database import Database
from tests.builders import NOW, create_order


async def test_a_parcel_number_finds_its_order(database: Database) -> None:
    """After the parcel is closed its number is a word of the order; told twice, it is one word."""

    def work(conn: Connection) -> None:
        order_id = create_order(conn)
        create_order(conn)
        closed = ParcelClosed(
            about=f"order:{order_id}", order="B1", parcel="P000777", station="BENCH-1", weight_g=None, pieces=1
        )
        journal.append(conn, [closed], NOW)
        (fact,) = journal.read_timeline(conn, [f"order:{order_id}"])
        for _ in range(2):
            on_parcel_closed(conn, fact, NOW)
        (row,) = read_board(conn, text="p000777").rows
        assert row.id == order_id
        assert read_board(conn, text="P000778").rows == []

    await database.write(work)
