"""Packing between the bench and the books: what a chunk of scans needs, and what it changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.orders import api as orders
from backend.outbound import pack_refusals as told
from backend.outbound.pack_job import (
    ActUndone,
    Jobs,
    LabelSeen,
    MissingFound,
    OrderDone,
    PackJob,
    ParcelFilled,
    PieceChecked,
)
from backend.outbound.packing import decide, serial_of
from backend.outbound.store import pack_undo, packs
from backend.outbound.views.packs import find_order_at_bench, jobs_begun_by, places_of_keys, read_bundle
from backend.platform.errors import Conflict
from backend.platform.journal import Actor
from backend.scanning.protocol import Asker, Decision, Flow, Job, Refusal, Taken, task_number, undone_act
from backend.stock import api as stock

Decided = Sequence[tuple[Taken, Decision]]


def load(conn: Connection, taken: Sequence[Taken]) -> Jobs:
    """The jobs of the chunk, locked, with a parcel number set aside for each closing scan."""
    ids: set[int] = set()
    acts: set[UUID] = set()
    closings: dict[int, int] = {}
    for each in taken:
        order_id = task_number(each.scan.task, "pack")
        if order_id is None or each.scan.local != "ok":
            continue
        ids.add(order_id)
        acts |= {uid for uid in (each.scan.act, undone_act(each.scan)) if uid}
        if each.scan.kind == "close":
            closings[order_id] = closings.get(order_id, 0) + 1
    if any(each.scan.kind == "undo" for each in taken):
        pack_undo.lock_lists_of(conn, ids)
    if any(each.scan.kind in ("close", "missing", "undo") for each in taken):
        packs.lock_waves_of(conn, ids)
    jobs = packs.load_jobs(conn, ids, acts=acts, closings=closings) if ids else {}
    foreign = places_of_keys(
        conn, jobs, [key for each in taken for key in each.scan.keys if each.scan.kind == "product"]
    )
    serials = {serial for each in taken if each.scan.kind == "product" and (serial := serial_of(each.scan))}
    packed = stock.serials_in_parcels(conn, serials) if serials else {}
    told = stock.serials_of_acts(conn, acts) if any(_has_serials(job) for job in jobs.values()) else {}
    return {
        f"pack:{order_id}": msgspec.structs.replace(
            job, places=foreign, serials=packed,
            acts={
                uid: msgspec.structs.replace(act, serial=next(iter(told.get(UUID(uid), ())), ""))
                for uid, act in job.acts.items()
            },
        )
        for order_id, job in jobs.items()
    }  # fmt: skip


def _has_serials(job: PackJob) -> bool:
    return any(line.tracking == "serial" for line in job.lines)


def save(conn: Connection, jobs: Jobs, decided: Decided, now: datetime) -> None:
    """Write what was decided, order by order in the order of their ids."""
    by_order: dict[int, list[tuple[Taken, Any]]] = {}
    for taken, decision in decided:
        for change in decision.changes:
            by_order.setdefault(task_number(taken.scan.task, "pack") or 0, []).append((taken, change))
    for order_id in sorted(by_order):
        _save_order(conn, jobs[f"pack:{order_id}"], by_order[order_id], now)


def _save_order(conn: Connection, job: PackJob, changes: list[tuple[Taken, Any]], now: datetime) -> None:
    first = changes[0][0]
    touched = {uid for _, change in changes if (uid := _parcel_of(change)) is not None}
    station = next((change.station for _, change in changes if isinstance(change, PieceChecked)), job.station)
    ids = packs.write_parcels(conn, job, touched, station, _actor(first))
    _count_lines(conn, changes)
    _write_acts(conn, job, changes, ids, now)
    _follow_serials(conn, job, changes, ids, now)
    filled: dict[str, list[tuple[int, str, int]]] = {}
    for taken, change in changes:
        if isinstance(change, ParcelFilled):
            filled[change.parcel] = _close(conn, job, change, ids[change.parcel], taken, now)
        elif isinstance(change, ActUndone):
            _undo(conn, job, change, ids, taken, now)
            filled.pop(change.undone.parcel or "", None)
        elif isinstance(change, MissingFound):
            _missing(conn, job, change, taken, now)
        elif isinstance(change, OrderDone):
            _pack(conn, job, change, taken, now)
        elif isinstance(change, LabelSeen):
            packs.verify_label(conn, [ids[change.parcel]], now)
    for each in job.parcels:
        if each.uid in filled:
            packs.write_contents(conn, ids[each.uid], filled[each.uid])
        elif each.uid in touched and each.state == "open":
            packs.write_contents(conn, ids[each.uid], [(line, "", pieces) for line, pieces in each.contents.items()])


def _parcel_of(change: Any) -> str | None:
    return change.undone.parcel if isinstance(change, ActUndone) else getattr(change, "parcel", None)


def _actor(taken: Taken) -> Actor:
    return Actor(taken.person_id, taken.device_id, taken.scan.id)


def _count_lines(conn: Connection, changes: list[tuple[Taken, Any]]) -> None:
    counts: dict[int, dict[str, int]] = {}

    def add(line_id: int, **counters: int) -> None:
        line = counts.setdefault(line_id, {"line_id": line_id})
        for name, pieces in counters.items():
            line[name] = line.get(name, 0) + pieces

    for _, change in changes:
        if isinstance(change, PieceChecked):
            add(change.line_id, checked=change.quantity)
        elif isinstance(change, MissingFound):
            add(change.line_id, picked=-change.quantity, short=change.quantity)
        elif isinstance(change, ActUndone) and change.undone.line is not None:
            back = change.undone.quantity
            if change.undone.kind == "check":
                add(change.undone.line, checked=-back)
            elif change.undone.kind == "missing":
                add(change.undone.line, picked=back, short=-back)
    orders.count_lines(conn, list(counts.values()))


def _write_acts(
    conn: Connection, job: PackJob, changes: list[tuple[Taken, Any]], ids: dict[str, int], now: datetime
) -> None:
    kinds: dict[type, str] = {PieceChecked: "check", MissingFound: "missing", ParcelFilled: "close", LabelSeen: "label"}
    packs.write_acts(
        conn,
        [
            {
                "uid": taken.scan.act, "order_id": job.order_id, "parcel_id": ids.get(_parcel_of(change) or ""),
                "order_line_id": getattr(change, "line_id", None), "kind": kinds[type(change)],
                "quantity": getattr(change, "quantity", 0), "at": min(taken.scan.at, now), "person_id": taken.person_id,
                "device_id": taken.device_id,
            }
            for taken, change in changes
            if type(change) in kinds
        ],
    )  # fmt: skip
    packs.mark_undone(conn, [UUID(change.act) for _, change in changes if isinstance(change, ActUndone)], now)


def _follow_serials(
    conn: Connection, job: PackJob, changes: list[tuple[Taken, Any]], ids: dict[str, int], now: datetime
) -> None:
    """A piece whose code tells its serial: from now on that serial is in this parcel."""
    undone = {change.act for _, change in changes if isinstance(change, ActUndone)}
    told = [
        (taken, change, serial)
        for taken, change in changes
        if isinstance(change, PieceChecked) and str(taken.scan.act) not in undone and (serial := serial_of(taken.scan))
    ]
    if not told:
        return
    goods = {line.id: line.product_id for line in job.lines}
    products = catalog.products_by_ids(conn, goods.values())
    steps = [
        stock.SerialStep(
            product_id=goods[change.line_id], code=code, target_id=packs.waiting_place(conn, change.station), reason="pack",
            about=f"parcel:{ids[change.parcel]}", act=taken.scan.act, person_id=taken.person_id, device_id=taken.device_id,
        )
        for taken, change, code in told
        if products[goods[change.line_id]].tracking == "serial"
    ]  # fmt: skip
    stock.move_serials(conn, steps, now)


def _close(
    conn: Connection, job: PackJob, change: ParcelFilled, parcel_id: int, taken: Taken, now: datetime
) -> list[tuple[int, str, int]]:
    assert taken.scan.act is not None
    place_id = packs.waiting_place(conn, change.station)
    rows = packs.move_into_parcel(conn, job, parcel_id, change.contents, place_id, taken.scan.act, now, _actor(taken))
    packs.close_parcel(
        conn, parcel_id, number=change.number, carton_key=change.carton, weight_g=change.weight_g,
        station_code=change.station, location_id=place_id, now=now, actor=_actor(taken),
    )  # fmt: skip
    return rows


def _undo(conn: Connection, job: PackJob, change: ActUndone, ids: dict[str, int], taken: Taken, now: datetime) -> None:
    undone = change.undone
    if undone.kind == "check":
        stock.undo_serials(conn, [UUID(change.act)], now, f"order:{job.order_id}")
        return
    if undone.kind == "label":
        pack_undo.uncheck_label(conn, ids[undone.parcel or ""], now)
        return
    if change.void:
        pack_undo.void_labels(conn, change.void, undone.parcel, now, _actor(taken))
    who: dict[str, Any] = {"act": taken.scan.act, "person_id": taken.person_id, "device_id": taken.device_id}
    returned = stock.undo(conn, [UUID(change.act)], now, **who)
    pack_undo.keep_apart(conn, job.order_id, returned, now, **who)
    if undone.kind == "close" and undone.parcel is not None:
        packs.reopen_parcel(conn, ids[undone.parcel])
    if change.order_was_packed:
        packs.settle_waves(conn, [job.order_id], packed=False)
        orders.advance(
            conn, [job.order_id], "in_work", now, _actor(taken), change.facts,
            checked_at=None, checked_by=None, check_result=None, packed_at=None,
        )  # fmt: skip


def _missing(conn: Connection, job: PackJob, change: MissingFound, taken: Taken, now: datetime) -> None:
    packs.write_off_missing(conn, job, change.product_id, change.quantity, taken.scan.act, now, _actor(taken))
    if change.hold:
        line = job.line(change.line_id)
        values = {"sku": line.sku if line else "", "name": line.name if line else "", "quantity": change.quantity}
        orders.hold(conn, job.order_id, orders.Hold("STOCK_SHORT", values), now, _actor(taken))


def _pack(conn: Connection, job: PackJob, change: OrderDone, taken: Taken, now: datetime) -> None:
    packs.settle_waves(conn, [job.order_id], packed=True)
    orders.advance(
        conn, [job.order_id], "packed", now, _actor(taken), change.facts,
        checked_at=min(taken.scan.at, now), checked_by=taken.person_id, check_result=change.result,
    )  # fmt: skip


PACK = Flow(name="pack", load=load, decide=decide, save=save)


# -- work -----------------------------------------------------------------------------------------------------------


def get(conn: Connection, request: dict[str, Any], asker: Asker, now: datetime) -> dict[str, Any] | None:
    """`station` is the bench's code, `key` what was scanned: a tote, an order's paper, or a parcel's label.

    Raises `Conflict` with the code and the whole refusal (member `refusal`) when this cannot be packed here.
    """
    station = str(request.get("station") or "").removeprefix("station:")
    known = packs.station_codes(conn)
    if station not in known:
        raise refused(
            Refusal(
                code="STATION_UNKNOWN", cure="SCAN_STATION", expected={"kind": "station"},
                got={"kind": "station", "code": station}, values={"station": station},
            )
        )  # fmt: skip
    found = find_order_at_bench(conn, str(request.get("key") or ""))
    if isinstance(found, Refusal):
        raise refused(found)
    kind, _, code = str(request.get("key") or "").partition(":")
    by_label = kind in ("parcel", "track")
    bundle = read_bundle(conn, found, station, finished=by_label)
    if bundle is None and by_label:
        raise refused(told.about_parcel("PARCEL_HANDED_OVER", "CALL_OFFICE", code))
    return bundle


def refused(refusal: Refusal) -> Conflict:
    """A floor refusal told to somebody who waits for work."""
    values = ", ".join(f"{name} {value}" for name, value in refusal.values.items() if value != "")
    sentence = f"This cannot be packed here: {refusal.code.replace('_', ' ').lower()} ({values})."
    return Conflict(refusal.code, sentence, cure=refusal.cure, refusal=msgspec.to_builtins(refusal))


def read(conn: Connection, task: str) -> dict[str, Any] | None:
    order_id = task_number(task, "pack")
    return read_bundle(conn, order_id) if order_id is not None else None


def open_for(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    bundles = [read_bundle(conn, order_id) for order_id in jobs_begun_by(conn, person_id)]
    return [bundle for bundle in bundles if bundle is not None]


def take(conn: Connection, task: str, asker: Asker, now: datetime) -> dict[str, Any] | None:
    """Nothing is locked to a device: whoever scans goes on with the bundle as it stands."""
    return read(conn, task)


JOB = Job(get=get, read=read, open_for=open_for, take=take)
__all__ = ["JOB", "PACK", "refused"]
