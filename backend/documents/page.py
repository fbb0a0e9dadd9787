"""A layout placed on one printer: whole dots, rules checked, nothing drawn yet.

Each mark sits in a `frame` (its element's box in dots) and has local coordinates inside it, before rotation. The three
writers turn the frame, so a rule holds in all of them when it holds here.
"""

from functools import lru_cache
from typing import Literal

import msgspec
import numpy as np

from backend.documents.barcodes import Symbol, encode
from backend.documents.canvas import Barcode, Box, Element, Image, Layout, LayoutProblem, Line, Rotation, Text, Weight
from backend.documents.code_placing import placed_code
from backend.documents.lettering import ASCENT_EM, DESCENT_EM, fit, width_em

Dpi = Literal[203, 300, 600]
DOTS_PER_MM: dict[Dpi, float] = {203: 8.0, 300: 300 / 25.4, 600: 600 / 25.4}
"""Print heads: "203 dpi" is 8 dots/mm exactly."""


class Frame(msgspec.Struct, frozen=True):
    """A box in dots on the label; `rotation` turns its content clockwise. `inner` is its size before turning."""

    x: int
    y: int
    width: int
    height: int
    rotation: Rotation = 0

    @property
    def inner(self) -> tuple[int, int]:
        turned = self.rotation in (90, 270)
        return (self.height, self.width) if turned else (self.width, self.height)

    def on_label(self, x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
        """A local rectangle as it lies on the label: x, y, width, height in dots."""
        if self.rotation == 90:
            return self.x + self.width - y - height, self.y + x, height, width
        if self.rotation == 180:
            return self.x + self.width - x - width, self.y + self.height - y - height, width, height
        if self.rotation == 270:
            return self.x + y, self.y + self.height - x - width, height, width
        return self.x + x, self.y + y, width, height


class Words(msgspec.Struct, frozen=True):
    """One line of text. `anchor_x` is its left, middle or right end by `align`; it may be at most `room` wide."""

    frame: Frame
    anchor_x: float
    baseline: int
    text: str
    size: int
    weight: Weight
    align: Literal["left", "center", "right"]
    room: float
    inverse: bool = False


class Bars(msgspec.Struct, frozen=True):
    """A symbol. x, y: its first module in the frame; `module` dots wide; `height` dots of a linear bar.

    `guards`: dots by which the guard bars of EAN and UPC reach below the others.
    """

    frame: Frame
    x: int
    y: int
    module: int
    height: int
    symbol: Symbol
    quiet: tuple[int, int, int, int]
    """Left, above, right, below, in modules."""
    guards: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in dots, without quiet zones and without the guards' extra length."""
        linear = self.symbol.height == 1
        return self.symbol.width * self.module, self.height if linear else self.symbol.height * self.module


class Ink(msgspec.Struct, frozen=True):
    """A filled black rectangle."""

    frame: Frame
    x: int
    y: int
    width: int
    height: int


class Picture(msgspec.Struct, frozen=True):
    """A picture file to fill the frame."""

    frame: Frame
    content: bytes
    dither: bool


Mark = Words | Bars | Ink | Picture


class Page(msgspec.Struct, frozen=True):
    """Everything on one label. `width`, `height` in dots."""

    width: int
    height: int
    dpi: Dpi
    dots_per_mm: float
    layout: Layout
    marks: tuple[Mark, ...]

    @property
    def codes(self) -> tuple[Bars, ...]:
        return tuple(mark for mark in self.marks if isinstance(mark, Bars))


def place(layout: Layout, dpi: Dpi) -> Page:
    """Whole dots for every element. Raises `LayoutProblem` with the name of the broken rule."""
    if dpi not in DOTS_PER_MM:
        raise LayoutProblem("dpi", expected="203, 300 or 600", got=str(dpi), cure="choose the printer's resolution")
    per_mm = DOTS_PER_MM[dpi]
    media = layout.media
    width, height = round(media.width_mm * per_mm), round(media.height_mm * per_mm)
    marks: list[Mark] = []
    for element in layout.elements:
        frame = element_frame(element, per_mm)
        if frame.x < 0 or frame.y < 0 or frame.x + frame.width > width or frame.y + frame.height > height:
            raise LayoutProblem(
                "on-the-label",
                expected=f"every box within {media.width_mm:g} x {media.height_mm:g} mm",
                got=f"{type(element).__name__} from {element.x_mm:g}, {element.y_mm:g} mm reaching outside",
                cure="move or narrow the element",
            )
        marks.extend(element_marks(element, frame, per_mm))
    page = Page(width=width, height=height, dpi=dpi, dots_per_mm=per_mm, layout=layout, marks=tuple(marks))
    _check_quiet_zones(page)
    _check_lone_13(page)
    return page


def element_frame(element: Element, per_mm: float) -> Frame:
    """Where an element lies, in dots."""
    x, y = round(element.x_mm * per_mm), round(element.y_mm * per_mm)
    if isinstance(element, Line):
        stroke, length = max(1, round(element.stroke_mm * per_mm)), round(element.length_mm * per_mm)
        return Frame(x, y, stroke if element.upright else length, length if element.upright else stroke)
    right, below = (element.x_mm + element.width_mm) * per_mm, (element.y_mm + element.height_mm) * per_mm
    rotation: Rotation = 0 if isinstance(element, Box) else element.rotation
    return Frame(x, y, max(1, round(right) - x), max(1, round(below) - y), rotation)


def element_marks(element: Element, frame: Frame, per_mm: float) -> list[Mark]:
    """What an element puts into its frame. It depends on nothing else of the layout."""
    match element:
        case Text():
            return list(_words(element, frame, per_mm))
        case Barcode():
            return _code(element, frame, per_mm)
        case Line():
            return [Ink(frame, 0, 0, frame.width, frame.height)]
        case Box(filled=True):
            return [Ink(frame, 0, 0, frame.width, frame.height)]
        case Box():
            stroke = max(1, round(element.stroke_mm * per_mm))
            return [
                Ink(frame, 0, 0, frame.width, stroke),
                Ink(frame, 0, frame.height - stroke, frame.width, stroke),
                Ink(frame, 0, 0, stroke, frame.height),
                Ink(frame, frame.width - stroke, 0, stroke, frame.height),
            ]
        case Image():
            return [Picture(frame, element.picture, element.dither)]


@lru_cache(maxsize=4096)
def _words(element: Text, frame: Frame, per_mm: float) -> tuple[Mark, ...]:
    """Kept, because captions and senders repeat on every label of a run."""
    width, height = frame.inner
    pad = round(element.size_mm * 0.25 * per_mm) if element.inverse else 0
    fitted = fit(element, (width - 2 * pad) / per_mm, height / per_mm)
    size = max(6, int(fitted.size_mm * per_mm + 0.01))
    anchor = {"left": pad, "center": width / 2, "right": width - pad}[element.align]
    marks: list[Mark] = [Ink(frame, 0, 0, width, height)] if element.inverse else []
    marks += [
        Words(
            frame=frame,
            anchor_x=anchor,
            baseline=round(line.baseline_mm * per_mm),
            text=line.text,
            size=size,
            weight=element.weight,
            align=element.align,
            room=width - 2 * pad,
            inverse=element.inverse,
        )
        for line in fitted.lines
    ]
    return tuple(marks)


def _code(element: Barcode, frame: Frame, per_mm: float) -> list[Mark]:
    symbol = encode(element.symbology, element.content)
    width, height = frame.inner
    placed = placed_code(element, symbol, width, height, per_mm)
    bars = Bars(
        frame=frame,
        x=placed.x,
        y=placed.y,
        module=placed.module,
        height=placed.height,
        symbol=symbol,
        quiet=placed.quiet,
        guards=placed.guards,
    )
    marks: list[Mark] = [bars]
    marks += [Ink(frame, *bearer) for bearer in placed.bearers]
    marks += [
        Words(
            frame=frame,
            anchor_x=caption.anchor_x,
            baseline=caption.baseline,
            text=caption.text,
            size=caption.size,
            weight="regular",
            align=caption.align,
            room=caption.room,
        )
        for caption in placed.captions
    ]
    return marks


def quiet_area(bars: Bars) -> tuple[int, int, int, int]:
    """Where nothing else may print: the symbol with its quiet zones, x, y, width, height in dots on the label."""
    left, above, right, below = (modules * bars.module for modules in bars.quiet)
    width, height = bars.size
    return bars.frame.on_label(bars.x - left, bars.y - above, width + left + right, height + above + below)


def ink_area(mark: Mark) -> tuple[int, int, int, int]:
    """The rectangle a mark may blacken, on the label; words count with their whole line."""
    match mark:
        case Bars():
            return mark.frame.on_label(mark.x, mark.y, *mark.size)
        case Ink():
            return mark.frame.on_label(mark.x, mark.y, mark.width, mark.height)
        case Picture():
            return mark.frame.x, mark.frame.y, mark.frame.width, mark.frame.height
        case Words():
            wide = min(mark.room, width_em(mark.weight, mark.text) * mark.size)
            start = {"left": 0.0, "center": wide / 2, "right": wide}[mark.align]
            x, y = mark.anchor_x - start, mark.baseline - ASCENT_EM * mark.size
            return mark.frame.on_label(int(x), int(y), int(wide), int((ASCENT_EM + DESCENT_EM) * mark.size))


def _check_quiet_zones(page: Page) -> None:
    """No mark of another element, and no ink of the own one, may stand in a quiet zone."""
    areas = [(mark, ink_area(mark)) for mark in page.marks] if page.codes else []
    for bars in page.codes:
        x, y, width, height = quiet_area(bars)
        for mark, area in areas:
            # Captions and bearer bars of the code itself stand where its placing put them.
            if mark is bars or (mark.frame == bars.frame and isinstance(mark, Words | Ink)):
                continue
            if area[0] < x + width and x < area[0] + area[2] and area[1] < y + height and y < area[1] + area[3]:
                got = f"{mark.text[:20]!r}" if isinstance(mark, Words) else type(mark).__name__.lower()
                raise LayoutProblem(
                    "quiet-zone",
                    expected=f"white around the {bars.symbol.symbology} code",
                    got=f"{got} inside it",
                    cure="move the element away from the code",
                )


def _check_lone_13(page: Page) -> None:
    """Česká pošta sorts by the only 13-character Code 128 on the address side: a second one misroutes the parcel."""
    texts = [bars.symbol.text for bars in page.codes if bars.symbol.symbology == "code128"]
    thirteen = [text for text in texts if len(text) == 13]
    postal = [text for text in thirteen if text[:2].isalpha() and text[2:12].isdigit() and text[12:].isalpha()]
    if postal and len(thirteen) > 1:
        other = next((text for text in thirteen if text != postal[0]), postal[0])
        raise LayoutProblem(
            "lone-13",
            expected=f"{postal[0]} as the only Code 128 of 13 characters beside a Česká pošta code",
            got=f"a second one, {other}",
            cure="give the other code another length or another symbology",
        )


def modules_scaled(bars: Bars) -> np.ndarray:
    """The symbol in dots before rotation, True is black, guard bars included."""
    modules = bars.symbol.modules
    if bars.symbol.height > 1:
        return np.repeat(np.repeat(modules, bars.module, 0), bars.module, 1)
    row = np.repeat(modules, bars.module, 1)
    picture = np.repeat(row, bars.height, 0)
    if not bars.guards:
        return picture
    kept = np.zeros(bars.symbol.width, dtype=bool)
    kept[guard_modules(bars.symbol)] = True
    tail = np.repeat(row & np.repeat(kept, bars.module)[None, :], bars.guards, 0)
    return np.concatenate([picture, tail], 0)


def guard_modules(symbol: Symbol) -> list[int]:
    """Module columns of the guard bars of an EAN or UPC symbol."""
    middle = symbol.width // 2
    return [
        0,
        1,
        2,
        middle - 2,
        middle - 1,
        middle,
        middle + 1,
        middle + 2,
        symbol.width - 3,
        symbol.width - 2,
        symbol.width - 1,
    ]
