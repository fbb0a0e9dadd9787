"""Bundled fonts: which characters they have, how wide words are, how words are fitted into a box.

Widths are counted in em from unhinted advances, so a label breaks its lines alike at every resolution and in PDF.
This module reads the font files that lie beside it and nothing else of the host.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

import msgspec
from PIL import ImageFont

from backend.documents.canvas import Text, Weight

FONT_FOLDER = Path(__file__).with_name("fonts")
FONT_FILES: dict[Weight, str] = {
    "regular": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "condensed": "DejaVuSansCondensed-Bold.ttf",
}
CAPITAL_EM = 0.729
"""Height of a capital without its accent."""
ASCENT_EM = 0.94
"""Height of a capital with a caron or double acute."""
DESCENT_EM = 0.22
LINE_EM = 1.18
SMALLEST_MM = 1.6
"""Under this nobody reads it at arm's length and 203 dpi breaks the letters."""

_MEASURED_DOTS = 2048
_BINDING = frozenset("kosuvzai")
_MISSING = "\U0010fffe"


class FittedLine(msgspec.Struct, frozen=True):
    """One line inside a box: `baseline_mm` from the box's top, `width_em` of its words."""

    text: str
    baseline_mm: float
    width_em: float


class FittedText(msgspec.Struct, frozen=True):
    size_mm: float
    lines: tuple[FittedLine, ...]
    cut: bool
    """True where words were lost to an ellipsis."""


