"""`rampa import-orders FILE... --channel CODE`: take order files in from the command line."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from backend.channels.api import ImportOutcome, import_file
from backend.platform.database import Database
from backend.platform.errors import Problem


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("import-orders", help="take order files in: JSON, CSV, WooCommerce order JSON")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")
    parser.add_argument("--channel", required=True, metavar="CODE", help="the sales channel that the orders belong to")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each file instead of a sentence")
    parser.set_defaults(run=import_orders)


def import_orders(args: argparse.Namespace) -> int:
    """Exit status 0 when each file was taken, holds included; 1 when one was refused. The others are still taken."""
    return asyncio.run(_import_all(args))


async def _import_all(args: argparse.Namespace) -> int:
    refused = 0
    database = Database(args.database_url)
    try:
        for name in args.files:
            try:
                content = _read(name)
                outcome = await import_file(database, args.channel, content, source="cli", file_name=Path(name).name)
            except Problem as problem:
                if problem.code == "CHANNEL_UNKNOWN":
                    raise
                refused += 1
                _report_refused(name, problem, args.json)
                continue
            refused += outcome.took_nothing
            _report(name, outcome, args.json)
    finally:
        await database.close()
    return 1 if refused else 0


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Problem(
            "FILE_UNREADABLE",
            f"Expected a readable file, got {name!r}: {error.strerror}; check the path.",
            got=name,
            cure="check_path",
        ) from None


def _report_refused(name: str, problem: Problem, as_json: bool) -> None:
    if as_json:
        entry = {
            "file": Path(name).name, "received": 0, "known": 0, "updated": 0, "held": 0, "skipped": 0,
            "refused": [{"key": "", "code": problem.code, "sentence": problem.sentence}],
        }  # fmt: skip
        print(msgspec.json.encode(entry).decode())
    print(f"{name}: refused. {problem.sentence}", file=sys.stderr)


def _report(name: str, outcome: ImportOutcome, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(outcome).decode())
        return
    names = ("received", "held", "known", "updated", "skipped", "cancelled", "changed_not_taken")
    counts = [f"{getattr(outcome, each)} {each.replace('_', ' ')}" for each in names if getattr(outcome, each)]
    if outcome.refused:
        counts.append(f"{len(outcome.refused)} refused")
    print(f"{name}: {outcome.format}: {', '.join(counts) or 'no orders'}")
    for each in outcome.orders:
        if each.sentence:
            print(f"  {each.number or each.remote_key} {each.result.replace('_', ' ')}: {each.sentence}")
    for entry in outcome.refused:
        print(f"  {entry.key} refused: {entry.sentence}")
