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
