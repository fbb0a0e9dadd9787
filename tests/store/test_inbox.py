"""The inbox on both engines: raw first, so that nothing is lost when we are the ones who fail."""

import pytest
import sqlalchemy as sa

from backend.channels import api as channels
from backend.channels.tables import inbox
from backend.orders import api as orders
from backend.orders.tables import sales_order
from backend.platform.database import Database
from backend.platform.errors import TooLarge
from backend.platform.limits import ORDER_FILE_BYTES
from tests.builders import NOW, create_channel, create_merchant, create_product
from tests.channels.woo_orders import order, written


async def prepare(database: Database) -> None:
    def work(conn: sa.Connection) -> None:
        merchant = create_merchant(conn)
        create_channel(conn, merchant, code="woo")
        create_product(conn, merchant, sku="TEA-1")

    await database.write(work)


async def test_our_own_failure_keeps_the_file(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking crashes in the middle: no half order stays, the bytes do, and a retry takes them."""
    await prepare(database)
    content = written(order())

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is on fire")

    with monkeypatch.context() as broken:
        broken.setattr("backend.orders.store.intake._insert_holds", crash)
        with pytest.raises(RuntimeError):
            await channels.import_file(database, "woo", content, source="cli", file_name="o.json")
    kept = (await database.read(lambda conn: conn.execute(sa.select(inbox)).all()))[0]
    assert (kept.state, bytes(kept.content)) == ("received", content)
    assert await database.read(lambda conn: conn.execute(sa.select(sales_order)).all()) == []
    (stuck,) = await database.read(channels.refused_imports)
    assert stuck.id == kept.id
    outcome = await channels.retry_file(database, kept.id)
    assert (outcome.received, outcome.inbox_id) == (1, kept.id)
    assert await database.read(channels.refused_imports) == []


async def test_too_large_is_not_even_kept(database: Database) -> None:
    """A file beyond the limit is refused before it reaches the database."""
    await prepare(database)
    with pytest.raises(TooLarge):
        await channels.import_file(database, "woo", b" " * (ORDER_FILE_BYTES + 1), source="api")
    assert await database.read(lambda conn: conn.execute(sa.select(inbox.c.id)).all()) == []


async def test_take_file_shares_the_callers_transaction(database: Database) -> None:
    """What a demo or a migration takes stands or falls with its own transaction."""
    await prepare(database)

    def work(conn: sa.Connection) -> int:
        outcome = channels.take_file(conn, "woo", written([order(id=1), order(id=2)]), now=NOW, file_name="two")
        orders.run_shippable(conn, NOW)
        return outcome.received

    assert await database.write(work) == 2


async def test_a_thousand_orders_in_one_file(database: Database) -> None:
    """Numbers, lines and states are right for each; the second time all are known."""
    await prepare(database)
    content = written([order(id=number, number=str(number)) for number in range(1, 1001)])
    first = await channels.import_file(database, "woo", content, source="upload")
    assert (first.received, first.held) == (1000, 0)
    again = await channels.import_file(database, "woo", content, source="upload")
    assert (again.received, again.known) == (0, 1000)
    rows = await database.read(
        lambda conn: conn.execute(
            sa.select(sales_order.c.number, sales_order.c.remote_number).order_by(sales_order.c.id)
        ).all()
    )
    assert [(row.number, row.remote_number) for row in rows] == [
        (f"O{number:06d}", str(number)) for number in range(1, 1001)
    ]
