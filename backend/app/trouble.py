"""The trouble screen: parked deliveries, scans nobody could read, refused imports, print jobs in doubt."""

from typing import Any

import sqlalchemy as sa
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.engine import Connection

from backend.channels.api import refused_imports
from backend.identity.api import requires
from backend.platform import clock, outbox
from backend.platform.database import Database, wake_others
from backend.platform.errors import NotFound
from backend.platform.journal import delivery, fact
from backend.print_queue.api import read_jobs
from backend.scanning import store as scans

SHOWN = 100


def parked_deliveries(conn: Connection) -> list[dict[str, Any]]:
    """Reactions that gave up, and those that failed and will be tried again; newest first."""
    rows = conn.execute(
        sa.select(
            delivery.c.id, delivery.c.reaction, delivery.c.about, delivery.c.state, delivery.c.attempts,
            delivery.c.not_before, delivery.c.parked_reason, delivery.c.parked_problem, fact.c.kind,
            fact.c.at,
        )
        .join(fact, fact.c.id == delivery.c.fact_id)
        .where(delivery.c.state.in_(("parked", "waiting")), delivery.c.parked_reason.is_not(None))
        .order_by(delivery.c.id.desc())
        .limit(SHOWN)
    )  # fmt: skip
    return [dict(row._mapping) for row in rows]


def _read(conn: Connection) -> dict[str, Any]:
    return {
        "deliveries": parked_deliveries(conn),
        "scans": scans.troubled_scans(conn),
        "imports": refused_imports(conn),
        "print_jobs": read_jobs(conn, clock.now(), state="trouble", limit=SHOWN).rows,
    }


@get("/api/trouble", guards=[requires("office")])
async def trouble(database: NamedDependency[Database]) -> dict[str, Any]:
    return await database.read(_read)


@post("/api/trouble/deliveries/{number:int}/retry", guards=[requires("office")], status_code=200)
async def retry_delivery(number: FromPath[int], database: NamedDependency[Database]) -> dict[str, bool]:
    """Try a parked delivery again at once."""

    def again(conn: Connection) -> bool:
        wake_others(conn)
        return outbox.retry(conn, number, clock.now())

    if not await database.write(again):
        raise NotFound("DELIVERY_UNKNOWN", f"Expected a parked delivery, got number {number}; reload the list.")
    return {"done": True}


ROUTES = [trouble, retry_delivery]
