"""The time machine: what lay where at any second, and the moves that made it so.

Posted moves never change, so the stock of a moment is the stock of now without what was posted later.
"""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.identity.api import names_of
from backend.stock.ledger import POSTED
from backend.stock.store.locations import locations_by_ids
from backend.stock.store.move_numbers import first_move_after
from backend.stock.tables import PHYSICAL_KINDS, balance, location, move


class Asked(msgspec.Struct, frozen=True):
    """Of one product, one location, one lot; None: of all."""

    product_id: int | None = None
    location_id: int | None = None
    lot: str | None = None


class StockThen(msgspec.Struct, frozen=True):
    """Pieces of a product and lot at a location at the moment asked for."""

    sku: str
    name: str
    location: str
    lot: str
    on_hand: int


class MoveThen(msgspec.Struct, frozen=True):
    """One posted move: why the stock is what it is. `about` is its subject, such as `order:12`."""

    id: int
    at: datetime
    sku: str
    name: str
    source: str
    target: str
    lot: str
    quantity: int
    reason: str
    about: str
    person_id: int | None
    person: str


def stock_at(conn: Connection, at: datetime, asked: Asked, limit: int) -> list[StockThen]:
    """What lay there at `at`, by SKU and location; at most `limit` rows."""
    there: dict[tuple[int, int, str], int] = {}
    for row in conn.execute(
        sa.select(balance.c.product_id, balance.c.location_id, balance.c.lot, balance.c.on_hand).where(
            *_of(asked, balance.c.product_id, balance.c.location_id, balance.c.lot), balance.c.on_hand > 0
        )
    ):
        there[row[0], row[1], row[2]] = row[3]
    # one product or place has an index of its own; all of them are found by number
    narrow = asked.product_id is not None or asked.location_id is not None
    later = [] if narrow else [move.c.id >= first_move_after(conn, at)]
    for end, sign in ((move.c.target_id, -1), (move.c.source_id, 1)):
        statement = (
            sa.select(move.c.product_id, end, move.c.lot, sa.cast(sa.func.sum(move.c.quantity), sa.BigInteger))
            .join(location, location.c.id == end)
            .where(
                *later, move.c.posted_at > at, move.c.state == POSTED, location.c.kind.in_(PHYSICAL_KINDS),
                *_of(asked, move.c.product_id, end, move.c.lot),
            )
            .group_by(move.c.product_id, end, move.c.lot)
        )  # fmt: skip
        for row in conn.execute(statement):
            key = (row[0], row[1], row[2])
            there[key] = there.get(key, 0) + sign * row[3]
    kept = sorted(key for key, pieces in there.items() if pieces)[:limit]
    products = catalog.products_by_ids(conn, {key[0] for key in kept})
    places = locations_by_ids(conn, {key[1] for key in kept})
    found = [
        StockThen(products[key[0]].sku, products[key[0]].name, places[key[1]].code, key[2], there[key]) for key in kept
    ]
    return sorted(found, key=lambda each: (each.sku, each.location, each.lot))


def moves_until(conn: Connection, at: datetime, asked: Asked, limit: int) -> list[MoveThen]:
    """The newest posted moves up to `at`: why it lay there."""
    source, target = location.alias("source"), location.alias("target")
    ends: list[sa.ColumnElement[bool]] = []
    if asked.location_id is not None:
        ends = [sa.or_(move.c.source_id == asked.location_id, move.c.target_id == asked.location_id)]
    rows = conn.execute(
        sa.select(
            move.c.id, move.c.posted_at, move.c.product_id, source.c.code.label("source"), target.c.code.label("target"),
            move.c.lot, move.c.quantity, move.c.reason, move.c.about, move.c.person_id,
        )
        .join(source, source.c.id == move.c.source_id)
        .join(target, target.c.id == move.c.target_id)
        .where(
            move.c.posted_at.is_not(None), move.c.posted_at <= at, *ends,
            *_of(Asked(asked.product_id, None, asked.lot), move.c.product_id, move.c.source_id, move.c.lot),
        )
        .order_by(move.c.id.desc())
        .limit(limit)
    ).all()  # fmt: skip
    products = catalog.products_by_ids(conn, {row.product_id for row in rows})
    names = names_of(conn, {row.person_id for row in rows if row.person_id is not None})
    return [
        MoveThen(
            row.id, row.posted_at, products[row.product_id].sku, products[row.product_id].name, row.source, row.target,
            row.lot, row.quantity, row.reason, row.about, row.person_id, names.get(row.person_id or 0, ""),
        )
        for row in rows
    ]  # fmt: skip


def _of(asked: Asked, product_id: Any, location_id: Any, lot: Any) -> list[sa.ColumnElement[bool]]:
    found = []
    if asked.product_id is not None:
        found.append(product_id == asked.product_id)
    if asked.location_id is not None:
        found.append(location_id == asked.location_id)
    if asked.lot is not None:
        found.append(lot == asked.lot)
    return found
