"""Which pictures are let in: judged by their header, before a single pixel is decoded.

A picture comes from outside and goes into decoders written in C. So it has to be what it says: one still JPEG, PNG or
WebP, whole, of a size a camera makes, and nothing else besides. Everything here reads bytes it has checked the length
of, and answers with the header or with a refusal that names what was expected, what came, and what to do.

Sources: ITU T.81 (JPEG markers), PNG third edition, WebP container (RFC 9649), EXIF 2.32 (orientation, tag 0x0112).
"""

from __future__ import annotations

import re
import struct
from typing import Literal

import msgspec

FILE_BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 16_000_000
SIDE_PX_MAX = 16_000
SEGMENTS_MAX = 20_000
"""A camera writes some dozens; a picture of more pieces than this was made to keep a reader busy."""

Kind = Literal["jpeg", "png", "webp"]


class PhotoRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a picture is not read. `code` keys the translated texts; the other three are English."""

    code: str
    expected: str
    got: str
    cure: str

    @property
    def sentence(self) -> str:
        """One plain sentence."""
        return f"Expected {self.expected}, got {self.got}; {self.cure}."


class PhotoHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture says of itself. Sizes are those of the stored pixels, before `turn`."""

    kind: Kind
    width_px: int
    height_px: int
    turn: int = 1
    """EXIF orientation, 1 to 8; 1 is upright."""
    alpha: bool = False


