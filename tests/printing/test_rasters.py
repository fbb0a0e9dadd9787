"""Bitmaps survive the way into ZPL and back; foreign decoders agree."""

import numpy as np
import pytest
from zebrafy import ZebrafyZPL

from printing.problems import UnfitJob
from printing.rasters import Bitmap, bitmap_of_grey, dots, graphic_field, read_graphic_field, read_pdf, read_png
from tests.printing.labels import code_picture, pdf, png


def test_a_graphic_comes_back_dot_for_dot() -> None:
    """`^GFA :Z64:` written and read gives the same dots."""
    bitmap = bitmap_of_grey(code_picture("P.26-000123.7"))

    again = read_graphic_field(graphic_field(bitmap)[3:].decode())

    assert bitmap.rows == again.rows
    assert bitmap.height == again.height


def test_a_foreign_decoder_sees_the_same_dots() -> None:
    """An independent ZPL library reads our graphic as we meant it."""
    grey = code_picture("P.26-000123.7")[:, :248]
    zpl = b"^XA^FO0,0" + graphic_field(bitmap_of_grey(grey)) + b"^FS^XZ"

    (picture,) = ZebrafyZPL(zpl.decode()).to_images()

    assert np.array_equal(grey < 128, np.asarray(picture.convert("L")) < 128)


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ("A,4,4,2,FF00", None),
        ("A,4,4,2,FF0000FF", b"\xff\x00\x00\xff"),
        ("A,4,4,2,HF,HF,", b"\xff\x00\xff\x00"),
        ("A,4,4,2,HFH0:", b"\xff\x00\xff\x00"),
        ("A,8,8,4,gF!JF,", None),
        ("A,6,6,2,FF,,ff,", b"\xff\x00\x00\x00\xff\x00"),
        ("A,4,4,2,F!0!", b"\xff\xff\x0f\xff"),
        ("A,4,4,2,:Z64:eJz7/x8AAv8B/w==:0000", None),
        ("A,4,4,0,FF", None),
        ("B,4,4,2,FF00", None),
        ("A,4,4,2,FFxx", None),
    ],
)
def test_graphic_data_of_every_form(body: str, rows: bytes | None) -> None:
    """Run lengths, row ends and repeats are understood; short, foreign and damaged data are refused."""
    if rows is None:
        with pytest.raises(UnfitJob):
            read_graphic_field(body)
    else:
        assert rows == read_graphic_field(body).rows


def test_grey_pictures_are_refused() -> None:
    """Thresholding would move bars, so a picture with grey in it is not taken."""
    grey = code_picture("A1")
    grey[0, 0] = 100

    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.fromarray(grey).save(out, "PNG")
    with pytest.raises(UnfitJob, match="black and white"):
        read_png(out.getvalue())


def test_a_png_keeps_its_dots() -> None:
    """Reading a PNG neither scales nor inverts."""
    grey = code_picture("A1")

    bitmap = read_png(png(grey))

    assert (grey.shape[1], grey.shape[0]) == (bitmap.width, bitmap.height)
    assert np.array_equal(grey, bitmap.grey())


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4", b"hello"])
def test_broken_content_is_a_sentence(content: bytes) -> None:
    """Garbage ends as a refusal for the office, not as a crash."""
    with pytest.raises(UnfitJob):
        read_png(content)
    with pytest.raises(UnfitJob):
        read_pdf(content, 203)


def test_a_pdf_page_has_the_printers_dots() -> None:
    """A page drawn for 203 dpi gets as many dots as the picture in it."""
    grey = code_picture("A1")

    (page,) = read_pdf(pdf(grey), 203)

    assert abs(page.width - grey.shape[1]) <= 1
    assert abs(page.height - grey.shape[0]) <= 1


def test_dots_of_a_length() -> None:
    """100 mm are 799 whole dots at 203 dpi."""
    assert 799 == dots(100, 203)
    assert 1181 == dots(100, 300)


def test_black_is_one() -> None:
    """In a bitmap 1 is black, the most significant bit is left."""
    grey = np.array([[0, 255, 255, 255, 255, 255, 255, 255, 0]], dtype=np.uint8)

    assert Bitmap(9, 1, b"\x80\x80") == bitmap_of_grey(grey)
