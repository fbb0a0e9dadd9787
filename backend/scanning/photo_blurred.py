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

from backend.scanning.photo_regions import Region
from backend.scanning.photo_views import View, chained, inverted

Floats = NDArray[np.float64]

_L = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
_R = tuple(code.translate(str.maketrans("01", "10")) for code in _L)
_G = tuple(code[::-1] for code in _R)
_FIRST_DIGIT = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")
_SETS = np.array([[0 if letter == "L" else 1 for letter in sets] for sets in _FIRST_DIGIT])

_QUIET = 7
_MODULES = 95
_PER_MODULE = 4
_BLURS = (0.45, 0.7, 0.95, 1.25, 1.6, 2.0)
"""Sigma of the lens blur in modules."""

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
_HOPELESS_COST = 10.0
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
    """Curve position of each sample, `_QUIET` modules before the code to `_QUIET` after it."""
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
    boxed = _WIDTH_PX / _SPAN / _MODULES
    scored = []
    for module in boxed * np.geomspace(0.62, 1.6, 64):
        head = _guard_drawing(round(module, 2))
        if head.shape[1] >= _WIDTH_PX // 2:
            continue
        left = cv2.matchTemplate(row, head, cv2.TM_CCOEFF_NORMED)[0]
        right = cv2.matchTemplate(row, head[:, ::-1].copy(), cv2.TM_CCOEFF_NORMED)[0]
        # The left drawing begins _QUIET modules before the code; the right one begins _TAIL modules before its end.
        reach = round((_MODULES - _TAIL + _QUIET) * module)
        if reach >= len(left):
            continue
        both = np.minimum(left[: len(left) - reach], right[reach:]) + 0.3 * (left[: len(left) - reach] + right[reach:])
        for at in np.argsort(-both)[:12]:
            scored.append((float(both[at]), float(at) + _QUIET * module, float(module)))
    scored.sort(reverse=True)
    kept: list[tuple[float, float]] = []
    for _, start, module in scored:
        end = start + _MODULES * module
        if all(abs(start - s) + abs(end - s - _MODULES * m) > 0.9 * module for s, m in kept):
            kept.append((start, module))
        if len(kept) == _GUESSES:
            break
    return kept


_TAIL = 4


@lru_cache(maxsize=4096)
def _guard_drawing(module: float) -> NDArray[np.float32]:
    bits = np.array([1.0] * _QUIET + [0, 1, 0, 1], dtype=np.float32)
    places = np.floor(np.arange(round(len(bits) * module)) / module).astype(int).clip(0, len(bits) - 1)
    return cv2.GaussianBlur(bits[places][None, :], (0, 0), max(0.6, 0.8 * module), borderType=cv2.BORDER_REPLICATE)


# --- what each digit pair would look like ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Drawings:
    """Curves (white 1, black 0) from digit centre to digit centre through one lens."""

    head: Floats  # 20 x n: quiet zone, guard, first half of a left digit (sets L then G)
    left: Floats  # 20 x 20 x 28
    middle: Floats  # 20 x 10 x 48
    right: Floats  # 10 x 10 x 28
    tail: Floats  # 10 x n


_LEFT = _L + _G


@lru_cache(maxsize=8)
def _drawings(blur: int) -> _Drawings:
    half = 7 * _PER_MODULE // 2
    head = [
        _drawn("0" * 12 + "101" + d + "0", blur)[(12 - _QUIET) * _PER_MODULE : 15 * _PER_MODULE + half] for d in _LEFT
    ]
    left = [[_drawn("1" + a + b + "0", blur)[_PER_MODULE + half :][: 2 * half] for b in _LEFT] for a in _LEFT]
    middle = [
        [_drawn("1" + a + "01010" + b + "1", blur)[_PER_MODULE + half :][: 2 * half + 5 * _PER_MODULE] for b in _R]
        for a in _LEFT
    ]
    right = [[_drawn("0" + a + b + "1", blur)[_PER_MODULE + half :][: 2 * half] for b in _R] for a in _R]
    tail = [
        _drawn("0" + d + "101" + "0" * 12, blur)[_PER_MODULE + half :][: half + (3 + _QUIET) * _PER_MODULE] for d in _R
    ]
    return _Drawings(*(np.array(part) for part in (head, left, middle, right, tail)))


