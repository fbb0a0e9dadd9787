"""WooCommerce orders as the shops, plugins and tools of the world write them down: kinds seen in public, data of our own.

Each is held against the same questions: does every order arrive, is what is sent and paid right, does sending it again
change nothing.
"""

import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from backend.channels import api as channels
from backend.channels.detect import parse_file
from backend.channels.rules import read_rules
from backend.orders.incoming import IncomingOrder
from backend.orders.intake_rules import decide_holds
from backend.platform.database import Database
from backend.platform.errors import Problem
from tests.builders import NOW, create_channel, create_merchant, create_product
from tests.channels.woo_orders import address, item, order, shipping, written

RULES = read_rules({"default": {"carrier": "own_van", "service": "standard"}})
KNOWN = frozenset({"TEA-1", "TEA-2"})
BLANK = {"first_name": "", "last_name": "", "company": "", "address_1": "", "address_2": "", "city": "", "postcode": ""}
FAILED = {"id": "525", "error": {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID."}}


def line(total: str, tax: str, **changes: Any) -> dict[str, Any]:
    return item(quantity=1, total=total, total_tax=tax, taxes=[], **changes)


def only(content: bytes) -> IncomingOrder:
    parsed = parse_file(content, RULES)
    assert parsed.refused == ()
    (found,) = parsed.orders
    return found


def parse(value: Any) -> IncomingOrder:
    return only(written(value))


def holds_of(found: IncomingOrder) -> list[str]:
    return [hold.code for hold in decide_holds(found, KNOWN)]


ENVELOPES: dict[str, Any] = {
    "an answer recorded for a mock": {
        "request": {"method": "GET"},
        "response": {"jsonBody": {"status": 200, "data": {}}},
    },
    "items of an automation tool": [{"json": {}}],
    "a webhook as a catcher keeps it": [{"headers": {"x-wc-webhook-topic": "order.created"}, "params": {}, "body": {}}],
    "a record of a copying tool": {"type": "RECORD", "record": {"stream": "orders", "data": {}}},
    "pages after each other": [[{}], []],
    "named by the id": {"1001": {}},
    "named by the tool": {"result": {"items": [{}]}, "count": 1},
    "a list with gaps, as PHP writes it": {"0": {}},
}


def in_envelope(envelope: Any, inner: Any) -> Any:
    """The envelope with the order where it has an empty object in the last place."""
    if envelope == {}:
        return inner
    if isinstance(envelope, list):
        return [in_envelope(each, inner) for each in envelope]
    if isinstance(envelope, dict):
        return {name: each if name == "params" else in_envelope(each, inner) for name, each in envelope.items()}
    return envelope


@pytest.mark.parametrize("name", ENVELOPES)
def test_envelopes(name: str) -> None:
    """Whatever an order is wrapped in, it is the same order."""
    assert parse(in_envelope(ENVELOPES[name], order())) == parse(order())


@pytest.mark.parametrize(
    "content",
    [
        b"\n".join(written(order(id=number)) for number in (1, 2)) + b"\n",
        b",\r\n".join(written(order(id=number)) for number in (1, 2)) + b",",
        b"\x1e" + written(order(id=1)) + b"\n\x1e" + written(order(id=2)) + b"\n",
        json.dumps([order(id=1), order(id=2)]).encode("utf-16"),
        json.dumps([order(id=1), order(id=2)]).encode("utf-16-le"),
        json.dumps([order(id=1), order(id=2)]).encode("utf-16-be"),
        b"\xef\xbb\xbf\r\n" + json.dumps([order(id=1), order(id=2)], indent="\t").encode(),
    ],
    ids=["JSON lines", "with commas", "JSON sequence", "UTF-16", "UTF-16 LE bare", "UTF-16 BE bare", "mark and tabs"],
)
def test_encodings_and_lines(content: bytes) -> None:
    """Both orders arrive, in their order."""
    parsed = parse_file(content, RULES)
    assert parsed.refused == ()
    assert [found.remote_key for found in parsed.orders] == ["1", "2"]


def test_one_letter_cut_in_two_spoils_no_other() -> None:
    """A plugin cut a note within a letter: the names of the file stay what they are."""
    content = written(order(customer_note="~")).replace(b"~", "ý".encode()[:1])
    assert only(content).ship_to.name == "Jana Nováková"


def test_line_breaks_inside_of_texts() -> None:
    """A log holds the note as it was typed, not escaped."""
    assert only(written(order(customer_note="a~b")).replace(b"~", b"\n")).buyer_note == "a\nb"


def test_failures_beside_orders_are_named() -> None:
    """An answer to a batch: the order is taken, what failed is refused with the shop's words, wherever it stands."""
    for value in ({"update": [order(), FAILED]}, {"create": [order()], "update": [FAILED]}):
        parsed = parse_file(written(value), RULES)
        assert [found.remote_key for found in parsed.orders] == ["1001"]
        (refused,) = parsed.refused
        assert "Invalid ID." in refused.sentence


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot list resources.","data":{"status":401}}',
         "you cannot list resources"),
        (b'[{"id": 726, "refunded_by": 1, "amount": "10.00", "line_items": []}]', "refunded_by"),
        (b'[{"id": 794, "name": "Premium Quality", "sku": "", "price": "21.99", "type": "simple"}]', "name"),
        (b'{"id": 1, "currency": "EUR", "financial_status": "paid", "line_items": [{"id": 2}]}', "financial_status"),
        (b"webhook_id=12", "webhook_id"),
        (b'{"id": 1} {"id": ', "cut off"),
        (b'[{"line_items": []}] 5', "cut off"),
    ],
    ids=["error", "refunds", "products", "another shop", "ping of a webhook", "cut off", "something behind"],
)  # fmt: skip
def test_what_holds_no_order_is_named(content: bytes, word: str) -> None:
    """The file is refused with a sentence that says what it is."""
    with pytest.raises(Problem) as refused:
        parse_file(content, RULES)
    assert word in refused.value.sentence


