"""Vehicle numbers (VIN) behind their identifier: the labels on which Code 39 says more than the number.

A makers' label carries `I` and the 17 characters of the vehicle number. The `I` is the data identifier of ANSI MH10.8.2
for exactly this number, as 01 stands before a GTIN; a vehicle number itself holds no I, O or Q (ISO 3779). So a text of
`I` and 17 characters with a right check digit (49 CFR 565.15, North America) can be nothing else, and the number is what
is told. European numbers carry no check digit; theirs are told as the bars say.
"""

from __future__ import annotations

_IDENTIFIER = "I"
_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789", strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vehicle_number(text: str) -> str:
    """The 17 characters behind the identifier where their check digit is right, else nothing."""
    number = text.removeprefix(_IDENTIFIER)
    if len(text) != 18 or len(number) != 17 or any(character not in _VALUES for character in number):
        return ""
    rest = sum(int(_VALUES[character]) * weight for character, weight in zip(number, _WEIGHTS, strict=True)) % 11
    return number if number[8] == "0123456789X"[rest] else ""
