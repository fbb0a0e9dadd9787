"""Orders move on: states by the one table, holds, reservations given back, cancelling."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.facts.orders import HoldReleased, OrderCancelled, OrderHeld, OrderNoted, OrderStateChanged
from backend.orders.holds import Hold
from backend.orders.lifecycle import check_transition
from backend.orders.tables import order_hold, order_line, sales_order
from backend.platform import journal
from backend.platform.errors import Conflict, NotFound
from backend.platform.journal import SYSTEM, Actor, Fact
from backend.platform.statements import RowChange, Statement, among
from backend.stock import api as stock

STAMPS = {"packed": "packed_at", "dispatched": "dispatched_at"}


class Order(msgspec.Struct, frozen=True):
    """The head of an order, as other rooms need it."""

    id: int
    number: str
    state: str
    merchant_id: int
    buyer_name: str
    company: str
    email: str
    phone: str
    street: str
    city: str
    zip: str
    country: str
    carrier_code: str
    service_code: str
    pickup_point: str
    payment: str
    currency: str
    total_amount: int
    promised_at: datetime
    buyer_note: str
    office_note: str
    version: int
    channel_id: int


class OrderLine(msgspec.Struct, frozen=True):
    """A line with goods. `quantity` ordered, of it `reserved` promised, `picked`, `checked`, `short` given up."""

    id: int
    order_id: int
    position: int
    sku: str
    name: str
    product_id: int | None
    quantity: int
    reserved: int
    picked: int
    checked: int
    short: int


_ORDER_COLUMNS = tuple(sales_order.c[name] for name in Order.__struct_fields__)
_LINE_COLUMNS = tuple(order_line.c[name] for name in OrderLine.__struct_fields__)
_COUNTERS = ("picked", "checked", "short", "reserved")

# asked with every scan
_orders_by_ids = sa.select(*_ORDER_COLUMNS).where(among(sales_order.c.id, "ids")).order_by(sales_order.c.id)
_ORDERS_BY_IDS = {False: Statement(_orders_by_ids), True: Statement(_orders_by_ids.with_for_update())}
_BEGUN = Statement(
    sa.select(order_line.c.order_id).where(among(order_line.c.order_id, "ids"), order_line.c.checked > 0).distinct()
)
_COUNT_LINE = RowChange(
    lambda given: (
        sa.update(order_line)
        .where(order_line.c.id == given["line"])
        .values({name: order_line.c[name] + given[f"add_{name}"] for name in _COUNTERS})
    ),
    {"line": order_line.c.id.type} | {f"add_{name}": order_line.c[name].type for name in _COUNTERS},
)


def orders_by_ids(conn: Connection, ids: Iterable[int], lock: bool = False) -> dict[int, Order]:
    """Orders by id, locked in the order of their ids where asked."""
    found: dict[int, Order] = {}
    for part in in_slices(ids):
        for row in _ORDERS_BY_IDS[lock].rows(conn, ids=part):
            found[row.id] = Order(*row)
    return found


def orders_by_numbers(conn: Connection, numbers: Iterable[str], lock: bool = False) -> dict[str, Order]:
    found: dict[str, Order] = {}
    for part in in_slices(numbers):
        statement = sa.select(*_ORDER_COLUMNS).where(sales_order.c.number.in_(part)).order_by(sales_order.c.id)
        for row in conn.execute(statement.with_for_update() if lock else statement):
            found[row.number] = Order(*row)
    return found


def order_by_number(conn: Connection, number: str, lock: bool = False) -> Order:
    """Raises `NotFound` ORDER_UNKNOWN."""
    found = orders_by_numbers(conn, [number], lock).get(number)
    if found is None:
        raise NotFound(
            "ORDER_UNKNOWN", f"Expected the number of an order, got {number!r}; search for it on the board.", got=number
        )
    return found


def orders_in_state(
    conn: Connection, state: str, limit: int, carrier_code: str | None = None, lock: bool = False
) -> list[Order]:
    """The oldest promises in a state. With `lock` rows that another transaction holds are stepped over."""
    statement = (
        sa.select(*_ORDER_COLUMNS)
        .where(sales_order.c.state == state)
        .order_by(sales_order.c.promised_at, sales_order.c.id)
        .limit(limit)
    )
    if carrier_code is not None:
        statement = statement.where(sales_order.c.carrier_code == carrier_code)
    if lock:
        statement = statement.with_for_update(skip_locked=True)
    return [Order(*row) for row in conn.execute(statement)]


def goods_lines(conn: Connection, order_ids: Iterable[int], lock: bool = False) -> dict[int, list[OrderLine]]:
    """Lines that are to be sent (goods, more than nothing), by order and position. Each asked order is a key."""
    asked = sorted(set(order_ids))
    found: dict[int, list[OrderLine]] = {order_id: [] for order_id in asked}
    for part in in_slices(asked):
        statement = (
            sa.select(*_LINE_COLUMNS)
            .where(order_line.c.order_id.in_(part), order_line.c.kind == "goods", order_line.c.quantity > 0)
            .order_by(order_line.c.order_id, order_line.c.position)
        )
        for row in conn.execute(statement.with_for_update() if lock else statement):
            found[row.order_id].append(OrderLine(*row))
    return found


def begun_to_pack(conn: Connection, order_ids: Iterable[int]) -> set[int]:
    """Which of the orders have a piece that was checked at the bench."""
    return {row.order_id for part in in_slices(order_ids) for row in _BEGUN.rows(conn, ids=part)}


def count_lines(conn: Connection, changes: Sequence[Mapping[str, int]]) -> None:
    """Add to the counters of lines: `{"line_id": 7, "picked": 2, "checked": 0, "short": 0, "reserved": -2}`.

    A line may be named several times, such as once for each of its reservations: its changes are added up first.
    """
    totals: dict[int, dict[str, int]] = {}
    for change in changes:
        total = totals.setdefault(change["line_id"], dict.fromkeys(_COUNTERS, 0))
        for name in _COUNTERS:
            total[name] += change.get(name, 0)
    _COUNT_LINE.run_many(
        conn,
        [
            {"line": line_id} | {f"add_{name}": pieces for name, pieces in total.items()}
            for line_id, total in sorted(totals.items())
        ],
    )


def open_holds(conn: Connection, order_ids: Iterable[int]) -> dict[int, list[Hold]]:
    """Open holds by order, oldest first; orders without any are absent."""
    found: dict[int, list[Hold]] = {}
    for part in in_slices(order_ids):
        statement = (
            sa.select(order_hold.c.order_id, order_hold.c.code, order_hold.c["values"])
            .where(order_hold.c.order_id.in_(part), order_hold.c.released_at.is_(None))
            .order_by(order_hold.c.id)
        )
        for order_id, code, values in conn.execute(statement):
            found.setdefault(order_id, []).append(Hold(code, values))
    return found


# -- states ---------------------------------------------------------------------------------------------------------


def advance(
    conn: Connection,
    order_ids: Iterable[int],
    to_state: str,
    now: datetime,
    actor: Actor = SYSTEM,
    facts: Sequence[Fact] = (),
    **columns: Any,
) -> list[Order]:
    """Move orders to a state; all or none. Answers them as they were before.

    Orders that are already there are left alone. `facts` are appended; an order that none of them is about gets an
    `OrderStateChanged`. `columns` are further columns of the order, such as `checked_at`. Raises `Conflict` ORDER_STATE.
    """
    before = list(orders_by_ids(conn, order_ids, lock=True).values())
    moving = [order for order in before if order.state != to_state]
    for order in moving:
        check_transition(order.number, order.state, to_state)
    stamp = {STAMPS[to_state]: now} if to_state in STAMPS else {}
    for part in in_slices(order.id for order in (before if columns else moving)):
        conn.execute(
            sa.update(sales_order)
            .where(sales_order.c.id.in_(part))
            .values(state=to_state, version=sales_order.c.version + 1, **stamp, **columns)
        )
    told = {fact.about for fact in facts}
    changes = [
        OrderStateChanged(about=f"order:{order.id}", number=order.number, before=order.state, after=to_state)
        for order in moving
        if f"order:{order.id}" not in told
    ]
    journal.append(conn, [*facts, *changes], now, actor)
    return before


def release_reservations(conn: Connection, order_ids: Iterable[int]) -> int:
    """Give back what is reserved and not yet picked; answers how many pieces."""
    line_ids = [
        row.id
        for part in in_slices(order_ids)
        for row in conn.execute(
            sa.select(order_line.c.id).where(order_line.c.order_id.in_(part), order_line.c.reserved > 0)
        )
    ]
    given_up = stock.void(conn, [each.id for each in stock.reservations_of(conn, line_ids)])
    count_lines(
        conn, [{"line_id": each.order_line_id, "reserved": -each.quantity} for each in given_up if each.order_line_id]
    )
    return sum(each.quantity for each in given_up)


def cancel(
    conn: Connection, order_ids: Iterable[int], reason: str, now: datetime, actor: Actor = SYSTEM
) -> list[Order]:
    """Cancel orders and give their stock back. Goods already picked are put back by those who react to the fact."""
    before = list(orders_by_ids(conn, order_ids, lock=True).values())
    open_orders = [order for order in before if order.state != "cancelled"]
    for order in open_orders:
        check_transition(order.number, order.state, "cancelled")
    ids = [order.id for order in open_orders]
    release_reservations(conn, ids)
    facts = [
        OrderCancelled(about=f"order:{order.id}", number=order.number, before=order.state, reason=reason)
        for order in open_orders
    ]
    advance(conn, ids, "cancelled", now, actor, facts)
    return open_orders


# -- holds ----------------------------------------------------------------------------------------------------------


def hold(conn: Connection, order_id: int, why: Hold, now: datetime, actor: Actor = SYSTEM) -> None:
    """Hold an order. One that waits goes to `on_hold` and gives its stock back; one in work keeps its state.

    A hold with a code that is already open is not made twice.
    """
    order = _locked(conn, order_id)
    open_codes = {each.code for each in open_holds(conn, [order_id]).get(order_id, [])}
    if why.code in open_codes:
        return
    conn.execute(sa.insert(order_hold).values(order_id=order_id, code=why.code, values=why.values, created_at=now))
    told = OrderHeld(about=f"order:{order_id}", number=order.number, code=why.code, values=why.values)
    if order.state in ("received", "ready"):
        release_reservations(conn, [order_id])
        advance(conn, [order_id], "on_hold", now, actor, [told])
    else:
        journal.append(conn, [told], now, actor)


def release_hold(conn: Connection, order_id: int, code: str, now: datetime, actor: Actor = SYSTEM) -> str:
    """A person lets the order go on; answers its state. Raises `NotFound` HOLD_UNKNOWN and `Conflict` HOLD_STANDS."""
    order = _locked(conn, order_id)
    held = [each.code for each in open_holds(conn, [order_id]).get(order_id, [])]
    if code not in held:
        raise NotFound(
            "HOLD_UNKNOWN",
            f"Expected an open hold of order {order.number} ({', '.join(held) or 'it has none'}), got {code!r}; reload "
            "the order.",
            expected=", ".join(held),
            got=code,
        )
    if code in ("UNKNOWN_SKU", "MISSING_SKU"):
        _check_goods_known(conn, order)
    return close_holds(conn, [order_id], code, now, actor)[order_id]


def _check_goods_known(conn: Connection, order: Order) -> None:
    for line in goods_lines(conn, [order.id])[order.id]:
        if line.product_id is None:
            raise Conflict(
                "HOLD_STANDS",
                f"Expected every line of order {order.number} to mean a product, but {line.sku or 'a line without SKU'} "
                f"({line.name[:80]}) does not; create the product, or send the corrected order again.",
                expected="a known SKU",
                got=line.sku,
                cure="create_product",
            )


def close_holds(
    conn: Connection, order_ids: Iterable[int], code: str, now: datetime, actor: Actor = SYSTEM
) -> dict[int, str]:
    """Release the hold `code` of each order; those without another one go on. Answers the states afterwards."""
    orders = orders_by_ids(conn, order_ids, lock=True)
    for part in in_slices(orders):
        conn.execute(
            sa.update(order_hold)
            .where(order_hold.c.order_id.in_(part), order_hold.c.code == code, order_hold.c.released_at.is_(None))
            .values(released_at=now, released_by=actor.person_id)
        )
    still = open_holds(conn, orders)
    states = {
        order.id: "received" if order.state == "on_hold" and order.id not in still else order.state
        for order in orders.values()
    }
    facts = {
        order.id: HoldReleased(about=f"order:{order.id}", number=order.number, code=code, state=states[order.id])
        for order in orders.values()
    }
    free = [order.id for order in orders.values() if states[order.id] != order.state]
    advance(conn, free, "received", now, actor, [facts.pop(order_id) for order_id in free])
    journal.append(conn, facts.values(), now, actor)
    return states


def note(conn: Connection, order_id: int, text: str, now: datetime, actor: Actor = SYSTEM) -> None:
    """Replace the internal note; the buyer never sees it. The journal keeps the older ones."""
    order = _locked(conn, order_id)
    conn.execute(
        sa.update(sales_order)
        .where(sales_order.c.id == order_id)
        .values(office_note=text, version=sales_order.c.version + 1)
    )
    journal.append(conn, [OrderNoted(about=f"order:{order_id}", number=order.number, note=text)], now, actor)


def _locked(conn: Connection, order_id: int) -> Order:
    found = orders_by_ids(conn, [order_id], lock=True).get(order_id)
    if found is None:
        raise NotFound("ORDER_UNKNOWN", f"Expected a known order, got number {order_id}; search for it.")
    return found
