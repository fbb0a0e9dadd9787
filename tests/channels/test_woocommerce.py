"""WooCommerce order JSON: everything that shops have been seen to send, and what we make of it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backend.channels.detect import parse_file
from backend.channels.rules import read_rules
from backend.orders.holds import sentence
from backend.orders.incoming import IncomingOrder, content_fingerprint
from backend.orders.intake_rules import decide_holds
from tests.channels.woo_orders import address, item, order, shipping, written

RULES = read_rules(
    {
        "shipping": {
            "flat_rate": {"carrier": "own_van", "service": "standard"},
            "flat_rate:7": {"carrier": "fake", "service": "express"},
            "Zásilkovna": {"carrier": "fake", "service": "point"},
        },
        "default": {"carrier": "own_van", "service": "other"},
        "states": {"ready-to-ship": "open"},
    }
)
KNOWN = frozenset({"TEA-1", "TEA-2"})


def parse(value: Any) -> IncomingOrder:
    parsed = parse_file(written(value), RULES)
    assert parsed.refused == ()
    (found,) = parsed.orders
    return found


def holds_of(value: Any) -> list[str]:
    return [hold.code for hold in decide_holds(parse(value), KNOWN)]


def test_a_sound_order_is_read_whole() -> None:
    """Identity, address, money with tax, carrier, payment and time arrive as the shop meant them."""
    found = parse(order())
    assert (found.remote_key, found.remote_number, found.currency, found.total_amount) == ("1001", "1001", "CZK", 33759)
    assert [(line.kind, line.sku, line.total_amount, line.tax_amount) for line in found.lines] == [
        ("goods", "TEA-1", 24200, 4200),
        ("shipping", "", 9559, 1659),
    ]
    assert (found.ship_to.name, found.ship_to.zip, found.ship_to.email) == (
        "Jana Nováková",
        "602 00",
        "jana@example.com",
    )
    assert (found.carrier_code, found.service_code, found.payment) == ("own_van", "standard", "prepaid")
    assert found.placed_at == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    assert decide_holds(found, KNOWN) == ()


@pytest.mark.parametrize(
    "wrapped",
    [
        order(),
        [order()],
        {"data": order()},
        {"data": [order()]},
        {"orders": [order()]},
        {"create": [order()], "update": []},
    ],
    ids=["alone", "list", "data", "data list", "orders", "batch answer"],
)
def test_every_wrapping_holds_the_same_order(wrapped: Any) -> None:
    """Proxies and batch answers wrap the order; what it says does not change."""
    assert content_fingerprint(parse(wrapped)) == content_fingerprint(parse(order()))


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({"line_items": [item(sku="")]}, ["MISSING_SKU"]),
        ({"line_items": [item(sku=None)]}, ["MISSING_SKU"]),
        ({"line_items": [item(sku="NEW")]}, ["UNKNOWN_SKU"]),
        ({"line_items": [item(quantity=1.5)]}, ["FRACTIONAL_QUANTITY"]),
        ({"line_items": [item(quantity="2.000")]}, []),
        ({"line_items": [item(quantity="2,5")]}, ["FRACTIONAL_QUANTITY"]),
        ({"line_items": [item(quantity=-1)]}, ["NEGATIVE_QUANTITY", "NO_GOODS"]),
        ({"line_items": [item(quantity=0)]}, ["NO_GOODS"]),
        ({"line_items": [item(quantity="two")]}, ["AMOUNT_UNREADABLE", "NO_GOODS"]),
        ({"line_items": [item(quantity=True)]}, ["AMOUNT_UNREADABLE", "NO_GOODS"]),
        ({"line_items": [item(quantity=2_000_000)]}, ["QUANTITY_TOO_BIG"]),
        ({"line_items": [item(total="many")]}, ["AMOUNT_UNREADABLE"]),
        ({"line_items": [], "total": "95.59"}, ["NO_GOODS"]),
        ({"line_items": None, "total": "95.59"}, ["NO_GOODS"]),
        ({"total": "300.00"}, ["SUM_MISMATCH"]),
        ({"total": "337.61"}, []),
        ({"total": "337.62"}, ["SUM_MISMATCH"]),
        ({"total": None}, []),
        ({"total": {"amount": 1}}, ["AMOUNT_UNREADABLE"]),
        ({"currency": ""}, ["CURRENCY_UNKNOWN"]),
        ({"currency": "Kč"}, ["CURRENCY_UNKNOWN"]),
        ({"status": "on-hold"}, ["NOT_PAID"]),
        ({"status": "pending"}, ["NOT_PAID"]),
        ({"status": "wc-processing"}, []),
        ({"status": "ready-to-ship"}, []),
        ({"status": "being-baked"}, ["STATE_UNKNOWN"]),
        ({"status": None}, ["STATE_UNKNOWN"]),
        ({"refunds": [{"id": 5, "total": "-20.00"}]}, ["REFUNDED_IN_PART"]),
        ({"refunds": [{"id": 5, "total": "0.00"}]}, []),
        ({"refunds": None, "fee_lines": None, "meta_data": {}, "shipping_lines": [shipping(), None]}, []),
        ({"billing": [], "shipping": []}, ["ADDRESS_INCOMPLETE"]),
        ({"billing": None, "shipping": "Dlouhá 1"}, ["ADDRESS_INCOMPLETE"]),
        ({"shipping": address(city="", postcode="")}, ["ADDRESS_INCOMPLETE"]),
        ({"shipping": address(address_1="x" * 300)}, ["ADDRESS_TOO_LONG"]),
        ({"date_created_gmt": "0000-00-00T00:00:00", "date_created": None}, []),
        ({"gift_cards": [{"code": "A", "amount": 100}], "total": "237.59"}, []),
        ({"fee_lines": [{"name": "Discount", "total": "-37.59", "total_tax": "0"}], "total": "300.00"}, []),
        ({"coupon_lines": [{"code": "SPRING", "discount": "20"}]}, []),
    ],
)
def test_what_holds_an_order(changes: dict[str, Any], holds: list[str]) -> None:
    """Each row: what the shop sent otherwise, and which holds it gives. Every hold has a sentence without gaps."""
    value = order(**changes)
    assert holds_of(value) == holds
    for hold in decide_holds(parse(value), KNOWN):
        assert "{" not in sentence(hold)
        assert sentence(hold).endswith((".", "!"))


@pytest.mark.parametrize("status", ["completed", "cancelled", "refunded", "failed", "trash", "draft", "auto-draft"])
def test_ended_orders_say_so(status: str) -> None:
    """Nothing is to be sent for them, whatever else they hold."""
    assert parse(order(status=status)).ended is not None


@pytest.mark.parametrize(
    ("line", "carrier"),
    [
        (shipping(), ("own_van", "standard")),
        (shipping(instance_id="7"), ("fake", "express")),
        (shipping(method_id="flat_rate:7", instance_id=None), ("fake", "express")),
        (shipping(method_id="flat_rate:9", instance_id="9"), ("own_van", "standard")),
        (shipping(method_id="packetery", method_title="Zásilkovna"), ("fake", "point")),
        (shipping(method_id="unheard_of", method_title="Owl"), ("own_van", "other")),
    ],
)
def test_way_of_shipping_names_the_carrier(line: dict[str, Any], carrier: tuple[str, str]) -> None:
    """The instance is asked before the method, the method before the title, the default last."""
    found = parse(order(shipping_lines=[line]))
    assert (found.carrier_code, found.service_code) == carrier


def test_without_any_mapping_the_order_is_held() -> None:
    """Nobody guesses a carrier: a channel without settings holds the order and names the way of shipping."""
    (found,) = parse_file(written(order()), read_rules({})).orders
    (hold,) = decide_holds(found, KNOWN)
    assert (hold.code, hold.values["method"]) == ("NO_CARRIER", "Courier")


def test_texts_are_made_fit_to_keep() -> None:
    """Entities become letters, control characters and half characters go, notes keep their lines."""
    found = parse_file(
        written(
            order(line_items=[item(name="Tea &ndash; &lt;best&gt;\u0000 cup")], customer_note="a\r\nb\u0007")
        ).replace(b'"Jana"', b'"Ja\\ud800na"'),
        RULES,
    ).orders[0]
    assert found.lines[0].name == "Tea – <best> cup"
    assert found.buyer_note == "a\nb"
    assert found.ship_to.name.encode() == b"Ja?na Nov\xc3\xa1kov\xc3\xa1"


def test_identifiers_may_be_text() -> None:
    """An id, a SKU and a quantity in quotes, or a SKU without, are the same order."""
    found = parse(order(id="1001", number=1001, line_items=[item(sku=12345, quantity="2")]))
    assert (found.remote_key, found.remote_number) == ("1001", "1001")
    assert (found.lines[0].sku, found.lines[0].quantity) == ("12345", Decimal(2))


def test_cash_on_delivery_and_pickup_point() -> None:
    """The payment method makes the cash on delivery; the plugin's meta names the pickup point."""
    meta = [{"key": "packetery_point_id", "value": 4321}, {"key": "x", "value": {"deep": []}}, "broken"]
    found = parse(order(payment_method="cod", date_paid_gmt=None, meta_data=meta))
    assert (found.payment, found.pickup_point) == ("cod", "4321")


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (order(id=None), "id"),
        (order(id=0), "id"),
        (order(line_items="none"), "list of line items"),
        (order(line_items=[item(), "x"]), "objects"),
        ({"id": 5, "sku": "TEA-1"}, "Expected an order"),
        (7, "Expected an order"),
    ],
)
def test_one_bad_order_is_refused_alone(bad: Any, word: str) -> None:
    """Each row: something that is no order in a list with a sound one; the sound one is taken."""
    parsed = parse_file(written([order(id=1), bad, order(id=2)]), RULES)
    assert [found.remote_key for found in parsed.orders] == ["1", "2"]
    (refused,) = parsed.refused
    assert word in refused.sentence


def test_the_example_of_the_rest_documentation() -> None:
    """The documented answer gives one order to send and one completed; both add up."""
    content = (Path(__file__).parent / "samples" / "woocommerce_rest_docs_orders.json").read_bytes()
    parsed = parse_file(content, RULES)
    assert [(found.remote_key, found.ended) for found in parsed.orders] == [("727", None), ("723", "completed")]
    for found in parsed.orders:
        assert "SUM_MISMATCH" not in [hold.code for hold in decide_holds(found, ())]
    assert parsed.orders[0].lines[1].name == "Ship Your Idea – Color: Black, Size: M Test"
