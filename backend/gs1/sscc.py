"""Serial shipping container codes: 18 digits that name one logistic unit, never used twice within a year."""

from __future__ import annotations

from backend.gs1.check_digits import is_digits, mod10_digit, mod10_fits


def build_sscc(extension: int, company_prefix: str, serial: int) -> str:
    """18 digits from the extension digit (0-9), the company prefix (4 to 12 digits) and a serial number.

    ValueError when the serial needs more places than the prefix leaves it.
    """
    if not 0 <= extension <= 9:
        raise ValueError(f"expected an extension digit 0 to 9, got {extension}")
    if not is_digits(company_prefix) or not 4 <= len(company_prefix) <= 12:
        raise ValueError(f"expected a company prefix of 4 to 12 digits, got {company_prefix}")
    places = 16 - len(company_prefix)
    if not 0 <= serial < 10**places:
        raise ValueError(f"expected a serial below {10**places}, got {serial}; the number range is used up")
    body = f"{extension}{company_prefix}{serial:0{places}d}"
    return body + mod10_digit(body)


def is_sscc(digits: str) -> bool:
    """True for 18 digits whose check digit fits."""
    return len(digits) == 18 and is_digits(digits) and mod10_fits(digits)


def parse_sscc(digits: str, company_prefix: str) -> tuple[int, int] | None:
    """(extension, serial) of an SSCC issued under `company_prefix`; None when it is another company's or wrong."""
    if not is_sscc(digits) or not digits.startswith(company_prefix, 1):
        return None
    return int(digits[0]), int(digits[1 + len(company_prefix) : 17])
