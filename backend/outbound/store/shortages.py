"""The office has released an order that was short: what has come meanwhile is picked, what is still missing is left out."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from backend.catalog import api as catalog
from backend.facts.outbound import PickLinesAdded
from backend.orders import api as orders
from backend.outbound.store.waves import lock_waves
from backend.outbound.tables import pick, pick_act, wave, wave_order
from backend.platform import journal
from backend.stock import api as stock


def go_on_after_short(conn: Connection, order_id: int, now: datetime) -> None:
    """New lines in the order's wave for what can be had now; the rest of each line is short.

    A wave that was over is released again, with the same tote. An order of which nothing is there is held again.
    """
    asked = sa.select(wave_order.c.wave_id).where(
        wave_order.c.order_id == order_id, wave_order.c.state.in_(("open", "picked"))
    )
    heads = lock_waves(conn, conn.execute(asked.order_by(wave_order.c.id.desc()).limit(1)).scalars())
    order = orders.orders_by_ids(conn, [order_id], lock=True).get(order_id)
    if order is None or order.state != "in_work" or not heads:
        return
    lines = orders.goods_lines(conn, [order_id])[order_id]
    mine = sa.select(pick.c.id).where(pick.c.order_id == order_id)
    conn.execute(
        sa.update(pick_act)
        .where(pick_act.c.pick_id.in_(mine), pick_act.c.held, pick_act.c.state == "applied")
        .values(state="settled")
    )
    missing = {
        line.id: line.quantity - line.picked - line.reserved - line.short
        for line in lines
        if line.product_id is not None and line.quantity > line.picked + line.reserved + line.short
    }
    if not missing:
        if not any(line.picked + line.reserved for line in lines):  # the packer missed all that had been picked
            _hold_again(conn, order_id, next(line for line in lines if line.short), now)
        return
    wanted = tuple(
        stock.LineDemand(line.id, line.product_id, missing[line.id])
        for line in lines
        if line.id in missing and line.product_id is not None
    )
    free = stock.read_free_stock(conn, [each.product_id for each in wanted], lock=True)
    allocation = stock.decide_allocation(free, [stock.OrderDemand(order_id, order.promised_at, wanted, partial=True)])
    there = sum(line.picked + line.reserved for line in lines) + sum(each.quantity for each in allocation.reservations)
    if there == 0:
        _hold_again(conn, order_id, next(line for line in lines if line.id in missing), now)
        return
    found = dict.fromkeys(missing, 0)
    for each in allocation.reservations:
        found[each.order_line_id] += each.quantity
    orders.count_lines(
        conn,
        [
            {"line_id": line_id, "reserved": found[line_id], "short": pieces - found[line_id]}
            for line_id, pieces in missing.items()
        ],
    )
    if allocation.reservations:
        (head,) = heads.values()
        _add_lines(conn, head, order, allocation.reservations, now)


def _hold_again(conn: Connection, order_id: int, line: orders.OrderLine, now: datetime) -> None:
    missing = line.quantity - line.picked - line.reserved
    values = {"sku": line.sku, "name": line.name, "missing": missing, "location": ""}
    orders.hold(conn, order_id, orders.Hold("STOCK_SHORT", values), now)


def _add_lines(
    conn: Connection, head: Row, order: orders.Order, reservations: tuple[stock.Reservation, ...], now: datetime
) -> None:
    move_ids = stock.reserve(conn, reservations, now)
    last = conn.execute(sa.select(sa.func.max(pick.c.sequence)).where(pick.c.wave_id == head.id)).scalar_one() or 0
    conn.execute(
        sa.insert(pick),
        [
            {
                "wave_id": head.id, "order_id": order.id, "order_line_id": each.order_line_id, "state": "open",
                "product_id": each.product_id, "location_id": each.location_id, "lot": each.lot, "picked": 0,
                "short": 0, "quantity": each.quantity, "sequence": last + place, "move_id": move_id,
            }
            for place, (each, move_id) in enumerate(zip(reservations, move_ids, strict=True), start=1)
        ],
    )  # fmt: skip
    conn.execute(
        sa.update(wave_order)
        .where(wave_order.c.wave_id == head.id, wave_order.c.order_id == order.id)
        .values(state="open")
    )
    # over for its picker, so that anybody may fetch what is left
    again = {} if head.state == "picking" else {"state": "released", "person_id": None, "device_id": None}
    conn.execute(
        sa.update(wave).where(wave.c.id == head.id).values(version=wave.c.version + 1, picked_at=None, **again)
    )
    products = catalog.products_by_ids(conn, [each.product_id for each in reservations])
    places = stock.locations_by_ids(conn, [each.location_id for each in reservations])
    facts = [
        PickLinesAdded(
            about=f"wave:{head.id}", order=order.number, sku=products[each.product_id].sku,
            locations=(places[each.location_id].code,),
        )
        for each in reservations
    ]  # fmt: skip
    journal.append(conn, facts, now)
