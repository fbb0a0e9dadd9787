"""The whole pile of new orders at once: what can be sent is promised its stock, what cannot learns why.

Set-based: a dozen statements, however many orders. The deciding itself is `backend.stock.allocation`.
"""

import functools
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices, products_by_ids, products_by_skus, read_merchants
from backend.facts.orders import OrderNotShippable, OrderPromised
from backend.orders.store.lifecycle import close_holds, count_lines
from backend.orders.tables import life_rule, order_hold, order_line, sales_order
from backend.orders.why_stuck import Why
from backend.orders.why_stuck import sentence as why_sentence
from backend.platform import journal
from backend.platform.database import Database
from backend.platform.journal import SYSTEM, Actor, Fact
from backend.stock import api as stock

SLICE_ORDERS = 1_000


class NotShippable(msgspec.Struct, frozen=True):
    """An order that stays, and the sentence why."""

    number: str
    code: str
    values: dict[str, Any]
    sentence: str


class ShippableOutcome(msgspec.Struct, frozen=True):
    """Counts of one run: `ready` orders were promised stock, `partial` of them in part."""

    looked_at: int
    ready: int
    partial: int
    released: int
    not_shippable: list[NotShippable]


async def promise_pile(
    database: Database, now: datetime, actor: Actor = SYSTEM, slice_orders: int = SLICE_ORDERS
) -> ShippableOutcome:
    """Decide for the whole pile in short transactions, so that scans are not kept waiting by ten thousand orders.

    Each order is served in turn of its promise, so that slices of the sorted pile come to the same end as one run.
    """
    released = await database.write(lambda conn: recheck_unknown_skus(conn, now, actor))
    pile = await database.read(_read_pile)
    outcomes = [ShippableOutcome(0, 0, 0, released, [])]
    for start in range(0, len(pile), slice_orders):
        part = pile[start : start + slice_orders]
        run = functools.partial(run_shippable, now=now, actor=actor, order_ids=part, recheck=False)
        outcomes.append(await database.write(run))
    return ShippableOutcome(
        looked_at=sum(each.looked_at for each in outcomes),
        ready=sum(each.ready for each in outcomes),
        partial=sum(each.partial for each in outcomes),
        released=released,
        not_shippable=[stays for each in outcomes for stays in each.not_shippable],
    )


def _read_pile(conn: Connection) -> list[int]:
    statement = (
        sa.select(sales_order.c.id)
        .where(sales_order.c.state == "received")
        .order_by(sales_order.c.promised_at, sales_order.c.id)
    )
    return [row.id for row in conn.execute(statement)]


def run_shippable(
    conn: Connection,
    now: datetime,
    actor: Actor = SYSTEM,
    order_ids: Iterable[int] | None = None,
    *,
    recheck: bool = True,
) -> ShippableOutcome:
    """Decide for all received orders, or for the given ones, oldest promise first, in the caller's transaction.

    With `recheck` orders whose unknown SKUs are known by now are released first.
    """
    chosen = None if order_ids is None else sorted(set(order_ids))
    released = recheck_unknown_skus(conn, now, actor) if recheck else 0
    orders = _lock_received(conn, chosen)
    if not orders:
        return ShippableOutcome(0, 0, 0, released, [])
    demands = _read_demands(conn, orders, chosen, now)
    products = {line.product_id for demand in demands for line in demand.lines}
    allocation = stock.decide_allocation(stock.read_free_stock(conn, products, lock=True), demands)
    stock.reserve(conn, allocation.reservations, now)
    _add_reserved(conn, allocation.reservations)
    facts: list[Fact] = _make_ready(conn, orders, allocation.granted)
    denied = _explain(conn, allocation.denied)
    facts += _note_reasons(conn, orders, denied)
    journal.append(conn, facts, now, actor)
    return ShippableOutcome(
        looked_at=len(orders),
        ready=len(allocation.granted),
        partial=sum(1 for each in allocation.granted if each.missing),
        released=released,
        not_shippable=[
            NotShippable(orders[order_id].number, why.code, why.values, why_sentence(why))
            for order_id, why in denied.items()
        ],
    )


