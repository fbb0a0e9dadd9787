"""Two readers that know nothing of how we drew: zxing-cpp and zbar, over the whole picture."""

import zxingcpp
from PIL import Image
from pyzbar import pyzbar

SEEN_BY_ZBAR = {"code128", "gs1-128", "ean13", "ean8", "upca", "itf14", "code39", "qr", "gs1-qr", "link-qr"}


def _read(picture: Image.Image) -> list[zxingcpp.Barcode]:
    # Our pictures are dot-exact; the reader's own downscaling by 3 once read a 13-dot module as another character.
    return zxingcpp.read_barcodes(picture.convert("L"), text_mode=zxingcpp.TextMode.Plain, try_downscale=False)


def by_zxing(picture: Image.Image) -> set[str]:
    """Texts found by zxing-cpp, GS1 separators kept."""
    return {code.text for code in _read(picture)}


def by_zbar(picture: Image.Image) -> set[str]:
    """Texts found by zbar."""
    return {code.data.decode() for code in pyzbar.decode(picture.convert("L"))}


def marks_of(picture: Image.Image) -> set[str]:
    """AIM symbology identifiers that zxing-cpp saw, `]C1` for GS1-128."""
    return {code.symbology_identifier for code in _read(picture)}


def boxes_by_zxing(picture: Image.Image) -> dict[str, tuple[int, int, int, int]]:
    """Text -> left, top, right, bottom in dots; of a code that stands there twice, the upper left one."""
    found: dict[str, tuple[int, int, int, int]] = {}
    for code in _read(picture):
        corners = [getattr(code.position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")]
        xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
        box = min(xs), min(ys), max(xs), max(ys)
        if code.text not in found or sum(box) < sum(found[code.text]):
            found[code.text] = box
    return found
