"""A camera stream made from a code: an empty bench, then a label that glides in, a little turned, and stays.

Chromium plays a raw MJPEG file in a loop as 1280 x 720 at 30 frames per second; it opens the file anew each time the
page opens the camera, so a test lays the next code before the lens by writing the file. The label stays for half a
minute: were the clip short, a busy machine would still be looking when it begins again, and the piece be scanned twice.
"""

import io
import random
from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720
EMPTY_FRAMES = 6
GLIDE_FRAMES = 12
STILL_FRAMES = 6
STILL_ROUNDS = 150
BENCH = (146, 134, 120)
SHELF_LABEL = (380, 320)


KINDS = {
    "ean13": (zxingcpp.BarcodeFormat.EAN13, 4), "code128": (zxingcpp.BarcodeFormat.Code128, 3),
    "qr": (zxingcpp.BarcodeFormat.QRCode, 9), "datamatrix": (zxingcpp.BarcodeFormat.DataMatrix, 9),
}  # fmt: skip
"""Name -> format, and pixels of a module."""


def draw_label(text: str, symbology: str) -> Image.Image:
    """A white label with the code; `symbology` is one of `KINDS`."""
    kind, scale = KINDS[symbology]
    code = Image.fromarray(zxingcpp.create_barcode(text, kind).to_image(scale=scale)).convert("L")
    label = Image.new("L", (code.width + 120, code.height + 120), 252)
    label.paste(code, (60, 60))
    return label.convert("RGB")


def write_clip(file: Path, text: str, symbology: str, seed: int = 1) -> None:
    """Replace `file` by a clip of about 30 s that shows the code: half a second of coming in, then the hand is still."""
    chance = random.Random(seed)
    label = draw_label(text, symbology)
    limit = min(620 / label.width, 560 / label.height, 1.6)
    label = label.resize((int(label.width * limit), int(label.height * limit)), Image.Resampling.LANCZOS)
    frames = []
    for number in range(EMPTY_FRAMES + GLIDE_FRAMES + STILL_FRAMES):
        frame = Image.new("RGB", (WIDTH, HEIGHT), BENCH)
        draw = ImageDraw.Draw(frame)
        for y in range(0, HEIGHT, 48):
            draw.line((0, y, WIDTH, y), fill=(136, 124, 110), width=2)
        if number >= EMPTY_FRAMES:
            _place(frame, label, number - EMPTY_FRAMES, chance)
        stream = io.BytesIO()
        frame.save(stream, "JPEG", quality=82, subsampling=2)
        frames.append(stream.getvalue())
    coming, still = frames[:-STILL_FRAMES], frames[-STILL_FRAMES:]
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_bytes(b"".join(coming + still * STILL_ROUNDS))
    unfinished.replace(file)


def write_shelf(file: Path, labels: list[tuple[str, str, tuple[int, int]]], box: tuple[int, int] = SHELF_LABEL) -> None:
    """Replace `file` by a clip of labels that all stay still; each is (text, symbology, middle in pixels) within `box`."""
    frame = Image.new("RGB", (WIDTH, HEIGHT), BENCH)
    for text, symbology, (x, y) in labels:
        label = draw_label(text, symbology)
        scale = min(box[0] / label.width, box[1] / label.height)
        label = label.resize((int(label.width * scale), int(label.height * scale)), Image.Resampling.LANCZOS)
        frame.paste(label, (x - label.width // 2, y - label.height // 2))
    stream = io.BytesIO()
    frame.save(stream, "JPEG", quality=88, subsampling=2)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_bytes(stream.getvalue() * STILL_ROUNDS)
    unfinished.replace(file)


def _place(frame: Image.Image, label: Image.Image, step: int, chance: random.Random) -> None:
    way = min(1.0, step / GLIDE_FRAMES)
    turn = 7 * (1 - way) + 1.5
    shown = label.rotate(turn, expand=True, fillcolor=BENCH, resample=Image.Resampling.BICUBIC)
    blur = 2.2 * (1 - way) + 0.4
    shown = shown.filter(ImageFilter.GaussianBlur(blur))
    x = int((WIDTH - shown.width) / 2 - 500 * (1 - way)) + chance.randint(-2, 2)
    y = int((HEIGHT - shown.height) / 2) + chance.randint(-2, 2)
    frame.paste(shown, (x, y))
