"""Count lists: made of places, walked by one person, read with what the book says, written set-based."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from backend.catalog import api as catalog
from backend.catalog.api import in_slices
from backend.platform.database import upsert
from backend.platform.errors import NotFound
from backend.stock.counting import Book, CountLine, CountPlace, CountSheet, Goods, Limits, line_key
from backend.stock.ledger import Balance, Place
from backend.stock.location import key_of
from backend.stock.store.balances import balances_at, read_balances
from backend.stock.tables import balance, count_line, count_list, count_task, location, product_value

BeingPicked = Callable[[Connection, Iterable[int]], set[Place]]
"""Location ids -> places where a picker of a running wave takes goods right now. Handed in by the room above."""


def nobody_picks(_: Connection, __: Iterable[int]) -> set[Place]:
    return set()


class Wanted(NamedTuple):
    """A place to be counted: everything there, or one product; `task_id` where somebody has asked for it already."""

    location_id: int
    product_id: int | None = None
    task_id: int | None = None


def make_list(
    conn: Connection, kind: str, wanted: Sequence[Wanted], now: datetime, *, blind: bool = True, at_close: bool = False,
    person_id: int | None = None, not_by: int | None = None,
) -> int:  # fmt: skip
    """A new open list of the places; its id. Tasks that exist already move onto it."""
    number = catalog.next_number(conn, "count")
    row = {
        "number": number, "kind": kind, "blind": blind, "at_close": at_close, "state": "open", "created_at": now,
        "created_by": person_id, "not_by": not_by, "version": 1,
    }  # fmt: skip
    list_id = int(conn.execute(sa.insert(count_list).values(**row).returning(count_list.c.id)).scalar_one())
    fresh = [
        {
            "location_id": each.location_id, "product_id": each.product_id, "reason": kind, "about": f"count:{list_id}",
            "state": "open", "created_at": now, "person_id": person_id, "list_id": list_id, "round": 1,
        }
        for each in wanted
        if each.task_id is None
    ]  # fmt: skip
    if fresh:
        conn.execute(sa.insert(count_task), fresh)
    for part in in_slices(each.task_id for each in wanted if each.task_id is not None):
        conn.execute(sa.update(count_task).where(count_task.c.id.in_(part)).values(list_id=list_id))
    return list_id


def take_list(conn: Connection, list_id: int, person_id: int, device_id: int | None) -> bool:
    """The list is this person's from now on; False when it is over."""
    taken = conn.execute(
        sa.update(count_list)
        .where(count_list.c.id == list_id, count_list.c.state.in_(("open", "counting")))
        .values(state="counting", person_id=person_id, device_id=device_id, version=count_list.c.version + 1)
    )
    return taken.rowcount == 1


def read_limits(conn: Connection) -> Limits:
    """The setting `count_limits`: `pieces` and `value_minor` above which somebody else counts again."""
    found = catalog.read_setting(conn, "count_limits")
    return Limits(int(found.get("pieces", Limits().pieces)), int(found.get("value_minor", Limits().value_minor)))


def read_sheets(
    conn: Connection, ids: Iterable[int], *, named: Iterable[int] | None = None, finished: Iterable[int] = (),
    lock: bool = False, being_picked: BeingPicked = nobody_picks,
) -> dict[int, CountSheet]:  # fmt: skip
    """Lists with their places; only the `named` tasks where they are told.

    Of the `finished` tasks the balances are locked and read as the book that the count is held against.
    """
    wanted = sorted(set(ids))
    heads_of = sa.select(count_list).where(count_list.c.id.in_(wanted)).order_by(count_list.c.id)
    heads = conn.execute(heads_of.with_for_update() if lock else heads_of).all()
    tasks = _tasks(conn, [head.id for head in heads], named)
    places = read_places(conn, tasks, set(finished), lock=lock, being_picked=being_picked)
    return {
        head.id: CountSheet(
            id=head.id, number=head.number, over=head.state in ("closed", "cancelled"), at_close=head.at_close,
            places={task.id: places[task.id] for task in tasks if task.list_id == head.id},
        )
        for head in heads
    }  # fmt: skip


def _tasks(conn: Connection, list_ids: Sequence[int], named: Iterable[int] | None) -> list[Row]:
    columns = (
        count_task.c.id, count_task.c.list_id, count_task.c.location_id, count_task.c.product_id, count_task.c.round,
        count_task.c.counted_at, count_task.c.not_by, location.c.code, location.c.kind, location.c.zone,
    )  # fmt: skip
    statement = (
        sa.select(*columns)
        .join(location, location.c.id == count_task.c.location_id)
        .where(count_task.c.list_id.in_(list_ids), count_task.c.state != "cancelled")
        .order_by(location.c.walk_sequence, location.c.code, count_task.c.id)
    )
    if named is not None:
        statement = statement.where(count_task.c.id.in_(sorted(set(named))))
    return list(conn.execute(statement).all())


