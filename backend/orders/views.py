"""The order board and the detail of an order: one statement for each list, none for each row."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity.api import names_of
from backend.orders.holds import Hold
from backend.orders.holds import sentence as hold_sentence
from backend.orders.incoming import fold
from backend.orders.lifecycle import STATES, TRANSITIONS
from backend.orders.store.lifecycle import open_holds, order_by_number
from backend.orders.tables import channel, order_hold, order_line, sales_order
from backend.orders.why_stuck import OrderSnapshot, explain
from backend.orders.why_stuck import sentence as why_sentence
from backend.platform import journal
from backend.platform.errors import Malformed

OLDEST_FIRST = frozenset({"received", "on_hold", "ready", "in_work", "packed", "ready_for_pickup"})
"""States whose most urgent order stands on top; all others show the newest first."""
TIMELINE_FACTS = 300


class WhyEntry(msgspec.Struct, frozen=True):
    """`code` keys `why.<code>`, or `hold.<code>` where `hold` is true; `sentence` is the English text."""

    code: str
    values: dict[str, Any]
    hold: bool
    sentence: str


class OrderRow(msgspec.Struct, frozen=True):
    """One row of the board. `lines` and `pieces` count goods only; `total_amount` is in minor units."""

    id: int
    number: str
    remote_number: str
    state: str
    buyer: str
    city: str
    country: str
    channel: str
    carrier: str
    service: str
    payment: str
    placed_at: datetime
    promised_at: datetime
    lines: int
    pieces: int
    total_amount: int
    currency: str
    holds: list[str]
    why: WhyEntry


class OrderPage(msgspec.Struct, frozen=True):
    """`next` is the cursor of the following page; None on the last. `counts` are of all orders, by state."""

    rows: list[OrderRow]
    next: str | None
    counts: dict[str, int]


class LineEntry(msgspec.Struct, frozen=True):
    id: int
    position: int
    kind: str
    sku: str
    name: str
    product_id: int | None
    quantity: int
    unit_amount: int
    total_amount: int
    tax_amount: int
    reserved: int
    picked: int
    checked: int
    short: int


class HoldEntry(msgspec.Struct, frozen=True):
    code: str
    values: dict[str, Any]
    sentence: str
    created_at: datetime
    released_at: datetime | None
    released_by: int | None


class FactEntry(msgspec.Struct, frozen=True):
    """`kind` keys the text of the timeline, `payload` fills it."""

    seq: int
    kind: str
    at: datetime
    person_id: int | None
    device_id: int | None
    payload: dict[str, Any]
    person: str = ""


class OrderDetail(msgspec.Struct, frozen=True):
    """Everything the orders room knows of one order. `may_become` are the states that may follow."""

    order: OrderRow
    remote_key: str
    company: str
    email: str
    phone: str
    street: str
    zip: str
    billing: dict[str, Any]
    pickup_point: str
    buyer_note: str
    office_note: str
    received_at: datetime
    checked_at: datetime | None
    checked_by: int | None
    checked_by_name: str
    check_result: str | None
    packed_at: datetime | None
    dispatched_at: datetime | None
    version: int
    may_become: list[str]
    lines: list[LineEntry]
    holds: list[HoldEntry]
    timeline: list[FactEntry]


_HEAD = (
    sales_order.c.id,
    sales_order.c.number,
    sales_order.c.remote_number,
    sales_order.c.state,
    sales_order.c.buyer_name,
    sales_order.c.city,
    sales_order.c.country,
    sales_order.c.carrier_code,
    sales_order.c.service_code,
    sales_order.c.payment,
    sales_order.c.placed_at,
    sales_order.c.promised_at,
    sales_order.c.total_amount,
    sales_order.c.currency,
    sales_order.c.not_shippable,
    sales_order.c.channel_id,
)


def count_states(conn: Connection) -> dict[str, int]:
    """How many orders are in each state; every state is a key."""
    found = conn.execute(sa.select(sales_order.c.state, sa.func.count().label("orders")).group_by(sales_order.c.state))
    return dict.fromkeys(STATES, 0) | {row.state: row.orders for row in found}


def read_board(
    conn: Connection,
    *,
    state: str | None = None,
    text: str = "",
    carrier: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> OrderPage:
    """A page of the board. Each word of `text` must occur in number, remote number, name, company, e-mail, a SKU
    or a parcel's number. Raises `Malformed` STATE_UNKNOWN and CURSOR_WRONG.
    """
    if state is not None and state not in STATES:
        raise Malformed(
            "STATE_UNKNOWN", f"Expected a state of orders ({', '.join(STATES)}), got {state[:40]!r}; choose one.",
            expected=", ".join(STATES), got=state[:40],
        )  # fmt: skip
    oldest_first = state in OLDEST_FIRST
    statement = sa.select(*_HEAD)
    if state is not None:
        statement = statement.where(sales_order.c.state == state)
    if carrier:
        statement = statement.where(sales_order.c.carrier_code == carrier)
    words = fold(text).split()[:8]
    if words:
        statement = statement.where(*(sales_order.c.search_text.contains(word, autoescape=True) for word in words))
    statement = _after(statement, cursor, oldest_first)
    order = (sales_order.c.promised_at, sales_order.c.id) if oldest_first else (sales_order.c.id.desc(),)
    heads = conn.execute(statement.order_by(*order).limit(limit + 1)).all()
    following = _cursor_of(heads[limit - 1], oldest_first) if len(heads) > limit else None
    return OrderPage(_rows(conn, heads[:limit]), following, count_states(conn))


def _after(statement: Any, cursor: str | None, oldest_first: bool) -> Any:
    if not cursor:
        return statement
    try:
        if not oldest_first:
            return statement.where(sales_order.c.id < int(cursor))
        written, _, number = cursor.rpartition("_")
        promised = datetime.fromisoformat(written)
        if promised.tzinfo is None:
            raise ValueError(cursor)
        return statement.where(
            sa.or_(
                sales_order.c.promised_at > promised,
                sa.and_(sales_order.c.promised_at == promised, sales_order.c.id > int(number)),
            )
        )
    except ValueError:
        raise Malformed(
            "CURSOR_WRONG", f"Expected the cursor of a page before, got {cursor[:40]!r}; load the list anew.",
            got=cursor[:40],
        ) from None  # fmt: skip


def _cursor_of(row: Any, oldest_first: bool) -> str:
    return f"{row.promised_at.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}_{row.id}" if oldest_first else str(row.id)


def _rows(conn: Connection, heads: Iterable[Any]) -> list[OrderRow]:
    page = list(heads)
    ids = [head.id for head in page]
    channels = {row.id: row.code for row in conn.execute(sa.select(channel.c.id, channel.c.code))}
    sums = {
        order_id: (lines, int(pieces or 0))
        for order_id, lines, pieces in conn.execute(
            sa.select(order_line.c.order_id, sa.func.count(), sa.func.sum(order_line.c.quantity))
            .where(order_line.c.order_id.in_(ids), order_line.c.kind == "goods", order_line.c.quantity > 0)
            .group_by(order_line.c.order_id)
        )
    }
    holds = open_holds(conn, ids)
    return [_row(head, channels, sums.get(head.id, (0, 0)), holds.get(head.id, [])) for head in page]


def _row(head: Any, channels: Mapping[int, str], sums: tuple[int, int], holds: list[Hold]) -> OrderRow:
    why = explain(OrderSnapshot(head.state, head.promised_at, holds, head.not_shippable))
    return OrderRow(
        head.id, head.number, head.remote_number, head.state, head.buyer_name, head.city, head.country,
        channels[head.channel_id], head.carrier_code, head.service_code, head.payment, head.placed_at, head.promised_at,
        *sums, head.total_amount, head.currency, [hold.code for hold in holds],
        WhyEntry(why.code, why.values, why.hold, why_sentence(why)),
    )  # fmt: skip


def read_detail(conn: Connection, number: str, extra_abouts: Iterable[str] = ()) -> OrderDetail:
    """One order with lines, holds and its timeline; `extra_abouts` are further subjects of it, such as its parcels.

    Raises `NotFound` ORDER_UNKNOWN.
    """
    order_id = order_by_number(conn, number).id
    row = conn.execute(sa.select(sales_order).where(sales_order.c.id == order_id)).one()
    (head,) = _rows(conn, [row])
    lines = conn.execute(
        sa.select(*(order_line.c[name] for name in LineEntry.__struct_fields__))
        .where(order_line.c.order_id == order_id)
        .order_by(order_line.c.position)
    )
    holds = conn.execute(sa.select(order_hold).where(order_hold.c.order_id == order_id).order_by(order_hold.c.id))
    told = journal.read_timeline(conn, [f"order:{order_id}", *extra_abouts], TIMELINE_FACTS)
    names = names_of(conn, {number for number in (row.checked_by, *(fact.person_id for fact in told)) if number})
    return OrderDetail(
        order=head,
        checked_by_name=names.get(row.checked_by or 0, ""),
        **{name: getattr(row, name) for name in _DETAIL_COLUMNS},
        may_become=sorted(TRANSITIONS[row.state]),
        lines=[LineEntry(*line) for line in lines],
        holds=[
            HoldEntry(
                each["code"], each["values"], hold_sentence(Hold(each["code"], each["values"])), each["created_at"],
                each["released_at"], each["released_by"],
            )
            for each in holds.mappings().all()
        ],
        timeline=[
            FactEntry(
                fact.seq, fact.kind, fact.at, fact.person_id, fact.device_id, fact.payload,
                names.get(fact.person_id or 0, ""),
            )
            for fact in told
        ],
    )  # fmt: skip


_DETAIL_COLUMNS = (
    "remote_key", "company", "email", "phone", "street", "zip", "billing", "pickup_point", "buyer_note", "office_note",
    "received_at", "checked_at", "checked_by", "check_result", "packed_at", "dispatched_at", "version",
)  # fmt: skip
