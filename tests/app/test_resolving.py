"""`rampa resolve --known`: what the books know decides, and a code of two things is asked about."""

import argparse
import io
import json
import sys
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.look_up import look_up
from backend.app.resolving import add_commands, resolve_known
from backend.catalog import api as catalog
from backend.catalog.tables import weight_layout
from backend.gs1.own_codes import build_own_code
from backend.outbound.tables import carton
from backend.platform.database import Database
from backend.stock import api as stock
from tests.builders import NOW, create_location, create_merchant, create_order, create_product


def read(conn: Connection, *texts: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in resolve_known(conn, texts)]


async def test_the_books_decide(database: Database) -> None:
    """Goods, places, orders and part numbers are told by name; a damaged part number is healed only if it is known."""

    def work(conn: Connection) -> None:
        merchant = create_merchant(conn)
        tea = create_product(conn, merchant, keys={"gtin:09520000000011": 1, "gtin:19520000000018": 12}, sku="Tea-1/Z")
        catalog.add_codes(conn, [{"merchant_id": merchant, "product_id": tea, "key": "text:SUP-77"}])
        create_location(conn, code="A-01-1")
        order = create_order(conn, {tea: 1}, number="O77")
        found = read(
            conn, "19520000000018\n", "tea-1/z", "SUP-77", build_own_code("location", "A-01-1"), "O77", "SUP=ýý", "SUP-78",
            "",
        )  # fmt: skip
        named = [[(each["what"], each["name"], each["quantity"]) for each in line["known"]] for line in found]
        assert named == [
            [("product", "Tea-1/Z", 12)],
            [("product", "Tea-1/Z", 1)],
            [("product", "Tea-1/Z", 1)],
            [("location", "A-01-1", 1)],
            [("order", "O77", 1)],
            [("product", "Tea-1/Z", 1)],
            [],
            [],
        ]
        assert found[4]["known"][0]["id"] == order
        assert found[5]["healed_from"] == "SUP=ýý"
        assert [line["error"] is None for line in found] == [True] * 7 + [False]

    await database.write(work)


async def test_a_code_of_two_things_is_asked_about(database: Database) -> None:
    """Goods and an order under one number, or one GTIN of two merchants: every meaning is told, none is taken."""

    def work(conn: Connection) -> None:
        mine, theirs = create_merchant(conn), create_merchant(conn)
        tea = create_product(conn, mine, keys={"gtin:09520000000011": 1}, sku="4711")
        create_product(conn, theirs, keys={"gtin:09520000000011": 1}, sku="THEIRS")
        create_order(conn, {tea: 1}, number="4711")
        both, number = read(conn, "9520000000011", "4711")
        assert [each["name"] for each in both["known"]] == ["4711", "THEIRS"]
        assert [each["what"] for each in number["known"]] == ["product", "order"]
        assert both["error"].startswith("AMBIGUOUS: ")
        assert number["error"].startswith("AMBIGUOUS: ")

    await database.write(work)


async def test_weight_codes_are_those_of_the_merchants(sqlite_database: Database) -> None:
    """A merchant's own layout is read beside the Czech one of a merchant who has none."""

    def work(conn: Connection) -> None:
        create_merchant(conn)
        theirs = create_merchant(conn)
        assert [line["kind"] for line in read(conn, "2112345012506", "2812340012500")] == ["gtin", "weight"]
        row = {"merchant_id": theirs, "pattern": "21IIIIIWWWWWC", "g_per_unit": 1}
        conn.execute(sa.insert(weight_layout).values(**row))
        assert [line["kind"] for line in read(conn, "2112345012506", "2812340012500")] == ["weight", "weight"]

    await sqlite_database.write(work)


async def test_look_up_knows_more_than_goods_and_places(sqlite_database: Database) -> None:
    """A serial and a carton are told as well, and weight codes are read as the merchants lay them out."""

    def work(conn: Connection) -> None:
        merchant = create_merchant(conn)
        lamp = create_product(conn, merchant, keys={"gtin:02112345000008": 1}, sku="LAMP")
        shelf = create_location(conn, code="A-02-1")
        step = stock.SerialStep(product_id=lamp, code="SN-77", target_id=shelf, reason="receipt", about="receipt:1")
        stock.move_serials(conn, [step], NOW)
        conn.execute(sa.insert(carton).values(code="K9", name="Small", tare_g=80, active=True))
        conn.execute(sa.insert(weight_layout).values(merchant_id=merchant, pattern="21IIIIIWWWWWC", g_per_unit=1))
        assert look_up(conn, "SN-77")["others"] == [{"what": "serial", "name": "SN-77"}]
        assert look_up(conn, build_own_code("carton", "K9"))["others"] == [{"what": "carton", "name": "K9"}]
        assert [each["sku"] for each in look_up(conn, "2112345012506")["products"]] == ["LAMP"]

    await sqlite_database.write(work)


def test_the_command(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    """Standard input in, one line each out, with and without the books."""
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    for words, members in ((["resolve"], 4), (["resolve", "--known"], 5)):
        args = parser.parse_args(words)
        args.database_url = sqlite_url
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"4006381333931\n\xff\n\n"), encoding="ascii"))
        monkeypatch.setattr(sys, "stdout", out)
        assert args.run(args) == 0
        lines = [json.loads(line) for line in out.buffer.getvalue().splitlines()]
        assert [line["kind"] for line in lines] == ["gtin", "text", "unknown"]
        assert {len(line) for line in lines} == {members}
