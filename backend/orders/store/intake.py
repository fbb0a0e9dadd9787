"""Orders come in: the new ones are written in a few statements, the known ones are recognised, changed ones updated."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import Product, in_slices, next_numbers, products_by_skus
from backend.facts.orders import OrderHeld, OrderReceived, OrderUpdated
from backend.orders.holds import FROM_IMPORT, Hold
from backend.orders.holds import sentence as hold_sentence
from backend.orders.incoming import IncomingOrder, content_fingerprint, fold
from backend.orders.intake_rules import COLUMN_LIMITS, decide_holds, whole_pieces
from backend.orders.lifecycle import BEFORE_WORK
from backend.orders.store.channels import Channel, lock_channel
from backend.orders.store.lifecycle import cancel, release_reservations
from backend.orders.tables import order_hold, order_line, sales_order
from backend.platform import journal
from backend.platform.journal import SYSTEM, Actor, Fact

PROMISE_HOURS = 24
PROMISE_HOURS_MAX = 24 * 365
AMOUNT_MAX = 10**18
"""Minor units that a column keeps; whatever a parser lets through beyond it is cut, the order is held anyway."""
CANCELLING = ("cancelled", "refunded", "failed", "trash")


class Taken(msgspec.Struct, frozen=True):
    """What became of one order of a file.

    `result`: received, held, known (same as before), updated, changed_not_taken (work on it had begun), cancelled,
    skipped (the shop has nothing to send).
    """

    remote_key: str
    number: str
    result: str
    holds: list[str] = []
    sentence: str = ""


def take_orders(
    conn: Connection, channel: Channel, orders: Sequence[IncomingOrder], now: datetime, actor: Actor = SYSTEM
) -> list[Taken]:
    """Take orders of one channel, in the order given. The same key twice in one call counts as sent twice."""
    lock_channel(conn, channel.id)
    taken: list[Taken] = []
    waiting = list(orders)
    while waiting:
        seen: set[str] = set()
        turn: list[IncomingOrder] = []
        later: list[IncomingOrder] = []
        for order in waiting:
            (later if order.remote_key in seen else turn).append(order)
            seen.add(order.remote_key)
        taken.extend(_take_distinct(conn, channel, turn, now, actor))
        waiting = later
    return taken


def _take_distinct(
    conn: Connection, channel: Channel, orders: list[IncomingOrder], now: datetime, actor: Actor
) -> list[Taken]:
    known = _read_known(conn, channel.id, [order.remote_key for order in orders])
    skus = {line.sku for order in orders for line in order.lines if line.kind == "goods" and line.sku}
    products = products_by_skus(conn, channel.merchant_id, skus)
    fresh = [order for order in orders if order.remote_key not in known and order.ended is None]
    made = {each.remote_key: each for each in _insert_orders(conn, channel, fresh, products, now, actor)}
    answers = []
    for order in orders:
        if order.remote_key in made:
            answers.append(made[order.remote_key])
        elif order.remote_key in known:
            answers.append(_take_known(conn, channel, known[order.remote_key], order, products, now, actor))
        else:
            answers.append(Taken(order.remote_key, "", "skipped", sentence=_ended_sentence(order)))
    return answers


def _ended_sentence(order: IncomingOrder) -> str:
    label = order.remote_number or order.remote_key
    return f"Order {label} is {order.ended} in the shop: nothing is to be sent, so it was not taken."


def _read_known(conn: Connection, channel_id: int, keys: list[str]) -> dict[str, Any]:
    return {
        row.remote_key: row
        for part in in_slices(keys)
        for row in conn.execute(
            sa.select(
                sales_order.c.id,
                sales_order.c.remote_key,
                sales_order.c.number,
                sales_order.c.state,
                sales_order.c.content_sha256,
            )
            .where(sales_order.c.channel_id == channel_id, sales_order.c.remote_key.in_(part))
            .order_by(sales_order.c.id)
            .with_for_update()
        )
    }


# -- new orders -----------------------------------------------------------------------------------------------------


def _insert_orders(
    conn: Connection,
    channel: Channel,
    orders: list[IncomingOrder],
    products: dict[str, Product],
    now: datetime,
    actor: Actor,
) -> list[Taken]:
    if not orders:
        return []
    numbers = next_numbers(conn, "order", len(orders))
    holds = [decide_holds(order, products.keys()) for order in orders]
    rows = [
        _columns(channel, order, now)
        | {
            "channel_id": channel.id,
            "merchant_id": channel.merchant_id,
            "number": number,
            "state": "on_hold" if held else "received",
            "received_at": now,
            "search_text": _search_text(number, order),
        }
        for order, number, held in zip(orders, numbers, holds, strict=True)
    ]
    returned = conn.execute(sa.insert(sales_order).returning(sales_order.c.id, sort_by_parameter_order=True), rows)
    ids = [row.id for row in returned]
    lines = [line for order_id, order in zip(ids, orders, strict=True) for line in _lines(order_id, order, products)]
    if lines:
        conn.execute(sa.insert(order_line), lines)
    _insert_holds(conn, list(zip(ids, holds, strict=True)), now)
    facts: list[Fact] = []
    taken: list[Taken] = []
    for order_id, order, row, held in zip(ids, orders, rows, holds, strict=True):
        about, number, state, codes = f"order:{order_id}", row["number"], row["state"], [hold.code for hold in held]
        facts.append(
            OrderReceived(
                about=about, number=number, channel=channel.code, remote_key=order.remote_key, state=state, held=codes
            )
        )
        facts.extend(OrderHeld(about=about, number=number, code=hold.code, values=hold.values) for hold in held)
        text = " ".join(map(hold_sentence, held))
        taken.append(Taken(order.remote_key, number, "held" if held else "received", codes, text))
    journal.append(conn, facts, now, actor)
    return taken


def _columns(channel: Channel, order: IncomingOrder, now: datetime) -> dict[str, Any]:
    """What a new version of the order may change."""
    placed_at = order.placed_at or now
    promise = timedelta(hours=_promise_hours(channel))
    to = {field: getattr(order.ship_to, field)[:limit] for field, limit in COLUMN_LIMITS.items()}
    country = order.ship_to.country.upper()
    return {
        "remote_key": order.remote_key,
        "remote_number": order.remote_number[:100],
        "placed_at": placed_at,
        "promised_at": order.promised_at or placed_at + promise,
        "buyer_name": to["name"] or to["company"],
        "company": to["company"],
        "email": to["email"],
        "phone": to["phone"],
        "street": to["street"],
        "city": to["city"],
        "zip": to["zip"],
        "country": country if len(country) == 2 else str(channel.settings.get("country", "CZ"))[:2],
        "billing": msgspec.to_builtins(order.billing),
        "carrier_code": order.carrier_code[:32],
        "service_code": order.service_code[:32],
        "pickup_point": order.pickup_point[:64],
        "payment": order.payment,
        "currency": order.currency if len(order.currency) == 3 else "XXX",
        "total_amount": _kept(order.total_amount),
        "buyer_note": order.buyer_note,
        "content_sha256": content_fingerprint(order),
    }


def _promise_hours(channel: Channel) -> float:
    """The channel's setting; a day where it is missing or makes no sense."""
    try:
        hours = float(channel.settings.get("promise_hours", PROMISE_HOURS))
    except (TypeError, ValueError):
        return PROMISE_HOURS
    return hours if 0 <= hours <= PROMISE_HOURS_MAX else PROMISE_HOURS


