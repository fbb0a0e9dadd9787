"""What must be true after every step, whatever has happened. Read by SQL of its own, not through the code on trial."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders.lifecycle import TRANSITIONS
from backend.orders.tables import order_hold, order_line, sales_order
from backend.outbound.tables import handover, pack_act, parcel, parcel_content, pick, pick_act
from backend.scanning.tables import device_queue, scan
from backend.shipping.tables import consignment
from backend.stock import api as stock
from backend.stock.tables import PHYSICAL_KINDS, balance, location, move

REACHABLE: dict[str, set[str]] = {}

# Statements are made once: they are asked after every step of every day.


def sums_of(key: sa.Column[Any], amount: sa.ColumnElement[int]) -> sa.Select[Any]:
    return sa.select(key, sa.func.sum(amount)).group_by(key)


OVERSOLD = sa.select(balance).where(
    sa.or_(balance.c.on_hand < 0, balance.c.reserved < 0, balance.c.reserved > balance.c.on_hand)
)
INSIDE = sa.select(balance.c.product_id, sa.func.sum(balance.c.on_hand)).group_by(balance.c.product_id)
OUTSIDE = [
    (
        sa.select(move.c.product_id, sa.func.sum(move.c.quantity))
        .join(location, location.c.id == end)
        .where(move.c.state == "posted", location.c.kind.not_in((*PHYSICAL_KINDS, "vendor")))
        .group_by(move.c.product_id),
        sign,
    )
    for end, sign in ((move.c.target_id, 1), (move.c.source_id, -1))
]
TWICE = (
    sa.select(move.c.act, sa.func.count())
    .where(move.c.reason == "pick", move.c.act.is_not(None))
    .group_by(move.c.act)
    .having(sa.func.count() > 1)
)
REVERSED_TWICE = (
    sa.select(move.c.reverses_id, sa.func.count())
    .where(move.c.reverses_id.is_not(None))
    .group_by(move.c.reverses_id)
    .having(sa.func.count() > 1)
)
PARKED = sa.select(scan.c.seq, scan.c.record).where(scan.c.outcome.in_(("parked", "unreadable")))
NUMBERS = sa.select(scan.c.device_id, sa.func.count(), sa.func.min(scan.c.seq), sa.func.max(scan.c.seq)).group_by(
    scan.c.device_id
)
ACKED = sa.select(device_queue.c.device_id, device_queue.c.acked_seq)
PICKED = sums_of(pick.c.order_line_id, pick.c.picked).where(pick.c.state != "cancelled")
HELD = sums_of(move.c.order_line_id, move.c.quantity - move.c.taken).where(move.c.state == "pending")
MISSING, CHECKED = (
    sums_of(pack_act.c.order_line_id, pack_act.c.quantity).where(
        pack_act.c.kind == kind, pack_act.c.undone_at.is_(None)
    )
    for kind in ("missing", "check")
)
LINES = sa.select(order_line, sales_order.c.state).join(sales_order, sales_order.c.id == order_line.c.order_id)
TOLD = (
    sa.select(scan.c.kind, scan.c.act, scan.c.record)
    .where(scan.c.flow == "pick", scan.c.outcome == "ok", scan.c.kind.in_(("tote", "undo")))
    .order_by(scan.c.id)
)
BOOKED = sa.select(pick.c.id, pick.c.picked).where(pick.c.state != "cancelled")
APPLIED = sa.select(pick_act.c.uid).where(pick_act.c.state == "applied", pick_act.c.kind == "pick")
CONTENTS = (
    sums_of(parcel_content.c.order_line_id, parcel_content.c.quantity)
    .join(parcel, parcel.c.id == parcel_content.c.parcel_id)
    .where(parcel.c.state != "cancelled")
)
CHECKED_LINES = (
    sa.select(order_line.c.id, order_line.c.checked, sales_order.c.state)
    .join(sales_order, sales_order.c.id == order_line.c.order_id)
    .where(sales_order.c.state != "cancelled")
)
FILLED = sa.select(parcel.c.order_id, parcel.c.state).where(
    parcel.c.state != "cancelled", sa.exists().where(parcel_content.c.parcel_id == parcel.c.id)
)
ORDERS = sa.select(sales_order.c.id, sales_order.c.number, sales_order.c.state)
LISTS = sa.select(handover.c.id, handover.c.state)
PARCELS = sa.select(parcel.c.number, parcel.c.state, parcel.c.handover_id)


def _reachable(state: str) -> set[str]:
    if state not in REACHABLE:
        found, edge = {state}, [state]
        while edge:
            for each in TRANSITIONS[edge.pop()] - found:
                found.add(each)
                edge.append(each)
        REACHABLE[state] = found
    return REACHABLE[state]


def wrongs(conn: Connection, received: Mapping[int, int], states: dict[int, str]) -> list[str]:
    """One sentence for each broken promise; `states` remembers the orders from one call to the next."""
    return [
        *_ledger(conn), *_conserved(conn, received), *_never_twice(conn), *_queues(conn), *_lines(conn), *_hands(conn),
        *_parcels(conn), *_orders(conn, states),
    ]  # fmt: skip


def _ledger(conn: Connection) -> list[str]:
    """Every balance is the sum of its moves; nothing below zero, nothing promised twice."""
    found = [each.sentence for each in stock.verify(conn).differences]
    return found + [f"oversold: {row}" for row in conn.execute(OVERSOLD)]


def _conserved(conn: Connection, received: Mapping[int, int]) -> list[str]:
    """Pieces from the vendor = on shelves, in totes, at the dock + with customers + written off."""
    inside = dict(conn.execute(INSIDE).all())
    outside: dict[int, int] = {}
    for statement, sign in OUTSIDE:
        for product_id, pieces in conn.execute(statement):
            outside[product_id] = outside.get(product_id, 0) + sign * int(pieces)
    return [
        f"product {each}: {pieces} came, {inside.get(each, 0)} inside and {outside.get(each, 0)} outside"
        for each, pieces in received.items()
        if pieces != int(inside.get(each, 0)) + outside.get(each, 0)
    ]


def _never_twice(conn: Connection) -> list[str]:
    """One act moves goods once: its picks are one move each, a reversal reverses once."""
    twice = conn.execute(TWICE).all()
    reversed_twice = conn.execute(REVERSED_TWICE).all()
    parked = conn.execute(PARKED).all()
    return [
        *(f"act {act} moved goods {count} times" for act, count in twice),
        *(f"move {of} was reversed {count} times" for of, count in reversed_twice),
        *(f"scan {row.seq} stands aside: {str(row.record.get('parked', row.record))[-1500:]}" for row in parked),
    ]


def _queues(conn: Connection) -> list[str]:
    """No gap: the last number taken is the number of scans taken."""
    rows = conn.execute(NUMBERS).all()
    acked = dict(conn.execute(ACKED).all())
    return [
        f"device {device}: {count} scans from {first} to {last}, {acked.get(device)} acknowledged"
        for device, count, first, last in rows
        if not (first == 1 and count == last == acked.get(device))
    ]


def _lines(conn: Connection) -> list[str]:
    """Counters of a line agree with the picks, the reservations and the checks behind them."""
    picked, held, missing, checked = (_sums(conn, each) for each in (PICKED, HELD, MISSING, CHECKED))
    found = []
    for row in conn.execute(LINES).all():
        counters = (row.reserved, row.picked, row.checked, row.short)
        told = f"line {row.id} of a {row.state} order: reserved, picked, checked, short {counters} of {row.quantity}"
        if min(counters) < 0 or row.reserved + row.picked + row.short > row.quantity:
            found.append(f"{told}: impossible")
        if row.reserved != held.get(row.id, 0):
            found.append(f"{told}: {held.get(row.id, 0)} are reserved")
        if row.state == "cancelled":
            continue
        if row.checked > row.picked or row.checked != checked.get(row.id, 0):
            found.append(f"{told}: {checked.get(row.id, 0)} were checked")
        if row.picked != picked.get(row.id, 0) - missing.get(row.id, 0):
            found.append(f"{told}: {picked.get(row.id, 0)} picked, {missing.get(row.id, 0)} then missing")
        if row.state in ("packed", "dispatched") and row.checked != row.picked:
            found.append(f"{told}: packed without a check")
    return found


def _sums(conn: Connection, statement: sa.Select[Any]) -> dict[int, int]:
    return {key: int(value) for key, value in conn.execute(statement) if key is not None}


def _hands(conn: Connection) -> list[str]:
    """What devices were told "ok" is what the picks say: pieces of taken tote scans less those of taken undos."""
    rows = conn.execute(TOLD).all()
    acts: dict[UUID, tuple[int, int]] = {}
    for row in rows:
        body = row.record["body"]
        if row.record["local"] != "ok":
            continue
        if row.kind == "tote":
            acts[row.act] = (body["line"], body["quantity"])
        else:
            acts.pop(UUID(body["of"]), None)
    claimed: dict[int, int] = {}
    for line, pieces in acts.values():
        claimed[line] = claimed.get(line, 0) + pieces
    booked = {row.id: row.picked for row in conn.execute(BOOKED)}
    applied = set(conn.execute(APPLIED).scalars())
    return [
        f"pick {line}: devices were told ok for {claimed.get(line, 0)} pieces, the books have {pieces}"
        for line, pieces in booked.items()
        if pieces != claimed.get(line, 0)
    ] + [f"act {each} is applied, but no device was told so" for each in applied - acts.keys()]


def _parcels(conn: Connection) -> list[str]:
    """What lies in parcels was checked; what left is on a signed list, and with its last parcel the order left."""
    found = []
    contents = _sums(conn, CONTENTS)
    for row in conn.execute(CHECKED_LINES):
        if row.checked != contents.get(row.id, 0):
            found.append(f"line {row.id} ({row.state}): {row.checked} checked, {contents.get(row.id, 0)} in parcels")
    by_order: dict[int, set[str]] = {}
    for row in conn.execute(FILLED):
        by_order.setdefault(row.order_id, set()).add(row.state)
    for row in conn.execute(ORDERS):
        inside = by_order.get(row.id, set())
        gone = inside == {"dispatched"}
        if (row.state == "dispatched") != gone:
            found.append(f"order {row.number} is {row.state}, its parcels are {sorted(inside)}")
        if row.state == "cancelled" and "dispatched" in inside:
            found.append(f"order {row.number} is cancelled, and a parcel of it left")
    lists = dict(conn.execute(LISTS).all())
    for row in conn.execute(PARCELS):
        signed = lists.get(row.handover_id) == "signed"
        if (row.state == "dispatched") != signed or (row.state == "loaded" and row.handover_id is None):
            found.append(f"parcel {row.number} is {row.state} on list {row.handover_id} ({lists.get(row.handover_id)})")
    return found


def _orders(conn: Connection, states: dict[int, str]) -> list[str]:
    """States follow one another as the one table of transitions allows."""
    found = []
    for row in conn.execute(ORDERS):
        before = states.get(row.id, "received")
        if row.state not in _reachable(before):
            found.append(f"order {row.number} went from {before} to {row.state}")
        states[row.id] = row.state
    return found


def labels_in_the_house(conn: Connection) -> list[str]:
    """Numbers of parcels whose label was checked and that have not left."""
    rows = sa.select(parcel.c.number).where(parcel.c.state.in_(("verified", "loaded"))).order_by(parcel.c.id)
    return list(conn.execute(rows).scalars())


def untold(conn: Connection, carried: set[str]) -> list[str]:
    """Carriers hold what is to be sent and nothing else. `carried`: references of shipments that live at the carrier."""
    rows = conn.execute(sa.select(consignment).where(consignment.c.carrier_code == "fake")).all()
    wanted = {
        row.reference for row in rows if row.voided_at is None and row.state in ("registered", "handed_over")
    }  # fmt: skip
    return [
        *(f"the carrier comes for {each}, which nobody sends" for each in sorted(carried - wanted)),
        *(f"the carrier does not come for {each}" for each in sorted(wanted - carried)),
    ]


def stuck(conn: Connection) -> list[str]:
    """At the end of the day: orders for which nobody can do anything, though nothing is missing or held."""
    held = sa.exists().where(order_hold.c.order_id == sales_order.c.id, order_hold.c.released_at.is_(None))
    rows = conn.execute(
        sa.select(sales_order.c.number, sales_order.c.state, sales_order.c.not_shippable).where(
            sales_order.c.state.not_in(("dispatched", "cancelled")), ~held
        )
    ).all()
    return [
        f"order {row.number} is {row.state} at the end of the day ({row.not_shippable})"
        for row in rows
        if not (row.state == "received" and row.not_shippable)
    ]
