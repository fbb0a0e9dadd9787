"""A contact sheet of every label: `./dev label-sheet [FILE.pdf]`, for the eye of a person.

First every look of every template with its example, then each template with its longest data in every language at every
resolution. Labels lie in true size on A3, dot by dot as the head would burn them.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from backend.documents.artifact import placed_label
from backend.documents.bitmap import draw_bitmap
from backend.documents.lettering import printable
from backend.documents.line_setting import set_line
from backend.documents.longest import LONG_WORDS, longest_data
from backend.documents.page import DOTS_PER_MM, Dpi
from backend.documents.template import Template
from backend.documents.templates import templates

SHEET_DPI = 600
_SHEET = 7016, 9921
_MARGIN, _CAPTION = 236, 90


def entries() -> Iterator[tuple[str, Template, dict[str, Any], Dpi]]:
    """Caption, template, data and resolution of everything on the sheet."""
    for code, template in templates().items():
        for look, data in template.looks().items():
            yield f"{code} {look} 203 dpi", template, data, 203
    for code, template in templates().items():
        for dpi in DOTS_PER_MM:
            for language in LONG_WORDS:
                yield f"{code} longest {language} {dpi} dpi", template, longest_data(template, language), dpi


def _drawn(caption: str, template: Template, data: dict[str, Any], dpi: Dpi) -> Image.Image:
    """The label with its caption and a frame, at the sheet's dots."""
    page = placed_label(template, data, dpi)
    share = SHEET_DPI / 25.4 / page.dots_per_mm
    label = draw_bitmap(page).resize((round(page.width * share), round(page.height * share)), Image.Resampling.NEAREST)
    whole = Image.new("1", (label.width + 4, label.height + 4 + _CAPTION), 255)
    for start, word in set_line("regular", 52, printable("regular", caption), whole.width).words:
        for left, piece in word.placed:
            whole.paste(0, (max(0, start + left), 66 + piece.above), piece.mask)
    whole.paste(0, (0, _CAPTION, whole.width, whole.height))
    whole.paste(label, (2, _CAPTION + 2))
    return whole


def sheets(labels: Iterator[Image.Image]) -> Iterator[Image.Image]:
    """A3 pages, filled in rows."""
    sheet = Image.new("1", _SHEET, 255)
    x = y = _MARGIN
    row = 0
    for label in labels:
        if x + label.width > _SHEET[0] - _MARGIN and x > _MARGIN:
            x, y, row = _MARGIN, y + row + 60, 0
        if y + label.height > _SHEET[1] - _MARGIN:
            yield sheet
            sheet, x, y, row = Image.new("1", _SHEET, 255), _MARGIN, _MARGIN, 0
        sheet.paste(label, (x, y))
        x, row = x + label.width + 60, max(row, label.height)
    yield sheet


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev label-sheet", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=Path("label-sheet.pdf"))
    parser.add_argument("--template", choices=list(templates()), help="only this one")
    args = parser.parse_args(words)
    chosen = (each for each in entries() if args.template in (None, each[1].code))
    first, *rest = sheets(_drawn(*each) for each in chosen)
    first.save(args.file, "PDF", resolution=SHEET_DPI, save_all=True, append_images=rest, title="Rampa: all labels")
    print(f"{args.file}: {1 + len(rest)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
