"""What screens show of the stock."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import Product, ProductCode, codes_of, products_by_ids, search_products
from backend.platform.errors import NotFound
from backend.stock.tables import PHYSICAL_KINDS, PICKABLE_KINDS, balance, count_task, location


class ProductRow(msgspec.Struct, frozen=True):
    """`on_hand` pieces in the house, `reserved` of them promised, `free` of the rest may be promised."""

    id: int
    sku: str
    name: str
    unit: str
    picture: str | None
    on_hand: int
    reserved: int
    free: int


class StockPlace(msgspec.Struct, frozen=True):
    location: str
    kind: str
    zone: str
    lot: str
    on_hand: int
    reserved: int
    blocked: bool


class ProductDetail(msgspec.Struct, frozen=True):
    product: Product
    codes: tuple[ProductCode, ...]
    places: list[StockPlace]


class CountTask(msgspec.Struct, frozen=True):
    id: int
    location: str
    sku: str
    name: str
    reason: str
    about: str
    created_at: datetime


def search(conn: Connection, text: str, limit: int) -> list[ProductRow]:
    """Products with their sums, by SKU."""
    found = search_products(conn, text, limit)
    pickable = sa.and_(location.c.kind.in_(PICKABLE_KINDS), ~location.c.blocked, location.c.active)
    free = sa.case((pickable, balance.c.on_hand - balance.c.reserved), else_=0)
    sums = {
        row[0]: (int(row[1]), int(row[2]), int(row[3]))
        for row in conn.execute(
            sa.select(
                balance.c.product_id,
                sa.func.sum(balance.c.on_hand),
                sa.func.sum(balance.c.reserved),
                sa.func.sum(free),
            )
            .join(location, location.c.id == balance.c.location_id)
            .where(balance.c.product_id.in_([each.id for each in found]), location.c.kind.in_(PHYSICAL_KINDS))
            .group_by(balance.c.product_id)
        )
    }
    return [
        ProductRow(each.id, each.sku, each.name, each.unit, each.picture, *sums.get(each.id, (0, 0, 0)))
        for each in found
    ]


def read_product(conn: Connection, product_id: int) -> ProductDetail:
    product = products_by_ids(conn, [product_id]).get(product_id)
    if product is None:
        raise NotFound("PRODUCT_UNKNOWN", f"Expected a product, got number {product_id}; search for it by SKU.")
    places = conn.execute(
        sa.select(
            location.c.code, location.c.kind, location.c.zone, balance.c.lot, balance.c.on_hand, balance.c.reserved,
            location.c.blocked,
        )
        .join(location, location.c.id == balance.c.location_id)
        .where(balance.c.product_id == product_id, balance.c.on_hand > 0)
        .order_by(location.c.walk_sequence, location.c.code, balance.c.lot)
    )  # fmt: skip
    return ProductDetail(product, codes_of(conn, [product_id])[product_id], [StockPlace(*row) for row in places])


def read_count_tasks(conn: Connection, limit: int) -> list[CountTask]:
    """Open tasks, oldest first."""
    rows = conn.execute(
        sa.select(count_task, location.c.code)
        .join(location, location.c.id == count_task.c.location_id)
        .where(count_task.c.state == "open")
        .order_by(count_task.c.id)
        .limit(limit)
    ).all()
    products = products_by_ids(conn, {row.product_id for row in rows if row.product_id is not None})
    return [
        CountTask(
            row.id,
            row.code,
            products[row.product_id].sku if row.product_id else "",
            products[row.product_id].name if row.product_id else "",
            row.reason,
            row.about,
            row.created_at,
        )
        for row in rows
    ]
