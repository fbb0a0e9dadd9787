"""Parcels on their way to a carrier: booked, labelled, or stopped with their order."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.facts.outbound import ParcelUnloaded
from backend.outbound.parcel import ClosedParcel, GivenLabel
from backend.outbound.tables import carton, handover, handover_scan, parcel, parcel_content
from backend.platform import journal


def closed_parcels(conn: Connection, order_id: int, lock: bool = False) -> list[ClosedParcel]:
    """Parcels of an order that are closed or further, by position."""
    return _read(conn, parcel.c.order_id == order_id, lock)


def parcels_on_handover(conn: Connection, handover_id: int) -> list[ClosedParcel]:
    """What was loaded on a list, by parcel number."""
    return sorted(_read(conn, parcel.c.handover_id == handover_id, False), key=lambda each: each.number)


def void_parcels(conn: Connection, numbers: Iterable[str]) -> list[ClosedParcel]:
    """What the labels of these numbers said, by position: their parcels go on under others, or not at all."""
    statement = _with_carton().where(parcel.c.number.in_(sorted(numbers)), parcel.c.state == "cancelled")
    rows = conn.execute(statement.order_by(parcel.c.position, parcel.c.id)).all()
    return [_as_parcel(row, len(rows)) for row in rows]


def _with_carton() -> sa.Select[Any]:
    made = sa.select(parcel, carton.c.code.label("carton_code"))
    return made.outerjoin(carton, carton.c.id == parcel.c.carton_id)


def _read(conn: Connection, which: sa.ColumnElement[bool], lock: bool) -> list[ClosedParcel]:
    statement = (
        _with_carton()
        .where(which, parcel.c.number.is_not(None), parcel.c.state.not_in(("open", "cancelled")))
        .order_by(parcel.c.order_id, parcel.c.position, parcel.c.id)
    )
    rows = conn.execute(statement.with_for_update(of=parcel) if lock else statement).all()
    counts = _counts(conn, {row.order_id for row in rows})
    return [_as_parcel(row, counts[row.order_id]) for row in rows]


def _counts(conn: Connection, order_ids: Iterable[int]) -> dict[int, int]:
    rows = conn.execute(
        sa.select(parcel.c.order_id, sa.func.count())
        .where(parcel.c.order_id.in_(sorted(order_ids)), parcel.c.state.not_in(("open", "cancelled")))
        .group_by(parcel.c.order_id)
    )
    return dict(rows.all())


def _as_parcel(row: sa.Row[Any], pieces: int) -> ClosedParcel:
    return ClosedParcel(
        id=row.id, number=row.number, order_id=row.order_id, position=row.position, pieces=pieces, state=row.state,
        station=row.station, carrier_code=row.carrier_code, service_code=row.service_code, weight_g=row.weight_g,
        carton=row.carton_code, tracking_number=row.tracking_number, label_key=row.label_code, booked_at=row.booked_at,
    )  # fmt: skip


def begin_booking(
    conn: Connection, order_id: int, carrier_code: str, service_code: str, now: datetime
) -> list[ClosedParcel]:
    """The parcels of a packed order, numbered 1 of n; from now on none of them can be opened again at the bench.

    They go with the carrier that the order names now: after a refusal the office may have chosen another. Emptied parcels
    that were never closed are dropped. Empty when a parcel is still open: the order is not packed.
    """
    empty = ~sa.exists().where(parcel_content.c.parcel_id == parcel.c.id)
    mine = parcel.c.order_id == order_id
    conn.execute(sa.update(parcel).where(mine, parcel.c.state == "open", empty).values(state="cancelled"))
    if conn.execute(sa.select(parcel.c.id).where(mine, parcel.c.state == "open").limit(1)).first() is not None:
        return []
    found = closed_parcels(conn, order_id, lock=True)
    for place, each in enumerate(found, start=1):
        conn.execute(
            sa.update(parcel)
            .where(parcel.c.id == each.id)
            .values(
                position=place, booked_at=each.booked_at or now, carrier_code=carrier_code, service_code=service_code
            )
        )
    return closed_parcels(conn, order_id)


def give_labels(conn: Connection, labels: Sequence[GivenLabel]) -> None:
    """The carrier has answered: closed parcels become labelled; those further on keep their state."""
    for each in labels:
        conn.execute(
            sa.update(parcel)
            .where(parcel.c.id == each.parcel_id)
            .values(
                tracking_number=each.tracking_number, label_code=each.label_key,
                state=sa.case((parcel.c.state == "closed", "labelled"), else_=parcel.c.state),
            )
        )  # fmt: skip


def cancel_parcels(conn: Connection, order_id: int) -> list[int]:
    """An order was cancelled: its parcels must not leave. Those that have left are left alone."""
    rows = conn.execute(
        sa.update(parcel)
        .where(parcel.c.order_id == order_id, parcel.c.state.not_in(("dispatched", "cancelled")))
        .values(state="cancelled", handover_id=None)
        .returning(parcel.c.id)
    )
    return [row.id for row in rows]


def unload_held(conn: Connection, order_id: int, now: datetime) -> list[int]:
    """An order was put on hold: what is loaded of it comes off the open list again. Returns the parcels' ids."""
    return unload(conn, parcel.c.order_id == order_id, now)


def unload(conn: Connection, which: sa.ColumnElement[bool], now: datetime) -> list[int]:
    """Loaded parcels come off their open list again, with a row of evidence for each. Returns their ids."""
    on_list = sa.select(parcel.c.id, parcel.c.number, parcel.c.handover_id, handover.c.number.label("list_number"))
    rows = conn.execute(
        on_list.join(handover, handover.c.id == parcel.c.handover_id)
        .where(which, parcel.c.state == "loaded")
        .order_by(parcel.c.id)
        .with_for_update(of=parcel)
    ).all()
    for row in rows:
        mine = (handover_scan.c.parcel_id == row.id) & (handover_scan.c.outcome == "loaded")
        newest = sa.select(handover_scan.c.act).where(mine).order_by(handover_scan.c.id.desc()).limit(1)
        taken_out = {"handover_id": row.handover_id, "code": row.number, "parcel_id": row.id, "outcome": "removed"}
        act = conn.execute(newest).scalar_one_or_none()
        conn.execute(sa.insert(handover_scan).values(**taken_out, side="warehouse", at=now, act=act))
    ids = [row.id for row in rows]
    back = {"state": "verified", "handover_id": None, "loaded_at": None, "loaded_side": None}
    conn.execute(sa.update(parcel).where(parcel.c.id.in_(ids)).values(**back))
    told = [
        ParcelUnloaded(
            about=f"handover:{row.handover_id}", handover=row.list_number, parcel=row.number, side="warehouse"
        )
        for row in rows
    ]
    journal.append(conn, told, now)
    return ids
