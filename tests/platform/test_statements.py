"""Statements that go straight to the driver: the same answers and the same errors as SQLAlchemy's way, on both engines."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.tables import setting
from backend.identity import store as identity
from backend.identity.tables import device
from backend.platform.database import Database
from backend.platform.journal import fact
from backend.platform.statements import RowChange, Statement, among, among_keys, insert_into, savepoint
from backend.scanning.tables import scan
from backend.stock.tables import balance
from tests.builders import create_location, create_product

AT = datetime(2026, 3, 1, 8, 0, 0, 1234, tzinfo=UTC)
ODD = {"text": 'žluťoučký "kůň" \\ \'; --', "number": 10**30, "nothing": None, "list": [1, "2", {"deep": True}]}

INSERT_FACT = insert_into(fact)
FACTS_OF = Statement(sa.select(fact).where(among(fact.c.scan_id, "scans")).order_by(fact.c.id))
KEYS_OF = Statement(
    sa.select(setting.c.key, setting.c.value).where(among(setting.c.key, "keys")).order_by(setting.c.key)
)
INSERT_SETTING = insert_into(setting)
BALANCES = Statement(
    sa.select(balance.c.on_hand).where(
        among_keys((balance.c.product_id, balance.c.location_id, balance.c.lot), "places")
    )
)
ADD = RowChange(
    lambda given: (
        sa.update(balance)
        .where(balance.c.location_id == given["place"])
        .values(on_hand=balance.c.on_hand + given["more"])
    ),
    {"place": balance.c.location_id.type, "more": balance.c.on_hand.type},
)


def _fact(scan: uuid.UUID | None, **payload: Any) -> dict[str, Any]:
    return {"kind": "Odd", "about": "order:1", "at": AT, "scan_id": scan, "payload": payload}


async def test_what_is_written_is_read_back_as_by_sqlalchemy(database: Database) -> None:
    """Times, UUIDs, JSON and missing values of several rows come out the same by either way."""
    scans = [uuid.uuid4(), uuid.uuid4()]

    def work(conn: Connection) -> tuple[list[Any], list[Any]]:
        INSERT_FACT.run_many(conn, [_fact(scans[0], **ODD), _fact(scans[1]), _fact(None)])
        usual = conn.execute(sa.select(fact).where(fact.c.scan_id.in_(scans)).order_by(fact.c.id)).all()
        return [tuple(row) for row in FACTS_OF.rows(conn, scans=scans)], [tuple(row) for row in usual]

    straight, usual = await database.write(work)

    assert usual == straight
    assert [(AT, scans[0], ODD), (AT, scans[1], {})] == [(row[3], row[6], row[7]) for row in straight]


@pytest.mark.parametrize("count", [0, 1, 2, 3_000])
async def test_lists_of_any_length_are_asked_for_by_one_text(database: Database, count: int) -> None:
    """No list is too long, an empty one finds nothing, and quotes in it are letters."""
    keys = [f'it\'s "{number:05d}"' for number in range(count)]

    def work(conn: Connection) -> list[str]:
        INSERT_SETTING.run_many(conn, [{"key": key, "value": {}} for key in [*keys, "another"]])
        return [row.key for row in KEYS_OF.rows(conn, keys=keys)]

    assert sorted(keys) == await database.write(work)


async def test_keys_of_several_columns_are_matched_together(database: Database) -> None:
    """(product, place, lot) that lie crosswise are not found, and a change for each row counts each row once."""

    def work(conn: Connection) -> tuple[list[int], list[int], list[int]]:
        products = [create_product(conn), create_product(conn)]
        places = [create_location(conn), create_location(conn)]
        conn.execute(
            sa.insert(balance),
            [
                {"product_id": products[0], "location_id": places[0], "lot": "L'1", "on_hand": 3, "reserved": 0},
                {"product_id": products[1], "location_id": places[1], "lot": "", "on_hand": 4, "reserved": 0},
            ],
        )
        across = [(products[0], places[1], "L'1"), (products[1], places[0], ""), (products[0], places[0], "")]
        right = [(products[0], places[0], "L'1"), (products[1], places[1], "")]
        ADD.run_many(conn, [{"place": places[0], "more": 10}, {"place": places[1], "more": 20}])
        wrong = [row.on_hand for row in BALANCES.rows(conn, places=across)]
        return wrong, sorted(row.on_hand for row in BALANCES.rows(conn, places=right)), products

    wrong, right, _ = await database.write(work)

    assert ([], [13, 24]) == (wrong, right)


async def test_errors_are_those_of_sqlalchemy_and_a_savepoint_takes_back_what_failed(database: Database) -> None:
    """A guard of the table speaks as IntegrityError; the transaction goes on without the failed part."""

    def break_off(conn: Connection) -> None:
        with savepoint(conn):
            INSERT_SETTING.run_many(conn, [{"key": "lost", "value": {}}])
            with savepoint(conn):
                INSERT_SETTING.run_many(conn, [{"key": "lost too", "value": {}}])
            INSERT_SETTING.run_many(conn, [{"key": "kept", "value": {}}])

    def work(conn: Connection) -> list[str]:
        INSERT_SETTING.run_many(conn, [{"key": "kept", "value": {}}])
        with pytest.raises(sa.exc.IntegrityError):
            break_off(conn)
        return [row.key for row in KEYS_OF.rows(conn, keys=["kept", "lost", "lost too"])]

    assert ["kept"] == await database.write(work)


async def test_a_reader_sees_one_moment_through_all_its_statements(database: Database) -> None:
    """The first straight statement begins the reader's transaction: what is committed meanwhile is not seen."""
    await database.write(lambda conn: INSERT_SETTING.run_many(conn, [{"key": "old", "value": {}}]))

    def unknown(conn: Connection) -> None:
        INSERT_SETTING.run_many(conn, [{"key": "new", "value": {}, "colour": "red"}])

    def read(conn: Connection) -> tuple[bool, list[str]]:
        before = conn.in_transaction()
        found = [row.key for row in KEYS_OF.rows(conn, keys=["old", "new"])]
        return before or conn.in_transaction(), found

    with pytest.raises(TypeError, match="colour"):
        await database.write(unknown)
    assert (True, ["old"]) == await database.read(read)


