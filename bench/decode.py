"""How well codes are read from pictures: `python -m bench.decode FOLDER` (or `./dev bench-decode FOLDER`).

FOLDER holds pictures and a `manifest.csv` with the columns file, symbology, expected, gtin14, also_in_picture; `NONE` as
symbology means that nothing may be read. In one run and on the same files it measures Rampa's chain, zxing-cpp alone
with all its efforts, pyzbar alone and OpenCV alone.

A read is right when the expected text is among the texts; GTINs are compared as GTIN-14, separators and trailing blank
lines are left out of the comparison, Codabar's start and stop letters too. A picture is wrong when any text is told that
does not stand in it. Times are processor milliseconds of one thread, file reading and picture decoding included.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded: one thread is what is measured

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from backend.scanning.photos import read_picture

cv2.setNumThreads(1)

HALVES = ("develop", "check")
"""All pictures of one code lie in the same half. Settings are tried on one, and kept only if the other gains as well."""

FOREIGN = ("CODABAR", "CODE93")
"""Read, but not symbologies of a warehouse: told apart, outside the total."""


@dataclass(frozen=True)
class Truth:
    """One line of the manifest."""

    file: str
    symbology: str
    expected: str
    gtin_14: str
    others: tuple[str, ...]

    @property
    def half(self) -> str:
        """Drawn by the content of the code: the same in every run, and for every picture of it."""
        return HALVES[zlib.crc32((self.expected or self.file).encode()) % 2]

    def met_by(self, text: str) -> bool:
        """Whether this is the expected text."""
        if self.symbology == "NONE":
            return False
        if self.gtin_14 and _gtin_14(text) == self.gtin_14:
            return True
        if self.symbology == "CODABAR" and _plain(text).strip("ABCDabcd") == _plain(self.expected).strip("ABCDabcd"):
            return True
        return _plain(text) == _plain(self.expected)

    def holds(self, text: str) -> bool:
        """Whether this text stands anywhere in the picture."""
        return self.met_by(text) or any(
            _plain(text) == _plain(other) or _gtin_14(text) == _gtin_14(other) != "" for other in self.others
        )


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("<GS>", "").replace("\x1d", "").strip("\0 \n")


def _gtin_14(text: str) -> str:
    return text.zfill(14) if text.isascii() and text.isdigit() and len(text) <= 14 else ""


def read_manifest(folder: Path) -> list[Truth]:
    """The truths of a folder."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Truth(
                file=row["file"],
                symbology=row["symbology"],
                expected=row["expected"],
                gtin_14=row.get("gtin14") or "",
                others=tuple(
                    part.split(":", 1)[-1] for part in (row.get("also_in_picture") or "").split(" | ") if part
                ),
            )
            for row in csv.DictReader(lines)
        ]


# --- readers -----------------------------------------------------------------------------------------------------


def by_rampa(picture: bytes) -> list[str]:
    """The chain; only what it would book."""
    return [code.text for code in read_picture(picture).codes]


def _gray(picture: bytes) -> np.ndarray:
    gray = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert gray is not None, "the manifest names a file that is no picture"
    return gray


def by_zxing(picture: bytes) -> list[str]:
    """zxing-cpp alone, all efforts on, the symbologies Rampa asks for."""
    from backend.scanning.photo_readers import FORMATS

    found = zxingcpp.read_barcodes(_gray(picture), formats=FORMATS, text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in found]


def by_pyzbar(picture: bytes) -> list[str]:
    """pyzbar alone, everything it reads of ours."""
    from backend.scanning.photo_readers import expanded_upc_e

    names = (
        "EAN13",
        "EAN8",
        "UPCE",
        "CODE128",
        "CODE39",
        "I25",
        "QRCODE",
        "DATABAR",
        "DATABAR_EXP",
        "CODABAR",
        "CODE93",
    )
    symbols = [pyzbar.ZBarSymbol[name] for name in names]
    texts = []
    for code in pyzbar.decode(_gray(picture), symbols=symbols):
        text = code.data.decode("utf-8", "replace")
        texts.append(expanded_upc_e(text) if code.type == "UPCE" else text)
    return texts


