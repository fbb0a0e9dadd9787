"""The flows `move` and `replenish`: scans of carriers become transfers between places."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.scanning.protocol import Asker, Decision, Flow, Job, Taken, task_number, undone_act
from backend.stock.carrying import Carried, CarrySheet, CarrySnapshot, TakenBack, decide, to_bundle
from backend.stock.ledger import Move
from backend.stock.store import carrying as store
from backend.stock.store.ledger import post
from backend.stock.store.locations import location_by_key
from backend.stock.store.undo import undo


def _sheet(conn: Connection, task: str) -> CarrySheet | None:
    location_id, person_id = task_number(task, "move"), task_number(task, "replenish")
    if location_id is not None:
        found = store.read_move_sheet(conn, location_id, lock=True)
        return found[0] if found else None
    return None if person_id is None else store.read_replenish_sheet(conn, person_id, lock=True)


def load(conn: Connection, taken: Sequence[Taken]) -> CarrySnapshot:
    scans = [each.scan for each in taken if each.scan.local == "ok"]
    sheets: dict[str, CarrySheet] = {}
    for task in sorted({scan.task for scan in scans}):
        sheet = _sheet(conn, task)
        if sheet is not None:
            mine = [scan for scan in scans if scan.task == task]
            acts = {uid for scan in mine for uid in (scan.act, undone_act(scan)) if uid}
            sheets[task] = replace(sheet, acts=store.read_acts(conn, acts, sheet))
    keys = {key for scan in scans if scan.kind == "put" for key in scan.keys}
    return CarrySnapshot(sheets=sheets, targets=store.read_targets(conn, keys) if keys else {})


def save(conn: Connection, _: CarrySnapshot, decided: Sequence[tuple[Taken, Decision]], now: datetime) -> None:
    """In the order of the scans: what was carried and brought back within one chunk may be carried again."""
    moved: dict[int, int] = {}
    for taken, decision in decided:
        for change in decision.changes:
            if isinstance(change, Carried):
                post(conn, [_move(change, taken)], now)
                pieces = change.quantity
            elif isinstance(change, TakenBack):
                undo(
                    conn, [UUID(change.of)], now, act=taken.scan.act, person_id=taken.person_id, device_id=taken.device_id
                )  # fmt: skip
                pieces = -change.quantity
            else:
                continue
            if change.line.task_id:
                moved[change.line.task_id] = moved.get(change.line.task_id, 0) + pieces
    store.count_moved(conn, moved)


def _move(change: Carried, taken: Taken) -> Move:
    line = change.line
    about = f"replenish:{line.task_id}" if line.task_id else f"location:{line.source.id}"
    return Move(
        line.product_id, line.source.id, change.target.id, change.quantity,
        "replenish" if line.task_id else "transfer", about, lot=line.lot, act=taken.scan.act,
        person_id=taken.person_id, device_id=taken.device_id,
    )  # fmt: skip


# -- work -----------------------------------------------------------------------------------------------------------


def _move_bundle(conn: Connection, location_id: int) -> dict[str, Any] | None:
    found = store.read_move_sheet(conn, location_id)
    if found is None:
        return None
    sheet, source = found
    faces = catalog.read_faces(conn, {each.product_id for each in sheet.lines.values()})
    return to_bundle("move", sheet, source, faces) | catalog.told_layouts(conn)


def get_move(conn: Connection, request: dict[str, Any], asker: Asker, now: datetime) -> dict[str, Any] | None:
    """By `key`, the place from which goods are carried; None where nothing lies there."""
    place = location_by_key(conn, str(request.get("key") or ""))
    bundle = None if place is None else _move_bundle(conn, place.id)
    return bundle if bundle and bundle["lines"] else None


def read_move(conn: Connection, task: str) -> dict[str, Any] | None:
    location_id = task_number(task, "move")
    return None if location_id is None else _move_bundle(conn, location_id)


def _replenish_bundle(conn: Connection, person_id: int) -> dict[str, Any] | None:
    sheet = store.read_replenish_sheet(conn, person_id)
    faces = catalog.read_faces(conn, {each.product_id for each in sheet.lines.values()})
    return to_bundle("replenish", sheet, None, faces) | catalog.told_layouts(conn) if sheet.lines else None


def get_replenish(conn: Connection, request: dict[str, Any], asker: Asker, now: datetime) -> dict[str, Any] | None:
    """The own open tasks, else the next ones; faces below their minimum are looked for first."""
    store.find_refills(conn, now)
    store.take_tasks(conn, asker.person_id)
    return _replenish_bundle(conn, asker.person_id)


def read_replenish(conn: Connection, task: str) -> dict[str, Any] | None:
    person_id = task_number(task, "replenish")
    return None if person_id is None else _replenish_bundle(conn, person_id)


def open_replenish(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    bundle = _replenish_bundle(conn, person_id)
    return [] if bundle is None else [bundle]


def nothing_open(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    """A free move is begun anew at its source."""
    return []


MOVE = Flow(name="move", load=load, decide=decide, save=save)
REPLENISH = Flow(name="replenish", load=load, decide=decide, save=save)
MOVE_JOB = Job(get=get_move, read=read_move, open_for=nothing_open, take=lambda conn, task, asker, now: None)
REPLENISH_JOB = Job(
    get=get_replenish, read=read_replenish, open_for=open_replenish, take=lambda conn, task, asker, now: None
)