def test_a_subscription_is_no_order() -> None:
    """It has items, a total and an address, but each of its orders comes on its own: taking both would send twice."""
    subscription = order(id=7, status="on-hold", billing_period="month", billing_interval="1")
    parsed = parse_file(written([order(), subscription]), RULES)
    assert [found.remote_key for found in parsed.orders] == ["1001"]
    (refused,) = parsed.refused
    assert (refused.remote_key, "subscription 7" in refused.sentence) == ("7", True)


@pytest.mark.parametrize("content", [b"[]", b'{"orders": []}', b'{"data": {"orders": []}}', b"[]\n"])
def test_a_day_without_orders_is_no_fault(content: bytes) -> None:
    """An empty list is taken, and says that it is one."""
    assert parse_file(content, RULES).orders == ()


@pytest.mark.parametrize(
    ("lines", "total", "currency", "holds"),
    [
        # prices with tax, taxes rounded for the subtotal only: 0.03 apart, and right
        ([("10.74", "2.25")] * 4 + [("4.13", "0.87")], "56.93", "EUR", []),
        ([("10.74", "2.25")] * 4 + [("4.13", "0.87")], "57.10", "EUR", ["SUM_MISMATCH"]),
        # a shop set to whole crowns: 413.22 + 86.78 and 99.17 + 20.83 are written 413, 87, 99 and 21
        ([("413", "87"), ("83", "17"), ("99", "21")], "719", "CZK", []),
        ([("413", "87"), ("83", "17"), ("99", "21")], "769", "CZK", ["SUM_MISMATCH"]),
        ([("3929", "1061"), ("787", "213")], "5991", "HUF", []),
        ([("3929", "1061"), ("787", "213")], "6040", "HUF", ["SUM_MISMATCH"]),
        # one line in full cents is no shop of whole crowns
        ([("413.00", "87.00"), ("83.00", "17.00")], "601", "CZK", ["SUM_MISMATCH"]),
        ([("449990", "0")], "449990", "CLP", []),
        ([("1200", "120")], "1320", "JPY", []),
        ([("1.2345", "0.2592")], "1.494", "KWD", []),
        ([("0.00", "0.00")], "0.00", "USD", []),
    ],
)
def test_rounding_of_shops(lines: list[tuple[str, str]], total: str, currency: str, holds: list[str]) -> None:
    """The sum may be off by what rounding each written amount can explain, never by more."""
    items = [line(net, tax) for net, tax in lines]
    assert holds_of(parse(order(line_items=items, shipping_lines=[], total=total, currency=currency))) == holds


