"""Reading EAN-13 and UPC-A whose bars have run together.

Ordinary readers look for edges. Where defocus is wider than a module there are none, yet the gray curve still tells the
digits apart: of all numbers with a right check digit, one explains the curve best. So this reader works the other way
round. It draws the curve each digit pair would give through a lens as blurred as this one, and looks for the number
whose curve fits (a Viterbi search over digit pairs, with number sets and check digit as part of the state). Place,
module width, bend and light are corrected between the rounds.

The best number always exists, even in a picture of grass. What counts is how well it fits (`fit`, the share of the
curve explained) and how much worse the second-best number is (`margin`). `photo_votes` sets what is enough.

After O. Gallo and R. Manduchi, "Reading 1D Barcodes with Mobile Phones Using Deformable Templates", 2011 (the idea).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from backend.scanning.photo_curves import (
    BLURS,
    MODULES,
    PER_MODULE,
    QUIET,
    TAIL,
    Floats,
    best_number,
    costs_of,
    guard_drawing,
    lowest,
    number_drawn,
    two_best_numbers,
)
from backend.scanning.photo_regions import Region
from backend.scanning.photo_views import View, chained, inverted

_WIDTH_PX = 720
_ROWS = 48
_SPAN = 1.9
"""Length of the sampled stretch in lengths of the located box, which may cover only part of the code."""
_GUESSES = 24
_NUDGED = 3
_ROUNDS_ROUGH = 4
_FINISHED = 2
_ROUNDS = 3
_GOOD_REST = 0.06
"""Share of the curve left unexplained at which the search may stop."""
_HOPELESS_REST = 0.5
_HOPELESS_COST = 9.0
"""Bars that are no EAN-13 at all: where every start costs this much, or no number explains two thirds, time is saved."""


@dataclass(frozen=True, slots=True)
class BlurredRead:
    """The best-fitting number of one region."""

    text: str
    """13 digits."""
    fit: float
    """Share of the curve explained, 0 to 1."""
    margin: float
    """How much worse the second-best number fits, in units of the unexplained rest."""
    weakest: float
    """Correlation of curve and drawing in the worst of the digits and guards. Low where a finger covers one: the check
    digit would fill the gap, but that is guessing, not reading."""
    halves: int
    """How many of the two halves of the code (upper, lower) alone give the same number: 0, 1 or 2."""
    corners: Floats
    """4 x 2, pixels of the photograph."""


def read_blurred(source: View, region: Region) -> BlurredRead | None:
    """The number whose drawing fits the region best, or None where nothing looks like an EAN-13 at all."""
    patch, to_photo = _upright_patch(source, region)
    whole = patch.mean(axis=0)
    if float(whole.max() - whole.min()) < 6.0:
        return None
    best = _fitted(whole)
    if best is None:
        return None
    back = whole[::-1]
    middle = patch.shape[0] // 2
    agreeing = 0
    for half in (patch[:middle], patch[middle:]):
        curve = half.mean(axis=0)
        start = _Candidate(0.0, best.places, best.blur, best.turned)
        again = _refined(curve[::-1].copy() if best.turned else curve, start, 2, best.text)
        agreeing += again is not None and again.text == best.text
    return BlurredRead(
        text=best.text,
        fit=1.0 - best.rest,
        margin=best.margin,
        weakest=_weakest(back if best.turned else whole, best),
        halves=agreeing,
        corners=_corners(best, patch.shape[0], to_photo),
    )


@dataclass(frozen=True, slots=True)
class _Fitting:
    text: str
    places: Floats
    """Curve position of each sample, `QUIET` modules before the code to `QUIET` after it."""
    blur: int
    rest: float
    margin: float
    turned: bool


def _upright_patch(source: View, region: Region) -> tuple[Floats, Floats]:
    """48 rows along the reading direction, sheared so that the bars stand upright, and their way to the photograph."""
    along = (region.corners[1] - region.corners[0]) / max(region.length_px, 1e-6)
    across = np.array([-along[1], along[0]])
    length, height = region.length_px * _SPAN, region.height_px * 0.7
    start = region.centre - along * length / 2 - across * height / 2
    upright = np.column_stack([along * length / _WIDTH_PX, across * height / _ROWS, start])
    best: tuple[float, NDArray[np.float32], Floats] | None = None
    source_pixels = source.pixels
    reach = height / length * _WIDTH_PX / _ROWS
    for slope in np.linspace(-0.36, 0.36, 13):
        shear = np.array([[1.0, slope * reach, -slope * reach * _ROWS / 2], [0.0, 1.0, 0.0]])
        to_photo = chained(upright, shear)
        patch = cv2.warpAffine(
            source_pixels,
            chained(inverted(source.to_photo), to_photo),
            (_WIDTH_PX, _ROWS),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        middle = patch[:, _WIDTH_PX // 4 : -_WIDTH_PX // 4]
        sharpness = float(np.square(np.diff(middle.mean(axis=0, dtype=np.float64))).sum())
        if best is None or sharpness > best[0]:
            best = (sharpness, patch, to_photo)
    assert best is not None
    return best[1].astype(np.float64), best[2]


# --- where the code may stand ------------------------------------------------------------------------------------


def _guesses(curve: Floats) -> list[tuple[float, float]]:
    """(start, module width) pairs at which quiet zone and guard bars stand on both sides, best first."""
    row = cv2.GaussianBlur(curve.astype(np.float32)[None, :], (0, 0), 1.0)
    boxed = _WIDTH_PX / _SPAN / MODULES
    scored = []
    for module in boxed * np.geomspace(0.62, 1.6, 64):
        head = guard_drawing(round(module, 2))
        if head.shape[1] >= _WIDTH_PX // 2:
            continue
        left = cv2.matchTemplate(row, head, cv2.TM_CCOEFF_NORMED)[0]
        right = cv2.matchTemplate(row, head[:, ::-1].copy(), cv2.TM_CCOEFF_NORMED)[0]
        # The left drawing begins QUIET modules before the code; the right one begins TAIL modules before its end.
        reach = round((MODULES - TAIL + QUIET) * module)
        if reach >= len(left):
            continue
        both = np.minimum(left[: len(left) - reach], right[reach:]) + 0.3 * (left[: len(left) - reach] + right[reach:])
        for at in np.argsort(-both)[:12]:
            scored.append((float(both[at]), float(at) + QUIET * module, float(module)))
    scored.sort(reverse=True)
    kept: list[tuple[float, float]] = []
    for _, start, module in scored:
        end = start + MODULES * module
        if all(abs(start - s) + abs(end - s - MODULES * m) > 0.9 * module for s, m in kept):
            kept.append((start, module))
        if len(kept) == _GUESSES:
            break
    return kept


# --- fitting place and light -------------------------------------------------------------------------------------

_UNITS = (np.arange((MODULES + 2 * QUIET) * PER_MODULE) + 0.5) / PER_MODULE - QUIET
"""Module coordinate of each sample; 0 is where the first guard bar begins."""
_POWERS = np.stack([((_UNITS - 47.5) / 47.5) ** power for power in range(4)], axis=1)


_NUDGES = np.array(
    [
        (bend + (start + end) / 2, (end - start) / 2, -bend)
        for start in (-0.8, -0.4, 0.0, 0.4, 0.8)
        for end in (-0.8, -0.4, 0.0, 0.4, 0.8)
        for bend in (-1.3, -0.65, 0.0, 0.65, 1.3)
    ]
)
"""Moves of start, end and middle in modules, as factors of `_POWERS`. A code seen at a slant bends by about a module."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    cost: float
    places: Floats
    blur: int
    turned: bool


