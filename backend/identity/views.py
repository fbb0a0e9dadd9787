"""What the office reads of its people."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity.tables import badge, person, session


class PersonRow(msgspec.Struct, frozen=True):
    """`badges`: how many of them are good."""

    id: int
    name: str
    role: str
    language: str
    email: str
    active: bool
    has_pin: bool
    badges: int
    last_seen_at: datetime | None
    created_at: datetime


def list_people(conn: Connection) -> list[PersonRow]:
    """Who is in first, then by name; never a secret."""
    badges = (
        sa.select(badge.c.person_id, sa.func.count().label("badges"))
        .where(badge.c.active)
        .group_by(badge.c.person_id)
        .subquery()
    )
    seen = (
        sa.select(session.c.person_id, sa.func.max(session.c.created_at).label("seen"))
        .group_by(session.c.person_id)
        .subquery()
    )
    rows = conn.execute(
        sa.select(person, badges.c.badges, seen.c.seen)
        .outerjoin(badges, badges.c.person_id == person.c.id)
        .outerjoin(seen, seen.c.person_id == person.c.id)
        .order_by(person.c.active.desc(), sa.func.lower(person.c.name), person.c.id)
    )
    return [
        PersonRow(
            id=row.id, name=row.name, role=row.role, language=row.language, email=row.email or "", active=row.active,
            has_pin=row.pin_hash is not None, badges=row.badges or 0, last_seen_at=row.seen, created_at=row.created_at,
        )
        for row in rows
    ]  # fmt: skip
