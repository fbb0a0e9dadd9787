"""What a scanned text means: its kind and the keys the flows compare, see docs/codes.md for the grammar.

One text may mean several things (12 digits: a UPC or a parcel), so a reading carries every key, what is known in the
open work first, the plain text last. An error never hides the keys that remain true: a flow that finds a wanted key
goes on, and shows the error only when it finds none. Nothing is guessed: a code damaged by a keyboard layout is healed
only when a check digit, a check character or a known key proves it, and a lot that may have swallowed a lost separator
is withheld. The twin in pwa/src/codes gives the same readings, held together by contracts/scan_keys.json.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from backend.gs1.check_digits import is_digits, mod10_digit, mod10_fits
from backend.gs1.digital_link import is_web_address, parse_digital_link
from backend.gs1.elements import (
    AGAIN,
    REFERENCE_YEAR,
    SEPARATOR,
    ElementReading,
    check_pairs,
    element_keys,
    read_bracketed,
    read_elements,
)
from backend.gs1.gtin import expand_upc_e
from backend.gs1.keyboards import LAYOUT_KEYS, heal_keyboard, swap_case
from backend.gs1.linters import LINTERS
from backend.gs1.own_codes import KINDS, read_own_code
from backend.gs1.restricted import CZECH_LAYOUTS, WeightLayout, read_weight_code
from backend.gs1.tracking import read_digits, read_lettered


class CodeReading(msgspec.Struct, frozen=True):
    """`keys` best first; `elements` AI to value; `error` "CODE: sentence" or None.

    `proven` when a check digit, a check character or a known key vouches for the reading. `healed_from` is the text as
    it came when a keyboard layout had damaged it. `warnings` name AIs that should or should not stand together.
    """

    kind: str
    keys: tuple[str, ...] = ()
    elements: dict[str, str] = {}
    error: str | None = None
    proven: bool = False
    healed_from: str | None = None
    warnings: tuple[str, ...] = ()


_BLANKS = " \t\r\n\u00a0\ufeff"
_KIND_BY_PREFIX = {prefix: kind for kind, (_, prefix) in KINDS.items()} | {
    "gtin": "gtin",
    "sscc": "sscc",
    "track": "tracking",
    "text": "text",
}
_GS1_SYMBOLS = frozenset(("C1", "e0", "d2", "Q3", "J1"))
_SYMBOL = re.compile(r"\][A-Za-z][0-9a-zA-Z]")
# AIM letters in use; X stands for "other" and says nothing.
_SYMBOL_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVdehijkmz")
_ENROL = re.compile(r"https?://[^/?#]+(?:/[^?#]*)?/enrol/?#([0-9A-Za-z_.\-]+)", re.IGNORECASE | re.ASCII)
_HANDOVER = re.compile(r"https?://[^/?#]+(?:/[^?#]*)?/h/([0-9A-Za-z_.\-]+)/?", re.IGNORECASE | re.ASCII)
# Marks a US scanner leaves on a cs, sk or hu computer and that our codes, GTINs and carriers' numbers do not have.
_DAMAGE = re.compile(r"[+=%\"'!;]|[^\x00-\x7f]")


def read_code(
    text: str,
    known: Collection[str] | None = None,
    *,
    layouts: tuple[WeightLayout, ...] = CZECH_LAYOUTS,
    year: int = REFERENCE_YEAR,
) -> CodeReading:
    """Read one scanned or typed text, with or without its AIM prefix.

    `known` are the keys the open work expects; they decide what an ambiguous text is. `layouts` are the shop's weight
    codes. `year` is the current one, for two-digit years.
    """
    raw = text.strip(_BLANKS)
    if not raw:
        return CodeReading("unknown", error="EMPTY: expected a code, got nothing. Scan again.")
    reading = _settle(_read(raw, layouts, year), known)
    if (reading.proven and not known) or (raw.isascii() and raw.isdigit()):
        return reading
    if known and any(key in known for key in reading.keys):
        return reading
    if known or _DAMAGE.search(raw):
        return _heal(raw, reading, known, layouts, year)
    return reading


def possible_keys(
    text: str, *, layouts: tuple[WeightLayout, ...] = CZECH_LAYOUTS, year: int = REFERENCE_YEAR
) -> frozenset[str]:
    """Every key that `read_code` could give for a text, healings included: what to ask the books for before reading."""
    raw = text.strip(_BLANKS)
    if not raw:
        return frozenset()
    keys = set(_read(raw, layouts, year).keys)
    if not (raw.isascii() and raw.isdigit()):
        for written in (raw, swap_case(raw)):
            for layout in LAYOUT_KEYS:
                healed = heal_keyboard(written, layout)
                if healed is not None and healed != raw:
                    keys.update(_read(healed, layouts, year).keys)
    return frozenset(keys)


def _heal(
    raw: str,
    reading: CodeReading,
    known: Collection[str] | None,
    layouts: tuple[WeightLayout, ...],
    year: int,
) -> CodeReading:
    """The one healed reading that is proven, else `reading` as it was. Two different proofs prove nothing."""
    found: CodeReading | None = None
    for text in (raw, swap_case(raw)):
        for layout in LAYOUT_KEYS:
            healed = heal_keyboard(text, layout)
            if healed is None or healed == raw:
                continue
            candidate = _settle(_read(healed, layouts, year), known)
            is_known = known is not None and any(key in known for key in candidate.keys)
            # A text that already reads well is changed only for a key the work is waiting for.
            if not is_known and (reading.proven or not candidate.proven or candidate.error is not None):
                continue
            if found is not None and found.keys != candidate.keys:
                return reading
            found = candidate
    return reading if found is None else msgspec.structs.replace(found, healed_from=raw)


def _settle(reading: CodeReading, known: Collection[str] | None) -> CodeReading:
    """Known keys first, and no error over a text the work is waiting for."""
    if not known or not any(key in known for key in reading.keys):
        return reading
    if reading.kind in ("gs1", "digital_link", "weight"):
        return msgspec.structs.replace(reading, proven=True)
    keys = tuple(sorted(reading.keys, key=lambda key: key not in known))
    kind = _KIND_BY_PREFIX[keys[0].partition(":")[0]]
    return msgspec.structs.replace(reading, kind=kind, keys=keys, error=None, proven=True)


def _read(text: str, layouts: tuple[WeightLayout, ...], year: int) -> CodeReading:
    if text[0] != "]":
        return _read_plain(text, layouts, year)
    symbol, body = text[1:3], text[3:]
    if not _SYMBOL.match(text) or symbol[0] not in _SYMBOL_LETTERS:
        sentence = f"expected a known symbol such as ]C1 or ]E0, got {text[:3]}. {AGAIN}"
        return CodeReading("unknown", (_text_key(text),), error=f"UNKNOWN_SYMBOL: {sentence}")
    if not body:
        return CodeReading("unknown", error=f"EMPTY: expected a code after {text}, got nothing. Scan again.")
    if symbol in _GS1_SYMBOLS:
        return _read_gs1(body, year)
    if symbol in ("E0", "E3", "E4"):
        return _read_retail(symbol, body, layouts, year)
    if symbol[0] == "I" and len(body) == 14 and is_digits(body) and not mod10_fits(body):
        # DPD prints its 14 digits as Code 128 only: in ITF they are a trade item.
        return CodeReading("gtin", (_text_key(body),), error=_check_digit_error("GTIN-14", body))
    return _read_plain(body, layouts, year)


def _text_key(text: str) -> str:
    return f"text:{text.upper()}"


def _read_plain(text: str, layouts: tuple[WeightLayout, ...], year: int) -> CodeReading:
    if text.isascii() and text.isdigit():
        return _read_digits(text, layouts, year)
    if text[1:2] == ".":
        own = read_own_code(text)
        if own is not None:
            kind, key, error = own
            return CodeReading(kind, (key,) if key else (_text_key(text),), error=error, proven=error is None)
    if text[:4].lower() == "http" and is_web_address(text):
        return _read_address(text, year)
    if SEPARATOR in text:
        return _read_gs1(text, year)
    if text[0] == "(" and len(text) > 2 and is_digits(text[1:3]):
        # No value of any AI may hold a blank: people type them as they stand on the carton.
        return _judge(read_bracketed(text.replace(" ", "")), text, year)
    if _starts_like_gs1(text):
        reading = _read_unmarked_gs1(text, year)
        if reading is not None:
            return reading
    tracking = read_lettered(text.upper())
    if tracking is not None:
        keys = (*(f"track:{number}" for number in tracking.numbers), _text_key(text))
        return CodeReading("tracking", keys, error=tracking.error, proven=tracking.proven)
    return CodeReading("text", (_text_key(text),))


def _read_digits(digits: str, layouts: tuple[WeightLayout, ...], year: int) -> CodeReading:
    """Digits only: GTIN, SSCC, weight code, carrier's number or simply a number, as length and check digit allow."""
    length = len(digits)
    text_key = _text_key(digits)
    if length == 13:
        if mod10_fits(digits):
            return _trade_item(digits, text_key, layouts)
        return CodeReading("gtin", (text_key,), error=_check_digit_error("EAN-13", digits))
    if length == 18:
        if mod10_fits(digits):
            return CodeReading("sscc", (f"sscc:{digits}", text_key), proven=True)
        return CodeReading("sscc", (text_key,), error=_check_digit_error("SSCC", digits))
    if length == 8:
        return _read_eight(digits, text_key)
    tracking = read_digits(digits)
    keys = [f"track:{number}" for number in tracking.numbers] if tracking else []
    if length in (12, 14):
        if mod10_fits(digits):
            return CodeReading("gtin", (f"gtin:{digits.zfill(14)}", *keys, text_key), proven=True)
        if length == 12 and tracking and not tracking.proven:
            error = _check_digit_error("UPC-A", digits)
            return CodeReading("tracking", (*keys, text_key), error=error)
    if length >= 16 and _starts_like_gs1(digits):
        reading = _read_unmarked_gs1(digits, year)
        if reading is not None and (reading.error is None or not keys):
            return msgspec.structs.replace(reading, keys=(*reading.keys[:-1], *keys, text_key))
    if tracking:
        return CodeReading("tracking", (*keys, text_key), proven=tracking.proven)
    return CodeReading("text", (text_key,))


