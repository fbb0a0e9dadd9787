"""Carrier tracking numbers as they stand on Central European parcels, with the check digits that are known.

Sources: rules checked on real numbers. Packeta, PPL (11 digits), DPD (14 digits), Magyar Posta, DHL and Foxpost have no
check a barcode carries, so their numbers are recognised by shape only and `proven` stays false. GLS prints a check digit, but
not the same way in every country: it is advice, never a reason to refuse.
"""

from __future__ import annotations

import re

import msgspec

from backend.gs1.check_digits import (
    DPD_ALPHABET,
    czech_post_digit,
    gls_digit,
    mod10_digit,
    mod37_36_character,
    s10_digit,
    ups_digit,
)
from backend.gs1.code_lists import COUNTRIES_ALPHA_2


class TrackingReading(msgspec.Struct, frozen=True):
    """`numbers` best first. `proven` when a check digit says so. With an `error` there are no numbers."""

    carrier: str
    numbers: tuple[str, ...]
    proven: bool
    error: str | None = None


_LETTERED = re.compile(
    r"(?P<post>[A-Z]{2}[0-9]{10}[A-Z])"
    r"|(?P<s10>[A-Z]{2}[0-9]{9}[A-Z]{2})"
    r"|(?P<packeta>Z[0-9]{10})"
    r"|(?P<dpd>[0-9]{14}[A-Z])"
    r"|(?P<dpd_label>[0-9]{27}[A-Z])"
    r"|%(?P<dpd_barcode>[0-9]{27})"
    r"|(?P<ups>1Z[0-9A-Z]{15}[0-9])"
    r"|(?P<dhl>J(?:JD|D|VGL)[0-9]{10,21}|GM[0-9]{16,20})"
    r"|(?P<foxpost>CLFOX[0-9]{8,20})"
    r"|(?P<magyar>P[BN][0-9A-Z]{11}|JJH[0-9A-Z]{17}|[ER]L[0-9]{14})"
)


def _wrong(carrier: str, number: str, wanted: str, got: str) -> TrackingReading:
    sentence = f"expected check digit {wanted}, got {got} in {number}. Scan again or type the number."
    return TrackingReading(carrier, (), False, f"CHECK_DIGIT_WRONG: {sentence}")


def read_lettered(text: str) -> TrackingReading | None:
    """A tracking number with at least one letter; `text` in capitals, spaces allowed as printed by Packeta."""
    number = text.replace(" ", "")
    found = _LETTERED.fullmatch(number)
    if found is None:
        return None
    match found.lastgroup:
        case "post":
            wanted = czech_post_digit(number[2:11])
            if wanted != number[11]:
                return _wrong("cpost", number, wanted, number[11])
            return TrackingReading("cpost", (number,), True)
        case "s10":
            if number[11:] not in COUNTRIES_ALPHA_2:
                return None
            wanted = s10_digit(number[2:10])
            if wanted != number[10]:
                return _wrong("s10", number, wanted, number[10])
            return TrackingReading("s10", (number,), True)
        case "dpd":
            return _read_dpd(number[:14], number)
        case "dpd_label":
            return _read_dpd(number[7:21], number)
        case "dpd_barcode":
            return TrackingReading("dpd", (number[8:22],), False)
        case "ups":
            wanted = ups_digit(number[2:17])
            if wanted != number[17]:
                return _wrong("ups", number, wanted, number[17])
            return TrackingReading("ups", (number,), True)
        case carrier:
            return TrackingReading("magyar_posta" if carrier == "magyar" else str(carrier), (number,), False)


def _read_dpd(parcel: str, number: str) -> TrackingReading:
    wanted = mod37_36_character(number[:-1], DPD_ALPHABET)
    if wanted != number[-1]:
        return _wrong("dpd", number, wanted, number[-1])
    return TrackingReading("dpd", (parcel,), True)


def read_digits(digits: str) -> TrackingReading | None:
    """A tracking number of digits only, by its length; the caller weighs it against GTIN and SSCC."""
    length = len(digits)
    if length == 11:
        return TrackingReading("ppl", (digits,), False)
    if length == 12:
        # PPL's ITF and GLS both add one digit to 11; people and carriers' web pages know either form.
        if mod10_digit(digits[:11]) == digits[11]:
            return TrackingReading("ppl", (digits, digits[:11]), True)
        return TrackingReading("gls", (digits, digits[:11]), gls_digit(digits[:11]) == digits[11])
    if length == 14:
        return TrackingReading("dpd", (digits,), False)
    if length == 15 and mod37_36_character(digits[:14], DPD_ALPHABET) == digits[14]:
        return TrackingReading("dpd", (digits[:14],), True)
    if length == 27:
        return TrackingReading("dpd", (digits[7:21],), False)
    if length == 28 and mod37_36_character(digits[:27], DPD_ALPHABET) == digits[27]:
        return TrackingReading("dpd", (digits[7:21],), True)
    return None
