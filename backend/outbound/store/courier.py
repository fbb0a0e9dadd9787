"""The courier's way in: a link on the dock's screen for ninety seconds, then a session of fifteen minutes for one list."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.outbound.store.handovers import find_handover, signed_already
from backend.outbound.tables import handover
from backend.platform import ids
from backend.platform.errors import NotFound, Problem

LINK_LIFE = timedelta(seconds=90)
SESSION_LIFE = timedelta(minutes=15)


def make_link(conn: Connection, handover_id: int, now: datetime) -> tuple[str, datetime]:
    """A new secret for the QR on the dock screen; it ends the one before. Raises HANDOVER_SIGNED."""
    row = find_handover(conn, handover_id, lock=True)
    if row.state != "open":
        raise signed_already(row.number)
    token, until = ids.token(), now + LINK_LIFE
    values = {"token_hash": ids.fingerprint(token), "token_expires_at": until}
    conn.execute(sa.update(handover).where(handover.c.id == handover_id).values(**values))
    return token, until


def id_of_link(conn: Connection, token: str, now: datetime) -> int:
    """The list behind a fresh link. Raises `NotFound` LINK_UNKNOWN, also for one that is over or spent."""
    mine = sa.select(handover.c.id).where(
        handover.c.token_hash == ids.fingerprint(token), handover.c.token_expires_at > now
    )
    found = conn.execute(mine).scalar_one_or_none()
    if found is None:
        raise _link_unknown()
    return int(found)


def _link_unknown() -> NotFound:
    return NotFound(
        "LINK_UNKNOWN", "Expected a link that is at most 90 seconds old, got another; scan the QR on the screen again."
    )


def open_link(conn: Connection, token: str, now: datetime) -> tuple[str, datetime]:
    """Spend the link for a session of fifteen minutes."""
    handover_id = id_of_link(conn, token, now)
    session, until = ids.token(), now + SESSION_LIFE
    spent = conn.execute(
        sa.update(handover)
        .where(handover.c.id == handover_id, handover.c.token_hash == ids.fingerprint(token))
        .values(token_hash=None, token_expires_at=None, session_hash=ids.fingerprint(session), session_expires_at=until)
    )
    if spent.rowcount != 1:  # of two phones at once the second finds it spent
        raise _link_unknown()
    return session, until


def id_of_session(conn: Connection, session: str, now: datetime) -> int:
    """The list of a courier's session. Raises `Problem` SESSION_OVER with status 401."""
    mine = sa.select(handover.c.id).where(
        handover.c.session_hash == ids.fingerprint(session), handover.c.session_expires_at > now
    )
    found = conn.execute(mine).scalar_one_or_none()
    if found is None:
        raise Problem(
            "SESSION_OVER", "Expected a session opened in the last 15 minutes; scan the QR on the dock screen again.",
            status=401,
        )  # fmt: skip
    return int(found)