class _Refused(Exception):
    def __init__(self, refusal: PhotoRefusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def inspect(picture: bytes) -> PhotoHeader | PhotoRefusal:
    """The header of a picture that may be decoded, or why it may not."""
    try:
        return _inspected(picture)
    except _Refused as refused:
        return refused.refusal
    except (struct.error, IndexError):
        return _cut_short().refusal


def _inspected(picture: bytes) -> PhotoHeader:
    if not picture:
        raise _no("PHOTO_EMPTY", "a picture", "no bytes", "send the photograph again")
    if len(picture) > FILE_BYTES_MAX:
        size = f"{len(picture) / 1024 / 1024:.1f} MB"
        raise _no("PHOTO_TOO_HEAVY", "at most 8 MB", size, "send it smaller or with more compression")
    if picture.startswith(b"\xff\xd8\xff"):
        header = _jpeg(picture)
    elif picture.startswith(b"\x89PNG\r\n\x1a\n"):
        header = _png(picture)
    elif picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        header = _webp(picture)
    else:
        raise _no("PHOTO_KIND", "a JPEG, PNG or WebP picture", _kind_of(picture), "take a photograph or convert it")
    if header.width_px < 1 or header.height_px < 1:
        raise _broken("a picture without pixels")
    if header.width_px * header.height_px > PIXELS_MAX or max(header.width_px, header.height_px) > SIDE_PX_MAX:
        size = f"{header.width_px} x {header.height_px} pixels"
        raise _no("PHOTO_TOO_LARGE", "at most 16 megapixels", size, "send it at a smaller size")
    return header


# --- refusals ----------------------------------------------------------------------------------------------------


def _no(code: str, expected: str, got: str, cure: str) -> _Refused:
    return _Refused(PhotoRefusal(code=code, expected=expected, got=got, cure=cure))


def _cut_short() -> _Refused:
    return _no("PHOTO_CUT_SHORT", "a whole picture", "one that ends too early", "send the photograph again")


def _broken(got: str) -> _Refused:
    return _no("PHOTO_BROKEN", "a picture that can be decoded", got, "take the photograph again")


def _animated() -> _Refused:
    return _no("PHOTO_ANIMATED", "one still picture", "an animation", "send a single photograph")


def _twofold(got: str) -> _Refused:
    return _no("PHOTO_TWOFOLD", "a picture and nothing else", got, "take the photograph again with the camera")


def broken(got: str) -> PhotoRefusal:
    """The refusal for a picture whose header is right and whose pixels are not."""
    return _broken(got).refusal


def too_hard() -> PhotoRefusal:
    """The refusal for a picture that used up the time or the memory it was given."""
    cure = "take it again with the code larger and the background plain"
    return _no("PHOTO_TOO_HARD", "a picture that is read within 2 s and 300 MB", "one that needs more", cure).refusal


_KINDS = (
    (b"GIF8", "a GIF"), (b"BM", "a BMP"), (b"II*\0", "a TIFF"), (b"MM\0*", "a TIFF"), (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"), (b"<svg", "an SVG"), (b"<?xml", "XML text"), (b"\0\0\1\0", "an icon"),
)  # fmt: skip


def _kind_of(picture: bytes) -> str:
    for start, name in _KINDS:
        if picture.startswith(start):
            return name
    if picture[4:8] == b"ftyp":
        return "a HEIC, AVIF or video file"
    return "an unknown kind of file"


# --- a second file inside ----------------------------------------------------------------------------------------

_FOREIGN = (
    (b"%PDF-", "a PDF inside"), (b"PK\x03\x04", "a ZIP archive inside"), (b"<?php", "a program inside"),
    (b"<script", "a program inside"), (b"<html", "a web page inside"), (b"#!/", "a program inside"),
)  # fmt: skip


def _reject_foreign(remark: bytes) -> None:
    """Remarks of a camera hold times, places, profiles; never another file."""
    lowered = remark.lower()
    for mark, name in _FOREIGN:
        if mark.lower() in lowered:
            raise _twofold(name)


def _reject_rest(rest: bytes) -> None:
    """Bytes after the picture. Cameras append a second JPEG (depth, gain map), a short film, or padding."""
    if not rest.strip(b"\0"):
        return
    camera_made = rest.startswith(b"\xff\xd8\xff") or rest[4:8] == b"ftyp" or rest.endswith(b"SEFT")
    if not camera_made:
        raise _twofold(f"{len(rest)} more bytes behind the picture")
    _reject_foreign(rest[:4096])
    _reject_foreign(rest[-4096:])


# --- JPEG --------------------------------------------------------------------------------------------------------

_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FRAMES = {0xC0, 0xC1, 0xC2}
_ODD_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


def _jpeg(picture: bytes) -> PhotoHeader:
    at, size, turn, scanned = 2, (0, 0), 1, False
    for _ in range(SEGMENTS_MAX):
        while picture[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 2 > len(picture):
            raise _cut_short()
        if picture[at] != 0xFF:
            raise _broken("a JPEG with bytes outside its segments")
        marker = picture[at + 1]
        at += 2
        if marker == 0xD9:
            if not scanned:
                raise _cut_short()
            _reject_rest(picture[at:])
            return PhotoHeader(kind="jpeg", width_px=size[0], height_px=size[1], turn=turn)
        (length,) = struct.unpack_from(">H", picture, at)
        segment = picture[at + 2 : at + length]
        if length < 2 or at + length > len(picture):
            raise _cut_short()
        at += length
        if marker in _FRAMES:
            if size != (0, 0):
                raise _broken("a JPEG with two frames")
            height, width = struct.unpack_from(">HH", segment, 1)
            size = (width, height)
        elif marker in _ODD_FRAMES:
            raise _broken("a JPEG of a kind no camera writes")
        elif marker == 0xDA:
            if size == (0, 0):
                raise _broken("a JPEG without a frame header")
            found = _MARKER_IN_SCAN.search(picture, at)
            if found is None:
                raise _cut_short()
            at, scanned = found.start(), True
        elif marker == 0xFE or 0xE0 <= marker <= 0xEF:
            _reject_foreign(segment)
            if marker == 0xE1 and segment.startswith(b"Exif\0\0"):
                turn = _orientation(segment[6:])
    raise _broken("a JPEG of too many segments")


# --- PNG ---------------------------------------------------------------------------------------------------------


def _png(picture: bytes) -> PhotoHeader:
    at, turn, alpha, pixels = 8, 1, False, False
    width = height = 0
    for number in range(SEGMENTS_MAX):
        if at + 12 > len(picture):
            raise _cut_short()
        length, kind = struct.unpack_from(">I4s", picture, at)
        if at + 12 + length > len(picture):
            raise _cut_short()
        if (number == 0) != (kind == b"IHDR"):
            raise _broken("a PNG that does not begin with its header")
        body = picture[at + 8 : at + 8 + length] if kind != b"IDAT" else b""
        at += 12 + length
        if kind == b"IHDR":
            width, height, _, colour = struct.unpack_from(">IIBB", body)
            alpha = colour in (4, 6)
        elif kind == b"IDAT":
            pixels = True
        elif kind == b"IEND":
            if not pixels:
                raise _broken("a PNG without pixels")
            _reject_rest_of_png(picture[at:])
            return PhotoHeader(kind="png", width_px=width, height_px=height, turn=turn, alpha=alpha)
        elif kind in (b"acTL", b"fcTL", b"fdAT"):
            raise _animated()
        else:
            alpha = alpha or kind == b"tRNS"
            turn = _orientation(body) if kind == b"eXIf" else turn
            _reject_foreign(body)
    raise _broken("a PNG of too many chunks")


def _reject_rest_of_png(rest: bytes) -> None:
    if rest.strip(b"\0"):
        raise _twofold(f"{len(rest)} more bytes behind the picture")


# --- WebP --------------------------------------------------------------------------------------------------------


def _webp(picture: bytes) -> PhotoHeader:
    (announced,) = struct.unpack_from("<I", picture, 4)
    end = announced + 8
    if end > len(picture):
        raise _cut_short()
    if picture[end:].strip(b"\0"):
        raise _twofold(f"{len(picture) - end} more bytes behind the picture")
    at, turn, alpha, canvas, size = 12, 1, False, (0, 0), (0, 0)
    for _ in range(SEGMENTS_MAX):
        if at + 8 > end:
            break
        kind, length = struct.unpack_from("<4sI", picture, at)
        if at + 8 + length > end:
            raise _cut_short()
        body = picture[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)
        if kind == b"VP8X":
            flags = body[0]
            if flags & 0x02:
                raise _animated()
            alpha = alpha or bool(flags & 0x10)
            canvas = (int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
        elif kind in (b"ANIM", b"ANMF"):
            raise _animated()
        elif kind in (b"VP8 ", b"VP8L"):
            if size != (0, 0):
                raise _broken("a WebP with two pictures")
            size, clear = _webp_frame(kind, body)
            alpha = alpha or clear
        else:
            _reject_foreign(body if kind != b"ALPH" else b"")
            turn = _orientation(body.removeprefix(b"Exif\0\0")) if kind == b"EXIF" else turn
    if size == (0, 0):
        raise _broken("a WebP without pixels")
    if canvas not in ((0, 0), size):
        raise _broken("a WebP whose canvas and picture differ in size")
    return PhotoHeader(kind="webp", width_px=size[0], height_px=size[1], turn=turn, alpha=alpha)


def _webp_frame(kind: bytes, body: bytes) -> tuple[tuple[int, int], bool]:
    """Size and whether pixels may be clear."""
    if kind == b"VP8 ":
        if body[3:6] != b"\x9d\x01\x2a":
            raise _broken("a WebP without a key frame")
        width, height = struct.unpack_from("<HH", body, 6)
        return (width & 0x3FFF, height & 0x3FFF), False
    if body[0] != 0x2F:
        raise _broken("a WebP with a wrong lossless mark")
    (bits,) = struct.unpack_from("<I", body, 1)
    return ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1), bool(bits >> 28 & 1)


# --- EXIF --------------------------------------------------------------------------------------------------------


def _orientation(tiff: bytes) -> int:
    """The orientation tag; 1 where there is none or it is nonsense."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 14:
        return 1
    (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
    if directory + 2 > len(tiff):
        return 1
    (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
    for number in range(min(entries, 200)):
        at = directory + 2 + 12 * number
        if at + 12 > len(tiff):
            return 1
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, at)
        if tag == 0x0112 and kind == 3:
            return value if 1 <= value <= 8 else 1
    return 1
