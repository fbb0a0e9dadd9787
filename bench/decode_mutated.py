"""Spoilt picture files by the thousand: `python -m bench.decode_mutated [--files 10000] [--seed 1]`.

Drawn codes are written as every kind of file that is let in, and a few that are not; then bytes are changed, cut out,
doubled, lengths and sizes overwritten, checksums of PNG put right again, so that the decoders behind the header are hit
as well. Every file goes the way a phone's picture goes, through the whole application (`POST /api/scans/photo`), and
then the way of `rampa decode`, all files by one command.

What must hold: no answer of 500 or more, no file without an answer, no text that was not drawn, and at most 2 s of
processor time and 300 MB for each file in a child that may die alone. The exit status is 1 where one of these is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import random
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import numpy as np
import zxingcpp
from PIL import Image

from backend.app.asgi import build
from backend.app.schema import create_schema
from backend.app.settings import Settings
from backend.identity import store as identity
from backend.platform.database import Database, sqlite_engine
from backend.scanning import photo_worker
from backend.scanning.photo_worker import Answer

CPU_S, MEMORY_MB = 2.0, 300
FILES_A_COMMAND = 2_000
DRAWN = {"EAN13": "8594001021123", "Code128": "LOT-2026-11", "QRCode": "rampa", "DataMatrix": "A-01-2-1"}
HOSTILE = (
    b"\x00",
    b"\xff",
    b"\xff\xd9",
    b"\xff\xda",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff",
    b"IEND",
    b"VP8X",
    b"<?php",
)
ROOT = Path(__file__).parents[1]


# --- files -------------------------------------------------------------------------------------------------------


def whole_files() -> list[bytes]:
    """Pictures of drawn codes in all forms: plain, progressive, turned, clear, of sixteen bits, of few colours."""
    found = []
    for name, text in DRAWN.items():
        ink = np.array(zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, name)).to_image(scale=3))
        picture = Image.fromarray(np.pad(ink, 30, constant_values=255)).convert("L")
        turn = Image.Exif()
        turn[0x0112] = 6
        clear = picture.convert("RGBA")
        clear.putalpha(200)
        found += [
            _file(picture, "JPEG"), _file(picture.convert("RGB"), "JPEG", progressive=True, exif=turn.tobytes()),
            _file(picture.convert("CMYK"), "JPEG"), _file(picture, "PNG"), _file(clear, "PNG", exif=turn.tobytes()),
            _file(picture.convert("I").point(lambda light: light * 256).convert("I;16"), "PNG"),
            _file(picture.convert("P"), "PNG", transparency=0), _file(picture.convert("RGB"), "WEBP"),
            _file(clear, "WEBP", exif=turn.tobytes()), _file(picture.convert("RGB"), "WEBP", lossless=True),
            _file(picture, "WEBP", save_all=True, append_images=[picture.point(lambda light: 255 - light)]),
        ]  # fmt: skip
    return found


def _file(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def spoilt(whole: list[bytes], chance: random.Random) -> bytes:
    """One of the files with one to twenty blows."""
    file = bytearray(chance.choice(whole))
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        at = chance.randrange(min(len(file), chance.choice((200, 2_000, len(file), len(file)))))
        match chance.randrange(8):
            case 0:
                file[at] = chance.randrange(256)
            case 1:
                file[at] ^= 1 << chance.randrange(8)
            case 2:
                del file[at : at + chance.randrange(1, 40)]
            case 3:
                file[at:at] = file[at : at + chance.randrange(1, 400)]
            case 4:
                word = chance.choice(HOSTILE)
                file[at : at + len(word)] = word
            case 5:
                file[at : at + 4] = struct.pack(chance.choice("<>") + "I", chance.choice((0, 1, 2**31, 3_999, 40_000)))
            case 6:
                other = chance.choice(whole)
                file[at:] = other[chance.randrange(len(other)) :]
            case _ if chance.random() < 0.2:
                del file[max(at, 16) :]
            case _:
                file[at : at + 8] = chance.randbytes(8)
        if len(file) < 2:
            break
    if file.startswith(b"\x89PNG") and chance.random() < 0.8:
        return _checksums_put_right(bytes(file))
    return bytes(file)


def _checksums_put_right(png: bytes) -> bytes:
    """A reader that stops at the first wrong checksum would never see what lies behind it."""
    out, at = [png[:8]], 8
    while at + 12 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        if at + 12 + length > len(png):
            break
        body = png[at + 4 : at + 8 + length]
        out += [png[at : at + 4], body, struct.pack(">I", zlib.crc32(body))]
        at += 12 + length
    return b"".join(out) + png[at:]


# --- what is seen ------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """Answers by what they said, and what the children needed for them."""

    answers: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    memory_mb: float = 0.0
    died: int = 0
    children: set[int] = field(default_factory=set)

    def texts(self, number: int, texts: list[str]) -> None:
        """Only what was drawn may be read."""
        self.answers["read" if texts else "nothing found"] += 1
        self.false += [f"file {number}: {text!r}" for text in texts if text not in DRAWN.values()]

    @property
    def right(self) -> bool:
        """Whether everything that must hold held."""
        return not self.false and not self.failures and max(self.cpu_s) <= CPU_S and self.memory_mb <= MEMORY_MB


@contextlib.contextmanager
def _children_watched(seen: Seen) -> Iterator[None]:
    plain = photo_worker._Child.asked

    async def watched(self: photo_worker._Child, question: bytes, kind: type[Answer]) -> Answer:
        folder = Path(f"/proc/{self.process.pid}")
        before_s = _cpu_s(folder)
        seen.children.add(self.process.pid)
        try:
            answer = await plain(self, question, kind)
        except (asyncio.IncompleteReadError, ConnectionError):
            seen.died += 1
            raise
        seen.cpu_s.append(_cpu_s(folder) - before_s)
        seen.memory_mb = max(seen.memory_mb, _highest_mb(folder))
        return answer

    photo_worker._Child.asked = watched  # type: ignore[method-assign]
    try:
        yield
    finally:
        photo_worker._Child.asked = plain  # type: ignore[method-assign]


def _cpu_s(process: Path) -> float:
    return sum(int((task / "schedstat").read_text().split()[0]) for task in (process / "task").iterdir()) / 1e9


def _highest_mb(process: Path) -> float:
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


# --- the two ways ------------------------------------------------------------------------------------------------


async def by_application(files: list[bytes], folder: Path) -> Seen:
    """Each file as the body of a device's request."""
    address = f"sqlite:///{folder}/rampa.db"
    engine = sqlite_engine(address)
    with engine.begin() as conn:
        create_schema(conn)
    engine.dispose()
    database, seen = Database(address), Seen()
    opened = await database.write(lambda conn: identity.add_device(conn, "Phone", datetime.now(UTC)))
    app = build(Settings(worker="none"), database)
    headers = {"Authorization": f"Bearer {opened.token}"}
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    with _children_watched(seen):
        async with (
            app.lifespan(),
            httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers, timeout=60) as device,
        ):
            for number, file in enumerate(files):
                answer = await device.post("/api/scans/photo", content=file)
                if answer.status_code == 200:
                    seen.texts(number, [code["text"] for code in answer.json()["codes"]])
                elif answer.status_code < 500:
                    seen.answers[answer.json()["code"]] += 1
                else:
                    seen.failures.append(f"file {number}: {answer.status_code} {answer.text[:200]}")
    await database.close()
    return seen


