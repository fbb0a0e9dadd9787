"""Carrying in SQL: sheets of a free move and of replenishment, acts that moved goods, and the tasks of pick faces."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from backend.catalog import api as catalog
from backend.catalog.api import in_slices
from backend.facts.stock import ReplenishCalled
from backend.platform import journal
from backend.platform.journal import Actor
from backend.stock.carrying import CarryAct, CarryLine, CarrySheet, End
from backend.stock.ledger import POSTED, Balance, Place
from backend.stock.location import Location
from backend.stock.refilling import FaceRule, Refill, Store, refills
from backend.stock.store.balances import balances_at, read_balances
from backend.stock.store.locations import locations_by_ids, locations_by_keys
from backend.stock.tables import PHYSICAL_KINDS, balance, location, move, replenish_rule, replenish_task

LINES_PER_WALK = 20


def end_of(place: Location) -> End:
    return End(place.id, place.key, place.code, place.zone, place.active and place.kind in PHYSICAL_KINDS)


def read_targets(conn: Connection, keys: Iterable[str]) -> dict[str, End]:
    return {key: end_of(place) for key, place in locations_by_keys(conn, keys).items()}


def read_move_sheet(conn: Connection, location_id: int, lock: bool = False) -> tuple[CarrySheet, End] | None:
    """What lies at a source, line by line; None where there is no such place."""
    source = locations_by_ids(conn, [location_id]).get(location_id)
    if source is None or source.kind not in PHYSICAL_KINDS:
        return None
    lying = balances_at(conn, [location_id], lock=lock)
    products = catalog.products_by_ids(conn, {place.product_id for place in lying})
    codes = _codes(conn, products)
    end = end_of(source)
    lines = {
        f"{place.product_id}/{place.lot}": CarryLine(
            id=f"{place.product_id}/{place.lot}", product_id=place.product_id, sku=products[place.product_id].sku,
            name=products[place.product_id].name, source=end, lot=place.lot, codes=codes[place.product_id],
            free=there.free,
        )
        for place, there in lying.items()
    }  # fmt: skip
    return CarrySheet(task=f"move:{location_id}", lines=lines), end


def read_replenish_sheet(conn: Connection, person_id: int, lock: bool = False) -> CarrySheet:
    """The open tasks that a person has taken, in the walking order of their sources."""
    statement = (
        sa.select(replenish_task)
        .join(location, location.c.id == replenish_task.c.source_id)
        .where(replenish_task.c.person_id == person_id, replenish_task.c.state == "open")
        .order_by(location.c.walk_sequence, replenish_task.c.id)
    )
    rows = conn.execute(statement.with_for_update(of=replenish_task) if lock else statement).all()
    products = catalog.products_by_ids(conn, {row.product_id for row in rows})
    codes = _codes(conn, products)
    places = locations_by_ids(conn, {row.source_id for row in rows} | {row.target_id for row in rows})
    sources = [Place(row.product_id, row.source_id, row.lot) for row in rows]
    there = read_balances(conn, sources, lock=lock)
    lines = {
        f"r{row.id}": CarryLine(
            id=f"r{row.id}", product_id=row.product_id, sku=products[row.product_id].sku,
            name=products[row.product_id].name, source=end_of(places[row.source_id]), lot=row.lot,
            codes=codes[row.product_id], target=end_of(places[row.target_id]), wanted=row.quantity, moved=row.moved,
            free=there.get(place, Balance()).free, task_id=row.id,
        )
        for row, place in zip(rows, sources, strict=True)
    }  # fmt: skip
    return CarrySheet(task=f"replenish:{person_id}", lines=lines)


def _codes(conn: Connection, product_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    return {
        product_id: {each.key: each.quantity for each in codes}
        for product_id, codes in catalog.codes_of(conn, product_ids).items()
    }


def read_acts(conn: Connection, acts: Iterable[UUID], sheet: CarrySheet) -> dict[str, CarryAct]:
    """Acts that moved goods of the sheet and are not undone; `whole` while all pieces lie free at the target."""
    reversal = move.alias("reversal")
    rows: list[Row] = []
    for part in in_slices(acts):
        rows += conn.execute(
            sa.select(move).where(
                move.c.act.in_(part), move.c.state == POSTED, move.c.reverses_id.is_(None),
                move.c.reason.in_(("transfer", "replenish")), ~sa.exists().where(reversal.c.reverses_id == move.c.id),
            )
        ).all()  # fmt: skip
    there = read_balances(conn, [Place(row.product_id, row.target_id, row.lot) for row in rows], lock=True)
    lines = {(line.product_id, line.source.id, line.lot): line.id for line in sheet.lines.values()}
    return {
        str(row.act): CarryAct(
            lines[row.product_id, row.source_id, row.lot], row.quantity,
            there.get(Place(row.product_id, row.target_id, row.lot), Balance()).free >= row.quantity,
        )
        for row in rows
        if (row.product_id, row.source_id, row.lot) in lines
    }  # fmt: skip


def count_moved(conn: Connection, moved: dict[int, int]) -> None:
    """Task id -> pieces carried (+) or brought back (-)."""
    for task_id, pieces in sorted(moved.items()):
        after = replenish_task.c.moved + pieces
        conn.execute(
            sa.update(replenish_task)
            .where(replenish_task.c.id == task_id)
            .values(moved=after, state=sa.case((after >= replenish_task.c.quantity, "done"), else_="open"))
        )


# -- tasks of pick faces --------------------------------------------------------------------------------------------


def find_refills(
    conn: Connection, now: datetime, *, location_id: int | None = None, actor: Actor = journal.SYSTEM
) -> int:
    """Make tasks for faces below their minimum; at `location_id`, where somebody calls, up to the rule's full.

    Faces that tasks are under way to are left alone. How many tasks were made.
    """
    called = location_id is not None
    which = sa.true() if location_id is None else replenish_rule.c.location_id == location_id
    here = sa.and_(
        balance.c.product_id == replenish_rule.c.product_id, balance.c.location_id == replenish_rule.c.location_id
    )
    on_hand = sa.func.coalesce(sa.func.sum(balance.c.on_hand), 0)
    grouped = (
        sa.select(replenish_rule, on_hand.label("on_hand"))
        .join(balance, here, isouter=True)
        .where(which)
        .group_by(replenish_rule.c.id)
    )
    low = grouped if called else grouped.having(on_hand < replenish_rule.c.minimum)
    rows = conn.execute(low).all()
    if not rows:
        return 0
    coming = _coming(conn, {row.location_id for row in rows})
    faces = [
        FaceRule(
            row.product_id, row.location_id, row.minimum, row.fill_to, int(row.on_hand),
            coming.get((row.product_id, row.location_id), 0),
        )
        for row in rows
    ]  # fmt: skip
    made = refills(faces, _stores(conn, {row.product_id for row in rows}), called=called)
    return _make_tasks(conn, made, "called" if called else "below_minimum", now, actor)


def _coming(conn: Connection, location_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    rest = sa.func.sum(replenish_task.c.quantity - replenish_task.c.moved)
    return {
        (row[0], row[1]): int(row[2])
        for part in in_slices(location_ids)
        for row in conn.execute(
            sa.select(replenish_task.c.product_id, replenish_task.c.target_id, rest)
            .where(replenish_task.c.state == "open", replenish_task.c.target_id.in_(part))
            .group_by(replenish_task.c.product_id, replenish_task.c.target_id)
        )
    }


def _stores(conn: Connection, product_ids: Iterable[int]) -> list[Store]:
    """Free pieces in storage; what open tasks will take from there is not counted again."""
    taken: dict[tuple[int, int, str], int] = {}
    task = replenish_task.c
    found: list[Store] = []
    for part in in_slices(product_ids):
        open_tasks = sa.select(task.product_id, task.source_id, task.lot, task.quantity - task.moved)
        for row in conn.execute(open_tasks.where(task.state == "open", task.product_id.in_(part))):
            key = (row[0], row[1], row[2])
            taken[key] = taken.get(key, 0) + row[3]
        rows = conn.execute(
            sa.select(balance.c.product_id, balance.c.location_id, balance.c.lot, balance.c.on_hand - balance.c.reserved)
            .join(location, location.c.id == balance.c.location_id)
            .where(
                balance.c.product_id.in_(part), balance.c.on_hand > balance.c.reserved, location.c.kind == "storage",
                location.c.active, ~location.c.blocked,
            )
        )  # fmt: skip
        found += [Store(row[0], row[1], row[2], row[3] - taken.get((row[0], row[1], row[2]), 0)) for row in rows]
    return [each for each in found if each.free > 0]


def _make_tasks(conn: Connection, made: Sequence[Refill], reason: str, now: datetime, actor: Actor) -> int:
    if not made:
        return 0
    rows: list[dict[str, Any]] = [
        {
            "product_id": each.product_id, "source_id": each.source_id, "target_id": each.target_id, "lot": each.lot,
            "quantity": each.quantity, "moved": 0, "state": "open", "reason": reason, "created_at": now,
        }
        for each in made
    ]  # fmt: skip
    conn.execute(sa.insert(replenish_task), rows)
    products = catalog.products_by_ids(conn, [each.product_id for each in made])
    places = locations_by_ids(conn, {each.source_id for each in made} | {each.target_id for each in made})
    facts = [
        ReplenishCalled(
            about=f"location:{each.target_id}", sku=products[each.product_id].sku, source=places[each.source_id].code,
            target=places[each.target_id].code, quantity=each.quantity, reason=reason,
        )
        for each in made
    ]  # fmt: skip
    journal.append(conn, facts, now, actor)
    return len(made)


def take_tasks(conn: Connection, person_id: int) -> None:
    """Give a person without open tasks the next ones, in the walking order of their sources."""
    mine = sa.select(replenish_task.c.id).where(
        replenish_task.c.state == "open", replenish_task.c.person_id == person_id
    )
    if conn.execute(mine.limit(1)).first() is not None:
        return
    free = (
        sa.select(replenish_task.c.id)
        .join(location, location.c.id == replenish_task.c.source_id)
        .where(replenish_task.c.state == "open", replenish_task.c.person_id.is_(None))
        .order_by(location.c.walk_sequence, replenish_task.c.id)
        .limit(LINES_PER_WALK)
        .with_for_update(of=replenish_task, skip_locked=True)
    )
    ids = list(conn.execute(free).scalars())
    if ids:
        conn.execute(sa.update(replenish_task).where(replenish_task.c.id.in_(ids)).values(person_id=person_id))
