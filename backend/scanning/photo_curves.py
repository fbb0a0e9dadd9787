"""What an EAN-13 looks like through a lens out of focus, and which number explains a given gray curve best.

The curve of a number is the sum of its bars, each blurred: so the stretch from the middle of one digit to the middle of
the next depends on these two digits alone. All such stretches are drawn once for each lens; a Viterbi search then finds
the number whose drawing is nearest, with number sets and check digit as part of the state.

Digits and number sets: ISO/IEC 15420 (GS1 General Specifications 5.2). A curve is sampled four times a module, from
seven modules before the first guard bar to seven after the last; white is 1, black is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
"""Real numbers; drawings and costs in single precision, for speed."""

_L = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
_R = tuple(code.translate(str.maketrans("01", "10")) for code in _L)
_G = tuple(code[::-1] for code in _R)
_FIRST_DIGIT = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")
_SETS = np.array([[0 if letter == "L" else 1 for letter in sets] for sets in _FIRST_DIGIT])

QUIET = 7
MODULES = 95
PER_MODULE = 4
BLURS = (0.45, 0.7, 0.95, 1.25, 1.6, 2.0)
"""Sigma of the lens blur in modules."""

TAIL = 4
"""Modules of guard and first white that `guard_drawing` shows after its quiet zone."""


@lru_cache(maxsize=4096)
def guard_drawing(module: float) -> Floats:
    """Quiet zone, guard bars and the white after them, as one row of `module` pixels a module, slightly out of focus."""
    bits = np.array([1.0] * QUIET + [0, 1, 0, 1], dtype=np.float32)
    places = np.floor(np.arange(round(len(bits) * module)) / module).astype(int).clip(0, len(bits) - 1)
    row: Floats = bits[places][None, :]
    drawn: Floats = cv2.GaussianBlur(row, (0, 0), max(0.6, 0.8 * module), borderType=cv2.BORDER_REPLICATE)
    return drawn


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
    half = 7 * PER_MODULE // 2
    head = [_drawn("0" * 12 + "101" + d + "0", blur)[(12 - QUIET) * PER_MODULE : 15 * PER_MODULE + half] for d in _LEFT]
    left = [[_drawn("1" + a + b + "0", blur)[PER_MODULE + half :][: 2 * half] for b in _LEFT] for a in _LEFT]
    middle = [
        [_drawn("1" + a + "01010" + b + "1", blur)[PER_MODULE + half :][: 2 * half + 5 * PER_MODULE] for b in _R]
        for a in _LEFT
    ]
    right = [[_drawn("0" + a + b + "1", blur)[PER_MODULE + half :][: 2 * half] for b in _R] for a in _R]
    tail = [
        _drawn("0" + d + "101" + "0" * 12, blur)[PER_MODULE + half :][: half + (3 + QUIET) * PER_MODULE] for d in _R
    ]
    return _Drawings(*(np.array(part, dtype=np.float32) for part in (head, left, middle, right, tail)))


def _drawn(bits: str, blur: int) -> Floats:
    """The curve of a bit string (1 = bar) through lens `blur`, four samples a module, white 1 and black 0."""
    fine = 4
    light = np.repeat([1.0 - int(bit) for bit in bits], PER_MODULE * fine)
    sigma = BLURS[blur] * PER_MODULE * fine
    reach = int(4 * sigma) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(light, reach, mode="edge")
    blurred = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    drawn: Floats = blurred.reshape(-1, fine).mean(axis=1)
    return drawn


@dataclass(frozen=True, slots=True)
class Costs:
    """Squared differences between the curve and the drawings, for a stack of guesses."""

    head: Floats  # h x 20
    left: list[Floats]  # 5 of h x 20 x 20
    middle: Floats  # h x 20 x 10
    right: list[Floats]  # 5 of h x 10 x 10
    tail: Floats  # h x 10


def costs_of(curves: Floats, blur: int) -> Costs:
    """`curves`: h x samples, light scaled to white 1 and black 0."""
    drawings = _drawings(blur)
    curves = curves.astype(np.float32)
    half = 7 * PER_MODULE // 2
    at = (QUIET + 3) * PER_MODULE + half

    def against(start: int, drawn: Floats) -> Floats:
        part = curves[:, start : start + drawn.shape[-1]]
        flat = drawn.reshape(-1, drawn.shape[-1])
        cost: Floats = np.square(part).sum(axis=1)[:, None] - 2 * part @ flat.T + np.square(flat).sum(axis=1)[None, :]
        return cost.reshape(len(curves), *drawn.shape[:-1])

    head = against(0, drawings.head)
    left = [against(at + 2 * half * step, drawings.left) for step in range(5)]
    middle = against(at + 10 * half, drawings.middle)
    at += 10 * half + 2 * half + 5 * PER_MODULE
    right = [against(at + 2 * half * step, drawings.right) for step in range(5)]
    tail = against(at + 10 * half, drawings.tail)
    return Costs(head, left, middle, right, tail)


# --- which number fits -------------------------------------------------------------------------------------------


def lowest(costs: Costs) -> Floats:
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
    least: Floats = (joined + costs.tail).min(axis=1)
    return least


def two_best_numbers(costs: Costs) -> tuple[str, float, float]:
    """The best number with a right check digit, its cost, and the cost of the second best. First guess of the stack."""
    digits = np.arange(10)
    sets = _SETS * 10
    # State: rank (two best kept), first digit, digit, check sum. Paths are kept as numbers.
    cost: Floats = np.full((2, 10, 10, 10), np.inf, dtype=np.float32)
    path: NDArray[np.int64] = np.zeros((2, 10, 10, 10), dtype=np.int64)
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


def best_number(costs: Costs) -> tuple[str, float, float]:
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
    one = candidates.argmin(axis=0)[None]
    least = np.take_along_axis(candidates, one, axis=0)
    np.put_along_axis(candidates, one, np.inf, axis=0)
    other = candidates.argmin(axis=0)[None]
    order = np.concatenate([one, other])
    two = np.concatenate([least, np.take_along_axis(candidates, other, axis=0)])
    sources = path.transpose(0, 2, 1, 3).reshape(20, 10, 10)
    first, total = np.arange(10)[None, :, None, None], np.arange(10)[None, None, None, :]
    origin = sources[order, first, total]
    after = np.arange(10)
    origin = origin * 10 + after[None, None, :, None]
    shifted = (after[None, :] - weight * after[:, None]) % 10
    pick = np.broadcast_to(shifted[None, None], two.shape)
    return np.take_along_axis(two, pick, axis=3), np.take_along_axis(origin, pick, axis=3)


@lru_cache(maxsize=256)
def number_drawn(text: str, blur: int) -> Floats:
    first, digits = int(text[0]), [int(digit) for digit in text[1:]]
    left = "".join(_LEFT[digit + 10 * _SETS[first][place]] for place, digit in enumerate(digits[:6]))
    right = "".join(_R[digit] for digit in digits[6:])
    quiet = "0" * (QUIET + 5)
    drawn = _drawn(f"{quiet}101{left}01010{right}101{quiet}", blur)
    return drawn[5 * PER_MODULE : -5 * PER_MODULE]
