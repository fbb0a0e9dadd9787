"""How far a picture may be spoilt: `python -m bench.decode_made` (no pictures needed).

Codes are drawn, laid on a table, and spoilt in one way at a time, in three levels; the table tells what share the chain
still reads, how many texts were wrong, and the time. The same seed gives the same pictures. One module is four pixels
wide in bars and matrix codes alike, unless the kind says otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded: one thread is what is measured

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from backend.scanning.photos import read_codes

Gray = NDArray[np.uint8]
Spoiler = Callable[[Gray, float, np.random.Generator], Any]

MODULE_PX = 4
SYMBOLOGIES = ("EAN13", "Code128", "QRCode", "DataMatrix")
_TABLE = 170


def _clipped(light: Any) -> Gray:
    return np.clip(light, 0, 255).astype(np.uint8)


def _moved(gray: Gray, x: Any, y: Any) -> Any:
    return cv2.remap(gray, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderValue=_TABLE)


def turned(gray: Gray, degrees: float, _: np.random.Generator) -> Any:
    """Lying askew."""
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(gray, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=_TABLE)


def tilted(gray: Gray, degrees: float, _: np.random.Generator) -> Any:
    """Seen from the side, at 1.5 picture widths."""
    height, width = gray.shape
    near = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    x, y = near[:, 0] - width / 2, near[:, 1] - height / 2
    depth = 1.5 * width + x * np.sin(np.radians(degrees))
    far = np.stack([x * np.cos(np.radians(degrees)), y], axis=1) * (1.5 * width / depth)[:, None]
    far = (far + np.array([width / 2, height / 2])).astype(np.float32)
    return cv2.warpPerspective(gray, cv2.getPerspectiveTransform(near, far), (width, height), borderValue=_TABLE)


def dark(gray: Gray, noise: float, chance: np.random.Generator) -> Any:
    """A fifth of the light, and the sensor's noise."""
    return _clipped(20 + gray * 0.2 + chance.normal(0, noise, gray.shape))


def glaring(gray: Gray, share: float, chance: np.random.Generator) -> Any:
    """A round reflection over this share of the width, white in its middle."""
    down, across = np.mgrid[: gray.shape[0], : gray.shape[1]]
    middle = chance.uniform(0.4, 0.6, 2) * gray.shape
    apart = ((down - middle[0]) ** 2 + (across - middle[1]) ** 2) / (share * gray.shape[1] / 2) ** 2
    return _clipped(gray + 400 * np.exp(-apart))


def defocused(gray: Gray, modules: float, chance: np.random.Generator) -> Any:
    """Blur circle of this radius in modules."""
    radius = modules * MODULE_PX
    grid = np.mgrid[-12:13, -12:13]
    disc = np.clip(radius + 0.5 - np.hypot(*grid), 0, 1)
    return _clipped(cv2.filter2D(gray.astype(np.float64), -1, disc / disc.sum()) + chance.normal(0, 1.5, gray.shape))


def shaken(gray: Gray, modules: float, chance: np.random.Generator) -> Any:
    """Moved along the bars' reading direction while the shutter was open."""
    length = max(1, round(modules * MODULE_PX))
    return _clipped(cv2.blur(gray, (length, 1)) + chance.normal(0, 1.5, gray.shape))


def inverted(gray: Gray, contrast: float, _: np.random.Generator) -> Any:
    """Light bars on dark ground, with this share of the contrast."""
    return _clipped(128 + (128.0 - gray) * contrast)


def on_foil(gray: Gray, modules: float, chance: np.random.Generator) -> Any:
    """Waves that move every place by up to this many modules."""
    down, across = np.mgrid[: gray.shape[0], : gray.shape[1]].astype(np.float64)
    reach, phase = modules * MODULE_PX, chance.uniform(0, 6.28, 2)
    wave = gray.shape[1] / 2.2
    x = across + reach * np.sin(2 * np.pi * down / wave + phase[0])
    return _moved(gray, x, down + reach * np.sin(2 * np.pi * across / wave + phase[1]))


def on_screen(gray: Gray, depth: float, chance: np.random.Generator) -> Any:
    """Photographed from a screen: its dots beat against the sensor's."""
    down, across = np.mgrid[: gray.shape[0], : gray.shape[1]]
    dots = 1 - depth * (0.5 + 0.5 * np.sin(across * 1.9 + down * 0.11)) * (0.5 + 0.5 * np.sin(down * 2.1))
    return _clipped(gray * dots + chance.normal(0, 2, gray.shape))


