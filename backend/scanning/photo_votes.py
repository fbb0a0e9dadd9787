"""How many reads make a code: the rule of evidence per symbology.

A wrong code is worse than none: it books the wrong goods. Symbologies differ in how easily they lie. A matrix code
corrects its own errors; one read is proof. An EAN-13 has one check digit, and a blurred one yields a neighbour that
fits. UPC-E, EAN-8 and short ITF are found in rulings and in parts of longer codes. So each symbology has a number of
votes it needs. A vote is one reader on one copy of the picture; the same reader on the same copy votes once.

What a person expects may break a tie (`known`): a read that would not stand alone stands when it names a code that is
on the list. The reason says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backend.scanning.photo_blurred import BlurredRead
from backend.scanning.photo_readers import Read
from backend.scanning.photo_vehicles import vehicle_number

MATRIX = frozenset(
    {"QR Code", "Micro QR Code", "rMQR Code", "Data Matrix", "Aztec", "Aztec Rune", "PDF417", "Compact PDF417",
     "MicroPDF417"}
)  # fmt: skip
RETAIL = frozenset({"EAN-13", "UPC-A", "EAN-8", "UPC-E"})

# Measured on numbers that were not there: the best of them reached a margin of 82, true ones mostly far over 120.
BLURRED_MARGIN = 120.0
BLURRED_MARGIN_BACKED = 30.0
"""Enough where a second witness names the same number: another reader, or the list of known codes."""
BLURRED_FIT = 0.84
BLURRED_WEAKEST = 0.6


@dataclass(slots=True)
class Claim:
    """All reads that name the same code at the same kind of symbol."""

    text: str
    symbology: str
    reads: list[Read] = field(default_factory=list)
    blurred: BlurredRead | None = None

    @property
    def votes(self) -> set[str]:
        """The distinct reader/copy pairs."""
        found = {read.vote for read in self.reads}
        return found | {"curve/cut"} if self.blurred is not None else found

    @property
    def readers(self) -> list[str]:
        """Names of the readers, first come first."""
        names = list(dict.fromkeys(read.reader for read in self.reads))
        return [*names, "curve"] if self.blurred is not None else names

    @property
    def corners(self) -> NDArray[np.float64]:
        """Where the first read saw it."""
        if self.reads:
            return self.reads[0].corners
        assert self.blurred is not None
        return self.blurred.corners

    @property
    def gs1(self) -> bool:
        """Whether any reader saw the GS1 mark."""
        return any(read.gs1 for read in self.reads)

    @property
    def linear(self) -> bool:
        """Bars rather than a matrix."""
        return self.symbology not in MATRIX


@dataclass(frozen=True, slots=True)
class Standing:
    """What the evidence is worth."""

    trusted: bool
    confidence: float
    """0 to 1. Above 0.5 exactly where trusted; meant for sorting and showing, not a measured probability."""
    reason: str


class Ballot:
    """The claims of one picture so far."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = frozenset(identity(text, "") for text in known if text)
        self._claims: dict[tuple[str, str], Claim] = {}
        self._closed = False

    @property
    def has_claims(self) -> bool:
        """Whether anything was read at all, believed or not."""
        return bool(self._claims)

    def add(self, reads: Iterable[Read]) -> None:
        """Count these reads."""
        for read in reads:
            if read.text:
                self._claim(read.text, read.symbology).reads.append(read)

    def add_blurred(self, read: BlurredRead) -> None:
        """Count a number fitted to a curve."""
        claim = self._claim(read.text, "EAN-13")
        if claim.blurred is None or claim.blurred.margin < read.margin:
            claim.blurred = read

    def told(self, claim: Claim) -> str:
        """The text of a claim as it is answered: a vehicle number without its identifier, unless that is expected."""
        if claim.symbology == "Code 39" and claim.text not in self.known:
            return vehicle_number(claim.text) or claim.text
        return claim.text

    def _claim(self, text: str, symbology: str) -> Claim:
        family = "retail" if symbology in RETAIL else symbology.removesuffix(" Stacked")
        key = (family, identity(text, symbology))
        return self._claims.setdefault(key, Claim(text, symbology))

    def standing(self, claim: Claim) -> Standing:
        """How far this claim may be trusted."""
        standing = _standing(claim, identity(claim.text, claim.symbology) in self.known, self._against(claim))
        if not standing.trusted and self._closed and self._unchallenged(claim):
            return Standing(True, 0.7, "read on the untouched picture, nothing speaks against it")
        return standing

    def _against(self, claim: Claim) -> int:
        """Votes of the strongest other number of the same length read from the same bars."""
        if claim.symbology not in RETAIL:
            return 0
        others = [
            other for other in self._claims.values()
            if other is not claim and other.reads and other.symbology in RETAIL and len(other.text) == len(claim.text)
        ]  # fmt: skip
        return max((len(other.votes) for other in others if _same_place(claim, other)), default=0)

    def _unchallenged(self, claim: Claim) -> bool:
        """One read by zxing-cpp on the untouched copy, and no other retail number anywhere near it."""
        if claim.symbology != "EAN-13" or not any(read.vote == "zxing-cpp/plain" for read in claim.reads):
            return False
        others = (other for other in self._claims.values() if other is not claim and other.symbology in RETAIL)
        return not any(_same_place(claim, other) for other in others if other.reads or not claim.reads)

    def close(self) -> None:
        """The chain has ended: what stood alone and was never contradicted is heard once more."""
        self._closed = True

    def trusted(self) -> list[tuple[Claim, Standing]]:
        """Codes that may be booked: one linear code per place, the best evidence first."""
        return self._settled(want=True)

    def guesses(self) -> list[tuple[Claim, Standing]]:
        """Codes a person may be asked about, none of them at the place of a trusted one."""
        return self._settled(want=False)

    def _settled(self, want: bool) -> list[tuple[Claim, Standing]]:
        judged = [(claim, self.standing(claim)) for claim in self._claims.values()]
        judged.sort(
            key=lambda pair: (not pair[1].trusted, -pair[1].confidence, -len(pair[0].votes), -len(pair[0].text))
        )
        kept: list[tuple[Claim, Standing]] = []
        for claim, standing in judged:
            # Of readers that disagree both texts are shown, as guesses.
            rivals = kept if standing.trusted else [pair for pair in kept if pair[1].trusted]
            if any(_same_place(claim, other) for other, _ in rivals):
                continue
            kept.append((claim, standing))
        return [pair for pair in kept if pair[1].trusted is want]


