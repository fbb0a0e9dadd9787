"""What the scans of a chunk change: the ledger, the counters of order lines, the pick lists."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.facts.outbound import PickLinesAdded
from backend.orders import api as orders
from backend.outbound.pick_list import (
    Picked,
    PickLine,
    PickWave,
    Shorted,
    ShortTakenBack,
    Skipped,
    Undone,
)
from backend.outbound.pick_progress import is_finished
from backend.outbound.tables import pick, pick_act, wave, wave_order
from backend.platform import journal
from backend.platform.journal import Actor
from backend.platform.statements import RowChange, Statement, among, insert_into
from backend.scanning.protocol import Taken
from backend.stock import api as stock

Change = Picked | Shorted | ShortTakenBack | Skipped | Undone


# -- the ledger -----------------------------------------------------------------------------------------------------


class Counters:
    """What is added to the counters of order lines, written once at the end."""

    def __init__(self) -> None:
        self.lines: dict[int, dict[str, int]] = {}

    def add(self, line_id: int, **changes: int) -> None:
        counters = self.lines.setdefault(line_id, {"line_id": line_id})
        for name, pieces in changes.items():
            counters[name] = counters.get(name, 0) + pieces

    def write(self, conn: Connection) -> None:
        orders.count_lines(conn, list(self.lines.values()))


def apply_changes(
    conn: Connection,
    waves: dict[int, PickWave],
    changes: Sequence[tuple[Taken, Change]],
    held: dict[int, stock.OpenReservation],
    now: datetime,
) -> None:
    """Post the changes in the order they were decided, neighbours of one kind together.

    `held` are the reservations as they were locked; what is undone or given up on the way changes them.
    """
    counters = Counters()
    if all(isinstance(change, Picked) for _, change in changes):
        _post_picks(conn, waves, changes, counters, now, held)
        counters.write(conn)
        return
    appliers: dict[type, Callable[..., None]] = {
        Picked: _post_picks, Undone: _undo_picks, Shorted: _give_up, ShortTakenBack: _take_back,
    }  # fmt: skip
    run: list[tuple[Taken, Any]] = []
    for each in [*changes, None]:
        if run and (each is None or type(each[1]) is not type(run[0][1])):
            applier = appliers.get(type(run[0][1]))
            if applier is not None:
                applier(conn, waves, run, counters, now)
            run = []
        if each is not None:
            run.append(each)
    counters.write(conn)


def _post_picks(
    conn: Connection,
    waves: dict[int, PickWave],
    run: Sequence[tuple[Taken, Any]],
    counters: Counters,
    now: datetime,
    held: dict[int, stock.OpenReservation] | None = None,
) -> None:
    takes = []
    for taken, change in run:
        line = waves[change.wave].lines[change.line]
        assert line.move_id is not None, "decide lets nothing be picked that is not reserved"
        takes.append(
            stock.Take(
                line.move_id, change.tote_location_id, change.quantity, act=uuid.UUID(change.act),
                person_id=taken.person_id, device_id=taken.device_id,
            )
        )  # fmt: skip
        counters.add(line.order_line_id, picked=change.quantity, reserved=-change.quantity)
    stock.post_reserved(conn, takes, now, held)


def _undo_picks(
    conn: Connection, waves: dict[int, PickWave], run: list[tuple[Taken, Undone]], counters: Counters, now: datetime
) -> None:
    """Back to the location, and reserved there again: by the old reservation, or a new one where that was given up."""
    for taken, change in run:
        if change.quantity == 0:
            continue
        line = waves[change.wave].lines[change.line]
        reversed_moves = stock.undo(
            conn, [uuid.UUID(change.act)], now, act=taken.scan.act, person_id=taken.person_id, device_id=taken.device_id
        )
        if any(not each.reserved_again for each in reversed_moves):
            fresh = stock.Reservation(
                line.product_id,
                line.location_id,
                change.quantity,
                f"order:{line.order_id}",
                line.order_line_id,
                line.lot,
            )
            (move_id,) = stock.reserve(conn, [fresh], now)
            conn.execute(sa.update(pick).where(pick.c.id == line.id).values(move_id=move_id))
        counters.add(line.order_line_id, picked=-change.quantity, reserved=change.quantity)


def _give_up(
    conn: Connection, waves: dict[int, PickWave], run: list[tuple[Taken, Shorted]], counters: Counters, now: datetime
) -> None:
    """The hand wins: the rest of the reservation is void, the book is corrected, somebody counts."""
    for taken, change in run:
        line = waves[change.wave].lines[change.line]
        about = f"order:{line.order_id}"
        if line.move_id is not None:
            given_up = stock.void(conn, [line.move_id])
            counters.add(line.order_line_id, reserved=-sum(each.quantity for each in given_up))
        stock.correct(
            conn, stock.Place(line.product_id, line.location_id, line.lot), -change.quantity, about, now,
            act=uuid.UUID(change.act), person_id=taken.person_id, device_id=taken.device_id,
        )  # fmt: skip
        _add_lines(conn, line, change, counters, now)
        if change.missing and not change.held:
            counters.add(line.order_line_id, short=change.missing)
        if change.held:
            values = {"sku": line.sku, "name": line.name, "missing": change.missing, "location": line.location}
            actor = Actor(taken.person_id, taken.device_id, taken.scan.id)
            orders.hold(conn, line.order_id, orders.Hold("STOCK_SHORT", values), now, actor)


def _add_lines(conn: Connection, line: PickLine, change: Shorted, counters: Counters, now: datetime) -> None:
    """New lines at the end of the walk for what other locations have. The device learns of them as of others' news."""
    if not change.elsewhere:
        return
    move_ids = stock.reserve(
        conn,
        [
            stock.Reservation(
                line.product_id, spare.location_id, pieces, f"order:{line.order_id}", line.order_line_id, spare.lot
            )
            for spare, pieces in change.elsewhere
        ],
        now,
    )
    counters.add(line.order_line_id, reserved=sum(pieces for _, pieces in change.elsewhere))
    last = conn.execute(sa.select(sa.func.max(pick.c.sequence)).where(pick.c.wave_id == change.wave)).scalar_one()
    conn.execute(
        sa.insert(pick),
        [
            {
                "wave_id": change.wave, "order_id": line.order_id, "order_line_id": line.order_line_id, "state": "open",
                "product_id": line.product_id, "location_id": spare.location_id, "lot": spare.lot, "picked": 0,
                "short": 0, "quantity": pieces, "sequence": last + place, "move_id": move_id,
                "instead_of": uuid.UUID(change.act),
            }
            for place, ((spare, pieces), move_id) in enumerate(zip(change.elsewhere, move_ids, strict=True), start=1)
        ],
    )  # fmt: skip
    added = PickLinesAdded(
        about=f"wave:{change.wave}", order=line.order, sku=line.sku,
        locations=tuple(spare.location for spare, _ in change.elsewhere),
    )  # fmt: skip
    journal.append(conn, [added], now)


