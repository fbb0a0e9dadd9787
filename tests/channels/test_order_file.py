"""Our own order file in JSON and CSV, and everything that is none."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backend.channels.detect import ParsedFile, parse_file
from backend.channels.reading import Amounts, read_quantity, read_time
from backend.channels.rules import read_rules
from backend.orders.intake_rules import decide_holds
from backend.platform.errors import Problem

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
RULES = read_rules({"default": {"carrier": "own_van", "service": "standard"}})
KNOWN = frozenset({"TEA-1", "CUP-2"})

ADDRESS = {"name": "Jana", "street": "Dlouhá 1", "city": "Brno", "zip": "60200", "country": "cz"}
LINE = {"sku": "TEA-1", "name": "Tea", "quantity": 2, "unit_price": "121.00"}
ORDER = {"key": "1", "currency": "czk", "total": "242.00", "ship_to": ADDRESS, "lines": [LINE]}
HEADER = "order_key;currency;order_total;name;street;city;zip;country;kind;sku;line_name;quantity;unit_price"
ROW = "1;CZK;242,00;Jana;Dlouhá 1;Brno;60200;CZ;goods;TEA-1;Tea;2;121,00"


def parse(content: Any) -> ParsedFile:
    return parse_file(content if isinstance(content, bytes) else json.dumps(content).encode(), RULES)


def holds_of(content: Any) -> list[str]:
    (found,) = parse(content).orders
    return [hold.code for hold in decide_holds(found, KNOWN)]


@pytest.mark.parametrize("name", ["orders.json", "orders.csv", "orders-windows-1250.csv"])
def test_the_documented_examples_are_sound(name: str) -> None:
    """What the documentation shows goes in without any hold, both orders of it."""
    parsed = parse((EXAMPLES / name).read_bytes())
    assert parsed.refused == ()
    assert [found.remote_key for found in parsed.orders] == ["1001", "1002"]
    assert next(found.remote_number for found in parsed.orders) == "2026-1001"
    for found in parsed.orders:
        assert decide_holds(found, KNOWN) == ()
    assert parsed.orders[0].ship_to.name == "Jana Nováková"
    assert parsed.orders[0].placed_at == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


def test_both_encodings_of_the_example_say_the_same() -> None:
    """Windows-1250 with CRLF and UTF-8 with LF hold equal orders."""
    utf8, windows = (parse((EXAMPLES / name).read_bytes()) for name in ("orders.csv", "orders-windows-1250.csv"))
    assert utf8.orders == windows.orders


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, []),
        ({"total": "242.02"}, []),
        ({"total": "242.03"}, ["SUM_MISMATCH"]),
        ({"total": None}, []),
        ({"currency": "HUF", "total": "243.00"}, []),
        ({"currency": "HUF", "total": "243.01"}, ["SUM_MISMATCH"]),
        ({"lines": [LINE | {"quantity": -2}], "total": "-242"}, ["NEGATIVE_QUANTITY", "NO_GOODS"]),
        ({"lines": [LINE | {"quantity": 0.5}], "total": "60.5"}, ["FRACTIONAL_QUANTITY"]),
        ({"lines": [LINE | {"sku": "X"}, LINE | {"sku": "Y"}], "total": 484}, ["UNKNOWN_SKU"]),
        ({"lines": [LINE | {"unit_price": "free"}], "total": 0}, ["AMOUNT_UNREADABLE"]),
        ({"lines": []}, ["NO_GOODS", "SUM_MISMATCH"]),
        ({"lines": [{"kind": "shipping", "total": 242}]}, ["NO_GOODS"]),
        ({"state": "unpaid"}, ["NOT_PAID"]),
        ({"state": "strange"}, ["STATE_UNKNOWN"]),
        ({"ship_to": ADDRESS | {"street": "x" * 251}}, ["ADDRESS_TOO_LONG"]),
        ({"ship_to": {}}, ["ADDRESS_INCOMPLETE"]),
        ({"ship_to": {"name": "Jana"}, "pickup_point": "4711"}, []),
    ],
)
def test_what_holds_an_order(changes: dict[str, Any], holds: list[str]) -> None:
    """Each row: a change of a sound order, and the holds that follow."""
    assert holds_of(ORDER | changes) == holds


def test_more_than_one_line_of_a_fault_is_counted() -> None:
    """The sentence names the first unknown SKU and how many more there are."""
    (found,) = parse(ORDER | {"lines": [LINE | {"sku": sku} for sku in ("X", "Y", "Z")], "total": "726"}).orders
    (hold,) = decide_holds(found, KNOWN)
    assert (hold.values["sku"], hold.values["more"]) == ("X", 2)


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"lines": [LINE]}, "key"),
        ({"key": "", "lines": [LINE]}, "key"),
        ({"key": "k" * 101, "lines": []}, "key"),
        ({"key": "2", "lines": "none"}, "list of objects"),
        ({"key": "2", "lines": [7]}, "list of objects"),
        ({"key": "2", "lines": [{"kind": "gold", "quantity": 1}]}, "line kind"),
        ({"key": "2", "lines": [LINE] * 2001}, "at most 2000"),
        (None, "key"),
    ],
)
def test_one_bad_order_is_refused_alone(bad: Any, word: str) -> None:
    """Each row: a broken order beside a sound one; the sound one goes in, the other is named."""
    parsed = parse({"orders": [bad, ORDER]})
    assert [found.remote_key for found in parsed.orders] == ["1"]
    (refused,) = parsed.refused
    assert word in refused.sentence


@pytest.mark.parametrize(
    ("content", "keys", "refused"),
    [
        (f"{HEADER}\n{ROW}\n", ["1"], 0),
        (f"\ufeff{HEADER}\r\n{ROW}\r\n\r\n", ["1"], 0),
        (f"sep=;\n{HEADER}\n{ROW}\n", ["1"], 0),
        (f"{HEADER.upper()}\n{ROW}", ["1"], 0),
        (f"{HEADER};extra\n{ROW};\n", ["1"], 0),
        (f"{HEADER}\n{ROW}\n{ROW.replace('1;', '2;', 1)};too;many\n", ["1"], 1),
        (f"{HEADER}\n;CZK;1\n{ROW}\n", ["1"], 1),
        (f"{HEADER}\n{ROW.replace('1;', '2;', 1)}\n{ROW}\n2;;;;;;;;shipping;;Doprava;1;\n", ["2", "1"], 0),
        (HEADER, [], 0),
    ],
    ids=[
        "plain", "mark and CRLF", "sep line", "capitals", "unknown column", "too many cells", "no key", "rows apart",
        "heading only",
    ],
)  # fmt: skip
def test_csv_tables(content: str, keys: list[str], refused: int) -> None:
    """Each row: a table, the orders in it, and how many were refused."""
    parsed = parse(content.encode())
    assert [found.remote_key for found in parsed.orders] == keys
    assert len(parsed.refused) == refused


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16"])
def test_csv_in_every_spelling(delimiter: str, encoding: str) -> None:
    """Delimiter and encoding are found out, whichever a spreadsheet has used."""
    content = f"{HEADER}\n{ROW}\n".replace("242,00", "242.00").replace("121,00", "121.00").replace(";", delimiter)
    (found,) = parse(content.encode(encoding)).orders
    assert (found.ship_to.street, found.total_amount) == ("Dlouhá 1", 24200)
    assert decide_holds(found, KNOWN) == ()


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "NOT_AN_ORDER_FILE", "empty"),
        (b" \n\t ", "NOT_AN_ORDER_FILE", "empty"),
        (b"\x89PNG\r\n\x1a\n....", "NOT_AN_ORDER_FILE", "PNG"),
        (b"%PDF-1.7", "NOT_AN_ORDER_FILE", "PDF"),
        (b"PK\x03\x04xl/workbook.xml", "NOT_AN_ORDER_FILE", "Excel"),
        (b"<!doctype html><title>Log in</title>", "NOT_AN_ORDER_FILE", "Log in"),
        (b"\x00\x01\x02\x03", "NOT_AN_ORDER_FILE", "binary"),
        (b"hello", "NOT_AN_ORDER_FILE", "hello"),
        (b"a;b;c;d\n1;2;3;4\n", "NOT_AN_ORDER_FILE", "order_key"),
        (b"[1, 2]", "NOT_AN_ORDER_FILE", "list of 2"),
        (b"{}", "NOT_AN_ORDER_FILE", "empty JSON"),
        (b'"text"', "NOT_AN_ORDER_FILE", "text"),
        (b'{"id": 1, "name": "Tea", "sku": "TEA-1", "price": "3"}', "NOT_AN_ORDER_FILE", "sku"),
        (b'{"code": "rest_forbidden", "message": "Sorry", "data": {"status": 401}}', "NOT_AN_ORDER_FILE", "Sorry"),
        (b'{"orders": [{"key": "1", ', "ORDER_FILE_BROKEN", "line 1"),
        (b'[{"key": 1}\n, nonsense]', "ORDER_FILE_BROKEN", "line 2"),
        (b'{"key": NaN, "lines": []}', "ORDER_FILE_BROKEN", "NaN"),
        (b"[" * 100_000, "ORDER_FILE_BROKEN", ""),
        (b'{"id": ' + b"9" * 5_000 + b', "line_items": []}', "ORDER_FILE_BROKEN", ""),
    ],
)
def test_what_is_no_order_file(content: bytes, code: str, word: str) -> None:
    """Each row: bytes of some origin, the problem, and what its sentence says came."""
    with pytest.raises(Problem) as refused:
        parse(content)
    assert refused.value.code == code
    assert word in refused.value.sentence
    assert refused.value.expected
    assert refused.value.cure


@pytest.mark.parametrize("content", [b"[]", b'{"orders": []}', b'{"data": []}'])
def test_a_list_without_orders_is_a_file(content: bytes) -> None:
    """A shop with nothing new is not an error."""
    assert parse(content).orders == ()


def test_a_trailing_comma_is_forgiven() -> None:
    """Some exporters leave one; commas inside of texts stay."""
    content = json.dumps(ORDER | {"note": "a ,] b"}).encode()[:-1] + b",}"
    (found,) = parse(content).orders
    assert found.buyer_note == "a ,] b"


@pytest.mark.parametrize(
    ("written", "minor"),
    [("1 234,50", 123450), ("1.234,50", 123450), ("1,234.50", 123450), ("99.9", 9990), (12, 1200), ("-3", -300)],
)
def test_amounts_as_people_write_them(written: Any, minor: int) -> None:
    """Decimal comma or point, with or without separated thousands."""
    amounts = Amounts("CZK")
    assert amounts.read(written, "total") == minor
    assert amounts.found == []


@pytest.mark.parametrize("written", ["abc", [], True, "1e99", "∞", {"a": 1}])
def test_unreadable_amounts_are_named(written: Any) -> None:
    """They count as nothing and leave a hold."""
    amounts = Amounts("CZK")
    assert amounts.read(written, "total") == 0
    assert amounts.found[0].values["field"] == "total"


@pytest.mark.parametrize(
    ("written", "quantity"),
    [("2.000", "2.000"), (" 3 ", "3"), ("1,5", "1.5"), ("1e400000", None), ("NaN", None), (None, None), ([], None)],
)
def test_quantities(written: Any, quantity: str | None) -> None:
    """Numbers of people's size; everything else is none, and never takes a second to find out."""
    found = read_quantity(written)
    assert (None if found is None else str(found)) == quantity


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-02T09:15:00+01:00", "2026-03-02T08:15:00+00:00"),
        ("2026-03-02T09:15:00Z", "2026-03-02T09:15:00+00:00"),
        ("2026-07-02 09:15", "2026-07-02T07:15:00+00:00"),
        ("2. 3. 2026 9:15", "2026-03-02T08:15:00+00:00"),
        ("02.03.2026", "2026-03-01T23:00:00+00:00"),
        ("0000-00-00T00:00:00", None),
        ("1970-01-01", None),
        ("yesterday", None),
        (5, None),
    ],
)
def test_times(written: Any, utc: str | None) -> None:
    """With offset as written, without in the shop's zone; nonsense and zero dates are no time."""
    found = read_time(written, "Europe/Prague")
    assert (None if found is None else found.isoformat()) == utc


