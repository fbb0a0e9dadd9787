"""The inbox: each file is kept byte for byte before anybody tries to understand it, and remembers what came of it."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.channels.tables import inbox
from backend.platform.errors import NotFound


class InboxFile(msgspec.Struct, frozen=True):
    id: int
    channel_id: int
    content: bytes
    file_name: str
    state: str


def keep(
    conn: Connection, channel_id: int, content: bytes, source: str, file_name: str, now: datetime, person_id: int | None
) -> int:
    """Store what came in; its id. `source`: cli, upload, api."""
    made = (
        sa.insert(inbox)
        .values(
            channel_id=channel_id,
            received_at=now,
            source=source,
            file_name=file_name[:250],
            content=content,
            content_sha256=hashlib.sha256(content).hexdigest(),
            state="received",
            outcome={},
            person_id=person_id,
        )
        .returning(inbox.c.id)
    )
    return int(conn.execute(made).scalar_one())


def settle(conn: Connection, inbox_id: int, state: str, outcome: dict[str, Any]) -> None:
    """Write what came of a file: `parsed` with the counts, or `refused` with the reason."""
    conn.execute(sa.update(inbox).where(inbox.c.id == inbox_id).values(state=state, outcome=outcome))


def read_file(conn: Connection, inbox_id: int) -> InboxFile:
    row = conn.execute(
        sa.select(inbox.c.id, inbox.c.channel_id, inbox.c.content, inbox.c.file_name, inbox.c.state).where(
            inbox.c.id == inbox_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound("INBOX_UNKNOWN", f"Expected a file of the inbox, got number {inbox_id}; reload the list.")
    return InboxFile(row.id, row.channel_id, bytes(row.content), row.file_name, row.state)