def _candidates(curve: Floats, turned: bool) -> list[_Candidate]:
    """Where the code may stand, each with the lens that explains it best, before any correction."""
    guesses = _guesses(curve)
    if not guesses:
        return []
    places = np.array([start + module * _UNITS for start, module in guesses])
    samples = _sampled(curve, places)
    costs = np.array([lowest(costs_of(_evened(samples, blur), blur)) for blur in range(len(BLURS))])
    best = costs.argmin(axis=0)
    return [_Candidate(float(costs[blur, index]), places[index], int(blur), turned) for index, blur in enumerate(best)]


def _sampled(curve: Floats, places: Floats) -> Floats:
    axis = np.arange(len(curve))
    return np.array([np.interp(place, axis, curve) for place in places])


def _nudged(curve: Floats, candidate: _Candidate) -> _Candidate:
    """The best of its neighbours: start, end and middle moved a little."""
    module = (candidate.places[-1] - candidate.places[0]) / (_UNITS[-1] - _UNITS[0])
    moves = module * _NUDGES @ _POWERS[:, :3].T
    places = candidate.places[None, :] + moves
    costs = lowest(costs_of(_evened(_sampled(curve, places), candidate.blur), candidate.blur))
    index = int(costs.argmin())
    return _Candidate(float(costs[index]), places[index], candidate.blur, candidate.turned)


