"""What a bench scale says, as grams: five ways to ask and to understand it, without any cable.

- `ascii`: it speaks by itself, line by line, as `ST,GS,+  1.234kg` or only `1.234 kg` (Kern, CAS, A&D, Ohaus, OEM)
- `sics`: Mettler-Toledo SICS, asked with `SI`, answers `S S      1.234 kg` (steady) or `S D ...` (moving)
- `toledo`: Toledo 8217, asked with `W`, answers STX, kilograms, CR, or STX `?` and a status byte
- `hid`: USB scales of the HID class "POS scale" by `/dev/hidraw`: six bytes a report
- `http`: a little web server, JSON `{"weight_g": 1250}` or `{"weight": 1.25, "unit": "kg"}`, or a line of text

Sources: Mettler-Toledo SICS reference, levels 0 and 1; 8217 protocol in the USB and RS-232 manuals of its scales; USB-IF
HID Point of Sale usage tables 1.02, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import msgspec

GRAMS = {
    "mg": Decimal("0.001"), "g": Decimal(1), "kg": Decimal(1000), "t": Decimal(1_000_000),
    "lb": Decimal("453.59237"), "oz": Decimal("28.349523125"),
}  # fmt: skip
WEIGHT_G_MAX = 1_000_000
BUFFER_BYTES_MAX = 4096
EQUAL_MIN = 3
"""A scale that never says "steady" is believed when it has shown the same so often in a row."""
AGAIN_S = 4.0
"""The bench forgets a weight after ten seconds, so one that stays is told again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One reading. `steady` None: the scale does not say. `trouble` instead of grams: overload, below zero."""

    grams: int = 0
    steady: bool | None = None
    trouble: str = ""


Reader = Callable[[bytes], tuple[list[Shown], bytes]]
"""Bytes so far to whole readings and the rest that is not whole yet."""


def to_grams(number: str, unit: str) -> int:
    """Whole grams, halves away from zero."""
    grams = Decimal(number.replace(" ", "").replace(",", ".")) * GRAMS[unit.lower()]
    return int(grams.quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def _weight(number: str, unit: str, steady: bool | None) -> Shown:
    try:
        grams = to_grams(number, unit)
    except InvalidOperation:  # two points, forty digits: a line that was disturbed must not end the watching
        return Shown(steady=False, trouble="not understood")
    if grams < 0:
        return Shown(steady=steady, trouble="below zero: tare it")
    return Shown(grams, steady) if grams <= WEIGHT_G_MAX else Shown(trouble="too heavy")


_LINE_END = re.compile(rb"[\r\n\x03]+")
_ASCII = re.compile(r"([+-]?\s*\d{1,7}(?:[.,]\d{1,4})?)\s*(kg|mg|g|lb|oz|t)\b", re.IGNORECASE)
_ASCII_STATUS = re.compile(r"^\W*(ST|US|OL|UL|QT)\b", re.IGNORECASE)


def read_ascii(raw: bytes) -> tuple[list[Shown], bytes]:
    """Lines of a scale that speaks by itself; what is no weight is passed over."""
    *lines, rest = _LINE_END.split(raw)
    return [shown for shown in map(_ascii_line, lines) if shown is not None], rest


def _ascii_line(line: bytes) -> Shown | None:
    text = line.decode("ascii", "replace").strip("\x02 ")
    status = _ASCII_STATUS.match(text)
    word = status.group(1).upper() if status else ""
    if word in ("OL", "UL"):
        return Shown(trouble="too heavy" if word == "OL" else "below zero: tare it")
    found = _ASCII.search(text)
    if found is None:
        return None
    return _weight(found.group(1), found.group(2), None if not word else word != "US")


_SICS = re.compile(r"^S\s+([SDI+-])(?:\s+([+-]?\s*[\d.]+)\s+(\w+))?$")


def read_sics(raw: bytes) -> tuple[list[Shown], bytes]:
    """Answers to `SI`: `S S` steady, `S D` moving, `S +` and `S -` out of range, `S I` not now."""
    *lines, rest = _LINE_END.split(raw)
    shown = []
    for line in lines:
        found = _SICS.match(line.decode("ascii", "replace").strip())
        if found is None:
            continue
        status, number, unit = found.groups()
        if status in "+-":
            shown.append(Shown(trouble="too heavy" if status == "+" else "below zero: tare it"))
        elif number and unit.lower() in GRAMS:
            shown.append(_weight(number, unit, status == "S"))
    return shown, rest


_TOLEDO = re.compile(rb"\x02(\?.|[^\x02\r?]*)\r", re.DOTALL)


def read_toledo(raw: bytes) -> tuple[list[Shown], bytes]:
    """Answers to `W`: kilograms with a point, or `?` and a status byte (1 moving, 2 too heavy, 4 below zero)."""
    shown, end = [], 0
    for found in _TOLEDO.finditer(raw):
        body, end = found.group(1), found.end()
        if body.startswith(b"?"):
            status = body[1] if len(body) > 1 else 0
            trouble = "too heavy" if status & 0x02 else "below zero: tare it" if status & 0x04 else ""
            shown.append(Shown(steady=False, trouble=trouble))
        elif re.fullmatch(rb"\s*\d+\.\d+[NG]?\s*", body):
            shown.append(_weight(body.strip(b" NG").decode(), "kg", True))
    return shown, raw[end:]


_HID_UNITS = {1: "mg", 2: "g", 3: "kg", 11: "oz", 12: "lb"}
_HID_REPORT, _HID_BYTES = 3, 6
_HID_ZERO, _HID_MOVING, _HID_STEADY, _HID_BELOW, _HID_OVER = 2, 3, 4, 5, 6


def read_hid(raw: bytes) -> tuple[list[Shown], bytes]:
    """Reports of six bytes: 3, status, unit, power of ten, weight low, weight high."""
    shown = []
    while len(raw) >= _HID_BYTES:
        if raw[0] != _HID_REPORT:
            raw = raw[1:]
            continue
        status, unit, power, low, high = raw[1:_HID_BYTES]
        raw = raw[_HID_BYTES:]
        if status == _HID_ZERO:
            shown.append(Shown(0, True))
        elif status in (_HID_MOVING, _HID_STEADY) and unit in _HID_UNITS:
            number = Decimal(low | high << 8).scaleb(power - 256 if power > 127 else power)
            shown.append(_weight(str(number), _HID_UNITS[unit], status == _HID_STEADY))
        else:
            trouble = {_HID_BELOW: "below zero: tare it", _HID_OVER: "too heavy"}.get(status, "it reports a fault")
            shown.append(Shown(trouble=trouble))
    return shown, raw


class _Answer(msgspec.Struct):
    weight_g: float | None = None
    weight: float | None = None
    unit: str = "g"
    stable: bool | None = None


def read_http(raw: bytes) -> tuple[list[Shown], bytes]:
    """One whole answer of a web server: JSON, or one line as in `ascii`."""
    try:
        said = msgspec.json.decode(raw, type=_Answer)
    except msgspec.DecodeError:
        return read_ascii(raw + b"\n")
    number, unit = (said.weight_g, "g") if said.weight_g is not None else (said.weight, said.unit)
    if number is None or unit.lower() not in GRAMS:
        return [], b""
    return [_weight(str(number), unit, said.stable)], b""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How one kind of scale is asked (b"": it speaks by itself) and understood."""

    code: str
    read: Reader
    question: bytes = b""
    pause_s: float = 0.0
    """After each reading: one that answers at once would be asked for ever."""


