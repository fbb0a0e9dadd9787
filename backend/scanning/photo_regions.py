"""The region step: find bars, cut them out, turn them upright, enlarge them, and read the cut.

OpenCV's barcode detector locates any linear code at any angle, even blurred, by the direction of its gradients. What it
finds is cut out along the bars and offered in five treatments, from untouched to strongly sharpened. This one step reads
most of the phone photographs that whole-picture readers give up on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from backend.scanning.photo_views import View, chained, inverted, scaling

LOCATE_SIDE_PX = 1000
BOXES_MAX = 4
CUT_LENGTH_PX = 900
"""Reading length of a cut. A code of 95 modules then has about seven pixels a module: enough for the sharpest treatment."""

_LENGTH_SHARE = 1.35
_HEIGHT_SHARE = 0.9
# Along the reading direction: sigma in pixels of the cut, and gain of the unsharp mask.
_SHARPENINGS = ((3.0, 2.0), (5.0, 3.0), (8.0, 4.0))


@dataclass(frozen=True, slots=True)
class Region:
    """Where bars were found, in pixels of the photograph."""

    corners: NDArray[np.float64]
    """4 x 2; the first side runs across the bars (the reading direction)."""

    @property
    def length_px(self) -> float:
        """Extent in the reading direction."""
        return float(np.linalg.norm(self.corners[1] - self.corners[0]))

    @property
    def height_px(self) -> float:
        """Extent along the bars."""
        return float(np.linalg.norm(self.corners[3] - self.corners[0]))

    @property
    def centre(self) -> NDArray[np.float64]:
        """The middle."""
        middle: NDArray[np.float64] = self.corners.mean(axis=0)
        return middle


def locate(view: View) -> list[Region]:
    """Boxes of bars, longest first, at most four."""
    factor = min(1.0, LOCATE_SIDE_PX / view.longest_px)
    pixels = view.pixels
    if factor < 1.0:
        pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    if min(pixels.shape) < 16:
        return []
    found, boxes = cv2.barcode.BarcodeDetector().detectMulti(pixels)
    if not found or boxes is None:
        return []
    to_photo = chained(view.to_photo, scaling(1 / factor, 1 / factor))
    regions = []
    for box in np.asarray(boxes, dtype=np.float64):
        corners = box @ to_photo[:, :2].T + to_photo[:, 2]
        region = _lengthwise(corners)
        if region.length_px >= 12 and region.height_px >= 3:
            regions.append(region)
    regions.sort(key=lambda region: -region.length_px)
    return regions[:BOXES_MAX]


def _lengthwise(corners: NDArray[np.float64]) -> Region:
    """The box with its longer side first, read left to right (or top to bottom) where possible."""
    if np.linalg.norm(corners[1] - corners[0]) < np.linalg.norm(corners[2] - corners[1]):
        corners = np.roll(corners, -1, axis=0)
    direction = corners[1] - corners[0]
    if direction[0] + 0.1 * direction[1] < 0:
        corners = np.roll(corners, -2, axis=0)
    return Region(corners)


def cut_out(source: View, region: Region) -> View:
    """The region upright, its bars standing, about 900 pixels long."""
    along = region.corners[1] - region.corners[0]
    along_unit = along / max(float(np.linalg.norm(along)), 1e-6)
    across_unit = np.array([-along_unit[1], along_unit[0]])
    length, height = region.length_px * _LENGTH_SHARE, region.height_px * _HEIGHT_SHARE
    factor = max(CUT_LENGTH_PX / length, 0.05)
    width_px = round(length * factor)
    height_px = int(np.clip(round(height * factor), 24, CUT_LENGTH_PX))
    start = region.centre - along_unit * length / 2 - across_unit * (height_px / factor) / 2
    to_photo = np.column_stack([along_unit / factor, across_unit / factor, start])
    to_source = chained(inverted(source.to_photo), to_photo)
    pixels = cv2.warpAffine(
        source.pixels,
        to_source,
        (width_px, height_px),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return View("cut", pixels, to_photo)


def treatments(cut: View) -> Iterator[View]:
    """The cut untouched, averaged along the bars, and sharpened across them in three strengths."""
    yield cut
    rows = max(3, (cut.pixels.shape[0] // 3) | 1)
    averaged = cv2.blur(cut.pixels, (1, rows))
    yield View("averaged", averaged, cut.to_photo)
    lines = averaged[:: max(1, rows // 4)]
    squeeze = np.array([[1.0, 0.0, 0.0], [0.0, float(max(1, rows // 4)), 0.0]])
    stretched = cv2.normalize(lines, None, 0, 255, cv2.NORM_MINMAX)
    for sigma_px, gain in _SHARPENINGS:
        blurred = cv2.GaussianBlur(stretched, (0, 0), sigmaX=sigma_px, sigmaY=0.01)
        pixels = cv2.addWeighted(stretched, 1 + gain, blurred, -gain, 0)
        yield View(f"sharpened{sigma_px:g}", pixels, chained(cut.to_photo, squeeze))
