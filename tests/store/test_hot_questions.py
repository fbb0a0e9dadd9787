"""Questions asked with every scan must not walk tables that grow for ever: SQLite's plan is read, without statistics."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app import look_up
from backend.outbound.store import handovers, pick_lists
from backend.outbound.tables import pick
from backend.platform.database import Database
from backend.scanning import store as scans
from backend.stock import api as stock

GROWING = (
    "move",
    "scan",
    "fact",
    "parcel",
    "parcel_content",
    "handover_scan",
    "pick",
    "pick_act",
    "sales_order",
    "order_line",
)

QUESTIONS: dict[str, Callable[[Connection], Any]] = {
    "which acts were refused": lambda conn: scans.refused_acts(conn, 1, {uuid4()}),
    "which scans are known": lambda conn: scans.known_ids(conn, [uuid4()]),
    "what an act has moved": lambda conn: stock.undo(conn, [uuid4()], look_up_time()),
    "which parcel a label means": lambda conn: handovers._parcels_meant(conn, ["parcel:1", "track:2"], [3]),
    "what an act has loaded": lambda conn: handovers._acts(conn, [uuid4()]),
    "who uses a tote": lambda conn: pick_lists.users_of_totes(conn, [1]),
    "what was found instead": lambda conn: conn.execute(sa.select(pick.c.move_id).where(pick.c.instead_of == uuid4())),
    "what moved at a place": lambda conn: look_up._moves(
        conn, sa.or_(look_up.move.c.source_id == 1, look_up.move.c.target_id == 1)
    ),
    "which order a number means": lambda conn: look_up._orders(conn, ["text:123"]),
}


def look_up_time() -> Any:
    from backend.platform import clock

    return clock.now()


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_question_of_the_floor_walks_a_growing_table(sqlite_database: Database, question: str) -> None:
    """Every SELECT that the question sends is explained; none may SCAN a table of `GROWING`."""

    def walk(conn: Connection) -> list[str]:
        sent: list[tuple[str, Any]] = []

        def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
            sent.append((statement, parameters))

        sa.event.listen(conn, "before_cursor_execute", note)
        QUESTIONS[question](conn)
        sa.event.remove(conn, "before_cursor_execute", note)
        assert sent
        plans = [
            row[3]
            for statement, parameters in sent
            for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
        names = (*GROWING, "reversal")  # the second name of `move` in the question about acts
        return [plan for plan in plans if plan.startswith("SCAN ") and plan.split()[1] in names]

    assert [] == await sqlite_database.read(walk)
