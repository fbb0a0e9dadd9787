"""`rampa resolve` reads codes from standard input; `rampa ai-table` writes the tables of application identifiers."""

import argparse
import io
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from backend.gs1.ai_dictionary import write_python_table, write_typescript_table
from backend.gs1.code_lists import write_typescript_lists
from backend.gs1.restricted import CZECH_LAYOUTS, WeightLayout, check_layout
from backend.gs1.scan_keys import CodeReading, read_code
from backend.platform.errors import Problem

BOOKS = Path("-")
"""`--known` without a file: what the database knows; answered by the app (backend/app/resolving.py)."""


def add_resolve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    resolve = commands.add_parser(
        "resolve",
        help="what scanned texts mean, one JSON line each",
        description="Reads one code per line. <GS> and \\x1d mean the separator 0x1D; an AIM prefix such as ]C1 is fine.",
    )
    resolve.add_argument(
        "--known",
        type=Path,
        nargs="?",
        const=BOOKS,
        metavar="FILE",
        help="keys the work expects, one a line: gtin:0859...; without FILE: what the database knows",
    )
    resolve.add_argument(
        "--weights",
        action="append",
        metavar="PATTERN",
        help="layout of weight codes instead of the Czech ones, such as 28IIII0WWWWWC (repeatable; 'none' for none)",
    )
    resolve.set_defaults(run=resolve_lines)
    return resolve


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    add_resolve(commands)
    table = commands.add_parser("ai-table", help="write the AI tables from GS1's syntax dictionary")
    table.add_argument("dictionary", type=Path, help="gs1-syntax-dictionary.txt")
    table.add_argument("--python", type=Path, default=Path("backend/gs1/ai_table.py"))
    table.add_argument(
        "--typescript", type=Path, default=Path("pwa/src/codes"), help="folder of the floor app's tables"
    )
    table.set_defaults(run=write_tables)


def unescape_line(line: str) -> str:
    """One line of input as the scanner would have sent it."""
    return line.rstrip("\r\n").replace("<GS>", "\x1d").replace("\\x1d", "\x1d").replace("\\x1D", "\x1d")


def show_reading(reading: CodeReading, **more: object) -> bytes:
    """One JSON line: kind, keys, elements, error; healed_from and warnings only where there are any, then `more`."""
    shown: dict[str, object] = {
        "kind": reading.kind,
        "keys": reading.keys,
        "elements": reading.elements,
        "error": reading.error,
    }
    if reading.healed_from is not None:
        shown["healed_from"] = reading.healed_from
    if reading.warnings:
        shown["warnings"] = reading.warnings
    return msgspec.json.encode(shown | more)


def resolve_texts(
    lines: Iterable[str], known: frozenset[str], layouts: tuple[WeightLayout, ...], year: int
) -> Iterator[bytes]:
    """JSON lines for lines of input, in their order; an empty line is a code too: an empty one."""
    for line in lines:
        yield show_reading(read_code(unescape_line(line), known or None, layouts=layouts, year=year))


def _read_known(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    try:
        return frozenset(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as mistake:
        raise Problem(
            "KNOWN_FILE_UNREADABLE", f"Expected a UTF-8 text file with one key a line, got {path}: {mistake}"
        ) from mistake


def read_layouts(patterns: list[str] | None) -> tuple[WeightLayout, ...]:
    """The layouts named on the command line, the Czech ones without any. Raises `Problem` WEIGHT_LAYOUT_WRONG."""
    if patterns is None:
        return CZECH_LAYOUTS
    wanted = [pattern for pattern in patterns if pattern != "none"]
    for pattern in wanted:
        try:
            check_layout(pattern)
        except ValueError as mistake:
            raise Problem("WEIGHT_LAYOUT_WRONG", f"--weights: {mistake}") from mistake
    return tuple(WeightLayout(pattern) for pattern in wanted)


def typed_lines() -> Iterable[str]:
    """Standard input line by line. A wrong byte is a wrong code, not a reason to stop the other thousand."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    return sys.stdin


def resolve_lines(args: argparse.Namespace) -> int:
    known, layouts = _read_known(args.known), read_layouts(args.weights)
    out = sys.stdout.buffer
    for reading in resolve_texts(typed_lines(), known, layouts, datetime.now(UTC).year):
        out.write(reading + b"\n")
    out.flush()
    return 0


def write_tables(args: argparse.Namespace) -> int:
    try:
        text = args.dictionary.read_text("utf-8")
        args.python.write_text(write_python_table(text), "utf-8")
        (args.typescript / "ai_table.ts").write_text(write_typescript_table(text), "utf-8")
        (args.typescript / "code_lists.ts").write_text(write_typescript_lists(), "utf-8")
    except (OSError, ValueError) as mistake:
        raise Problem(
            "DICTIONARY_UNREADABLE", f"Expected GS1's syntax dictionary in {args.dictionary}: {mistake}"
        ) from mistake
    return 0