def _search_text(number: str, order: IncomingOrder) -> str:
    parts = [
        number,
        order.remote_number,
        order.remote_key,
        order.ship_to.name,
        order.ship_to.company,
        order.billing.name,
        order.ship_to.email,
        *dict.fromkeys(line.sku for line in order.lines if line.sku),
    ]
    return fold(" ".join(dict.fromkeys(part for part in parts if part)))


def _lines(order_id: int, order: IncomingOrder, products: dict[str, Product]) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order_id,
            "position": position,
            "kind": line.kind,
            "sku": line.sku[:100],
            "name": line.name[:400],
            "product_id": products[line.sku].id if line.kind == "goods" and line.sku in products else None,
            "quantity": whole_pieces(line),
            "unit_amount": _kept(line.unit_amount),
            "total_amount": _kept(line.total_amount),
            "tax_amount": _kept(line.tax_amount),
        }
        for position, line in enumerate(order.lines, start=1)
    ]


def _kept(amount: int) -> int:
    return max(-AMOUNT_MAX, min(AMOUNT_MAX, amount))


def _insert_holds(conn: Connection, holds: Sequence[tuple[int, Sequence[Hold]]], now: datetime) -> None:
    rows = [
        {"order_id": order_id, "code": hold.code, "values": hold.values, "created_at": now}
        for order_id, held in holds
        for hold in held
    ]
    if rows:
        conn.execute(sa.insert(order_hold), rows)


