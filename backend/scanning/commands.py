"""`rampa decode`: codes from picture files, as lines for a person or as JSON for a program."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from backend.platform.errors import Problem


def add_commands(commands: Any) -> None:
    """Hang `decode` into the command line."""
    parser = commands.add_parser("decode", help="read codes from pictures (JPEG, PNG, WebP)")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object for each file and line")
    parser.add_argument("--known", type=Path, metavar="FILE", help="codes one a line that may break a tie")
    parser.set_defaults(run=decode)


def decode(args: argparse.Namespace) -> int:
    """Exit status 0 where every file could be opened as a picture, 1 otherwise."""
    # A picture is small work: threads of the matrix library would spend more time on waiting for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from backend.scanning.photos import read_picture

    known = _known(args.known)
    status = 0
    for file in args.files:
        started = time.perf_counter()
        found: dict[str, Any] = {"file": str(file), "codes": []}
        try:
            picture = file.read_bytes()
        except OSError as error:
            found["error"] = f"Expected a picture file, got none: {error.strerror or error}; check the path."
        else:
            answer = read_picture(picture, known)
            found["codes"] = [_code(code) for code in answer.codes]
            if answer.guesses:
                found["guesses"] = [_code(code) for code in answer.guesses]
            if answer.refusal is not None:
                found["error"] = answer.refusal.sentence
        found["ms"] = round((time.perf_counter() - started) * 1000, 1)
        status = status or int("error" in found)
        _print(found, args.json)
    return status


def _known(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        return tuple(line.strip() for line in file.read_text("utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        sentence = f"Expected a text file of known codes, got {str(file)!r} ({error}); give one code a line."
        raise Problem("KNOWN_UNREADABLE", sentence) from error


def _code(code: Any) -> dict[str, Any]:
    return {
        "text": code.text,
        "symbology": code.symbology,
        "gs1": code.gs1,
        "reader": code.reader,
        "confidence": code.confidence,
        "reason": code.reason,
        "position": [list(corner) for corner in code.position],
    }


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
