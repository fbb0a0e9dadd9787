"""Text that a scanner typed through the wrong keyboard layout, and what it must have been.

A scanner set to US types by key position; a computer set to Czech, Slovak or Hungarian shows what *its* layout has
there: digits become +ěščřžýáíé, Y and Z swap, 0 becomes ö. The way back is a table. Whether going back was right is
not for this module to say: `scan_keys.read_code` keeps a healed text only when a check digit, a check character or a
known key proves it. The tables are the xkb layouts cz, sk and hu.
"""

from __future__ import annotations

import re

import msgspec

_AIM = re.compile(r"^\][A-Za-z][0-9]")
_AIM_CHARACTERS = 3
US_KEYS = "`1234567890-=[]\\;',./" + '~!@#$%^&*()_+{}|:"<>?' + "yzYZ"
LAYOUT_KEYS: dict[str, str] = {
    "cs": ";+ěščřžýáíé=´ú)¨ů§,.-" + "°1234567890%ˇ/('\"!?:_" + "zyZY",
    "sk": ";+ľščťžýáíé=´úäňô§,.-" + '°1234567890%ˇ/()"!?:_' + "zyZY",
    "hu": "0123456789öüóőúűéá,.-" + "§'\"+!%/=()ÖÜÓŐÚŰÉÁ?:_" + "zyZY",
}
# The card that teaches a device its scanner has three codes. The first and the words of the third hold no character
# that a layout moves, so they are known before anything is learnt.
CALIBRATION_END = "RAMPA.END.CAL"
# Every character that any of the layouts moves and our codes use.
CALIBRATION_TEXT = "0123456789-/YZyz.CAL"
# Two company-internal elements: whatever a scanner sends for FNC1 arrives between them.
CALIBRATION_SEPARATOR = "(91)RAMPA(92)CAL"

_SAME = {ord(character): character for character in "ABCDEFGHIJKLMNOPQRSTUVWXabcdefghijklmnopqrstuvwx \x1d"}
_HEAL = {
    layout: _SAME | {ord(shown): key for shown, key in zip(keys, US_KEYS, strict=True)}
    for layout, keys in LAYOUT_KEYS.items()
}
_DAMAGE = {
    layout: {ord(key): shown for shown, key in zip(keys, US_KEYS, strict=True)} for layout, keys in LAYOUT_KEYS.items()
}


class Calibration(msgspec.Struct, frozen=True):
    """`layout` of the computer ("us", "cs", "sk", "hu"), None when not understood. `scanner_layout` is set when it is
    the scanner that types a national layout on a US computer: unsupported, the scanner has to be set to US."""

    layout: str | None
    caps_lock: bool = False
    scanner_layout: str | None = None


def swap_case(text: str) -> str:
    """Text as caps lock turns it; letters whose other case is longer than one character stay."""
    swapped = text.swapcase()
    if len(swapped) == len(text):
        return swapped
    return "".join(letter.swapcase() if len(letter.swapcase()) == 1 else letter for letter in text)


def heal_keyboard(text: str, layout: str) -> str | None:
    """What a US keyboard would have typed; None when a character cannot come from that layout."""
    table = _HEAL[layout]
    for character in text:
        if ord(character) not in table:
            return None
    return text.translate(table)


def damage_keyboard(text: str, layout: str) -> str:
    """What a computer with that layout shows when a US scanner types `text`."""
    return text.translate(_DAMAGE[layout])


def calibrate(seen: str) -> Calibration:
    """Judge how `CALIBRATION_TEXT` arrived, with an AIM prefix or without."""
    for caps_lock in (False, True):
        text = swap_case(seen) if caps_lock else seen
        if _without_aim(text) == CALIBRATION_TEXT:
            return Calibration("us", caps_lock)
        for layout in LAYOUT_KEYS:
            if _without_aim(heal_keyboard(text, layout) or "") == CALIBRATION_TEXT:
                return Calibration(layout, caps_lock)
    for layout in LAYOUT_KEYS:
        typed = heal_keyboard(CALIBRATION_TEXT, layout)
        if typed is not None and seen[-len(typed) :] == typed and len(seen) <= len(typed) + _AIM_CHARACTERS:
            return Calibration(None, scanner_layout=layout)
    return Calibration(None)


def _without_aim(text: str) -> str:
    return _AIM.sub("", text)


def undo_layout(text: str, calibration: Calibration) -> str:
    """Text from a calibrated device as the scanner meant it; unchanged where the layout cannot explain it."""
    if calibration.caps_lock:
        text = swap_case(text)
    if calibration.layout in (None, "us"):
        return text
    return heal_keyboard(text, calibration.layout or "") or text