def _drawn(bits: str, blur: int) -> Floats:
    """The curve of a bit string (1 = bar) through lens `blur`, four samples a module, white 1 and black 0."""
    fine = 4
    light = np.repeat([1.0 - int(bit) for bit in bits], _PER_MODULE * fine)
    sigma = _BLURS[blur] * _PER_MODULE * fine
    reach = int(4 * sigma) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(light, reach, mode="edge")
    blurred = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return blurred.reshape(-1, fine).mean(axis=1)


@dataclass(frozen=True, slots=True)
class _Costs:
    """Squared differences between the curve and the drawings, for a stack of guesses."""

    head: Floats  # h x 20
    left: list[Floats]  # 5 of h x 20 x 20
    middle: Floats  # h x 20 x 10
    right: list[Floats]  # 5 of h x 10 x 10
    tail: Floats  # h x 10


def _costs(curves: Floats, blur: int) -> _Costs:
    """`curves`: h x samples, light scaled to white 1 and black 0."""
    drawings = _drawings(blur)
    half = 7 * _PER_MODULE // 2
    at = (_QUIET + 3) * _PER_MODULE + half

    def against(start: int, drawn: Floats) -> Floats:
        part = curves[:, start : start + drawn.shape[-1]]
        flat = drawn.reshape(-1, drawn.shape[-1])
        cost = np.square(part).sum(axis=1)[:, None] - 2 * part @ flat.T + np.square(flat).sum(axis=1)[None, :]
        return cost.reshape(len(curves), *drawn.shape[:-1])

    head = against(0, drawings.head)
    left = [against(at + 2 * half * step, drawings.left) for step in range(5)]
    middle = against(at + 10 * half, drawings.middle)
    at += 10 * half + 2 * half + 5 * _PER_MODULE
    right = [against(at + 2 * half * step, drawings.right) for step in range(5)]
    tail = against(at + 10 * half, drawings.tail)
    return _Costs(head, left, middle, right, tail)


# --- which number fits -------------------------------------------------------------------------------------------


def _lowest(costs: _Costs) -> Floats:
    """The cost of the best number of each guess, check digit not yet asked (h)."""
    sets = _SETS * 10
    digits = np.arange(10)
    best = costs.head[:, sets[:, 0][:, None] + digits[None, :]]
    for step, cost in enumerate(costs.left):
        chosen = cost[
            :, (sets[:, step][:, None] + digits)[:, :, None], (sets[:, step + 1][:, None] + digits)[:, None, :]
        ]
        best = (best[:, :, :, None] + chosen).min(axis=2)
    chosen = costs.middle[:, sets[:, 5][:, None] + digits, :]
    joined = (best[:, :, :, None] + chosen).min(axis=(1, 2))
    for cost in costs.right:
        joined = (joined[:, :, None] + cost).min(axis=1)
    return (joined + costs.tail).min(axis=1)


def _two_best(costs: _Costs) -> tuple[str, float, float]:
    """The best number with a right check digit, its cost, and the cost of the second best. First guess of the stack."""
    digits = np.arange(10)
    sets = _SETS * 10
    # State: rank (two best kept), first digit, digit, check sum. Paths are kept as numbers.
    cost = np.full((2, 10, 10, 10), np.inf)
    path = np.zeros((2, 10, 10, 10), dtype=np.int64)
    for first in range(10):
        for digit in range(10):
            total = (first + 3 * digit) % 10
            cost[0, first, digit, total] = costs.head[0, sets[first, 0] + digit]
            path[0, first, digit, total] = first * 10 + digit
    for step in range(2, 13):
        if step <= 6:
            before, after = sets[:, step - 2][:, None] + digits, sets[:, step - 1][:, None] + digits
            move = costs.left[step - 2][0][before[:, :, None], after[:, None, :]]
        elif step == 7:
            move = costs.middle[0][(sets[:, 5][:, None] + digits)]
        else:
            move = np.broadcast_to(costs.right[step - 8][0], (10, 10, 10))
        cost, path = _stepped(cost, path, move, weight=3 if step % 2 else 1)
    ends = (cost + costs.tail[0][None, None, :, None])[:, :, :, 0].ravel()
    order = np.argsort(ends)[:2]
    return f"{path[:, :, :, 0].ravel()[order[0]]:013d}", float(ends[order[0]]), float(ends[order[1]])


