"""What a printer would blacken, by interpreters of the tests' own: they share nothing with the drivers.

Each takes the bytes of a job and gives one grey picture a label (0 black, 255 white) the size of the head's window.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import zxingcpp

from tests.printing import ipp_printer

Paper = np.ndarray


def tspl(stream: bytes) -> list[Paper]:
    """TSPL: an image buffer that CLS whitens, BITMAP writes (a set bit is white) and PRINT puts on paper."""
    papers: list[Paper] = []
    buffer = np.full((1, 8), 255, np.uint8)
    while stream:
        name = re.match(rb"[A-Z ]+", stream)
        assert name is not None, stream[:20]
        if name.group() == b"BITMAP ":
            head, _, rest = stream.partition(b",0,")[2].partition(b",0,")
            width, height = (int(part) for part in head.split(b","))
            bits = np.unpackbits(np.frombuffer(rest[: width * height], np.uint8).reshape(height, width), axis=1)
            buffer, stream = (bits * 255).astype(np.uint8), rest[width * height :].removeprefix(b"\r\n")
            continue
        line, _, stream = stream.partition(b"\r\n")
        if line.startswith(b"CLS"):
            buffer = np.full((1, 8), 255, np.uint8)
        if line.startswith(b"PRINT "):
            sets, copies = (int(part) for part in line[6:].split(b","))
            papers += [buffer] * (sets * copies)
    return papers


def escpos(stream: bytes) -> list[Paper]:
    """ESC/POS: pictures run down the roll one below the other until it is fed or cut."""
    papers: list[Paper] = []
    roll: list[np.ndarray] = []
    at = 0
    while at < len(stream):
        command = stream[at : at + 3]
        if command == bytes([0x1D, 0x76, 0x30]):
            width, height = stream[at + 4] + 256 * stream[at + 5], stream[at + 6] + 256 * stream[at + 7]
            strip = stream[at + 8 : at + 8 + width * height]
            for row in range(height):
                digits = "".join(f"{byte:08b}" for byte in strip[row * width : (row + 1) * width])
                roll.append(np.array([0 if digit == "1" else 255 for digit in digits], np.uint8))
            at += 8 + width * height
        elif command[:2] in (b"\x1dV", b"\x1bd"):
            papers.append(np.stack(roll))
            roll, at = [], at + (4 if command[:2] == b"\x1dV" else 3)
        else:
            assert command[:2] == b"\x1b@", command
            at += 2
    assert not roll, "paper left inside the printer"
    return papers


def brother_ql(stream: bytes) -> list[Paper]:
    """Brother raster: byte 0 bit 7 of a row is the pin at the right edge of the paper."""
    sizes = {"i": {"a": 4, "z": 13, "M": 4, "A": 4, "K": 4, "d": 5}}
    papers: list[Paper] = []
    rows: list[list[int]] = []
    at = 0
    while at < len(stream):
        command = stream[at]
        if command == 0x00:
            at += 1
        elif command == 0x1B:
            at += 2 if stream[at + 1] == 0x40 else sizes[chr(stream[at + 1])][chr(stream[at + 2])]
        elif command == 0x67:
            count = stream[at + 2]
            pins = [byte >> (7 - bit) & 1 for byte in stream[at + 3 : at + 3 + count] for bit in range(8)]
            rows.append([255 * (1 - pin) for pin in reversed(pins)])
            at += 3 + count
        else:
            assert command in (0x0C, 0x1A), hex(command)
            papers.append(np.array(rows, np.uint8))
            rows, at = [], at + 1
    return papers


def ipp(stream: bytes) -> list[Paper]:
    """A Print-Job request: the pages of its PWG raster."""
    return [page.copy() for page in ipp_printer.raster(ipp_printer.decode(stream).document)]


PAPER_OF: dict[str, Callable[[bytes], list[Paper]]] = {
    "tspl": tspl, "escpos": escpos, "brother_ql": brother_ql, "ipp": ipp, "cups": ipp,
}  # fmt: skip


def codes(paper: Paper) -> list[str]:
    """Texts a scanner reads off a paper."""
    return [code.text for code in zxingcpp.read_barcodes(paper, text_mode=zxingcpp.TextMode.Plain)]


def ink(paper: Paper) -> Paper:
    """The paper without its white sides, to compare drawings wherever they were put."""
    rows, columns = (np.flatnonzero((paper < 128).any(axis=axis)) for axis in (1, 0))
    return paper[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
