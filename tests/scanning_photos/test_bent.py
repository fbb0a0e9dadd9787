"""QR codes on foil and cloth: where the flat grid of other readers fails, the drawing follows the bend."""

import cv2
import numpy as np
import pytest
import zxingcpp

from backend.scanning.photo_bent import alignment_places, known_modules, read_bent
from backend.scanning.photo_views import View, scaling
from backend.scanning.photos import read_codes
from tests.scanning_photos import pictures

LOT = "8594001021123 lot 7/2026 exp 2027-01-31 kept below 25 C, shelf 12"


def _bent(picture: np.ndarray, reach_px: float, phase: float) -> np.ndarray:
    """As on a wavy bag: each row and column is moved by up to `reach_px`."""
    down, across = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    wave = picture.shape[1] * 0.9
    x = across + reach_px * np.sin(2 * np.pi * down / wave + phase)
    y = down + reach_px * np.sin(2 * np.pi * across / wave + 2 * phase)
    return cv2.remap(
        picture, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _code(text: str) -> np.ndarray:
    drawn = np.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=5))
    return cv2.copyMakeBorder(drawn, *(40,) * 4, cv2.BORDER_CONSTANT, value=235)


@pytest.mark.parametrize(
    ("text", "reach_px", "phase"),
    [
        ("https://example.com/tote/0044", 5, 4.5),
        ("https://example.com/tote/0044", 7, 3.0),
        (LOT, 5, 1.5),
        (LOT, 7, 3.0),
    ],
)
def test_a_bent_code_is_read_that_zxing_alone_gives_up(text: str, reach_px: float, phase: float) -> None:
    """The straightened symbol passes its own error correction; the reader is named."""
    bent = _bent(_code(text), reach_px, phase)

    assert [] == zxingcpp.read_barcodes(bent)
    assert [(text, "bent", True)] == [
        (code.text, code.reader, code.confidence > 0.5) for code in read_codes(bent).codes
    ]


def test_a_code_without_its_content_gives_nothing() -> None:
    """Finder and timing patterns over gravel: the grid settles somewhere, the error correction refuses."""
    side = 29
    known = known_modules(side)
    gravel = np.random.default_rng(3).integers(0, 2, (side, side))
    light = np.where(np.where(known >= 0, known, gravel) == 1, 0, 255).astype(np.uint8)
    picture = cv2.copyMakeBorder(
        cv2.resize(light, None, fx=5, fy=5, interpolation=cv2.INTER_NEAREST), *(40,) * 4, cv2.BORDER_CONSTANT, value=235
    )

    assert [] == read_bent(View("plain", picture, scaling(1, 1)))


def test_a_picture_without_any_finder_pattern_gives_nothing() -> None:
    """Nothing to begin with."""
    assert [] == read_bent(View("plain", pictures.texture(400, 300, 1), scaling(1, 1)))


@pytest.mark.parametrize("version", [1, 2, 6, 7, 10, 14])
def test_the_known_patterns_stand_in_every_code(version: int) -> None:
    """Held against an independent writer's symbol of each size."""
    import segno

    matrix = np.array(segno.make("7", version=version, micro=False).matrix, dtype=np.int8)
    known = known_modules(17 + 4 * version)

    assert matrix.shape == known.shape
    assert np.array_equal(matrix[known >= 0], known[known >= 0])


@pytest.mark.parametrize(
    ("side", "places"),
    [(21, []), (25, [(18, 18)]), (45, [(6, 22), (22, 6), (22, 22), (22, 38), (38, 22), (38, 38)])],
)
def test_alignment_patterns_stand_where_the_standard_says(side: int, places: list[tuple[int, int]]) -> None:
    """ISO/IEC 18004, annex E: versions 1, 2 and 7."""
    assert places == alignment_places(side)
