"""The demo's goods in: honey by lot and date, chocolate by date, spice mills by serial; deliveries that are expected today."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.demo_goods import DemoProduct
from backend.catalog import api as catalog
from backend.catalog.tables import product as product_table
from backend.gs1.check_digits import mod10_digit
from backend.inbound.store.imports import take_file
from backend.platform.errors import Conflict
from backend.stock import api as stock

HONEY = catalog.Policy(dated=True, rotation="fefo", life_days=60, mixed_lots=False, volume_ml=400)
CHOCOLATE = catalog.Policy(dated=True, rotation="fefo", life_days=30, volume_ml=90)
MUGS = catalog.Policy(look_alike="hrnky", volume_ml=600)


def sscc(number: int) -> str:
    """The example SSCC with running number `number` (0..999,999,999)."""
    body = f"39520000{number:09d}"
    return body + mod10_digit(body)


def set_policies(conn: Connection, products: list[tuple[int, DemoProduct]]) -> None:
    """What some goods of the shelf ask for."""
    policies: dict[int, catalog.Policy] = {}
    tracked: list[dict[str, Any]] = []
    for number, each in products:
        if each.name.startswith("Med "):
            policies[number] = HONEY
            tracked.append({"number": number, "kind": "lot"})
        elif each.name.startswith("Čokoláda"):
            policies[number] = CHOCOLATE
        elif each.name.startswith("Hrnek smaltovaný"):
            policies[number] = MUGS
        elif each.name.startswith("Mlýnek na koření"):
            tracked.append({"number": number, "kind": "serial"})
    catalog.save_policies(conn, policies)
    conn.execute(
        sa.update(product_table)
        .where(product_table.c.id == sa.bindparam("number"))
        .values(tracking=sa.bindparam("kind")),
        tracked,
    )


def empty_places() -> list[dict[str, Any]]:
    """A reserve of free shelves and a cart, so that goods that come have somewhere to go."""
    shelves = [
        {
            "code": f"D-01-{bay}-{level}", "kind": "storage", "zone": "D", "aisle": "01", "bay": str(bay),
            "level": str(level), "walk_sequence": 40_000 + bay * 10 + level, "holds_g": 150_000, "holds_ml": 400_000,
        }
        for bay in range(1, 4)
        for level in range(1, 5)
    ]  # fmt: skip
    carts = [
        {"code": f"C-{number:02d}", "kind": "cart", "zone": "", "aisle": "", "bay": "", "level": "", "walk_sequence": 0,
         "holds_g": None, "holds_ml": None}
        for number in (1, 2)
    ]  # fmt: skip
    return shelves + carts


def announce(conn: Connection, products: list[tuple[int, DemoProduct]], now: datetime) -> list[str]:
    """A purchase order, and an advance notice with two pallets; answers their numbers."""

    def skus(start: str, count: int) -> list[str]:
        return [each.sku for _, each in products if each.name.startswith(start)][:count]

    honey, chocolate, mills = skus("Med květový", 2), skus("Čokoláda", 1), skus("Mlýnek", 1)
    good_until = (now + timedelta(days=540)).date().isoformat()
    order = [{"sku": sku, "quantity": 12} for sku in honey] + [{"sku": sku, "quantity": 20} for sku in chocolate]
    order += [{"sku": sku, "quantity": 3} for sku in mills] + [{"sku": skus("Zelený čaj", 1)[0], "quantity": 24}]
    pallets = [
        {"sku": sku, "quantity": 48, "sscc": sscc(1 + place)} for place, sku in enumerate(skus("Káva Brazílie", 2))
    ]
    pallets.append(
        {"sku": skus("Med lesní", 1)[0], "quantity": 24, "lot": "ML26A", "best_before": good_until, "sscc": sscc(1)}
    )
    today = now.date().isoformat()
    content = msgspec.json.encode(
        {
            "receipts": [
                {"reference": "OBJ-2026-031", "supplier": "Medař Kutná Hora", "expected_on": today, "lines": order,
                 "note": "Sklo. Poškozené kusy vyfotit."},
                {"reference": "DL-77120", "kind": "advance_notice", "supplier": "Pražírna Doubravka", "expected_on": today,
                 "lines": pallets},
            ]
        }
    )  # fmt: skip
    outcome = take_file(conn, "", content, now)
    if outcome.refused:
        raise Conflict("DEMO_BROKEN", f"Expected deliveries that fit the shelf, got {outcome.refused[0].sentence}")
    return outcome.numbers


def make_places(conn: Connection) -> None:
    stock.create_locations(conn, empty_places())
