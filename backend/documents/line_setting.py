"""A line of words as dots: each word is drawn once and kept, a line is words set beside each other.

Names, streets and towns come again and again, lines hardly ever do. Digits are kept in pairs, so that numbers need no
drawing either. Pictures and graphics in ZPL are made from the same pieces, so they look alike.
"""

import re
from functools import lru_cache

import msgspec
from PIL import Image, ImageDraw

from backend.documents.canvas import Weight
from backend.documents.lettering import face
from backend.documents.zpl_graphics import graphic_payload

SMALLEST_DOTS = 6
_PIECES = re.compile(r"[0-9]{1,2}|[^0-9]+")
_WORDS_MAX = 16_384


class Piece(msgspec.Struct, frozen=True):
    """Some letters as a mask (mode "1", ink is 1): `left` of their start, `above` the baseline, `right` the end of ink,
    `advance` to the next, in dots. `graphic` is the mask as the end of a ZPL field, behind its place."""

    mask: Image.Image
    left: int
    above: int
    right: int
    advance: int
    graphic: str


class Word(msgspec.Struct, frozen=True):
    """`placed`: pieces with the dots from the word's start to their ink. `top`: highest ink above the baseline.

    `graphics`: the same as offsets to the right and below with the end of a ZPL field.
    """

    placed: tuple[tuple[int, Piece], ...]
    graphics: tuple[tuple[int, int, str], ...]
    top: int
    right: int
    advance: int


class SetLine(msgspec.Struct, frozen=True):
    """`words` with the dots from the start of the line; `width` up to the end of its ink."""

    words: list[tuple[int, Word]]
    width: int

    def start(self, anchor: float, align: str) -> int:
        """Where the line begins when `anchor` is its left end, its middle or its right end."""
        if align == "left":
            return round(anchor)
        return round(anchor - (self.width / 2 if align == "center" else self.width))


@lru_cache(maxsize=_WORDS_MAX)
def _piece_of(weight: Weight, size: int, letters: str) -> Piece:
    font = face(weight, size)
    left, above, right, below = (int(side) for side in font.getbbox(letters, mode="1", anchor="ls"))
    mask = Image.new("1", (max(1, right - left), max(1, below - above)), 0)
    draw = ImageDraw.Draw(mask)
    draw.fontmode = "1"
    draw.text((-left, -above), letters, fill=255, font=font, anchor="ls")
    return Piece(mask, left, above, right, round(font.getlength(letters, mode="1")), graphic_payload(mask))


@lru_cache(maxsize=_WORDS_MAX)
def word_of(weight: Weight, size: int, word: str) -> Word:
    """A word at an em size in dots."""
    start = right = 0
    placed = []
    for letters in _PIECES.findall(word):
        piece = _piece_of(weight, size, letters)
        placed.append((start + piece.left, piece))
        right, start = max(right, start + piece.right), start + piece.advance
    graphics = tuple((left, piece.above, piece.graphic) for left, piece in placed)
    return Word(tuple(placed), graphics, min((piece.above for _, piece in placed), default=0), right, start)


@lru_cache(maxsize=1024)
def _blank_dots(weight: Weight, size: int) -> int:
    return round(face(weight, size).getlength(" ", mode="1"))


def set_line(weight: Weight, size: int, text: str, room: float) -> SetLine:
    """The words of `text` from left to right.

    Hinting may widen letters at small sizes; a line wider than its room is set one dot smaller until it fits.
    """
    while True:
        blank, start, width = _blank_dots(weight, size), 0, 0
        words = []
        for letters in text.split(" "):
            word = word_of(weight, size, letters)
            if word.placed:
                words.append((start, word))
                width = start + word.right
            start += word.advance + blank
        if width <= room + 1 or size <= SMALLEST_DOTS:
            return SetLine(words, width)
        size -= 1
