"""What devices and the office read of counting."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.platform.errors import NotFound
from backend.stock.count_bundle import to_bundle
from backend.stock.cycle import INTERVAL_DAYS, Shelf, due
from backend.stock.store.count_lists import Wanted, read_sheets
from backend.stock.store.locations import locations_by_ids, locations_by_keys
from backend.stock.tables import (
    PICKABLE_KINDS,
    balance,
    count_line,
    count_list,
    count_task,
    location,
    move,
    product_value,
)

ZERO_DAYS, ZERO_CHECKED = 7, 500
RECENT_H = 12
"""A place counted so recently is not asked for again by the cycle, whatever its class."""


def read_bundle(conn: Connection, list_id: int) -> dict[str, Any] | None:
    """The bundle of a list that is being counted; None when it is over."""
    head = conn.execute(
        sa.select(count_list).where(count_list.c.id == list_id, count_list.c.state.in_(("open", "counting")))
    ).one_or_none()
    if head is None:
        return None
    sheet = read_sheets(conn, [list_id])[list_id]
    product_ids = {line.product_id for place in sheet.places.values() for line in place.lines.values()}
    faces = catalog.read_faces(conn, product_ids)
    places = locations_by_ids(conn, {each.location_id for each in sheet.places.values()})
    zones = {each: place.zone for each, place in places.items()}
    return to_bundle(sheet, head.kind, head.blind, head.version, faces, zones) | catalog.told_layouts(conn)


def open_tasks(conn: Connection, list_id: int) -> list[int]:
    found = sa.select(count_task.c.id).where(count_task.c.list_id == list_id, count_task.c.counted_at.is_(None))
    return list(conn.execute(found.order_by(count_task.c.id)).scalars())


def own_list(conn: Connection, person_id: int) -> int | None:
    return conn.execute(
        sa.select(sa.func.max(count_list.c.id)).where(
            count_list.c.state == "counting", count_list.c.person_id == person_id
        )
    ).scalar_one()


def next_list(conn: Connection, person_id: int) -> int | None:
    """The oldest list that the office has made and nobody has begun, not counted before by this person."""
    return conn.execute(
        sa.select(sa.func.min(count_list.c.id)).where(
            count_list.c.state == "open", sa.or_(count_list.c.not_by.is_(None), count_list.c.not_by != person_id)
        )
    ).scalar_one()


def loose_tasks(conn: Connection, person_id: int, limit: int) -> list[Wanted]:
    """Tasks that stand on no list, in walking order; second counts only of what somebody else has counted."""
    rows = conn.execute(
        sa.select(count_task.c.location_id, count_task.c.product_id, count_task.c.id)
        .join(location, location.c.id == count_task.c.location_id)
        .where(
            count_task.c.state == "open",
            count_task.c.list_id.is_(None),
            sa.or_(count_task.c.not_by.is_(None), count_task.c.not_by != person_id),
        )
        .order_by(location.c.walk_sequence, location.c.code, count_task.c.id)
        .limit(limit)
    )
    return [Wanted(*row) for row in rows]


def places_of_key(conn: Connection, key: str) -> list[Wanted]:
    """The location of a key, or every place where the product of a key lies, in walking order."""
    found = locations_by_keys(conn, [key]).get(key)
    if found is not None:
        return [Wanted(found.id)]
    known = catalog.products_by_keys(conn, None, [key]).get(key, ())
    product_ids = {each.product.id for each in known}
    rows = conn.execute(
        sa.select(balance.c.location_id, balance.c.product_id)
        .distinct()
        .add_columns(location.c.walk_sequence)
        .join(location, location.c.id == balance.c.location_id)
        .where(
            balance.c.product_id.in_(product_ids), balance.c.on_hand > 0,
            location.c.kind.in_((*PICKABLE_KINDS, "receiving", "quarantine")),
        )
        .order_by(location.c.walk_sequence)
    )  # fmt: skip
    return [Wanted(row.location_id, row.product_id) for row in rows]


def due_places(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Places whose cycle has passed; those on an open list are left out."""
    open_there = sa.select(count_task.c.location_id).where(count_task.c.state == "open")
    last = (
        sa.select(count_task.c.location_id, sa.func.max(count_task.c.counted_at).label("counted_at"))
        .where(count_task.c.product_id.is_(None))
        .group_by(count_task.c.location_id)
        .subquery()
    )
    rows = conn.execute(
        sa.select(location.c.id, location.c.walk_sequence, balance.c.product_id, last.c.counted_at, product_value.c.abc)
        .join(balance, sa.and_(balance.c.location_id == location.c.id, balance.c.on_hand > 0))
        .join(last, last.c.location_id == location.c.id, isouter=True)
        .join(product_value, product_value.c.product_id == balance.c.product_id, isouter=True)
        .where(location.c.kind.in_(PICKABLE_KINDS), location.c.active, location.c.id.not_in(open_there))
        .order_by(location.c.id)
    )
    known: dict[int, str] = {}
    shelves: dict[int, Shelf] = {}
    for number, walk_sequence, product_id, counted_at, abc in rows:
        known[product_id] = abc or "C"
        before = shelves.get(number)
        products = (*before.products, product_id) if before else (product_id,)
        shelves[number] = Shelf(number, walk_sequence, products, counted_at)
    fresh = now - timedelta(hours=RECENT_H)
    waiting = [each for each in shelves.values() if each.counted_at is None or each.counted_at < fresh]
    days = {**INTERVAL_DAYS, **_days(catalog.read_setting(conn, "count_cycle_days"))}
    return due(waiting, known, now, days)[:limit]