def _best(costs: _Costs) -> tuple[str, float, float]:
    """The best number, its check digit not asked: quick, for the first rounds. The second best is not known: infinite."""
    digits = np.arange(10)
    sets = _SETS * 10
    cost = costs.head[0][sets[:, 0][:, None] + digits]
    steps = []
    for step, pairs in enumerate(costs.left):
        move = pairs[0][
            (sets[:, step][:, None] + digits)[:, :, None], (sets[:, step + 1][:, None] + digits)[:, None, :]
        ]
        steps.append(cost[:, :, None] + move)
        cost = steps[-1].min(axis=1)
    steps.append(cost[:, :, None] + costs.middle[0][sets[:, 5][:, None] + digits])
    cost = steps[-1].min(axis=1)
    for pairs in costs.right:
        steps.append(cost[:, :, None] + pairs[0][None])
        cost = steps[-1].min(axis=1)
    cost = cost + costs.tail[0]
    first, digit = divmod(int(cost.argmin()), 10)
    lowest = float(cost[first, digit])
    found = [digit]
    for step_costs in reversed(steps):
        digit = int(step_costs[first, :, digit].argmin())
        found.append(digit)
    return f"{first}{''.join(map(str, reversed(found)))}", lowest, np.inf


def _stepped(cost: Floats, path: NDArray[np.int64], move: Floats, weight: int) -> tuple[Floats, NDArray[np.int64]]:
    """One digit further. `move`: first digit x digit before x digit after."""
    # candidates: rank and digit before (20) x first digit x digit after x check sum
    spread = cost[:, :, :, None, :] + move[None, :, :, :, None]
    candidates = spread.transpose(0, 2, 1, 3, 4).reshape(20, 10, 10, 10)
    order = np.argpartition(candidates, 1, axis=0)[:2]
    two = np.take_along_axis(candidates, order, axis=0)
    sources = path.transpose(0, 2, 1, 3).reshape(20, 10, 10)
    first, total = np.arange(10)[None, :, None, None], np.arange(10)[None, None, None, :]
    origin = sources[order, first, total]
    after = np.arange(10)
    origin = origin * 10 + after[None, None, :, None]
    shifted = (after[None, :] - weight * after[:, None]) % 10
    pick = np.broadcast_to(shifted[None, None], two.shape)
    return np.take_along_axis(two, pick, axis=3), np.take_along_axis(origin, pick, axis=3)


# --- fitting place and light -------------------------------------------------------------------------------------

_UNITS = (np.arange((_MODULES + 2 * _QUIET) * _PER_MODULE) + 0.5) / _PER_MODULE - _QUIET
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
    costs = np.array([_lowest(_costs(_evened(samples, blur), blur)) for blur in range(len(_BLURS))])
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
    costs = _lowest(_costs(_evened(_sampled(curve, places), candidate.blur), candidate.blur))
    index = int(costs.argmin())
    return _Candidate(float(costs[index]), places[index], candidate.blur, candidate.turned)


def _alike(one: _Candidate, other: _Candidate) -> bool:
    """Starts so close that the correction leads both to the same place."""
    near = 0.3 * (one.places[-1] - one.places[0]) / len(_UNITS) * _PER_MODULE
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
    for narrower in (0, 2):
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
    code = slice(_QUIET * _PER_MODULE, -_QUIET * _PER_MODULE)
    within = samples[..., code]
    tilt = within @ _TREND.T
    even = samples - tilt @ _POWERS[:, :2].T
    spread = np.sqrt(np.square(even[..., code]).mean(axis=-1, keepdims=True))
    return 0.5 + even * (_spread_drawn(blur) / np.maximum(spread, 1.0))


