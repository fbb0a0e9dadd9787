"""The codes of the tour for goods in: what open deliveries wait for, and the places of walks that are under way."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.gs1.own_codes import build_own_code
from backend.inbound.tables import logistic_unit, put_away, put_away_line, receipt, receipt_line
from backend.stock.tables import location

LINES_SHOWN = 8
GOOD_DAYS = 540


def deliveries(conn: Connection, today: date) -> list[dict[str, Any]]:
    """Open deliveries: goods that are missing with a code that tells all that is asked, and pallets."""
    heads = conn.execute(
        sa.select(receipt.c.id, receipt.c.reference, receipt.c.supplier)
        .where(receipt.c.state.in_(("expected", "receiving")))
        .order_by(receipt.c.id)
        .limit(4)
    ).all()
    return [
        {
            "reference": head.reference, "supplier": head.supplier, "lines": _lines(conn, head.id, today),
            "units": list(
                conn.execute(
                    sa.select(logistic_unit.c.sscc)
                    .where(logistic_unit.c.receipt_id == head.id, ~logistic_unit.c.received)
                    .distinct()
                    .order_by(logistic_unit.c.sscc)
                ).scalars()
            ),
        }
        for head in heads
    ]  # fmt: skip


def _lines(conn: Connection, receipt_id: int, today: date) -> list[dict[str, Any]]:
    left = receipt_line.c.expected - receipt_line.c.received
    rows = conn.execute(
        sa.select(receipt_line.c.id, receipt_line.c.product_id, left.label("left"))
        .where(receipt_line.c.receipt_id == receipt_id, left > 0)
        .order_by(receipt_line.c.position)
        .limit(LINES_SHOWN)
    ).all()
    ids = [row.product_id for row in rows]
    products, codes, policies = (
        catalog.products_by_ids(conn, ids), catalog.codes_of(conn, ids), catalog.policies_of(conn, ids),
    )  # fmt: skip
    good_until = f"{today + timedelta(days=GOOD_DAYS):%y%m%d}"
    found: list[dict[str, Any]] = []
    for row in rows:
        product, policy = products[row.product_id], policies.get(row.product_id, catalog.PLAIN)
        gtin = next((each.key.partition(":")[2] for each in codes[row.product_id] if each.key.startswith("gtin:")), "")
        text = f"(01){gtin}"
        if policy.dated:
            text += f"(15){good_until}"
        if product.tracking == "lot":
            text += "(10)L26A"
        plain = text == f"(01){gtin}"
        found.append(
            {
                "sku": product.sku, "name": product.name, "quantity": row.left,
                "text": gtin[1:] if plain else text, "symbology": "ean13" if plain else "datamatrix",
                "serials": [f"SN-{row.id:04d}-{n}" for n in range(1, min(row.left, 3) + 1)]
                if product.tracking == "serial" else [],
            }
        )  # fmt: skip
    return found


def put_places(conn: Connection) -> list[dict[str, str]]:
    """Places that open walks of put-away lead to."""
    rows = conn.execute(
        sa.select(location.c.code)
        .join(put_away_line, put_away_line.c.location_id == location.c.id)
        .join(put_away, put_away.c.id == put_away_line.c.put_away_id)
        .where(put_away.c.state == "open", put_away_line.c.put < put_away_line.c.quantity)
        .distinct()
        .order_by(location.c.code)
        .limit(24)
    ).scalars()
    return [{"name": code, "code": build_own_code("location", code)} for code in rows]
