"""Screens show people by name, never by number: waves, the history of an order, moves. On both engines."""

from datetime import UTC, datetime

import sqlalchemy as sa

from backend.orders import views as orders
from backend.orders.tables import sales_order
from backend.outbound.views.waves import list_waves
from backend.platform.database import Database
from backend.stock.views.history import Asked, moves_until
from tests.builders import create_location, create_product, create_ready_order, create_tote, stock_up
from tests.store.picking_floor import Picker


async def test_a_picked_line_names_its_picker_everywhere(database: Database) -> None:
    """The wave, the order's timeline and the move all say Jana; a wave that nobody has taken says nobody."""

    def build(conn: sa.Connection) -> str:
        product, location = create_product(conn), create_location(conn)
        stock_up(conn, product, location, 5)
        order_id = create_ready_order(conn, {product: 2})
        create_tote(conn, code="T-NAMES")
        return conn.execute(sa.select(sales_order.c.number).where(sales_order.c.id == order_id)).scalar_one()

    number = await database.write(build)
    jana = await Picker.hire(database, "Jana Veselá")
    await jana.get_work()
    line = jana.line(0)
    jana.pick(line, 2, "tote:T-NAMES")
    assert ["ok"] * 4 == await jana.send()

    waves = (await database.read(lambda conn: list_waves(conn, (), None, 10))).rows
    detail = await database.read(lambda conn: orders.read_detail(conn, number))
    moves = await database.read(lambda conn: moves_until(conn, datetime(2090, 1, 1, tzinfo=UTC), Asked(), 10))

    assert ["Jana Veselá"] == [each.person for each in waves]
    assert "Jana Veselá" in {each.person for each in detail.timeline}
    assert "Jana Veselá" in {each.person for each in moves}
