"""Money is an integer of minor units with a currency; the outside world writes decimals as text."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import msgspec

from backend.platform.errors import Problem

MINOR_DIGITS = {"HUF": 2, "JPY": 0, "KRW": 0}
"""Digits after the decimal point, ISO 4217, where it is not two. HUF keeps two: shops price in fillér fractions."""


class Money(msgspec.Struct, frozen=True):
    """`amount` in minor units of `currency` (ISO 4217 code)."""

    amount: int
    currency: str


def parse_amount(text: str | float | Decimal, currency: str) -> int:
    """Minor units of a decimal written by a partner ("1 234,50", "99.9", 12). Rounds half up.

    Raises `Problem` AMOUNT_UNREADABLE where the text is no finite number.
    """
    written = str(text).strip().replace("\u00a0", "").replace(" ", "")
    if "," in written and "." not in written:
        written = written.replace(",", ".")
    elif "," in written:
        written = written.replace(",", "")
    try:
        value = Decimal(written or "0")
        if not value.is_finite() or abs(value) > Decimal(10) ** 15:
            raise InvalidOperation
    except InvalidOperation:
        raise Problem(
            "AMOUNT_UNREADABLE",
            f"Expected an amount of money such as 123.45, got {str(text)[:40]!r}; correct the file.",
            expected="123.45",
            got=str(text)[:40],
        ) from None
    digits = MINOR_DIGITS.get(currency, 2)
    return int((value * (10**digits)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def format_amount(amount: int, currency: str) -> str:
    """`123450`, CZK -> `1234.50 CZK`: for sentences and logs; screens format by language themselves."""
    digits = MINOR_DIGITS.get(currency, 2)
    return f"{Decimal(amount).scaleb(-digits):.{digits}f} {currency}"
