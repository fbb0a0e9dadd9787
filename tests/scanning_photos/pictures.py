"""Pictures for the tests, drawn by independent writers and then spoilt on purpose. Nothing here is a photograph."""

import io
import struct
import zlib

import barcode
import cv2
import numpy as np
import segno
import zxingcpp
from barcode.writer import ImageWriter
from PIL import Image

GREY_TABLE = 170


def drawn(text: str, symbology: str, module_px: int = 3) -> np.ndarray:
    """A code as zxing-cpp's writer draws it, on white with a quiet zone."""
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology))
    return np.pad(np.array(code.to_image(scale=module_px)), 12 * module_px, constant_values=255)


def drawn_ean(digits: str) -> np.ndarray:
    """An EAN-13 with its digits underneath, by python-barcode."""
    options = {"module_width": 0.33, "module_height": 15, "quiet_zone": 5, "dpi": 230}
    return np.array(barcode.get("ean13", digits, writer=ImageWriter()).render(options).convert("L"))


def drawn_qr(text: str, module_px: int = 5) -> np.ndarray:
    """A QR code by segno."""
    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=module_px, border=4)
    return np.array(Image.open(out).convert("L"))


def on_table(
    code: np.ndarray, width_px: int = 900, height_px: int = 900, at: tuple[int, int] | None = None
) -> np.ndarray:
    """The code lying on a grey table, in the middle or with its corner at (x, y)."""
    table = np.full((height_px, width_px), GREY_TABLE, np.uint8)
    height, width = code.shape
    x, y = at or ((width_px - width) // 2, (height_px - height) // 2)
    table[y : y + height, x : x + width] = code
    return table


def turned(picture: np.ndarray, degrees: float) -> np.ndarray:
    """Turned about the middle, the table filling the corners."""
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=GREY_TABLE)


def defocused(picture: np.ndarray, sigma_px: float, noise: float = 2.0, seed: int = 1) -> np.ndarray:
    """As a lens out of focus shows it, with a little sensor noise."""
    blurred = cv2.GaussianBlur(picture.astype(np.float64), (0, 0), sigma_px)
    grain = np.random.default_rng(seed).normal(0, noise, picture.shape)
    return np.clip(blurred + grain, 0, 255).astype(np.uint8)


def texture(width_px: int, height_px: int, seed: int) -> np.ndarray:
    """Cloth, gravel, print: noise of several grain sizes, without a code."""
    random = np.random.default_rng(seed)
    total = np.zeros((height_px, width_px))
    for grain in (1, 3, 9, 27):
        layer = cv2.GaussianBlur(random.normal(size=(height_px, width_px)), (0, 0), grain)
        total += layer / layer.std()
    return cv2.normalize(total, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def as_file(picture: np.ndarray, kind: str = "png", **options: int) -> bytes:
    """The bytes of a file: png, jpeg or webp."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width_px: int, height_px: int, body: bytes) -> bytes:
    """A PNG that announces any size, over any compressed body."""
    head = struct.pack(">IIBBBBB", width_px, height_px, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def exif(orientation: int) -> bytes:
    """The EXIF block a phone writes for a picture held in this orientation."""
    found = Image.Exif()
    found[0x0112] = orientation
    return found.tobytes()
