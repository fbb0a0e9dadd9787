"""Small worlds for tests: every field has a default, every natural key is unique. All take an open connection."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.orders.tables import channel, order_line, sales_order
from backend.stock import api as stock

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""A Monday morning."""

_counter = itertools.count(1)


def unique(prefix: str) -> str:
    """A key that no other call of this run has got."""
    return f"{prefix}-{next(_counter)}"


def gtin(number: int) -> str:
    """The GTIN-14 of an article number under the GS1 example prefix 952, with a right check digit."""
    body = f"0952{number:09d}"
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


def create_merchant(conn: Connection, **fields: Any) -> int:
    code = fields.pop("code", None) or unique("M")
    return catalog.create_merchant(conn, code, fields.pop("name", f"Merchant {code}"), **fields)


def create_product(
    conn: Connection, merchant_id: int | None = None, *, keys: dict[str, int] | None = None, **fields: Any
) -> int:
    """`keys` maps scan keys to pieces; without it the product gets one GTIN of its own for one piece."""
    merchant_id = merchant_id if merchant_id is not None else first_merchant(conn)
    number = next(_counter)
    row = {"merchant_id": merchant_id, "sku": f"SKU-{number}", "name": f"Product {number}"} | fields
    (product_id,) = catalog.create_products(conn, [row])
    keys = {f"gtin:{gtin(number)}": 1} if keys is None else keys
    levels = {1: "each"}
    catalog.add_codes(
        conn,
        [
            {
                "merchant_id": merchant_id,
                "product_id": product_id,
                "key": key,
                "quantity": quantity,
                "level": levels.get(quantity, "case"),
            }
            for key, quantity in keys.items()
        ],
    )
    return product_id


def first_merchant(conn: Connection) -> int:
    """The oldest merchant, made when there is none."""
    known = catalog.read_merchants(conn)
    return next(iter(known)) if known else create_merchant(conn)


def create_location(conn: Connection, **fields: Any) -> int:
    """A pick face unless `kind` says otherwise; walking sequence follows creation."""
    number = next(_counter)
    row = {"code": f"A-{number:04d}", "zone": "A", "walk_sequence": number} | fields
    return stock.create_locations(conn, [row])[0]


def create_tote(conn: Connection, **fields: Any) -> int:
    return create_location(conn, **({"kind": "tote", "code": unique("T"), "zone": ""} | fields))


def stock_up(
    conn: Connection, product_id: int, location_id: int, quantity: int, *, lot: str = "", at: datetime = NOW
) -> None:
    """Goods come from the vendor, through the ledger like everything else."""
    vendor = stock.outside(conn, "vendor")
    stock.post(conn, [stock.Move(product_id, vendor, location_id, quantity, "receipt", "test", lot=lot)], at)


def create_channel(conn: Connection, merchant_id: int | None = None, **fields: Any) -> int:
    """A file channel that sends everything by the shop's own van."""
    merchant_id = merchant_id if merchant_id is not None else first_merchant(conn)
    code = fields.pop("code", None) or unique("shop")
    row = {
        "merchant_id": merchant_id,
        "code": code,
        "name": code,
        "kind": "file",
        "settings": {"default": {"carrier": "own_van", "service": "standard"}},
    }
    return conn.execute(sa.insert(channel).values(**(row | fields)).returning(channel.c.id)).scalar_one()


def create_order(
    conn: Connection,
    lines: dict[int, int] | list[tuple[int, int]] | None = None,
    *,
    channel_id: int | None = None,
    **fields: Any,
) -> int:
    """An order of `lines` (product -> pieces; one new product, one piece without it), in state `received`."""
    if channel_id is None:
        channel_id = conn.execute(sa.select(sa.func.min(channel.c.id))).scalar_one() or create_channel(conn)
    merchant_id = conn.execute(sa.select(channel.c.merchant_id).where(channel.c.id == channel_id)).scalar_one()
    if lines is None:
        lines = {create_product(conn, merchant_id): 1}
    wanted = list(lines.items()) if isinstance(lines, dict) else list(lines)
    number = next(_counter)
    row = {
        "merchant_id": merchant_id,
        "channel_id": channel_id,
        "number": f"B{number:06d}",
        "remote_key": f"remote-{number}",
        "remote_number": f"R{number}",
        "state": "received",
        "placed_at": NOW,
        "received_at": NOW,
        "promised_at": NOW + timedelta(days=1),
        "buyer_name": "Jana Nováková",
        "email": "jana@example.com",
        "phone": "+420601000000",
        "street": "Dlouhá 1",
        "city": "Brno",
        "zip": "60200",
        "country": "CZ",
        "billing": {},
        "carrier_code": "own_van",
        "service_code": "standard",
        "currency": "CZK",
        "total_amount": 10_000 * len(wanted),
        "search_text": f"b{number:06d} r{number} jana novakova jana@example.com",
    } | fields
    order_id = conn.execute(sa.insert(sales_order).values(**row).returning(sales_order.c.id)).scalar_one()
    products = catalog.products_by_ids(conn, [product_id for product_id, _ in wanted])
    rows = [
        {
            "order_id": order_id,
            "position": position,
            "kind": "goods",
            "sku": products[product_id].sku,
            "name": products[product_id].name,
            "product_id": product_id,
            "quantity": quantity,
            "unit_amount": 10_000 // quantity,
            "total_amount": 10_000,
        }
        for position, (product_id, quantity) in enumerate(wanted, start=1)
    ]
    if rows:
        conn.execute(sa.insert(order_line), rows)
    return order_id


def create_ready_order(conn: Connection, lines: dict[int, int], **fields: Any) -> int:
    """An order in state `ready` with its stock reserved; stock it up first."""
    order_id = create_order(conn, lines, state="ready", **fields)
    line_rows = conn.execute(sa.select(order_line).where(order_line.c.order_id == order_id)).all()
    demand = stock.OrderDemand(
        order_id, NOW, tuple(stock.LineDemand(row.id, row.product_id, row.quantity) for row in line_rows)
    )
    allocation = stock.decide_allocation(stock.read_free_stock(conn, lines), [demand])
    assert not allocation.denied, f"stock up first: {allocation.denied}"
    stock.reserve(conn, allocation.reservations, NOW)
    conn.execute(sa.update(order_line).where(order_line.c.order_id == order_id).values(reserved=order_line.c.quantity))
    return order_id