def _read_eight(digits: str, text_key: str) -> CodeReading:
    """EAN-8 and UPC-E look alike; both readings are given when both check digits fit."""
    keys = [f"gtin:{digits.zfill(14)}"] if mod10_fits(digits) else []
    upc = expand_upc_e(digits)
    if upc is not None and f"gtin:{upc.zfill(14)}" not in keys:
        keys.append(f"gtin:{upc.zfill(14)}")
    if keys:
        return CodeReading("gtin", (*keys, text_key), proven=True)
    return CodeReading("gtin", (text_key,), error=_check_digit_error("EAN-8", digits))


def _trade_item(digits: str, text_key: str, layouts: tuple[WeightLayout, ...]) -> CodeReading:
    gtin = f"gtin:0{digits}"
    if digits[0] == "2":
        weight = read_weight_code(digits, layouts)
        if weight is not None:
            keys = (f"gtin:{weight.item_gtin}", f"weight_g:{weight.weight_g}", gtin, text_key)
            return CodeReading("weight", keys, proven=True)
    return CodeReading("gtin", (gtin, text_key), proven=True)


def _check_digit_error(name: str, digits: str) -> str:
    wanted = mod10_digit(digits[:-1])
    return f"CHECK_DIGIT_WRONG: expected check digit {wanted} in {name} {digits}, got {digits[-1]}. {AGAIN}"


