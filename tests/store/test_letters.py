"""Names with diacritics are found in any letters, and both engines say the same."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.known_codes import known_things
from backend.app.look_up import look_up
from backend.catalog import api as catalog
from backend.catalog.product import FORMS_OF_LETTERS, upper_forms
from backend.inbound.store.imports import open_blind
from backend.inbound.views.receipts import open_receipts
from backend.platform.database import Database
from tests.builders import NOW, create_location, create_merchant, create_product

SKUS = (
    "žluťoučký-01",
    "ŽLUŤOUČKÝ-02",
    "Žluťoučký-03",
    "žluŤoučkÝ-04",
    "PŘÍLIŠ-ŽLUŤOUČKÝ-KŮŇ-ÚPĚL",
    "příliš-žluťoučký-kůň-05",
)


@pytest.fixture
async def goods(database: Database) -> Database:
    def build(conn: Connection) -> None:
        merchant = create_merchant(conn, code="M")
        for sku in SKUS:
            create_product(conn, merchant, sku=sku, name=f"Zboží {sku}")
        create_location(conn, code="DOCK", kind="receiving")
        open_blind(conn, "M", "dodávka č. 7", "", NOW)

    await database.write(build)
    return database


@pytest.mark.parametrize("sku", SKUS)
async def test_a_sku_is_looked_up_in_any_letters(goods: Database, sku: str) -> None:
    """Typed small, large or as it is written: the same goods, by what-is-this and by the resolver."""
    for typed in (sku, sku.lower(), sku.upper()):
        found = await goods.read(lambda conn, typed=typed: look_up(conn, typed))
        assert [sku] == [each["sku"] for each in found["products"]], typed
        things = await goods.read(lambda conn, typed=typed: known_things(conn, [f"text:{typed.upper()}"]))
        assert [sku] == [each.name for every in things.values() for each in every], typed


@pytest.mark.parametrize("sku", SKUS)
async def test_the_office_finds_by_a_part_in_any_letters(goods: Database, sku: str) -> None:
    """The search of the office takes a part of the SKU, and of the name, small or large."""
    tail = sku[3:]

    def found(conn: Connection, typed: str) -> list[str]:
        return [each.sku for each in catalog.search_products(conn, typed, 10)]

    for typed in (tail.lower(), tail.upper(), f"ZBOŽÍ {tail.upper()}"):
        assert sku in await goods.read(lambda conn, typed=typed: found(conn, typed)), typed


async def test_a_delivery_is_opened_by_its_reference_in_any_letters(goods: Database) -> None:
    """A scanned reference is compared in large letters; the supplier wrote small ones."""
    for typed in ("dodávka č. 7", "DODÁVKA Č. 7"):
        key = f"text:{typed.upper()}"
        rows = await goods.read(lambda conn, key=key: open_receipts(conn, [key]))
        assert ["dodávka č. 7"] == [each.reference for each in rows]


async def test_a_part_number_that_is_the_sku_of_others_is_not_learnt(goods: Database) -> None:
    """Also where the SKU is written in other letters: a number that means two things would have to be guessed."""

    def learn(conn: Connection) -> list[str]:
        merchant = catalog.merchant_by_code(conn, "M").id
        other = create_product(conn, merchant, sku="JINÉ")
        return catalog.learn_part_numbers(conn, merchant, [("Žluťoučký-01", other)])

    assert ["ŽLUŤOUČKÝ-01"] == [each.rpartition(":")[2] for each in await goods.write(learn)]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("sku-1", {"SKU-1"}),
        ("Čaj", {"ČAJ", "čAJ"}),
        ("", {""}),
        ("čččččččč", {"ČČČČČČČČ", "čččččččč", "Čččččččč"}),
    ],
)
def test_forms_are_few(text: str, forms: set[str]) -> None:
    """Every mix of a few letters, the usual writings of many."""
    assert forms == upper_forms([text])
    assert len(upper_forms(["č" * FORMS_OF_LETTERS])) == 2**FORMS_OF_LETTERS


async def test_the_index_still_answers(sqlite_database: Database) -> None:
    """SQLite's index of SKUs holds what its own `upper` says; a look-up of many forms must go through it."""

    def plans(conn: Connection) -> list[Any]:
        sent: list[str] = []
        raw = conn.connection.driver_connection
        raw.set_trace_callback(sent.append)
        look_up(conn, "žluťoučký-01")
        raw.set_trace_callback(None)
        asked = [each for each in sent if "upper(product.sku)" in each]
        assert asked
        return [
            row[3] for each in asked for row in conn.execute(sa.text(f"EXPLAIN QUERY PLAN {each}".replace(":", r"\:")))
        ]

    assert any("ix_product_sku_upper" in plan for plan in await sqlite_database.read(plans))
