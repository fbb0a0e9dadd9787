"""The pictures of one picture: gray pixels, and the prepared copies a reader is tried on.

A reader that fails on a photograph often succeeds on a copy of it: smaller, flatter, sharper. Each copy is a `View`. It
knows the way back to the photograph, so that a position is always told in the pixels the sender has in hand.

Nothing here decides anything; the order of the copies is the business of `photos`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
"""Gray pixels, rows first, 0 is black."""

Affine = NDArray[np.float64]
"""2 x 3 matrix: pixel of a copy to pixel of the photograph."""

WORKING_SIDE_PX = 1600
"""The longest side of the copy most readers see. More costs time and reads nothing that the region cuts do not read."""


@dataclass(frozen=True, slots=True)
class View:
    """A copy of the photograph under the name its votes are counted by."""

    name: str
    pixels: Gray
    to_photo: Affine

    @property
    def longest_px(self) -> int:
        """The longer side in pixels of this copy."""
        return int(max(self.pixels.shape))

    def onto_photo(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of this copy (n x 2) as points of the photograph."""
        return points @ self.to_photo[:, :2].T + self.to_photo[:, 2]


def scaling(x: float, y: float) -> Affine:
    """The matrix that multiplies by `x` and `y`, from pixel centre to pixel centre."""
    return np.array([[x, 0.0, 0.5 * x - 0.5], [0.0, y, 0.5 * y - 0.5]])


def chained(outer: Affine, inner: Affine) -> Affine:
    """First `inner`, then `outer`."""
    linear = outer[:, :2] @ inner[:, :2]
    shift = outer[:, :2] @ inner[:, 2] + outer[:, 2]
    return np.column_stack([linear, shift])


def inverted(matrix: Affine) -> Affine:
    """The way back."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def resized(view: View, factor: float, name: str, interpolation: int) -> View:
    """The same picture at `factor` times the size."""
    height, width = view.pixels.shape
    new_width, new_height = max(1, round(width * factor)), max(1, round(height * factor))
    pixels = cv2.resize(view.pixels, (new_width, new_height), interpolation=interpolation)
    back = scaling(width / new_width, height / new_height)
    return View(name, pixels, chained(view.to_photo, back))


def working_copy(photo: View) -> View:
    """The copy every chain starts with: the photograph itself, or its reduction to 1,600 pixels."""
    if photo.longest_px <= WORKING_SIDE_PX:
        return View("plain", photo.pixels, photo.to_photo)
    return resized(photo, WORKING_SIDE_PX / photo.longest_px, "plain", cv2.INTER_AREA)


def halved(view: View) -> View:
    """Half the size: noise and a light blur fall below one pixel."""
    return resized(view, 0.5, "half", cv2.INTER_AREA)


def doubled(view: View) -> View:
    """Twice the size, for modules of about one pixel."""
    return resized(view, 2.0, "double", cv2.INTER_CUBIC)


def evened(view: View, name: str = "evened") -> View:
    """Local contrast stretched (CLAHE): shadows, glare, faded print."""
    flattened = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(view.pixels)
    return View(name, flattened, view.to_photo)


def negative(view: View) -> View:
    """Light made dark and dark made light."""
    return View("negative", cv2.bitwise_not(view.pixels), view.to_photo)


def thresholded(view: View) -> View:
    """Black and white against the mean of the neighbourhood."""
    pixels = cv2.adaptiveThreshold(view.pixels, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 31, 5)
    return View("thresholded", pixels, view.to_photo)


def sharpened(view: View, sigma_px: float, gain: float, name: str) -> View:
    """Unsharp mask: what differs from the blurred picture counts `gain` times more."""
    blurred = cv2.GaussianBlur(view.pixels, (0, 0), sigma_px)
    return View(name, cv2.addWeighted(view.pixels, 1 + gain, blurred, -gain, 0), view.to_photo)


def row_averaged(view: View, rows: int) -> View:
    """Each row as the mean of its neighbours: upright bars stay, noise goes."""
    return View("row_averaged", cv2.blur(view.pixels, (1, rows)), view.to_photo)


# --- places ------------------------------------------------------------------------------------------------------

_EDGE = 18
"""Levels of gray between two neighbours that count as an edge."""
_BLOCK_PX = 8
_BUSY_SHARE = 0.33
"""Share of pixels beside an edge: modules of one to two pixels have more, a room, a hand or a page of print less."""
_BUSY_BLOCKS = 4
_BUSY_AROUND_PX = 14
_BUSY_PLACES_MAX = 4
BUSY_PIXELS_MAX = 60_000
"""All places together. What is busy all over, as gravel or cloth, is not a small code."""


def busy_places(view: View) -> list[View]:
    """Small places as full of edges as a matrix code of tiny modules, the fullest first, with some ground around."""
    pixels = view.pixels
    across = cv2.absdiff(pixels[:-1, 1:], pixels[:-1, :-1])
    down = cv2.absdiff(pixels[1:, :-1], pixels[:-1, :-1])
    edges = cv2.compare(cv2.max(across, down), _EDGE, cv2.CMP_GT)
    size = (max(1, edges.shape[1] // _BLOCK_PX), max(1, edges.shape[0] // _BLOCK_PX))
    density = cv2.blur(cv2.resize(edges, size, interpolation=cv2.INTER_AREA), (2, 2))
    busy = (density > _BUSY_SHARE * 255).astype(np.uint8)
    count, labels, found, _ = cv2.connectedComponentsWithStats(busy, connectivity=8)
    sums = np.bincount(labels.ravel(), weights=density.ravel(), minlength=count)
    ranked = sorted(range(1, count), key=lambda one: -sums[one] / found[one, cv2.CC_STAT_AREA] ** 0.5)
    places, left_px = [], BUSY_PIXELS_MAX
    for one in ranked:
        left, top, width, height, blocks = (int(number) for number in found[one])
        left_px_then = left_px - width * height * _BLOCK_PX**2
        if blocks < _BUSY_BLOCKS or left_px_then < 0:
            continue
        left_px = left_px_then
        places.append(_with_ground(view, left, top, width, height))
        if len(places) == _BUSY_PLACES_MAX:
            break
    return places


def _with_ground(view: View, left: int, top: int, width: int, height: int) -> View:
    """These blocks and what lies around them, as a copy of its own."""
    x, y = (max(0, start * _BLOCK_PX - _BUSY_AROUND_PX) for start in (left, top))
    right, low = (left + width) * _BLOCK_PX + _BUSY_AROUND_PX, (top + height) * _BLOCK_PX + _BUSY_AROUND_PX
    pixels = np.ascontiguousarray(view.pixels[y:low, x:right])
    return View("place", pixels, chained(view.to_photo, np.array([[1.0, 0.0, x], [0.0, 1.0, y]])))
