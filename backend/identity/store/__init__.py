"""SQL of identity: enrolment, sign-in, sessions, and whose secret this is. People are in `people`, passes in `passes`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import argon2
import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from backend.facts.identity import DeviceEnrolled, DeviceRevoked, SignedIn
from backend.identity.caller import Caller, SessionHolder
from backend.identity.pins import TRIES_PER_WINDOW, WINDOW, locked_until
from backend.identity.tables import api_token, badge, device, enrolment, person, session, sign_in_attempt
from backend.platform import ids, journal
from backend.platform.errors import Forbidden, NotFound
from backend.platform.statements import RowChange, Statement, among

ENROLMENT_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(hours=12)
HEARD_EVERY = timedelta(seconds=5)
UNSENT_MAX = 1_000_000

# asked with every scan
_HOLDERS = Statement(
    sa.select(
        session.c.device_id, session.c.uid, session.c.person_id, person.c.role, session.c.ended_at, session.c.expires_at
    )
    .join(person, person.c.id == session.c.person_id)
    .where(among(session.c.uid, "uids"))
)
_HEAR = RowChange(
    lambda given: (
        sa.update(device)
        .where(
            device.c.id == given["the_device"],
            sa.or_(
                device.c.last_seen_at.is_(None),
                device.c.last_seen_at < given["long_ago"],
                device.c.unsent != given["held"],
            ),
        )
        .values(last_seen_at=given["now"], unsent=given["held"], app_version=given["app"])
    ),
    {
        "the_device": device.c.id.type, "long_ago": device.c.last_seen_at.type, "now": device.c.last_seen_at.type,
        "held": device.c.unsent.type, "app": device.c.app_version.type,
    },
)  # fmt: skip
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class SessionOpened(msgspec.Struct, frozen=True):
    """`token` is for the cookie of an office session; the floor names its session by `session`.

    `offline_pass` is for the device to keep, sealed under badge and PIN: see `passes`.
    """

    session: UUID
    token: str | None
    person_id: int
    name: str
    language: str
    role: str
    expires_at: datetime
    offline_pass: str | None = None


def with_pass(opened: SessionOpened, offline_pass: str) -> SessionOpened:
    return msgspec.structs.replace(opened, offline_pass=offline_pass)


class DeviceOpened(msgspec.Struct, frozen=True):
    device: UUID
    token: str
    name: str


def hash_secret(secret: str) -> str:
    """Argon2id: some tens of milliseconds of one core, so never within a transaction that writes."""
    return _hasher.hash(secret)


def create_person(
    conn: Connection,
    *,
    name: str,
    now: datetime,
    role: str = "worker",
    language: str = "cs",
    pin: str | None = None,
    email: str | None = None,
    password: str | None = None,
    pin_hash: str | None = None,
    password_hash: str | None = None,
) -> int:
    """Where others may be waiting to write, hand in what `hash_secret` made before the transaction began."""
    values = {
        "name": name, "role": role, "language": language, "email": email, "active": True, "created_at": now, "version": 1,
        "pin_hash": hash_secret(pin) if pin else pin_hash,
        "password_hash": hash_secret(password) if password else password_hash,
    }  # fmt: skip
    return conn.execute(sa.insert(person).values(values).returning(person.c.id)).scalar_one()


def give_badge(conn: Connection, person_id: int, code: str, now: datetime) -> None:
    """`code` is the body of the printed badge; only its fingerprint is kept."""
    conn.execute(
        sa.insert(badge).values(person_id=person_id, code_hash=ids.fingerprint(code), active=True, created_at=now)
    )


def give_api_token(conn: Connection, name: str, now: datetime, role: str = "office") -> str:
    token = ids.token()
    conn.execute(sa.insert(api_token).values(name=name, token_hash=ids.fingerprint(token), role=role, created_at=now))
    return token


def open_enrolment(conn: Connection, device_name: str, by: int | None, now: datetime) -> tuple[str, datetime]:
    """A one-time secret for the QR that enrols one device; returns it with its end."""
    token = ids.token()
    conn.execute(
        sa.insert(enrolment).values(
            token_hash=ids.fingerprint(token), device_name=device_name, created_by=by, created_at=now,
            expires_at=now + ENROLMENT_LIFE,
        )
    )  # fmt: skip
    return token, now + ENROLMENT_LIFE


def enrol(conn: Connection, token: str, name: str, now: datetime) -> DeviceOpened:
    """Spend the one-time secret; raises ENROLMENT_SPENT when it is unknown, used or over."""
    used = conn.execute(
        sa.update(enrolment)
        .where(
            enrolment.c.token_hash == ids.fingerprint(token),
            enrolment.c.used_at.is_(None),
            enrolment.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(enrolment.c.device_name, enrolment.c.created_by)
    ).one_or_none()
    if used is None:
        raise Forbidden(
            "ENROLMENT_SPENT",
            "Expected a fresh enrolment code, got one that is unknown, used or older than ten minutes; show a new one.",
        )
    return add_device(conn, name or used.device_name, now, by=used.created_by)


def add_device(conn: Connection, name: str, now: datetime, by: int | None = None) -> DeviceOpened:
    secret, uid = ids.token(), ids.uuid7()
    device_id = conn.execute(
        sa.insert(device)
        .values(uid=uid, name=name[:100], token_hash=ids.fingerprint(secret), enrolled_at=now, unsent=0)
        .returning(device.c.id)
    ).scalar_one()
    fact = DeviceEnrolled(about=f"device:{device_id}", name=name)
    journal.append(conn, [fact], now, journal.Actor(person_id=by, device_id=device_id))
    return DeviceOpened(uid, secret, name)


def revoke_device(conn: Connection, device_id: int, by: int | None, now: datetime) -> None:
    row = conn.execute(
        sa.update(device)
        .where(device.c.id == device_id, device.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(device.c.name)
    ).one_or_none()
    if row is None:
        raise NotFound("DEVICE_UNKNOWN", f"Expected a device in use, got number {device_id}; reload the list.")
    journal.append(conn, [DeviceRevoked(about=f"device:{device_id}", name=row.name)], now, journal.Actor(person_id=by))


def hear_devices(conn: Connection, heard: Iterable[tuple[int, int, str]], now: datetime) -> None:
    """Note what (device, unsent, version) say of themselves: how much is still held. At most every few seconds."""
    _HEAR.run_many(
        conn,
        [
            {
                "the_device": device_id, "long_ago": now - HEARD_EVERY, "now": now,
                "held": min(max(unsent, 0), UNSENT_MAX), "app": "".join(filter(str.isprintable, app))[:32],
            }
            for device_id, unsent, app in sorted(heard)
        ],
    )  # fmt: skip


def check_tries(conn: Connection, subject: str, now: datetime) -> None:
    """Raises SIGN_IN_LOCKED while too many wrong tries are fresh."""
    rows = conn.execute(
        sa.select(sign_in_attempt.c.at, sign_in_attempt.c.succeeded)
        .where(sign_in_attempt.c.subject == subject, sign_in_attempt.c.at > now - WINDOW)
        .order_by(sign_in_attempt.c.id)
    ).all()
    failures: list[datetime] = []
    for row in rows:
        failures = [] if row.succeeded else [*failures, row.at]
    until = locked_until(failures, now)
    if until is not None or len(rows) >= TRIES_PER_WINDOW:
        wait_s = int((until - now).total_seconds()) + 1 if until else int(WINDOW.total_seconds())
        raise Forbidden(
            "SIGN_IN_LOCKED", f"Too many wrong tries; wait {wait_s} seconds and try again.", status=429, wait_s=wait_s
        )


def note_try(conn: Connection, subject: str, now: datetime) -> int:
    """Each try counts as a wrong one from before it is evaluated, until `note_right` says otherwise."""
    written = sa.insert(sign_in_attempt).values(subject=subject, at=now, succeeded=False)
    return conn.execute(written.returning(sign_in_attempt.c.id)).scalar_one()


def note_right(conn: Connection, try_id: int) -> None:
    conn.execute(sa.update(sign_in_attempt).where(sign_in_attempt.c.id == try_id).values(succeeded=True))


def find_by_badge(conn: Connection, code: str, lock: bool = False) -> Row | None:
    """With `lock` tries for one person come one after another: of a hundred at once each would see no failure yet."""
    statement = (
        sa.select(person)
        .join(badge, badge.c.person_id == person.c.id)
        .where(badge.c.code_hash == ids.fingerprint(code), badge.c.active, person.c.active)
    )
    return conn.execute(statement.with_for_update(of=person) if lock else statement).one_or_none()


def find_by_email(conn: Connection, email: str, lock: bool = False) -> Row | None:
    """With `lock` as `find_by_badge`."""
    statement = sa.select(person).where(sa.func.lower(person.c.email) == email.strip().lower(), person.c.active)
    return conn.execute(statement.with_for_update() if lock else statement).one_or_none()


def fits(secret_hash: str | None, secret: str) -> bool:
    """Argon2id; costs the same time for an unknown person, so that nobody learns who exists."""
    try:
        return _hasher.verify(secret_hash or _NOBODYS_HASH, secret) and secret_hash is not None
    except argon2.exceptions.VerificationError:
        return False


def is_still(conn: Connection, who: Row) -> bool:
    """Whether the person may still come in by what was just checked."""
    return (
        conn.execute(
            sa.select(person.c.id).where(
                person.c.id == who.id, person.c.active, person.c.pin_hash.is_not_distinct_from(who.pin_hash),
                person.c.password_hash.is_not_distinct_from(who.password_hash),
            )
        ).first()
        is not None
    )  # fmt: skip


_NOBODYS_HASH = _hasher.hash("nobody")


def open_session(conn: Connection, who: Row, kind: str, device_id: int | None, now: datetime) -> SessionOpened:
    """A floor session ends the person's or device's earlier floor session on that device."""
    uid = ids.uuid7()
    token = ids.token() if kind == "office" else None
    if kind == "floor":
        conn.execute(
            sa.update(session)
            .where(session.c.device_id == device_id, session.c.ended_at.is_(None), session.c.kind == "floor")
            .values(ended_at=now)
        )
    conn.execute(
        sa.insert(session).values(
            uid=uid, token_hash=ids.fingerprint(token) if token else None, person_id=who.id, device_id=device_id,
            kind=kind, created_at=now, last_seen_at=now, expires_at=now + SESSION_LIFE,
        )
    )  # fmt: skip
    fact = SignedIn(about=f"person:{who.id}", kind=kind)
    journal.append(conn, [fact], now, journal.Actor(person_id=who.id, device_id=device_id))
    return SessionOpened(uid, token, who.id, who.name, who.language, who.role, now + SESSION_LIFE)


def end_session(conn: Connection, uid: UUID, now: datetime) -> None:
    conn.execute(sa.update(session).where(session.c.uid == uid, session.c.ended_at.is_(None)).values(ended_at=now))


def authenticate_bearer(conn: Connection, secret: str, session_uid: UUID | None, now: datetime) -> Caller | None:
    """A device (with the person of its session, when named) or a partner's token. A revoked device raises."""
    mark = ids.fingerprint(secret)
    row = conn.execute(sa.select(device).where(device.c.token_hash == mark)).one_or_none()
    if row is not None:
        if row.revoked_at is not None:
            raise Forbidden(
                "DEVICE_REVOKED",
                f"Expected a device in use, got {row.name}, which was taken out of use; ask the office to enrol it again.",
                got=row.name,
            )
        who = rank_of_session(conn, session_uid, row.id, now) if session_uid else None
        if who is None:
            return Caller(device_id=row.id, name=row.name)
        return Caller(
            person_id=who.person_id, role=who.role, device_id=row.id, session_uid=session_uid, language=who.language,
            name=who.name,
        )  # fmt: skip
    token = conn.execute(
        sa.select(api_token).where(api_token.c.token_hash == mark, api_token.c.revoked_at.is_(None))
    ).one_or_none()
    return None if token is None else Caller(role=token.role, name=token.name)


