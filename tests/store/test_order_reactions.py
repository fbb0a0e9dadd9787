"""News of the rooms above that the orders room reacts to."""

from sqlalchemy.engine import Connection

from backend.facts.outbound import ParcelClosed
from backend.facts.shipping import ConsignmentRegistered
from backend.orders.reactions import index_parcels
from backend.orders.views import read_board
from backend.platform import journal
from backend.platform.database import Database
from tests.builders import NOW, create_order


async def test_a_parcel_number_finds_its_order(database: Database) -> None:
    """Parcel and tracking numbers are words of the order as soon as they exist."""

    def work(conn: Connection) -> None:
        order_id = create_order(conn)
        create_order(conn)
        closed = ParcelClosed(
            about=f"order:{order_id}", order="B1", parcel="P000777", station="BENCH-1", weight_g=None, pieces=1
        )
        journal.append(conn, [closed], NOW)
        registered = ConsignmentRegistered(
            about=f"order:{order_id}", order="B1", carrier="fake", reference="r", tracking={"P000777": "TRACK9"}
        )
        journal.append(conn, [registered], NOW)
        for fact in journal.read_timeline(conn, [f"order:{order_id}"]) * 2:
            index_parcels(conn, fact, NOW)
        for text in ("p000777", "track9"):
            assert [row.id for row in read_board(conn, text=text).rows] == [order_id]
        assert read_board(conn, text="P000778").rows == []

    await database.write(work)
