"""What the office sees of the inbox."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.channels.tables import inbox
from backend.orders.api import read_channels
from backend.platform.errors import Malformed

SHOWN = 100
STATES = ("received", "parsed", "refused")


class InboxEntry(msgspec.Struct, frozen=True):
    """A file that came in. `outcome` holds the counts and the refused orders, or `code` and `sentence` of a refusal."""

    id: int
    channel: str
    received_at: datetime
    source: str
    file_name: str
    state: str
    bytes: int
    outcome: dict[str, Any]
    sentence: str


class InboxPage(msgspec.Struct, frozen=True):
    """`next` is the cursor of the following page; None on the last."""

    rows: list[InboxEntry]
    next: str | None


def read_inbox(conn: Connection, cursor: str | None, limit: int, state: str | None = None) -> InboxPage:
    """Newest first. `state`: received (never understood), parsed, refused; None for all."""
    codes = {channel.id: channel.code for channel in read_channels(conn)}
    statement = sa.select(
        inbox.c.id,
        inbox.c.channel_id,
        inbox.c.received_at,
        inbox.c.source,
        inbox.c.file_name,
        inbox.c.state,
        sa.func.length(inbox.c.content).label("bytes"),
        inbox.c.outcome,
    )
    if state is not None:
        if state not in STATES:
            raise Malformed(
                "STATE_UNKNOWN", f"Expected a state of files ({', '.join(STATES)}), got {state[:40]!r}; choose one.",
                expected=", ".join(STATES), got=state[:40],
            )  # fmt: skip
        statement = statement.where(inbox.c.state == state)
    if cursor is not None and cursor.isascii() and cursor.isdigit():
        statement = statement.where(inbox.c.id < int(cursor))
    rows = conn.execute(statement.order_by(inbox.c.id.desc()).limit(limit + 1)).all()
    entries = [
        InboxEntry(
            row.id, codes[row.channel_id], row.received_at, row.source, row.file_name, row.state, row.bytes, row.outcome,
            _sentence(row.state, row.outcome),
        )
        for row in rows[:limit]
    ]  # fmt: skip
    return InboxPage(entries, str(entries[-1].id) if len(rows) > limit else None)


def refused_imports(conn: Connection, limit: int = SHOWN) -> list[InboxEntry]:
    """Files that were refused, and files that were kept but never understood: for the trouble screen."""
    refused = read_inbox(conn, None, limit, "refused").rows
    stuck = read_inbox(conn, None, limit, "received").rows
    return sorted([*refused, *stuck], key=lambda each: -each.id)[:limit]


def _sentence(state: str, outcome: dict[str, Any]) -> str:
    if "sentence" in outcome:
        return str(outcome["sentence"])
    refused = outcome.get("refused") or []
    if refused:
        return str(refused[0]["sentence"])
    return "The file was kept but not yet understood; try it again." if state == "received" else ""
