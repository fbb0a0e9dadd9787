"""Files that nobody sane sends. A file is an order file or a problem with a sentence; an order is taken or refused."""

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from backend.channels import api as channels
from backend.channels.detect import ParsedFile, parse_file
from backend.channels.rules import read_rules
from backend.orders import api as orders
from backend.orders.holds import sentence
from backend.orders.intake_rules import decide_holds
from backend.orders.views import read_board, read_detail
from backend.platform.database import Database
from backend.platform.errors import Problem
from tests.builders import NOW, create_channel, create_location, create_merchant, create_product, stock_up
from tests.channels.woo_orders import item, order, shipping

RULES = read_rules({"default": {"carrier": "own_van", "service": "standard"}})
JUNK: list[Any] = [
    None, True, False, 0, -1, 1.5, "", " ", "x", "\x00", "\ud800", "0", "-0", "1e400", "NaN", "٣", "12,5", 10**30,
    -(10**18), 1e-7, [], {}, [[]], [None], [{}], {"a": {}}, "x" * 5_000, "<b>&amp;</b>", "2026-02-30", "9999-12-31T00:00:00",
    "CZK ", "\u202e", [1, "a", {"id": 1}],
]  # fmt: skip
OWN = {
    "key": "1", "number": "1", "placed_at": "2026-03-02", "promised_at": None, "currency": "CZK", "total": "1", "state": "",
    "payment": "cod", "carrier": "", "service": "", "shipping_method": "x", "pickup_point": "", "note": "",
    "ship_to": {"name": "A", "street": "B", "city": "C", "zip": "1", "country": "CZ"}, "billing": {},
    "lines": [{"kind": "goods", "sku": "TEA-1", "name": "T", "quantity": 1, "unit_price": "1", "total": "1", "tax": "0"}],
}  # fmt: skip
WOO = order(
    line_items=[item(), item(sku="TEA-2")], shipping_lines=[shipping()], fee_lines=[{"name": "F", "total": "1"}],
    gift_cards=[{"code": "G", "amount": 1}], refunds=[{"id": 1, "total": "-1"}], meta_data=[{"key": "k", "value": "v"}],
)  # fmt: skip


def spoil(value: Any, chance: random.Random) -> Any:
    """The value with one to four of its parts, at any depth, replaced by junk or missing."""
    spoilt = copy.deepcopy(value)
    for _ in range(chance.randint(1, 4)):
        node = spoilt
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = chance.choice(keys)
            deeper = isinstance(node[key], (dict, list)) and node[key] and chance.random() < 0.7
            if deeper:
                node = node[key]
            elif isinstance(node, dict) and chance.random() < 0.15:
                del node[key]
                break
            else:
                node[key] = copy.deepcopy(chance.choice(JUNK))
                break
    return spoilt


def read(content: bytes) -> ParsedFile | Problem:
    try:
        return parse_file(content, RULES)
    except Problem as problem:
        return problem


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    """Bytes without sense are a problem with a sentence, never a crash."""
    found = read(content)
    assert isinstance(found, ParsedFile) or found.sentence.endswith(".")


leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10))
names = st.sampled_from(
    ["id", "key", "lines", "line_items", "data", "orders", "currency", "status", "total", "billing"]
)
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=20
)


@settings(max_examples=300)
@given(documents)
def test_any_json(document: Any) -> None:
    """JSON of every shape is understood or named; what is understood has holds with whole sentences."""
    parsed = read(json.dumps(document).encode())
    if isinstance(parsed, Problem):
        assert parsed.code in ("NOT_AN_ORDER_FILE", "ORDER_FILE_BROKEN")
        return
    for found in parsed.orders:
        for hold in decide_holds(found, ()):
            assert len(sentence(hold)) > len(hold.code)


@given(st.text(alphabet='abc;,"\n\r\t1é ', max_size=200))
def test_any_table(text: str) -> None:
    """Quotes, line ends and cells in any disorder below a good heading."""
    content = f"order_key;currency;sku;quantity\n{text}".encode()
    parsed = read(content)
    if isinstance(parsed, Problem):
        assert parsed.code == "NOT_AN_ORDER_FILE"
        return
    for found in parsed.orders:
        assert 1 <= len(found.remote_key) <= 100


@pytest.mark.parametrize("seed", range(3))
async def test_spoilt_orders_reach_the_database(database: Database, seed: int) -> None:
    """Three hundred orders with junk in any field: each is taken or refused, shown on the board, and explained."""

    def work(conn: Connection) -> None:
        chance = random.Random(seed)
        merchant = create_merchant(conn)
        create_channel(conn, merchant, code="woo", settings={"promise_hours": chance.choice(JUNK), "shipping": []})
        stock_up(conn, create_product(conn, merchant, sku="TEA-1"), create_location(conn), 50)
        for kind in (WOO, OWN):
            key = "id" if kind is WOO else "key"
            spoilt = [spoil(kind | {key: number}, chance) for number in range(1, 151)]
            content = json.dumps([kind, *spoilt]).encode()
            outcome = channels.take_file(conn, "woo", content, now=NOW)
            told = outcome.received + outcome.known + outcome.updated + outcome.skipped + outcome.cancelled
            assert told + len(outcome.refused) == 151
            assert all(entry.sentence.endswith(".") for entry in outcome.refused)
        orders.run_shippable(conn, NOW)
        board = read_board(conn, limit=400)
        assert len(board.rows) > 100
        for row in board.rows:
            assert row.why.sentence
        assert read_detail(conn, board.rows[0].number).lines is not None

    await database.write(work)
