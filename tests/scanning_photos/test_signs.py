"""An early end for pictures that show no sign of a code, and the small codes that must not be lost by it."""

import cv2
import numpy as np
import pytest

from backend.scanning import photo_readers as readers
from backend.scanning import photo_regions as regions
from backend.scanning import photo_views as views
from backend.scanning import photos
from tests.scanning_photos import pictures

SIDE_PX = 420
AT = (290, 70)


def _shrunk(text: str, symbology: str, module_px: float) -> np.ndarray:
    """A code of modules of one to two pixels, as a phone sees a label from too far away."""
    drawn = pictures.drawn(text, symbology, 8)
    (top, left), (low, right) = np.argwhere(drawn < 128).min(axis=0), np.argwhere(drawn < 128).max(axis=0) + 1
    large = np.pad(drawn[top:low, left:right], 16, constant_values=255)
    return cv2.resize(large, None, fx=module_px / 8, fy=module_px / 8, interpolation=cv2.INTER_AREA)


def _far_away(text: str, symbology: str, module_px: float) -> np.ndarray:
    return pictures.on_table(_shrunk(text, symbology, module_px), SIDE_PX, SIDE_PX, AT)


@pytest.mark.parametrize(("symbology", "module_px"), [("DataMatrix", 1.3), ("QRCode", 1.3), ("QRCode", 1.6)])
def test_a_small_matrix_code_is_a_busy_place(symbology: str, module_px: float) -> None:
    """The first place holds all of it, and its way back to the photograph is right."""
    code = _shrunk("A-01-2-17", symbology, module_px)
    view = views.View("plain", pictures.on_table(code, SIDE_PX, SIDE_PX, AT), views.scaling(1, 1))

    place = views.busy_places(view)[0]

    corners = place.onto_photo(np.array([[0.0, 0.0], list(place.pixels.shape[::-1])]))
    assert np.all(corners[0] < AT)
    assert np.all(corners[1] > np.array(AT) + code.shape[::-1])
    assert np.prod(corners[1] - corners[0]) < 10 * code.size


@pytest.mark.parametrize("scale", [1, 4])
def test_what_is_busy_all_over_is_no_small_code(scale: int) -> None:
    """Gravel and cloth: all places together stay below the limit, so that such a picture costs no more than others."""
    noise = np.random.default_rng(5).integers(0, 255, (480 // scale, 640 // scale), dtype=np.uint8)
    gravel = cv2.resize(noise, (640, 480), interpolation=cv2.INTER_NEAREST)

    places = views.busy_places(views.View("plain", gravel, views.scaling(1, 1)))

    assert sum(place.pixels.size for place in places) <= 2 * views.BUSY_PIXELS_MAX


@pytest.mark.parametrize("shape", [(24, 24), (24, 1600), (7, 9)])
def test_pictures_of_any_shape_have_places_or_none(shape: tuple[int, int]) -> None:
    """No block, one row of blocks: nothing breaks."""
    view = views.View("plain", np.zeros(shape, np.uint8), views.scaling(1, 1))

    assert [] == views.busy_places(view)


@pytest.mark.parametrize("too_large", [False, True], ids=["enlarged", "places"])
@pytest.mark.parametrize(
    ("symbology", "name", "module_px"), [("DataMatrix", "Data Matrix", 1.2), ("QRCode", "QR Code", 1.1)]
)
def test_a_small_matrix_code_is_read_where_nothing_is_a_sign(
    symbology: str, name: str, module_px: float, too_large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bars are located and no reader says a word: only enlarging has it, of the whole or of its busy places."""
    if too_large:
        monkeypatch.setattr(photos, "DOUBLED_SIDE_PX", SIDE_PX - 1)

    (code,) = photos.read_codes(_far_away("A-01-2-17", symbology, module_px)).codes

    assert ("A-01-2-17", name) == (code.text, code.symbology)
    middle = np.array(AT) + np.array(_shrunk("A-01-2-17", symbology, module_px).shape) / 2
    assert np.abs(np.array(code.position).mean(axis=0) - middle).max() < 2


def test_bars_seen_from_the_side_are_read_though_nothing_is_a_sign() -> None:
    """At 60 degrees no bars are located; two quick looks at the enlarged picture agree."""
    paper = pictures.on_table(pictures.drawn("8594001021123", "EAN13", 4), 640, 640)
    corners = np.array([[-320, -320], [320, -320], [320, 320], [-320, 320]], np.float32)
    depth = 960 / (960 + corners[:, :1] * np.float32(0.866))
    seen = corners * np.float32([0.5, 1]) * depth + 320
    aside = cv2.warpPerspective(paper, cv2.getPerspectiveTransform(corners + 320, seen), (640, 640), borderValue=170)

    assert [] == regions.locate(views.View("plain", aside, views.scaling(1, 1)))
    assert ["8594001021123"] == [code.text for code in photos.read_codes(aside).codes]


def test_a_picture_without_any_sign_is_enlarged_for_quick_looks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The costly half of the chain is kept for pictures that promise something."""
    hard: list[int] = []

    def by_zxing(view: views.View, *, thorough: bool = False, **_: object) -> list[readers.Read]:
        hard.append(max(view.pixels.shape) if thorough else 0)
        return []

    def by_zbar(view: views.View, **_: object) -> list[readers.Read]:
        hard.append(max(view.pixels.shape))
        return []

    monkeypatch.setattr(readers, "by_zxing", by_zxing)
    monkeypatch.setattr(readers, "by_zbar", by_zbar)
    wall = cv2.GaussianBlur(pictures.texture(SIDE_PX, SIDE_PX, 3), (0, 0), 4)

    assert () == photos.read_codes(wall).codes
    assert SIDE_PX == max(hard)

    hard.clear()
    assert () == photos.read_codes(wall[: photos.SMALL_SIDE_PX, : photos.SMALL_SIDE_PX]).codes
    assert 2 * photos.SMALL_SIDE_PX == max(hard)
