"""Reading what partners write: bytes to text, text to amounts, quantities, times. Nothing here trusts anything."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.orders.holds import Hold
from backend.orders.incoming import clean
from backend.platform.errors import Problem
from backend.platform.money import MINOR_DIGITS, parse_amount

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
        return _unmarked_utf16(content)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _damaged_or_windows(content)


def _unmarked_utf16(content: bytes) -> str:
    """UTF-16 whose mark was lost: every second byte of what begins an order file is zero."""
    even, odd = content[:8:2], content[1:8:2]
    encoding = "utf-16-le" if not any(odd) and all(even) else "utf-16-be" if not any(even) and all(odd) else ""
    try:
        return content.decode(encoding) if encoding else _binary()
    except UnicodeDecodeError:
        return _binary()


def _binary() -> NoReturn:
    raise not_an_order_file("binary content")


def _damaged_or_windows(content: bytes) -> str:
    """A letter cut in two must not turn every name of a UTF-8 file into nonsense, so the letters that are whole vote."""
    damaged = content.decode("utf-8-sig", "replace")
    broken = damaged.count("\ufffd")
    whole = sum(1 for character in damaged if character > "\x7f") - broken
    return damaged if whole > broken else content.decode("cp1250", "replace")


def decode_json(text: str) -> Any:
    """JSON with exact decimals. A comma before a closing bracket is forgiven, as some exporters leave one.

    Several values one after another, as JSON lines, become a list. Raises `Problem` ORDER_FILE_BROKEN with line and
    column.
    """
    try:
        return _read_json(text)
    except json.JSONDecodeError as error:
        try:
            return _read_json(_TRAILING_COMMA.sub(lambda found: found.group(1) or "", text))
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


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant, strict=False)
_BETWEEN_VALUES = re.compile(r"[\s\x1e,]*")


def _read_json(text: str) -> Any:
    """The value of the text, or a list of them where it holds JSON lines. Line breaks inside of texts are borne."""
    values: list[Any] = []
    place = len(text) - len(text.lstrip())
    while place < len(text) or not values:
        value, end = _JSON.raw_decode(text, place)
        if values and not isinstance(value, (dict, list)):
            raise json.JSONDecodeError("Extra data", text, place)
        values.append(value)
        place = _after_gap(text, end)
    return values[0] if len(values) == 1 else values


def _after_gap(text: str, place: int) -> int:
    gap = _BETWEEN_VALUES.match(text, place)
    return gap.end() if gap else place


def as_list(value: Any) -> list[Any]:
    """The list, or nothing where a partner sends null, false or an empty object for an empty list."""
    return value if isinstance(value, list) else []


def as_entries(value: Any) -> Any:
    """The value, or its entries where PHP turned a list with gaps into an object: {"0": .., "2": ..}."""
    if isinstance(value, dict) and value and all(str(name).isdecimal() for name in value):
        return list(value.values())
    return value


def as_object(value: Any) -> dict[str, Any]:
    """The object, or nothing: PHP sends an empty list for an empty object."""
    return value if isinstance(value, dict) else {}


def read_quantity(value: Any) -> Decimal | None:
    """A quantity as written, such as 2, "2.000", "1,5" or "2 ks"; None where it is no number or beyond all sense."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        number = Decimal(_plain_number(_PIECES.sub("", str(value))))
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and not -6 <= number.adjusted() <= 9):
        return None
    return number


def _plain_number(text: str) -> str:
    """One decimal point, no thousands separators: "1.234,50", "1,234.50" and "1 234,50" are all 1234.50."""
    plain = "".join(text.split()).replace("\u2212", "-")
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        return plain.replace("." if comma > point else ",", "").replace(",", ".")
    if plain.count(".") > 1:
        return plain.replace(".", "")
    return plain.replace(",", ".") if plain.count(",") == 1 else plain.replace(",", "")


_MARKS = {
    "kč": ("CZK",), "kc": ("CZK",), "€": ("EUR",), "eur": ("EUR",), "euro": ("EUR",), "ft": ("HUF",), "ft.": ("HUF",),
    "zł": ("PLN",), "zl": ("PLN",), "£": ("GBP",), "lei": ("RON",), "$": ("USD", "CAD", "AUD"),
}  # fmt: skip
"""What people write beside an amount, and the currencies it may mean."""
_MARKED = re.compile(r"(?P<before>[^\W\d_]+\.?|[€$£])?\s*(?P<number>[-+\u2212]?\s*\d[\d\s.,]*)(?P<after>.*)", re.DOTALL)
_PIECES = re.compile(r"(?<=\d)\s*(?:ks|kusy?|kusů|db|pcs?|szt)\.?\s*$", re.IGNORECASE)
_BARE = re.compile(r"-?\d+(?:\.\d+)?")
_EMPTY_FRACTION = re.compile(r"[.,][-\u2013\u2014]{1,2}")
_GROUPED = re.compile(r"[-+\u2212]?\d{1,3}(?:[.,]\d{3})+")


def _without_mark(text: str, currency: str) -> str:
    """The number of "1 234,50 Kč", "€ 12.90", "199,-" and "12.990 Ft"; the text as it is where the mark is not ours.

    Beside a mark people write for people: a single point before three digits parts thousands there.
    """
    whole = _EMPTY_FRACTION.sub("", text.strip())
    found = _MARKED.fullmatch(whole)
    if found is None:
        return text
    marks = [mark for mark in (found["before"], found["after"].strip()) if mark]
    known = all(mark.upper() == currency or currency in _MARKS.get(mark.casefold(), ()) for mark in marks)
    if not marks:
        return whole
    if not known:
        return text
    number = "".join(found["number"].split())
    return re.sub("[.,]", "", number) if _GROUPED.fullmatch(number) else number


class Amounts:
    """Reads the amounts of one order, remembers those that are none, and how finely the partner writes."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.found: list[Hold] = []
        self._written = 0
        self._decimals: int | None = None

    def read(self, value: Any, field: str, otherwise: int = 0) -> int:
        """Minor units; `otherwise` where nothing is written; 0 and a hold where it is unreadable."""
        if value is None or value == "":
            return otherwise
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            return self._unreadable(value, field)
        try:
            text = str(value)
            if not _BARE.fullmatch(text):  # hardly any amount of a program
                text = _plain_number(_without_mark(text, self.currency))
            amount = parse_amount(text, self.currency)
        except Problem:
            return self._unreadable(value, field)
        if abs(amount) > AMOUNT_MAX:
            return self._unreadable(value, field)
        self._written += amount != 0
        if isinstance(value, str):
            decimals = len(value) - 1 - point if (point := max(value.rfind("."), value.rfind(","))) >= 0 else 0
            self._decimals = max(decimals, self._decimals or 0)
        return amount

    def rounding_slack(self) -> int:
        """Minor units that rounding alone can explain: half a step of what is written, for each amount.

        Shops set to whole crowns or forints round each total and each tax to a whole one, but add before they round.
        """
        digits = MINOR_DIGITS.get(self.currency, 2)
        step = 10 ** max(0, digits - (digits if self._decimals is None else self._decimals))
        return int(self._written * step // 2)

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