# -- known orders ---------------------------------------------------------------------------------------------------


def _take_known(
    conn: Connection,
    channel: Channel,
    row: Any,
    order: IncomingOrder,
    products: dict[str, Product],
    now: datetime,
    actor: Actor,
) -> Taken:
    if order.ended is not None:
        if order.ended in CANCELLING and row.state in BEFORE_WORK:
            cancel(conn, [row.id], f"{order.ended} in the shop", now, actor)
            return Taken(order.remote_key, row.number, "cancelled", sentence=f"It is {order.ended} in the shop.")
        if order.ended in CANCELLING and row.state in ("in_work", "packed"):
            return _not_taken(order, row, f"it is {order.ended} in the shop")
        return Taken(order.remote_key, row.number, "known")
    if row.content_sha256 == content_fingerprint(order) or row.state == "cancelled":
        return Taken(order.remote_key, row.number, "known")
    if row.state not in BEFORE_WORK:
        return _not_taken(order, row, "its content has changed in the shop")
    return _update_order(conn, channel, row, order, products, now, actor)


def _not_taken(order: IncomingOrder, row: Any, what: str) -> Taken:
    text = f"Order {row.number} is already {row.state}, but {what}; nothing was changed here, talk to the warehouse."
    return Taken(order.remote_key, row.number, "changed_not_taken", sentence=text)


def _update_order(
    conn: Connection,
    channel: Channel,
    row: Any,
    order: IncomingOrder,
    products: dict[str, Product],
    now: datetime,
    actor: Actor,
) -> Taken:
    """Replace content, lines and the holds that an import decides; holds made by people stay."""
    release_reservations(conn, [row.id])
    held = decide_holds(order, products.keys())
    conn.execute(
        sa.update(order_hold)
        .where(
            order_hold.c.order_id == row.id,
            order_hold.c.released_at.is_(None),
            order_hold.c.code.in_(sorted(FROM_IMPORT)),
        )
        .values(released_at=now)
    )
    _insert_holds(conn, [(row.id, held)], now)
    still_held = conn.execute(
        sa.select(sa.func.count()).where(order_hold.c.order_id == row.id, order_hold.c.released_at.is_(None))
    ).scalar_one()
    conn.execute(sa.delete(order_line).where(order_line.c.order_id == row.id))
    lines = _lines(row.id, order, products)
    if lines:
        conn.execute(sa.insert(order_line), lines)
    state = "on_hold" if still_held else "received"
    conn.execute(
        sa.update(sales_order)
        .where(sales_order.c.id == row.id)
        .values(
            **_columns(channel, order, now),
            state=state,
            not_shippable=None,
            search_text=_search_text(row.number, order),
            version=sales_order.c.version + 1,
        )
    )
    codes = [hold.code for hold in held]
    fact = OrderUpdated(about=f"order:{row.id}", number=row.number, state=state, held=codes)
    journal.append(conn, [fact], now, actor)
    return Taken(order.remote_key, row.number, "updated", codes, " ".join(map(hold_sentence, held)))