SHOP_HEAD = (
    "order_key;currency;order_total;name;street;city;zip;country;kind;sku;line_name;quantity;unit_price;line_total"
)
SHOP_ROWS = (
    '1;CZK;"1 234,50 Kč";Jana Nováková;"Dlouhá 1\nvchod B";Brno;602 00;CZ;goods;TEA-1;Čaj;1;1 155,50 Kč;',
    "1;CZK;;;;;;;shipping;;Doprava;;;79,00 Kč",
)


@pytest.mark.parametrize(
    "rows",
    [
        (SHOP_HEAD, *SHOP_ROWS),
        (SHOP_HEAD + ";", *(row + ";" for row in SHOP_ROWS)),
        (SHOP_HEAD, *(row + ";;" for row in SHOP_ROWS)),
        (";;;", SHOP_HEAD, *SHOP_ROWS),
        (SHOP_HEAD, SHOP_ROWS[0], SHOP_HEAD, SHOP_ROWS[1]),
        (SHOP_HEAD + ";name", *(row + ";" for row in SHOP_ROWS)),
        (SHOP_HEAD, SHOP_ROWS[0].replace(";1;1 155,50 Kč", ";1 ks;1.155,50 CZK"), SHOP_ROWS[1]),
        (SHOP_HEAD, SHOP_ROWS[0], SHOP_ROWS[1].replace("79,00 Kč", "79,-")),
    ],
    ids=["plain", "end", "empty cells", "blank top", "two headings", "column twice", "pieces", "dash"],
)
@pytest.mark.parametrize("encoding", ["cp1250", "utf-8-sig", "utf-16"])
def test_tables_as_shops_and_spreadsheets_write_them(rows: tuple[str, ...], encoding: str) -> None:
    """Sums with blanks and Kč, breaks inside of cells, empty cells behind, headings twice: always the same order."""
    parsed = parse_file("\r\n".join(rows).encode(encoding), RULES)
    assert parsed.refused == ()
    (found,) = parsed.orders
    assert (found.total_amount, found.ship_to.name, found.ship_to.street) == (
        123450,
        "Jana Nováková",
        "Dlouhá 1 vchod B",
    )
    assert [(line.kind, line.quantity, line.total_amount) for line in found.lines] == [
        ("goods", Decimal(1), 115550),
        ("shipping", Decimal(1), 7900),
    ]


