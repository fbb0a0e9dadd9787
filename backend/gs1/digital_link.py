"""GS1 Digital Link: element strings as web addresses, https://id.gs1.org/01/{gtin}/10/{lot}?17={date}.

The last path pair that is a key decides; what follows it must be the key's qualifiers in their order, further AIs
stand in the query. Any host is taken: brands use their own. GTINs may come without their leading zeros and, as older
links do, keys by name (`/gtin/`); `strict` refuses both. A compressed link is told as such and not read: the standard
has given that form up.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from backend.gs1.application_identifiers import AIS
from backend.gs1.check_digits import mod10_fits
from backend.gs1.elements import AGAIN, ElementReading, describe_mistake

_ADDRESS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")
_PACKED = re.compile("0[01]|[01][A-F]")
_SIX_BITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_HEX = frozenset("0123456789ABCDEFabcdef")
_NAMES = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "payTo": "415", "gsrnp": "8017", "gsrn": "8018",
    "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004",
    "cpv": "22", "lot": "10", "ser": "21", "exp": "17",
}  # fmt: skip


def is_web_address(text: str) -> bool:
    """True for http:// and https://, in any case of letters."""
    return text[:8].lower() == "https://" or text[:7].lower() == "http://"


def _refuse(sentence: str) -> ElementReading:
    return ElementReading({}, f"NOT_DIGITAL_LINK: expected {sentence}. Scan the product's own barcode.")


def _decode(text: str, *, query: bool) -> str | None:
    """Percent-decoding byte by byte (element strings are ASCII); None for a broken sequence."""
    if query and "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    first, *rest = text.split("%")
    decoded = [first]
    for piece in rest:
        if len(piece) < 2 or not _HEX.issuperset(piece[:2]):
            return None
        decoded.append(chr(int(piece[:2], 16)) + piece[2:])
    return "".join(decoded)


def _in_order(ais: list[str], way: tuple[str, ...]) -> bool:
    places = iter(way)
    return all(ai in places for ai in ais)


def parse_digital_link(text: str, *, strict: bool = False) -> ElementReading:
    """Elements of a Digital Link address, key first; GTINs padded to 14 digits.

    The error code is NOT_DIGITAL_LINK when the address has no key at all, else the mistake of the element.
    """
    if not is_web_address(text) or not _ADDRESS.fullmatch(text):
        return _refuse(f"an address https://host/01/..., got {text[:40]}")
    address = text[text.index("//") + 2 :].partition("#")[0]
    path, _, query = address.partition("?")
    host, *segments = path.split("/")
    if not host or not _HOST.fullmatch(host):
        return _refuse(f"a host name, got {host}")
    names = {} if strict else _NAMES
    at = len(segments) - 2
    while at >= 0:
        ai = names.get(segments[at], segments[at])
        if ai in AIS and AIS[ai].link_qualifiers is not None:
            break
        at -= 2
    if at < 0:
        got = "a compressed link that only its own server can read" if _is_compressed(segments[-1:]) else text[:40]
        return _refuse(f"a GS1 key such as /01/ in the path, got {got}")
    pairs: list[tuple[str, str | None]] = []
    for place in range(at, len(segments), 2):
        pairs.append((names.get(segments[place], segments[place]), _decode(segments[place + 1], query=False)))
    path_ais = [ai for ai, _ in pairs[1:]]
    ways = AIS[pairs[0][0]].link_qualifiers or ()
    if path_ais and not any(_in_order(path_ais, way) for way in ways):
        return _refuse(f"qualifiers of ({pairs[0][0]}) in their order, got {'/'.join(path_ais)}")
    for word in query.split("&") if query else ():
        name, equals, value = word.partition("=")
        ai = names.get(name, name)
        if not equals or not (ai.isascii() and ai.isdigit()):
            continue
        if ai not in AIS or not AIS[ai].link_attribute:
            return _refuse(f"an AI allowed in the query, got {ai}")
        if any(ai in way and all(taken in way for taken in path_ais) for way in ways):
            return _refuse(f"({ai}) in the path, got it in the query")
        pairs.append((ai, _decode(value, query=True)))
    return _check_link(pairs, strict)


def _is_compressed(last: list[str]) -> bool:
    """Six bits a sign: a byte that names the elements, then an SSCC in 60 bits or a GTIN in 47, proven by its check digit."""
    packed = last[0] if last else ""
    if len(packed) < 10 or not set(packed) <= set(_SIX_BITS):
        return False
    bits = "".join(f"{_SIX_BITS.index(sign):06b}" for sign in packed[:12].ljust(12, "A"))
    size, length = (60, 18) if bits[:8] == "0" * 8 else (47, 14)
    digits = str(int(bits[8 : 8 + size], 2)).zfill(length)
    return _PACKED.fullmatch(f"{int(bits[:8], 2):02X}") is not None and len(digits) == length and mod10_fits(digits)


def _check_link(pairs: list[tuple[str, str | None]], strict: bool) -> ElementReading:
    elements: dict[str, str] = {}
    for ai, decoded in pairs:
        if decoded is None:
            return _refuse(f"percent-encoding of two hexadecimal digits in ({ai})")
        short = ai == "01" and not strict and len(decoded) in (8, 12, 13)
        value = decoded.zfill(14) if short else decoded
        mistake = AIS[ai].check(value)
        if mistake is not None:
            return ElementReading(elements, describe_mistake(ai, *mistake))
        if ai in elements:
            return ElementReading(elements, f"REPEATED_AI: ({ai}) expected once, got it twice. {AGAIN}")
        elements[ai] = value
    return ElementReading(elements)


def build_digital_link(elements: dict[str, str], stem: str = "https://id.gs1.org") -> str:
    """The address of an element string: first key and its qualifiers in the path, the rest in the query.

    ValueError when there is no key, a value does not fit, or an AI may stand neither in the path nor in the query.
    """
    for ai, value in elements.items():
        if ai not in AIS:
            raise ValueError(f"expected an application identifier, got {ai}")
        mistake = AIS[ai].check(value)
        if mistake is not None:
            raise ValueError(describe_mistake(ai, *mistake))
    key = next((ai for ai in elements if AIS[ai].link_qualifiers is not None), None)
    if key is None:
        raise ValueError(f"expected a key such as (01) or (00), got only {', '.join(elements)}")
    ways = AIS[key].link_qualifiers or ()
    way = next((way for way in ways if any(ai in elements for ai in way)), ())
    in_path = [key, *(ai for ai in way if ai in elements)]
    rest = [ai for ai in elements if ai not in in_path]
    for ai in rest:
        if not AIS[ai].link_attribute:
            raise ValueError(f"expected an AI allowed in the query of a ({key}) link, got ({ai})")
    rest.sort(key=lambda ai: not AIS[ai].predefined)
    path = "".join(f"/{ai}/{quote(elements[ai], safe='')}" for ai in in_path)
    query = "&".join(f"{ai}={quote(elements[ai], safe='')}" for ai in rest)
    return stem.rstrip("/") + path + (f"?{query}" if query else "")
