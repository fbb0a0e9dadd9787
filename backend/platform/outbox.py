"""Deliveries are drained here: in order for each subject, retried with growing pauses, parked where people see them.

Two kinds of reaction:

* `Inside(apply)`: only our own tables. Applied and marked done in one transaction: exactly once.
* `Errand(prepare, settle)`: the outside is needed. `prepare` (transaction) returns an exchange or None, the exchange
  runs with no transaction open, `settle` (transaction) stores the outcome. An errand may repeat after a crash, so the
  delivery id goes out as reference.
"""

import asyncio
import functools
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from backend.platform import clock
from backend.platform.database import Database, claim_clause, wake_others
from backend.platform.errors import Problem
from backend.platform.exchange import Exchange, run
from backend.platform.journal import Recorded, delivery, fact
from backend.platform.limits import DELIVERY_ATTEMPTS

log = structlog.get_logger()
LEASE_S = 60
CLAIM_ROWS = 16
HAND_BACK_S = 3.0
"""A worker that is told to stop tries so long to hand back its leases."""


class Inside(msgspec.Struct, frozen=True):
    apply: Callable[[Connection, Recorded, datetime], None]


Refused = Callable[[Connection, Recorded, Problem, datetime], None]


class Errand(msgspec.Struct, frozen=True):
    """`prepare(conn, fact, reference, now)` -> exchange or None (nothing to do); `settle(conn, fact, outcome, now)`.

    `refused(conn, fact, problem, now)`, when given, is told of the last failure before the delivery is parked.
    """

    prepare: Callable[[Connection, Recorded, str, datetime], "Exchange[Any] | None"]
    settle: Callable[[Connection, Recorded, Any, datetime], None]
    refused: Refused | None = None


Reaction = Inside | Errand


class PermanentRefusal(Problem):
    """The partner said no and will say no again: parked at once, without further tries."""

    status = 422


class Claimed(msgspec.Struct, frozen=True):
    delivery_id: int
    reaction: str
    attempts: int
    fact: Recorded
    lease: uuid.UUID


def pause_s(attempts: int, spread: float) -> float:
    """Seconds to the next try: 1, 2, 4 ... at most an hour; `spread` in 0..1 keeps tries from marching in step."""
    return min(3600.0, 2.0 ** max(0, attempts - 1)) * (0.75 + 0.5 * spread)


def _is_blocked() -> sa.Exists:
    """An older delivery of the same subject and reaction is not done."""
    older = delivery.alias("older")
    return sa.exists().where(
        older.c.about == delivery.c.about,
        older.c.reaction == delivery.c.reaction,
        older.c.id < delivery.c.id,
        older.c.state.in_(("waiting", "leased", "parked")),
    )


def claim(conn: Connection, now: datetime, limit: int = CLAIM_ROWS, lease: uuid.UUID | None = None) -> list[Claimed]:
    """Lease the oldest open delivery of each subject and reaction; a subject with an older open one waits.

    All of them carry one lease, so that they can be handed back by it.
    """
    blocked = _is_blocked()
    due = sa.or_(delivery.c.state == "waiting", delivery.c.state == "leased")
    statement = (
        sa.select(delivery.c.id).where(due, delivery.c.not_before <= now, ~blocked).order_by(delivery.c.id).limit(limit)
    )
    ids = [row.id for row in conn.execute(claim_clause(statement))]
    if not ids:
        return []
    lease = lease or uuid.uuid4()
    conn.execute(
        sa.update(delivery)
        .where(delivery.c.id.in_(ids))
        .values(
            state="leased", lease=lease, attempts=delivery.c.attempts + 1, not_before=now + timedelta(seconds=LEASE_S)
        )
    )
    rows = conn.execute(
        sa.select(delivery.c.id.label("delivery_id"), delivery.c.reaction, delivery.c.attempts, fact)
        .join(fact, fact.c.id == delivery.c.fact_id)
        .where(delivery.c.id.in_(ids))
        .order_by(delivery.c.id)
    )
    return [
        Claimed(
            row.delivery_id,
            row.reaction,
            row.attempts,
            Recorded(row.id, row.kind, row.about, row.at, row.person_id, row.device_id, row.payload),
            lease,
        )
        for row in rows
    ]


def finish(conn: Connection, claimed: Claimed, now: datetime) -> bool:
    """Close the delivery; False when the lease was lost meanwhile (another worker took it over)."""
    closed = conn.execute(
        sa.update(delivery)
        .where(delivery.c.id == claimed.delivery_id, delivery.c.lease == claimed.lease)
        .values(state="done", done_at=now, parked_reason=None, parked_problem=sa.null())
    )
    return closed.rowcount == 1


def hand_back(conn: Connection, lease: uuid.UUID, now: datetime) -> int:
    """A worker that is stopped keeps nothing: what it has not finished may be claimed at once, and no try is counted."""
    changed = conn.execute(
        sa.update(delivery)
        .where(delivery.c.lease == lease, delivery.c.state == "leased")
        .values(state="waiting", lease=None, attempts=delivery.c.attempts - 1, not_before=now)
    )
    if changed.rowcount:
        wake_others(conn)
    return changed.rowcount


class LeaseLost(RuntimeError):
    """Another worker took this delivery over: what was done in this transaction must not stay."""


def _claim_by(lease: uuid.UUID, conn: Connection) -> list[Claimed]:
    return claim(conn, clock.now(), CLAIM_ROWS, lease)


