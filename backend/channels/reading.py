"""Reading what partners write: bytes to text, text to amounts, quantities, times. Nothing here trusts anything."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.orders.holds import Hold
from backend.orders.incoming import clean
from backend.platform.errors import Problem
from backend.platform.money import parse_amount

EXPECTED = "an order file: JSON or CSV as in docs/order-file.md, or order JSON of WooCommerce"
SHOP_ZONE = "Europe/Prague"
AMOUNT_MAX = 10**13
"""Minor units; more is a slip of somebody's keyboard, and sums of thousands of lines must fit into the database."""
_SIGNATURES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP or Excel file"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x1f\x8b", "a gzip file"),
)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')


def not_an_order_file(got: str) -> Problem:
    return Problem(
        "NOT_AN_ORDER_FILE",
        f"Expected {EXPECTED}, got {got}; nothing was taken. Export the orders again and send that file.",
        expected=EXPECTED,
        got=got,
        cure="export_again",
    )


def decode_text(content: bytes) -> str:
    """Text of UTF-8 (with or without mark), UTF-16 with mark, or Windows-1250. Raises for what is no text."""
    if not content.strip():
        raise not_an_order_file("an empty file")
    for signature, name in _SIGNATURES:
        if content.startswith(signature):
            raise not_an_order_file(name)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise not_an_order_file("broken UTF-16 text") from None
    if b"\x00" in content:
        raise not_an_order_file("binary content")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1250", "replace")


def decode_json(text: str) -> Any:
    """JSON with exact decimals. A comma before a closing bracket is forgiven, as some exporters leave one.

    Raises `Problem` ORDER_FILE_BROKEN with line and column.
    """
    try:
        return _loads(text)
    except json.JSONDecodeError as error:
        try:
            return _loads(_TRAILING_COMMA.sub(lambda found: found.group(1) or "", text))
        except (ValueError, RecursionError):
            place, reason = f"line {error.lineno}, column {error.colno}", error.msg
    except (ValueError, RecursionError) as error:
        place, reason = "the whole", str(error)[:100] or type(error).__name__
    raise Problem(
        "ORDER_FILE_BROKEN",
        f"Expected well-formed JSON, got a fault at {place} ({reason}); the file may be cut off. Export it again.",
        expected="JSON",
        got=place,
        cure="export_again",
    )


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def as_list(value: Any) -> list[Any]:
    """The list, or nothing where a partner sends null, false or an empty object for an empty list."""
    return value if isinstance(value, list) else []


def as_object(value: Any) -> dict[str, Any]:
    """The object, or nothing: PHP sends an empty list for an empty object."""
    return value if isinstance(value, dict) else {}


def read_quantity(value: Any) -> Decimal | None:
    """A quantity as written, such as 2, "2.000" or "1,5"; None where it is no number or beyond all sense."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        number = Decimal(_plain_number(str(value)))
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and not -6 <= number.adjusted() <= 9):
        return None
    return number


def _plain_number(text: str) -> str:
    """One decimal point, no thousands separators: "1.234,50", "1,234.50" and "1 234,50" are all 1234.50."""
    plain = "".join(text.split()).replace("\u00a0", "").replace("\u202f", "")
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        return plain.replace("." if comma > point else ",", "").replace(",", ".")
    return plain.replace(",", ".") if plain.count(",") == 1 else plain.replace(",", "")


class Amounts:
    """Reads the amounts of one order and remembers the first that is none."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.found: list[Hold] = []

    def read(self, value: Any, field: str, otherwise: int = 0) -> int:
        """Minor units; `otherwise` where nothing is written; 0 and a hold where it is unreadable."""
        if value is None or value == "":
            return otherwise
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            return self._unreadable(value, field)
        try:
            amount = parse_amount(_plain_number(str(value)), self.currency)
        except Problem:
            return self._unreadable(value, field)
        return amount if abs(amount) <= AMOUNT_MAX else self._unreadable(value, field)

    def _unreadable(self, value: Any, field: str) -> int:
        self.found.append(Hold("AMOUNT_UNREADABLE", {"field": field, "got": clean(value)[:40] or type(value).__name__}))
        return 0


def read_time(value: Any, zone: str) -> datetime | None:
    """A point in time in UTC; text without an offset is read in `zone`. None where it is none."""
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed_or_none = _czech_time(text)
        if parsed_or_none is None:
            return None
        parsed = parsed_or_none
    if not 2000 <= parsed.year <= 2100:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone_of(zone))).astimezone(UTC)


def _czech_time(text: str) -> datetime | None:
    for pattern in ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y"):
        try:
            return datetime.strptime(text.replace(". ", ".", 2), pattern)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    return None


def zone_of(name: str) -> ZoneInfo:
    """The shop's time zone; Prague where the setting is wrong."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(SHOP_ZONE)
