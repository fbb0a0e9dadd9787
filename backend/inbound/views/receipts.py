"""Deliveries for the floor (the bundle) and for the office (lists and one delivery with its history)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.identity.api import names_of
from backend.inbound.store.receipts import find_receipt, lines_of
from backend.inbound.tables import inbound_photo, logistic_unit, receipt, receipt_act, receipt_line, set_aside
from backend.platform.errors import NotFound
from backend.stock import api as stock

OPEN = ("expected", "receiving")
LOTS_SHOWN = 5_000


# -- for the device -------------------------------------------------------------------------------------------------


def read_bundle(conn: Connection, receipt_id: int, today: date) -> dict[str, Any] | None:
    """Everything the dock needs to judge by itself; None when the delivery is over or unknown."""
    row = conn.execute(sa.select(receipt).where(receipt.c.id == receipt_id)).one_or_none()
    if row is None or row.state not in OPEN:
        return None
    rows = lines_of(conn, receipt_id)
    ids = {each.product_id for each in rows}
    products, codes = catalog.products_by_ids(conn, ids), catalog.codes_of(conn, ids)
    policies = catalog.policies_of(conn, ids)
    tracked = [each for each in ids if products[each].tracking == "lot" or policies.get(each, catalog.PLAIN).dated]
    lots: dict[int, dict[str, str]] = {}
    for each in list(stock.lots_of(conn, tracked).values())[:LOTS_SHOWN] if tracked else ():
        if each.best_before is not None:
            lots.setdefault(each.product_id, {})[each.code] = each.best_before.isoformat()
    dock = stock.locations_by_ids(conn, [row.dock_id]).get(row.dock_id) if row.dock_id else None
    layouts = catalog.weight_layouts(conn, [row.merchant_id])
    return {
        "flow": "receive", "task": f"receive:{row.id}", "number": row.number, "reference": row.reference,
        "kind": row.kind, "supplier": row.supplier, "note": row.note, "dock": dock.code if dock else "",
        "today": today.isoformat(), "over": False, "layouts": [msgspec.structs.asdict(each) for each in layouts],
        "lines": [
            _line(each, products[each.product_id], policies.get(each.product_id, catalog.PLAIN),
                  codes[each.product_id], lots.get(each.product_id, {}))
            for each in rows
        ],
        "units": _units(conn, receipt_id),
    }  # fmt: skip


def _line(
    row: Any,
    product: catalog.Product,
    policy: catalog.Policy,
    codes: Sequence[catalog.ProductCode],
    lots: dict[str, str],
) -> dict[str, Any]:
    return {
        "id": row.id, "product": row.product_id, "sku": product.sku, "name": product.name, "picture": product.picture,
        "unit": product.unit, "expected": row.expected, "received": row.received, "damaged": row.damaged,
        "tracking": product.tracking, "dated": policy.dated, "life_days": policy.life_days, "lot": row.lot,
        "best_before": row.best_before.isoformat() if row.best_before else None, "lots": lots,
        "codes": _codes(codes, f"text:{row.supplier_sku.upper()}" if row.supplier_sku else ""),
    }  # fmt: skip


def _codes(codes: Sequence[catalog.ProductCode], part_number: str) -> list[dict[str, Any]]:
    """With the supplier's number, which names the line of his delivery."""
    told = [{"key": each.key, "quantity": each.quantity, "level": each.level} for each in codes]
    if part_number and all(each.key != part_number for each in codes):
        told.append({"key": part_number, "quantity": 1, "level": "each"})
    return told


