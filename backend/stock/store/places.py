"""Places for goods that come: fixed ones, those that hold the product already, empty ones, and what each bears."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import MEASURES, in_slices
from backend.platform.database import upsert
from backend.platform.statements import Statement, among
from backend.stock.store.balances import balances_of
from backend.stock.store.emptied import LYING, noted_places
from backend.stock.tables import balance, fixed_place, location

EMPTY_PLACES = 200
"""Empty places told of one zone, or of the house."""


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


class Load(NamedTuple):
    """What lies at a location in grams and millilitres, as far as the products' measures are known."""

    grams: int
    millilitres: int


_LIMITS = Statement(
    sa.select(*(location.c[name] for name in PlaceLimits._fields)).where(among(location.c.id, "locations"))
)
_FIXED = Statement(
    sa.select(fixed_place.c.product_id, fixed_place.c.location_id)
    .where(among(fixed_place.c.product_id, "products"))
    .order_by(fixed_place.c.id)
)
_LOADS = Statement(
    sa.select(
        balance.c.location_id,
        sa.cast(sa.func.sum(balance.c.on_hand * MEASURES.c.weight_g), sa.BigInteger).label("grams"),
        sa.cast(sa.func.sum(balance.c.on_hand * MEASURES.c.volume_ml), sa.BigInteger).label("millilitres"),
    )
    .join(MEASURES, MEASURES.c.product_id == balance.c.product_id)
    .where(among(balance.c.location_id, "locations"), balance.c.on_hand > 0)
    .group_by(balance.c.location_id)
)
_FILLED = Statement(sa.select(location.c.id).where(among(location.c.id, "locations"), LYING))
# place by place in walking order, until there are enough: the limit stands in the text, for the planner to see
_kind = sa.func.coalesce(location.c.kind, "", type_=location.c.kind.type)  # SQLite would go by the index of kinds
_empty = (
    sa.select(location.c.walk_sequence, location.c.id)
    .where(among(_kind, "kinds"), ~location.c.blocked, location.c.active, ~LYING)
    .order_by(location.c.walk_sequence, location.c.id)
    .limit(sa.literal_column(str(EMPTY_PLACES)))
)
_of_zone = location.c.zone == sa.bindparam("zone")
_unmarked = _empty.where(~location.c.seen_filled)
_noted = _empty.where(location.c.seen_filled, among(location.c.id, "locations"))
_UNMARKED = {False: Statement(_unmarked), True: Statement(_unmarked.where(_of_zone))}
_NOTED = {False: Statement(_noted), True: Statement(_noted.where(_of_zone))}


def place_limits(conn: Connection, location_ids: Iterable[int]) -> list[PlaceLimits]:
    return [PlaceLimits(*row) for part in in_slices(location_ids) for row in _LIMITS.rows(conn, locations=part)]


def fixed_places(conn: Connection, product_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Product -> the locations where it lives."""
    found: dict[int, tuple[int, ...]] = {}
    for part in in_slices(product_ids):
        for row in _FIXED.rows(conn, products=part):
            found[row.product_id] = (*found.get(row.product_id, ()), row.location_id)
    return found


def fix_places(conn: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """(product, location): the product lives there from now on."""
    rows = [{"product_id": product_id, "location_id": location_id} for product_id, location_id in pairs]
    if rows:
        conn.execute(upsert(conn, fixed_place).on_conflict_do_nothing(), rows)


def places_of_products(conn: Connection, product_ids: Iterable[int], kinds: Collection[str]) -> set[int]:
    """Unblocked locations of the kinds where any of the products lies."""
    holding = {place.location_id for place in balances_of(conn, product_ids)}
    # told apart here: by kind SQLite would walk all locations
    return {each.id for each in place_limits(conn, holding) if each.kind in kinds and each.active and not each.blocked}


def filled_places(conn: Connection, location_ids: Iterable[int]) -> set[int]:
    """Those of the locations where anything lies."""
    return {row.id for part in in_slices(location_ids) for row in _FILLED.rows(conn, locations=part)}


def loads_at(conn: Connection, location_ids: Iterable[int]) -> dict[int, Load]:
    """What the locations bear already; empty ones are absent."""
    return {
        row.location_id: Load(row.grams, row.millilitres)
        for part in in_slices(location_ids)
        for row in _LOADS.rows(conn, locations=part)
    }


def empty_places(conn: Connection, kinds: Collection[str], zone: str) -> set[int]:
    """The first unblocked locations with nothing in them, in walking order; of one zone where it is named."""
    asked: dict[str, Any] = {"kinds": sorted(kinds)} | ({"zone": zone} if zone else {})
    found = _UNMARKED[bool(zone)].rows(conn, **asked)
    for part in in_slices(noted_places(conn)):
        found += _NOTED[bool(zone)].rows(conn, **asked, locations=part)
    return {row.id for row in sorted(found)[:EMPTY_PLACES]}
