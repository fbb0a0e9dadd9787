"""A carrier's own label on our paper: byte for byte where it fits, else turned, cut out of its sheet, made into dots.

Carriers send A6 pages, or A4 sheets with the label in one of four quarters, upright or lying. Nothing is ever scaled: a
window of the paper's size is laid over the ink. Whatever was changed is read back: the carrier's code must still be there.
"""

import io

import msgspec
import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from backend.documents.artifact import LabelFormat
from backend.documents.bitmap import png
from backend.documents.canvas import LayoutProblem, Media

_MM = 72 / 25.4
_LOOK_DPI = 150
_SLACK_MM = 2.0
"""A page this much larger than the paper is the same paper."""
_INK_BELOW = 160
_PAGES_MAX = 20
_SIDE_MM_MIN, _SIDE_MM_MAX = 10.0, 450.0


class CarrierPaper(msgspec.Struct, frozen=True):
    """What goes to the printer. `changed` False: the carrier's own bytes."""

    content: bytes
    format: LabelFormat
    media: Media
    dpi: int
    changed: bool


class _Window(msgspec.Struct, frozen=True):
    """A part of the page in millimetres from its top left corner; `turned`: it lies across the paper."""

    x: float
    y: float
    width: float
    height: float
    turned: bool


def fit_carrier_paper(
    content: bytes, label_format: LabelFormat, media: Media, code: str, wanted: LabelFormat, dpi: int
) -> CarrierPaper:
    """The carrier's paper for a printer that takes `wanted` (`zpl`, `pdf`, `png1`) with `media` loaded.

    ZPL always passes as it is, and so does a PDF whose page is the media. A PDF that had to be changed stays a PDF of
    vectors for `pdf`, and becomes dots for the others. `code` is the text a scanner must read, "" where it is not known.
    Raises `LayoutProblem` carrier-paper where no part of the page fits or holds the code.
    """
    if label_format != "pdf":
        return CarrierPaper(content, label_format, media, dpi, changed=False)
    document, page = _opened(content)
    width, height = (points / _MM for points in page.get_size())
    if _same(width, media.width_mm) and _same(height, media.height_mm):
        _demand_code(page, code, None)
        return CarrierPaper(content, "pdf", media, dpi, changed=False)
    if max(width, height) > _SIDE_MM_MAX or min(width, height) < _SIDE_MM_MIN:
        raise _unfit(media, f"a page of {width:.0f} x {height:.0f} mm")
    window = _window_with_code(page, media, code)
    if wanted == "pdf":
        return CarrierPaper(_cut_pdf(document, window, media), "pdf", media, dpi, changed=True)
    dots = _dots(page, window, media, dpi)
    if code and code not in _read(dots):
        raise _unfit(media, f"a label whose code {code} is not readable at {dpi} dpi")
    return CarrierPaper(png(dots, dpi), "png1", media, dpi, changed=True)


def _opened(content: bytes) -> tuple[pypdfium2.PdfDocument, pypdfium2.PdfPage]:
    """With its first page, which may be missing in a document that can be opened."""
    try:
        document = pypdfium2.PdfDocument(content)
        if not 1 <= len(document) <= _PAGES_MAX:
            raise LayoutProblem(
                "carrier-paper", expected=f"1 to {_PAGES_MAX} pages", got=str(len(document)), cure="ask the carrier"
            )
        return document, document[0]
    except pypdfium2.PdfiumError as error:
        raise LayoutProblem(
            "carrier-paper", expected="a PDF", got=str(error)[:80], cure="ask the carrier for the label once more"
        ) from None


def _same(side_mm: float, paper_mm: float) -> bool:
    return -5.0 <= side_mm - paper_mm <= _SLACK_MM


def _unfit(media: Media, got: str) -> LayoutProblem:
    return LayoutProblem(
        "carrier-paper",
        expected=f"a label that fits {media.width_mm:g} x {media.height_mm:g} mm",
        got=got,
        cure="load paper of the carrier's size, or choose its label for label printers in the carrier's settings",
    )


def _rendered(page: pypdfium2.PdfPage, dpi: float) -> Image.Image:
    picture: Image.Image = page.render(scale=dpi / 72, grayscale=True).to_pil()
    return picture.convert("L")


def _read(picture: Image.Image) -> set[str]:
    found = {code.text for code in zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain)}
    return found | {symbol.data.decode("utf-8", "replace") for symbol in pyzbar.decode(picture)}


def _demand_code(page: pypdfium2.PdfPage, code: str, box: tuple[int, int, int, int] | None) -> None:
    if not code:
        return
    picture = _rendered(page, 300)
    if code not in _read(picture.crop(box) if box else picture):
        raise LayoutProblem(
            "read-back", expected=f"the carrier's code {code} on its label", got="no such code", cure="ask the carrier"
        )


