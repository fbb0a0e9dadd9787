"""The end of proof photos: each kind is kept for so many days, and the oldest of goods or of a place makes way."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.facts.inbound import PhotosForgotten
from backend.inbound.store.closing import PHOTOS_EACH
from backend.inbound.tables import inbound_photo
from backend.platform import journal
from backend.platform.journal import SYSTEM, Actor

SETTING = "proof_photos_days"
"""What a photo is about -> days; 0: for ever. A claim for damaged goods may come years later, a look at a shelf is of no use then."""
DAYS = {"receipt": 1_095, "return": 1_095, "product": 365, "location": 365}
DAYS_MAX = 36_500
FORGOTTEN_PER_RUN = 200


def forget_photos(conn: Connection, now: datetime, limit: int = FORGOTTEN_PER_RUN) -> int:
    """Delete what is older than its days, the oldest first; each thing that loses photos has it in its history."""
    told = catalog.read_setting(conn, SETTING)
    days = DAYS | {kind: min(each, DAYS_MAX) for kind, each in told.items() if kind in DAYS and isinstance(each, int)}
    over = [
        sa.and_(inbound_photo.c.about.startswith(f"{kind}:"), inbound_photo.c.at < now - timedelta(days=each))
        for kind, each in sorted(days.items())
        if each > 0
    ]
    if not over:
        return 0
    found = sa.select(inbound_photo.c.id).where(sa.or_(*over)).order_by(inbound_photo.c.id).limit(limit)
    return _forget(conn, list(conn.execute(found).scalars()), now, SYSTEM)


def make_room(conn: Connection, about: str, now: datetime, actor: Actor) -> int:
    """The oldest photos of goods or of a place make way for one more; how many did."""
    newest = sa.select(inbound_photo.c.id).where(inbound_photo.c.about == about).order_by(inbound_photo.c.id.desc())
    return _forget(conn, list(conn.execute(newest.offset(PHOTOS_EACH - 1)).scalars()), now, actor)


def _forget(conn: Connection, ids: list[int], now: datetime, actor: Actor) -> int:
    if not ids:
        return 0
    gone = (
        sa.delete(inbound_photo).where(inbound_photo.c.id.in_(ids)).returning(inbound_photo.c.about, inbound_photo.c.at)
    )
    taken: dict[str, list[datetime]] = {}
    for row in conn.execute(gone):
        taken.setdefault(row.about, []).append(row.at)
    facts = [
        PhotosForgotten(
            about=about, photos=len(times), taken_from=f"{min(times):%Y-%m-%d}", taken_to=f"{max(times):%Y-%m-%d}"
        )
        for about, times in sorted(taken.items())
    ]
    journal.append(conn, facts, now, actor)
    return sum(map(len, taken.values()))
