"""The flow `pick`: scans of pickers become moves, waves become bundles."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from backend.outbound.pick_list import Held, PickSnapshot, PickWave, Tote, ZeroChecked
from backend.outbound.picking import decide
from backend.outbound.store import pick_lists, picks, take_over, waves
from backend.outbound.views.picks import read_bundle
from backend.outbound.wave import CLUSTER_ORDERS, CLUSTER_ORDERS_MAX
from backend.platform.errors import Conflict
from backend.platform.journal import Actor
from backend.scanning.protocol import Asker, Decision, Flow, Job, Taken, task_number
from backend.stock import api as stock
from backend.stock.api import OpenReservation

PLAIN_KINDS = frozenset(("location", "product", "quantity", "tote", "zero_check"))
"""Kinds of scans that touch no line but their own."""


class Loaded(PickSnapshot, frozen=True, kw_only=True):
    """The snapshot together with how the waves were when they were read."""

    before: dict[int, PickWave]
    held: dict[int, OpenReservation]


def load(conn: Connection, taken: Sequence[Taken]) -> Loaded:
    scans = [each.scan for each in taken if each.scan.local == "ok"]
    wave_ids = {number for scan in scans if (number := task_number(scan.task, "pick")) is not None}
    keys = {key for scan in scans for key in scan.keys}
    plain = all(scan.kind in PLAIN_KINDS for scan in scans)
    lines = {number for scan in scans if isinstance(number := scan.body.get("line"), int)}
    named = pick_lists.Named(lines, {scan.act for scan in scans if scan.act is not None}) if plain else None
    before, held = pick_lists.lock_and_read(conn, wave_ids, named)
    strange = _strange(before, keys)
    if strange and named is not None:  # a wrong piece may be wanted by any other line
        before, held = pick_lists.lock_and_read(conn, wave_ids)
        strange = _strange(before, keys)
    slots = [slot for wave in before.values() for slot in wave.slots.values() if slot.tote is not None]
    bound = {slot.tote: Tote(key=slot.tote, order=slot.order, location_id=slot.tote_id) for slot in slots if slot.tote}
    sure = {slot.tote for slot in slots if not (slot.packed or slot.cancelled)}
    totes = pick_lists.read_totes(conn, {key for key in keys if key.startswith("tote:")} - sure, lock=True)
    short = {scan.body.get("line") for scan in scans if scan.kind == "short"}
    lacking = {line.product_id for wave in before.values() for line in wave.lines.values() if line.id in short}
    return Loaded(
        waves={f"pick:{number}": wave for number, wave in before.items()},
        totes=bound | totes,
        places=pick_lists.read_places(conn, strange) if strange else {},
        spares=pick_lists.read_spares(conn, lacking) if lacking else {},
        before=before,
        held=held,
    )


def _strange(before: dict[int, PickWave], keys: set[str]) -> set[str]:
    """Codes of goods that no line known so far wants."""
    wanted = {key for wave in before.values() for line in wave.lines.values() for key in line.codes}
    return {key for key in keys - wanted if not key.startswith(("loc:", "tote:"))}


def save(conn: Connection, snapshot: Loaded, decided: Sequence[tuple[Taken, Decision]], now: datetime) -> None:
    changes = [(taken, change) for taken, decision in decided for change in decision.changes]
    if not changes:
        return
    after = {wave.id: wave for wave in snapshot.waves.values()}
    of_goods = [each for each in changes if not isinstance(each[1], Held | ZeroChecked)]
    picks.apply_changes(conn, after, of_goods, snapshot.held, now)
    for taken, change in changes:
        if isinstance(change, ZeroChecked):
            stock.note_zero_check(
                conn, change.location_id, change.empty, f"wave:{change.wave}", now, taken.person_id, taken.device_id
            )
    actors = {getattr(change, "act", ""): taken for taken, change in changes}
    tote_ids = {key: tote.location_id for key, tote in snapshot.totes.items()}
    picks.write_waves(conn, snapshot.before, after, actors, tote_ids, now)


# -- work -----------------------------------------------------------------------------------------------------------


def get_work(conn: Connection, request: dict[str, Any], asker: Asker, now: datetime) -> dict[str, Any] | None:
    """A wave named by its code; else the own open one, else a released one, else a new one from the ready orders.

    Waves in `beside` lie on the device already: what comes is one more.
    """
    number = request.get("wave") or ""
    key = request.get("key") or ""
    if key.startswith("wave:"):
        number = key.partition(":")[2]
    if number:
        return _take_named(conn, number, asker, now)
    if key.startswith("tote:"):
        filling = take_over.wave_of_tote(conn, key)
        return None if filling is None else _take(conn, filling, asker, now)
    beside = {held for task in request.get("beside") or () if (held := task_number(task, "pick")) is not None}
    wave_id = waves.own_wave(conn, asker.person_id, beside)
    if wave_id is None:
        mode = request.get("mode") or ""
        wave_id = waves.next_released(conn, mode or None)
        if wave_id is None:
            count = min(int(request.get("limit") or 0) or CLUSTER_ORDERS, CLUSTER_ORDERS_MAX)
            actor = Actor(asker.person_id, asker.device_id)
            wave_id = waves.make_wave_of_ready(
                conn, "cluster" if mode == "cluster" else "single", count, now, actor, request.get("carrier") or None
            )
    if wave_id is None:
        return None
    return _take(conn, wave_id, asker, now)


def _take(conn: Connection, wave_id: int, asker: Asker, now: datetime) -> dict[str, Any] | None:
    """The wave's bundle for its new holder; None when it is over. Taken from another device, it says from which."""
    left = take_over.holder_of(conn, wave_id)
    if not waves.take_wave(conn, wave_id, asker.person_id, asker.device_id, now):
        return None
    bundle = read_bundle(conn, wave_id)
    if left is None or left[0] == asker.device_id or bundle is None:
        return bundle
    doubtful = left[1].is_doubtful(now)
    places = take_over.count_open_places(conn, wave_id, now, asker.person_id, asker.device_id) if doubtful else 0
    return bundle | {"taken_from": take_over.told(left[1], places) | {"doubtful": doubtful}}


def _take_named(conn: Connection, number: str, asker: Asker, now: datetime) -> dict[str, Any] | None:
    found = waves.wave_by_number(conn, number)
    bundle = _take(conn, found.id, asker, now)
    if bundle is None:
        raise Conflict(
            "WAVE_OVER",
            f"Expected a wave that can still be picked, got {number} which is {found.state}; get other work.",
            expected="released, picking",
            got=found.state,
            cure="get_work",
            number=number,
        )
    return bundle


def read_work(conn: Connection, task: str) -> dict[str, Any] | None:
    wave_id = task_number(task, "pick")
    return None if wave_id is None else read_bundle(conn, wave_id)


def open_work(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    found = [read_bundle(conn, wave_id) for wave_id in waves.own_waves(conn, person_id)]
    return [bundle for bundle in found if bundle is not None]


def take_work(conn: Connection, task: str, asker: Asker, now: datetime) -> dict[str, Any] | None:
    wave_id = task_number(task, "pick")
    return None if wave_id is None else _take(conn, wave_id, asker, now)


PICK = Flow(name="pick", load=load, decide=decide, save=save)
PICK_JOB = Job(get=get_work, read=read_work, open_for=open_work, take=take_work)
__all__ = ["PICK", "PICK_JOB"]