def _take_back(
    conn: Connection,
    waves: dict[int, PickWave],
    run: list[tuple[Taken, ShortTakenBack]],
    counters: Counters,
    now: datetime,
) -> None:
    """The goods are there after all. Again the hand wins: what the book lacks there for the line is booked onto it."""
    for taken, change in run:
        line = waves[change.wave].lines[change.line]
        person_id, device_id = taken.person_id, taken.device_id
        instead = sa.and_(pick.c.instead_of == uuid.UUID(change.act), pick.c.state == "open")
        moves = list(conn.execute(sa.select(pick.c.move_id).where(instead)).scalars())
        given_up = stock.void(conn, [each for each in moves if each is not None])
        conn.execute(sa.update(pick).where(instead).values(state="cancelled"))
        stock.undo(conn, [uuid.UUID(change.act)], now, act=taken.scan.act, person_id=person_id, device_id=device_id)
        place = stock.Place(line.product_id, line.location_id, line.lot)
        free = stock.read_balances(conn, [place], lock=True).get(place, stock.Balance()).free
        about = f"order:{line.order_id}"
        if free < change.quantity:
            stock.correct(
                conn, place, change.quantity - free, about, now, reason="found", act=taken.scan.act,
                person_id=person_id, device_id=device_id,
            )  # fmt: skip
        fresh = stock.Reservation(
            line.product_id, line.location_id, change.quantity, about, line.order_line_id, line.lot
        )
        (move_id,) = stock.reserve(conn, [fresh], now)
        conn.execute(sa.update(pick).where(pick.c.id == line.id).values(move_id=move_id))
        counters.add(line.order_line_id, reserved=change.quantity - sum(each.quantity for each in given_up))
        if change.missing and not change.held:
            counters.add(line.order_line_id, short=-change.missing)
        others = any(
            act.held and act.state == "applied" and waves[change.wave].lines[act.line].order_id == line.order_id
            for act in waves[change.wave].acts.values()
        )
        if change.held and not others:
            actor = Actor(person_id, device_id, taken.scan.id)
            orders.close_holds(conn, [line.order_id], "STOCK_SHORT", now, actor)