def test_amounts_as_numbers_are_taken_at_their_word() -> None:
    """A tool made numbers of the texts: whole numbers there say nothing about how the shop rounds."""
    value = order(line_items=[item(total=400, total_tax=84)], shipping_lines=[], total=485)
    assert holds_of(parse(value)) == ["SUM_MISMATCH"]


@pytest.mark.parametrize(
    ("shipping_block", "billing_block", "name", "city"),
    [
        (BLANK, address(), "Jana Nováková", "Brno"),
        ([], address(), "Jana Nováková", "Brno"),
        (BLANK | {"country": "CZ"}, address(), "Jana Nováková", "Brno"),
        (address(first_name="", last_name="", city="Olomouc"), address(), "Jana Nováková", "Olomouc"),
        (address(first_name=None, last_name=None, city="Olomouc"), address(company="Čaj s.r.o."), "Jana Nováková", "Olomouc"),
        (address(first_name="Petr", last_name=""), address(), "Petr", "Brno"),
        (None, address(), "Jana Nováková", "Brno"),
    ],
)  # fmt: skip
def test_whose_parcel_it_is(shipping_block: Any, billing_block: Any, name: str, city: str) -> None:
    """Guest checkouts leave the address or the person of the delivery empty: then the payer's stands."""
    found = parse(order(shipping=shipping_block, billing=billing_block))
    assert (found.ship_to.name, found.ship_to.city) == (name, city)
    assert holds_of(found) == []


def test_a_company_takes_the_parcel_without_a_person() -> None:
    """The delivery address of a company is not given the payer's name."""
    found = parse(order(shipping=address(first_name="", last_name="", company="Čaj s.r.o.")))
    assert (found.ship_to.name, found.ship_to.company) == ("", "Čaj s.r.o.")


@pytest.mark.parametrize(
    ("meta", "of_shipping", "point"),
    [
        ([{"key": "zasilkovna_id_pobocky", "value": "1842"}], [], "1842"),
        ([], [{"key": "zasilkovna-pickup-point-id", "value": 79}], "79"),
        ([{"key": "_vp_woo_pont_provider", "value": "foxpost"}, {"key": "_vp_woo_pont_point_id", "value": "hu844"}], [], "hu844"),
        ([{"key": "foxpost_woo_parcel_apt_id", "value": "hu844"}], [], "hu844"),
        ([{"key": "_gls_pickup_info", "value": '{"id":"2351-CSOMAGPONT","name":"Bolt"}'}], [], "2351-CSOMAGPONT"),
        ([{"key": "_gls_pickup_info", "value": {"id": "2351-CSOMAGPONT", "contact": {}}}], [], "2351-CSOMAGPONT"),
        ([{"key": "_gls_pickup_info", "value": '{"id":'}], [], ""),
        ([{"key": "wc_dpd_parcelshop_id", "value": 77}, {"key": "wc_dpd_parcelshop_pus_id", "value": "SK30077"}], [], "SK30077"),
        ([{"key": "_dpd_parcelshop_id", "value": ""}], [{"key": "_dpd_parcelshop_id", "value": "CZ10001"}], "CZ10001"),
        ([{"key": "packetery_point_id", "value": None}, {"key": "pickup_point_id", "value": "5"}], [], "5"),
        ([{"key": "_paczkomat_id", "value": "KRA010"}], [], "KRA010"),
        ([{"key": "_pickup_point_id", "value": "0"}], [], ""),
        ({"3": {"key": "packetery_point_id", "value": "11"}}, [], "11"),
    ],
)  # fmt: skip
def test_pickup_points_of_plugins(meta: Any, of_shipping: Any, point: str) -> None:
    """Each plugin has a place of its own for the point that the buyer chose: on the order, or on its way of shipping."""
    found = parse(order(meta_data=meta, shipping_lines=[shipping(meta_data=of_shipping)]))
    assert found.pickup_point == point


