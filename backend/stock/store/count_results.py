"""What counting changes: lines, variance moves, new tasks for what must be counted again, the end of a list."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.facts.stock import CountClosed
from backend.platform import journal
from backend.platform.errors import Conflict, NotFound
from backend.platform.journal import Actor
from backend.stock.counting import CAUSES, Begun, Counted, Finished, Settled
from backend.stock.ledger import Move, Place
from backend.stock.store.balances import read_balances
from backend.stock.store.count_lists import note_expected, write_lines
from backend.stock.store.ledger import post
from backend.stock.store.locations import outside
from backend.stock.tables import count_line, count_list, count_task

AGAIN = {"recount": 2, "disturbed": 1}
"""Outcome -> round of the new task; a second round stays a second round."""


class Done(NamedTuple):
    """A change and by whom."""

    change: Begun | Counted | Finished
    person_id: int | None
    device_id: int | None
    act: uuid.UUID | None


def apply(conn: Connection, done: Sequence[Done], now: datetime) -> None:
    """Write the changes of a chunk. Later totals of a line replace earlier ones."""
    live = [each.change.task_id for each in done if isinstance(each.change, Begun) and each.change.live]
    if live:
        note_expected(conn, live)
    counted: dict[tuple[int, int, str], dict[str, Any]] = {}
    for each in done:
        if isinstance(each.change, Counted):
            change = each.change
            counted[change.task_id, change.product_id, change.lot] = {
                "count_task_id": change.task_id, "product_id": change.product_id, "lot": change.lot,
                "counted": change.counted,
            }  # fmt: skip
    write_lines(conn, list(counted.values()), ("counted",))
    finished = [(each.change, each) for each in done if isinstance(each.change, Finished)]
    for finish, by in finished:
        _finish(conn, [finish], now, by.person_id, by.device_id, by.act)
    if finished:
        _close_finished(conn, {finish.list_id for finish, _ in finished}, now)


def _finish(
    conn: Connection, places: Sequence[Finished], now: datetime, person_id: int | None, device_id: int | None,
    act: uuid.UUID | None,
) -> None:  # fmt: skip
    """Places of one person: variance moves in one go, their lines, and new tasks."""
    for settled, state in ((True, "done"), (False, "open")):
        for part in in_slices(each.task_id for each in places if each.settled is settled):
            conn.execute(
                sa.update(count_task)
                .where(count_task.c.id.in_(part))
                .values(counted_at=now, counted_by=person_id, state=state)
            )
    lines = [(place, line) for place in places for line in place.lines]
    write_lines(
        conn,
        [
            {
                "count_task_id": place.task_id, "product_id": line.product_id, "lot": line.lot, "counted": line.counted,
                "expected": line.expected, "moved": line.moved, "value_minor": line.value_minor, "outcome": line.outcome,
            }
            for place, line in lines
        ],
        ("counted", "expected", "moved", "value_minor", "outcome"),
    )  # fmt: skip
    _book(conn, [(place, line) for place, line in lines if place.settled], now, person_id, device_id, act)


def _book(
    conn: Connection, lines: Sequence[tuple[Finished, Settled]], now: datetime, person_id: int | None,
    device_id: int | None = None, act: uuid.UUID | None = None,
) -> None:  # fmt: skip
    """Variance moves for what is settled, new tasks for what is not."""
    variance = outside(conn, "variance")
    post(
        conn,
        [
            Move(
                line.product_id, variance if line.moved > 0 else place.location_id,
                place.location_id if line.moved > 0 else variance, abs(line.moved), "count", f"count:{place.list_id}",
                lot=line.lot, act=act, person_id=person_id, device_id=device_id,
            )
            for place, line in lines
            if line.moved
        ],
        now,
    )  # fmt: skip
    again = [_again(place, line, now, person_id) for place, line in lines if line.outcome in AGAIN]
    if again:
        conn.execute(sa.insert(count_task), again)


def _again(place: Finished, line: Settled, now: datetime, person_id: int | None) -> dict[str, Any]:
    return {
        "location_id": place.location_id, "product_id": line.product_id, "reason": line.outcome,
        "about": f"count:{place.list_id}", "state": "open", "created_at": now, "person_id": person_id, "list_id": None,
        "round": max(place.round, AGAIN[line.outcome]),
        "not_by": person_id if line.outcome == "recount" else None,
    }  # fmt: skip


def _close_finished(conn: Connection, list_ids: Iterable[int], now: datetime) -> None:
    """Lists of which every place is settled are over by themselves."""
    waits = sa.exists().where(count_task.c.list_id == count_list.c.id, count_task.c.state == "open")
    conn.execute(
        sa.update(count_list)
        .where(count_list.c.id.in_(sorted(list_ids)), count_list.c.state == "counting", ~waits)
        .values(state="closed", closed_at=now, version=count_list.c.version + 1)
    )


class Closed(NamedTuple):
    places: int
    lines: int
    differences: int
    value_minor: int


def close_list(conn: Connection, list_id: int, now: datetime, actor: Actor) -> Closed:
    """Book what was found when each place was counted, set-based; places that nobody counted are left out of the list,
    and wait for the next one where somebody else had asked for them.

    Raises `NotFound` COUNT_UNKNOWN and `Conflict` COUNT_OVER.
    """
    head = conn.execute(sa.select(count_list).where(count_list.c.id == list_id).with_for_update()).one_or_none()
    if head is None:
        raise NotFound("COUNT_UNKNOWN", f"Expected a count list, got number {list_id}; look it up again.")
    if head.state in ("closed", "cancelled"):
        raise Conflict("COUNT_OVER", f"Expected an open count list, got {head.number}, which is over; reload.")
    found = _waiting(conn, list_id)
    free = {place: there.free for place, there in read_balances(conn, [each[3] for each in found], lock=True).items()}
    by_person: dict[int | None, list[tuple[Finished, Settled]]] = {}
    promised: list[dict[str, Any]] = []
    for person_id, place, line, where in found:
        if line.moved < -free.get(where, 0):
            line = msgspec.structs.replace(  # promised to an order since it was counted
                line, outcome="promised", moved=-free.get(where, 0), value_minor=0
            )
            promised.append(
                {
                    "count_task_id": place.task_id, "product_id": line.product_id, "lot": line.lot,
                    "moved": line.moved, "value_minor": line.value_minor, "outcome": line.outcome,
                }
            )  # fmt: skip
        by_person.setdefault(person_id, []).append((place, line))
    write_lines(conn, promised, ("moved", "value_minor", "outcome"))
    for person_id, lines in by_person.items():
        _book(conn, lines, now, person_id)
    _end(conn, list_id, now)
    settled = [line for lines in by_person.values() for _, line in lines]
    closed = Closed(
        len({place.task_id for _, place, _, _ in found}), len(settled),
        sum(line.counted != line.expected for line in settled), sum(line.value_minor for line in settled),
    )  # fmt: skip
    fact = CountClosed(about=f"count:{list_id}", number=head.number, **closed._asdict())
    journal.append(conn, [fact], now, actor)
    return closed


def _waiting(conn: Connection, list_id: int) -> list[tuple[int | None, Finished, Settled, Place]]:
    """Lines of counted places that wait for the close: who counted, the place, the line, where it lies."""
    rows = conn.execute(
        sa.select(count_line, count_task.c.location_id, count_task.c.round, count_task.c.counted_by)
        .join(count_task, count_task.c.id == count_line.c.count_task_id)
        .where(count_task.c.list_id == list_id, count_task.c.state == "open", count_task.c.counted_at.is_not(None))
        .order_by(count_line.c.id)
    )
    return [
        (
            row.counted_by,
            Finished(list_id=list_id, task_id=row.count_task_id, location_id=row.location_id, round=row.round),
            Settled(
                product_id=row.product_id, lot=row.lot, counted=row.counted or 0, expected=row.expected or 0,
                outcome=row.outcome, moved=row.moved, value_minor=row.value_minor,
            ),
            Place(row.product_id, row.location_id, row.lot),
        )
        for row in rows
    ]  # fmt: skip


def _end(conn: Connection, list_id: int, now: datetime) -> None:
    mine = sa.and_(count_task.c.list_id == list_id, count_task.c.state == "open")
    conn.execute(sa.update(count_task).where(mine, count_task.c.counted_at.is_not(None)).values(state="done"))
    # what others had asked for is still asked for
    others = sa.and_(mine, count_task.c.about != f"count:{list_id}")
    conn.execute(sa.update(count_task).where(others).values(list_id=None))
    conn.execute(sa.update(count_task).where(mine).values(state="cancelled"))
    conn.execute(
        sa.update(count_list)
        .where(count_list.c.id == list_id)
        .values(state="closed", closed_at=now, version=count_list.c.version + 1)
    )


def name_cause(conn: Connection, line_id: int, cause: str) -> None:
    """Why book and shelf differed, from the list of causes. Raises `Conflict` CAUSE_UNKNOWN, `NotFound` LINE_UNKNOWN."""
    if cause not in CAUSES:
        raise Conflict("CAUSE_UNKNOWN", f"Expected one of {', '.join(CAUSES)}, got {cause[:40]!r}.", got=cause[:40])
    changed = conn.execute(sa.update(count_line).where(count_line.c.id == line_id).values(cause=cause))
    if changed.rowcount != 1:
        raise NotFound("LINE_UNKNOWN", f"Expected a line of a count, got number {line_id}; reload the list.")
