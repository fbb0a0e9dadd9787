"""Locations: made by the office, read by everyone."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.platform.database import upsert
from backend.platform.errors import NotFound
from backend.platform.statements import Statement, among
from backend.stock.location import Location, code_of_key
from backend.stock.tables import PHYSICAL_KINDS, PICKABLE_KINDS, VIRTUAL_KINDS, location, warehouse

_COLUMNS = (
    location.c.id,
    location.c.code,
    location.c.kind,
    location.c.zone,
    location.c.walk_sequence,
    location.c.blocked,
    location.c.active,
)
_BY_IDS = Statement(sa.select(*_COLUMNS).where(among(location.c.id, "ids")))
_BY_CODES = Statement(sa.select(*_COLUMNS).where(among(location.c.code, "codes")))
_KINDS = Statement(sa.select(location.c.id, location.c.kind).where(among(location.c.id, "ids")))


def _is_of(kinds: Iterable[str]) -> sa.ColumnElement[bool]:
    """The words stand in the text: of a parameter PostgreSQL believes that one location in five is of that kind, and
    looks for the only vendor through all shelves."""
    return location.c.kind.in_([sa.literal_column(f"'{each}'") for each in kinds])


_OF_KIND = {
    kind: Statement(sa.select(*_COLUMNS).where(_is_of([kind]), location.c.active))
    for kind in (*PHYSICAL_KINDS, *VIRTUAL_KINDS)
}
_FIRST_OF_KIND = {
    kind: Statement(sa.select(sa.func.min(location.c.id).label("id")).where(_is_of([kind]))) for kind in VIRTUAL_KINDS
}
_OPTIONAL = {
    "kind": "pick_face",
    "zone": "",
    "aisle": "",
    "bay": "",
    "level": "",
    "bin": "",
    "walk_sequence": 0,
    "blocked": False,
    "active": True,
}


def _as_location(row: Any) -> Location:
    return Location(row.id, row.code, row.kind, row.zone, row.walk_sequence, row.blocked, row.active)


def main_warehouse(conn: Connection, code: str = "MAIN", name: str = "Main warehouse") -> int:
    """The id of the first warehouse, made when there is none."""
    found = conn.execute(sa.select(sa.func.min(warehouse.c.id))).scalar_one()
    if found is None:
        conn.execute(upsert(conn, warehouse).values(code=code, name=name).on_conflict_do_nothing())
        found = conn.execute(sa.select(sa.func.min(warehouse.c.id))).scalar_one()
    return int(found)


def create_locations(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert locations (columns of the table; only `code` is required); ids in the order of `rows`."""
    if not rows:
        return []
    home = main_warehouse(conn)
    filled = [{"warehouse_id": home} | _OPTIONAL | dict(row) for row in rows]
    returned = conn.execute(sa.insert(location).returning(location.c.id, sort_by_parameter_order=True), filled)
    return [row.id for row in returned]


def outside(conn: Connection, kind: str) -> int:
    """The id of the virtual location of a kind (vendor, customer, variance, scrap, transit), made on first use."""
    if kind not in VIRTUAL_KINDS:
        raise ValueError(f"expected one of {VIRTUAL_KINDS}, got {kind!r}")
    found = _FIRST_OF_KIND[kind].rows(conn)[0].id
    if found is None:
        row = _OPTIONAL | {"warehouse_id": main_warehouse(conn), "code": kind.upper(), "kind": kind}
        conn.execute(upsert(conn, location).values(**row).on_conflict_do_nothing())
        found = _FIRST_OF_KIND[kind].rows(conn)[0].id
    return int(found)


def locations_by_ids(conn: Connection, ids: Iterable[int]) -> dict[int, Location]:
    return {row.id: _as_location(row) for part in in_slices(ids) for row in _BY_IDS.rows(conn, ids=part)}


def locations_by_keys(conn: Connection, keys: Iterable[str]) -> dict[str, Location]:
    """Locations, totes and carts by scan key. A key of the wrong kind (`loc:` of a tote) is absent."""
    codes = {code for code in map(code_of_key, keys) if code is not None}
    return {
        found.key: found for part in in_slices(codes) for found in map(_as_location, _BY_CODES.rows(conn, codes=part))
    }


def location_by_key(conn: Connection, key: str) -> Location | None:
    return locations_by_keys(conn, [key]).get(key)


def locations_of_kind(conn: Connection, kinds: Iterable[str]) -> list[Location]:
    """Active locations of the given kinds in walking order."""
    found = [_as_location(row) for kind in sorted(set(kinds)) for row in _OF_KIND[kind].rows(conn)]
    return sorted(found, key=_in_walking_order)


def around(conn: Connection, location_ids: Iterable[int], near: int) -> list[Location]:
    """The locations themselves, then up to `near` storage places and pick faces before and after each in walking order.

    Nearest first. Each is reached from its stop, so that a house of any size is asked for these few alone.
    """
    stops = sorted(set(location_ids))
    found: dict[tuple[int, bool], list[int]] = {}
    for ahead in (False, True):
        for kind in PICKABLE_KINDS:
            for row in (row for part in in_slices(stops) for row in _beside(kind, ahead, near).rows(conn, ids=part)):
                found.setdefault((row[0], ahead), []).extend(each for each in row[1:] if each is not None)
    known = locations_by_ids(conn, {*stops, *(each for ids in found.values() for each in ids)})
    steps = {each: 0 for each in stops if each in known}
    for (_, ahead), ids in found.items():
        walk = sorted((known[each] for each in ids), key=_in_walking_order, reverse=not ahead)
        for step, each in enumerate(walk[:near], start=1):
            steps[each.id] = min(step, steps.get(each.id, step))
    return sorted((known[each] for each in steps), key=lambda each: (steps[each.id], *_in_walking_order(each)))


def _in_walking_order(each: Location) -> tuple[int, str]:
    return each.walk_sequence, each.code


@cache
def _beside(kind: str, ahead: bool, near: int) -> Statement:
    """For each of the `ids` the next locations of a kind, one column for each step; the index knows where to look."""
    other = location.alias("other")
    here, there = (sa.tuple_(each.c.walk_sequence, each.c.code) for each in (location, other))
    walk = (
        sa.select(other.c.id)
        .where(other.c.kind == sa.literal_column(f"'{kind}'"), other.c.active, there > here if ahead else there < here)
        .order_by(*(each.asc() if ahead else each.desc() for each in (other.c.walk_sequence, other.c.code)))
        .limit(sa.literal_column("1"))
    )
    steps = (walk.offset(sa.literal_column(str(step))).scalar_subquery() for step in range(near))
    return Statement(sa.select(location.c.id, *steps).where(among(location.c.id, "ids")))


def set_blocked(conn: Connection, location_id: int, blocked: bool) -> None:
    """Stock at a blocked location is not promised to anybody; what is reserved there already stays reserved."""
    changed = conn.execute(
        sa.update(location).where(location.c.id == location_id).values(blocked=blocked, version=location.c.version + 1)
    )
    if changed.rowcount != 1:
        raise NotFound("LOCATION_UNKNOWN", f"Expected a location, got number {location_id}; look it up again.")


def read_physical(conn: Connection, ids: Iterable[int]) -> dict[int, bool]:
    """Which of the locations keep a balance."""
    return {row.id: row.kind in PHYSICAL_KINDS for part in in_slices(ids) for row in _KINDS.rows(conn, ids=part)}