# -- the pick list --------------------------------------------------------------------------------------------------


def _of_columns(table: sa.Table, where: Sequence[str], values: Sequence[str]) -> RowChange:
    """Set `values` of the row that `where` names: parameters of_<column> and now_<column>."""
    return RowChange(
        lambda given: (
            sa.update(table)
            .where(*(table.c[name] == given[f"of_{name}"] for name in where))
            .values({name: given[f"now_{name}"] for name in values})
        ),
        {f"of_{name}": table.c[name].type for name in where} | {f"now_{name}": table.c[name].type for name in values},
    )


_WRITE_LINE = _of_columns(pick, ["id"], ["picked", "short", "sequence", "state"])
_WRITE_SLOT = _of_columns(wave_order, ["wave_id", "slot"], ["state", "tote_id"])
_WRITE_ACT = insert_into(
    pick_act,
    lambda made: made.on_conflict_do_update(
        index_elements=["uid"], set_={"quantity": made.excluded.quantity, "state": made.excluded.state}
    ),
)
_TOUCH_WAVE = Statement(sa.update(wave).where(among(wave.c.id, "ids")).values(version=wave.c.version + 1))
_TURN_WAVE = _of_columns(wave, ["id"], ["state", "picked_at"])


def write_waves(
    conn: Connection,
    before: dict[int, PickWave],
    after: dict[int, PickWave],
    actors: dict[str, Taken],
    tote_ids: dict[str, int],
    now: datetime,
) -> None:
    """Write what differs between two snapshots: lines, slots, acts, the waves themselves."""
    pairs = [(before[wave_id], new) for wave_id, new in sorted(after.items()) if new != before[wave_id]]
    _WRITE_LINE.run_many(conn, [row for old, new in pairs for row in _lines(old, new)])
    _WRITE_SLOT.run_many(conn, [row for old, new in pairs for row in _slots(old, new, tote_ids)])
    _WRITE_ACT.run_many(conn, [row for old, new in pairs for row in _acts(old, new, actors, now)])
    if pairs:
        _TOUCH_WAVE.run(conn, ids=[new.id for _, new in pairs])
    _TURN_WAVE.run_many(
        conn,
        [
            {"of_id": new.id, "now_state": new.state, "now_picked_at": now if new.state == "picked" else None}
            for old, new in pairs
            if new.state != old.state
        ],
    )


def _line_state(line: PickLine) -> str:
    if line.cancelled:
        return "cancelled"
    if line.remaining > 0:
        return "open"
    return "short" if line.short else "done"


def _lines(old: PickWave, new: PickWave) -> list[dict[str, Any]]:
    return [
        {
            "of_id": line.id, "now_picked": line.picked, "now_short": line.short, "now_sequence": line.sequence,
            "now_state": _line_state(line),
        }
        for line in new.lines.values()
        if line is not old.lines[line.id] and line != old.lines[line.id]
    ]  # fmt: skip


def _slots(old: PickWave, new: PickWave, tote_ids: dict[str, int]) -> list[dict[str, Any]]:
    rows = []
    for slot in new.slots.values():
        was_finished = is_finished(old, old.slots[slot.slot])
        finished = is_finished(new, slot)
        if (slot == old.slots[slot.slot] and finished == was_finished) or slot.cancelled or slot.packed:
            continue
        rows.append(
            {
                "of_wave_id": new.id, "of_slot": slot.slot, "now_state": "picked" if finished else "open",
                "now_tote_id": tote_ids[slot.tote] if slot.tote else None,
            }
        )  # fmt: skip
    return rows


def _acts(old: PickWave, new: PickWave, actors: dict[str, Taken], now: datetime) -> list[dict[str, Any]]:
    rows = []
    for act in new.acts.values():
        if act == old.acts.get(act.uid):
            continue
        taken = actors.get(act.uid)
        rows.append(
            {
                "uid": uuid.UUID(act.uid), "wave_id": new.id, "pick_id": act.line, "kind": act.kind, "at": now,
                "quantity": act.quantity, "state": act.state, "missing": act.missing, "held": act.held,
                "person_id": taken.person_id if taken else None, "device_id": taken.device_id if taken else None,
            }
        )  # fmt: skip
    return rows