def read_places(
    conn: Connection, tasks: Sequence[Row], finished: set[int], *, lock: bool, being_picked: BeingPicked = nobody_picks
) -> dict[int, CountPlace]:
    """The places of the tasks with their lines: what the book has there, and what was counted there."""
    begun: dict[int, dict[tuple[int, str], Row]] = {task.id: {} for task in tasks}
    for part in in_slices(begun):
        for row in conn.execute(sa.select(count_line).where(count_line.c.count_task_id.in_(part))):
            begun[row.count_task_id][row.product_id, row.lot] = row
    booked = _booked(conn, tasks, finished, lock)
    picked_at = being_picked(conn, sorted({task.location_id for task in tasks if task.id in finished}))
    product_ids = {place.product_id for lines in booked.values() for place in lines}
    product_ids |= {product_id for rows in begun.values() for product_id, _ in rows}
    products = catalog.products_by_ids(conn, product_ids)
    codes = catalog.codes_of(conn, product_ids)
    values = read_values(conn, product_ids)
    found = {}
    for task in tasks:
        lines: dict[str, CountLine] = {}
        rows = begun[task.id]
        for product_id, lot in sorted({(each.product_id, each.lot) for each in booked[task.id]} | rows.keys()):
            place = Place(product_id, task.location_id, lot)
            there = booked[task.id].get(place, Balance())
            noted = rows.get((product_id, lot))
            moved = there.on_hand != ((noted.expected if noted else 0) or 0)
            lines[line_key(product_id, lot)] = CountLine(
                product_id=product_id, sku=products[product_id].sku, name=products[product_id].name, lot=lot,
                codes={each.key: each.quantity for each in codes[product_id]},
                counted=noted.counted if noted else None,
                book=Book(there.on_hand, there.reserved, moved or place in picked_at, values.get(product_id, 0)),
            )  # fmt: skip
        found[task.id] = CountPlace(
            task_id=task.id, location_id=task.location_id, location=task.code, location_key=key_of(task.kind, task.code),
            lines=lines, only=task.product_id, round=task.round, done=task.counted_at is not None, not_by=task.not_by,
        )  # fmt: skip
    return found


def _booked(conn: Connection, tasks: Sequence[Row], finished: set[int], lock: bool) -> dict[int, dict[Place, Balance]]:
    """What the ledger has at the place of each task."""
    here: dict[int, dict[Place, Balance]] = {}
    for each, there in balances_at(conn, {task.location_id for task in tasks}).items():
        here.setdefault(each.location_id, {})[each] = there
    if lock and finished:
        at = {task.location_id for task in tasks if task.id in finished}
        sure = read_balances(conn, [place for place_id in at for place in here.get(place_id, {})], lock=True)
        for place_id in at:
            here[place_id] = {place: sure[place] for place in here.get(place_id, {}) if place in sure}
    return {
        task.id: {
            place: there
            for place, there in here.get(task.location_id, {}).items()
            if task.product_id is None or place.product_id == task.product_id
        }
        for task in tasks
    }


def read_values(conn: Connection, product_ids: Iterable[int]) -> dict[int, int]:
    """What one piece is worth in the books, minor units; products without a value are absent."""
    return {
        row.product_id: row.value_minor
        for part in in_slices(product_ids)
        for row in conn.execute(
            sa.select(product_value.c.product_id, product_value.c.value_minor).where(
                product_value.c.product_id.in_(part)
            )
        )
    }


def write_values(conn: Connection, values: Mapping[int, int]) -> None:
    """Product id -> minor units of one piece."""
    if values:
        written = upsert(conn, product_value)
        conn.execute(
            written.on_conflict_do_update(
                index_elements=["product_id"], set_={"value_minor": written.excluded.value_minor}
            ),
            [{"product_id": product_id, "value_minor": value} for product_id, value in values.items()],
        )


def read_goods(conn: Connection, keys: Iterable[str]) -> dict[str, Goods]:
    """Goods by scan key (a GTIN, or `text:<SKU>`); a code that several products carry is left out: it must be asked."""
    wanted = sorted(set(keys))
    found = catalog.products_by_keys(conn, None, wanted)
    meant = {
        key: (known[0].product, known[0].quantity)
        for key, known in found.items()
        if len({each.product.id for each in known}) == 1
    }
    values = read_values(conn, [product.id for product, _ in meant.values()])
    return {
        key: Goods(product.id, product.sku, product.name, quantity, values.get(product.id, 0))
        for key, (product, quantity) in meant.items()
    }


def note_expected(conn: Connection, task_ids: Iterable[int]) -> None:
    """What the book says now is what these places are held against."""
    for part in in_slices(task_ids):
        rows = conn.execute(
            sa.select(count_task.c.id, balance.c.product_id, balance.c.lot, balance.c.on_hand)
            .join(balance, balance.c.location_id == count_task.c.location_id)
            .where(
                count_task.c.id.in_(part),
                count_task.c.counted_at.is_(None),
                balance.c.on_hand > 0,
                sa.or_(count_task.c.product_id.is_(None), count_task.c.product_id == balance.c.product_id),
            )
            .order_by(count_task.c.id)
        ).all()
        conn.execute(sa.update(count_line).where(count_line.c.count_task_id.in_(part)).values(expected=0))
        write_lines(
            conn,
            [
                {"count_task_id": row.id, "product_id": row.product_id, "lot": row.lot, "expected": row.on_hand}
                for row in rows
            ],
            ("expected",),
        )


def write_lines(conn: Connection, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Insert lines, or change the named columns of those that exist."""
    if not rows:
        return
    empty = {"counted": None, "expected": None, "moved": 0, "value_minor": 0, "outcome": "open", "cause": ""}
    written = upsert(conn, count_line)
    conn.execute(
        written.on_conflict_do_update(
            index_elements=["count_task_id", "product_id", "lot"],
            set_={name: written.excluded[name] for name in columns},
        ),
        [empty | dict(row) for row in rows],
    )


def list_of_number(conn: Connection, number: str) -> Row:
    found = conn.execute(sa.select(count_list).where(count_list.c.number == number)).one_or_none()
    if found is None:
        raise NotFound(
            "COUNT_UNKNOWN", f"Expected a count list, got {number[:40]!r}; look it up again.", got=number[:40]
        )
    return found
