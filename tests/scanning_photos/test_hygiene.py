"""Hostile and broken files: refused by name from the header, or read; never a crash."""

import io
import random
import time

import numpy as np
import pytest
from PIL import Image, ImageOps

from backend.scanning.photo_limits import PhotoHeader, PhotoRefusal, inspect
from backend.scanning.photos import PhotoAnswer, keep_picture, read_picture
from tests.scanning_photos import pictures

TABLE = pictures.on_table(pictures.drawn_qr("hygiene"), 320, 320)
JPEG, PNG, WEBP = (pictures.as_file(TABLE, kind) for kind in ("jpeg", "png", "webp"))


def _animated(kind: str) -> bytes:
    frames = [Image.fromarray(np.full((64, 64), shade, np.uint8)) for shade in (0, 120, 250)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def _jpeg_sized(width_px: int, height_px: int) -> bytes:
    """A small JPEG whose frame header announces another size."""
    at = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:at] + height_px.to_bytes(2, "big") + width_px.to_bytes(2, "big") + JPEG[at + 4 :]


def _jpeg_with_remark(remark: bytes) -> bytes:
    return JPEG[:2] + b"\xff\xfe" + (len(remark) + 2).to_bytes(2, "big") + remark + JPEG[2:]


def _png_with(kind: bytes, body: bytes) -> bytes:
    return PNG[:33] + pictures.chunk(kind, body) + PNG[33:]


