"""A wave changes hands: who had it, when their device was last heard, and what has to be counted because of it.

A device that fell silent may have taken goods that the books do not know of. Where it was still to go is counted; what
lies in its totes is told to the new picker. Should it speak again, its scans are judged like any others.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity.api import heard_devices, names_of
from backend.outbound.tables import pick, wave, wave_order
from backend.stock import api as stock

SILENT_AFTER = timedelta(minutes=5)
"""A device that works is heard every half minute; this long nobody walks between two shelves."""


class Holder(msgspec.Struct, frozen=True):
    """Who has a wave. `heard_at` and `unsent` are what the server knows of the device since then."""

    device: str
    device_name: str
    person: str
    heard_at: datetime | None
    unsent: int

    def is_doubtful(self, now: datetime) -> bool:
        """It may hold scans that never arrived."""
        return self.unsent > 0 or self.heard_at is None or now - self.heard_at > SILENT_AFTER


def holder_of(conn: Connection, wave_id: int) -> tuple[int, Holder] | None:
    """The device (its number) and person a wave is with; None for a wave that nobody has, or no device."""
    row = conn.execute(
        sa.select(wave.c.device_id, wave.c.person_id).where(wave.c.id == wave_id, wave.c.state == "picking")
    ).one_or_none()
    if row is None or row.device_id is None:
        return None
    found = heard_devices(conn, [row.device_id]).get(row.device_id)
    if found is None:
        return None
    person = names_of(conn, [row.person_id]).get(row.person_id, "") if row.person_id is not None else ""
    return found.id, Holder(found.uid, found.name, person, found.heard_at, found.unsent)


def wave_of_tote(conn: Connection, key: str) -> int | None:
    """The running wave that fills this tote (`tote:T-014`)."""
    places = stock.locations_by_keys(conn, [key])
    if key not in places:
        return None
    return conn.execute(
        sa.select(sa.func.min(wave.c.id))
        .join(wave_order, wave_order.c.wave_id == wave.c.id)
        .where(wave_order.c.tote_id == places[key].id, wave.c.state.in_(("released", "picking")))
    ).scalar_one()


def count_open_places(conn: Connection, wave_id: int, now: datetime, person_id: int, device_id: int | None) -> int:
    """Ask for a count wherever the silent device was still to pick. Returns how many places."""
    rows = conn.execute(
        sa.select(pick.c.location_id, pick.c.product_id)
        .where(pick.c.wave_id == wave_id, pick.c.state == "open")
        .distinct()
        .order_by(pick.c.location_id, pick.c.product_id)
    ).all()
    for row in rows:
        stock.make_count_task(
            conn, row.location_id, row.product_id, "take_over", f"wave:{wave_id}", now, person_id=person_id,
            device_id=device_id,
        )  # fmt: skip
    return len(rows)


def told(left: Holder, places: int) -> dict[str, Any]:
    """What the new picker is told, as a part of the bundle."""
    heard_at = None if left.heard_at is None else left.heard_at.isoformat()
    return {
        "device": left.device_name, "person": left.person, "heard_at": heard_at, "unsent": left.unsent,
        "places_counted": places,
    }  # fmt: skip


__all__ = ["SILENT_AFTER", "Holder", "count_open_places", "holder_of", "told", "wave_of_tote"]