@lru_cache(maxsize=256)
def face(weight: Weight, size_dots: int) -> ImageFont.FreeTypeFont:
    """The font at an em size in dots. Basic layout: no shaping library decides about our labels."""
    return ImageFont.truetype(FONT_FOLDER / FONT_FILES[weight], size_dots, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def advance_em(weight: Weight, char: str) -> float:
    return face(weight, _MEASURED_DOTS).getlength(char) / _MEASURED_DOTS


@lru_cache(maxsize=8192)
def width_em(weight: Weight, text: str) -> float:
    """Width of one line in em."""
    advances = european_advances(weight)
    try:
        return sum([advances[char] for char in text])
    except KeyError:
        return sum([advance_em(weight, char) for char in text])


@lru_cache(maxsize=8)
def european_advances(weight: Weight) -> dict[str, float]:
    """Widths in em of the letters of Europe: most texts have no others."""
    return {char: advance_em(weight, char) for char in european_letters(weight)}


@lru_cache(maxsize=8192)
def has_glyph(weight: Weight, char: str) -> bool:
    """False where the font would draw its empty box."""
    if char.isspace():
        return True
    font = face(weight, 40)
    return bytes(font.getmask(char)) != bytes(font.getmask(_MISSING))


@lru_cache(maxsize=8)
def european_letters(weight: Weight) -> frozenset[str]:
    """Letters of Europe, digits and signs that the font has: whole characters, printed as they are given."""
    written = map(
        chr, (*range(0x20, 0x7F), *range(0xC0, 0x180), 0x2013, 0x2014, 0x201A, 0x201C, 0x201D, 0x201E, 0x2026, 0x20AC)
    )
    return frozenset(char for char in written if has_glyph(weight, char))


def printable(weight: Weight, text: str) -> str:
    """Text as it can be printed: composed, without control and direction marks, `?` for what cannot be drawn.

    That is what the font lacks, and scripts written from the right: letters in the wrong order would be worse than
    none. Newlines stay. Data is never trusted to be tidy: names come from web forms.
    """
    if european_letters(weight).issuperset(text):
        return text
    kept = []
    for char in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        if char == "\n":
            kept.append(char)
        elif char.isspace() or char == "\t":
            kept.append(" ")
        elif unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") or unicodedata.category(char) == "Mn":
            continue
        else:
            drawable = unicodedata.bidirectional(char) not in ("R", "AL", "AN") and has_glyph(weight, char)
            kept.append(char if drawable else "?")
    return "".join(kept)


@lru_cache(maxsize=4096)
def fit(element: Text, width_mm: float, height_mm: float) -> FittedText:
    """Words of `element` inside a box of the given size (its own, or turned by its rotation)."""
    text = printable(element.weight, element.text)
    smallest = min(element.size_mm, max(SMALLEST_MM, element.min_size_mm or element.size_mm * 0.6))
    size = min(element.size_mm, height_mm / 1.17)
    smallest = min(smallest, size)
    if element.fit == "wrap":
        return _fit_wrapped(element, text, width_mm, height_mm, size, smallest)
    line = " ".join(text.split())
    wide = width_em(element.weight, line)
    if element.fit == "shrink" and wide * size > width_mm:
        size = max(smallest, width_mm / wide)
    cut = wide * size > width_mm * 1.0001
    if cut:
        line = _cut(element.weight, line, width_mm / size)
    return _placed(element, [line] if line else [], size, height_mm, cut)


def _fit_wrapped(
    element: Text, text: str, width_mm: float, height_mm: float, size: float, smallest: float
) -> FittedText:
    while True:
        lines = wrapped(element.weight, text, width_mm / size)
        room = max(1, int((height_mm / size - (ASCENT_EM + DESCENT_EM) + LINE_EM + 0.02) / LINE_EM))
        if len(lines) <= room or size <= smallest:
            break
        size = max(smallest, size * 0.94)
    cut = len(lines) > room
    if cut:
        kept = lines[:room]
        kept[-1] = _cut(element.weight, kept[-1] + " " + lines[room], width_mm / size)
        lines = kept
    return _placed(element, lines, size, height_mm, cut)


def wrapped(weight: Weight, text: str, limit_em: float) -> list[str]:
    """Lines no wider than `limit_em`; a word longer than a line is broken where it must be."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in _bound(weight, paragraph.split(), limit_em):
            joined = f"{line} {word}" if line else word
            if width_em(weight, joined) <= limit_em:
                line = joined
                continue
            if line:
                lines.append(line)
            while width_em(weight, word) > limit_em and len(word) > 1:
                taken = _head(weight, word, limit_em)
                lines.append(taken)
                word = word[len(taken) :]
            line = word
        if line:
            lines.append(line)
    return lines


def _bound(weight: Weight, words: list[str], limit_em: float) -> list[str]:
    """One-letter prepositions and conjunctions stay with the next word, as Czech and Slovak setting wants."""
    bound: list[str] = []
    for word in words:
        joined = f"{bound[-1]} {word}" if bound else word
        if bound and bound[-1].lower() in _BINDING and width_em(weight, joined) <= limit_em:
            bound[-1] = joined
        else:
            bound.append(word)
    return bound


def _head(weight: Weight, word: str, limit_em: float) -> str:
    """The longest beginning of `word` that fits, at least one character."""
    used = 0.0
    for place, char in enumerate(word):
        used += advance_em(weight, char)
        if used > limit_em:
            return word[: max(1, place)]
    return word


def _cut(weight: Weight, line: str, limit_em: float) -> str:
    room = limit_em - advance_em(weight, "…")
    if room <= 0:
        return ""
    return _head(weight, line, room).rstrip(" .,;-") + "…" if line else ""


def _placed(element: Text, lines: list[str], size: float, height_mm: float, cut: bool) -> FittedText:
    """Baselines by vertical alignment; the middle is the middle of the capitals, which is what the eye sees."""
    step = size * LINE_EM
    if element.vertical == "top":
        first = size * ASCENT_EM
    elif element.vertical == "bottom":
        first = height_mm - size * DESCENT_EM - step * (len(lines) - 1)
    else:
        first = (height_mm - step * (len(lines) - 1) + size * CAPITAL_EM) / 2
    return FittedText(
        size_mm=size,
        lines=tuple(
            FittedLine(text=line, baseline_mm=first + step * place, width_em=width_em(element.weight, line))
            for place, line in enumerate(lines)
        ),
        cut=cut,
    )