HOSTILE = [
    ("nothing", b"", "PHOTO_EMPTY"),
    ("9 MB", JPEG[:2] + b"\0" * 9_000_000, "PHOTO_TOO_HEAVY"),
    ("gif", _animated("gif"), "PHOTO_KIND"),
    ("bmp", pictures.as_file(TABLE, "bmp"), "PHOTO_KIND"),
    ("tiff", pictures.as_file(TABLE, "tiff"), "PHOTO_KIND"),
    ("text", b"hello, this is no picture", "PHOTO_KIND"),
    ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PHOTO_KIND"),
    ("heic", b"\0\0\0\x18ftypheic" + b"\0" * 64, "PHOTO_KIND"),
    ("png of 50,000 x 50,000", pictures.png_of(50_000, 50_000, b""), "PHOTO_TOO_LARGE"),
    ("png of 4 billion x 1", pictures.png_of(0xFFFFFFFF, 1, b""), "PHOTO_TOO_LARGE"),
    ("jpeg of 50,000 x 50,000", _jpeg_sized(50_000, 50_000), "PHOTO_TOO_LARGE"),
    ("jpeg without height", _jpeg_sized(320, 0), "PHOTO_BROKEN"),
    ("moving png", _animated("png"), "PHOTO_ANIMATED"),
    ("moving webp", _animated("webp"), "PHOTO_ANIMATED"),
    ("jpeg cut in half", JPEG[: len(JPEG) // 2], "PHOTO_CUT_SHORT"),
    ("png cut in half", PNG[: len(PNG) // 2], "PHOTO_CUT_SHORT"),
    ("webp cut in half", WEBP[: len(WEBP) // 2], "PHOTO_CUT_SHORT"),
    ("jpeg without its end", JPEG[:-2], "PHOTO_CUT_SHORT"),
    ("only a mark", b"\xff\xd8\xff", "PHOTO_CUT_SHORT"),
    ("jpeg and zip", JPEG + b"PK\x03\x04" + b"x" * 50, "PHOTO_TWOFOLD"),
    ("png and zip", PNG + b"PK\x03\x04" + b"x" * 50, "PHOTO_TWOFOLD"),
    ("webp and page", WEBP + b"<script>alert(1)</script>", "PHOTO_TWOFOLD"),
    ("jpeg with a pdf in a remark", _jpeg_with_remark(b"%PDF-1.7 ..."), "PHOTO_TWOFOLD"),
    ("jpeg with a program in a remark", _jpeg_with_remark(b"<?php system($_GET[0]); ?>"), "PHOTO_TWOFOLD"),
    ("png with a page in a remark", _png_with(b"tEXt", b"Comment\0<HTML><SCRIPT>"), "PHOTO_TWOFOLD"),
    ("jpeg with a film of a program", JPEG + b"\0\0\0\x18ftypmp42<?php", "PHOTO_TWOFOLD"),
    ("png body too short", pictures.png_of(300, 300, b"\0" * 100), "PHOTO_BROKEN"),
    ("png with a wrong body", PNG.replace(PNG[60:64], b"\1\2\3\4"), "PHOTO_BROKEN"),
    ("10,000 chunks", PNG[:33] + pictures.chunk(b"tEXt", b"a\0b") * 25_000 + PNG[33:], "PHOTO_BROKEN"),
]


@pytest.mark.parametrize(("picture", "code"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_hostile_files_are_refused_by_name(picture: bytes, code: str) -> None:
    """Quickly, with a sentence that says what was expected, what came and what to do."""
    started = time.thread_time()
    answer = read_picture(picture)

    assert answer.refusal is not None
    assert code == answer.refusal.code
    assert () == answer.codes
    assert answer.refusal.sentence.startswith("Expected ")
    assert time.thread_time() - started < 0.5


@pytest.mark.parametrize(("picture", "code"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_hostile_files_are_not_kept_either(picture: bytes, code: str) -> None:
    """A proof is let in by the same rules as a picture to read."""
    kept = keep_picture(picture)

    assert (b"", code) == (kept.jpeg, kept.refusal.code if kept.refusal else None)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_what_is_kept_stands_upright_and_tells_nothing_else(kind: str, turn: int) -> None:
    """Every turn of every kind of file: the same picture, and not one remark left that would turn it again."""
    slope = np.add.outer(np.arange(120, dtype=np.uint8), np.zeros(200, np.uint8)) + 40
    file = pictures.as_file(slope, kind, exif=pictures.exif(turn))

    kept = Image.open(io.BytesIO(keep_picture(file).jpeg))

    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(pictures.as_file(slope, "png", exif=pictures.exif(turn)))))
    assert (wanted.size, {}) == (kept.size, dict(kept.getexif()))
    assert np.abs(np.asarray(kept.convert("L"), int) - np.asarray(wanted, int)).max() <= 8


@pytest.mark.parametrize(
    ("picture", "code"), [row[1:] for row in HOSTILE if row[2] != "PHOTO_BROKEN"],
    ids=[row[0] for row in HOSTILE if row[2] != "PHOTO_BROKEN"],
)  # fmt: skip
def test_the_header_alone_is_enough(picture: bytes, code: str) -> None:
    """No decoder of pixels is asked before the refusal."""
    refusal = inspect(picture)

    assert isinstance(refusal, PhotoRefusal)
    assert code == refusal.code


@pytest.mark.parametrize(
    "picture",
    [
        JPEG,
        PNG,
        WEBP,
        JPEG + b"\0" * 16,
        JPEG + JPEG,
        JPEG + b"\0\0\0\x18ftypmp42" + b"\1" * 100,
        pictures.as_file(TABLE, "jpeg", progressive=True),
        pictures.as_file(TABLE, "webp", lossless=True),
        _jpeg_with_remark(b"Shot on a phone"),
    ],
    ids=["jpeg", "png", "webp", "padding", "second jpeg", "motion photo", "progressive", "lossless", "remark"],
)
def test_what_cameras_write_is_admitted(picture: bytes) -> None:
    """Also with the second picture, the short film or the padding that phones append."""
    header = inspect(picture)

    assert isinstance(header, PhotoHeader)
    assert (320, 320) == (header.width_px, header.height_px)
    assert ["hygiene"] == [code.text for code in read_picture(picture).codes]


def test_a_picture_that_unfolds_to_a_thousand_times_its_size_is_bounded() -> None:
    """Sixteen megapixels in a few kilobytes are allowed, and no more come out of the file than its header says."""
    bomb = pictures.png_of(4000, 4000, (b"\0" + b"\xff" * 4000) * 4000)
    longer = pictures.png_of(40, 40, b"\0" * 30_000_000)

    assert len(bomb) < 40_000
    assert read_picture(bomb) == PhotoAnswer(width_px=4000, height_px=4000)
    assert () == read_picture(longer).codes


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_three_hundred_spoilt_files_never_crash(kind: str) -> None:
    """Bytes changed, cut out, doubled: each file is read or refused; what is read is the truth."""
    draw = random.Random(f"spoil {kind}")
    whole = {"jpeg": JPEG, "png": PNG, "webp": WEBP}[kind]
    refused = 0
    for _ in range(100):
        spoilt = bytearray(whole)
        for _ in range(draw.choice((1, 3, 20))):
            at = draw.randrange(len(spoilt))
            match draw.randrange(3):
                case 0:
                    spoilt[at] = draw.randrange(256)
                case 1:
                    del spoilt[at : at + draw.randrange(1, 40)]
                case _:
                    spoilt[at:at] = spoilt[at : at + draw.randrange(1, 40)]
        answer = read_picture(bytes(spoilt))
        refused += answer.refusal is not None
        assert {code.text for code in answer.codes} <= {"hygiene"}

    assert refused > 30
