"""1-bit pictures inside ZPL: `^GFA` with deflated, base64 coded, CRC-protected bytes (`:Z64:`)."""

import base64
import binascii
import zlib

import msgspec
from PIL import Image, ImageChops


class GraphicUnreadable(ValueError):
    """A `^GFA` payload that a printer would refuse or draw wrongly."""


class Graphic(msgspec.Struct, frozen=True):
    """`rows`: packed lines, 1 is black, `row_bytes` each."""

    row_bytes: int
    rows: bytes


def graphic_field(mask: Image.Image, x: int, y: int) -> str:
    """`^FO..^GFA..^FS` for a mode "1" picture whose ink is 1; x, y in dots."""
    return f"^FO{x},{y}{graphic_payload(mask)}"


def graphic_payload(mask: Image.Image) -> str:
    """The field without its place: equal masks are packed once, wherever they stand."""
    row_bytes = (mask.width + 7) // 8
    packed = mask.tobytes()
    body = base64.b64encode(zlib.compress(packed, 9))
    check = binascii.crc_hqx(body, 0)
    return f"^GFA,{len(packed)},{len(packed)},{row_bytes},:Z64:{body.decode()}:{check:04X}^FS"


def ink_mask(bitmap: Image.Image) -> Image.Image:
    """Black-on-white picture -> mask whose ink is 1."""
    return ImageChops.logical_xor(bitmap, Image.new("1", bitmap.size, 1))


def read_z64(payload: str, expected_bytes: int, row_bytes: int) -> Graphic:
    """The graphic of a `:Z64:data:crc` payload. Raises `GraphicUnreadable`."""
    parts = payload.split(":")
    if len(parts) != 4 or parts[0] or parts[1] != "Z64":
        raise GraphicUnreadable(f"expected :Z64:data:crc, got {payload[:20]!r}")
    body, check = parts[2], parts[3]
    if f"{binascii.crc_hqx(body.encode('ascii', 'replace'), 0):04X}" != check.upper():
        raise GraphicUnreadable(f"expected the CRC of the data, got {check!r}")
    try:
        inflater = zlib.decompressobj()
        rows = inflater.decompress(base64.b64decode(body, validate=True), expected_bytes + 1)
    except (ValueError, zlib.error) as error:
        raise GraphicUnreadable(f"expected deflated base64, got {error}") from None
    if len(rows) != expected_bytes or row_bytes <= 0 or expected_bytes % row_bytes:
        raise GraphicUnreadable(f"expected {expected_bytes} bytes in lines of {row_bytes}, got {len(rows)}")
    return Graphic(row_bytes=row_bytes, rows=rows)
