"""Deliveries from files: what our example files say, and what is refused with a sentence."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from backend.inbound.receipt_file import parse_file
from backend.inbound.receipt_headings import HEADINGS
from backend.orders.incoming import fold
from backend.platform.errors import Problem

BLANKS = str.maketrans("", "", " .")
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def test_the_documented_csv() -> None:
    """Rows of one reference belong together; days and marks as an office program writes them."""
    taken, refused = parse_file((EXAMPLES / "receipts.csv").read_bytes())
    assert [] == refused
    order, notice = taken
    assert ("OBJ-2026-031", "Medař Kutná Hora", date(2026, 11, 25), 2) == (
        order.reference, order.supplier, order.expected_on, len(order.lines),
    )  # fmt: skip
    assert ("395200000000000012", 48) == (notice.lines[0].sscc, notice.lines[0].quantity)


def test_the_documented_json() -> None:
    """A GTIN instead of an SKU, lot and date."""
    (notice,), refused = parse_file((EXAMPLES / "receipts.json").read_bytes())
    assert [] == refused
    line = notice.lines[1]
    assert ("09520000000011", True, "ML26A", date(2028, 1, 31)) == (line.code, line.is_gtin, line.lot, line.best_before)


def test_a_table_of_a_czech_office_program() -> None:
    """Windows-1250, semicolons, its own headings, decimal comma, blanks in thousands, days with a midnight."""
    text = (
        "Číslo objednávky;Dodavatel;Termín dodání;Kód zboží;EAN;Množství;Šarže;Datum spotřeby;Poznámka\r\n"
        "OV-260117;Mlýn Žďár, s.r.o.;25. 11. 2026;;8591234567893;1\u00a0250,000;Š-7;31.05.2027 0:00:00;Křehké; sklo\r\n"
        "OV-260117;;;MOUKA-01;;24,00;;;\r\n"
    )
    (order,), refused = parse_file(text.encode("cp1250"))

    assert [] == refused
    assert ("OV-260117", "Mlýn Žďár, s.r.o.", date(2026, 11, 25)) == (
        order.reference,
        order.supplier,
        order.expected_on,
    )
    assert [("08591234567893", 1250, "Š-7", date(2027, 5, 31)), ("MOUKA-01", 24, "", None)] == [
        (line.code, line.quantity, line.lot, line.best_before) for line in order.lines
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "Objednávka č.;Počet kusov;Kód tovaru",
        "RENDELÉS SZÁMA;Darabszám;Cikkszám",
        "Order number;Qty;Item",
        "reference;quantity;sku",
    ],
)
def test_headings_of_the_region(heading: str) -> None:
    """Four languages, capitals, accents and marks aside."""
    (order,), refused = parse_file(f"{heading}\nR-1;5;X-1\n".encode("cp1250"))
    assert ([], "R-1", "X-1", 5) == (refused, order.reference, order.lines[0].code, order.lines[0].quantity)


def test_no_heading_means_two_columns() -> None:
    """A heading that stood under two names would take the column of the other."""
    meant = {(fold(each).translate(BLANKS), name) for name, headings in HEADINGS.items() for each in headings}
    assert [] == [each for each, many in Counter(bare for bare, _ in meant).items() if many > 1]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("R;;5", "got none"), ("R;X;0", "quantity"), ("R;X;1.5", "quantity"), ("R;X;a", "quantity"), (";X;5", "reference"),
        ("R;X;5;9520000000012", "check digit"),
    ],
)  # fmt: skip
def test_a_bad_line_refuses_its_delivery_only(row: str, says: str) -> None:
    """The sentence names what was expected; the good delivery of the same file is taken."""
    if row.count(";") == 3:
        row = row.replace(";X;", ";;")
    text = "reference;sku;quantity;gtin\n" + row + "\nGOOD;X;5;\n"
    taken, refused = parse_file(text.encode("cp1250"))
    assert ["GOOD"] == [each.reference for each in taken]
    assert says in refused[0].sentence


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04junk",
        b"a;b;c\n1;2;3\n",
        b'{"receipts": 5}',
        b"{",
        b"\xff\xfe\x00",
        b"reference;quantity\nR;1\n",
    ],
)
def test_what_is_no_such_file(content: bytes) -> None:
    """Refused as a whole, nothing is taken."""
    with pytest.raises(Problem) as caught:
        parse_file(content)
    assert "NOT_A_RECEIPT_FILE" == caught.value.code


def test_a_reference_that_is_too_long_refuses_its_delivery_only() -> None:
    """It is told by its place; the good delivery beside it is taken."""
    taken, refused = parse_file(f"reference;sku;quantity\n{'R' * 65};X;1\nGOOD;X;5\n".encode())
    assert ["GOOD"] == [each.reference for each in taken]
    assert [("delivery 1", "TEXT_TOO_LONG")] == [(each.reference, each.code) for each in refused]
