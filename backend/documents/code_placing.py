"""Where a code stands inside its box: module, height, quiet zones, readable line.

The module is the largest whole number of dots that the box and the rule allow. A box too small for the rule is a
`LayoutProblem`, never a smaller code: what a scanner refuses must not reach paper.
"""

from typing import Literal

import msgspec

from backend.documents.barcodes import Symbol
from backend.documents.canvas import Barcode, LayoutProblem
from backend.documents.lettering import CAPITAL_EM, width_em
from backend.documents.symbologies import LINEAR, SymbolRule, rule_of

_TOLERANCE_MM = 0.0006
"""Rules are written with three digits; 3 dots of 300 dpi are 0.254 mm and meet a rule of 0.254."""
_BEARER_MODULES = 2
_GUARD_MODULES = 5


class Caption(msgspec.Struct, frozen=True):
    anchor_x: float
    baseline: int
    text: str
    size: int
    room: float
    align: Literal["left", "center", "right"] = "center"


class PlacedCode(msgspec.Struct, frozen=True):
    """All in dots from the box's inner corner; `quiet` in modules: left, above, right, below."""

    x: int
    y: int
    module: int
    height: int
    quiet: tuple[int, int, int, int]
    guards: int
    bearers: tuple[tuple[int, int, int, int], ...]
    captions: tuple[Caption, ...]


