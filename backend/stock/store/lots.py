"""Lots: when they came, until when they are good, and whether they may leave the house."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.facts.stock import LotBlocked, LotReleased
from backend.platform import journal
from backend.platform.database import upsert
from backend.platform.errors import NotFound
from backend.platform.journal import SYSTEM, Actor
from backend.platform.statements import Statement, among
from backend.stock.tables import lot

_LOTS = Statement(
    sa.select(lot.c.product_id, lot.c.code, lot.c.best_before, lot.c.received_at, lot.c.blocked).where(
        among(lot.c.product_id, "ids")
    )
)


class Lot(NamedTuple):
    """A lot of one product. `received_at`: when its first pieces came."""

    product_id: int
    code: str
    best_before: date | None
    received_at: datetime
    blocked: bool


def know_lots(conn: Connection, lots: Iterable[tuple[int, str, date | None]], at: datetime) -> None:
    """Lots (product, code, best-before) exist from now on. A known date stays; a missing one is filled in."""
    told = {(product_id, code): best_before for product_id, code, best_before in lots if code}
    if not told:
        return
    rows = [
        {
            "product_id": product_id, "code": code, "best_before": best_before, "received_at": at, "blocked": False,
            "block_reason": "",
        }
        for (product_id, code), best_before in sorted(told.items(), key=lambda each: each[0])
    ]  # fmt: skip
    conn.execute(upsert(conn, lot).on_conflict_do_nothing(), rows)
    dated = [
        {"p": product_id, "c": code, "d": day} for (product_id, code), day in sorted(told.items()) if day is not None
    ]
    if dated:
        conn.execute(
            sa.update(lot)
            .where(lot.c.product_id == sa.bindparam("p"), lot.c.code == sa.bindparam("c"), lot.c.best_before.is_(None))
            .values(best_before=sa.bindparam("d")),
            dated,
        )


def lots_of(conn: Connection, product_ids: Iterable[int]) -> dict[tuple[int, str], Lot]:
    """Every lot of the products, by product and code."""
    return {
        (row.product_id, row.code): Lot(*row) for part in in_slices(product_ids) for row in _LOTS.rows(conn, ids=part)
    }


def set_lot_blocked(
    conn: Connection, product_id: int, code: str, blocked: bool, reason: str, at: datetime, actor: Actor = SYSTEM
) -> None:
    """A blocked lot is promised to nobody. Raises `NotFound` LOT_UNKNOWN."""
    changed = conn.execute(
        sa.update(lot)
        .where(lot.c.product_id == product_id, lot.c.code == code)
        .values(
            blocked=blocked, block_reason=reason[:200] if blocked else "", blocked_at=at if blocked else None,
            blocked_by=actor.person_id if blocked else None,
        )
    )  # fmt: skip
    if changed.rowcount != 1:
        raise NotFound(
            "LOT_UNKNOWN", f"Expected a lot of product {product_id}, got {code!r}; look it up again.", got=code
        )
    about = f"product:{product_id}"
    told = LotBlocked(about=about, lot=code, reason=reason) if blocked else LotReleased(about=about, lot=code)
    journal.append(conn, [told], at, actor)
