"""GS1 element strings: "01" + GTIN + "17" + date + "10" + lot, with separators only where a length is open.

Reading is strict: an unknown AI, a wrong length, a character outside the set, a wrong check digit or an impossible
date makes the whole string an error, because half a reading is how wrong lots get into a warehouse. What AIs should
stand together is told separately (`check_pairs`): a carton may carry its lot in a second symbol.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from backend.gs1.application_identifiers import AI_LENGTHS, AIS
from backend.gs1.check_digits import mod10_digit
from backend.gs1.linters import month_days

SEPARATOR = "\x1d"
# Two-digit years need to know today's; the caller passes it where it matters. Until 2028 this one gives the same dates.
REFERENCE_YEAR = 2026
AGAIN = "Scan again or type the number."

_ITEM_AIS = frozenset(("01", "02", "03", "8006", "8026"))
_PLAIN_KEYS = {"10": "lot:", "21": "serial:", "00": "sscc:"}

# What a linter wants, in words, for the error sentence. A linter not named here is described by its own mistake.
_WANTED = {
    "cset82": "letters, digits and !\"%&'()*+,-./:;<=>?_",
    "cset39": "capital letters, digits and #-/",
    "cset64": "letters, digits, - and _",
    "yymmd0": "a date YYMMDD, day 00 = end of month",
    "yymmdd": "a date YYMMDD",
    "yyyymmdd": "a date YYYYMMDD",
    "hhmi": "a time HHMM",
    "hh": "an hour 00-23",
    "mi": "minutes 00-59",
    "ss": "seconds 00-59",
    "iso3166": "a country number of ISO 3166",
    "iso3166999": "a country number of ISO 3166 or 999",
    "iso3166alpha2": "a country code of ISO 3166",
    "iso4217": "a currency number of ISO 4217",
    "pieceoftotal": "piece and total, piece not above total",
    "packagetype": "a package type code",
}


class ElementReading(msgspec.Struct, frozen=True):
    """`elements` maps AI to value in the order read; `error` is "CODE: sentence" or None. On an error `elements`
    holds what was read before it."""

    elements: dict[str, str]
    error: str | None = None


def describe_mistake(ai: str, mistake: str, linter: str, piece: str) -> str:
    """The error sentence "CODE: (ai) expected ..., got ...". `piece` is the part of the value that is wrong."""
    shown = piece.replace(SEPARATOR, "<GS>")
    if mistake == "INCORRECT_CHECK_DIGIT":
        wanted = mod10_digit(piece[:-1])
        return f"CHECK_DIGIT_WRONG: ({ai}) expected check digit {wanted}, got {piece[-1]} in {shown}. {AGAIN}"
    if not linter:
        entry = AIS[ai]
        low, high = entry.min_length, entry.max_length
        length = str(low) if low == high else f"{low} to {high}"
        return f"{mistake}: ({ai}) expected {length} characters, got {len(piece)} in {shown}. {AGAIN}"
    wanted = "digits" if mistake == "NON_DIGIT_CHARACTER" else _WANTED.get(linter, linter)
    return f"{mistake}: ({ai}) expected {wanted}, got {shown}. {AGAIN}"


def read_elements(text: str) -> ElementReading:
    """Read an element string without its leading FNC1; `SEPARATOR` (0x1D) ends values of open length.

    The same AI may stand twice with the same value. A separator after a value of predefined length, or at the very
    end, does no harm.
    """
    elements: dict[str, str] = {}
    at, end_of_text = 0, len(text)
    if not end_of_text:
        return ElementReading(elements, f"EMPTY: expected an element string, got nothing. {AGAIN}")
    while at < end_of_text:
        ai = text[at : at + AI_LENGTHS.get(text[at : at + 2], 0)]
        entry = AIS.get(ai)
        if entry is None:
            shown = text[at : at + 4].replace(SEPARATOR, "<GS>")
            return ElementReading(elements, f"UNKNOWN_AI: expected an application identifier, got {shown}. {AGAIN}")
        at += len(ai)
        if entry.predefined:
            value = text[at : at + entry.max_length]
            at += entry.max_length
            if SEPARATOR in value:
                value = value[: value.index(SEPARATOR)]
            elif text[at : at + 1] == SEPARATOR:
                at += 1
        else:
            end = text.find(SEPARATOR, at)
            value = text[at:] if end < 0 else text[at:end]
            at = end_of_text if end < 0 else end + 1
        mistake = entry.check(value)
        if mistake is not None:
            return ElementReading(elements, describe_mistake(ai, *mistake))
        if elements.setdefault(ai, value) != value:
            first = elements[ai]
            return ElementReading(elements, f"REPEATED_AI: ({ai}) expected {first} again, got {value}. {AGAIN}")
    return ElementReading(elements)


def read_bracketed(text: str) -> ElementReading:
    """Read the human form "(01)...(10)..."; a backslash before "(" makes it part of a value."""
    elements: dict[str, str] = {}
    pieces = text.replace("\\(", "\x00").split("(")
    if pieces[0] or len(pieces) == 1:
        return ElementReading(elements, f"UNKNOWN_AI: expected (AI) first, got {text[:4]}. {AGAIN}")
    for piece in pieces[1:]:
        ai, bracket, value = piece.partition(")")
        value = value.replace("\x00", "(")
        entry = AIS.get(ai)
        if entry is None or not bracket:
            return ElementReading(elements, f"UNKNOWN_AI: expected an application identifier, got ({piece}. {AGAIN}")
        mistake = entry.check(value)
        if mistake is not None:
            return ElementReading(elements, describe_mistake(ai, *mistake))
        if elements.setdefault(ai, value) != value:
            first = elements[ai]
            return ElementReading(elements, f"REPEATED_AI: ({ai}) expected {first} again, got {value}. {AGAIN}")
    return ElementReading(elements)


def build_elements(elements: dict[str, str]) -> str:
    """The element string without its leading FNC1, in the order given, separators only where needed.

    ValueError with the error sentence when a value does not fit its AI.
    """
    parts = []
    last = len(elements) - 1
    for place, (ai, value) in enumerate(elements.items()):
        entry = AIS.get(ai)
        if entry is None:
            raise ValueError(f"expected an application identifier, got {ai}")
        mistake = entry.check(value)
        if mistake is not None:
            raise ValueError(describe_mistake(ai, *mistake))
        parts.append(f"{ai}{value}" if entry.predefined or place == last else f"{ai}{value}{SEPARATOR}")
    return "".join(parts)


def build_bracketed(elements: dict[str, str]) -> str:
    """The human readable line under a barcode: "(01)...(10)..."."""
    return "".join(f"({ai}){value}" for ai, value in elements.items())


def _matches(pattern: str, ai: str) -> bool:
    fixed = pattern.rstrip("n")
    return len(pattern) == len(ai) and ai.startswith(fixed)


def _present(pattern: str, ais: tuple[str, ...]) -> bool:
    return pattern in ais or (pattern[-1] == "n" and any(_matches(pattern, ai) for ai in ais))


def _serialised(elements: dict[str, str]) -> bool:
    lengths = {"253": 13, "255": 13, "8003": 14}
    return all(len(elements[ai]) > length for ai, length in lengths.items() if ai in elements)


def check_pairs(elements: dict[str, str]) -> tuple[str, ...]:
    """Sentences "CODE: ..." for AIs that must not, or must, stand together. Judge all symbols of one item at once."""
    complaints = _check_ais(tuple(elements))
    if "8030" in elements and not _serialised(elements):
        complaints = (*complaints, "AI_REQUIRED: (8030) expected with a serialised key, got a key without serial.")
    return complaints


@lru_cache(maxsize=1024)
def _check_ais(ais: tuple[str, ...]) -> tuple[str, ...]:
    """The part that depends on the AIs alone; a warehouse meets a few dozen combinations all day."""
    complaints = []
    for ai in ais:
        for pattern in AIS[ai].excludes:
            other = next((other for other in ais if other != ai and _matches(pattern, other)), None)
            if other:
                complaints.append(f"AI_EXCLUDED: ({ai}) expected without ({other}), got both. Ask the supplier.")
        for ways in AIS[ai].requires:
            if not any(all(_present(pattern, ais) for pattern in way) for way in ways):
                wanted = " or ".join("+".join(way) for way in ways)
                complaints.append(f"AI_REQUIRED: ({ai}) expected together with {wanted}, got it alone.")
    return tuple(complaints)


def read_date(value: str, year: int = REFERENCE_YEAR) -> str:
    """Turn "YYMMDD" into "YYYY-MM-DD": day 00 is the end of the month, the century within -49 to +50 of `year`.

    `value` must have passed the yymmd0 linter.
    """
    short = int(value[:2])
    apart = short - year % 100
    full = year - year % 100 + (100 if apart < -49 else -100 if apart > 50 else 0) + short
    month, day = value[2:4], value[4:6]
    if day == "00":
        day = str(month_days(full, int(month)))
    return f"{full:04d}-{month}-{day}"


def net_weight_g(ai: str, value: str) -> int:
    """Grams of a net weight element (310n, kg with n decimals), rounded to the nearest gram, halves up.

    Metres become millimetres by the same sum (311n).
    """
    scale: int = 10 ** int(ai[3])
    return (int(value) * 2000 + scale) // (2 * scale)


def element_keys(elements: dict[str, str], year: int = REFERENCE_YEAR) -> list[str]:
    """Scan keys of an element string, the trade item first, see docs/codes.md."""
    item = next((ai for ai in elements if ai in _ITEM_AIS), None)
    keys = [] if item is None else [f"gtin:{elements[item][:14]}"]
    for ai, value in elements.items():
        prefix = _PLAIN_KEYS.get(ai)
        if prefix is not None:
            keys.append(prefix + value)
        elif ai == "17" or (ai == "7003" and "17" not in elements):
            keys.append(f"expiry:{read_date(value, year)}")
        elif ai == "15":
            keys.append(f"best_before:{read_date(value, year)}")
        elif ai in ("30", "37"):
            keys.append(f"count:{int(value)}")
        elif ai[:3] == "310":
            keys.append(f"weight_g:{net_weight_g(ai, value)}")
        elif ai[:3] == "311":
            keys.append(f"length_mm:{net_weight_g(ai, value)}")
    return keys