def identity(text: str, symbology: str) -> str:
    """What makes two texts the same code: GTINs by their 14 digits, everything else literally."""
    if text.isascii() and text.isdigit() and (symbology in RETAIL or (not symbology and len(text) in (8, 12, 13, 14))):
        return text.zfill(14)
    return text


def _same_place(one: Claim, other: Claim) -> bool:
    """Ghost twins: two linear codes cannot be read from the same bars."""
    if one.linear != other.linear:
        return False
    return overlap(one.corners, other.corners) > 0.3


def overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Shared share of the smaller upright box. A read line without height counts as three pixels high."""
    low = np.maximum(one.min(axis=0), other.min(axis=0)) - 1.5
    high = np.minimum(one.max(axis=0), other.max(axis=0)) + 1.5
    if np.any(high <= low):
        return 0.0
    areas = [float(np.prod(box.max(axis=0) - box.min(axis=0) + 3.0)) for box in (one, other)]
    return float(np.prod(high - low)) / min(areas)


def _standing(claim: Claim, known: bool, against: int) -> Standing:
    votes = len(claim.votes)
    if not _well_formed(claim):
        return Standing(False, 0.0, "the text breaks the rules of its symbology")
    needed, why = _votes_needed(claim)
    needed += against
    if votes >= needed:
        confidence = 0.99 if not claim.linear else min(0.98, 0.9 + 0.02 * (votes - 1))
        return Standing(True, confidence, why if votes == 1 else f"{votes} agreeing reads")
    if known:
        enough = claim.reads or (claim.blurred is not None and claim.blurred.margin >= BLURRED_MARGIN_BACKED)
        if enough and votes:
            return Standing(True, 0.85, "one read of a code on the list of known codes")
    return Standing(
        False,
        0.4 if claim.reads else 0.2,
        f"{votes} of {needed} reads that {claim.symbology} needs{_disagreement(against)}",
    )


def _disagreement(against: int) -> str:
    return f", {against} read another number from the same bars" if against else ""


def _well_formed(claim: Claim) -> bool:
    text, symbology = claim.text, claim.symbology
    if symbology == "ITF":
        return len(text) >= 6
    if symbology in ("Code 39", "Code 93", "Code 128"):
        return len(text.strip()) >= 3
    if symbology == "Codabar":
        return len(text) >= 6
    return True


def _votes_needed(claim: Claim) -> tuple[int, str]:
    """How many votes this claim needs, given who read it where."""
    symbology = claim.symbology
    zxing = {read.view for read in claim.reads if read.reader == "zxing-cpp"}
    untouched = "plain" in zxing
    if not claim.linear:
        if zxing or claim.text.isascii() or any(read.reader == "bent" for read in claim.reads):
            return 1, "a matrix code corrects its own errors"
        return 2, ""
    if claim.blurred is not None:
        sure = (
            claim.blurred.fit >= BLURRED_FIT and claim.blurred.halves == 2 and claim.blurred.weakest >= BLURRED_WEAKEST
        )
        if sure and claim.blurred.margin >= BLURRED_MARGIN:
            return 1, "no other number fits the curve of the bars"
        if not sure or claim.blurred.margin < BLURRED_MARGIN_BACKED:
            return 3, ""
        return 2, ""
    if symbology in ("UPC-E", "EAN-8"):
        return 2, ""
    if symbology == "ITF":
        return (1, "14 digits and a right check digit") if untouched and _gtin_14(claim.text) else (2, "")
    if symbology.startswith("DataBar"):
        return (1, "read on the untouched picture") if untouched or "evened" in zxing else (2, "")
    if symbology == "Code 128":
        return 1, "Code 128 carries a check character"
    if symbology == "Code 93":
        return (1, "Code 93 carries two check characters") if zxing else (2, "")
    if symbology == "Codabar":
        return 2, ""
    if symbology == "Code 39":
        if vehicle_number(claim.text):
            return 1, "a vehicle number with a right check digit"
        return (1, "read on the untouched picture") if untouched else (2, "")
    return 2, ""


def _gtin_14(text: str) -> bool:
    if len(text) != 14 or not text.isdigit():
        return False
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(text[:13]))
    return (10 - total % 10) % 10 == int(text[13])