def by_command(files: list[bytes], folder: Path) -> Seen:
    """All files by `rampa decode ... --json`."""
    seen = Seen(cpu_s=[0.0])
    names = [folder / f"{number:06d}.jpg" for number in range(len(files))]
    for name, file in zip(names, files, strict=True):
        name.write_bytes(file)
    for first in range(0, len(names), FILES_A_COMMAND):
        some = names[first : first + FILES_A_COMMAND]
        ended = subprocess.run(
            [sys.executable, "-m", "backend.app.cli", "decode", *map(str, some), "--json"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        lines = [json.loads(line) for line in ended.stdout.splitlines()]
        if ended.returncode not in (0, 1) or len(lines) != len(some) or "Traceback" in ended.stderr:
            seen.failures.append(
                f"{len(lines)} answers to {len(some)} files, status {ended.returncode}: {ended.stderr[-300:]}"
            )
        for number, line in enumerate(lines, first):
            if "error" in line:
                seen.answers["refused"] += 1
            else:
                seen.texts(number, [code["text"] for code in line["codes"]])
    return seen


def table(seen: Seen, title: str) -> str:
    """What came of the files."""
    lines = [title, *(f"  {count:>6} {what}" for what, count in seen.answers.most_common())]
    if len(seen.cpu_s) > 1:
        middle, high = np.quantile(seen.cpu_s, [0.5, 0.99])
        lines.append(
            f"  processor time a file: median {middle * 1000:.0f} ms, p99 {high * 1000:.0f} ms, most {max(seen.cpu_s) * 1000:.0f} ms;"
            f" memory of a child at most {seen.memory_mb:.0f} MB; {len(seen.children)} children, {seen.died} died"
        )
    lines.append(f"  {len(seen.false)} wrong texts, {len(seen.failures)} failures")
    return "\n".join([*lines, *(f"    {each}" for each in (seen.false + seen.failures)[:20])])


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.decode_mutated", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    chance, whole = random.Random(args.seed), whole_files()
    files = [spoilt(whole, chance) for _ in range(args.files)]
    is_right = True
    with tempfile.TemporaryDirectory() as folder:
        for title, seen in (
            ("POST /api/scans/photo", asyncio.run(by_application(files, Path(folder)))),
            ("rampa decode", by_command(files, Path(folder))),
        ):
            print(table(seen, title), flush=True)
            is_right = is_right and seen.right
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