PROTOCOLS = {
    one.code: one
    for one in (
        Protocol("ascii", read_ascii),
        Protocol("sics", read_sics, b"SI\r\n"),
        Protocol("toledo", read_toledo, b"W"),
        Protocol("hid", read_hid),
        Protocol("http", read_http, pause_s=0.25),
    )
}


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a scale between two readings: how often it showed the same, what was told and when."""

    grams: int | None = None
    equal: int = 0
    told: int | None = None
    told_at: float = 0.0


def watch(was: Watched, shown: Shown, at: float) -> tuple[Watched, int | None]:
    """One reading more; the second value is the weight to tell the bench now, in grams.

    A weight that stands still is told once and every AGAIN_S while it stays; an empty scale is told once.
    """
    if shown.trouble:
        return Watched(told=was.told, told_at=was.told_at), None
    equal = was.equal + 1 if shown.grams == was.grams else 1
    now = Watched(shown.grams, equal, was.told, was.told_at)
    steady = shown.steady if shown.steady is not None else equal >= EQUAL_MIN
    is_news = shown.grams != was.told
    is_due = shown.grams > 0 and at - was.told_at >= AGAIN_S
    if not steady or not (is_news or is_due):
        return now, None
    return Watched(shown.grams, equal, shown.grams, at), shown.grams
