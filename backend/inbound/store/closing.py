"""The end of a delivery, seen by the office; photos and things set aside."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.facts.inbound import ReceiptClosed
from backend.inbound.store.receipts import find_receipt
from backend.inbound.tables import inbound_photo, receipt, receipt_line, set_aside
from backend.platform import journal
from backend.platform.errors import Conflict, Malformed, TooLarge
from backend.platform.journal import SYSTEM, Actor

PHOTO_BYTES_MAX = 4_000_000
PHOTOS_EACH = 50
_SIGNATURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF", "image/webp"))


def close_receipt(conn: Connection, receipt_id: int, now: datetime, actor: Actor = SYSTEM) -> None:
    """Raises `Conflict` RECEIPT_NOT_RECEIVED, or ASIDE_OPEN while unknown goods of it wait for a word."""
    row = find_receipt(conn, receipt_id, lock=True)
    if row.state == "closed":
        return
    if row.state != "received":
        raise Conflict(
            "RECEIPT_NOT_RECEIVED", f"Expected a delivery that is received, {row.number} is {row.state}; finish it first.",
            expected="received", got=row.state,
        )  # fmt: skip
    waiting = conn.execute(
        sa.select(sa.func.count()).where(set_aside.c.receipt_id == receipt_id, set_aside.c.state == "open")
    ).scalar_one()
    if waiting:
        raise Conflict(
            "ASIDE_OPEN", f"Expected nothing set aside, {waiting} unknown goods of {row.number} wait; solve them first.",
            got=str(waiting),
        )  # fmt: skip
    _set_state(conn, receipt_id, "closed", now)
    journal.append(conn, [ReceiptClosed(about=f"receipt:{receipt_id}", number=row.number)], now, actor)


def cancel_receipt(conn: Connection, receipt_id: int, now: datetime, actor: Actor = SYSTEM) -> None:
    """Raises `Conflict` RECEIPT_BEGUN when pieces of it are here."""
    row = find_receipt(conn, receipt_id, lock=True)
    here = conn.execute(
        sa.select(sa.func.coalesce(sa.func.sum(receipt_line.c.received), 0)).where(
            receipt_line.c.receipt_id == receipt_id
        )
    ).scalar_one()
    if here or row.state not in ("expected", "receiving", "cancelled"):
        raise Conflict(
            "RECEIPT_BEGUN", f"Expected a delivery of which nothing is here, {row.number} is {row.state}; finish it instead.",
            got=row.state,
        )  # fmt: skip
    _set_state(conn, receipt_id, "cancelled", now)
    journal.append(conn, [ReceiptClosed(about=f"receipt:{receipt_id}", number=row.number)], now, actor)


def _set_state(conn: Connection, receipt_id: int, state: str, now: datetime) -> None:
    changed = sa.update(receipt).where(receipt.c.id == receipt_id)
    conn.execute(changed.values(state=state, closed_at=now, version=receipt.c.version + 1))


def solve_set_aside(conn: Connection, number: int, now: datetime) -> bool:
    changed = sa.update(set_aside).where(set_aside.c.id == number, set_aside.c.state == "open")
    return bool(conn.execute(changed.values(state="solved")).rowcount)


def keep_photo(
    conn: Connection, about: str, act: UUID | None, content: bytes, now: datetime, person_id: int | None
) -> int:
    """Keep a proof. Raises `Malformed` NOT_A_PICTURE, `TooLarge` PICTURE_TOO_LARGE, `Conflict` PHOTOS_ENOUGH."""
    if len(content) > PHOTO_BYTES_MAX:
        raise TooLarge(
            "PICTURE_TOO_LARGE", f"Expected a picture of at most 4 MB, got {len(content) // 1_000_000} MB; make it smaller.",
            got=str(len(content)),
        )  # fmt: skip
    media_type = next((name for mark, name in _SIGNATURES if content.startswith(mark)), None)
    if media_type is None or (media_type == "image/webp" and content[8:12] != b"WEBP"):
        raise Malformed("NOT_A_PICTURE", "Expected a JPEG, PNG or WebP picture, got something else; take it again.")
    kept = conn.execute(sa.select(sa.func.count()).where(inbound_photo.c.about == about)).scalar_one()
    if kept >= PHOTOS_EACH:
        raise Conflict(
            "PHOTOS_ENOUGH", f"Expected at most {PHOTOS_EACH} pictures of one delivery, it has them already."
        )
    made = sa.insert(inbound_photo).values(
        about=about, act=act, media_type=media_type, content=content, at=now, person_id=person_id
    )
    return int(conn.execute(made.returning(inbound_photo.c.id)).scalar_one())