class Outbox:
    """Drains deliveries until none is due. Several may run at once, in one or many processes."""

    def __init__(self, database: Database, reactions: Mapping[str, Reaction], client: httpx.AsyncClient) -> None:
        self.database = database
        self.reactions = reactions
        self.client = client

    async def drain(self) -> int:
        """Work off what is due now; returns how many deliveries were tried. Cancelled, it hands back what it holds."""
        tried = 0
        while True:
            lease = uuid.uuid4()
            try:
                claimed = await self.database.write(functools.partial(_claim_by, lease))
                for each in claimed:
                    await self._deliver(each)
            except asyncio.CancelledError:
                await self._hand_back(lease)
                raise
            tried += len(claimed)
            if not claimed:
                return tried

    async def _hand_back(self, lease: uuid.UUID) -> None:
        """Who cannot be reached now is no reason to stay: then the lease runs out by itself."""
        try:
            async with asyncio.timeout(HAND_BACK_S):
                await self.database.write(lambda conn: hand_back(conn, lease, clock.now()))
        except Exception as error:
            log.warning("leases run out by themselves", exc_info=error)

    async def _deliver(self, claimed: Claimed) -> None:
        reaction = self.reactions.get(claimed.reaction)
        try:
            if reaction is None:
                raise PermanentRefusal(
                    "REACTION_UNKNOWN",
                    f"Expected a known reaction, got {claimed.reaction!r}; was it removed in this version?",
                    got=claimed.reaction,
                )
            if isinstance(reaction, Inside):
                await self.database.write(lambda conn: self._inside(conn, reaction, claimed))
            else:
                await self._errand(reaction, claimed)
        except LeaseLost:
            log.warning("delivery taken over by another worker", delivery=claimed.delivery_id)
        except Exception as error:
            await self._failed(reaction, claimed, error)

    def _inside(self, conn: Connection, reaction: Inside, claimed: Claimed) -> None:
        now = clock.now()
        if not finish(conn, claimed, now):
            raise LeaseLost
        reaction.apply(conn, claimed.fact, now)

    async def _errand(self, reaction: Errand, claimed: Claimed) -> None:
        reference = f"rampa-{claimed.delivery_id}"
        exchange = await self.database.write(lambda conn: reaction.prepare(conn, claimed.fact, reference, clock.now()))
        outcome = None if exchange is None else await run(exchange, self.client)

        def settle(conn: Connection) -> None:
            now = clock.now()
            if not finish(conn, claimed, now):
                raise LeaseLost
            if exchange is not None:
                reaction.settle(conn, claimed.fact, outcome, now)

        await self.database.write(settle)

    async def _failed(self, reaction: Reaction | None, claimed: Claimed, error: Exception) -> None:
        sentence = error.sentence if isinstance(error, Problem) else f"{type(error).__name__}: {error}"
        kept = error.kept() if isinstance(error, Problem) else {"code": "INTERNAL", "got": type(error).__name__}
        last = claimed.attempts >= DELIVERY_ATTEMPTS or isinstance(error, PermanentRefusal)
        expected = isinstance(error, Problem)
        log.warning(
            "delivery parked" if last else "delivery failed, will be tried again",
            delivery=claimed.delivery_id,
            reaction=claimed.reaction,
            about=claimed.fact.about,
            attempt=claimed.attempts,
            reason=sentence,
            exc_info=None if expected else error,
        )

        def record(conn: Connection) -> None:
            now = clock.now()
            values: dict[str, Any] = {"parked_reason": sentence[:500], "parked_problem": kept, "lease": None}
            if last:
                values["state"] = "parked"
                if isinstance(reaction, Errand) and reaction.refused is not None and isinstance(error, Problem):
                    self._tell_refused(conn, reaction.refused, claimed, error, now)
            else:
                values["state"] = "waiting"
                values["not_before"] = now + timedelta(seconds=pause_s(claimed.attempts, random.random()))
            conn.execute(
                sa.update(delivery)
                .where(delivery.c.id == claimed.delivery_id, delivery.c.lease == claimed.lease)
                .values(**values)
            )

        await self.database.write(record)

    @staticmethod
    def _tell_refused(conn: Connection, refused: Refused, claimed: Claimed, problem: Problem, now: datetime) -> None:
        """A bug in the telling may not keep the delivery from being parked: it would be claimed and fail for ever."""
        try:
            with conn.begin_nested():
                refused(conn, claimed.fact, problem, now)
        except sa.exc.OperationalError:
            raise
        except Exception as error:
            if (getattr(getattr(error, "orig", None), "sqlstate", None) or "").startswith("40"):
                raise  # a lost race: the whole transaction is run again
            log.error("nobody could be told of the refusal", delivery=claimed.delivery_id, exc_info=error)


def next_due(conn: Connection) -> datetime | None:
    """When the next delivery may be tried, so that a worker knows how long it may sleep.

    One that stands behind a parked one is not counted: a worker would look for it without any rest.
    """
    return conn.execute(
        sa.select(sa.func.min(delivery.c.not_before)).where(delivery.c.state.in_(("waiting", "leased")), ~_is_blocked())
    ).scalar_one()


def give_up(conn: Connection, about: str, reactions: Sequence[str], now: datetime) -> int:
    """Parked deliveries of these reactions to a subject are not needed any more: what they wanted was done otherwise.

    A parked one stands in the way of the later ones of its subject. Returns how many were closed.
    """
    changed = conn.execute(
        sa.update(delivery)
        .where(delivery.c.about == about, delivery.c.reaction.in_(reactions), delivery.c.state == "parked")
        .values(state="done", done_at=now)
    )
    return changed.rowcount


def retry(conn: Connection, delivery_id: int, now: datetime) -> bool:
    """A person asked for another try of a parked delivery."""
    changed = conn.execute(
        sa.update(delivery)
        .where(delivery.c.id == delivery_id, delivery.c.state == "parked")
        .values(state="waiting", attempts=0, not_before=now, parked_reason=None, parked_problem=sa.null())
    )
    return changed.rowcount == 1
