"""Messages of the Internet Printing Protocol as values: RFC 8010 (how they are written) and RFC 8011 (what they mean).

A message is a head, groups of attributes, and maybe a document. An attribute is a name with one or more values, each
with a tag that says its kind. Only what a printing agent says and hears is here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from printing.problems import NotReached, UnfitJob

PORT = 631
PRINT_JOB, VALIDATE_JOB, GET_JOB, GET_PRINTER = 0x0002, 0x0004, 0x0009, 0x000B
OPERATION_GROUP, JOB_GROUP, END, PRINTER_GROUP = 0x01, 0x02, 0x03, 0x04
INTEGER, BOOLEAN, ENUM, KEYWORD, URI, CHARSET, LANGUAGE, MIME = 0x21, 0x22, 0x23, 0x44, 0x45, 0x47, 0x48, 0x49
NAME = 0x42
_FIRST_VALUE_TAG = 0x10
_NUMBERS = (INTEGER, ENUM)
OK_MAX = 0x00FF
"""Status codes up to here mean that the printer did what it was asked."""

Value = int | bool | str | bytes


@dataclass(frozen=True, slots=True)
class Message:
    """An answer: its status code, its attributes by name (of all groups), and what followed them."""

    code: int
    attributes: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    rest: bytes = b""

    def first(self, name: str) -> Value | None:
        """The first value of an attribute; None when there is none."""
        values = self.attributes.get(name, ())
        return values[0] if values else None

    def words(self, name: str) -> tuple[str, ...]:
        """All values of an attribute that are words."""
        return tuple(value for value in self.attributes.get(name, ()) if isinstance(value, str))

    def number(self, name: str) -> int | None:
        """The first value of an attribute, when it is a number."""
        value = self.first(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_address(address: str) -> tuple[bool, str, int, str]:
    """`ipp://host:631/ipp/print`, `ipps://...` or a bare host: whether it is TLS, host, port, path."""
    parts = urlsplit(address if "//" in address else f"ipp://{address}")
    try:
        port = parts.port or PORT
    except ValueError:
        port = 0
    if parts.scheme not in ("ipp", "ipps") or not parts.hostname or not port or parts.query or parts.username:
        raise NotReached(f"Expected a printer address as ipp://host/ipp/print, got {address!r}.")
    return parts.scheme == "ipps", parts.hostname, port, parts.path if parts.path.strip("/") else "/ipp/print"


def printer_uri(address: str) -> str:
    """The printer's own name for itself."""
    is_tls, host, port, path = read_address(address)
    shown = f"[{host}]" if ":" in host else host
    return f"{'ipps' if is_tls else 'ipp'}://{shown}:{port}{path}"


def attribute(tag: int, name: str, *values: Value) -> bytes:
    """One attribute: its name with the first value, an empty name with each further one."""
    written = b""
    for place, value in enumerate(values):
        if isinstance(value, bool):
            raw = bytes([value])
        elif isinstance(value, int):
            raw = value.to_bytes(4, "big", signed=True)
        else:
            raw = value.encode() if isinstance(value, str) else value
        key = name.encode() if place == 0 else b""
        written += bytes([tag]) + len(key).to_bytes(2, "big") + key + len(raw).to_bytes(2, "big") + raw
    return written


def request(
    operation: int, address: str, *attributes: bytes, job: Sequence[bytes] = (), document: bytes = b""
) -> bytes:
    """A request to a printer: operation attributes in the order that the standard demands, then those of the job."""
    head = b"\x02\x00" + operation.to_bytes(2, "big") + b"\x00\x00\x00\x01"
    first = (
        attribute(CHARSET, "attributes-charset", "utf-8"),
        attribute(LANGUAGE, "attributes-natural-language", "en"),
        attribute(URI, "printer-uri", printer_uri(address)),
    )
    user = attribute(NAME, "requesting-user-name", "rampa")
    body = bytes([OPERATION_GROUP]) + b"".join(first)
    if operation == GET_JOB:
        body += b"".join(attributes) + user
    else:
        body += user + b"".join(attributes)
    if job:
        body += bytes([JOB_GROUP]) + b"".join(job)
    return head + body + bytes([END]) + document


def read_message(raw: bytes) -> Message:
    """An answer, or a request of ours. Raises UnfitJob for bytes that are no IPP."""
    if len(raw) < 9 or raw[0] not in (1, 2):
        raise UnfitJob(f"Expected an IPP message, got {raw[:16]!r}.")
    found: dict[str, list[Value]] = {}
    at, name = 8, ""
    try:
        while raw[at] != END:
            tag = raw[at]
            at += 1
            if tag < _FIRST_VALUE_TAG:
                continue
            key, at = _counted(raw, at)
            value, at = _counted(raw, at)
            name = key.decode("utf-8", "replace") or name
            found.setdefault(name, []).append(_value(tag, value))
    except IndexError:
        raise UnfitJob("Expected a whole IPP message, got one that ends too early.") from None
    attributes = {name: tuple(values) for name, values in found.items()}
    return Message(int.from_bytes(raw[2:4], "big"), attributes, raw[at + 1 :])


def _counted(raw: bytes, at: int) -> tuple[bytes, int]:
    length = raw[at] << 8 | raw[at + 1]
    end = at + 2 + length
    if end > len(raw):
        raise IndexError
    return raw[at + 2 : end], end


def _value(tag: int, raw: bytes) -> Value:
    if tag in _NUMBERS:
        return int.from_bytes(raw, "big", signed=True)
    if tag == BOOLEAN:
        return raw == b"\x01"
    return raw.decode("utf-8", "replace") if tag >= 0x40 else raw
