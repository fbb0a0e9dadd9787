"""The calibration paper measures what it says, for each driver, on the paper as a printer would draw it."""

import hashlib
import io

import numpy as np
import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from backend.platform import clock
from backend.platform.database import run_once
from backend.platform.errors import Malformed
from backend.print_queue.calibration_paper import calibration_paper, is_measurable, meanings, small_trial
from backend.print_queue.store import equipment, jobs
from backend.print_queue.tables import print_content, print_job
from backend.print_queue.trial_paper import trial_code
from printing.drivers import find_driver
from printing.protocol import Demand, Media, PrinterConfig, PrintJob
from printing.rasters import read_pdf, read_png
from printing.verify import read_back
from printing.zpl import read_labels
from tests.printing.paper_of import PAPER_OF, codes

STAMP = "2026-11-21 12:00 UTC"


def _comb(paper: np.ndarray, dots_per_mm: float) -> tuple[int, int, int]:
    """Bars in the comb, dots of the first one, and dots from the first bar's begin to the last one's end."""
    row = (paper[round(19.5 * dots_per_mm)] < 128).astype(int)
    steps = np.diff(np.concatenate([[0], row, [0]]))
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return len(begins), int(ends[0] - begins[0]), int(ends[-1] - begins[0])


@pytest.mark.parametrize(
    ("dpi", "size_mm", "bars", "bar_dots", "span_dots"),
    [
        (203, (100, 50), 40, 8, 79 * 8),
        (203, (50, 30), 15, 8, 29 * 8),
        (300, (62, 1000), 25, 12, 579),
        (600, (105, 148), 45, 24, 2102),
    ],
)
def test_bars_are_as_wide_as_they_say(
    dpi: int, size_mm: tuple[int, int], bars: int, bar_dots: int, span_dots: int
) -> None:
    """A 1 mm bar has the dots of 1 mm at that density, and the comb is as long as the text below says."""
    content, form = calibration_paper("L1", "Labels 1", dpi, STAMP, size_mm, "tspl")
    paper = read_png(content).grey()

    count, first, span = _comb(paper, dpi / 25.4)

    assert ("png1", bars) == (form, count)
    assert abs(first - bar_dots) <= 1
    assert abs(span - span_dots) <= 1
    assert ["TEST-L1"] == codes(paper)


@pytest.mark.parametrize(
    ("driver", "dpi", "media"),
    [("tspl", 203, Media(100, 50)), ("escpos", 203, Media(58, 1000)), ("brother_ql", 300, Media(62, 1000))],
)
def test_a_trial_of_a_raster_printer_reaches_its_paper(sqlite_url: str, driver: str, dpi: int, media: Media) -> None:
    """What the queue holds for a test is what that driver accepts and a scanner reads off the paper."""

    def queue(conn: sa.Connection) -> tuple[sa.Row, bytes]:
        equipment.create_agent(conn, "hall", clock.now())
        equipment.save_printer(
            conn, "R1", "hall", name="Raster", driver=driver, transport="device", address="/dev/usb/lp0", dpi=dpi,
            media_width_mm=media.width_mm, media_height_mm=media.height_mm,
        )  # fmt: skip
        jobs.print_trial(conn, "R1", None, clock.now())
        row = conn.execute(sa.select(print_job)).one()
        return row, conn.execute(sa.select(print_content.c.content)).scalar_one()

    row, content = run_once(sqlite_url, queue)
    job = PrintJob(
        id=1, key="k", printer="R1", format=row.format, content=content, lease="l", dpi=row.dpi,
        content_sha256=hashlib.sha256(content).hexdigest(), media_width_mm=row.media_width_mm,
        media_height_mm=row.media_height_mm,
    )  # fmt: skip
    config = PrinterConfig("R1", "Raster", driver, "device", "/dev/usb/lp0", dpi, media)

    (paper,) = PAPER_OF[driver](find_driver(driver).encode(job, config).payload)

    assert ["TEST-R1"] == codes(paper)


def test_zebra_and_office_printers_get_their_own_language() -> None:
    """The same drawing as ZPL with a native code, and as PDF of the paper's size."""
    zpl, zpl_form = calibration_paper("L1", "Labels 1", 203, STAMP, (100, 50), "zpl")
    paper, pdf_form = calibration_paper("A4", "Office", 300, STAMP, (100, 50), "pdf")
    (page,) = read_pdf(paper, 300)

    assert ("zpl", "pdf") == (zpl_form, pdf_form)
    assert [] == read_back(zpl, "zpl", 203, [Demand("datamatrix", "TEST-L1")])
    assert (800, 400) == (read_labels(zpl)[0].width, read_labels(zpl)[0].length)
    assert abs(_comb(page.grey(), 300 / 25.4)[2] - 933) <= 1


def test_the_paper_says_what_a_wrong_length_means() -> None:
    """80 mm drawn for 203 dpi come out as 54 mm on a head of 300 dpi."""
    assert ["80 mm = 203 dpi OK", "54 mm = 300 dpi !", "27 mm = 600 dpi !"] == meanings(80, 203)


@pytest.mark.parametrize(("size_mm", "dpi", "word"), [((32, 25), 203, "40 x 30"), ((100, 50), 180, "600 dpi")])
def test_what_cannot_be_measured_on_is_refused(size_mm: tuple[int, int], dpi: int, word: str) -> None:
    """Paper too small for a ruler and a density no head has are sentences."""
    with pytest.raises(Malformed, match=word):
        calibration_paper("L1", "Labels 1", dpi, STAMP, size_mm, "tspl")


@pytest.mark.parametrize(("size_mm", "dpi"), [((62, 29), 300), ((17, 54), 300), ((32, 25), 203), ((23, 23), 300)])
def test_paper_too_small_for_a_ruler_gets_a_code(size_mm: tuple[int, int], dpi: int) -> None:
    """The smallest rolls have a trial paper too: inside its sides, read by a scanner."""
    picture = Image.open(io.BytesIO(small_trial("L1", dpi, size_mm)))

    codes = [code.text for code in zxingcpp.read_barcodes(np.asarray(picture.convert("L")))]

    assert not is_measurable(size_mm)
    assert [trial_code("L1")] == codes
    assert all(side <= size * dpi / 25.4 + 1 for side, size in zip(picture.size, size_mm, strict=True))
