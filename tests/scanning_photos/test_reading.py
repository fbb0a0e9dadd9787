"""What is drawn is read: every symbology, any angle, several at once, out of focus, small, on a dark ground."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from backend.scanning.photo_limits import PhotoHeader, PhotoRefusal, inspect
from backend.scanning.photo_pixels import gray_pixels
from backend.scanning.photos import read_codes, read_picture
from tests.scanning_photos import pictures

EAN = "8594001021123"


def _texts(picture: np.ndarray, **options: object) -> list[str]:
    return sorted(code.text for code in read_codes(picture, **options).codes)


@pytest.mark.parametrize(
    ("written", "draw", "text", "symbology"),
    [
        (EAN, "EAN13", EAN, "EAN-13"),
        ("96385074", "EAN8", "96385074", "EAN-8"),
        ("036000291452", "UPCA", "0036000291452", "EAN-13"),
        ("01234565", "UPCE", "0012345000065", "UPC-E"),
        ("DR-2026/117", "Code128", "DR-2026/117", "Code 128"),
        ("A-01-2", "Code39", "A-01-2", "Code 39"),
        ("ABC-93", "Code93", "ABC-93", "Code 93"),
        ("14006381333938", "ITF", "14006381333938", "ITF"),
        ("řeřicha 12", "QRCode", "řeřicha 12", "QR Code"),
        ("lot 7", "DataMatrix", "lot 7", "Data Matrix"),
        ("tote 44", "Aztec", "tote 44", "Aztec"),
        ("parcel 9", "PDF417", "parcel 9", "PDF417"),
        ("04012345123456", "DataBarOmni", "0104012345123456", "DataBar Omni"),
    ],
)
def test_each_symbology_is_read_with_its_name(written: str, draw: str, text: str, symbology: str) -> None:
    """Text and name are those of zxing-cpp; UPC-A is an EAN-13 with a leading nought, UPC-E is expanded."""
    found = read_codes(pictures.on_table(pictures.drawn(written, draw))).codes

    assert [(text, symbology)] == [(code.text, code.symbology) for code in found]
    assert all(code.confidence > 0.5 for code in found)


def test_gs1_content_keeps_separators_and_loses_the_first_mark() -> None:
    """FNC1 inside is 0x1D, the leading one is gone, nothing is in parentheses, and the mark is told."""
    found = read_codes(pictures.on_table(pictures.drawn("[01]90012345678908[10]AB[21]7", "DataBarExp"))).codes

    assert [("019001234567890810AB\x1d217", True)] == [(code.text, code.gs1) for code in found]


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_bars_are_read_at_any_angle(degrees: int) -> None:
    """A linear code turned by any angle, which row readers cannot follow."""
    table = pictures.turned(pictures.on_table(pictures.drawn_ean(EAN)), degrees)

    assert [EAN] == _texts(table)


def test_all_codes_of_a_label_are_told() -> None:
    """A carrier label: a matrix code, upright bars and bars at a right angle to them."""
    table = pictures.on_table(pictures.drawn_qr("https://rampa.example/p/1"), 1300, 1000, at=(80, 80))
    upright, lying = pictures.drawn("JD0140000117", "Code128"), np.rot90(pictures.drawn_ean(EAN))
    table[600 : 600 + upright.shape[0], 100 : 100 + upright.shape[1]] = upright
    table[100 : 100 + lying.shape[0], 900 : 900 + lying.shape[1]] = lying

    assert sorted([EAN, "JD0140000117", "https://rampa.example/p/1"]) == _texts(table)


def test_positions_are_corners_in_the_picture() -> None:
    """The four corners stand where the code was put, also after the working copy was made smaller."""
    code = pictures.drawn("A-01-2", "QRCode", module_px=8)
    dark = np.argwhere(code < 128)[:, ::-1]
    table = pictures.on_table(code, 2600, 2000, at=(1700, 1200))

    (found,) = read_codes(table).codes

    wanted = np.array([dark.min(axis=0), dark.max(axis=0)]) + np.array((1700, 1200))
    assert np.abs(np.array(found.position)[[0, 2]] - wanted).max() <= 6


@pytest.mark.parametrize(("orientation", "quarter_turns"), [(1, 0), (3, 2), (6, 1), (8, 3)])
def test_the_turn_of_the_camera_is_applied(orientation: int, quarter_turns: int) -> None:
    """A phone stores lying pixels and a note; positions are told in the picture as a person sees it."""
    upright = pictures.on_table(pictures.drawn_qr("turned"), 900, 600, at=(40, 60))
    stored = np.ascontiguousarray(np.rot90(upright, quarter_turns))

    answer = read_picture(pictures.as_file(stored, "jpeg", quality=90, exif=pictures.exif(orientation)))

    assert (900, 600) == (answer.width_px, answer.height_px)
    assert ["turned"] == [code.text for code in answer.codes]
    assert all(40 <= x <= 300 and 60 <= y <= 300 for x, y in answer.codes[0].position)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_turn_agrees_with_an_independent_reader(orientation: int) -> None:
    """All eight orientations, the mirrored ones too, against Pillow's own turning."""
    slope = np.add.outer(np.arange(60) * 3, np.arange(90)).astype(np.uint8)
    slope[:20, :30] = 255
    file = pictures.as_file(slope, "png", exif=pictures.exif(orientation))

    header = inspect(file)
    assert isinstance(header, PhotoHeader)
    decoded = gray_pixels(file, header)

    with Image.open(io.BytesIO(file)) as stored:
        wanted = np.asarray(ImageOps.exif_transpose(stored))
    assert not isinstance(decoded, PhotoRefusal)
    np.testing.assert_array_equal(wanted, decoded[0])