def dotted(gray: Gray, size: float, _: np.random.Generator) -> Any:
    """Each module a dot of this share of its width, as a needle marks metal."""
    cell = np.hypot(*(np.mgrid[:MODULE_PX, :MODULE_PX] - (MODULE_PX - 1) / 2)) <= size * MODULE_PX / 2
    mask = np.tile(cell, (gray.shape[0] // MODULE_PX + 1, gray.shape[1] // MODULE_PX + 1))
    marked = np.where(mask[: gray.shape[0], : gray.shape[1]] & (gray < 100), 40, 200).astype(np.uint8)
    return cv2.GaussianBlur(marked, (0, 0), 1.0)


def in_corner(gray: Gray, side: float, chance: np.random.Generator) -> Any:
    """Small in the corner of a page of lines."""
    page = np.full((int(side), int(side)), 240, np.uint8)
    for line in range(60, int(side) - 40, 26):
        for word in range(40, int(side) - 80, 70):
            page[line : line + 10, word : word + int(chance.integers(20, 60))] = 60
    inner = gray[_inner(gray)]
    page[-inner.shape[0] - 8 : -8, -inner.shape[1] - 8 : -8] = inner
    return page


def _inner(gray: Gray) -> tuple[slice, slice]:
    ink = np.argwhere(gray != _TABLE)
    (top, left), (low, right) = ink.min(axis=0), ink.max(axis=0) + 1
    return slice(int(top), int(low)), slice(int(left), int(right))


KINDS: dict[str, tuple[Spoiler, tuple[float, float, float], tuple[str, ...]]] = {
    "turned, degrees": (turned, (15, 37, 60), SYMBOLOGIES),
    "tilted, degrees": (tilted, (30, 45, 60), SYMBOLOGIES),
    "dark, noise": (dark, (3, 6, 10), SYMBOLOGIES),
    "glare, share of width": (glaring, (0.1, 0.2, 0.3), SYMBOLOGIES),
    "defocus, modules": (defocused, (0.6, 1.0, 1.4), SYMBOLOGIES),
    "shaken, modules": (shaken, (1.0, 1.75, 2.5), SYMBOLOGIES),
    "inverted, contrast": (inverted, (0.9, 0.4, 0.15), SYMBOLOGIES),
    "foil, modules": (on_foil, (0.5, 1.0, 1.5), SYMBOLOGIES),
    "screen, depth": (on_screen, (0.3, 0.6, 0.85), SYMBOLOGIES),
    "dots, share of module": (dotted, (1.0, 0.8, 0.6), ("DataMatrix",)),
    "corner of a page, pixels": (in_corner, (900, 1600, 2400), SYMBOLOGIES),
}


def _drawn(symbology: str, chance: np.random.Generator) -> tuple[str, Gray]:
    number = int(chance.integers(10**8, 10**9))
    body = f"859{number}"
    check = -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body)) % 10
    text = f"{body}{check}" if symbology == "EAN13" else f"LOT-{number}"
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology))
    ink = np.array(code.to_image(scale=MODULE_PX))
    label = np.pad(ink, 12 * MODULE_PX, constant_values=255)
    # A square table: nothing leaves the picture when it is turned.
    side = int(np.hypot(*label.shape)) + 2 * MODULE_PX
    above, before = ((side - length) // 2 for length in label.shape)
    rest = [(above, side - above - label.shape[0]), (before, side - before - label.shape[1])]
    return text, np.pad(label, rest, constant_values=_TABLE)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.decode_made", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=4, metavar="N", help="pictures of each symbology and level")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    print(f"{'kind':<26} {'level':>6} {'n':>4} {'read%':>6} {'wrong':>5} {'median ms':>9}  by symbology")
    for kind, (spoiler, levels, symbologies) in KINDS.items():
        for level in levels:
            chance = np.random.default_rng(args.seed)
            read, wrong, times_ms = dict.fromkeys(symbologies, 0), 0, []
            for symbology in symbologies:
                for _ in range(args.each):
                    text, clean = _drawn(symbology, chance)
                    picture = spoiler(clean, level, chance)
                    started = time.thread_time()
                    texts = [code.text for code in read_codes(picture).codes]
                    times_ms.append((time.thread_time() - started) * 1000)
                    read[symbology] += text in texts
                    wrong += any(other != text for other in texts)
            total = args.each * len(symbologies)
            shares = " ".join(f"{name} {count}/{args.each}" for name, count in read.items())
            print(
                f"{kind:<26} {level:>6g} {total:>4} {100 * sum(read.values()) / total:>6.1f} {wrong:>5}"
                f" {float(np.median(times_ms)):>9.1f}  {shares}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