def _read_retail(symbol: str, body: str, layouts: tuple[WeightLayout, ...], year: int) -> CodeReading:
    """EAN and UPC as the symbology says: 13 digits after ]E0 (UPC too), 13 and an add-on after ]E3, 8 after ]E4."""
    digits, composite, rest = body.partition("|]e0")
    wanted = 8 if symbol == "E4" else 13
    if symbol == "E3" and is_digits(digits):
        digits = digits[:13]
    if not is_digits(digits):
        error = f"SYMBOL_LENGTH: expected {wanted} digits after ]{symbol}, got {body}. {AGAIN}"
        return CodeReading("gtin", (_text_key(body),), error=error)
    if wanted == 8 and len(digits) == 8:
        if mod10_fits(digits):
            reading = CodeReading("gtin", (f"gtin:{digits.zfill(14)}", _text_key(digits)), proven=True)
        else:
            reading = CodeReading("gtin", (_text_key(digits),), error=_check_digit_error("EAN-8", digits))
    else:
        reading = _read_digits(digits, layouts, year)
        if len(digits) != wanted:
            error = f"SYMBOL_LENGTH: expected {wanted} digits after ]{symbol}, got {len(digits)}. Check the scanner's setup."
            return msgspec.structs.replace(reading, kind="gtin", error=error)
    if not composite or reading.error is not None:
        return reading
    second = _read_gs1(rest, year)
    merged = (*reading.keys[:-1], *second.keys[:-1], reading.keys[-1])
    return msgspec.structs.replace(reading, keys=merged, elements=second.elements, error=second.error)