def test_a_column_that_is_forgotten_is_told_when_the_statement_is_built() -> None:
    """An INSERT that would leave a default to SQLAlchemy is refused, never written with a hole."""
    engine = sa.create_engine("sqlite://")
    statement = Statement(sa.insert(balance).values(product_id=sa.bindparam("product_id")))

    with engine.connect() as conn, pytest.raises(TypeError, match="lot"):
        statement.text(conn)


async def test_times_without_a_zone_are_refused(database: Database) -> None:
    """The converters of the columns are the same as everywhere."""
    naive = (AT + timedelta(days=1)).replace(tzinfo=None)

    def work(conn: Connection) -> None:
        INSERT_FACT.run_many(conn, [_fact(None) | {"at": naive}])

    with pytest.raises(ValueError, match="zone"):
        await database.write(work)


async def test_bytes_and_words_of_a_closed_list_are_written_as_they_are(database: Database) -> None:
    """Every byte from 0 to 255 comes back, words stand as texts, and what a row does not name is empty."""
    every_byte = bytes(range(256))
    insert, verdicts = insert_into(scan), Statement(sa.select(scan.c.verdict, scan.c.outcome, scan.c.uid))

    def work(conn: Connection) -> list[Any]:
        identity.add_device(conn, "Reader", AT)
        device_id = conn.execute(sa.select(sa.func.max(device.c.id))).scalar_one()
        row = {"device_id": device_id, "seq": 1, "received_at": AT, "record": {}, "outcome": "parked"}
        insert.run_many(conn, [row | {"verdict": every_byte}])
        return [tuple(each) for each in verdicts.rows(conn)]

    assert [(every_byte, "parked", None)] == await database.write(work)


@pytest.mark.parametrize(
    "asked", [sa.literal_column("1) OR (1"), sa.text("1) OR (1"), sa.func.upper(sa.literal_column("1) OR (1"))]
)
def test_no_text_gets_into_a_statement_beside_the_columns(asked: Any) -> None:
    """Lists are asked for by columns, whose names are quoted; anything written as SQL is refused where it is built."""
    with pytest.raises(TypeError, match="name a column"):
        among(asked, "values")
    with pytest.raises(TypeError, match="name a column"):
        among_keys((balance.c.product_id, asked), "values")
