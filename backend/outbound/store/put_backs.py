"""A cancelled order leaves its waves: open picks are dropped, goods in its totes go back to where they came from.

The ledger puts them back at once, because nobody may be promised goods that only lie in a tote by mistake of time; the
picker who has them gets a correction for each location and confirms there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from backend.catalog import api as catalog
from backend.facts.outbound import WaveCancelled, WavePicked
from backend.orders import api as orders
from backend.outbound.store.waves import RUNNING, lock_waves
from backend.outbound.tables import pick, pick_act, wave, wave_order
from backend.platform import journal
from backend.scanning.protocol import Correction
from backend.stock import api as stock


class PutBack(NamedTuple):
    """A correction, and whose hands and device the goods were last seen in."""

    device_id: int | None
    person_id: int | None
    correction: Correction


def cancel_picks(conn: Connection, order_id: int, now: datetime) -> list[PutBack]:
    """Take the order out of every wave in which it is not packed. Nothing is done twice."""
    asked = sa.select(wave_order.c.wave_id).where(
        wave_order.c.order_id == order_id, wave_order.c.state.in_(("open", "picked"))
    )
    heads = lock_waves(conn, conn.execute(asked).scalars())
    put_backs: list[PutBack] = []
    for head in heads.values():
        slot = conn.execute(
            sa.select(wave_order).where(wave_order.c.wave_id == head.id, wave_order.c.order_id == order_id)
        ).one()
        mine = sa.and_(pick.c.wave_id == head.id, pick.c.order_id == order_id)
        picks = conn.execute(sa.select(pick).where(mine).order_by(pick.c.id)).all()
        if slot.tote_id is not None:
            put_backs += _empty_tote(conn, head, slot.tote_id, picks, now)
        ids = [row.id for row in picks]
        conn.execute(sa.update(pick).where(mine).values(state="cancelled"))
        # what is still in a hand stays so: its tote scan is to be refused, with a correction of its own
        applied = sa.and_(pick_act.c.pick_id.in_(ids), pick_act.c.state == "applied")
        conn.execute(sa.update(pick_act).where(applied).values(state="undone"))
        conn.execute(sa.update(wave_order).where(wave_order.c.id == slot.id).values(state="cancelled", tote_id=None))
        _close_wave(conn, head, now)
    return put_backs


def _empty_tote(conn: Connection, head: Row, tote_id: int, picks: Sequence[Row], now: datetime) -> list[PutBack]:
    """Moves for what the tote still holds of these picks; what went into a parcel is not here any more."""
    left = {place: each.on_hand for place, each in stock.balances_at(conn, [tote_id], lock=True).items()}
    moves: list[stock.Move] = []
    counts: list[dict[str, int]] = []
    for row in picks:
        place = stock.Place(row.product_id, tote_id, row.lot)
        pieces = min(row.picked, left.get(place, 0))
        if pieces < 1:
            continue
        left[place] -= pieces
        about = f"order:{row.order_id}"
        moves.append(
            stock.Move(
                row.product_id, tote_id, row.location_id, pieces, "put_back", about, lot=row.lot,
                order_line_id=row.order_line_id,
            )
        )  # fmt: skip
        counts.append({"line_id": row.order_line_id, "picked": -pieces})
    stock.post(conn, moves, now)
    orders.count_lines(conn, counts)
    return [PutBack(head.device_id, head.person_id, each) for each in _corrections(conn, moves)]


def _corrections(conn: Connection, moves: list[stock.Move]) -> list[Correction]:
    products = catalog.products_by_ids(conn, [each.product_id for each in moves])
    places = stock.locations_by_ids(conn, [end for each in moves for end in (each.source_id, each.target_id)])
    numbers = orders.orders_by_ids(conn, [int(each.about.partition(":")[2]) for each in moves])
    return [
        Correction(
            code="PUT_BACK",
            values={
                "quantity": each.quantity,
                "sku": products[each.product_id].sku,
                "name": products[each.product_id].name,
                "location": places[each.target_id].code,
                "tote": places[each.source_id].code,
                "order": numbers[int(each.about.partition(":")[2])].number,
                "because": "ORDER_CANCELLED",
            },
            keys=(places[each.target_id].key,),
        )
        for each in moves
    ]


def _close_wave(conn: Connection, head: Row, now: datetime) -> None:
    """A wave whose last open order has left is over: picked where anything was, cancelled where nothing is left."""
    if head.state not in RUNNING:
        return
    states = set(conn.execute(sa.select(wave_order.c.state).where(wave_order.c.wave_id == head.id)).scalars())
    values: dict[str, object] = {"version": wave.c.version + 1}
    if "open" not in states:
        over = "picked" if states & {"picked", "packed"} else "cancelled"
        values |= {"state": over} | ({"picked_at": now} if over == "picked" else {})
        told = WavePicked if over == "picked" else WaveCancelled
        journal.append(conn, [told(about=f"wave:{head.id}", number=head.number)], now)
    conn.execute(sa.update(wave).where(wave.c.id == head.id).values(**values))
