"""SQL of signing in without a connection.

Whoever signs in online leaves a pass on the device, which keeps it sealed under badge and PIN: who can open it, knows
both. A session opened that way is told to the server before its scans are.
"""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.facts.identity import SignedIn
from backend.identity.store import SESSION_LIFE
from backend.identity.tables import offline_pass, person, session
from backend.platform import ids, journal
from backend.platform.errors import Forbidden

PASS_LIFE = timedelta(days=7)
"""Somebody who was not seen on a device for a week signs in online there."""


def issue_pass(conn: Connection, person_id: int, device_id: int, now: datetime) -> str:
    """The pass of the person on this device from now on; older ones are taken back."""
    _revoke(conn, now, offline_pass.c.person_id == person_id, offline_pass.c.device_id == device_id)
    token = ids.token()
    conn.execute(
        sa.insert(offline_pass).values(
            person_id=person_id, device_id=device_id, token_hash=ids.fingerprint(token), created_at=now,
            expires_at=now + PASS_LIFE,
        )
    )  # fmt: skip
    return token


def revoke_passes(conn: Connection, person_id: int, now: datetime) -> None:
    _revoke(conn, now, offline_pass.c.person_id == person_id)


def _revoke(conn: Connection, now: datetime, *which: sa.ColumnElement[bool]) -> None:
    conn.execute(sa.update(offline_pass).where(offline_pass.c.revoked_at.is_(None), *which).values(revoked_at=now))


def open_by_pass(conn: Connection, token: str, device_id: int, uid: UUID, started_at: datetime, now: datetime) -> None:
    """The session that began on the device at `started_at`; telling it again changes nothing.

    Raises OFFLINE_PASS_OVER when the pass was not good then: unknown, of another device, older than a week, or taken
    back. Of somebody who was switched off meanwhile the session ends at that moment.
    """
    row = conn.execute(
        sa.select(offline_pass, person.c.active)
        .join(person, person.c.id == offline_pass.c.person_id)
        .where(offline_pass.c.token_hash == ids.fingerprint(token), offline_pass.c.device_id == device_id)
        .with_for_update(of=offline_pass)  # the same news twice at once is one session
    ).one_or_none()
    began = min(started_at, now)
    if row is None or not row.created_at <= began < min(row.expires_at, row.revoked_at or row.expires_at):
        raise Forbidden(
            "OFFLINE_PASS_OVER",
            "Expected a person who may sign in on this device without a connection, got a pass that is over; sign in again.",
        )
    known = conn.execute(sa.select(session.c.person_id, session.c.device_id).where(session.c.uid == uid)).one_or_none()
    if known is not None:
        if (known.person_id, known.device_id) != (row.person_id, device_id):
            raise Forbidden("SESSION_TAKEN", "Expected a session of this device, got another's; sign in again.")
        return
    ended = row.revoked_at if row.revoked_at is not None and not row.active else None
    earlier = (session.c.device_id == device_id, session.c.kind == "floor", session.c.created_at <= began)
    conn.execute(
        sa.update(session)
        .where(*earlier, sa.or_(session.c.ended_at.is_(None), session.c.ended_at > began))
        .values(ended_at=began)
    )
    later = conn.execute(
        sa.select(sa.func.min(session.c.created_at)).where(
            session.c.device_id == device_id, session.c.kind == "floor", session.c.created_at > began
        )
    ).scalar_one_or_none()
    conn.execute(
        sa.insert(session).values(
            uid=uid, token_hash=None, person_id=row.person_id, device_id=device_id, kind="floor", created_at=began,
            last_seen_at=now, expires_at=began + SESSION_LIFE, ended_at=min(filter(None, (ended, later)), default=None),
        )
    )  # fmt: skip
    fact = SignedIn(about=f"person:{row.person_id}", kind="offline")
    journal.append(conn, [fact], now, journal.Actor(person_id=row.person_id, device_id=device_id))
