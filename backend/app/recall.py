"""Recall: a lot that must not be sold. Which orders hold it, whose they are, and where the rest lies, on one page and in
one file.

Everything is read from the ledger: reservations, picked pieces that are still in the house, what was sent and what came
back.
"""

from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.identity.api import Caller, requires
from backend.orders.tables import order_line, sales_order
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import NotFound
from backend.platform.journal import Actor
from backend.stock import api as stock
from backend.stock.routes.history import as_csv
from backend.stock.tables import balance, location, move


class RecallPlace(msgspec.Struct, frozen=True):
    """Pieces of the lot that lie in the house."""

    location: str
    kind: str
    on_hand: int
    reserved: int


class RecallOrder(msgspec.Struct, frozen=True):
    """Pieces of the lot in an order: `reserved` for it, `picked` and still in the house, `sent`, and `back` again."""

    number: str
    remote_number: str
    state: str
    buyer: str
    email: str
    phone: str
    reserved: int
    picked: int
    sent: int
    back: int


class Recall(msgspec.Struct, frozen=True):
    sku: str
    name: str
    lot: str
    blocked: bool
    best_before: str
    places: list[RecallPlace]
    orders: list[RecallOrder]


class RecallRow(msgspec.Struct, frozen=True):
    """One row of the file: a place of the rest, or an order. `what` is "place" or "order"."""

    what: str
    where: str
    state: str
    buyer: str
    email: str
    phone: str
    on_hand: int
    reserved: int
    picked: int
    sent: int
    back: int


def find_product(conn: Connection, text: str) -> catalog.Product:
    """By SKU or scan key. Raises `NotFound` PRODUCT_UNKNOWN."""
    known = catalog.products_by_keys(conn, None, [text]).get(text)
    if known:
        return known[0].product
    for each in catalog.search_products(conn, text, 10):
        if each.sku == text:
            return each
    raise NotFound("PRODUCT_UNKNOWN", f"Expected a product, got {text[:60]!r}; write its whole SKU.", got=text[:60])


def read_recall(conn: Connection, product: str, lot: str) -> Recall:
    """The lot of a product. Raises `NotFound` PRODUCT_UNKNOWN; an unknown lot has no places and no orders."""
    found = find_product(conn, product)
    known = stock.lots_of(conn, [found.id]).get((found.id, lot))
    rows = conn.execute(
        sa.select(location.c.code, location.c.kind, balance.c.on_hand, balance.c.reserved)
        .join(location, location.c.id == balance.c.location_id)
        .where(balance.c.product_id == found.id, balance.c.lot == lot, balance.c.on_hand > 0)
        .order_by(location.c.walk_sequence, location.c.code)
    )
    return Recall(
        sku=found.sku, name=found.name, lot=lot, blocked=known is not None and known.blocked,
        best_before=known.best_before.isoformat() if known and known.best_before else "",
        places=[RecallPlace(*row) for row in rows], orders=_orders(conn, found.id, lot),
    )  # fmt: skip


def _orders(conn: Connection, product_id: int, lot: str) -> list[RecallOrder]:
    source, target = location.alias("source"), location.alias("target")
    rows = conn.execute(
        sa.select(
            move.c.order_line_id, move.c.state, move.c.quantity - move.c.taken, move.c.quantity, source.c.kind,
            target.c.kind,
        )
        .join(source, source.c.id == move.c.source_id)
        .join(target, target.c.id == move.c.target_id)
        .where(
            move.c.product_id == product_id, move.c.lot == lot, move.c.order_line_id.is_not(None),
            move.c.state.in_(("pending", "posted")),
        )
    )  # fmt: skip
    shelf = ("storage", "pick_face", "receiving", "quarantine")
    sums: dict[int, dict[str, int]] = {}
    for line_id, state, open_pieces, quantity, from_kind, to_kind in rows:
        each = sums.setdefault(line_id, {"reserved": 0, "picked": 0, "sent": 0, "back": 0})
        if state == "pending":
            each["reserved"] += open_pieces
        elif to_kind == "customer":
            each["sent"] += quantity
            each["picked"] -= quantity
        elif from_kind == "customer":
            each["back"] += quantity
        elif from_kind in shelf and to_kind not in shelf:
            each["picked"] += quantity
        elif to_kind in shelf and from_kind not in shelf:
            each["picked"] -= quantity
    return _with_buyers(conn, {line_id: each for line_id, each in sums.items() if any(each.values())})


def _with_buyers(conn: Connection, sums: dict[int, dict[str, int]]) -> list[RecallOrder]:
    heads: dict[int, Any] = {}
    totals: dict[int, dict[str, int]] = {}
    for part in catalog.in_slices(sums):
        for row in conn.execute(
            sa.select(
                order_line.c.id.label("line_id"), sales_order.c.id, sales_order.c.number, sales_order.c.remote_number,
                sales_order.c.state, sales_order.c.buyer_name, sales_order.c.email, sales_order.c.phone,
            )
            .join(sales_order, sales_order.c.id == order_line.c.order_id)
            .where(order_line.c.id.in_(part))
        ):  # fmt: skip
            heads[row.id] = row
            total = totals.setdefault(row.id, dict.fromkeys(("reserved", "picked", "sent", "back"), 0))
            for name, pieces in sums[row.line_id].items():
                total[name] += pieces
    return [
        RecallOrder(
            row.number, row.remote_number, row.state, row.buyer_name, row.email, row.phone, **totals[order_id]
        )
        for order_id, row in sorted(heads.items())
    ]  # fmt: skip


@get("/api/recall", guards=[requires("lead")])
async def recall(product: FromQuery[str], lot: FromQuery[str], database: NamedDependency[Database]) -> Recall:
    """Where a lot is and whose orders hold it. `product` is an SKU or a scan key."""
    return await database.read(lambda conn: read_recall(conn, product[:120], lot[:40]))


@get("/api/recall.csv", guards=[requires("lead")])
async def recall_file(
    product: FromQuery[str], lot: FromQuery[str], database: NamedDependency[Database]
) -> Response[bytes]:
    """The same as one file: the orders with their buyers, then the places of the rest."""
    found = await database.read(lambda conn: read_recall(conn, product[:120], lot[:40]))
    rows = [
        RecallRow("order", each.number, each.state, each.buyer, each.email, each.phone, 0, each.reserved, each.picked,
                  each.sent, each.back)
        for each in found.orders
    ]  # fmt: skip
    rows += [
        RecallRow("place", each.location, each.kind, "", "", "", each.on_hand, each.reserved, 0, 0, 0)
        for each in found.places
    ]
    name = "".join(letter if letter.isalnum() else "_" for letter in f"{found.sku}-{found.lot}")
    return Response(
        as_csv(RecallRow.__struct_fields__, rows),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="recall-{name.encode("ascii", "replace").decode()}.csv"'
        },
    )


class LotBlocking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason` is told to whoever asks why the lot does not leave."""

    product: str
    lot: str
    blocked: bool
    reason: str = ""


@post("/api/recall", guards=[requires("lead")], status_code=200)
async def block_lot(
    data: JSONBody[LotBlocking], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Recall:
    """Block a lot (or let it go again): nothing more of it is promised to orders."""
    actor = Actor(caller.person_id, caller.device_id)

    def write(conn: Connection) -> Recall:
        found = find_product(conn, data.product[:120])
        stock.set_lot_blocked(conn, found.id, data.lot[:40], data.blocked, data.reason[:200], clock.now(), actor)
        return read_recall(conn, data.product[:120], data.lot[:40])

    return await database.write(write)


ROUTES = [recall, recall_file, block_lot]