def _alike(one: _Candidate, other: _Candidate) -> bool:
    """Starts so close that the correction leads both to the same place."""
    near = 0.3 * (one.places[-1] - one.places[0]) / len(_UNITS) * PER_MODULE
    return one.turned == other.turned and bool(np.abs(one.places - other.places).max() < near)


def _fitted(curve: Floats) -> _Fitting | None:
    """The best fitting of the whole region, read in either direction.

    A wide lens explains everything a little, and its best number draws the place after it: so the start is also tried
    through a lens two steps narrower, whose few right digits pull the place home.
    """
    back = curve[::-1].copy()
    candidates: list[_Candidate] = []
    for turned in (False, True):
        own = sorted(_candidates(back if turned else curve, turned), key=lambda one: one.cost)
        candidates += own[:_NUDGED]
    candidates.sort(key=lambda one: one.cost)
    if not candidates or candidates[0].cost > _HOPELESS_COST:
        return None
    rough: dict[str, _Fitting] = {}
    for narrower in (0, 2, 1):
        if narrower == 1:
            # What came nearest has a right half more often than not: start once more from where it stands.
            nearest = sorted(rough.values(), key=lambda one: one.rest)[:_NUDGED]
            candidates = [_Candidate(one.rest, one.places, one.blur, one.turned) for one in nearest]
        starts: list[_Candidate] = []
        for one in candidates:
            start = _nudged(back if one.turned else curve, replace(one, blur=max(0, one.blur - narrower)))
            if not any(_alike(start, other) for other in starts):
                starts.append(start)
        for start in starts:
            fitting = _refined(back if start.turned else curve, start, _ROUNDS_ROUGH)
            if fitting is not None and (fitting.text not in rough or fitting.rest < rough[fitting.text].rest):
                rough[fitting.text] = fitting
        least = min((fitting.rest for fitting in rough.values()), default=1.0)
        if least < _GOOD_REST or least > _HOPELESS_REST:
            break
    best: _Fitting | None = None
    for one_rough in sorted(rough.values(), key=lambda one: one.rest)[:_FINISHED]:
        curve_read = back if one_rough.turned else curve
        again = _Candidate(0.0, one_rough.places, one_rough.blur, one_rough.turned)
        fitting = _refined(curve_read, again, _ROUNDS, one_rough.text)
        if fitting is not None and (best is None or fitting.rest < best.rest):
            best = fitting
    return best


def _evened(samples: Floats, blur: int) -> Floats:
    """Light scaled to white 1 and black 0 before any digit is known.

    Half of an EAN-13 is bars and, through a given lens, its curve has a known spread: mean and spread of the samples
    give offset and gain.
    """
    code = slice(QUIET * PER_MODULE, -QUIET * PER_MODULE)
    within = samples[..., code]
    tilt = within @ _TREND.T
    even = samples - tilt @ _POWERS[:, :2].T
    spread = np.sqrt(np.square(even[..., code]).mean(axis=-1, keepdims=True))
    light: Floats = 0.5 + even * (_spread_drawn(blur) / np.maximum(spread, 1.0))
    return light


_TREND = np.linalg.pinv(_POWERS[QUIET * PER_MODULE : -QUIET * PER_MODULE, :2])


@lru_cache(maxsize=8)
def _spread_drawn(blur: int) -> float:
    """Spread of the curve of some numbers through one lens."""
    code = slice(QUIET * PER_MODULE, -QUIET * PER_MODULE)
    numbers = (f"{17 * 10**10 * one + 987654321 * one * one:013d}"[-13:] for one in range(1, 40))
    return float(np.mean([number_drawn(number, blur)[code].std() for number in numbers]))


