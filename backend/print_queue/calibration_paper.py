"""The paper that proves a printer's density: black bars of 1 mm and lines of a known length, to lay a ruler on.

A printer set up with the wrong dpi still prints, only everything comes out too small or too large, and codes with bars
of the wrong width. The paper says what each length means. The same drawing is the trial paper of printers that take
dots only.
"""

from backend.documents.bitmap import draw_bitmap, png
from backend.documents.canvas import Barcode, Box, Element, Layout, Line, Media, Text
from backend.documents.page import DOTS_PER_MM, Dpi, Page, place
from backend.documents.pdf import write_pdf
from backend.documents.zpl import write_zpl
from backend.platform.errors import Malformed
from backend.print_queue.routing import PAGE_DRIVERS
from backend.print_queue.trial_paper import trial_code

SIDE_MM, TOP_MM = 5.5, 2.0
"""Heads of receipt printers leave this much at each side."""
CODE_MM = 14.0
COMB_Y_MM, COMB_HEIGHT_MM = 18.0, 3.0
LEAST_MM = (40, 30)
LARGEST_MM = (200, 150)
"""Endless paper is not unrolled for a ruler."""


def calibration_paper(
    printer_code: str, name: str, dpi: int, stamp: str, size_mm: tuple[int, int], driver: str
) -> tuple[bytes, str]:
    """Content and job format for a driver: `zpl`, `pdf`, or `png1` for printers that take dots only.

    Raises `Malformed` CALIBRATION for paper too small to measure on or a density no head has.
    """
    page = place_calibration(printer_code, name, dpi, stamp, size_mm)
    if driver in PAGE_DRIVERS:
        return write_pdf(page, f"Rampa {printer_code}"), "pdf"
    if driver in ("zpl", "folder"):
        return write_zpl(page).encode("ascii"), "zpl"
    return png(draw_bitmap(page), page.dpi), "png1"


def is_measurable(size_mm: tuple[int, int]) -> bool:
    """Whether a ruler finds room on such paper."""
    return size_mm[0] >= LEAST_MM[0] and size_mm[1] >= LEAST_MM[1]


def small_trial(printer_code: str, dpi: int, size_mm: tuple[int, int]) -> bytes:
    """A PNG for printers that take dots and hold paper too small for a ruler: the code, and its name where it fits."""
    known: dict[int, Dpi] = {203: 203, 300: 300, 600: 600}
    if dpi not in known:
        raise Malformed("CALIBRATION", f"Expected a printer of 203, 300 or 600 dpi, got {dpi}.", got=str(dpi))
    width_mm, height_mm = size_mm
    side_mm = min(CODE_MM, width_mm - 2 * TOP_MM, height_mm - 2 * TOP_MM)
    code = Barcode(
        x_mm=(width_mm - side_mm) / 2, y_mm=TOP_MM, width_mm=side_mm, height_mm=side_mm,
        symbology="datamatrix", content=trial_code(printer_code),
    )  # fmt: skip
    room_mm = height_mm - side_mm - 2 * TOP_MM
    texts = (
        _lines([f"Rampa {printer_code}"], (TOP_MM, side_mm + TOP_MM + 1), (width_mm - 2 * TOP_MM, room_mm))
        if room_mm > 2
        else []
    )
    page = place(Layout(Media(f"{width_mm}x{height_mm}", width_mm, height_mm), (code, *texts)), known[dpi])
    return png(draw_bitmap(page), page.dpi)


def place_calibration(printer_code: str, name: str, dpi: int, stamp: str, size_mm: tuple[int, int]) -> Page:
    """The drawing on whole dots."""
    if not is_measurable(size_mm):
        least = f"{LEAST_MM[0]} x {LEAST_MM[1]} mm"
        got = f"{size_mm[0]} x {size_mm[1]} mm"
        raise Malformed("CALIBRATION", f"Expected paper of at least {least} to measure on, got {got}.", got=got)
    known: dict[int, Dpi] = {203: 203, 300: 300, 600: 600}
    if dpi not in known:
        raise Malformed("CALIBRATION", f"Expected a printer of 203, 300 or 600 dpi, got {dpi}.", got=str(dpi))
    width_mm, height_mm = (min(side, most) for side, most in zip(size_mm, LARGEST_MM, strict=True))
    about = _lines(
        [f"Rampa {printer_code}", f"{dpi} dpi", name, stamp],
        (SIDE_MM + CODE_MM + 2, TOP_MM),
        (width_mm - 2 * SIDE_MM - CODE_MM - 2, CODE_MM),
    )
    code = Barcode(
        x_mm=SIDE_MM,
        y_mm=TOP_MM,
        width_mm=CODE_MM,
        height_mm=CODE_MM,
        symbology="datamatrix",
        content=trial_code(printer_code),
    )
    media = Media(f"{width_mm}x{height_mm}", width_mm, height_mm)
    return place(Layout(media, (code, *about, *_rulers(width_mm, height_mm, dpi))), known[dpi])


def _rulers(width_mm: int, height_mm: int, dpi: int) -> list[Element]:
    """The comb of 1 mm bars with its meaning below, and an upright line at the right where the paper is high enough."""
    across_mm = int((width_mm - 2 * SIDE_MM) // 10) * 10
    elements: list[Element] = [
        Box(x_mm=SIDE_MM + at_mm, y_mm=COMB_Y_MM, width_mm=1, height_mm=COMB_HEIGHT_MM, filled=True)
        for at_mm in range(0, across_mm, 2)
    ]
    below_mm = COMB_Y_MM + COMB_HEIGHT_MM
    elements.append(Line(x_mm=SIDE_MM, y_mm=below_mm, length_mm=across_mm, stroke_mm=0.5))
    down_mm = int((height_mm - below_mm - TOP_MM - 1) // 10) * 10
    if down_mm:
        elements.append(
            Line(x_mm=width_mm - SIDE_MM - 1, y_mm=below_mm + 1, length_mm=down_mm, stroke_mm=0.5, upright=True)
        )
    said = meanings(across_mm, dpi) + ([f"| {down_mm} mm"] if down_mm else [])
    room = (width_mm - 2 * SIDE_MM - 3, height_mm - below_mm - 2)
    return [*elements, *_lines(said, (SIDE_MM, below_mm + 1), room)]


def _lines(texts: list[str], place_mm: tuple[float, float], room_mm: tuple[float, float]) -> list[Text]:
    """One text below the other, as large as the room allows."""
    step_mm = min(5.0, room_mm[1] / len(texts))
    return [
        Text(
            x_mm=place_mm[0],
            y_mm=place_mm[1] + number * step_mm,
            width_mm=room_mm[0],
            height_mm=step_mm,
            text=text,
            size_mm=step_mm * 0.75,
            min_size_mm=1.4,
        )
        for number, text in enumerate(texts)
    ]


def meanings(length_mm: int, dpi: int) -> list[str]:
    """What the measured length of the line says about the printer."""
    said = next(per_mm for known, per_mm in DOTS_PER_MM.items() if known == dpi)
    others = [
        f"{length_mm * said / per_mm:.0f} mm = {real} dpi !" for real, per_mm in DOTS_PER_MM.items() if real != dpi
    ]
    return [f"{length_mm} mm = {dpi} dpi OK", *others]
