"""Codes from a photograph: a chain of readers that stops as soon as it may believe what it has.

Three of four photographs give their code to a quick look and to the places cut out where bars stand. The rest is tried
on ever more prepared copies, in the order of what each step gained for its time when it was measured
(`docs/decoding.md`). A code is believed by the rule of `photo_votes`. When the quick look has found something to
believe, other bars that stand in the picture unread are read as well, and the chain ends. What was read but not believed is told apart, as a guess to show to a person.

    reading = read_codes(gray)
    [code.text for code in reading.codes]

`read_picture` does the same for the bytes of a file. Both are values in, values out; the child process with its limits
is in `photo_worker`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import cv2
import numpy as np

from backend.scanning import photo_readers as readers
from backend.scanning import photo_regions as regions
from backend.scanning import photo_views as views
from backend.scanning.photo_answers import KeptPhoto, PhotoAnswer, PhotoCode, PhotoReading
from backend.scanning.photo_bent import read_bent
from backend.scanning.photo_blurred import read_blurred
from backend.scanning.photo_limits import PhotoRefusal, inspect, too_hard
from backend.scanning.photo_pixels import gray_pixels, kept_picture
from backend.scanning.photo_votes import Ballot, Claim, Standing, overlap

cv2.setNumThreads(1)

T = TypeVar("T")

DOUBLED_SIDE_PX = 1300
"""Copies of twice the size are made up to this side: beyond it modules are large enough, and time is not."""
SMALL_SIDE_PX = 320
"""Pictures up to this side are always doubled: it costs as much as one look at an ordinary one."""
BLURRED_REGIONS = 2
SIDE_PX_MIN = 24


def read_codes(
    gray: views.Gray, known: Iterable[str] = (), scale: float = 1.0, weary: Callable[[], bool] = lambda: False
) -> PhotoReading:
    """All codes of a gray, upright picture.

    `known`: codes the sender may expect (GTINs, order numbers); they break ties, they are never invented.
    `scale`: photograph pixels per pixel of `gray`, where the file was decoded at a reduced size.
    `weary`: asked before each step; once true, no further one is begun.
    """
    photo = views.View("photo", _thick(gray), views.scaling(scale, scale))
    ballot = Ballot(known)
    chain = _Chain(photo, ballot)
    for number, step in enumerate(chain.steps()):
        if weary():
            break
        step()
        if ballot.trusted():
            if number == 0:
                chain.read_what_is_left()
            break
    else:
        ballot.close()
    return PhotoReading(
        codes=tuple(_code(ballot, claim, standing) for claim, standing in ballot.trusted()),
        guesses=tuple(
            _code(ballot, claim, standing) for claim, standing in ballot.guesses() if standing.confidence > 0.3
        ),
    )


def _thick(gray: views.Gray) -> views.Gray:
    """A strip of a few rows, as a line camera gives it, is made high enough for all readers."""
    missing = [max(0, SIDE_PX_MIN - side) for side in gray.shape]
    if not any(missing):
        return gray
    thick: views.Gray = cv2.copyMakeBorder(gray, 0, missing[0], 0, missing[1], cv2.BORDER_REPLICATE)
    return thick


def read_picture(picture: bytes, known: Iterable[str] = (), weary: Callable[[], bool] = lambda: False) -> PhotoAnswer:
    """All codes of a JPEG, PNG or WebP file, or why it is not read. Never raises for what the bytes hold."""
    header = inspect(picture)
    if isinstance(header, PhotoRefusal):
        return PhotoAnswer(refusal=header)
    try:
        decoded = gray_pixels(picture, header)
        if isinstance(decoded, PhotoRefusal):
            return PhotoAnswer(refusal=decoded)
        gray, scale = decoded
        reading = read_codes(gray, known, scale, weary)
    except (cv2.error, MemoryError):
        return PhotoAnswer(refusal=too_hard())
    size = (header.width_px, header.height_px) if header.turn < 5 else (header.height_px, header.width_px)
    return PhotoAnswer(codes=reading.codes, guesses=reading.guesses, width_px=size[0], height_px=size[1])


def keep_picture(picture: bytes) -> KeptPhoto:
    """What is kept of a JPEG, PNG or WebP file that a person wanted kept, or why it is not. Never raises either."""
    header = inspect(picture)
    if isinstance(header, PhotoRefusal):
        return KeptPhoto(refusal=header)
    try:
        kept = kept_picture(picture, header)
    except (cv2.error, MemoryError):
        kept = too_hard()
    return KeptPhoto(refusal=kept) if isinstance(kept, PhotoRefusal) else KeptPhoto(jpeg=kept)


class _Chain:
    """The steps of one picture; copies are made once, when first needed."""

    def __init__(self, photo: views.View, ballot: Ballot) -> None:
        self.photo = photo
        self.plain = views.working_copy(photo)
        self.ballot = ballot
        self._made: dict[str, Any] = {}

    def steps(self) -> Iterator[Callable[[], None]]:
        """From quick and safe to slow and daring."""
        yield self._zxing(lambda: self.plain, thorough=False)
        yield self.read_regions
        yield self._zxing(lambda: self.plain)
        yield lambda: self.ballot.add(read_bent(self.plain))
        yield self.read_negative
        yield self._zbar(self.half)
        yield self._zxing(self.evened)
        yield self._zbar(lambda: views.thresholded(self.plain))
        yield self._zbar(lambda: views.row_averaged(self.plain, 9))
        yield self._zxing(lambda: views.sharpened(self.plain, 1.5, 1.5, "sharp"))
        yield self.read_regions_again
        yield self.read_blurred_regions
        if not self.shows_signs():
            if self.plain.longest_px > DOUBLED_SIDE_PX:
                yield self.read_busy_places
            else:
                yield self._zxing(self.doubled, thorough=False)
                yield self._zxing(self.doubled_evened, thorough=False)
            return
        if self.plain.longest_px <= DOUBLED_SIDE_PX:
            yield self._zxing(self.doubled)
            yield self._zxing(self.doubled_evened)
            yield self._zbar(self.doubled_evened)
            yield self._zxing(lambda: views.sharpened(self.doubled(), 2.5, 2.0, "double_sharp"))
        yield self._zbar(lambda: self.plain)

    def _zxing(self, view: Callable[[], views.View], thorough: bool = True) -> Callable[[], None]:
        return lambda: self.ballot.add(readers.by_zxing(view(), thorough=thorough))

    def _zbar(self, view: Callable[[], views.View]) -> Callable[[], None]:
        return lambda: self.ballot.add(readers.by_zbar(view()))

    def _once(self, name: str, make: Callable[[], T]) -> T:
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made

    def half(self) -> views.View:
        """Half the size."""
        return self._once("half", lambda: views.halved(self.plain))

    def evened(self) -> views.View:
        """Contrast evened."""
        return self._once("evened", lambda: views.evened(self.plain))

    def doubled(self) -> views.View:
        """Twice the size."""
        return self._once("doubled", lambda: views.doubled(self.plain))

    def doubled_evened(self) -> views.View:
        """Twice the size, contrast evened."""
        return self._once("doubled_evened", lambda: views.evened(self.doubled(), "double_evened"))

    def shows_signs(self) -> bool:
        """Whether bars were located or anything was read: without either, two quick looks at it enlarged are enough."""
        small = self.plain.longest_px <= SMALL_SIDE_PX
        return small or bool(self.located()) or self.ballot.has_claims

    def read_busy_places(self) -> None:
        """In a picture too large to be enlarged a code of tiny modules may still stand: there, if anywhere."""
        for place in views.busy_places(self.plain):
            large = views.doubled(place)
            self.ballot.add(readers.by_zxing(large))
            self.ballot.add(readers.by_zxing(views.evened(large, "double_evened")))

    def located(self) -> list[regions.Region]:
        """Where bars stand."""
        return self._once("located", lambda: regions.locate(self.plain))

    def _source(self, region: regions.Region) -> views.View:
        """The photograph where it has more detail than the working copy and the cut can use it."""
        fine = self.photo.to_photo[0, 0] * regions.CUT_LENGTH_PX * 1.5
        return self.photo if self.photo.longest_px > self.plain.longest_px and region.length_px < fine else self.plain

    def read_regions(self) -> None:
        """Cut out every place with bars and read the cuts."""
        for region in self.located():
            self._read_region(region)

    def _read_region(self, region: regions.Region) -> None:
        cut = regions.cut_out(self._source(region), region)
        for treated in regions.treatments(cut):
            found = readers.by_zxing(treated, linear_only=True, region="region_")
            self.ballot.add(found)
            if found and any(overlap(claim.corners, region.corners) > 0.3 for claim, _ in self.ballot.trusted()):
                return

    def read_regions_again(self) -> None:
        """The cuts once more, by the reader that sees what zxing-cpp does not."""
        for region in self.located():
            for treated in list(regions.treatments(regions.cut_out(self._source(region), region)))[:2]:
                self.ballot.add(readers.by_zbar(treated, linear_only=True, region="region_"))

    def read_negative(self) -> None:
        """Light bars on dark ground, which no reader looks for by itself; the second reader bears witness."""
        negative = views.negative(self.plain)
        found = readers.by_zxing(negative, linear_only=True)
        if found:
            self.ballot.add(found)
            self.ballot.add(readers.by_zbar(negative, linear_only=True))

    def read_what_is_left(self) -> None:
        """After a first success: bars that no believed code covers."""
        for region in self.located():
            if all(overlap(claim.corners, region.corners) < 0.3 for claim, _ in self.ballot.trusted()):
                self._read_region(region)

    def read_blurred_regions(self) -> None:
        """Fit numbers to the gray curve of the longest places with bars."""
        for region in self.located()[:BLURRED_REGIONS]:
            found = read_blurred(self._source(region), region)
            if found is not None:
                self.ballot.add_blurred(found)


def _code(ballot: Ballot, claim: Claim, standing: Standing) -> PhotoCode:
    corners = np.rint(claim.corners).astype(int)
    text = ballot.told(claim)
    identified = "" if text == claim.text else "; the identifier I before the vehicle number is left out"
    return PhotoCode(
        text=text,
        symbology=claim.symbology,
        gs1=claim.gs1,
        reader="+".join(claim.readers),
        confidence=round(standing.confidence, 2),
        reason=standing.reason + identified,
        position=tuple((int(x), int(y)) for x, y in corners),
    )