def _read_address(text: str, year: int) -> CodeReading:
    enrol = _ENROL.fullmatch(text) if "#" in text else None
    if enrol is not None:
        return CodeReading("enrol", (f"enrol:{enrol[1]}",), proven=True)
    handover = _HANDOVER.fullmatch(text) if "/h/" in text or "/H/" in text else None
    if handover is not None:
        return CodeReading("handover", (f"handover:{handover[1]}",), proven=True)
    link = parse_digital_link(text)
    if link.error is not None and not link.elements and link.error.startswith("NOT_DIGITAL_LINK"):
        return CodeReading("text", (_text_key(text),), error=link.error)
    reading = _judge(link, text, year)
    return msgspec.structs.replace(reading, kind="digital_link")


def _starts_like_gs1(text: str) -> bool:
    """A key AI with its digits at the start: enough to try an element string that no AIM prefix announced."""
    if len(text) < 16 or text[0] != "0" or text[1] not in "0123":
        return False
    size = 18 if text[1] == "0" else 14
    return is_digits(text[: 2 + size]) and len(text) >= 2 + size


def _read_unmarked_gs1(text: str, year: int) -> CodeReading | None:
    """An element string without AIM prefix and separators, or None when the text is better taken as it stands."""
    reading = _read_gs1(text, year)
    if reading.error is None or reading.elements:
        return reading
    # The key's own check digit is wrong. If the rest is sound it was meant as an element string.
    size = 20 if text[1] == "0" else 16
    return reading if len(text) == size or read_elements(text[size:]).error is None else None


def _read_gs1(body: str, year: int) -> CodeReading:
    text = body.lstrip(SEPARATOR)
    if "~" in text and SEPARATOR not in body and text[-1] != "~":
        # Not in any GS1 character set; scanners that cannot type a separator are set up to send this instead.
        text = text.replace("~", SEPARATOR)
    if not text:
        return CodeReading("gs1", error=f"EMPTY: expected an element string, got nothing. {AGAIN}")
    reading = _judge(read_elements(text), body, year)
    return reading if SEPARATOR in text else _doubt_lost_separator(reading, year)


def _judge(reading: ElementReading, text: str, year: int) -> CodeReading:
    if reading.error is not None:
        return CodeReading("gs1", (_text_key(text),), reading.elements, reading.error)
    elements = reading.elements
    keys = (*element_keys(elements, year), _text_key(text))
    vouched = keys[0].startswith("gtin:") or "00" in elements
    return CodeReading("gs1", keys, elements, proven=vouched, warnings=check_pairs(elements))


def _doubt_lost_separator(reading: CodeReading, year: int) -> CodeReading:
    """Without any separator the last open value may have swallowed what came after it: never take such a lot.

    Certain when the value is too long, likely when it ends in a date AI with a real date. Then only what stood before
    it is kept, and the error says which value must be asked for.
    """
    elements = reading.elements
    if reading.error is not None:
        if not reading.error.startswith("AI_TOO_LONG") or not elements:
            return reading
        before, ai, value = elements, reading.error[14:].partition(")")[0], "too many characters"
    else:
        ai = next(reversed(elements))
        value = elements[ai]
        if ai not in ("10", "21") or not _ends_in_date(value):
            return reading
        before = {other: kept for other, kept in elements.items() if other != ai}
    if not before:
        return reading
    named = {"10": "the lot", "21": "the serial"}.get(ai, f"({ai})")
    error = f"SEPARATOR_LOST: expected a separator in ({ai}), got {value}. Confirm {named} by hand."
    keys = (*element_keys(before, year), reading.keys[-1])
    return CodeReading("gs1", keys, before, error, proven=keys[0].startswith("gtin:"))


def _ends_in_date(value: str) -> bool:
    tail = value[-8:]
    return len(value) > 8 and tail[:2] in ("11", "13", "15", "16", "17") and LINTERS["yymmd0"](tail[2:]) is None
