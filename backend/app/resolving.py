"""`rampa resolve`: codes from standard input, one JSON line each; with `--known` what the books know decides.

The database is opened only then, so that the plain command starts at once and needs none.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from backend.gs1.commands import (
    BOOKS,
    add_resolve,
    read_layouts,
    resolve_lines,
    show_reading,
    typed_lines,
    unescape_line,
)
from backend.gs1.restricted import WeightLayout
from backend.gs1.scan_keys import CodeReading, possible_keys, read_code

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from backend.app.known_codes import KnownThing

LINES_TOGETHER = 500
NAMED_IN_ERROR = 4


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    add_resolve(commands).set_defaults(run=resolve)


def resolve(args: argparse.Namespace) -> int:
    """`rampa resolve`, with or without the books."""
    if args.known != BOOKS:
        return resolve_lines(args)
    given = read_layouts(args.weights) if args.weights is not None else None
    asyncio.run(_resolve_with_books(args.database_url, given))
    return 0


async def _resolve_with_books(url: str, given: tuple[WeightLayout, ...] | None) -> None:
    from backend.platform.database import Database

    database, out, lines = Database(url), sys.stdout.buffer, iter(typed_lines())
    try:
        while block := list(islice(lines, LINES_TOGETHER)):
            for answer in await database.read(partial(resolve_known, lines=block, layouts=given)):
                out.write(answer + b"\n")
            out.flush()
    finally:
        await database.close()


def resolve_known(
    conn: "Connection", lines: Sequence[str], layouts: tuple[WeightLayout, ...] | None = None
) -> list[bytes]:
    """JSON lines for lines of input; `known` in each tells what carries the code. `layouts` None: those of the merchants."""
    from backend.app.known_codes import known_things
    from backend.catalog.api import weight_layouts

    year, found = datetime.now(UTC).year, layouts if layouts is not None else weight_layouts(conn)
    texts = [unescape_line(line) for line in lines]
    things = known_things(conn, {key for text in texts for key in possible_keys(text, layouts=found, year=year)})
    known = frozenset(things)
    readings = (read_code(text, known or None, layouts=found, year=year) for text in texts)
    return [_show(reading, things) for reading in readings]


def _show(reading: CodeReading, things: "dict[str, list[KnownThing]]") -> bytes:
    meant = list(_meant(reading, things))
    if len({(each.what, each.id) for each in meant}) > 1:
        names = ", ".join(f"{each.what} {each.name}" for each in meant[:NAMED_IN_ERROR])
        told = f"AMBIGUOUS: expected a code of one thing, got {names}. Choose which is meant."
        reading = msgspec.structs.replace(reading, error=reading.error or told)
    known: list[dict[str, Any]] = [msgspec.structs.asdict(each) for each in meant]
    return show_reading(reading, known=known)


def _meant(reading: CodeReading, things: "dict[str, list[KnownThing]]") -> Iterator["KnownThing"]:
    """What the keys mean, each thing once, in the order of the keys."""
    seen: set[tuple[str, int]] = set()
    for each in (thing for key in reading.keys for thing in _of(things, key)):
        if (each.what, each.id) not in seen:
            seen.add((each.what, each.id))
            yield each


def _of(things: "dict[str, list[KnownThing]]", key: str) -> Iterable["KnownThing"]:
    return things.get(key, ())
