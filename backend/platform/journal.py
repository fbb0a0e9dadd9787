"""Facts: what happened, appended in the transaction that changes it, with one delivery row for each reaction.

The table of facts is the audit trail, the timeline of an order and the source of "why is it stuck". A delivery is a row,
not a cursor: a cursor over a sequence can step past a transaction that commits late.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Id, Json, UtcTime, Uuid, choice, metadata, table, wake_others
from backend.platform.statements import Statement, among, insert_into

fact = table(
    "fact",
    sa.Column("kind", sa.String(64), nullable=False, index=True),
    sa.Column("about", sa.String(64), nullable=False, index=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True),
    sa.Column("device_id", Id, nullable=True),
    sa.Column("scan_id", Uuid, nullable=True),
    sa.Column("payload", Json, nullable=False),
)

delivery = table(
    "delivery",
    sa.Column("fact_id", Id, sa.ForeignKey("fact.id"), nullable=False),
    sa.Column("reaction", sa.String(64), nullable=False),
    sa.Column("about", sa.String(64), nullable=False),
    sa.Column("state", choice("waiting", "leased", "done", "parked", name="delivery_state"), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", UtcTime, nullable=False),
    sa.Column("lease", Uuid, nullable=True),
    sa.Column("done_at", UtcTime, nullable=True),
    sa.Column("parked_reason", sa.String(500), nullable=True),
    sa.Column("parked_problem", Json, nullable=True),
    sa.UniqueConstraint("fact_id", "reaction"),
    sa.Index("ix_delivery_open", "state", "not_before"),
    sa.Index("ix_delivery_subject", "about", "reaction", "id"),
)

_INSERT = insert_into(fact)
_NEWEST = Statement(
    sa.select(fact.c.id, fact.c.device_id)
    .where(fact.c.id > sa.bindparam("known", type_=fact.c.id.type), among(fact.c.kind, "kinds"))
    .order_by(fact.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_LAST = Statement(sa.select(sa.func.coalesce(sa.func.max(fact.c.id), 0).label("seq")))


class Actor(msgspec.Struct, frozen=True):
    """Who did it: a person at a device by a scan, or nobody (the system, an import, a timer)."""

    person_id: int | None = None
    device_id: int | None = None
    scan_id: uuid.UUID | None = None


SYSTEM = Actor()


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every fact in `backend.facts`. The class name is the kind; `about` names the subject ("order:12")."""

    about: str


class Recorded(msgspec.Struct, frozen=True):
    """A fact as read back from the journal."""

    seq: int
    kind: str
    about: str
    at: datetime
    person_id: int | None
    device_id: int | None
    payload: dict[str, Any]


_reactions: dict[str, tuple[str, ...]] = {}


def register_reactions(names: Mapping[str, Sequence[str]]) -> None:
    """Kind of fact -> names of its reactions. Called once by `backend.app.wiring`, before the first append."""
    _reactions.clear()
    _reactions.update({kind: tuple(names) for kind, names in names.items()})


def append(conn: Connection, facts: Iterable[Fact], at: datetime, actor: Actor = SYSTEM) -> None:
    """Write facts and their deliveries in the caller's transaction."""
    rows = [
        {
            "kind": type(each).__name__,
            "about": each.about,
            "at": at,
            "person_id": actor.person_id,
            "device_id": actor.device_id,
            "scan_id": actor.scan_id,
            "payload": msgspec.to_builtins(each),
        }
        for each in facts
    ]
    append_rows(conn, rows)


def append_rows(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """The set-based form: rows with the columns of `fact`, from several actors and times at once."""
    if not rows:
        return
    wake_others(conn)
    if not any(row["kind"] in _reactions for row in rows):
        _INSERT.run_many(conn, rows)  # nobody asks for the numbers, and SQLite would give them one by one
        return
    returned = conn.execute(sa.insert(fact).returning(fact.c.id, sort_by_parameter_order=True), rows)
    numbers = [number for (number,) in returned]
    deliveries = [
        {
            "fact_id": number,
            "reaction": reaction,
            "about": row["about"],
            "state": "waiting",
            "attempts": 0,
            "not_before": row["at"],
        }
        for number, row in zip(numbers, rows, strict=True)
        for reaction in _reactions.get(row["kind"], ())
    ]
    if deliveries:
        conn.execute(sa.insert(delivery), deliveries)


def read_timeline(conn: Connection, abouts: Sequence[str], limit: int = 200) -> list[Recorded]:
    """Facts about the given subjects, oldest first; the newest `limit` of them."""
    newest = sa.select(fact).where(fact.c.about.in_(abouts)).order_by(fact.c.id.desc()).limit(limit)
    return [
        Recorded(row.id, row.kind, row.about, row.at, row.person_id, row.device_id, row.payload)
        for row in reversed(conn.execute(newest).all())
    ]


def newest(conn: Connection, known: int, kinds: Iterable[str], most: int) -> list[tuple[int, int | None]]:
    """(number, device) of the newest facts of these kinds after number `known`, newest first."""
    return [(row.id, row.device_id) for row in _NEWEST.rows(conn, known=known, kinds=sorted(kinds), most=most)]


def last_seq(conn: Connection) -> int:
    """The newest sequence number: the cursor that clients keep."""
    return int(_LAST.rows(conn)[0].seq)


__all__ = ["SYSTEM", "Actor", "Fact", "Recorded", "append", "append_rows", "delivery", "fact", "metadata"]