_TREND = np.linalg.pinv(_POWERS[_QUIET * _PER_MODULE : -_QUIET * _PER_MODULE, :2])


@lru_cache(maxsize=8)
def _spread_drawn(blur: int) -> float:
    """Spread of the curve of some numbers through one lens."""
    code = slice(_QUIET * _PER_MODULE, -_QUIET * _PER_MODULE)
    numbers = (f"{17 * 10**10 * one + 987654321 * one * one:013d}"[-13:] for one in range(1, 40))
    return float(np.mean([_number_drawn(number, blur)[code].std() for number in numbers]))


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
        text, best, second = _best(_costs(light[None, :], blur))
    for _ in range(rounds):
        blur = _better_blur(np.interp(places, axis, curve), text, blur)
        drawn = _number_drawn(text, blur)
        for _ in range(2):
            samples, moved = np.interp(places, axis, curve), np.interp(places, axis, slope)
            unknowns = np.hstack([drawn[:, None] * _POWERS[:, :3], _POWERS[:, :3], -moved[:, None] * _POWERS])
            solved = _solved(unknowns, samples)
            limit = (places[-1] - places[0]) / len(places) * _PER_MODULE
            places = places + np.clip(_POWERS @ solved[6:], -limit, limit)
            if np.any(np.diff(places) <= 0):
                return None
        samples = np.interp(places, axis, curve)
        gain, offset, rest = _lit(samples, drawn)
        if np.any(gain <= 1.0):
            return None
        costs = _costs(((samples - offset) / gain)[None, :], blur)
        found, best, second = _two_best(costs) if checked else _best(costs)
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
    code = slice(_QUIET * _PER_MODULE, -_QUIET * _PER_MODULE)
    total = np.square(samples[code] - samples[code].mean()).sum()
    return gain, offset, float(unexplained / max(total, 1e-6))


def _better_blur(samples: Floats, text: str, blur: int) -> int:
    near = [index for index in (blur - 1, blur, blur + 1) if 0 <= index < len(_BLURS)]
    return min(near, key=lambda index: _lit(samples, _number_drawn(text, index))[2])


@lru_cache(maxsize=256)
def _number_drawn(text: str, blur: int) -> Floats:
    first, digits = int(text[0]), [int(digit) for digit in text[1:]]
    left = "".join(_LEFT[digit + 10 * _SETS[first][place]] for place, digit in enumerate(digits[:6]))
    right = "".join(_R[digit] for digit in digits[6:])
    quiet = "0" * (_QUIET + 5)
    drawn = _drawn(f"{quiet}101{left}01010{right}101{quiet}", blur)
    return drawn[5 * _PER_MODULE : -5 * _PER_MODULE]


def _weakest(curve: Floats, fitting: _Fitting) -> float:
    samples = np.interp(fitting.places, np.arange(len(curve)), curve)
    drawn = _number_drawn(fitting.text, fitting.blur)
    starts = [-_QUIET + 2, *range(3, 45, 7), *range(50, 92, 7), 90]
    found = []
    for start in starts:
        part = slice((start + _QUIET) * _PER_MODULE, (start + _QUIET + 7) * _PER_MODULE)
        one, other = samples[part] - samples[part].mean(), drawn[part] - drawn[part].mean()
        found.append(float(one @ other / max(np.sqrt((one @ one) * (other @ other)), 1e-9)))
    return min(found)


def _corners(fitting: _Fitting, rows: int, to_photo: Floats) -> Floats:
    ends = [fitting.places[_QUIET * _PER_MODULE], fitting.places[-_QUIET * _PER_MODULE]]
    if fitting.turned:
        ends = [_WIDTH_PX - 1 - end for end in ends]
    top, bottom = (0, rows) if not fitting.turned else (rows, 0)
    points = np.array([(ends[0], top), (ends[1], top), (ends[1], bottom), (ends[0], bottom)], dtype=np.float64)
    return points @ to_photo[:, :2].T + to_photo[:, 2]
