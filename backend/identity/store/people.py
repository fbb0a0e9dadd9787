"""SQL of people as the office keeps them: let in, badge, PIN, role, switched off. Each change leaves a fact."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from backend.facts.identity import BadgeReplaced, PersonAdded, PersonEdited, PersonSwitched, PinReplaced
from backend.identity.store import create_person, give_badge
from backend.identity.store.passes import revoke_passes
from backend.identity.tables import badge, person, session
from backend.platform import journal
from backend.platform.errors import Conflict, NotFound


def read_person(conn: Connection, person_id: int, *, lock: bool = False) -> Row:
    """Raises `NotFound` PERSON_UNKNOWN."""
    statement = sa.select(person).where(person.c.id == person_id)
    found = conn.execute(statement.with_for_update() if lock else statement).one_or_none()
    if found is None:
        raise NotFound("PERSON_UNKNOWN", f"Expected a person of this house, got number {person_id}; reload the list.")
    return found


def let_in(
    conn: Connection, *, name: str, role: str, language: str, badge_code: str, pin_hash: str, by: int | None,
    now: datetime,
) -> int:  # fmt: skip
    """A person with a badge and a PIN; returns the number."""
    number = create_person(conn, name=name, now=now, role=role, language=language, pin_hash=pin_hash)
    give_badge(conn, number, badge_code, now)
    fact = PersonAdded(about=f"person:{number}", name=name, role=role)
    journal.append(conn, [fact], now, journal.Actor(person_id=by))
    return number


def replace_badge(conn: Connection, person_id: int, code: str, by: int | None, now: datetime) -> Row:
    """Every older badge of the person is worth nothing from now on, also without a connection after seven days."""
    who = read_person(conn, person_id, lock=True)
    conn.execute(sa.update(badge).where(badge.c.person_id == person_id, badge.c.active).values(active=False))
    give_badge(conn, person_id, code, now)
    revoke_passes(conn, person_id, now)
    fact = BadgeReplaced(about=f"person:{person_id}", name=who.name)
    journal.append(conn, [fact], now, journal.Actor(person_id=by))
    return who


def replace_pin(conn: Connection, person_id: int, pin_hash: str, by: int | None, now: datetime) -> Row:
    who = read_person(conn, person_id, lock=True)
    conn.execute(sa.update(person).where(person.c.id == person_id).values(pin_hash=pin_hash, version=who.version + 1))
    revoke_passes(conn, person_id, now)
    fact = PinReplaced(about=f"person:{person_id}", name=who.name)
    journal.append(conn, [fact], now, journal.Actor(person_id=by))
    return who


def edit(
    conn: Connection, person_id: int, *, name: str, role: str, language: str, by: int | None, now: datetime
) -> None:
    """Raises LAST_OWNER when nobody would be left who may do everything."""
    who = read_person(conn, person_id, lock=True)
    if who.role == "owner" and role != "owner":
        _demand_another_owner(conn, person_id)
    new = {"name": name, "role": role, "language": language}
    changes: dict[str, list[object]] = {
        column: [getattr(who, column), value] for column, value in new.items() if getattr(who, column) != value
    }
    if not changes:
        return
    conn.execute(sa.update(person).where(person.c.id == person_id).values(version=who.version + 1, **new))
    fact = PersonEdited(about=f"person:{person_id}", name=name, changes=changes)
    journal.append(conn, [fact], now, journal.Actor(person_id=by))


def switch(conn: Connection, person_id: int, *, active: bool, by: int | None, now: datetime) -> None:
    """Off ends every session at once; what was scanned before still counts for the person."""
    who = read_person(conn, person_id, lock=True)
    if who.active == active:
        return
    if not active:
        if who.role == "owner":
            _demand_another_owner(conn, person_id)
        conn.execute(
            sa.update(session)
            .where(session.c.person_id == person_id, session.c.ended_at.is_(None), session.c.expires_at > now)
            .values(ended_at=now)
        )
        revoke_passes(conn, person_id, now)
    conn.execute(sa.update(person).where(person.c.id == person_id).values(active=active, version=who.version + 1))
    fact = PersonSwitched(about=f"person:{person_id}", name=who.name, active=active)
    journal.append(conn, [fact], now, journal.Actor(person_id=by))


def _demand_another_owner(conn: Connection, person_id: int) -> None:
    owners = sa.select(person.c.id).where(person.c.role == "owner", person.c.active, person.c.id != person_id)
    if conn.execute(owners.with_for_update()).first() is None:
        raise Conflict(
            "LAST_OWNER", "Expected another owner to stay, got the last one; make somebody else an owner first."
        )


def names_of(conn: Connection, person_ids: Collection[int]) -> dict[int, str]:
    """Names of people by their number; unknown numbers are left out."""
    if not person_ids:
        return {}
    rows = conn.execute(sa.select(person.c.id, person.c.name).where(person.c.id.in_(sorted(set(person_ids)))))
    return {row.id: row.name for row in rows}


__all__ = ["edit", "let_in", "names_of", "read_person", "replace_badge", "replace_pin", "switch"]
