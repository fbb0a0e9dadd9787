"""The history of the schema ends where the tables are, on both engines."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from backend.app.schema import load_tables, migrate, missing_migrations
from backend.platform.database import Database


def _empty(conn: sa.Connection) -> None:
    load_tables().drop_all(conn)


# alembic cannot compare an index of an expression on SQLite: `ix_product_sku_upper` has a test of its own below
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index:UserWarning")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index:sqlalchemy.exc.SAWarning")
async def test_an_empty_database_becomes_the_newest_schema(database: Database) -> None:
    """After all revisions nothing is left that alembic would change."""
    await database.write(_empty)
    await database.write(migrate)

    left = await database.read(lambda conn: compare_metadata(MigrationContext.configure(conn), load_tables()))
    missing = await database.read(missing_migrations)

    assert ([], "") == (left, missing)


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await database.write(_empty)
    await database.write(migrate)

    await database.write(migrate)

    assert "" == await database.read(missing_migrations)


async def test_an_old_schema_is_named(database: Database) -> None:
    assert "empty database" in await database.read(missing_migrations)


async def test_the_index_of_skus_in_any_letters_is_there(database: Database) -> None:
    """It can be dropped from the migrated database; an index that is missing cannot."""
    await database.write(_empty)
    await database.write(migrate)

    await database.write(lambda conn: conn.execute(sa.text("DROP INDEX ix_product_sku_upper")))

    with pytest.raises(sa.exc.DBAPIError, match="ix_product_sku_upper"):
        await database.write(lambda conn: conn.execute(sa.text("DROP INDEX ix_product_sku_upper")))


@pytest.mark.parametrize(
    ("_case", "statement"),
    [
        ("more reserved than there is", "INSERT INTO balance VALUES (1, 1, 1, '', 5, 6)"),
        ("less than nothing", "INSERT INTO balance VALUES (1, 1, 1, '', -1, 0)"),
    ],
)
async def test_the_table_itself_refuses_oversell(sqlite_database: Database, _case: str, statement: str) -> None:
    """Whoever writes past our code meets the CHECK of the migrated table."""
    await sqlite_database.write(_empty)
    await sqlite_database.write(migrate)

    with pytest.raises(sa.exc.IntegrityError, match="not_oversold"):
        await sqlite_database.write(lambda conn: conn.execute(sa.text(statement)))


async def test_a_printer_on_a_cable_is_let_in(database: Database) -> None:
    """The migrated table takes the new way to a printer, and still no other word."""
    await database.write(_empty)
    await database.write(migrate)
    statement = sa.text(
        "INSERT INTO printer (code, name, print_agent_id, driver, transport, address, dpi, closes_line, active, state,"
        " state_detail) VALUES (:way, 'x', 1, 'tspl', :way, '/dev/usb/lp0', 203, true, true, 'disconnected', '')"
    )
    agent = sa.text("INSERT INTO print_agent (id, name, token_hash, created_at) VALUES (1, 'a', 'b', '2026-11-21')")

    await database.write(lambda conn: conn.execute(agent))
    await database.write(lambda conn: conn.execute(statement, {"way": "device"}))

    with pytest.raises(sa.exc.IntegrityError, match="printer_transport"):
        await database.write(lambda conn: conn.execute(statement, {"way": "carrier pigeon"}))
