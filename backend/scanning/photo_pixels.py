"""From the bytes of an admitted picture to upright pixels: gray ones to read, and the small coloured picture to keep.

Colours and transparency carry no code: clear pixels become paper white, the rest is gray. The turn a camera noted is
applied once and then forgotten, so that every reader sees the same picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from backend.scanning.photo_limits import PhotoHeader, PhotoRefusal, broken
from backend.scanning.photo_views import WORKING_SIDE_PX, Gray

_TURNS: dict[int, Callable[[Gray], Any]] = {
    2: lambda gray: cv2.flip(gray, 1),
    3: lambda gray: cv2.rotate(gray, cv2.ROTATE_180),
    4: lambda gray: cv2.flip(gray, 0),
    5: cv2.transpose,
    6: lambda gray: cv2.rotate(gray, cv2.ROTATE_90_CLOCKWISE),
    7: lambda gray: cv2.flip(cv2.transpose(gray), -1),
    8: lambda gray: cv2.rotate(gray, cv2.ROTATE_90_COUNTERCLOCKWISE),
}
"""EXIF orientation to what makes it upright."""


def gray_pixels(picture: bytes, header: PhotoHeader) -> tuple[Gray, float] | PhotoRefusal:
    """Gray, upright pixels and how many pixels of the photograph one of them spans (2.0 for large JPEGs, else 1.0)."""
    large = header.kind == "jpeg" and max(header.width_px, header.height_px) >= 2 * WORKING_SIDE_PX
    flags = cv2.IMREAD_REDUCED_GRAYSCALE_2 if large else cv2.IMREAD_GRAYSCALE
    if header.alpha:
        flags = cv2.IMREAD_UNCHANGED
    pixels = _unpacked(picture, flags)
    if pixels is None:
        return broken("one that its decoder gave up on")
    scale = 2.0 if large else 1.0
    expected = (header.height_px / scale, header.width_px / scale)
    if any(abs(side - wanted) > 1 for side, wanted in zip(pixels.shape[:2], expected, strict=True)):
        return broken("one whose size is not the announced one")
    return _upright(_gray(pixels), header.turn), scale


def _unpacked(picture: bytes, flags: int) -> Any:
    """Pixels as the file has them, not turned; None where the decoder gives up."""
    try:
        return cv2.imdecode(np.frombuffer(picture, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None


KEPT_SIDE_PX = 1600
_KEPT_QUALITY = 80


def kept_picture(picture: bytes, header: PhotoHeader) -> bytes | PhotoRefusal:
    """What is kept of a proof: a JPEG of at most 1,600 pixels a side, upright, with nothing of the camera's remarks."""
    factor = 2 if header.kind == "jpeg" and max(header.width_px, header.height_px) >= 2 * KEPT_SIDE_PX else 1
    flags = cv2.IMREAD_REDUCED_COLOR_2 if factor == 2 else cv2.IMREAD_COLOR
    pixels = _unpacked(picture, flags)
    if pixels is None:
        return broken("one that its decoder gave up on")
    share = KEPT_SIDE_PX / max(pixels.shape[:2])
    if share < 1:
        pixels = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    upright: Any = _upright(pixels, header.turn)
    return bytes(cv2.imencode(".jpg", upright, [cv2.IMWRITE_JPEG_QUALITY, _KEPT_QUALITY])[1])


def _gray(pixels: Any) -> Gray:
    if pixels.dtype == np.uint16:
        pixels = cv2.convertScaleAbs(pixels, alpha=1 / 257)
    gray: Gray = pixels
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        alpha = cv2.extractChannel(pixels, 3)
        on_black = cv2.multiply(cv2.cvtColor(pixels, cv2.COLOR_BGRA2GRAY), alpha, scale=1 / 255)
        gray = cv2.add(on_black, cv2.bitwise_not(alpha))
    elif pixels.ndim == 3:
        gray = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    return gray


def _upright(gray: Gray, turn: int) -> Gray:
    upright: Gray = _TURNS[turn](gray) if turn in _TURNS else gray
    return upright
