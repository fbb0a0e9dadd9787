"""What a picture gave: codes, guesses, or a refusal. Plain values, so that the server need not load the readers."""

from __future__ import annotations

import msgspec

from backend.scanning.photo_limits import PhotoRefusal


class PhotoCode(msgspec.Struct, frozen=True, kw_only=True):
    """One code found in a photograph."""

    text: str
    """The bare content; GS1 separators are 0x1D, a leading FNC1 is left out."""
    symbology: str
    """As zxing-cpp writes it: "EAN-13", "Code 128", "QR Code", "DataBar Expanded"."""
    gs1: bool
    """True where the symbol carries the GS1 mark."""
    reader: str
    """Who read it: "zxing-cpp", "pyzbar", "curve" (the reader of blurred bars), "bent" (of
    bent QR codes), joined by "+"."""
    confidence: float
    """0 to 1; above 0.5 where it may be booked."""
    reason: str
    """Why it is believed, or what it lacks."""
    position: tuple[tuple[int, int], ...]
    """Four corners (x, y) in pixels of the photograph as it stands upright."""


class PhotoReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a photograph holds."""

    codes: tuple[PhotoCode, ...] = ()
    guesses: tuple[PhotoCode, ...] = ()
    """Read, but with too little evidence to book; for a person to confirm."""


class PhotoAnswer(PhotoReading, frozen=True, kw_only=True):
    """What a picture file gave: codes, guesses, or a refusal."""

    refusal: PhotoRefusal | None = None
    width_px: int = 0
    """Of the photograph as it stands upright; positions are in these pixels."""
    height_px: int = 0


class KeptPhoto(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a picture that a person wanted kept: small, upright, without remarks; or a refusal."""

    jpeg: bytes = b""
    refusal: PhotoRefusal | None = None
