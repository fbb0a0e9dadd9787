"""A job as the dots of its labels, for every printer that takes pictures: one raster path serves them all.

Dots are never scaled: a bar that is no whole number of dots is not a bar. White margins may be cut off, ink may not.
"""

from __future__ import annotations

import numpy as np

from printing.problems import UnfitJob
from printing.protocol import PrinterConfig, PrintJob
from printing.rasters import BLACK_BELOW, Bitmap, bitmap_of_grey, dots, read_pdf, read_png

RASTER_FORMATS = frozenset({"png1", "pdf"})
"""Job formats that become dots."""


def read_pages(job: PrintJob, printer: PrinterConfig) -> list[Bitmap]:
    """The labels of a `png1` or `pdf` job at the printer's density, none larger than the media the job names."""
    if job.format == "png1" and job.dpi != printer.dpi:
        raise UnfitJob(f"Expected a label drawn for {printer.dpi} dpi, got {job.dpi}; dots are never scaled.")
    pages = [read_png(job.content)] if job.format == "png1" else read_pdf(job.content, printer.dpi)
    if job.media_width_mm and job.media_height_mm:
        # One dot of tolerance each way: a PDF page of 105 mm is rounded up to whole dots by the renderer.
        limits = tuple(dots(side_mm, printer.dpi) + 2 for side_mm in (job.media_width_mm, job.media_height_mm))
        for page in pages:
            if page.width > limits[0] or page.height > limits[1]:
                raise UnfitJob(
                    f"Expected at most {limits[0]} x {limits[1]} dots for "
                    f"{job.media_width_mm} x {job.media_height_mm} mm, got {page.width} x {page.height}."
                )
    return pages


def cut_margins(page: Bitmap, width: int, height: int | None = None) -> Bitmap:
    """The page at no more than `width` x `height` dots, white cut off evenly from both sides; ink is never cut.

    Heads are narrower than the paper they print on, so a label drawn to the paper's edge loses its white margin here.
    """
    grey = page.grey()
    across = _kept(grey.min(axis=0) < BLACK_BELOW, width, "wide")
    down = _kept(grey.min(axis=1) < BLACK_BELOW, height or page.height, "high")
    return (
        page
        if (across, down) == ((0, page.width), (0, page.height))
        else bitmap_of_grey(grey[slice(*down), slice(*across)])
    )


def _kept(inked: np.ndarray, limit: int, side: str) -> tuple[int, int]:
    """From and to of the dots that stay, nearest to the middle that loses no ink."""
    size = len(inked)
    if size <= limit:
        return 0, size
    at = np.flatnonzero(inked)
    first, last = (int(at[0]), int(at[-1]) + 1) if len(at) else (0, 0)
    if last - first > limit:
        raise UnfitJob(
            f"Expected a print of at most {limit} dots {side}, got ink over {last - first}; use smaller labels."
        )
    start = min(max((size - limit) // 2, last - limit), first if len(at) else size)
    return start, start + limit
