"""The page as a 1-bit picture: what the print head burns, dot by dot. Nothing is scaled after this."""

import io
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from backend.documents.canvas import LayoutProblem
from backend.documents.line_setting import set_line
from backend.documents.page import Bars, Frame, Ink, Mark, Page, Picture, Words, modules_scaled

# White is 255 also in mode "1": Pillow stores an ink of 1 as 1, and `extrema` and masks see the difference.
_BLACK, _WHITE = 0, 255
_TURN = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
_PICTURE_PIXELS_MAX = 16_000_000


def draw_bitmap(page: Page) -> Image.Image:
    """Mode "1", black ink on white, exactly the label's size in dots."""
    sheet = Image.new("1", (page.width, page.height), _WHITE)
    turned: dict[Frame, list[Mark]] = {}
    draw = ImageDraw.Draw(sheet)
    for mark in page.marks:
        if mark.frame.rotation:
            turned.setdefault(mark.frame, []).append(mark)
        else:
            _draw(sheet, draw, mark, mark.frame.x, mark.frame.y)
    for frame, marks in turned.items():
        sheet.paste(draw_frame(frame, marks), (frame.x, frame.y))
    return sheet


def draw_frame(frame: Frame, marks: Sequence[Mark]) -> Image.Image:
    """The marks of one frame, turned as they lie on the label: mode "1", black on white, the frame's size."""
    inner = Image.new("1", frame.inner, _WHITE)
    inner_draw = ImageDraw.Draw(inner)
    for mark in marks:
        _draw(inner, inner_draw, mark, 0, 0)
    return inner.transpose(_TURN[frame.rotation]) if frame.rotation else inner


def png(bitmap: Image.Image, dpi: int) -> bytes:
    """A PNG that knows its resolution, so that a preview has the label's true size."""
    target = io.BytesIO()
    # Bars and words are long runs: run-length matching packs them better than the default, and faster.
    bitmap.save(target, "PNG", dpi=(dpi, dpi), compress_level=3, compress_type=zlib.Z_RLE)
    return target.getvalue()


def _draw(sheet: Image.Image, draw: ImageDraw.ImageDraw, mark: Mark, x: int, y: int) -> None:
    match mark:
        case Ink():
            draw.rectangle((x + mark.x, y + mark.y, x + mark.x + mark.width - 1, y + mark.y + mark.height - 1), _BLACK)
        case Bars():
            sheet.paste(_bars_picture(mark), (x + mark.x, y + mark.y))
        case Picture():
            sheet.paste(picture_in_box(mark.content, *mark.frame.inner, mark.dither), (x, y))
        case Words():
            line = set_line(mark.weight, mark.size, mark.text, mark.room)
            start, ink = line.start(x + mark.anchor_x, mark.align), _WHITE if mark.inverse else _BLACK
            for offset, word in line.words:
                for left, piece in word.placed:
                    at = start + offset + left, y + mark.baseline + piece.above
                    sheet.paste(ink, (*at, at[0] + piece.mask.width, at[1] + piece.mask.height), piece.mask)


def _bars_picture(bars: Bars) -> Image.Image:
    levels = np.where(modules_scaled(bars), 0, 255).astype(np.uint8)
    return Image.fromarray(levels).convert("1", dither=Image.Dither.NONE)


@lru_cache(maxsize=64)
def picture_in_box(content: bytes, width: int, height: int, dither: bool) -> Image.Image:
    """A picture file scaled into a box, its proportions kept, centred on white, cut to black and white."""
    try:
        source = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
        if source.width * source.height > _PICTURE_PIXELS_MAX:
            raise LayoutProblem(
                "picture",
                expected="a picture of at most 16 megapixels",
                got=f"{source.width} x {source.height}",
                cure="send a smaller picture",
            )
        flat = Image.new("RGBA", source.size, "white")
        flat.alpha_composite(source.convert("RGBA"))
    except (OSError, SyntaxError, ValueError) as error:
        raise LayoutProblem(
            "picture",
            expected="a PNG, JPEG or WebP file",
            got=str(error)[:80] or "something else",
            cure="send another picture",
        ) from None
    gray = flat.convert("L")
    share = min(width / gray.width, height / gray.height)
    gray = gray.resize((max(1, int(gray.width * share)), max(1, int(gray.height * share))), Image.Resampling.LANCZOS)
    if dither:
        flat_bits = gray.convert("1")
    else:
        flat_bits = gray.point(lambda level: 255 if level > 140 else 0).convert("1", dither=Image.Dither.NONE)
    box = Image.new("1", (width, height), _WHITE)
    box.paste(flat_bits, ((width - flat_bits.width) // 2, (height - flat_bits.height) // 2))
    return box
