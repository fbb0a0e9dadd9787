"""The page as a PDF of exactly the label's size: letters stay letters, bars are vectors of whole dots."""

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from backend.documents.barcodes import Symbol, encode
from backend.documents.bitmap import picture_in_box
from backend.documents.lettering import width_em
from backend.documents.page import Bars, Frame, Ink, Mark, Page, Picture, Words, guard_modules
from backend.documents.typesetting import compile_pdf


def write_pdf(page: Page, title: str = "") -> bytes:
    """One label as one PDF page."""
    return write_pdf_run([page], title)


def write_pdf_run(pages: Sequence[Page], title: str = "") -> bytes:
    """Labels of one media as the pages of one PDF: its fonts are embedded once, which is most of the work."""
    media = pages[0].layout.media
    content = {
        "title": title,
        "width": media.width_mm,
        "height": media.height_mm,
        "labels": [_frames_json(page) for page in pages],
    }
    return compile_pdf("label.typ", "run", content)


def _frames_json(page: Page) -> list[dict[str, Any]]:
    per_mm = page.dots_per_mm
    frames: dict[Frame, list[dict[str, Any]]] = {}
    for mark in page.marks:
        frames.setdefault(mark.frame, []).append(_mark_json(mark, per_mm))
    return [
        {
            "x": frame.x / per_mm,
            "y": frame.y / per_mm,
            "width": frame.width / per_mm,
            "height": frame.height / per_mm,
            "inner": [side / per_mm for side in frame.inner],
            "rotation": frame.rotation,
            "marks": marks,
        }
        for frame, marks in frames.items()
    ]


def _mark_json(mark: Mark, per_mm: float) -> dict[str, Any]:
    match mark:
        case Words():
            size = mark.size / per_mm
            return {
                "kind": "words",
                "x": mark.anchor_x / per_mm,
                "y": mark.baseline / per_mm,
                "width": width_em(mark.weight, mark.text) * size,
                "size": size,
                "text": mark.text,
                "weight": mark.weight,
                "align": mark.align,
                "inverse": mark.inverse,
            }
        case Ink():
            return {"kind": "ink", **_box(mark.x, mark.y, mark.width, mark.height, per_mm)}
        case Picture():
            width, height = mark.frame.inner
            target = io.BytesIO()
            picture_in_box(mark.content, width, height, mark.dither).save(target, "PNG")
            return {
                "kind": "picture",
                "bytes": list(target.getvalue()),
                **_box(0, 0, width, height, per_mm),
            }
        case Bars():
            width, height = mark.size
            guards = guard_modules(mark.symbol) if mark.guards else []
            tall = height + mark.guards
            svg = symbol_svg(mark.symbol, height / mark.module, mark.guards / mark.module if guards else 0.0)
            return {"kind": "svg", "svg": svg, **_box(mark.x, mark.y, width, tall, per_mm)}


def _box(x: float, y: float, width: float, height: float, per_mm: float) -> dict[str, float]:
    return {"x": x / per_mm, "y": y / per_mm, "width": width / per_mm, "height": height / per_mm}


def symbol_svg(symbol: Symbol, bar_modules: float = 0.0, guard_length: float = 0.0) -> str:
    """The symbol as SVG, one unit a module, without quiet zones. Linear bars are `bar_modules` high, guards longer."""
    return _svg(symbol.symbology, symbol.content, round(bar_modules, 3), round(guard_length, 3))


@lru_cache(maxsize=1024)
def _svg(symbology: Any, content: str, bar_modules: float, guard_length: float) -> str:
    symbol = encode(symbology, content)
    linear = symbol.height == 1
    tall = bar_modules + guard_length if linear else float(symbol.height)
    guards = set(guard_modules(symbol)) if guard_length else set()
    # Every row begins and ends white, so that edges come in pairs; `edges` counts through all rows.
    rows = np.zeros((symbol.height, symbol.width + 2), dtype=bool)
    rows[:, 1:-1] = symbol.modules
    flat = rows.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]).tolist()
    short, long = (f"v{bar_modules:g}h", f"v{tall:g}h") if linear else ("v1h", "v1h")
    path = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        y, start = divmod(first, symbol.width + 2)
        wide = last - first
        path.append(f"M{start} {y}h{wide}{long if start in guards else short}-{wide}z")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {symbol.width} {tall:g}" '
        f'width="{symbol.width}" height="{tall:g}"><path d="{"".join(path)}"/></svg>'
    )
