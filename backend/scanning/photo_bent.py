"""Reading a QR code that is bent: on foil, on a bag, on cloth.

Ordinary readers lay one flat grid over the symbol. On a bent one the grid runs beside the modules after a few of them,
and what is read there is noise. This reader draws the symbol it believes to see, compares drawing and picture, and
moves every place of the grid to where drawing and picture agree (optical flow after B. Lucas and T. Kanade, 1981). It
begins with what every QR code shows at known places, finder, timing and alignment patterns, and goes on with all
modules, in ever smaller windows. The straightened symbol is given to zxing-cpp, whose error correction has the last
word: a grid that went astray gives no text.

Names of the patterns and their places: ISO/IEC 18004.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from backend.scanning.photo_readers import SEPARATOR, Read
from backend.scanning.photo_views import Gray, View

Floats = NDArray[Any]
Modules = NDArray[np.int8]
"""1 black, 0 white, -1 not known beforehand."""

_PER_MODULE = 6
_MARGIN = 2
"""Modules of quiet zone that belong to the drawing."""
_SIDES = range(21, 74, 4)
"""Modules a side, version 1 to 14: larger ones are not printed on what bends."""
_SEEN = 0.6
"""Least likeness of the known patterns: symbols of the right size reached 0.9 to 1.1, of a wrong size at most 0.4."""
_ROUNDS = ((8.0, True), (6.0, True), (5.0, True), (5.0, False), (5.0, False), (3.5, False), (3.5, False), (2.5, False))
"""Reach of the window in modules, and whether only the known patterns are compared."""
_STEP_MODULES = 0.4
_QUIET_PX = 4
_CANDIDATES = 2
_SIDE_PX_MIN = 40.0


def read_bent(view: View) -> list[Read]:
    """QR codes that zxing-cpp sees and cannot read."""
    found = zxingcpp.read_barcodes(
        view.pixels,
        formats=zxingcpp.BarcodeFormat.QRCode,
        return_errors=True,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    )
    seen = [_corners(barcode.position) for barcode in found if not barcode.valid]
    # Three finder patterns of two codes also make a triangle: the largest are looked at first.
    seen.sort(key=lambda corners: -abs(cv2.contourArea(corners)))
    reads = []
    for corners in seen[:_CANDIDATES]:
        straight = _straightened(view.pixels, corners)
        if straight is not None:
            reads.append(_read(view, corners, straight))
            break
    return reads


def _corners(at: Any) -> NDArray[np.float32]:
    return np.array([(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)], np.float32)


def _read(view: View, corners: NDArray[np.float32], barcode: Any) -> Read:
    return Read(
        text=barcode.text.removeprefix(SEPARATOR),
        symbology=str(barcode.format),
        gs1=barcode.content_type == zxingcpp.ContentType.GS1,
        corners=view.onto_photo(corners.astype(np.float64)),
        reader="bent",
        view=view.name,
    )


# --- what every QR code shows ------------------------------------------------------------------------------------


def alignment_places(side: int) -> list[tuple[int, int]]:
    """Row and column of the middle of each alignment pattern of a symbol of `side` modules."""
    version = (side - 17) // 4
    if version < 2:
        return []
    count = version // 7 + 2
    apart = 2 * ((version * 8 + count * 3 + 5) // (count * 4 - 4))
    lines = [6, *(side - 7 - apart * back for back in range(count - 2, -1, -1))]
    corners = {(6, 6), (6, side - 7), (side - 7, 6)}
    return [(row, column) for row in lines for column in lines if (row, column) not in corners]


@lru_cache(maxsize=32)
def known_modules(side: int) -> Modules:
    """Finder, timing and alignment patterns of a symbol of `side` modules; -1 where the content stands."""
    modules: Modules = np.full((side, side), -1, np.int8)
    finder = np.zeros((8, 8), np.int8)
    finder[:7, :7], finder[1:6, 1:6], finder[2:5, 2:5] = 1, 0, 1
    modules[:8, :8], modules[:8, -8:], modules[-8:, :8] = finder, finder[:, ::-1], finder[::-1]
    timing = (np.arange(8, side - 8) + 1) % 2
    modules[6, 8:-8] = modules[8:-8, 6] = timing
    for row, column in alignment_places(side):
        modules[row - 2 : row + 3, column - 2 : column + 3] = 1
        modules[row - 1 : row + 2, column - 1 : column + 2] = 0
        modules[row, column] = 1
    return modules


# --- from the bent to the straight symbol ------------------------------------------------------------------------


def _straightened(gray: Gray, corners: NDArray[np.float32]) -> Any:
    """zxing-cpp's answer to the straightened symbol, or None."""
    if cv2.arcLength(corners, closed=True) < 4 * _SIDE_PX_MIN:
        return None
    left, top = np.floor(corners.min(axis=0) - 12).clip(0).astype(int)
    right, low = np.ceil(corners.max(axis=0) + 12).astype(int)
    around = gray[top:low, left:right].astype(np.float32)
    inside = corners - np.array([left, top], np.float32)
    likeness, side = max((_likeness(around, inside, side), side) for side in _SIDES)
    if likeness < _SEEN:
        return None
    for modules in _followed(around, inside, side):
        barcode = _decoded(modules)
        if barcode is not None:
            return barcode
    return None