@pytest.mark.parametrize(
    ("method", "title", "payment"),
    [
        ("cod", "Dobírka", "cod"),
        ("custom_gateway_7", "Dobírka (+39 Kč)", "cod"),
        ("custom_gateway_7", "Platba na dobierku", "cod"),
        ("other_payment", "Utánvétes fizetés", "cod"),
        ("other_payment", "<b>Cash on delivery</b>", "cod"),
        ("gopay", "Kartou online, ne dobírkou", "prepaid"),
        ("", "", "prepaid"),
    ],
)
def test_money_at_the_door_by_any_name(method: str, title: str, payment: str) -> None:
    """A gateway made by hand is known by the words that the buyer read."""
    assert parse(order(payment_method=method, payment_method_title=title)).payment == payment


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("T-shirt &#8211; <span>Red</span>", "T-shirt – Red"),
        ("Tea &amp;amp; cup", "Tea & cup"),
        ("Čaj 🍵 &quot;Sencha&quot;<br />100&nbsp;g", 'Čaj 🍵 "Sencha" 100 g'),
        ("Screw <3 mm, > 2 mm", "Screw <3 mm, > 2 mm"),
        ("شاي أخضر", "شاي أخضر"),
    ],
)
def test_names_of_goods(name: str, read: str) -> None:
    """People read the name on a screen and on paper, without marks of a web page."""
    assert parse(order(line_items=[item(name=name)])).lines[0].name == read


def test_sets_and_their_parts() -> None:
    """The line of a set without a SKU is money only; its parts are picked. A set that has a SKU must be known."""
    parts = [
        line("0.00", "0.00", id=22, bundled_by="21", bundled_items=[]),
        line("0.00", "0.00", id=23, sku="TEA-2", bundled_by=21),
    ]
    parent = line("200.00", "42.00", id=21, name="Tasting set", sku="", bundled_items=[22, 23])
    found = parse(order(line_items=[parent, *parts]))
    assert [(each.kind, each.sku) for each in found.lines[:3]] == [("fee", ""), ("goods", "TEA-1"), ("goods", "TEA-2")]
    assert holds_of(found) == []
    assert holds_of(parse(order(line_items=[parent | {"sku": "SET"}, *parts]))) == ["UNKNOWN_SKU"]
    composite = [
        parent | {"bundled_items": None},
        *({**part, "bundled_by": "", "composite_parent": 21} for part in parts),
    ]
    assert holds_of(parse(order(line_items=composite))) == []


def test_the_shops_own_object_dumped() -> None:
    """`wc_get_order()->get_data()` as JSON: items by their id, taxes and dates as objects."""
    dump = order(
        line_items={"11": item(taxes={"total": {"1": "42"}, "subtotal": {"1": "42"}})},
        shipping_lines={"12": shipping(taxes={"total": []})},
        fee_lines={}, coupon_lines=[], date_created_gmt=None,
        date_created={"date": "2026-03-02 09:15:00.000000", "timezone_type": 3, "timezone": "Europe/Bratislava"},
    )  # fmt: skip
    found, plain = parse(dump), parse(order())
    assert (found.lines, found.placed_at, found.total_amount) == (plain.lines, plain.placed_at, plain.total_amount)


