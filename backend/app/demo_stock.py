"""What the demo has to count and to fill: a store behind the pick faces, minimums, what a piece is worth, a count task."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.demo_goods import DemoProduct
from backend.catalog import api as catalog
from backend.gs1.own_codes import build_own_code
from backend.stock import api as stock
from backend.stock.store.carrying import find_refills
from backend.stock.store.count_lists import write_values
from backend.stock.tables import balance, count_task, location, replenish_rule

STORES = ("S-01-1", "S-01-2", "S-01-3")
PIECES, FILL_TO = 120, 60
COST_PERCENT = 60
SHOWN_PLACES, SHOWN_GOODS = 2, 6


def load_stock_story(conn: Connection, products: Sequence[tuple[int, DemoProduct]], now: datetime) -> None:
    """Three products lie in the store, too, and their pick faces ask for more; one place waits to be counted."""
    write_values(conn, {number: product.price * COST_PERCENT // 100 for number, product in products})
    rows = [
        {"code": code, "kind": "storage", "zone": "S", "walk_sequence": 90_000 + n} for n, code in enumerate(STORES)
    ]
    stores = stock.create_locations(conn, rows)
    faces = _faces(conn, [number for number, _ in products])[: len(STORES)]
    vendor = stock.outside(conn, "vendor")
    stock.post(
        conn,
        [
            stock.Move(product_id, vendor, store, PIECES, "receipt", "demo:1")
            for store, (product_id, _) in zip(stores, faces, strict=True)
        ],
        now,
    )
    conn.execute(
        sa.insert(replenish_rule),
        [
            {"product_id": product_id, "location_id": location_id, "minimum": FILL_TO - 10, "fill_to": FILL_TO}
            for product_id, location_id in faces
        ],
    )
    find_refills(conn, now)
    product_id, location_id = faces[-1]
    stock.make_count_task(conn, location_id, product_id, "short_pick", "demo:1", now)


def _faces(conn: Connection, product_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Products with the pick face where they lie, in walking order."""
    rows = conn.execute(
        sa.select(balance.c.product_id, balance.c.location_id)
        .join(location, location.c.id == balance.c.location_id)
        .where(balance.c.product_id.in_(product_ids), location.c.kind == "pick_face", balance.c.on_hand > 0)
        .order_by(location.c.walk_sequence, balance.c.product_id)
        .limit(50)
    )
    found: dict[int, int] = {}
    for row in rows:
        found.setdefault(row.product_id, row.location_id)
    return list(found.items())


def count_places(conn: Connection) -> list[dict[str, Any]]:
    """Places that wait to be counted, with the codes of what lies there: `name`, `code`, `goods`."""
    rows = conn.execute(
        sa.select(location.c.id, location.c.code)
        .join(count_task, count_task.c.location_id == location.c.id)
        .where(count_task.c.state == "open")
        .order_by(count_task.c.id)
        .limit(SHOWN_PLACES)
    ).all()
    lying = stock.balances_at(conn, [row.id for row in rows])
    products = catalog.products_by_ids(conn, {place.product_id for place in lying})
    codes = catalog.codes_of(conn, products)
    found = []
    for row in dict.fromkeys(rows):
        goods = [
            {"sku": products[place.product_id].sku, "name": products[place.product_id].name, "quantity": there.on_hand,
             "gtin": code.key.partition(":")[2]}
            for place, there in lying.items()
            if place.location_id == row.id
            for code in codes[place.product_id]
            if code.level == "each" and code.key.startswith("gtin:")
        ]  # fmt: skip
        found.append({"name": row.code, "code": build_own_code("location", row.code), "goods": goods[:SHOWN_GOODS]})
    return found