def _flat_grid(corners: NDArray[np.float32], side: int, per_module: int, margin: int) -> tuple[Floats, Floats]:
    """Where each sample of a flat symbol stands in the picture: x and y."""
    steps = (np.arange((side + 2 * margin) * per_module) + 0.5) / per_module - margin
    across, down = np.meshgrid(steps, steps)
    flat = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners + np.float32(0.5))
    depth = matrix[2, 0] * across + matrix[2, 1] * down + matrix[2, 2]
    x = (matrix[0, 0] * across + matrix[0, 1] * down + matrix[0, 2]) / depth - 0.5
    y = (matrix[1, 0] * across + matrix[1, 1] * down + matrix[1, 2]) / depth - 0.5
    return x.astype(np.float32), y.astype(np.float32)


def _sampled(gray: Floats, x: Floats, y: Floats) -> Floats:
    return cv2.remap(gray, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _likeness(gray: Floats, corners: NDArray[np.float32], side: int) -> float:
    """How well the known patterns of this size fit, in spreads of the light: about 1 where they do."""
    samples = _sampled(gray, *_flat_grid(corners, side, 1, 0))
    even = _evened(samples, 4.0)
    known = known_modules(side)
    return float(np.where(known == 1, -even, even)[known >= 0].mean())


def _evened(samples: Floats, sigma: float) -> Floats:
    """Light measured against its neighbourhood, in spreads of it."""
    off = samples - cv2.GaussianBlur(samples, (0, 0), sigma)
    spread = np.sqrt(cv2.GaussianBlur(off * off, (0, 0), sigma)) + 4.0
    return off / spread


def _followed(gray: Floats, corners: NDArray[np.float32], side: int) -> Iterator[Modules]:
    """The modules as they are seen while the grid draws nearer to the picture."""
    x, y = _flat_grid(corners, side, _PER_MODULE, _MARGIN)
    across, down = np.meshgrid(*(np.arange(len(x), dtype=np.float32),) * 2)
    moved_x, moved_y = np.zeros_like(x), np.zeros_like(y)
    known: Modules = np.pad(known_modules(side), _MARGIN, constant_values=0)
    inner: Floats = np.pad(_enlarged((known_modules(side) >= 0).astype(np.float32)), _MARGIN * _PER_MODULE)
    everywhere = np.ones_like(inner)
    for reach, only_known in _ROUNDS:
        at_x, at_y = across + moved_x, down + moved_y
        even = _evened(_sampled(gray, _sampled(x, at_x, at_y), _sampled(y, at_x, at_y)), 4.0 * _PER_MODULE)
        middles = cv2.blur(even, (3, 3))[_PER_MODULE // 2 :: _PER_MODULE, _PER_MODULE // 2 :: _PER_MODULE]
        modules: Modules = np.where(known >= 0, known, (middles < 0).astype(np.int8))
        if not only_known:
            yield modules[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
        drawn = cv2.GaussianBlur(_enlarged(1.0 - 2.0 * modules.astype(np.float32)), (0, 0), 0.4 * _PER_MODULE)
        step_x, step_y = _flow(even, drawn, inner if only_known else everywhere, reach * _PER_MODULE / 2)
        moved_x, moved_y = moved_x + step_x, moved_y + step_y


def _enlarged(modules: Floats) -> Floats:
    return np.repeat(np.repeat(modules, _PER_MODULE, axis=0), _PER_MODULE, axis=1)


def _flow(seen: Floats, drawn: Floats, weight: Floats, sigma: float) -> tuple[Floats, Floats]:
    """How far each sample has to move for the picture to look like the drawing: least squares in a soft window."""
    smooth = cv2.GaussianBlur(seen, (0, 0), 0.3 * _PER_MODULE)
    slope_x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    slope_y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    missing = drawn * (float(smooth.std()) / max(float(drawn.std()), 1e-6)) - smooth

    def gathered(product: Floats) -> Floats:
        return cv2.GaussianBlur(product * weight, (0, 0), sigma)

    xx, xy, yy = gathered(slope_x * slope_x), gathered(slope_x * slope_y), gathered(slope_y * slope_y)
    x, y = gathered(slope_x * missing), gathered(slope_y * missing)
    damping = 0.03 * float((xx + yy).mean()) + 1e-9
    xx, yy = xx + damping, yy + damping
    whole = xx * yy - xy * xy
    limit = _STEP_MODULES * _PER_MODULE
    steps = [np.clip(move / whole, -limit, limit) for move in (yy * x - xy * y, xx * y - xy * x)]
    return cv2.GaussianBlur(steps[0], (0, 0), sigma / 2), cv2.GaussianBlur(steps[1], (0, 0), sigma / 2)


def _decoded(modules: Modules) -> Any:
    """What zxing-cpp says to a clean print of these modules, or None."""
    light: Gray = np.where(modules == 1, 0, 255).astype(np.uint8)
    print_out = cv2.copyMakeBorder(
        cv2.resize(light, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST),
        *(3 * _QUIET_PX,) * 4,
        cv2.BORDER_CONSTANT,
        value=255,
    )
    found = zxingcpp.read_barcodes(
        print_out,
        formats=zxingcpp.BarcodeFormat.QRCode,
        is_pure=True,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return next((barcode for barcode in found if barcode.valid and barcode.text), None)
