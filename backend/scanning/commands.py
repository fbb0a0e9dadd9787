"""`rampa decode`: codes from picture files, as lines for a person or as JSON for a program."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from backend.platform.errors import Problem
from backend.scanning.photo_answers import PhotoCode
from backend.scanning.photo_limits import FILE_BYTES_MAX
from backend.scanning.photo_worker import PhotoReader


def add_commands(commands: Any) -> None:
    """Hang `decode` into the command line."""
    parser = commands.add_parser("decode", help="read codes from pictures (JPEG, PNG, WebP)")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object for each file and line")
    parser.add_argument("--known", type=Path, metavar="FILE", help="codes one a line that may break a tie")
    parser.add_argument("--full", action="store_true", help="with --json: reasons, the GS1 mark and guesses as well")
    parser.set_defaults(run=decode)


def decode(args: argparse.Namespace) -> int:
    """Exit status 0 where every file could be opened as a picture, 1 otherwise."""
    return asyncio.run(_decode(args, _known(args.known)))


async def _decode(args: argparse.Namespace, known: tuple[str, ...]) -> int:
    """One child reads all files; one that it dies of costs that file and a new child."""
    reader = PhotoReader(children=1)
    status = 0
    try:
        await reader.ready()
        for file in args.files:
            started = time.perf_counter()
            found: dict[str, Any] = {"file": str(file), "codes": []}
            try:
                picture = _picture(file)
            except OSError as error:
                found["error"] = f"Expected a picture file, got none: {error.strerror or error}; check the path."
            else:
                answer = await reader.read(picture, known)
                full = args.full or not args.json
                found["codes"] = [_code(code, full) for code in answer.codes]
                if full and answer.guesses:
                    found["guesses"] = [_code(code, full) for code in answer.guesses]
                if answer.refusal is not None:
                    found["error"] = answer.refusal.sentence
            found["ms"] = round((time.perf_counter() - started) * 1000, 1)
            status = status or int("error" in found)
            _print(found, args.json)
    finally:
        await reader.close()
    return status


def _picture(file: Path) -> bytes:
    """The bytes, one more than is let in at most: a disk image is not read to its end to be refused."""
    with file.open("rb") as stream:
        return stream.read(FILE_BYTES_MAX + 1)


def _known(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        return tuple(line.strip() for line in file.read_text("utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        sentence = f"Expected a text file of known codes, got {str(file)!r} ({error}); give one code a line."
        raise Problem("KNOWN_UNREADABLE", sentence) from error


def _code(code: PhotoCode, full: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "text": code.text,
        "symbology": code.symbology,
        "reader": code.reader,
        "confidence": code.confidence,
        "position": [list(corner) for corner in code.position],
    }
    return told | {"gs1": code.gs1, "reason": code.reason} if full else told


def _print(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(found), flush=True)
        return
    print(f"{found['file']}  ({found['ms']} ms)")
    if "error" in found:
        print(f"  {found['error']}", file=sys.stderr)
    for code in found["codes"]:
        print(f"  {code['symbology']:<18} {_visible(code['text'])}  [{code['confidence']:.2f}, {code['reader']}]")
    for code in found.get("guesses", []):
        print(f"  perhaps {code['symbology']:<10} {_visible(code['text'])}  [{code['reason']}]")
    if not found["codes"] and "error" not in found:
        print("  no code found")


def _visible(text: str) -> str:
    """Control characters as their names in angle brackets, so that a terminal shows them."""
    return "".join("<GS>" if char == "\x1d" else char if char.isprintable() else f"<{ord(char):02X}>" for char in text)