def by_opencv(picture: bytes) -> list[str]:
    """OpenCV's barcode and QR readers."""
    gray = _gray(picture)
    texts: list[str] = []
    if min(gray.shape) >= 16:
        read, found, *_ = cv2.barcode.BarcodeDetector().detectAndDecodeMulti(gray)
        texts += found if read else ()
        read, found, *_ = cv2.QRCodeDetector().detectAndDecodeMulti(gray)
        texts += found if read else ()
    return [text for text in texts if text]


READERS: dict[str, Callable[[bytes], list[str]]] = {
    "rampa": by_rampa,
    "zxing-cpp": by_zxing,
    "pyzbar": by_pyzbar,
    "opencv": by_opencv,
}


# --- counting ----------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What one reader did on one symbology."""

    pictures: int = 0
    right: int = 0
    wrong: int = 0
    times_ms: list[float] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Sum up."""
        self.pictures += other.pictures
        self.right += other.right
        self.wrong += other.wrong
        self.times_ms += other.times_ms

    def line(self) -> str:
        """Share read, wrong pictures, median and 95th percentile."""
        share = f"{100 * self.right / self.pictures:5.1f}" if self.pictures else "    -"
        median, high = np.quantile(self.times_ms, [0.5, 0.95]) if self.times_ms else (0.0, 0.0)
        return f"{share} {self.wrong:>4} {median:>6.1f} {high:>6.0f}"


def measure(folder: Path, truths: list[Truth], names: list[str], show: bool) -> dict[str, dict[str, Tally]]:
    """Tallies by reader, and by symbology and half."""
    tallies: dict[str, dict[str, Tally]] = {name: defaultdict(Tally) for name in names}
    for name in names:
        READERS[name]((folder / truths[0].file).read_bytes())
    for number, truth in enumerate(truths):
        for name in names:
            started = time.thread_time()
            texts = READERS[name]((folder / truth.file).read_bytes())
            spent_ms = (time.thread_time() - started) * 1000
            right = any(truth.met_by(text) for text in texts) if truth.symbology != "NONE" else not texts
            false = [text for text in texts if not truth.holds(text)]
            for kind in (truth.symbology, truth.half):
                tallies[name][kind].add(Tally(1, int(right), int(bool(false)), [spent_ms]))
            if show and name == "rampa" and (false or not right):
                print(f"{'wrong' if false else 'unread'} {truth.file} {truth.expected[:40]!r} {false}", file=sys.stderr)
        if number % 100 == 99:
            print(f"{number + 1} of {len(truths)}", file=sys.stderr)
    return tallies


def table(tallies: dict[str, dict[str, Tally]]) -> str:
    """A line for each symbology, four numbers for each reader."""
    names = list(tallies)
    symbologies = sorted({symbology for tally in tallies.values() for symbology in tally} - set(HALVES))
    ours = [one for one in symbologies if one not in (*FOREIGN, "NONE")]
    lines = [f"{'':<13}{'':>6}" + "".join(f" | {name:^24}" for name in names)]
    lines.append(f"{'symbology':<13}{'n':>6}" + " | read% wrng median    p95" * len(names))

    def row(title: str, chosen: list[str]) -> None:
        sums = []
        for name in names:
            total = Tally()
            for symbology in chosen:
                total.add(tallies[name][symbology])
            sums.append(total)
        lines.append(f"{title:<13}{sums[0].pictures:>6}" + "".join(f" | {total.line()}" for total in sums))

    for symbology in ours:
        row(symbology, [symbology])
    row("together", ours)
    for symbology in (*FOREIGN, "NONE"):
        if symbology in symbologies:
            row(symbology, [symbology])
    row("all pictures", symbologies)
    for half in HALVES:
        row(f"  {half}", [half])
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.decode", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="only N pictures, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=HALVES, help="only the pictures of this half")
    parser.add_argument("--only", action="append", choices=list(READERS), help="only this reader (may be repeated)")
    parser.add_argument("--show", action="store_true", help="name what the chain did not read or read wrongly")
    args = parser.parse_args(arguments)
    try:
        truths = read_manifest(args.folder)
    except OSError as error:
        print(f"Expected a folder with manifest.csv, got {args.folder} ({error}); name the folder.", file=sys.stderr)
        return 1
    if args.half:
        truths = [truth for truth in truths if truth.half == args.half]
    if args.sample:
        truths = random.Random(args.seed).sample(truths, min(args.sample, len(truths)))
    print(table(measure(args.folder, truths, args.only or list(READERS), args.show)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
