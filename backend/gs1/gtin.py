"""Trade item numbers: GTIN-8, -12, -13 and -14 in one shape of 14 digits, and UPC-E unpacked."""

from __future__ import annotations

from backend.gs1.check_digits import is_digits, mod10_digit, mod10_fits

GTIN_LENGTHS = (8, 12, 13, 14)


def normalise_gtin(digits: str) -> str:
    """The 14 digits all lengths share. ValueError says what was expected when it is no GTIN."""
    if not is_digits(digits) or len(digits) not in GTIN_LENGTHS:
        raise ValueError(f"expected 8, 12, 13 or 14 digits, got {digits}")
    if not mod10_fits(digits):
        raise ValueError(f"expected check digit {mod10_digit(digits[:-1])}, got {digits[-1]} in {digits}")
    return digits.zfill(14)


def is_gtin(digits: str) -> bool:
    """True for a GTIN of any length whose check digit fits."""
    return len(digits) in GTIN_LENGTHS and is_digits(digits) and mod10_fits(digits)


def expand_upc_e(digits: str) -> str | None:
    """The 12 digits of UPC-A behind eight digits of UPC-E (number system 0 or 1, six digits, check digit).

    None when the eight digits are no UPC-E or the check digit of the unpacked number does not fit.
    """
    if len(digits) != 8 or not is_digits(digits) or digits[0] not in "01":
        return None
    body, last = digits[1:6], digits[6]
    if last in "012":
        middle = body[:2] + last + "0000" + body[2:]
    elif last == "3":
        middle = body[:3] + "00000" + body[3:]
    elif last == "4":
        middle = body[:4] + "00000" + body[4]
    else:
        middle = body + "0000" + last
    full = digits[0] + middle + digits[7]
    return full if mod10_fits(full) else None


def short_gtin(gtin: str) -> str:
    """A 14-digit GTIN as people know it: 13 digits, 8 for GTIN-8, 14 only when a packaging level is given."""
    if gtin.startswith("000000"):
        return gtin[6:]
    return gtin.removeprefix("0")