@pytest.mark.parametrize(
    ("written", "currency", "amount"),
    [
        ("12 990 Ft", "HUF", 1299000), ("12.990 Ft", "HUF", 1299000), ("1.234.567", "HUF", 123456700),
        ("€ 12.90", "EUR", 1290), ("12,90 EUR", "EUR", 1290), ("199,-", "CZK", 19900), ("\u22125,00 Kč", "CZK", -500),
        ("CZK 1,234.50", "CZK", 123450), ("5 €", "CZK", None), ("12 tolarů", "CZK", None), ("Kč", "CZK", None),
    ],
)  # fmt: skip
def test_marks_of_currencies(written: str, currency: str, amount: int | None) -> None:
    """A mark of the order's own currency is read over; another currency's is no amount of this order."""
    amounts = Amounts(currency)
    assert amounts.read(written, "total") == (amount or 0)
    assert bool(amounts.found) == (amount is None)


@pytest.mark.parametrize(
    ("country", "code", "holds"),
    [
        ("sk", "SK", []), ("Slovensko", "SK", []), ("Slovenská republika", "SK", []), ("SVK", "SK", []),
        ("Česko", "CZ", []), ("MAGYARORSZÁG", "HU", []), ("Rakúsko", "AT", []), ("", "", []),
        ("Narnie", "NARNIE", ["ADDRESS_INCOMPLETE"]), ("S1", "S1", ["ADDRESS_INCOMPLETE"]),
    ],
)  # fmt: skip
def test_countries_by_their_names(country: str, code: str, holds: list[str]) -> None:
    """A name is turned into its code; one that nobody knows holds the order, and is never taken for the shop's own."""
    content = {**ORDER, "ship_to": {**ADDRESS, "country": country}}
    assert parse(content).orders[0].ship_to.country == code
    assert holds_of(content) == holds


@pytest.mark.parametrize(
    ("payment", "read"), [("dobírka", "cod"), ("Na dobierku", "cod"), ("Utánvét", "cod"), ("prepaid", "prepaid")]
)
def test_cash_on_delivery_in_the_languages_of_shops(payment: str, read: str) -> None:
    """The driver asks for the money also where the table says it in Czech, Slovak or Hungarian."""
    assert parse({**ORDER, "payment": payment}).orders[0].payment == read
