"""What the office and other rooms may know of devices: their names, and when they were last heard."""

from collections.abc import Collection
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity.tables import device


class HeardDevice(msgspec.Struct, frozen=True):
    """`heard_at` is the last contact of any kind, `unsent` what it said to hold then."""

    id: int
    uid: str
    name: str
    heard_at: datetime | None
    unsent: int


def heard_devices(conn: Connection, device_ids: Collection[int]) -> dict[int, HeardDevice]:
    """By number; unknown numbers are left out."""
    if not device_ids:
        return {}
    rows = conn.execute(
        sa.select(device.c.id, device.c.uid, device.c.name, device.c.last_seen_at, device.c.unsent).where(
            device.c.id.in_(sorted(set(device_ids)))
        )
    )
    return {row.id: HeardDevice(row.id, str(row.uid), row.name, row.last_seen_at, row.unsent) for row in rows}
