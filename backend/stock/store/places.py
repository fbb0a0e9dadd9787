"""Places for goods that come: fixed ones, those that hold the product already, empty ones, and what each bears."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.platform.database import upsert
from backend.stock.tables import balance, fixed_place, location


class PlaceLimits(NamedTuple):
    """A location with what it bears (grams) and takes (millilitres); None where it is not limited."""

    id: int
    code: str
    kind: str
    zone: str
    walk_sequence: int
    blocked: bool
    active: bool
    holds_g: int | None
    holds_ml: int | None


def place_limits(conn: Connection, location_ids: Iterable[int]) -> list[PlaceLimits]:
    columns = [location.c[name] for name in PlaceLimits._fields]
    return [
        PlaceLimits(*row)
        for part in in_slices(location_ids)
        for row in conn.execute(sa.select(*columns).where(location.c.id.in_(part)))
    ]


def fixed_places(conn: Connection, product_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Product -> the locations where it lives."""
    found: dict[int, tuple[int, ...]] = {}
    for part in in_slices(product_ids):
        statement = sa.select(fixed_place.c.product_id, fixed_place.c.location_id).order_by(fixed_place.c.id)
        for row in conn.execute(statement.where(fixed_place.c.product_id.in_(part))):
            found[row.product_id] = (*found.get(row.product_id, ()), row.location_id)
    return found


def fix_places(conn: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """(product, location): the product lives there from now on."""
    rows = [{"product_id": product_id, "location_id": location_id} for product_id, location_id in pairs]
    if rows:
        conn.execute(upsert(conn, fixed_place).on_conflict_do_nothing(), rows)


def places_of_products(conn: Connection, product_ids: Iterable[int], kinds: Collection[str]) -> set[int]:
    """Unblocked locations of the kinds where any of the products lies."""
    holding = {
        row.location_id
        for part in in_slices(product_ids)
        for row in conn.execute(
            sa.select(balance.c.location_id).where(balance.c.product_id.in_(part), balance.c.on_hand > 0)
        )
    }
    return {
        row.id
        for part in in_slices(holding)
        for row in conn.execute(
            sa.select(location.c.id).where(
                location.c.id.in_(part), location.c.kind.in_(sorted(kinds)), ~location.c.blocked, location.c.active
            )
        )
    }


def empty_places(conn: Connection, kinds: Collection[str], zone: str, limit: int) -> set[int]:
    """Unblocked locations with nothing in them, in walking order; of one zone where it is named."""
    lying = sa.exists().where(balance.c.location_id == location.c.id, balance.c.on_hand > 0)
    statement = (
        sa.select(location.c.id)
        .where(location.c.kind.in_(sorted(kinds)), ~location.c.blocked, location.c.active, ~lying)
        .order_by(location.c.walk_sequence, location.c.id)
        .limit(limit)
    )
    if zone:
        statement = statement.where(location.c.zone == zone)
    return {row.id for row in conn.execute(statement)}