def rank_of_session(conn: Connection, uid: UUID, device_id: int, now: datetime) -> Row | None:
    """Person of a floor session on that device. A session that is over is not accepted for new work."""
    return conn.execute(
        sa.select(session.c.person_id, person.c.role, person.c.language, person.c.name)
        .join(person, person.c.id == session.c.person_id)
        .where(
            session.c.uid == uid, session.c.device_id == device_id, session.c.ended_at.is_(None),
            session.c.expires_at > now, person.c.active,
        )
    ).one_or_none()  # fmt: skip


def people_of_sessions(conn: Connection, uids: Iterable[UUID]) -> dict[tuple[int, UUID], SessionHolder]:
    """(device, session) -> holder, also of ended sessions: a late scan still belongs to who made it."""
    asked = list(uids)
    if not asked:
        return {}
    return {
        (row.device_id, row.uid): SessionHolder(
            row.person_id, row.role, min(row.ended_at or row.expires_at, row.expires_at)
        )
        for row in _HOLDERS.rows(conn, uids=asked)
    }


def authenticate_cookie(conn: Connection, secret: str, now: datetime) -> Caller | None:
    row = conn.execute(
        sa.select(session.c.uid, session.c.person_id, person.c.role, person.c.language, person.c.name)
        .join(person, person.c.id == session.c.person_id)
        .where(
            session.c.token_hash == ids.fingerprint(secret), session.c.ended_at.is_(None), session.c.expires_at > now,
            person.c.active,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    return Caller(
        person_id=row.person_id,
        role=row.role,
        session_uid=row.uid,
        language=row.language,
        name=row.name,
        by_cookie=True,
    )


def list_devices(conn: Connection) -> list[dict[str, object]]:
    """Every device, the newest first, without its secret."""
    rows = conn.execute(
        sa.select(
            device.c.id, device.c.name, device.c.enrolled_at, device.c.revoked_at, device.c.last_seen_at,
            device.c.unsent, device.c.app_version,
        ).order_by(device.c.id.desc())
    )  # fmt: skip
    return [dict(row._mapping) for row in rows]
