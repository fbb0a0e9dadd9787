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
    "balance",
    "scan",
    "fact",
    "parcel",
    "parcel_content",
    "handover_scan",
    "pick",
    "pick_act",
    "sales_order",
    "order_line",
    "product",
    "receipt_line",
)

QUESTIONS: dict[str, Callable[[Connection], Any]] = {
    "which scans are known, which acts were refused": lambda conn: scans.read_known(conn, [uuid4()], [uuid4()]),
    "what a place holds": lambda conn: stock.read_balances(conn, [stock.Place(1, 2)], lock=True),
    "what is reserved": lambda conn: stock.reservations_by_ids(conn, [1], lock=True),
    "what a wave holds": lambda conn: pick_lists.lock_and_read(conn, [1], pick_lists.Named([1], [uuid4()])),
    "what an act has moved": lambda conn: stock.undo(conn, [uuid4()], look_up_time()),
    "which parcel a label means": lambda conn: handovers._parcels_meant(conn, ["parcel:1", "track:2"], [3]),
    "what an act has loaded": lambda conn: handovers._acts(conn, [uuid4()]),
    "who uses a tote": lambda conn: pick_lists.users_of_totes(conn, [1]),
    "what was found instead": lambda conn: conn.execute(sa.select(pick.c.move_id).where(pick.c.instead_of == uuid4())),
    "what moved at a place": lambda conn: look_up._moves_at(conn, 1),
    "which goods a SKU means": lambda conn: look_up._products_by_sku(conn, ["SKU-1"]),
    "which order a number means": lambda conn: look_up._orders(conn, ["text:123"]),
}


def look_up_time() -> Any:
    from backend.platform import clock

    return clock.now()


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_question_of_the_floor_walks_a_growing_table(sqlite_database: Database, question: str) -> None:
    """Every SELECT that the question sends is explained; none may SCAN a table of `GROWING`."""

    def walk(conn: Connection) -> list[str]:
        sent: list[str] = []
        raw = conn.connection.driver_connection
        raw.set_trace_callback(sent.append)
        QUESTIONS[question](conn)
        raw.set_trace_callback(None)
        asked = [each for each in sent if each.lstrip().upper().startswith("SELECT")]
        assert asked
        plans = [row[3] for each in asked for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}")]
        names = (*GROWING, "reversal")  # the second name of `move` in the question about acts
        return [plan for plan in plans if plan.startswith("SCAN ") and plan.split()[1] in names]

    assert [] == await sqlite_database.read(walk)
