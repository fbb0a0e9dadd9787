"""Any code at all answers what it is and where it is."""

import io
from typing import Any

import segno
import sqlalchemy as sa
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy.engine import Connection

from backend.app import look_up_acts
from backend.app.known_codes import other_things
from backend.catalog import api as catalog
from backend.catalog.tables import product
from backend.gs1.scan_keys import read_code
from backend.identity.api import requires, requires_known
from backend.orders.tables import order_line, sales_order
from backend.outbound.tables import parcel
from backend.platform.database import Database
from backend.platform.errors import Malformed
from backend.platform.statements import Statement, among
from backend.stock import api as stock
from backend.stock.tables import balance, location, move

MOVES = SHOWN = 10
QR_CHARACTERS = 500

_BY_SKU = Statement(sa.select(product.c.id).where(among(sa.func.upper(product.c.sku, type_=sa.Text), "skus")))
_OF_PRODUCT = Statement(
    sa.select(location.c.code, location.c.kind, balance.c.lot, balance.c.on_hand, balance.c.reserved)
    .join(location, location.c.id == balance.c.location_id)
    .where(balance.c.product_id == sa.bindparam("product"), balance.c.on_hand > 0)
    .order_by(location.c.walk_sequence, location.c.code)
)
_AT_PLACE = Statement(
    sa.select(product.c.sku, product.c.name, balance.c.lot, balance.c.on_hand, balance.c.reserved)
    .join(product, product.c.id == balance.c.product_id)
    .where(balance.c.location_id == sa.bindparam("place"), balance.c.on_hand > 0)
    .order_by(product.c.sku)
)
_PARCELS = Statement(
    sa.select(
        parcel.c.number,
        sa.case((parcel.c.void_for_id.is_not(None), "void"), else_=parcel.c.state).label("state"),
        parcel.c.carrier_code,
        sales_order.c.number.label("order"),
    )
    .join(sales_order, sales_order.c.id == parcel.c.order_id)
    .where(sa.or_(among(parcel.c.number, "numbers"), among(parcel.c.label_code, "labels")))
)
_ORDERS = Statement(
    sa.select(sales_order.c.id, sales_order.c.number, sales_order.c.state)
    .where(sa.or_(among(sales_order.c.number, "numbers"), among(sales_order.c.remote_number, "numbers")))
    .order_by(sales_order.c.id)
)
_PIECES = Statement(
    sa.select(order_line.c.order_id, sa.func.sum(order_line.c.quantity).label("pieces"))
    .where(among(order_line.c.order_id, "orders"), order_line.c.kind == "goods")
    .group_by(order_line.c.order_id)
)


def _last_moves(*ends: sa.Column[Any]) -> Statement:
    """The newest posted moves of which one of the columns is `number`. Each end is walked by an index of its own from the
    newest backwards: in one question with OR all moves that a place ever saw would be read and sorted."""
    newest = [
        sa.select(
            sa.select(move.c.id)
            .where(end == sa.bindparam("number"), move.c.posted_at.is_not(None))
            .order_by(move.c.id.desc())
            .limit(sa.literal_column(str(MOVES)))
            .subquery()
        )
        for end in ends
    ]
    source, target = location.alias("source"), location.alias("target")
    return Statement(
        sa.select(
            source.c.code.label("source"), target.c.code.label("target"), move.c.quantity, move.c.reason,
            move.c.posted_at,
        )
        .join(source, source.c.id == move.c.source_id)
        .join(target, target.c.id == move.c.target_id)
        .where(move.c.id.in_(sa.union_all(*newest) if len(newest) > 1 else newest[0]))
        .order_by(move.c.id.desc())
        .limit(sa.literal_column(str(MOVES)))
    )  # fmt: skip


_MOVES_OF_PRODUCT = _last_moves(move.c.product_id)
_MOVES_AT_PLACE = _last_moves(move.c.source_id, move.c.target_id)