def placed_code(element: Barcode, symbol: Symbol, width: int, height: int, per_mm: float) -> PlacedCode:
    """Raises `LayoutProblem` box-too-small or bars-too-short."""
    rule = rule_of(element.symbology, element.use)
    module = _module(element, symbol, rule, width, height, per_mm)
    quiet = (rule.quiet_left, rule.quiet_above, rule.quiet_right, rule.quiet_below)
    total = (symbol.width + rule.quiet_left + rule.quiet_right) * module
    slack = width - total
    start = {"left": 0, "center": slack // 2, "right": slack}[element.align]
    x = start + rule.quiet_left * module
    if element.symbology not in LINEAR:
        tall = (symbol.height + rule.quiet_above + rule.quiet_below) * module
        caption_dots = round(element.hri_size_mm * 1.1 * per_mm) if element.hri else 0
        y = (height - caption_dots - tall) // 2 + rule.quiet_above * module
        captions = _line_below(element, symbol, width, y + (symbol.height + rule.quiet_below) * module, per_mm)
        return PlacedCode(x, y, module, 0, quiet, 0, (), captions)
    return _linear(element, symbol, rule, module, x, width, height, per_mm)


def _module(element: Barcode, symbol: Symbol, rule: SymbolRule, width: int, height: int, per_mm: float) -> int:
    largest_mm = min(rule.module_max_mm, element.module_max_mm or rule.module_max_mm)
    module = int((largest_mm + _TOLERANCE_MM) * per_mm)
    module = min(module, width // (symbol.width + rule.quiet_left + rule.quiet_right))
    if element.symbology not in LINEAR:
        caption = round(element.hri_size_mm * 1.1 * per_mm) if element.hri else 0
        module = min(module, (height - caption) // (symbol.height + rule.quiet_above + rule.quiet_below))
    if module < 1 or module / per_mm < rule.module_min_mm - _TOLERANCE_MM:
        least = -int(-(rule.module_min_mm - _TOLERANCE_MM) * per_mm // 1)
        need_mm = least * (symbol.width + rule.quiet_left + rule.quiet_right) / per_mm
        raise LayoutProblem(
            "box-too-small",
            expected=f"a module of {rule.module_min_mm:g} mm or more for {element.symbology}, "
            f"so {need_mm:.1f} mm of width with quiet zones",
            got=f"a box of {width / per_mm:.1f} x {height / per_mm:.1f} mm for {symbol.content[:30]!r}",
            cure=_cure(element, symbol, need_mm, height / per_mm),
        )
    return module


def _cure(element: Barcode, symbol: Symbol, need_mm: float, height_mm: float) -> str:
    """What a person can do about a code too wide for its box: only what would help this one."""
    if element.symbology not in LINEAR:
        return "enlarge the box or shorten the code"
    ways = [f"widen the box to {need_mm:.1f} mm", "shorten the code"]
    if height_mm >= need_mm:
        ways.append("turn it")
    if element.symbology == "gs1-128" and symbol.content.count("(") > 1:
        ways.append("split it into two codes, one above the other")
    matrix = {"gs1-128": "GS1 DataMatrix", "code128": "DataMatrix or QR", "code39": "DataMatrix or QR"}
    if element.symbology in matrix:
        ways.append(f"make it a {matrix[element.symbology]}")
    return ", ".join(ways[:-1]) + " or " + ways[-1]


def _linear(
    element: Barcode, symbol: Symbol, rule: SymbolRule, module: int, x: int, width: int, height: int, per_mm: float
) -> PlacedCode:
    bearer = _BEARER_MODULES * module if element.symbology == "itf14" else 0
    retail = element.symbology in ("ean13", "ean8", "upca")
    guards = _GUARD_MODULES * module if retail and element.hri else 0
    below = _caption_dots(element, module, per_mm) if element.hri else 0
    bars = height - 2 * bearer - below
    least_mm = max(rule.height_min_mm, rule.height_of_width * symbol.width * module / per_mm)
    # Half a dot: boxes are rounded to dots before they come here.
    if bars + 0.51 < least_mm * per_mm:
        raise LayoutProblem(
            "bars-too-short",
            expected=f"bars of {least_mm:.2f} mm for {element.symbology} ({element.use})",
            got=f"{bars / per_mm:.2f} mm left in the box",
            cure="make the box higher or drop the readable line",
        )
    wide = symbol.width * module
    quiet = (rule.quiet_left, 0, rule.quiet_right, 0)
    bearers: tuple[tuple[int, int, int, int], ...] = ()
    if bearer:
        side = x - rule.quiet_left * module, wide + (rule.quiet_left + rule.quiet_right) * module
        bearers = ((side[0], 0, side[1], bearer), (side[0], bearer + bars, side[1], bearer))
    if retail and element.hri:
        captions = _retail_digits(element, symbol, module, x, bars, width, per_mm)
    else:
        captions = _line_below(element, symbol, width, 2 * bearer + bars, per_mm)
    return PlacedCode(x, bearer, module, bars, quiet, guards, bearers, captions)


def _caption_dots(element: Barcode, module: int, per_mm: float) -> int:
    line = round(element.hri_size_mm * (CAPITAL_EM + 0.25) * per_mm)
    return max(line, _GUARD_MODULES * module)


def _line_below(element: Barcode, symbol: Symbol, width: int, bottom: int, per_mm: float) -> tuple[Caption, ...]:
    """The readable line under the whole symbol, `bottom` dots from the box's top."""
    if not element.hri:
        return ()
    size = element.hri_size_mm * per_mm
    wide = width_em("regular", symbol.hri) * size
    fitting = int(min(size, size * width / wide))
    baseline = bottom + round(size * (CAPITAL_EM + 0.2))
    return (Caption(anchor_x=width / 2, baseline=baseline, text=symbol.hri, size=fitting, room=width),)


def _retail_digits(
    element: Barcode, symbol: Symbol, module: int, x: int, bars: int, width: int, per_mm: float
) -> tuple[Caption, ...]:
    """Digits under the halves between the guard bars; the first of EAN-13 and UPC-A stands left of the bars."""
    digits = symbol.text
    lead = {13: 1, 12: 1, 8: 0}[len(digits)]
    tail = 1 if len(digits) == 12 else 0
    inner = digits[lead : len(digits) - tail]
    half = len(inner) // 2
    middle = symbol.width // 2
    room = (middle - 6 - 2) * module
    size = int(min(element.hri_size_mm * per_mm, room / width_em("regular", "0" * half)))
    baseline = bars + max(round(size * (CAPITAL_EM + 0.12)), _GUARD_MODULES * module)
    captions = [
        Caption(x + (3 + middle - 2) / 2 * module, baseline, inner[:half], size, room),
        Caption(x + (middle + 2 + symbol.width - 3) / 2 * module, baseline, inner[half:], size, room),
    ]
    if lead:
        captions.append(Caption(x - 3 * module, baseline, digits[0], size, 8 * module, "right"))
    if tail:
        captions.append(Caption(x + (symbol.width + 3) * module, baseline, digits[-1], size, 6 * module, "left"))
    return tuple(captions)
