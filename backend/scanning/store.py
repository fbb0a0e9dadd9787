"""All SQL of the scan queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform import ids
from backend.platform.database import upsert
from backend.scanning.protocol import Correction
from backend.scanning.tables import correction, device_queue, scan


def lock_queue(conn: Connection, device_id: int) -> int:
    """The last sequence number taken from the device; the row stays locked until the transaction ends."""
    mine = sa.select(device_queue.c.acked_seq).where(device_queue.c.device_id == device_id).with_for_update()
    found = conn.execute(mine).scalar_one_or_none()
    if found is None:
        conn.execute(
            upsert(conn, device_queue)
            .values(device_id=device_id, acked_seq=0)
            .on_conflict_do_nothing(index_elements=["device_id"])
        )
        found = conn.execute(mine).scalar_one()
    return found


def advance_queue(conn: Connection, device_id: int, acked_seq: int) -> None:
    conn.execute(sa.update(device_queue).where(device_queue.c.device_id == device_id).values(acked_seq=acked_seq))


def stored_verdicts(conn: Connection, device_id: int, seqs: Sequence[int]) -> dict[int, tuple[UUID | None, bytes]]:
    """seq -> (id of the scan that was taken under it, its verdict)."""
    if not seqs:
        return {}
    rows = conn.execute(
        sa.select(scan.c.seq, scan.c.uid, scan.c.verdict).where(scan.c.device_id == device_id, scan.c.seq.in_(seqs))
    )
    return {row.seq: (row.uid, row.verdict) for row in rows}


def refused_acts(conn: Connection, device_id: int, acts: set[UUID]) -> set[UUID]:
    """Acts of which an earlier scan was refused."""
    if not acts:
        return set()
    # asked by the act alone: with the device in the question SQLite would walk everything it ever scanned
    rows = conn.execute(sa.select(scan.c.act, scan.c.device_id, scan.c.outcome).where(scan.c.act.in_(acts)))
    return {row.act for row in rows if row.device_id == device_id and row.outcome in ("refused", "parked")}


def known_ids(conn: Connection, uids: Sequence[UUID]) -> set[UUID]:
    """Which of these scan ids were spent already."""
    return set(conn.execute(sa.select(scan.c.uid).where(scan.c.uid.in_(uids))).scalars()) if uids else set()


def insert_scans(conn: Connection, rows: list[dict[str, Any]]) -> None:
    conn.execute(sa.insert(scan), rows)


def insert_corrections(
    conn: Connection, found: Sequence[tuple[int | None, int | None, UUID | None, Correction]], now: datetime
) -> None:
    """(device, person, scan uid, correction) each."""
    if not found:
        return
    numbers = dict(
        conn.execute(
            sa.select(scan.c.uid, scan.c.id).where(scan.c.uid.in_([uid for _, _, uid, _ in found if uid]))
        ).all()
    )
    conn.execute(
        sa.insert(correction),
        [
            {
                "uid": ids.uuid7(), "device_id": device_id, "person_id": person_id, "scan_id": numbers.get(uid) if uid else None,
                "task": msgspec.to_builtins(each), "state": "open", "created_at": now,
            }
            for device_id, person_id, uid, each in found
        ],
    )  # fmt: skip


def open_corrections(conn: Connection, device_id: int | None, person_id: int | None) -> list[dict[str, Any]]:
    """What this device, or this person on any device, still has to put right; oldest first."""
    mine = [correction.c.device_id == device_id]
    if person_id is not None:
        mine.append(correction.c.person_id == person_id)
    rows = conn.execute(
        sa.select(correction.c.uid, correction.c.task, correction.c.created_at)
        .where(correction.c.state == "open", sa.or_(*mine))
        .order_by(correction.c.id)
        .limit(50)
    )
    return [{"id": str(row.uid), "created_at": row.created_at, **row.task} for row in rows]


def close_correction(conn: Connection, uid: UUID, now: datetime) -> bool:
    changed = conn.execute(
        sa.update(correction)
        .where(correction.c.uid == uid, correction.c.state == "open")
        .values(state="done", done_at=now)
    )
    return changed.rowcount == 1


def troubled_scans(conn: Connection, limit: int = 100) -> list[dict[str, Any]]:
    """Unreadable and parked scans that nobody has put aside yet, newest first."""
    rows = conn.execute(
        sa.select(scan.c.id, scan.c.device_id, scan.c.seq, scan.c.received_at, scan.c.outcome, scan.c.record)
        .where(scan.c.outcome.in_(("unreadable", "parked")), scan.c.seen_at.is_(None))
        .order_by(scan.c.id.desc())
        .limit(limit)
    )
    return [dict(row._mapping) for row in rows]


def put_aside(conn: Connection, scan_id: int, now: datetime) -> bool:
    changed = conn.execute(sa.update(scan).where(scan.c.id == scan_id, scan.c.seen_at.is_(None)).values(seen_at=now))
    return changed.rowcount == 1
