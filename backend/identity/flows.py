"""Signing in: count the try, evaluate the secret with no transaction open, then open the session.

A PIN costs some tens of milliseconds to check, on purpose. On SQLite there is one writer for the whole house; nobody may
hold it for that long. The try is written down as a wrong one before it is evaluated, so that a hundred guesses at once
are a hundred tries.
"""

import asyncio
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.engine import Connection, Row

from backend.identity import store
from backend.identity.pins import readable_pin
from backend.identity.store import SessionOpened
from backend.identity.store.passes import issue_pass, open_by_pass
from backend.platform import clock, ids
from backend.platform.database import Database
from backend.platform.errors import Problem, Unauthenticated

Kind = Literal["floor", "office"]


async def sign_in_by_badge(
    database: Database, badge: str, pin: str, kind: Kind, device_id: int | None = None
) -> SessionOpened:
    """Raises `Unauthenticated` BADGE_OR_PIN_WRONG, `Forbidden` SIGN_IN_LOCKED. A floor session brings an offline pass."""
    code = badge.strip().upper()

    def count(conn: Connection) -> tuple[Row | None, int]:
        now = clock.now()
        who = store.find_by_badge(conn, code, lock=True)
        subject = f"person:{who.id}" if who else f"badge:{ids.fingerprint(code)[:32]}"
        store.check_tries(conn, subject, now)
        return who, store.note_try(conn, subject, now)

    who, try_id = await database.write(count)
    right = await asyncio.to_thread(store.fits, who.pin_hash if who else None, pin if readable_pin(pin) else "")
    wrong = Unauthenticated(
        "BADGE_OR_PIN_WRONG",
        "Expected a known badge with its PIN, got another pair; scan the badge and type it again.",
    )
    if who is None or not right:
        raise wrong
    return await _open(database, who, try_id, kind, device_id, wrong)


async def sign_in_by_password(database: Database, email: str, password: str) -> SessionOpened:
    """Open an office session. Raises `Unauthenticated` PASSWORD_WRONG, `Forbidden` SIGN_IN_LOCKED."""

    def count(conn: Connection) -> tuple[Row | None, int]:
        now = clock.now()
        who = store.find_by_email(conn, email, lock=True)
        subject = f"email:{ids.fingerprint(email.strip().lower())[:32]}"
        store.check_tries(conn, subject, now)
        return who, store.note_try(conn, subject, now)

    who, try_id = await database.write(count)
    right = await asyncio.to_thread(store.fits, who.password_hash if who else None, password)
    wrong = Unauthenticated("PASSWORD_WRONG", "Expected a known e-mail with its password, got another pair; try again.")
    if who is None or not right:
        raise wrong
    return await _open(database, who, try_id, "office", None, wrong)


async def _open(
    database: Database, who: Row, try_id: int, kind: Kind, device_id: int | None, wrong: Problem
) -> SessionOpened:
    def write(conn: Connection) -> SessionOpened:
        now = clock.now()
        if not store.is_still(conn, who):  # switched off, or another PIN, while the secret was being checked
            raise wrong
        store.note_right(conn, try_id)
        opened = store.open_session(conn, who, kind, device_id, now)
        if kind == "floor" and device_id is not None:
            return store.with_pass(opened, issue_pass(conn, who.id, device_id, now))
        return opened

    return await database.write(write)


async def tell_offline_session(
    database: Database, device_id: int, session: UUID, offline_pass: str, started_ago_s: float
) -> None:
    """A session that began on the device while it was without a connection. Raises `Forbidden` OFFLINE_PASS_OVER."""
    ago = timedelta(seconds=min(max(started_ago_s, 0.0), 30 * 86_400.0))

    def write(conn: Connection) -> None:
        now = clock.now()
        open_by_pass(conn, offline_pass, device_id, session, now - ago, now)

    await database.write(write)
