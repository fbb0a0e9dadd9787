"""What a label says and where, in millimetres: the one model that all outputs are drawn from.

The box of an element (`x_mm`, `y_mm`, `width_mm`, `height_mm`) is what it covers on the finished label, whatever its
rotation; rotation turns the content clockwise inside that box. The origin is the top left corner of the label.
"""

from typing import Literal

import msgspec

from backend.documents.symbologies import Symbology, Use
from backend.platform.errors import Problem

Rotation = Literal[0, 90, 180, 270]
Weight = Literal["regular", "bold", "condensed"]
Fit = Literal["shrink", "wrap", "ellipsis"]
Align = Literal["left", "center", "right"]
VerticalAlign = Literal["top", "middle", "bottom"]


class LayoutProblem(Problem):
    """A layout breaks a rule that a scanner or a printer would punish. `code` is the rule's name."""

    status = 422

    def __init__(self, rule: str, *, expected: str, got: str, cure: str) -> None:
        super().__init__(
            rule,
            f"Label rule {rule}: expected {expected}, got {got}; {cure}.",
            expected=expected,
            got=got,
            cure=cure,
        )
        self.rule = rule


class Media(msgspec.Struct, frozen=True):
    """The label on the roll, as it leaves the printer."""

    name: str
    width_mm: float
    height_mm: float


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """Words in a box.

    `size_mm` is the em size; capitals are 0.73 of it. `fit` says what gives way when the words are too long:
    `shrink` keeps one line down to `min_size_mm`, `wrap` breaks lines and then shrinks, `ellipsis` cuts at once.
    Whatever still does not fit ends with an ellipsis: words never leave their box.
    """

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    text: str
    size_mm: float
    min_size_mm: float = 0.0
    """0 means 0.6 of `size_mm`, never under 1.6 mm."""
    fit: Fit = "shrink"
    weight: Weight = "regular"
    align: Align = "left"
    vertical: VerticalAlign = "top"
    rotation: Rotation = 0
    inverse: bool = False
    """White words on a black box."""


class Barcode(msgspec.Struct, frozen=True, kw_only=True):
    """A code in a box that holds its quiet zones and, where `hri`, the readable line under the bars.

    The module is the largest whole number of dots that fits the box and the rule of (`symbology`, `use`).
    GS1 content is written with brackets: `(01)08591234567893(10)A1`.
    """

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    symbology: Symbology
    content: str
    use: Use = "floor"
    hri: bool = False
    hri_size_mm: float = 3.0
    align: Align = "center"
    module_max_mm: float = 0.0
    """0 means the rule's own maximum."""
    rotation: Rotation = 0


class Box(msgspec.Struct, frozen=True, kw_only=True):
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    stroke_mm: float = 0.3
    filled: bool = False


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A straight rule; `length_mm` runs right or down from its start."""

    x_mm: float
    y_mm: float
    length_mm: float
    stroke_mm: float = 0.3
    upright: bool = False


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture file (PNG, JPEG or WebP bytes), scaled into its box and cut to black and white."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    picture: bytes
    dither: bool = False
    rotation: Rotation = 0


Element = Text | Barcode | Box | Line | Image


class Layout(msgspec.Struct, frozen=True):
    media: Media
    elements: tuple[Element, ...]
