"""Taking order files in: kept raw in one transaction, understood and taken in another."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from backend.channels import store
from backend.channels.detect import ParsedFile, parse_file
from backend.channels.rules import read_rules
from backend.channels.views import InboxEntry, refused_imports
from backend.orders import api as orders
from backend.orders.incoming import clean
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Problem, TooLarge
from backend.platform.journal import Actor
from backend.platform.limits import ORDER_FILE_BYTES

SHOWN_ORDERS = 500
"""Orders named one by one in an outcome; the counts cover all."""


class RefusedEntry(msgspec.Struct, frozen=True):
    """An order of the file that was left out. `key` is its place in the file where it has no key.

    `code` with `values` is the reason for screens, `sentence` its English.
    """

    key: str
    sentence: str
    code: str = ""
    values: dict[str, Any] = {}


class ImportOutcome(msgspec.Struct, frozen=True):
    """What came of a file.

    `received` are new orders, `held` those of this file that wait with a hold (new or updated); `skipped` have nothing
    to send; `changed_not_taken` came too late to change.
    """

    inbox_id: int
    file: str
    format: str
    received: int
    known: int
    updated: int
    held: int
    skipped: int
    cancelled: int
    changed_not_taken: int
    refused: list[RefusedEntry]
    orders: list[orders.Taken]

    @property
    def took_nothing(self) -> bool:
        """True when every order of the file was refused."""
        return bool(self.refused) and not (
            self.received or self.known or self.updated or self.skipped or self.cancelled or self.changed_not_taken
        )


async def import_file(
    database: Database,
    channel_code: str,
    content: bytes,
    *,
    source: str,
    file_name: str = "",
    person_id: int | None = None,
) -> ImportOutcome:
    """Take a file of any format we read. Repeating it is harmless: orders are known by channel and remote key.

    Raises `Problem` CHANNEL_UNKNOWN (nothing kept), FILE_TOO_LARGE (nothing kept), NOT_AN_ORDER_FILE or
    ORDER_FILE_BROKEN (kept in the inbox as refused).
    """
    if len(content) > ORDER_FILE_BYTES:
        raise TooLarge(
            "FILE_TOO_LARGE",
            f"Expected a file of at most {ORDER_FILE_BYTES:,} bytes, got {len(content):,}; send it in parts.",
            expected=str(ORDER_FILE_BYTES),
            got=str(len(content)),
            cure="split",
        )
    name = clean(file_name)
    inbox_id = await database.write(
        lambda conn: store.keep(
            conn, orders.find_channel(conn, channel_code).id, content, source, name, clock.now(), person_id
        )
    )
    return await _understand(database, inbox_id, channel_code, content, name, person_id)


def take_file(
    conn: Connection,
    channel_code: str,
    content: bytes,
    *,
    now: datetime,
    source: str = "cli",
    file_name: str = "",
    person_id: int | None = None,
) -> ImportOutcome:
    """The same inside a transaction of the caller: what it raises leaves nothing behind, the raw file neither."""
    channel = orders.find_channel(conn, channel_code)
    name = clean(file_name)
    inbox_id = store.keep(conn, channel.id, content, source, name, now, person_id)
    return _take(conn, channel, inbox_id, name, parse_file(content, read_rules(channel.settings)), now, person_id)


async def retry_file(database: Database, inbox_id: int, person_id: int | None = None) -> ImportOutcome:
    """Read a kept file again: after a mapping was mended, or a product created."""
    kept = await database.read(lambda conn: store.read_file(conn, inbox_id))
    channels = await database.read(orders.read_channels)
    code = next(channel.code for channel in channels if channel.id == kept.channel_id)
    return await _understand(database, inbox_id, code, kept.content, kept.file_name, person_id)


async def _understand(
    database: Database, inbox_id: int, channel_code: str, content: bytes, name: str, person_id: int | None
) -> ImportOutcome:
    channel = await database.read(lambda conn: orders.find_channel(conn, channel_code))
    try:
        parsed = await asyncio.to_thread(parse_file, content, read_rules(channel.settings))
    except Problem as problem:
        reason = {"code": problem.code, "sentence": problem.sentence, "expected": problem.expected, "got": problem.got}
        await database.write(lambda conn: store.settle(conn, inbox_id, "refused", reason))
        problem.extra.setdefault("inbox_id", inbox_id)
        raise

    return await database.write(lambda conn: _take(conn, channel, inbox_id, name, parsed, clock.now(), person_id))


def _take(
    conn: Connection,
    channel: orders.Channel,
    inbox_id: int,
    name: str,
    parsed: ParsedFile,
    now: datetime,
    person_id: int | None,
) -> ImportOutcome:
    taken = orders.take_orders(conn, channel, parsed.orders, now, Actor(person_id=person_id))
    outcome = count(inbox_id, name, parsed, taken)
    store.settle(conn, inbox_id, "refused" if outcome.took_nothing else "parsed", msgspec.to_builtins(outcome))
    return outcome


def count(inbox_id: int, file_name: str, parsed: ParsedFile, taken: Sequence[orders.Taken]) -> ImportOutcome:
    """The outcome of a file from what became of its orders."""
    counts = Counter(each.result for each in taken)
    return ImportOutcome(
        inbox_id=inbox_id,
        file=file_name,
        format=parsed.format,
        received=counts["received"] + counts["held"],
        known=counts["known"],
        updated=counts["updated"],
        held=sum(1 for each in taken if each.holds),
        skipped=counts["skipped"],
        cancelled=counts["cancelled"],
        changed_not_taken=counts["changed_not_taken"],
        refused=[
            RefusedEntry(each.remote_key or each.place, each.sentence, each.code, each.values)
            for each in parsed.refused
        ],
        orders=[each for each in taken if each.result != "known"][:SHOWN_ORDERS],
    )


__all__ = [
    "ImportOutcome",
    "InboxEntry",
    "RefusedEntry",
    "import_file",
    "refused_imports",
    "retry_file",
    "take_file",
]