def _days(given: dict[str, Any]) -> dict[str, int]:
    return {key: int(value) for key, value in given.items() if key in INTERVAL_DAYS}


class CountListRow(msgspec.Struct, frozen=True):
    """`value_minor` is what the differences were worth."""

    id: int
    number: str
    kind: str
    state: str
    blind: bool
    at_close: bool
    created_at: datetime
    closed_at: datetime | None
    places: int
    counted: int
    differences: int
    value_minor: int


class CountDifference(msgspec.Struct, frozen=True):
    """A line where the shelf was not what the book said."""

    id: int
    number: str
    location: str
    sku: str
    name: str
    lot: str
    expected: int
    counted: int
    moved: int
    value_minor: int
    outcome: str
    cause: str
    counted_at: datetime | None


def read_lists(conn: Connection, limit: int) -> list[CountListRow]:
    """Newest first."""
    heads = conn.execute(sa.select(count_list).order_by(count_list.c.id.desc()).limit(limit)).all()
    ids = [head.id for head in heads]
    done = sa.case((count_task.c.counted_at.is_not(None), 1), else_=0)
    places = {
        row[0]: (int(row[1]), int(row[2]))
        for row in conn.execute(
            sa.select(count_task.c.list_id, sa.func.count(), sa.func.sum(done))
            .where(count_task.c.list_id.in_(ids))
            .group_by(count_task.c.list_id)
        )
    }
    differs = sa.case((count_line.c.counted != count_line.c.expected, 1), else_=0)
    sums = {
        row[0]: (int(row[1] or 0), int(row[2] or 0))
        for row in conn.execute(
            sa.select(count_task.c.list_id, sa.func.sum(differs), sa.func.sum(count_line.c.value_minor))
            .join(count_task, count_task.c.id == count_line.c.count_task_id)
            .where(count_task.c.list_id.in_(ids), count_line.c.outcome != "open")
            .group_by(count_task.c.list_id)
        )
    }
    return [
        CountListRow(
            head.id, head.number, head.kind, head.state, head.blind, head.at_close, head.created_at, head.closed_at,
            *places.get(head.id, (0, 0)), *sums.get(head.id, (0, 0)),
        )
        for head in heads
    ]  # fmt: skip


def read_differences(conn: Connection, list_id: int | None, limit: int) -> list[CountDifference]:
    """Lines that differed, newest first; of one list where it is named."""
    which = sa.true() if list_id is None else count_task.c.list_id == list_id
    rows = conn.execute(
        sa.select(count_line, count_task.c.counted_at, count_list.c.number, location.c.code)
        .join(count_task, count_task.c.id == count_line.c.count_task_id)
        .join(count_list, count_list.c.id == count_task.c.list_id)
        .join(location, location.c.id == count_task.c.location_id)
        .where(which, count_line.c.outcome.not_in(("open", "equal")))
        .order_by(count_line.c.id.desc())
        .limit(limit)
    ).all()
    products = catalog.products_by_ids(conn, {row.product_id for row in rows})
    return [
        CountDifference(
            row.id, row.number, row.code, products[row.product_id].sku, products[row.product_id].name, row.lot,
            row.expected or 0, row.counted or 0, row.moved, row.value_minor, row.outcome, row.cause, row.counted_at,
        )
        for row in rows
    ]  # fmt: skip


def number_of(conn: Connection, list_id: int) -> str:
    return str(conn.execute(sa.select(count_list.c.number).where(count_list.c.id == list_id)).scalar_one())


def known_product(conn: Connection, product_id: int) -> int:
    """The id, or `NotFound` PRODUCT_UNKNOWN."""
    if product_id not in catalog.products_by_ids(conn, [product_id]):
        raise NotFound("PRODUCT_UNKNOWN", f"Expected a product, got number {product_id}; search for it by SKU.")
    return product_id


def places_of_zone(conn: Connection, zone: str) -> list[Wanted]:
    """Every pickable place of a zone (of the whole house for an empty one), in walking order."""
    which = location.c.zone == zone if zone else sa.true()
    rows = conn.execute(
        sa.select(location.c.id)
        .where(which, location.c.kind.in_(PICKABLE_KINDS), location.c.active)
        .order_by(location.c.walk_sequence, location.c.code)
    )
    return [Wanted(row.id) for row in rows]


def emptied_places(conn: Connection, now: datetime, limit: int) -> list[Wanted]:
    """Places that a pick should have emptied within the last days, and that nobody has looked at since."""
    emptied = (
        sa.select(balance.c.location_id, balance.c.product_id)
        .join(location, location.c.id == balance.c.location_id)
        .where(balance.c.on_hand == 0, location.c.kind.in_(PICKABLE_KINDS), location.c.active)
        .order_by(balance.c.id.desc())
        .limit(ZERO_CHECKED)
        .subquery()
    )
    looked = sa.exists().where(
        count_task.c.location_id == move.c.source_id,
        sa.or_(count_task.c.state == "open", count_task.c.counted_at >= move.c.posted_at),
    )
    last = sa.func.max(move.c.posted_at)
    rows = conn.execute(
        sa.select(move.c.source_id, move.c.product_id, last)
        .join(emptied, sa.and_(emptied.c.location_id == move.c.source_id, emptied.c.product_id == move.c.product_id))
        .where(move.c.reason == "pick", move.c.posted_at > now - timedelta(days=ZERO_DAYS), ~looked)
        .group_by(move.c.source_id, move.c.product_id)
        .order_by(last.desc())
        .limit(limit)
    )
    return [Wanted(row[0], row[1]) for row in rows]