def look_up(conn: Connection, text: str) -> dict[str, Any]:
    """`{keys, products, locations, parcels, orders, others}`; empty lists when nothing of ours carries the code.

    `others` are waves, stations, cartons, handovers, deliveries, announced pallets and serials: what and name.
    """
    keys = [text] if _is_key(text) else list(read_code(text, layouts=catalog.weight_layouts(conn)).keys)
    found = catalog.products_by_keys(conn, None, keys)
    product_ids = sorted({code.product.id for codes in found.values() for code in codes})
    plain = [key.split(":", 1)[1] for key in keys if key.startswith("text:")]
    if plain and not product_ids:
        product_ids = _products_by_sku(conn, plain)
    places = stock.locations_by_keys(conn, keys)
    return {
        "keys": keys,
        "products": [_product(conn, each) for each in product_ids[:10]],
        "locations": [_location(conn, place.id, place.code, place.kind) for place in places.values()],
        "parcels": _parcels(conn, keys),
        "orders": _orders(conn, keys),
        "others": [{"what": each.what, "name": each.name} for each in other_things(conn, keys)],
    }


def _is_key(text: str) -> bool:
    return text.split(":", 1)[0] in ("gtin", "loc", "tote", "cart", "parcel", "order", "track", "text", "sscc")


def _products_by_sku(conn: Connection, skus: list[str]) -> list[int]:
    return [row.id for row in _BY_SKU.rows(conn, skus=sorted(catalog.upper_forms(skus)))]


def _product(conn: Connection, product_id: int) -> dict[str, Any]:
    goods = catalog.products_by_ids(conn, [product_id])[product_id]
    return {
        "id": goods.id, "sku": goods.sku, "name": goods.name,
        "stock": [row._asdict() for row in _OF_PRODUCT.rows(conn, product=product_id)],
        "moves": [row._asdict() for row in _MOVES_OF_PRODUCT.rows(conn, number=product_id)],
    }  # fmt: skip


def _location(conn: Connection, location_id: int, code: str, kind: str) -> dict[str, Any]:
    return {
        "id": location_id, "code": code, "kind": kind,
        "stock": [row._asdict() for row in _AT_PLACE.rows(conn, place=location_id)],
        "moves": _moves_at(conn, location_id),
    }  # fmt: skip


def _moves_at(conn: Connection, location_id: int) -> list[dict[str, Any]]:
    return [row._asdict() for row in _MOVES_AT_PLACE.rows(conn, number=location_id)]


def _parcels(conn: Connection, keys: list[str]) -> list[dict[str, Any]]:
    numbers = [key.split(":", 1)[1] for key in keys if key.startswith("parcel:")]
    labels = [key for key in keys if key.startswith(("track:", "sscc:"))]
    return [row._asdict() for row in _PARCELS.rows(conn, numbers=numbers, labels=labels)] if numbers or labels else []


def _orders(conn: Connection, keys: list[str]) -> list[dict[str, Any]]:
    numbers = [key.split(":", 1)[1] for key in keys if key.startswith(("order:", "text:"))]
    rows = _ORDERS.rows(conn, numbers=numbers) if numbers else []
    pieces = (
        {row.order_id: int(row.pieces) for row in _PIECES.rows(conn, orders=[row.id for row in rows])} if rows else {}
    )
    return [{"number": row.number, "state": row.state, "pieces": pieces[row.id]} for row in rows if row.id in pieces][
        :SHOWN
    ]


@get("/api/look-up", guards=[requires("worker")])
async def look_up_route(key: FromQuery[str], database: NamedDependency[Database]) -> dict[str, Any]:
    """`key` is a scan key or the bare text of a code."""
    return await database.read(lambda conn: look_up(conn, key))


@get("/api/qr.svg", guards=[requires_known], media_type="image/svg+xml")
async def qr_picture(text: FromQuery[str]) -> Response[str]:
    """A QR code of an address of ours (enrolment, courier's link), drawn here so that no secret leaves the house."""
    if not 1 <= len(text) <= QR_CHARACTERS:
        raise Malformed("QR_TEXT", f"Expected 1 to {QR_CHARACTERS} characters, got {len(text)}.", got=str(len(text)))
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", scale=8, border=4, light="#fff", xmldecl=False)
    return Response(drawn.getvalue().decode(), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


ROUTES = [look_up_route, qr_picture, *look_up_acts.ROUTES]
