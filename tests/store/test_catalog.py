"""The catalogue on both engines: what a code means, and numbers that nobody gets twice."""

import asyncio

import pytest
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.platform.database import Database
from backend.platform.errors import NotFound, Problem
from tests.builders import create_merchant, create_product

GTIN = "gtin:09520000000011"
CASE = "gtin:19520000000018"


async def test_a_case_counts_its_pieces(database: Database) -> None:
    """One product answers to the code of a piece and to that of a case of twelve."""

    def work(conn: Connection) -> None:
        product = create_product(conn, keys={GTIN: 1, CASE: 12}, sku="Tea-9")
        found = catalog.products_by_keys(conn, None, [GTIN, CASE, "gtin:00000000000000"])
        assert {key: (codes[0].product.id, codes[0].quantity) for key, codes in found.items()} == {
            GTIN: (product, 1),
            CASE: (product, 12),
        }
        assert [(code.key, code.quantity) for code in catalog.codes_of(conn, [product])[product]] == [
            (GTIN, 1),
            (CASE, 12),
            ("text:TEA-9", 1),
        ]

    await database.write(work)


async def test_one_gtin_at_two_merchants(database: Database) -> None:
    """The same goods of two owners are two products; asked for one owner there is one answer."""

    def work(conn: Connection) -> None:
        mine, theirs = create_merchant(conn), create_merchant(conn)
        products = [create_product(conn, owner, keys={GTIN: 1}) for owner in (mine, theirs)]
        assert [code.product.id for code in catalog.products_by_keys(conn, None, [GTIN])[GTIN]] == products
        (only,) = catalog.products_by_keys(conn, theirs, [GTIN])[GTIN]
        assert only.product.id == products[1]

    await database.write(work)


async def test_a_code_means_one_product(database: Database) -> None:
    """The second product of a merchant cannot take a code that means something; the same again is no fault."""

    def work(conn: Connection) -> None:
        merchant = create_merchant(conn)
        product, other = create_product(conn, merchant, keys={GTIN: 1}), create_product(conn, merchant)
        catalog.add_codes(conn, [{"merchant_id": merchant, "product_id": product, "key": GTIN}])
        with pytest.raises(Problem) as taken:
            catalog.add_codes(conn, [{"merchant_id": merchant, "product_id": other, "key": GTIN}])
        assert taken.value.code == "CODE_TAKEN"

    await database.write(work)


async def test_skus_are_exact_and_of_one_merchant(database: Database) -> None:
    """Neither the case of letters nor another owner's product is taken for the same SKU."""

    def work(conn: Connection) -> None:
        mine, theirs = create_merchant(conn), create_merchant(conn)
        product = create_product(conn, mine, sku="tea-1")
        create_product(conn, theirs, sku="TEA-1")
        found = catalog.products_by_skus(conn, mine, ["tea-1", "TEA-1"])
        assert {sku: each.id for sku, each in found.items()} == {"tea-1": product}

    await database.write(work)


async def test_numbers_are_never_given_twice(database: Database) -> None:
    """Thirty takers at once, the first of whom finds no series: numbers 1 to 60 without gap or repeat."""
    taken = await asyncio.gather(
        *(database.write(lambda conn: catalog.next_numbers(conn, "wave", 2)) for _ in range(30))
    )
    assert sorted(number for pair in taken for number in pair) == [f"W{number:06d}" for number in range(1, 61)]


async def test_a_refused_transaction_gives_its_number_back(database: Database) -> None:
    """Numbers of work that failed are used by the next."""

    def fail(conn: Connection) -> None:
        assert catalog.next_number(conn, "parcel") == "P000001"
        raise NotFound("GONE", "Expected nothing, got this.")

    for _ in range(2):
        with pytest.raises(NotFound):
            await database.write(fail)


async def test_settings_keep_the_last_value(database: Database) -> None:
    """Written twice, read once; never written reads as what was offered."""

    def work(conn: Connection) -> None:
        assert catalog.read_setting(conn, "zone", {"name": "x"}) == {"name": "x"}
        for name in ("a", "b"):
            catalog.write_setting(conn, "zone", {"name": name})
        assert catalog.read_setting(conn, "zone") == {"name": "b"}

    await database.write(work)


async def test_search_finds_by_words_and_by_code(database: Database) -> None:
    """Every word must fit, in any case; wildcards are letters; inactive products are not offered."""

    def work(conn: Connection) -> None:
        merchant = create_merchant(conn)
        create_product(conn, merchant, sku="TEA-1", name="Green tea", keys={GTIN: 1})
        create_product(conn, merchant, sku="TEA-2", name="Black tea")
        create_product(conn, merchant, sku="TEA-3", name="Old tea", active=False)
        for text, skus in {
            "tea": ["TEA-1", "TEA-2"],
            "BLACK tea": ["TEA-2"],
            "9520000000011": ["TEA-1"],
            "%": [],
            "": ["TEA-1", "TEA-2"],
        }.items():
            assert [each.sku for each in catalog.search_products(conn, text, 9)] == skus, text

    await database.write(work)


async def test_part_numbers_are_learnt_only_where_they_mean_one_thing(database: Database) -> None:
    """A supplier's number becomes a code of its goods; one that is a SKU or code of other goods does not."""

    def work(conn: Connection) -> None:
        merchant = create_merchant(conn)
        tea, cup = create_product(conn, merchant, sku="TEA"), create_product(conn, merchant, sku="CUP-1")
        told = [("A-77/x", tea), ("cup-1", tea), ("B-1", tea), ("b-1", cup), (" ", tea)]
        assert catalog.learn_part_numbers(conn, merchant, told) == ["B-1", "CUP-1"]
        assert catalog.learn_part_numbers(conn, merchant, [("A-77/x", tea)]) == []
        assert catalog.learn_part_numbers(conn, merchant, [("A-77/X", cup)]) == ["A-77/X"]
        keys = ["text:A-77/X", "text:CUP-1", "text:B-1"]
        found = catalog.products_by_keys(conn, merchant, keys)
        assert {key: [each.product.id for each in codes] for key, codes in found.items()} == {"text:A-77/X": [tea]}

    await database.write(work)
