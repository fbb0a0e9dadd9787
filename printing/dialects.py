"""Languages the virtual printer speaks: which question it knows, what it answers, how its jobs are read.

Answers are written from the makers' manuals, not with the code that reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from printing.drivers import find_driver
from printing.rasters import Bitmap


@dataclass(frozen=True, slots=True)
class Dialect:
    """`answer(state, held)` is what it says while `held` jobs wait; `silent_in_trouble` printers then say nothing.

    `immediate` questions are known anywhere in the stream; the others only before a job, since dots may look like one.
    """

    code: str
    query: bytes
    answer: Callable[[str, int], bytes]
    immediate: bool = False
    silent_in_trouble: bool = False
    identity: tuple[bytes, str] = (b"", "")
    """The question what it is, and the answer with `{dots}` per millimetre."""

    def labels(self, content: bytes) -> list[Bitmap]:
        """The dots of a raster job, label by label."""
        return find_driver(self.code).read_dots(content)


def host_status(state: str, held: int) -> bytes:
    """The three lines of `~HS` for a state, with `held` formats in memory."""
    paper_out, head_open = int(state == "no_media"), int(state == "open")
    lines = (
        f"030,{paper_out},0,1184,{held:03d},0,0,0,000,0,0,0",
        f"000,0,{head_open},0,0,2,4,0,00000000,1,000",
        "0000,0",
    )
    return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in lines)


def tspl_status(state: str, held: int) -> bytes:
    """One byte: 04 out of paper, 01 head open, 20 printing, 00 idle."""
    return {"no_media": b"\x04", "open": b"\x01"}.get(state, b"\x20" if held else b"\x00")


def escpos_status(state: str, held: int) -> bytes:
    """Printer, offline, error and paper bytes; online without trouble."""
    return {"no_media": b"\x1a\x32\x12\x7e", "open": b"\x1a\x16\x12\x12"}.get(state, b"\x12\x12\x12\x12")


def brother_status(state: str, held: int) -> bytes:
    """32 bytes of a QL-800 with 62 mm tape."""
    answer = bytearray(bytes.fromhex("80204234") + b"\x38\x30" + bytes(26))
    answer[8], answer[9] = int(state == "no_media"), 0x10 * (state == "open")
    answer[10], answer[11] = (0, 0) if state == "no_media" else (62, 0x0A)
    answer[18], answer[19] = (0x02 if answer[8] or answer[9] else 0x00), int(bool(held))
    return bytes(answer)


DIALECTS = {
    one.code: one
    for one in (
        Dialect("zpl", b"~HS", host_status, True, True, (b"~HI", "\x02VIRTUAL-ZPL,V1.0.0,{dots},8192KB\x03\r\n")),
        Dialect("tspl", b"\x1b!?", tspl_status),
        Dialect("escpos", b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04", escpos_status),
        Dialect("brother_ql", bytes(200) + b"\x1b@\x1biS", brother_status),
    )
}
