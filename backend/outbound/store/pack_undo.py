"""A packed order taken apart again: what is left of its labels, its place on an open list, and where its goods lie then."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.outbound.store.packs import station_codes, waiting_place
from backend.outbound.store.parcels import unload
from backend.outbound.tables import handover, pack_act, parcel, wave_order
from backend.platform import ids
from backend.platform.journal import Actor
from backend.print_queue import api as printing
from backend.stock import api as stock

_KEPT = (
    "number", "order_id", "position", "carton_id", "weight_g", "station", "carrier_code", "service_code",
    "tracking_number", "label_code", "packed_by", "closed_at", "booked_at", "label_verified_at",
)  # fmt: skip
"""What the row of a void label keeps of its parcel."""
IN_USE = ("open", "picked")


def lock_lists_of(conn: Connection, order_ids: Collection[int]) -> None:
    """Lock the open lists that parcels of these orders stand on. Docks lock lists before parcels, so an undo does too."""
    mine = sa.select(parcel.c.handover_id).where(parcel.c.order_id.in_(sorted(order_ids)), parcel.c.state == "loaded")
    lists = sa.select(handover.c.id).where(handover.c.id.in_(mine), handover.c.state == "open")
    conn.execute(lists.order_by(handover.c.id).with_for_update())


def uncheck_label(conn: Connection, parcel_id: int, now: datetime) -> None:
    """The label is to be scanned again; a parcel that stood in the vehicle comes off its open list."""
    unload(conn, parcel.c.id == parcel_id, now)
    conn.execute(sa.update(parcel).where(parcel.c.id == parcel_id).values(state="labelled", label_verified_at=None))


def void_labels(conn: Connection, uids: Collection[str], reopened: str | None, now: datetime, actor: Actor) -> None:
    """Booked parcels go on without a label, those that stay closed under a new number; of each old label a row remains.

    Labels and slips that nobody has begun to print are not printed. `reopened` gets its number when it is closed.
    """
    rows = conn.execute(sa.select(parcel).where(parcel.c.uid.in_([UUID(uid) for uid in uids]))).all()
    unload(conn, parcel.c.id.in_([row.id for row in rows]), now)
    staying = [row.id for row in rows if str(row.uid) != reopened]
    numbers = dict(zip(staying, catalog.next_numbers(conn, "parcel", len(staying)), strict=True))
    fresh = {"tracking_number": None, "label_code": None, "booked_at": None, "label_verified_at": None}
    for row in rows:
        conn.execute(
            sa.update(parcel).where(parcel.c.id == row.id).values(state="closed", number=numbers.get(row.id), **fresh)
        )
    void = [{name: getattr(row, name) for name in _KEPT} | {"void_for_id": row.id} for row in rows]
    conn.execute(sa.insert(parcel), [{"uid": ids.uuid7(), "state": "cancelled", **each} for each in void])
    label_acts = (pack_act.c.parcel_id.in_([row.id for row in rows]), pack_act.c.kind == "label")
    conn.execute(sa.update(pack_act).where(*label_acts, pack_act.c.undone_at.is_(None)).values(undone_at=now))
    papers = [f"{paper}:{row.number}" for row in rows for paper in ("label", "slip")]
    printing.cancel_waiting(conn, papers, actor.person_id, now)


def keep_apart(conn: Connection, order_id: int, returned: Sequence[stock.Undone], now: datetime, **who: Any) -> None:
    """What an undo has put back into a tote that serves another order by now lies on the bench instead."""
    places = stock.locations_by_ids(conn, [each.source_id for each in returned])
    totes = {place_id for place_id, place in places.items() if place.kind == "tote"}
    mine = set(conn.execute(sa.select(wave_order.c.tote_id).where(wave_order.c.order_id == order_id)).scalars())
    others = _in_use(conn, totes, order_id)
    away = {tote_id for tote_id in totes if tote_id in others or tote_id not in mine}
    if not away:
        return
    bench = _bench(conn, order_id)
    conn.execute(
        sa.update(wave_order)
        .where(wave_order.c.order_id == order_id, wave_order.c.tote_id.in_(sorted(away)))
        .values(tote_id=bench)
    )
    about = f"order:{order_id}"
    moves = [
        stock.Move(product_id, tote_id, bench, pieces, "pack", about, lot=lot, **who)
        for (product_id, tote_id, lot), pieces in sorted(_back_in(returned, away).items())
        if pieces > 0
    ]
    stock.post(conn, moves, now)


def _in_use(conn: Connection, totes: Collection[int], order_id: int) -> set[int]:
    """Totes that hold, or are to hold, the goods of another order."""
    return set(
        conn.execute(
            sa.select(wave_order.c.tote_id).where(
                wave_order.c.tote_id.in_(sorted(totes)), wave_order.c.order_id != order_id,
                wave_order.c.state.in_(IN_USE),
            )
        ).scalars()
    )  # fmt: skip


def _back_in(returned: Sequence[stock.Undone], totes: Collection[int]) -> dict[tuple[int, int, str], int]:
    """(product, tote, lot) -> pieces that the undo has brought into these totes, less what it took out of them."""
    net: dict[tuple[int, int, str], int] = {}
    for each in returned:
        for tote_id, sign in ((each.source_id, 1), (each.target_id, -1)):
            if tote_id in totes:
                key = (each.product_id, tote_id, each.lot)
                net[key] = net.get(key, 0) + sign * each.quantity
    return net


def _bench(conn: Connection, order_id: int) -> int:
    """The bench where the order was packed last."""
    newest = sa.select(parcel.c.station).where(parcel.c.order_id == order_id, parcel.c.void_for_id.is_(None))
    code = conn.execute(newest.order_by(parcel.c.id.desc()).limit(1)).scalar_one_or_none() or ""
    known = station_codes(conn).get(code)
    return waiting_place(conn, code) if known is None else known