def _window_with_code(page: pypdfium2.PdfPage, media: Media, code: str) -> _Window:
    """Over all ink of the page where it fits the paper, else over the quarter or half that holds the code."""
    look = _rendered(page, _LOOK_DPI)
    ink = np.asarray(look) < _INK_BELOW
    sharp = _rendered(page, 300) if code else None
    for part in _parts(*ink.shape):
        window = None if _cuts_ink(ink, part) else _over_ink(ink, part, media)
        if window is None:
            continue
        if sharp is None or code in _read(_crop(sharp, window, 300)):
            return window
    tall, wide = ink.shape
    raise _unfit(media, f"a page of {wide / _LOOK_DPI * 25.4:.0f} x {tall / _LOOK_DPI * 25.4:.0f} mm")


def _parts(height: int, width: int) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom: the whole page, then quarters in reading order, then halves."""
    x, y = width // 2, height // 2
    quarters = [(0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height)]
    halves = [(0, 0, width, y), (0, y, width, height), (0, 0, x, height), (x, 0, width, height)]
    return [(0, 0, width, height), *quarters, *halves]


def _cuts_ink(ink: np.ndarray, part: tuple[int, int, int, int]) -> bool:
    """Whether something runs over an inner edge of the part; a line printed along the edge, for scissors, does not."""
    left, top, right, bottom = part
    tall, wide = ink.shape
    beside = round(_LOOK_DPI / 25.4)
    over = [ink[top:bottom, x - beside] & ink[top:bottom, x + beside] for x in (left, right) if 0 < x < wide]
    over += [ink[y - beside, left:right] & ink[y + beside, left:right] for y in (top, bottom) if 0 < y < tall]
    return any(line.any() for line in over)


def _over_ink(ink: np.ndarray, part: tuple[int, int, int, int], media: Media) -> _Window | None:
    """The paper's rectangle centred on the ink of a part of the page; None where there is none or it does not fit."""
    left, top, right, bottom = part
    rows, columns = (
        np.nonzero(ink[top:bottom, left:right].any(axis=1))[0],
        np.nonzero(ink[top:bottom, left:right].any(axis=0))[0],
    )
    if not rows.size:
        return None
    to_mm = 25.4 / _LOOK_DPI
    x, wide = (left + columns[0]) * to_mm, (columns[-1] - columns[0] + 1) * to_mm
    y, tall = (top + rows[0]) * to_mm, (rows[-1] - rows[0] + 1) * to_mm
    for turned in (False, True):
        width, height = (media.height_mm, media.width_mm) if turned else (media.width_mm, media.height_mm)
        if wide <= width + 0.2 and tall <= height + 0.2:
            return _Window(x + (wide - width) / 2, y + (tall - height) / 2, width, height, turned)
    return None


def _crop(picture: Image.Image, window: _Window, dpi: float) -> Image.Image:
    """The window as it will lie on the paper, white where it reaches over the page."""
    per_mm = dpi / 25.4
    x, y = round(window.x * per_mm), round(window.y * per_mm)
    size = round(window.width * per_mm), round(window.height * per_mm)
    cut = Image.new("L", size, 255)
    cut.paste(picture, (-x, -y))
    return cut.transpose(Image.Transpose.ROTATE_90) if window.turned else cut


def _dots(page: pypdfium2.PdfPage, window: _Window, media: Media, dpi: int) -> Image.Image:
    """The window at the printer's dots, cut to black and white."""
    real = 203.2 if dpi == 203 else float(dpi)
    grey = _crop(_rendered(page, real), window, real)
    per_mm = real / 25.4
    sheet = Image.new("L", (round(media.width_mm * per_mm), round(media.height_mm * per_mm)), 255)
    sheet.paste(grey, (0, 0))
    return sheet.point(lambda level: 255 if level > _INK_BELOW else 0).convert("1", dither=Image.Dither.NONE)


def _cut_pdf(document: pypdfium2.PdfDocument, window: _Window, media: Media) -> bytes:
    """One page whose box is the window: vectors and letters stay what they were."""
    while len(document) > 1:
        document.del_page(1)
    page = document[0]
    _, height = page.get_size()
    left, _, _, _ = page.get_mediabox()
    bottom = page.get_mediabox()[1]
    box = (
        left + window.x * _MM,
        bottom + height - (window.y + window.height) * _MM,
        left + (window.x + window.width) * _MM,
        bottom + height - window.y * _MM,
    )
    page.set_mediabox(*box)
    page.set_cropbox(*box)
    if window.turned:
        page.set_rotation((page.get_rotation() + 270) % 360)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
