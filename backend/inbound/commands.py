"""`rampa import-receipts FILE... [--merchant CODE]`: purchase orders and advance notices from the command line."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from backend.inbound.store.imports import ImportOutcome, take_file
from backend.platform import clock
from backend.platform.database import run_once
from backend.platform.errors import Problem


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("import-receipts", help="take purchase orders and advance notices in: JSON or CSV")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")
    parser.add_argument(
        "--merchant", default="", metavar="CODE", help="whose goods; not needed where there is one only"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object for each file instead of a sentence")
    parser.set_defaults(run=import_receipts)


def import_receipts(args: argparse.Namespace) -> int:
    """Exit status 0 when every delivery was taken or known; 1 when one was refused. The others are still taken."""
    refused = 0
    for name in args.files:
        work = partial(take_file, merchant=args.merchant, content=_read(name), now=clock.now())
        try:
            outcome = run_once(args.database_url, work)
        except Problem as problem:
            if problem.code in ("MERCHANT_UNKNOWN", "MERCHANT_NEEDED"):
                raise
            refused += 1
            print(f"{name}: refused. {problem.sentence}", file=sys.stderr)
            continue
        refused += len(outcome.refused)
        _report(name, outcome, args.json)
    return 1 if refused else 0


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Problem(
            "FILE_UNREADABLE", f"Expected a readable file, got {name!r}: {error.strerror}; check the path.", got=name,
            cure="check_path",
        ) from None  # fmt: skip


def _report(name: str, outcome: ImportOutcome, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(outcome).decode())
        return
    print(
        f"{name}: {outcome.received} received, {outcome.updated} updated, {outcome.known} known, {len(outcome.refused)} refused"
    )
    for each in outcome.refused:
        print(f"  {each.reference}: {each.sentence}")