def _lock_received(conn: Connection, chosen: list[int] | None) -> dict[int, Any]:
    statement = (
        sa.select(
            sales_order.c.id,
            sales_order.c.number,
            sales_order.c.merchant_id,
            sales_order.c.promised_at,
            sales_order.c.not_shippable,
            sales_order.c.channel_id,
            sales_order.c.email,
        )
        .where(sales_order.c.state == "received")
        .order_by(sales_order.c.id)
        .with_for_update()
    )
    if chosen is None:
        return {row.id: row for row in conn.execute(statement)}
    return {
        row.id: row for part in in_slices(chosen) for row in conn.execute(statement.where(sales_order.c.id.in_(part)))
    }


def _read_demands(
    conn: Connection, orders: Mapping[int, Any], chosen: list[int] | None, now: datetime
) -> list[stock.OrderDemand]:
    good_until = _read_good_until(conn, orders, now)
    wanted = order_line.c.quantity - order_line.c.short - order_line.c.reserved
    statement = (
        sa.select(
            order_line.c.order_id,
            order_line.c.id,
            order_line.c.product_id,
            wanted.label("wanted"),
            order_line.c.named_lot,
        )
        .join(sales_order, sales_order.c.id == order_line.c.order_id)
        .where(
            sales_order.c.state == "received",
            order_line.c.kind == "goods",
            order_line.c.product_id.is_not(None),
            wanted > 0,
        )
        .order_by(order_line.c.order_id, order_line.c.position)
    )
    lines: dict[int, list[stock.LineDemand]] = {order_id: [] for order_id in orders}
    parts = [statement] if chosen is None else [
        statement.where(order_line.c.order_id.in_(part)) for part in in_slices(chosen)
    ]  # fmt: skip
    for part in parts:
        for order_id, line_id, product_id, quantity, lot in conn.execute(part):
            if order_id in lines:  # one that came in since the lock waits for the next run
                demand = stock.LineDemand(line_id, product_id, quantity, lot or None, good_until.get(order_id))
                lines[order_id].append(demand)
    merchants = read_merchants(conn, {row.merchant_id for row in orders.values()})
    return [
        stock.OrderDemand(
            order_id,
            row.promised_at,
            tuple(lines[order_id]),
            partial=merchants[row.merchant_id].allocation == "partial",
        )
        for order_id, row in orders.items()
    ]


def _read_good_until(conn: Connection, orders: Mapping[int, Any], now: datetime) -> dict[int, date]:
    """Order -> the day until which its goods must be good, by the longest rule of its channel or customer."""
    rules = conn.execute(sa.select(life_rule)).all()
    if not rules:
        return {}
    found: dict[int, date] = {}
    for order_id, order in orders.items():
        days = [
            rule.days
            for rule in rules
            if rule.merchant_id == order.merchant_id
            and rule.channel_id in (None, order.channel_id)
            and rule.email.lower() in ("", order.email.lower())
        ]
        if days:
            found[order_id] = (now + timedelta(days=max(days))).date()
    return found


def _add_reserved(conn: Connection, reservations: Iterable[stock.Reservation]) -> None:
    totals: dict[int, int] = {}
    for each in reservations:
        totals[each.order_line_id] = totals.get(each.order_line_id, 0) + each.quantity
    count_lines(conn, [{"line_id": line_id, "reserved": pieces} for line_id, pieces in totals.items()])


def _make_ready(conn: Connection, orders: Mapping[int, Any], granted: Iterable[Any]) -> list[Fact]:
    promised = {each.order_id: each for each in granted}
    for part in in_slices(promised):
        conn.execute(
            sa.update(sales_order)
            .where(sales_order.c.id.in_(part))
            .values(state="ready", not_shippable=None, version=sales_order.c.version + 1)
        )
    return [
        OrderPromised(
            about=f"order:{each.order_id}",
            number=orders[each.order_id].number,
            pieces=each.pieces,
            partial=bool(each.missing),
        )
        for each in promised.values()
    ]


