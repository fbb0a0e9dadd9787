"""A wrong piece is named with its place, also when no scan of the request is about the line that wants it."""

import uuid

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from backend.scanning.tables import scan
from tests.builders import create_location, create_merchant, create_product, create_ready_order, create_tote, stock_up
from tests.store.picking_floor import Picker


async def test_a_piece_of_a_line_that_nobody_named(database: Database) -> None:
    """The picker stands at the tea and scans the mug: the refusal tells where mugs belong in this walk."""

    def build(conn: Connection) -> None:
        merchant = create_merchant(conn)
        tea, mug = (create_product(conn, merchant, sku=sku) for sku in ("TEA", "MUG"))
        for number, product in ((1, tea), (2, mug)):
            stock_up(conn, product, create_location(conn, code=f"A-{number:02d}", walk_sequence=number), 5)
        create_tote(conn, code="T-001")
        create_ready_order(conn, {tea: 1, mug: 1})

    await database.write(build)
    jana = await Picker.hire(database, "Jana")
    await jana.get_work(mode="single")
    tea, mug = jana.line(0), jana.line(1)
    jana.write("product", mug["codes"][0]["key"], act=uuid.uuid4(), line=tea["id"], quantity=1)
    jana.pick(tea, 1, "tote:T-001")

    assert ["WRONG_PRODUCT", "ok", "ok", "ok"] == await jana.send()
    refusal = await _first_refusal(database)
    assert ("MUG", "A-02") == (refusal["got"]["sku"], refusal["got"]["location"])


async def _first_refusal(database: Database) -> dict:
    row = await database.read(
        lambda conn: conn.execute(sa.select(scan.c.verdict).where(scan.c.outcome == "refused")).one()
    )
    return msgspec.json.decode(row.verdict)["refusal"]