def test_clear_paper_is_white() -> None:
    """Black modules on a transparent ground: without care both become black."""
    code = pictures.drawn_qr("clear")
    rgba = np.dstack([np.zeros((*code.shape, 3), np.uint8), 255 - code])

    for kind in ("png", "webp"):
        options = {"lossless": True} if kind == "webp" else {}
        answer = read_picture(pictures.as_file(rgba, kind, **options))
        assert ["clear"] == [found.text for found in answer.codes]


def test_light_bars_on_a_dark_ground() -> None:
    """White print on brown board."""
    assert ["inverted 1"] == _texts(255 - pictures.on_table(pictures.drawn("inverted 1", "DataMatrix")))


def test_a_strip_of_two_rows_is_enough_for_bars() -> None:
    """What a line camera sees."""
    assert [EAN] == _texts(pictures.drawn(EAN, "EAN13")[60:62])


@pytest.mark.parametrize("seed", range(6))
def test_texture_holds_no_code(seed: int) -> None:
    """Where there is nothing, nothing is told, not even as a guess."""
    reading = read_codes(pictures.texture(640, 480, seed))

    assert () == reading.codes
    assert () == reading.guesses


def test_a_smooth_blur_over_two_pixels_a_module() -> None:
    """Defocus of eight tenths of a module at small scale, over shadow."""
    table = pictures.on_table(pictures.drawn(EAN, "EAN13", module_px=2), 640, 480).astype(np.float64)
    shadow = np.linspace(0.45, 1.0, 640)[None, :]

    assert [EAN] == _texts(pictures.defocused((table * shadow).astype(np.uint8), 1.6, noise=1.0))


def test_a_colour_jpeg_of_many_pixels_is_read_at_half_size() -> None:
    """Twelve megapixels are decoded at half the size; positions stay in full pixels."""
    table = np.full((3000, 4000), 200, np.uint8)
    code = pictures.drawn(EAN, "EAN13", module_px=8)
    table[1500 : 1500 + code.shape[0], 2500 : 2500 + code.shape[1]] = code

    answer = read_picture(pictures.as_file(cv2.cvtColor(table, cv2.COLOR_GRAY2RGB), "jpeg", quality=80))

    assert [EAN] == [found.text for found in answer.codes]
    assert all(2500 <= x <= 3500 and 1500 <= y <= 2100 for x, y in answer.codes[0].position)


@pytest.mark.parametrize(("text", "draw"), [(EAN, "EAN13"), ("DR-2026/117", "Code128"), ("A-01-2", "Code39")])
def test_light_bars_on_dark_ground_are_read(text: str, draw: str) -> None:
    """A white print on a black carton: no reader looks for bars in the negative by itself."""
    carton = cv2.bitwise_not(pictures.on_table(pictures.drawn(text, draw)))

    assert [text] == _texts(carton)