def _explain(conn: Connection, denied: Iterable[Any]) -> dict[int, Why]:
    """One reason for each order: its first line that lacks goods, with where the goods are."""
    pile = list(denied)
    lacking = {each.missing[0].product_id for each in pile if each.missing}
    products = products_by_ids(conn, lacking)
    held_back = stock.read_held_back(conn, lacking)
    reasons: dict[int, Why] = {}
    for each in pile:
        if not each.missing:
            reasons[each.order_id] = Why("NOTHING_TO_SEND")
            continue
        first = each.missing[0]
        promised, blocked = held_back.get(first.product_id, (0, 0))
        values = {
            "sku": products[first.product_id].sku,
            "name": products[first.product_id].name,
            "wanted": first.wanted,
            "free": first.free,
            "promised": promised,
            "blocked": blocked,
        }
        if len(each.missing) > 1:
            values["more"] = len(each.missing) - 1
        reasons[each.order_id] = Why("NOT_ENOUGH_STOCK", values)
    return reasons


def _note_reasons(conn: Connection, orders: Mapping[int, Any], denied: Mapping[int, Why]) -> list[Fact]:
    """Keep each reason on its order; a fact only where it is another than last time."""
    changed = {
        order_id: why
        for order_id, why in denied.items()
        if orders[order_id].not_shippable != {"code": why.code, "values": why.values}
    }
    if changed:
        conn.execute(
            sa.update(sales_order)
            .where(sales_order.c.id == sa.bindparam("order"))
            .values(not_shippable=sa.bindparam("reason", type_=sales_order.c.not_shippable.type)),
            [
                {"order": order_id, "reason": {"code": why.code, "values": why.values}}
                for order_id, why in changed.items()
            ],
        )
    return [
        OrderNotShippable(about=f"order:{order_id}", number=orders[order_id].number, code=why.code, values=why.values)
        for order_id, why in changed.items()
        if (orders[order_id].not_shippable or {}).get("code") != why.code
        or (orders[order_id].not_shippable or {}).get("values", {}).get("sku") != why.values.get("sku")
    ]


def recheck_unknown_skus(conn: Connection, now: datetime, actor: Actor = SYSTEM) -> int:
    """Lines whose SKU is known by now get their product; orders that waited only for that go on. Answers how many."""
    waiting = conn.execute(
        sa.select(order_line.c.id, order_line.c.order_id, order_line.c.sku, sales_order.c.merchant_id)
        .join(sales_order, sales_order.c.id == order_line.c.order_id)
        .join(order_hold, order_hold.c.order_id == sales_order.c.id)
        .where(
            sales_order.c.state == "on_hold",
            order_hold.c.code == "UNKNOWN_SKU",
            order_hold.c.released_at.is_(None),
            order_line.c.kind == "goods",
            order_line.c.product_id.is_(None),
        )
        .order_by(order_line.c.id)
    ).all()
    if not waiting:
        return 0
    found: list[dict[str, int]] = []
    unsolved: set[int] = set()
    known = {
        merchant_id: products_by_skus(conn, merchant_id, {row.sku for row in waiting if row.merchant_id == merchant_id})
        for merchant_id in {row.merchant_id for row in waiting}
    }
    for row in waiting:
        product = known[row.merchant_id].get(row.sku)
        if product is None:
            unsolved.add(row.order_id)
        else:
            found.append({"line": row.id, "product": product.id})
    if not found:
        return 0
    conn.execute(
        sa.update(order_line).where(order_line.c.id == sa.bindparam("line")).values(product_id=sa.bindparam("product")),
        found,
    )
    solved = {row.order_id for row in waiting} - unsolved
    states = close_holds(conn, solved, "UNKNOWN_SKU", now, actor)
    return sum(1 for state in states.values() if state == "received")
