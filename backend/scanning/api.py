"""The door of scanning for the modules above: reading codes from pictures, and making pictures fit to be kept."""

from __future__ import annotations

from collections.abc import Iterable

from backend.platform.errors import Malformed
from backend.scanning.photo_answers import PhotoAnswer, PhotoCode
from backend.scanning.photo_limits import FILE_BYTES_MAX as PHOTO_BYTES_MAX
from backend.scanning.photo_limits import PhotoRefusal
from backend.scanning.photo_worker import PhotoReader

__all__ = ["PHOTO_BYTES_MAX", "PhotoAnswer", "PhotoCode", "PhotoReader", "PhotoRefusal", "proof_of", "read_photo"]


async def read_photo(reader: PhotoReader, picture: bytes, known: Iterable[str] = ()) -> PhotoAnswer:
    """The codes of one picture file, read in a child process with limits.

    `reader` lives as long as the server (make one at start, `await reader.close()` at the end). `known` are codes the
    person may have in hand (the GTINs of the open job); they break ties and are never invented. The answer holds
    `codes` to book, `guesses` to ask about, or a `refusal` (code, expected, got, cure).
    """
    return await reader.read(picture, known)


async def proof_of(reader: PhotoReader, picture: bytes) -> bytes:
    """What is kept of a proof that a person took: a JPEG of at most 1,600 pixels a side, upright, without EXIF.

    Raises `Malformed` NOT_A_PICTURE for what is none, PHOTO_... for a picture that is not let in.
    """
    kept = await reader.kept(picture)
    if kept.refusal is None:
        return kept.jpeg
    refusal = kept.refusal
    code = "NOT_A_PICTURE" if refusal.code in ("PHOTO_EMPTY", "PHOTO_KIND") else refusal.code
    raise Malformed(code, refusal.sentence, expected=refusal.expected, got=refusal.got, cure=refusal.cure)