def _refined(curve: Floats, start: _Candidate, rounds: int, text: str = "") -> _Fitting | None:
    """Decode, then correct place, bend, light and blur by what was decoded, until the number stays.

    Without `text` the check digit is not asked (the first, rough rounds). With `text`, light and place are first fitted
    to that number; then it has to win against all numbers with a right check digit.
    """
    axis = np.arange(len(curve))
    slope = np.gradient(cv2.GaussianBlur(curve[None, :], (0, 0), 1.0)[0])
    checked = bool(text)
    places, blur, rest = start.places, start.blur, 1.0
    best, second = np.inf, np.inf
    if not checked:
        light = _evened(np.interp(places, axis, curve), blur)
        text, best, second = best_number(costs_of(light[None, :], blur))
    for _ in range(rounds):
        blur = _better_blur(np.interp(places, axis, curve), text, blur)
        drawn = number_drawn(text, blur)
        for _ in range(2):
            samples, moved = np.interp(places, axis, curve), np.interp(places, axis, slope)
            unknowns = np.hstack([drawn[:, None] * _POWERS[:, :3], _POWERS[:, :3], -moved[:, None] * _POWERS])
            solved = _solved(unknowns, samples)
            limit = (places[-1] - places[0]) / len(places) * PER_MODULE
            places = places + np.clip(_POWERS @ solved[6:], -limit, limit)
            if np.any(np.diff(places) <= 0):
                return None
        samples = np.interp(places, axis, curve)
        gain, offset, rest = _lit(samples, drawn)
        if np.any(gain <= 1.0):
            return None
        costs = costs_of(((samples - offset) / gain)[None, :], blur)
        found, best, second = two_best_numbers(costs) if checked else best_number(costs)
        if found == text:
            break
        text = found
    variance = max(best / len(_UNITS), 1e-6)
    return _Fitting(text, places, blur, rest, (second - best) / variance, start.turned)


def _solved(unknowns: Floats, samples: Floats) -> Floats:
    """Least squares by normal equations: the columns are few and scaled alike by the small damping."""
    square = unknowns.T @ unknowns
    square[np.diag_indices_from(square)] += 1e-6 * np.trace(square) / len(square)
    return np.linalg.solve(square, unknowns.T @ samples)


def _lit(samples: Floats, drawn: Floats) -> tuple[Floats, Floats, float]:
    """Gain and offset of the light along the code, and the share of the curve they leave unexplained."""
    unknowns = np.hstack([drawn[:, None] * _POWERS[:, :3], _POWERS[:, :3]])
    solved = _solved(unknowns, samples)
    gain, offset = _POWERS[:, :3] @ solved[:3], _POWERS[:, :3] @ solved[3:]
    unexplained = np.square(samples - unknowns @ solved).sum()
    code = slice(QUIET * PER_MODULE, -QUIET * PER_MODULE)
    total = np.square(samples[code] - samples[code].mean()).sum()
    return gain, offset, float(unexplained / max(total, 1e-6))


def _better_blur(samples: Floats, text: str, blur: int) -> int:
    near = [index for index in (blur - 1, blur, blur + 1) if 0 <= index < len(BLURS)]
    return min(near, key=lambda index: _lit(samples, number_drawn(text, index))[2])


def _weakest(curve: Floats, fitting: _Fitting) -> float:
    samples = np.interp(fitting.places, np.arange(len(curve)), curve)
    drawn = number_drawn(fitting.text, fitting.blur)
    starts = [-QUIET + 2, *range(3, 45, 7), *range(50, 92, 7), 90]
    found = []
    for start in starts:
        part = slice((start + QUIET) * PER_MODULE, (start + QUIET + 7) * PER_MODULE)
        one, other = samples[part] - samples[part].mean(), drawn[part] - drawn[part].mean()
        found.append(float(one @ other / max(np.sqrt((one @ one) * (other @ other)), 1e-9)))
    return min(found)


def _corners(fitting: _Fitting, rows: int, to_photo: Floats) -> Floats:
    ends = [fitting.places[QUIET * PER_MODULE], fitting.places[-QUIET * PER_MODULE]]
    if fitting.turned:
        ends = [_WIDTH_PX - 1 - end for end in ends]
    top, bottom = (0, rows) if not fitting.turned else (rows, 0)
    points = np.array([(ends[0], top), (ends[1], top), (ends[1], bottom), (ends[0], bottom)], dtype=np.float64)
    return points @ to_photo[:, :2].T + to_photo[:, 2]
