"""Two people save the same in one instant: the second is told or counted on, nobody meets a broken index.

On PostgreSQL the first writes, keeps its transaction open until the second waits for it, and only then is let go on.
On SQLite one writer takes both, one after the other.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.flows import save_layouts
from backend.documents import store as labels
from backend.documents.design import plain_design
from backend.documents.templates import template_of
from backend.gs1.restricted import WeightLayout
from backend.identity.store import create_person
from backend.inbound.store.imports import open_blind, take_file
from backend.inbound.store.receipts import find_receipt, make_rest, read_lines
from backend.inbound.tables import receipt
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.print_queue.api import create_agent, save_printer
from tests.builders import NOW, create_merchant
from tests.inbound.dock import Dock

HELD = 5_221
LIMIT_S = 60.0

Work = Callable[[Connection], Any]


class Together:
    """Two writes of which neither has seen the other when it begins to write."""

    def __init__(self, database: Database, gate: asyncpg.Connection | None) -> None:
        self.database, self.gate = database, gate

    async def write(self, first: Work, second: Work) -> tuple[Any, Any]:
        if self.gate is None:
            one, two = await asyncio.gather(
                self.database.write(first), self.database.write(second), return_exceptions=True
            )
            return one, two

        def held(conn: Connection) -> Any:
            answer = first(conn)
            conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({HELD})")
            return answer

        await self.gate.execute(f"SELECT pg_advisory_lock({HELD})")
        one_writes = asyncio.create_task(self.database.write(held))
        await self._until_waiting(1, one_writes)
        two_writes = asyncio.create_task(self.database.write(second))
        await self._until_waiting(2, two_writes)
        await self.gate.execute(f"SELECT pg_advisory_unlock({HELD})")
        one, two = await asyncio.gather(one_writes, two_writes, return_exceptions=True)
        return one, two

    async def _until_waiting(self, sessions: int, newest: asyncio.Task[Any]) -> None:
        """So many sessions wait for a lock; or the newest is through, having found nothing to wait for."""
        assert self.gate is not None
        async with asyncio.timeout(LIMIT_S):
            while not newest.done():
                waiting = await self.gate.fetchval("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
                if waiting >= sessions:
                    return


@pytest.fixture
async def together(database: Database) -> AsyncIterator[Together]:
    if database.is_sqlite:
        yield Together(database, None)
        return
    gate = await asyncpg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    yield Together(database, gate)
    await gate.close()


async def test_one_version_of_a_label_is_saved_once(together: Together) -> None:
    """Both looked at version 0: one makes version 1, the other is told which version there is now; nothing is lost."""
    given = labels.Checked("location", plain_design(template_of("location")))

    def save(conn: Connection) -> labels.Version:
        return labels.save_design(conn, given, 0, None, NOW)

    one, two = await together.write(save, save)

    assert 1 == one.version
    assert isinstance(two, Conflict), two
    assert ("LABEL_CHANGED", 409, "0", "1") == (two.code, two.status, two.expected, two.got)
    kept = await together.database.read(lambda conn: labels.read_versions(conn, "location"))
    assert [1] == [each.version for each in kept]


async def test_one_file_of_a_supplier_becomes_one_delivery(together: Together) -> None:
    """The same announcement comes in twice at once: a new delivery, and one that is known already."""
    await together.database.write(Dock)
    content = b"reference;supplier;sku;quantity\nPO-1;Tea House;PLAIN;24\n"

    one, two = await together.write(
        lambda conn: take_file(conn, "M", content, NOW), lambda conn: take_file(conn, "M", content, NOW)
    )

    assert [(1, 0), (0, 1)] == [(each.received, each.known) for each in (one, two)]
    assert one.numbers == two.numbers


async def test_the_rest_of_a_delivery_is_the_next_part(together: Together) -> None:
    """The dock opens another part of a reference while the missing goods of it become a part, too: parts 2 and 3."""
    dock = await together.database.write(Dock)
    await together.database.write(dock.announce)

    def make(conn: Connection) -> int | None:
        lines = read_lines(conn, dock.receipt, dock.merchant, None)
        return make_rest(conn, find_receipt(conn, dock.receipt), lines.values(), NOW)

    opened, rest = await together.write(lambda conn: open_blind(conn, "M", "PO-1", "Tea House", NOW), make)

    parts = sa.select(receipt.c.part, receipt.c.id).where(receipt.c.reference == "PO-1").order_by(receipt.c.part)
    rows = (await together.database.read(lambda conn: conn.execute(parts).all()))[1:]
    assert [(2, opened), (3, rest)] == [tuple(row) for row in rows]


async def test_what_replaces_the_old_replaces_it_again(together: Together) -> None:
    """Layouts of weight codes are swept and written anew: of two owners at once the later one counts, whole."""
    merchant = await together.database.write(create_merchant)

    def save(conn: Connection) -> None:
        save_layouts(conn, merchant, (WeightLayout("28IIII0WWWWWC"),))

    assert (None, None) == await together.write(save, save)


async def test_one_printer_is_made_by_whoever_comes_first(together: Together) -> None:
    """Two machines name the same new printer: one number for both."""
    await together.database.write(lambda conn: create_agent(conn, "bench", NOW))

    def save(conn: Connection) -> int:
        return save_printer(
            conn, "ZD", agent="bench", name="Bench", driver="zpl", transport="tcp", address="127.0.0.1:9100"
        )

    one, two = await together.write(save, save)
    assert isinstance(one, int)
    assert one == two


async def test_a_name_that_is_taken_stays_an_error(together: Together) -> None:
    """A write that can never succeed is not tried for ever: the second person with one address fails as before."""

    def add(conn: Connection) -> int:
        return create_person(conn, name="Jana", now=NOW, role="office", email="jana@example.com")

    one, two = await together.write(add, add)
    assert isinstance(one, int)
    assert isinstance(two, sa.exc.IntegrityError)
