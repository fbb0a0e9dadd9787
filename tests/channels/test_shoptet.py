"""The order table of shops on Shoptet: its columns, items that are shipping and payment, states and who has paid."""

from decimal import Decimal

import pytest

from backend.channels.detect import parse_file
from backend.channels.rules import read_rules
from backend.orders.incoming import IncomingOrder
from backend.orders.intake_rules import decide_holds
from backend.platform.errors import Problem

RULES = read_rules(
    {"shipping": {"PPL na adresu": {"carrier": "own_van", "service": "home"}}, "states": {"Připraveno": "open"}}
)
HEADING = (
    "code;date;statusName;currency;email;phone;billFullName;billCompany;billStreet;billHouseNumber;billCity;billZip;"
    "billCountryName;deliveryFullName;deliveryStreet;deliveryHouseNumber;deliveryCity;deliveryZip;deliveryCountryName;"
    "remark;totalPriceWithVat;paid;itemName;itemAmount;itemCode;itemVariantName;itemUnitPriceWithVat;"
)
BUYER = "jana@example.com;+420601000000;Jana Nováková;;Dlouhá;1;Brno;60200;Česká republika"
NOWHERE = ";;;;;"
GOODS = "Čaj 'Sencha';2;TEA-1;100 g;600,00;"
SHIPPING = "PPL na adresu;1;SHIPPING4;;99,00;"
COD, CARD = "Dobírkou;1;BILLING2;;39,50;", "Kartou online;1;BILLING5;;0,00;"
COUPON = "Slevový kupón;1;SLEVA10;;-50,00;"


def table(
    *items: str,
    total: str,
    state: str = "Nevyřízená",
    paid: str = "0",
    delivery: str = NOWHERE,
    code: str = "2026000123",
) -> str:
    return "\r\n".join(
        f"{code};2026-03-02 09:15:00;{state};CZK;{BUYER};{delivery};Zvonit;{total};{paid};{item}" for item in items
    )


def read(*rows: str, heading: str = HEADING, encoding: str = "cp1250") -> list[IncomingOrder]:
    parsed = parse_file("\r\n".join([heading, *rows]).encode(encoding), RULES)
    assert parsed.refused == ()
    return list(parsed.orders)


def holds_of(found: IncomingOrder) -> list[str]:
    return [hold.code for hold in decide_holds(found, {"TEA-1"})]


@pytest.mark.parametrize("encoding", ["cp1250", "utf-8-sig"])
def test_an_order_is_read_whole(encoding: str) -> None:
    """Goods, shipping, payment and coupon are told apart; address, carrier, time and money are those of the shop."""
    (found,) = read(table(GOODS, SHIPPING, COD, COUPON, total="1 288,50"), encoding=encoding)
    assert [(line.kind, line.sku, line.quantity, line.total_amount) for line in found.lines] == [
        ("goods", "TEA-1", Decimal(2), 120000),
        ("shipping", "", Decimal(1), 9900),
        ("fee", "", Decimal(1), 3950),
        ("discount", "", Decimal(1), -5000),
    ]
    assert found.lines[0].name == "Čaj 'Sencha', 100 g"
    assert (found.remote_key, found.total_amount, found.payment, found.carrier_code) == (
        "2026000123", 128850, "cod", "own_van",
    )  # fmt: skip
    assert (found.ship_to.name, found.ship_to.street, found.ship_to.country) == ("Jana Nováková", "Dlouhá 1", "CZ")
    assert found.placed_at is not None
    assert found.placed_at.isoformat() == "2026-03-02T08:15:00+00:00"
    assert holds_of(found) == []


def test_the_delivery_address_comes_before_the_payers() -> None:
    """Where the parcel is to go, with the number of the house."""
    delivery = "Petr Novák;Krátka;5/A;Žilina;01001;Slovensko"
    (found,) = read(table(GOODS, SHIPPING, CARD, total="1299,00", paid="1", delivery=delivery))
    assert (found.ship_to.name, found.ship_to.street, found.ship_to.country) == ("Petr Novák", "Krátka 5/A", "SK")
    assert found.billing.street == "Dlouhá 1"


@pytest.mark.parametrize(
    ("state", "paid", "paying", "ended", "holds"),
    [
        ("Nevyřízená", "1", CARD, None, []),
        ("Nevyřízená", "0", CARD, None, ["NOT_PAID"]),
        ("Nevyřízená", "", CARD, None, []),
        ("Vybavuje sa", "0", COD, None, []),
        ("Připraveno", "1", CARD, None, []),
        ("Vyřízena", "1", CARD, "completed", []),
        ("Vybavená", "1", CARD, "completed", []),
        ("Stornována", "0", COD, "cancelled", []),
        ("Na cestě k vám", "1", CARD, None, ["STATE_UNKNOWN"]),
    ],
)
def test_states_and_payment(state: str, paid: str, paying: str, ended: str | None, holds: list[str]) -> None:
    """Each row: the state and the mark of payment in the table, and what follows for the order."""
    total = "1338,50" if paying == COD else "1299,00"
    (found,) = read(table(GOODS, SHIPPING, paying, total=total, state=state, paid=paid))
    assert found.ended == ended
    assert holds_of(found) == holds


def test_orders_of_one_table_stay_apart() -> None:
    """Rows of two orders, mixed: each has its own; the newer naming of the columns is the same table."""
    first, second = (
        table(GOODS, total="1200", paid="1"),
        table(GOODS, SHIPPING, total="1299", paid="1", code="2026000124"),
    )
    heading = HEADING.replace(";item", ";orderItem")
    rows = [second.split("\r\n")[0], first, second.split("\r\n")[1]]
    found = read(*rows, heading=heading)
    assert {each.remote_key: len(each.lines) for each in found} == {"2026000123": 1, "2026000124": 2}


def test_a_table_without_the_currency_is_refused_by_name() -> None:
    """The export can be set up without it: the sentence says what to add."""
    with pytest.raises(Problem) as refused:
        read(table(GOODS, total="1200"), heading=HEADING.replace("currency", "weight"))
    assert "without the columns currency" in refused.value.sentence
