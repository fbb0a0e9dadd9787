"""Deliveries from files: what our example files say, and what is refused with a sentence."""

from datetime import date
from pathlib import Path

import pytest

from backend.inbound.receipt_file import parse_file
from backend.platform.errors import Problem

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
