"""All SQL of the scan queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform import ids
from backend.platform.database import upsert
from backend.platform.statements import RowChange, Statement, among, insert_into
from backend.scanning.protocol import Correction
from backend.scanning.tables import correction, device_queue, scan

_LOCK_QUEUES = Statement(
    sa.select(device_queue.c.device_id, device_queue.c.acked_seq)
    .where(among(device_queue.c.device_id, "ids"))
    .order_by(device_queue.c.device_id)
    .with_for_update()
)
_ADVANCE = RowChange(
    lambda given: (
        sa.update(device_queue).where(device_queue.c.device_id == given["device"]).values(acked_seq=given["seq"])
    ),
    {"device": device_queue.c.device_id.type, "seq": device_queue.c.acked_seq.type},
)
# asked by the id and the act alone: with the device in the question SQLite would walk everything it ever scanned
_KNOWN = Statement(
    sa.select(scan.c.uid, scan.c.act, scan.c.device_id, scan.c.outcome).where(
        sa.or_(among(scan.c.uid, "uids"), among(scan.c.act, "acts"))
    )
)
_INSERT = insert_into(scan)
_OPEN = Statement(
    sa.select(
        correction.c.uid, correction.c.task, correction.c.created_at, correction.c.device_id, correction.c.person_id
    )
    .where(
        correction.c.state == "open",
        sa.or_(among(correction.c.device_id, "devices"), among(correction.c.person_id, "people")),
    )
    .order_by(correction.c.id)
)
CORRECTIONS_TOLD = 50


def lock_queues(conn: Connection, device_ids: Sequence[int]) -> dict[int, int]:
    """The last sequence number taken from each device; the rows stay locked until the transaction ends."""
    asked = sorted(set(device_ids))
    found = {row.device_id: row.acked_seq for row in _LOCK_QUEUES.rows(conn, ids=asked)}
    if len(found) < len(asked):
        conn.execute(
            upsert(conn, device_queue).on_conflict_do_nothing(index_elements=["device_id"]),
            [{"device_id": each, "acked_seq": 0} for each in asked if each not in found],
        )
        found = {row.device_id: row.acked_seq for row in _LOCK_QUEUES.rows(conn, ids=asked)}
    return found


def advance_queues(conn: Connection, acked: Mapping[int, int]) -> None:
    """Device -> the last number taken from it."""
    _ADVANCE.run_many(conn, [{"device": device_id, "seq": seq} for device_id, seq in sorted(acked.items())])


def stored_verdicts(conn: Connection, device_id: int, seqs: Sequence[int]) -> dict[int, tuple[UUID | None, bytes]]:
    """seq -> (id of the scan that was taken under it, its verdict)."""
    if not seqs:
        return {}
    rows = conn.execute(
        sa.select(scan.c.seq, scan.c.uid, scan.c.verdict).where(scan.c.device_id == device_id, scan.c.seq.in_(seqs))
    )
    return {row.seq: (row.uid, row.verdict) for row in rows}


def read_known(conn: Connection, uids: Sequence[UUID], acts: Sequence[UUID]) -> tuple[set[UUID], set[tuple[int, UUID]]]:
    """Which of the scan ids were spent already; and the (device, act) of which an earlier scan was refused."""
    if not uids and not acts:
        return set(), set()
    rows = _KNOWN.rows(conn, uids=uids, acts=acts)
    asked = set(uids)
    spent = {row.uid for row in rows if row.uid in asked}
    return spent, {(row.device_id, row.act) for row in rows if row.act and row.outcome in ("refused", "parked")}


def insert_scans(conn: Connection, rows: list[dict[str, Any]]) -> None:
    _INSERT.run_many(conn, rows)


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
    return corrections_of(conn, [(device_id, person_id)])[0]


def corrections_of(conn: Connection, whose: Sequence[tuple[int | None, int | None]]) -> list[list[dict[str, Any]]]:
    """The same for several (device, person)."""
    devices, people = ([each for each in some if each is not None] for some in zip(*whose, strict=True))
    rows = _OPEN.rows(conn, devices=devices, people=people)
    return [
        [
            {"id": str(row.uid), "created_at": row.created_at, **row.task}
            for row in rows
            if (device_id is not None and row.device_id == device_id)
            or (person_id is not None and row.person_id == person_id)
        ][:CORRECTIONS_TOLD]
        for device_id, person_id in whose
    ]


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
