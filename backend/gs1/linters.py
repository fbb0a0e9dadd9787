"""One small check for each rule the GS1 syntax dictionary names for a component of an element string.

A linter takes the component's text and answers None, or the dictionary's own name of the mistake without its
`GS1_LINTER_` prefix. Character sets are checked here too (`csetnumeric`, `cset82`, `cset39`, `cset64`), so that a
component is judged by one list of names. Not judged: North American coupons (AIs 8110 and 8112) and whether a company
prefix is really allotted, which needs a register.
"""

from __future__ import annotations

from collections.abc import Callable

from backend.gs1.check_digits import CSET82, alphanumeric_pair, iban_rest, is_digits, mod10_fits
from backend.gs1.code_lists import COUNTRIES, COUNTRIES_ALPHA_2, CURRENCIES, PACKAGE_TYPES

Linter = Callable[[str], str | None]

_CSET82 = frozenset(CSET82)
_CSET39 = frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_CSET64 = frozenset("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_IBAN = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_HEX = frozenset("0123456789ABCDEFabcdef")
_MEDIA_TYPES = frozenset(f"{code:02d}" for code in (*range(1, 11), *range(80, 100)))
_MONTH_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_LAST_DAYS = {f"{month:02d}": str(_MONTH_DAYS[month]) for month in range(1, 13)}


def month_days(year: int, month: int) -> int:
    """Days of a month of the Gregorian calendar; month 1 to 12."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 if month == 2 and not leap else _MONTH_DAYS[month]


def lint_csetnumeric(text: str) -> str | None:
    return None if not text or is_digits(text) else "NON_DIGIT_CHARACTER"


def lint_cset82(text: str) -> str | None:
    return None if _CSET82.issuperset(text) else "INVALID_CSET82_CHARACTER"


def lint_cset39(text: str) -> str | None:
    return None if _CSET39.issuperset(text) else "INVALID_CSET39_CHARACTER"


def lint_cset64(text: str) -> str | None:
    body = text.rstrip("=")
    if not _CSET64.issuperset(body):
        return "INVALID_CSET64_CHARACTER"
    padding = len(text) - len(body)
    return "INVALID_CSET64_PADDING" if padding and (padding > 2 or len(text) % 3) else None


def lint_csum(text: str) -> str | None:
    if not text:
        return "TOO_SHORT_FOR_CHECK_DIGIT"
    if not is_digits(text):
        return "NON_DIGIT_CHARACTER"
    return None if mod10_fits(text) else "INCORRECT_CHECK_DIGIT"


def lint_csumalpha(text: str) -> str | None:
    if len(text) < 2:
        return "TOO_SHORT_FOR_CHECK_PAIR"
    body = text[:-2]
    if not _CSET82.issuperset(body):
        return "INVALID_CSET82_CHARACTER"
    return None if alphanumeric_pair(body) == text[-2:] else "INCORRECT_CHECK_PAIR"


def lint_gcppos1(text: str) -> str | None:
    if len(text) < 4:
        return "TOO_SHORT_FOR_GCP"
    return None if is_digits(text[:4]) else "INVALID_GCP_PREFIX"


def lint_gcppos2(text: str) -> str | None:
    return lint_gcppos1(text[1:])


def _date_linter(digits: int, day_00: bool) -> Linter:
    def lint(text: str) -> str | None:
        if len(text) != digits:
            return "DATE_TOO_SHORT" if len(text) < digits else "DATE_TOO_LONG"
        if not is_digits(text):
            return "NON_DIGIT_CHARACTER"
        month, day = text[-4:-2], text[-2:]
        last = _LAST_DAYS.get(month)
        if last is None:
            return "ILLEGAL_MONTH"
        # Equally long digits compare like numbers.
        if day == "00":
            return None if day_00 else "ILLEGAL_DAY"
        if day > last:
            return "ILLEGAL_DAY"
        if month == "02" and day == "29":
            # Two-digit years all lie within 1951 to 2099, where every fourth year is a leap year.
            year = int(text[:-4]) if digits == 8 else 2000 + int(text[:2])
            return None if month_days(year, 2) == 29 else "ILLEGAL_DAY"
        return None

    return lint


def _clock_linter(name: str, limit: int) -> Linter:
    def lint(text: str) -> str | None:
        if len(text) != 2:
            return f"{name}_TOO_SHORT" if len(text) < 2 else f"{name}_TOO_LONG"
        if not is_digits(text):
            return "NON_DIGIT_CHARACTER"
        return None if int(text) < limit else f"ILLEGAL_{name}"

    return lint


def lint_hhmi(text: str) -> str | None:
    if len(text) != 4:
        return f"HOUR_WITH_MINUTE_TOO_{'SHORT' if len(text) < 4 else 'LONG'}"
    if not is_digits(text):
        return "NON_DIGIT_CHARACTER"
    if int(text[:2]) > 23:
        return "ILLEGAL_HOUR"
    return None if int(text[2:]) < 60 else "ILLEGAL_MINUTE"


def _degree_linter(name: str, limit: int) -> Linter:
    def lint(text: str) -> str | None:
        if len(text) != 10:
            return f"{name}_INVALID_LENGTH"
        if not is_digits(text):
            return "NON_DIGIT_CHARACTER"
        return None if int(text) <= limit else f"INVALID_{name}"

    return lint


def _member_linter(allowed: frozenset[str], mistake: str) -> Linter:
    return lambda text: None if text in allowed else mistake


def lint_iban(text: str) -> str | None:
    if len(text) <= 10:
        return "IBAN_TOO_SHORT"
    if text[:2] not in COUNTRIES_ALPHA_2:
        return "ILLEGAL_IBAN_COUNTRY_CODE"
    if not _IBAN.issuperset(text):
        return "INVALID_IBAN_CHARACTER"
    return None if iban_rest(text) == 1 else "INCORRECT_IBAN_CHECKSUM"


def lint_importeridx(text: str) -> str | None:
    if len(text) != 1:
        return "IMPORTER_IDX_MUST_BE_ONE_CHARACTER"
    return None if text in _CSET64 else "INVALID_IMPORT_IDX_CHARACTER"


def lint_hyphen(text: str) -> str | None:
    return None if text and not text.strip("-") else "NOT_HYPHEN"


def lint_zero(text: str) -> str | None:
    return None if text and not text.strip("0") else "NOT_ZERO"


def lint_nonzero(text: str) -> str | None:
    if not is_digits(text):
        return "NON_DIGIT_CHARACTER"
    return None if text.strip("0") else "ILLEGAL_ZERO_VALUE"


def lint_nozeroprefix(text: str) -> str | None:
    if text and not is_digits(text):
        return "NON_DIGIT_CHARACTER"
    return "ILLEGAL_ZERO_PREFIX" if text.startswith("0") else None


def lint_hasnondigit(text: str) -> str | None:
    return "REQUIRES_NON_DIGIT_CHARACTER" if not text or is_digits(text) else None


def lint_pcenc(text: str) -> str | None:
    for piece in text.split("%")[1:]:
        if len(piece) < 2 or not _HEX.issuperset(piece[:2]):
            return "INVALID_PERCENT_SEQUENCE"
    return None


def lint_pieceoftotal(text: str) -> str | None:
    if not text or len(text) % 2:
        return "INVALID_LENGTH_FOR_PIECE_OF_TOTAL"
    if not is_digits(text):
        return "NON_DIGIT_CHARACTER"
    piece, total = int(text[: len(text) // 2]), int(text[len(text) // 2 :])
    if piece == 0:
        return "ZERO_PIECE_NUMBER"
    if total == 0:
        return "ZERO_TOTAL_PIECES"
    return "PIECE_NUMBER_EXCEEDS_TOTAL" if piece > total else None


def lint_posinseqslash(text: str) -> str | None:
    position, slash, end = text.partition("/")
    if not slash or not is_digits(position) or not is_digits(end):
        return "POSITION_IN_SEQUENCE_MALFORMED"
    if position[0] == "0" or end[0] == "0":
        return "ILLEGAL_ZERO_PREFIX"
    return "POSITION_EXCEEDS_END" if int(position) > int(end) else None


def lint_nothing(text: str) -> str | None:
    """Coupons: the text is taken as it stands."""
    return None


LINTERS: dict[str, Linter] = {
    "csetnumeric": lint_csetnumeric,
    "cset82": lint_cset82,
    "cset39": lint_cset39,
    "cset64": lint_cset64,
    "csum": lint_csum,
    "csumalpha": lint_csumalpha,
    "gcppos1": lint_gcppos1,
    "gcppos2": lint_gcppos2,
    "yymmd0": _date_linter(6, True),
    "yymmdd": _date_linter(6, False),
    "yyyymmd0": _date_linter(8, True),
    "yyyymmdd": _date_linter(8, False),
    "hh": _clock_linter("HOUR", 24),
    "mi": _clock_linter("MINUTE", 60),
    "ss": _clock_linter("SECOND", 60),
    "hhmi": lint_hhmi,
    "iban": lint_iban,
    "importeridx": lint_importeridx,
    "iso3166": _member_linter(COUNTRIES, "NOT_ISO3166"),
    "iso3166999": _member_linter(COUNTRIES | {"999"}, "NOT_ISO3166_OR_999"),
    "iso3166alpha2": _member_linter(COUNTRIES_ALPHA_2, "NOT_ISO3166_ALPHA2"),
    "iso4217": _member_linter(CURRENCIES, "NOT_ISO4217"),
    "iso5218": _member_linter(frozenset("0129"), "INVALID_BIOLOGICAL_SEX_CODE"),
    "latitude": _degree_linter("LATITUDE", 1_800_000_000),
    "longitude": _degree_linter("LONGITUDE", 3_600_000_000),
    "mediatype": _member_linter(_MEDIA_TYPES, "INVALID_MEDIA_TYPE"),
    "packagetype": _member_linter(PACKAGE_TYPES, "INVALID_PACKAGE_TYPE"),
    "winding": _member_linter(frozenset("019"), "INVALID_WINDING_DIRECTION"),
    "yesno": _member_linter(frozenset("01"), "NOT_ZERO_OR_ONE"),
    "hyphen": lint_hyphen,
    "zero": lint_zero,
    "nonzero": lint_nonzero,
    "nozeroprefix": lint_nozeroprefix,
    "hasnondigit": lint_hasnondigit,
    "pcenc": lint_pcenc,
    "pieceoftotal": lint_pieceoftotal,
    "posinseqslash": lint_posinseqslash,
    "couponcode": lint_nothing,
    "couponposoffer": lint_nothing,
}