def test_versions_before_the_rest_api() -> None:
    """`{"order": {...}}` with other names: address blocks, number, note, time, and the tax of shipping only above."""
    new = order()
    names = {
        "billing": "billing_address",
        "shipping": "shipping_address",
        "number": "order_number",
        "customer_note": "note",
    }
    old = {names.get(name, name): value for name, value in new.items() if not name.startswith(("date_", "payment_"))} | {
        "created_at": "2026-03-02T08:15:00Z", "payment_details": {"method_id": "cod", "paid": False}, "note": "Ring",
        "shipping_tax": "16.59",
        "shipping_lines": [{"id": 12, "method_id": "flat_rate", "method_title": "Courier", "total": "79.00"}],
    }  # fmt: skip
    found = parse({"order": old})
    assert (found.remote_number, found.payment, found.buyer_note) == ("1001", "cod", "Ring")
    assert (found.ship_to, found.placed_at) == (parse(new).ship_to, parse(new).placed_at)
    assert holds_of(found) == []


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({"line_items": [item(product_id=0, variation_id=0)]}, []),
        ({"line_items": [item(), line("0.00", "0.00", sku="TEA-2", name="Gift")]}, []),
        ({"line_items": [item(meta_data=[{"key": "k", "value": {"deep": [1]}}, {"key": "n", "value": None}])]}, []),
        ({"line_items": [item(parent_name=None, image={"id": "", "src": False})]}, []),
        ({"line_items": [item(total=None, total_tax=None, subtotal="200.00")]}, []),
        ({"line_items": [item(quantity=0.5)]}, ["FRACTIONAL_QUANTITY"]),
        ({"status": "shipped"}, ["STATE_UNKNOWN"]),
        ({"status": "partially-refunded"}, ["STATE_UNKNOWN"]),
        ({"id": 2**53 + 1}, []),
        ({"date_created_gmt": "{{currentYear}}-10-27T01:17:42", "date_created": False}, []),
        ({"customer_id": 0, "transaction_id": None, "meta_data": None, "tax_lines": None, "coupon_lines": None}, []),
        ({"coupon_lines": [{"code": "credit", "discount": "37.59", "discount_tax": "0"}], "total": "300.00"}, []),
        ({"coupon_lines": [{"code": "credit", "discount": "37.60"}], "total": "300.00"}, ["SUM_MISMATCH"]),
        ({"fee_lines": [{"name": None, "total": "-10", "total_tax": ""}], "total": "327.59"}, []),
        ({"shipping_lines": [shipping(total="0", total_tax="0", method_id="free_shipping")], "total": "242"}, []),
        (
            {"shipping_lines": [shipping(total="39.50", total_tax="8.30"), shipping(total="39.50", total_tax="8.29")]},
            [],
        ),
    ],
)
def test_what_shops_leave_out_or_add(changes: dict[str, Any], holds: list[str]) -> None:
    """Each row: what a shop sent otherwise, and what it means for the order."""
    assert holds_of(parse(order(**changes))) == holds


async def test_sending_all_of_it_twice_changes_nothing(database: Database) -> None:
    """Every kind at once, then again: the second time every order is known, and the database holds each once."""
    kinds = [
        order(id=1), in_envelope(ENVELOPES["items of an automation tool"], order(id=2)),
        order(id=3, line_items={"11": item()}), order(id=4, status="refunded"), order(id=5, status="checkout-draft"),
        order(id=6, line_items=[line("413", "87")], shipping_lines=[], total="501"), order(id=7, currency="HUF"), FAILED,
        order(id=8, meta_data=[{"key": "_gls_pickup_info", "value": {"id": "2351"}}]), order(id=9, billing=[], shipping=[]),
    ]  # fmt: skip
    content = b"\n".join(map(written, kinds))

    def work(conn: Connection) -> None:
        merchant = create_merchant(conn)
        create_channel(conn, merchant, code="woo")
        create_product(conn, merchant, sku="TEA-1")
        first = channels.take_file(conn, "woo", content, now=NOW)
        again = channels.take_file(conn, "woo", content, now=NOW)
        assert (first.received, first.skipped, len(first.refused)) == (7, 2, 1)
        assert (again.received, again.updated, again.known, again.skipped) == (0, 0, 7, 2)

    await database.write(work)


def test_quantities_keep_what_is_written() -> None:
    """A quantity of 3.0 as a number is three whole pieces."""
    assert parse(order(line_items=[item(quantity=3.0)])).lines[0].quantity == Decimal(3)