def _units(conn: Connection, receipt_id: int) -> list[dict[str, Any]]:
    rows = conn.execute(
        sa.select(logistic_unit).where(logistic_unit.c.receipt_id == receipt_id).order_by(logistic_unit.c.id)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        unit = found.setdefault(row.sscc, {"sscc": row.sscc, "received": row.received, "parts": []})
        unit["parts"].append(
            {
                "line": row.receipt_line_id, "quantity": row.quantity, "lot": row.lot,
                "best_before": row.best_before.isoformat() if row.best_before else None,
            }
        )  # fmt: skip
    return list(found.values())


# -- which delivery is it? ------------------------------------------------------------------------------------------


class ReceiptRow(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery in a list. `expected` and `received` count pieces."""

    id: int
    number: str
    reference: str
    part: int
    kind: str
    state: str
    supplier: str
    merchant: str
    expected_on: date | None
    lines: int
    expected: int
    received: int
    damaged: int
    set_aside: int
    created_at: datetime
    received_at: datetime | None


class ReceiptPage(msgspec.Struct, frozen=True):
    rows: list[ReceiptRow]
    cursor: int | None


def list_receipts(
    conn: Connection, states: Sequence[str], cursor: int | None, limit: int, words: str = ""
) -> ReceiptPage:
    """Newest first; open ones of the floor by their day. `words` looks in number, reference and supplier."""
    statement = sa.select(receipt).order_by(receipt.c.id.desc()).limit(limit + 1)
    if states:
        statement = statement.where(receipt.c.state.in_(states))
    if cursor:
        statement = statement.where(receipt.c.id < cursor)
    for word in words.split()[:5]:
        statement = statement.where(
            sa.or_(*(each.icontains(word, autoescape=True)
                     for each in (receipt.c.number, receipt.c.reference, receipt.c.supplier)))
        )  # fmt: skip
    rows = conn.execute(statement).all()
    more = len(rows) > limit
    return ReceiptPage(_as_rows(conn, rows[:limit]), rows[limit - 1].id if more else None)


def open_receipts(conn: Connection, keys: Sequence[str] = (), limit: int = 100) -> list[ReceiptRow]:
    """Deliveries that can be received now; with `keys` those that the scanned code may mean.

    A code names a delivery by its number or reference, by a logistic unit, or by any of its products.
    """
    statement = sa.select(receipt).where(receipt.c.state.in_(OPEN))
    if keys:
        bodies = sorted({key.partition(":")[2] for key in keys} | {key.partition(":")[2].upper() for key in keys})
        named = conn.execute(
            statement.where(
                sa.or_(
                    receipt.c.number.in_(bodies), sa.func.upper(receipt.c.reference).in_(catalog.upper_forms(bodies))
                )
            ).order_by(receipt.c.id)
        ).all()
        if named:
            return _as_rows(conn, named)
        ssccs = [key.partition(":")[2] for key in keys if key.startswith("sscc:")]
        in_units = sa.select(logistic_unit.c.receipt_id).where(logistic_unit.c.sscc.in_(ssccs))
        known = catalog.products_by_keys(conn, None, keys)
        products = {each.product.id for codes in known.values() for each in codes}
        in_lines = sa.select(receipt_line.c.receipt_id).where(
            receipt_line.c.product_id.in_(sorted(products)), receipt_line.c.expected > receipt_line.c.received
        )
        statement = statement.where(sa.or_(receipt.c.id.in_(in_units), receipt.c.id.in_(in_lines)))
    begun_first = sa.case((receipt.c.state == "receiving", 0), else_=1)
    ordered = statement.order_by(begun_first, receipt.c.expected_on, receipt.c.id).limit(limit)
    return _as_rows(conn, conn.execute(ordered).all())


def _as_rows(conn: Connection, rows: Sequence[Any]) -> list[ReceiptRow]:
    ids = [row.id for row in rows]
    sums = {
        row[0]: row[1:]
        for row in conn.execute(
            sa.select(
                receipt_line.c.receipt_id, sa.func.count(), sa.cast(sa.func.sum(receipt_line.c.expected), sa.BigInteger),
                sa.cast(sa.func.sum(receipt_line.c.received), sa.BigInteger),
                sa.cast(sa.func.sum(receipt_line.c.damaged), sa.BigInteger),
            )
            .where(receipt_line.c.receipt_id.in_(ids))
            .group_by(receipt_line.c.receipt_id)
        )
    }  # fmt: skip
    aside = {
        row[0]: row[1]
        for row in conn.execute(
            sa.select(set_aside.c.receipt_id, sa.func.count())
            .where(set_aside.c.receipt_id.in_(ids), set_aside.c.state == "open")
            .group_by(set_aside.c.receipt_id)
        )
    }
    merchants = catalog.read_merchants(conn)
    return [
        ReceiptRow(
            id=row.id, number=row.number, reference=row.reference, part=row.part, kind=row.kind, state=row.state,
            supplier=row.supplier, merchant=merchants[row.merchant_id].name, expected_on=row.expected_on,
            lines=sums.get(row.id, (0,))[0], expected=_sum(sums, row.id, 1), received=_sum(sums, row.id, 2),
            damaged=_sum(sums, row.id, 3), set_aside=aside.get(row.id, 0), created_at=row.created_at,
            received_at=row.received_at,
        )
        for row in rows
    ]  # fmt: skip


def _sum(sums: dict[int, Any], receipt_id: int, column: int) -> int:
    return int(sums[receipt_id][column] or 0) if receipt_id in sums else 0


# -- for the office -------------------------------------------------------------------------------------------------


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    position: int
    sku: str
    name: str
    unit: str
    expected: int
    received: int
    damaged: int
    lot: str
    best_before: date | None


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """One scan of receiving that holds. `photos` are ids."""

    at: datetime
    sku: str
    quantity: int
    lot: str
    best_before: date | None
    serial: str
    sscc: str
    condition: str
    reason: str
    person_id: int | None
    person: str
    photos: list[int]


class AsideView(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    code: str
    quantity: int
    note: str
    state: str
    at: datetime


class ReceiptView(msgspec.Struct, frozen=True, kw_only=True):
    head: ReceiptRow
    note: str
    dock: str
    lines: list[LineView]
    acts: list[ActView]
    set_aside: list[AsideView]
    photos: list[int]


ACTS_SHOWN = 500


def read_receipt(conn: Connection, receipt_id: int) -> ReceiptView:
    """Raises `NotFound` RECEIPT_UNKNOWN. The newest 500 scans; all lines."""
    row = find_receipt(conn, receipt_id)
    rows = lines_of(conn, receipt_id)
    products = catalog.products_by_ids(conn, [each.product_id for each in rows])
    skus = {each.id: products[each.product_id].sku for each in rows}
    acts = conn.execute(
        sa.select(receipt_act)
        .where(receipt_act.c.receipt_id == receipt_id, ~receipt_act.c.undone)
        .order_by(receipt_act.c.id.desc())
        .limit(ACTS_SHOWN)
    ).all()
    names = names_of(conn, {each.person_id for each in acts if each.person_id is not None})
    photos = photos_of(conn, f"receipt:{receipt_id}")
    aside = conn.execute(sa.select(set_aside).where(set_aside.c.receipt_id == receipt_id).order_by(set_aside.c.id))
    dock = stock.locations_by_ids(conn, [row.dock_id]) if row.dock_id else {}
    return ReceiptView(
        head=_as_rows(conn, [row])[0], note=row.note, dock=dock[row.dock_id].code if row.dock_id in dock else "",
        lines=[
            LineView(
                position=each.position, sku=products[each.product_id].sku, name=products[each.product_id].name,
                unit=products[each.product_id].unit, expected=each.expected, received=each.received,
                damaged=each.damaged, lot=each.lot, best_before=each.best_before,
            )
            for each in rows
        ],
        acts=[
            ActView(
                at=each.at, sku=skus[each.receipt_line_id], quantity=each.quantity, lot=each.lot,
                best_before=each.best_before, serial=each.serial, sscc=each.sscc, condition=each.condition,
                reason=each.reason, person_id=each.person_id, person=names.get(each.person_id or 0, ""),
                photos=[number for number, act in photos if act == each.uid],
            )
            for each in acts
        ],
        set_aside=[
            AsideView(id=each.id, code=each.code, quantity=each.quantity, note=each.note, state=each.state, at=each.at)
            for each in aside
        ],
        photos=[number for number, _ in photos],
    )  # fmt: skip


def photos_of(conn: Connection, about: str) -> list[tuple[int, Any]]:
    """(photo id, act or None) of a subject, oldest first."""
    statement = sa.select(inbound_photo.c.id, inbound_photo.c.act).where(inbound_photo.c.about == about)
    return [(row.id, row.act) for row in conn.execute(statement.order_by(inbound_photo.c.id))]


def read_photo(conn: Connection, photo_id: int) -> tuple[str, bytes]:
    """Media type and bytes. Raises `NotFound` PHOTO_UNKNOWN."""
    row = conn.execute(sa.select(inbound_photo).where(inbound_photo.c.id == photo_id)).one_or_none()
    if row is None:
        raise NotFound(
            "PHOTO_UNKNOWN", f"Expected a photo, got number {photo_id}; reload the delivery.", got=str(photo_id)
        )
    return row.media_type, row.content


def lines_of_products(conn: Connection, receipt_id: int, product_ids: Iterable[int]) -> dict[int, int]:
    """Product -> line of the delivery."""
    statement = sa.select(receipt_line.c.product_id, receipt_line.c.id).where(
        receipt_line.c.receipt_id == receipt_id, receipt_line.c.product_id.in_(sorted(set(product_ids)))
    )
    return {row.product_id: row.id for row in conn.execute(statement)}
