"""The demo warehouse: one merchant, 300 products, 3 zones, 120 locations, stock, 60 orders, three services, six people.

Secrets of the demo (badges, PINs, tokens) are drawn anew at each load and kept readable in the setting `demo`, because
`/demo` shows them. Nothing here runs unless somebody asks for the demo.
"""

import os
import random
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.demo_buyers import demo_buyers
from backend.app.demo_goods import DemoProduct, demo_products
from backend.app.demo_inbound import announce, make_places, set_policies
from backend.app.demo_stock import load_stock_story
from backend.app.schema import load_tables
from backend.catalog import api as catalog
from backend.channels import api as channels
from backend.gs1.own_codes import badge_body
from backend.identity import store as identity
from backend.orders import api as orders
from backend.orders.tables import channel
from backend.outbound.tables import carton, station
from backend.platform import clock
from backend.platform.errors import Conflict
from backend.print_queue import api as printing
from backend.shipping.api import tell_names
from backend.shipping.tables import carrier_account
from backend.stock import api as stock

SETTING = "demo"
ORDERS = 60
ZONES = ("A", "B", "C")
AISLES, BAYS, LEVELS = 2, 5, 4
TOTES = 24
PEOPLE = (
    ("Jana Nováková", "worker", "cs", "1947"),
    ("Petr Dvořák", "worker", "cs", "2058"),
    ("Ľubica Kováčová", "worker", "sk", "3169"),
    ("Szabó Gergő", "worker", "hu", "4270"),
    ("Emma Clark", "lead", "en", "5381"),
    ("Karel Majitel", "owner", "cs", "6492"),
)
OWNER_EMAIL, OWNER_PASSWORD = "majitel@example.com", "rampa-demo"
CARTONS = (("K1", "Krabice malá", 200, 150, 100, 90), ("K2", "Krabice střední", 300, 200, 150, 180),
           ("K3", "Krabice velká", 400, 300, 250, 350), ("OB", "Obálka s bublinkami", 320, 220, 20, 30))  # fmt: skip
SERVICES = (("own_van", "van"), ("fake", "standard"), ("fake", "express"))


def reset(conn: Connection) -> None:
    """Throw everything away: tables, data, and the mark of the migrations."""
    metadata = load_tables()
    metadata.drop_all(conn)
    conn.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))


def load_demo(conn: Connection) -> str:
    """Fill an empty database; returns one sentence. Raises DEMO_NOT_EMPTY when there is data already."""
    if conn.execute(sa.select(sa.func.count()).select_from(channel)).scalar_one():
        raise Conflict(
            "DEMO_NOT_EMPTY", "Expected an empty database, found data in it; `rampa demo --reset` throws it away first."
        )
    now = clock.now()
    chance = random.Random(952)
    merchant_id = catalog.create_merchant(
        conn, "CAJOVNA", "Čajovna U Rampy s.r.o.", company_id="00000019", vat_id="CZ00000019", street="Skladová 12",
        city="Kutná Hora", zip="284 01", country="CZ", phone="+420 600 000 019", email="sklad@example.com", currency="CZK",
    )  # fmt: skip
    products = _products(conn, merchant_id)
    set_policies(conn, products)
    places = _locations(conn)
    make_places(conn)
    _stock_up(conn, products, places, chance, now)
    _benches(conn, places)
    people = _people(conn, now)
    story = {"people": people, **_printing(conn, now), **_channels(conn, merchant_id)}
    story["device_hint"] = "enrol"
    catalog.write_setting(conn, SETTING, story)
    taken = _orders(conn, products, chance, now)
    announce(conn, products, now)
    outcome = orders.run_shippable(conn, now)
    load_stock_story(conn, products, now)
    return f"The demo is loaded: {len(products)} products, {taken} orders, {outcome.ready} of them can be sent now."


def point_to(conn: Connection, *, printer: str, carrier: str) -> None:
    """Where the demo's virtual printer and carrier listen this time."""
    printing.save_printer(conn, "STITKY-1", "demo", address=printer)
    account = carrier_account.c
    settings = conn.execute(sa.select(account.settings).where(account.carrier_code == "fake")).scalar_one_or_none()
    if settings is not None:
        conn.execute(
            sa.update(carrier_account)
            .where(account.carrier_code == "fake")
            .values(settings={**settings, "base_url": carrier})
        )


def _products(conn: Connection, merchant_id: int) -> list[tuple[int, DemoProduct]]:
    shelf = demo_products()
    numbers = catalog.create_products(
        conn,
        [
            {"merchant_id": merchant_id, "sku": each.sku, "name": each.name, "weight_g": each.weight_g, "unit": "ks"}
            for each in shelf
        ],
    )
    codes: list[dict[str, Any]] = []
    for number, each in zip(numbers, shelf, strict=True):
        base = {"merchant_id": merchant_id, "product_id": number}
        codes.append(base | {"key": f"gtin:0{each.gtin}", "level": "each", "quantity": 1})
        if each.inner_gtin:
            codes.append(base | {"key": f"gtin:{each.inner_gtin}", "level": "inner", "quantity": each.inner_pieces})
        if each.case_gtin:
            codes.append(base | {"key": f"gtin:{each.case_gtin}", "level": "case", "quantity": each.case_pieces})
    catalog.add_codes(conn, codes)
    return list(zip(numbers, shelf, strict=True))


def _locations(conn: Connection) -> dict[str, list[int]]:
    """Zone or kind -> location ids. The walk is a serpentine: up one aisle, down the next."""
    rows: list[dict[str, Any]] = []
    for zone_place, zone in enumerate(ZONES):
        for aisle in range(1, AISLES + 1):
            for bay in range(1, BAYS + 1):
                walked_bay = bay if aisle % 2 else BAYS + 1 - bay
                for level in range(1, LEVELS + 1):
                    rows.append(
                        {
                            "code": f"{zone}-{aisle:02d}-{bay}-{level}", "kind": "pick_face", "zone": zone,
                            "aisle": f"{aisle:02d}", "bay": str(bay), "level": str(level),
                            "walk_sequence": zone_place * 10_000 + aisle * 1_000 + walked_bay * 10 + level,
                        }
                    )  # fmt: skip
    rows += [{"code": code, "kind": kind} for code, kind in (
        ("PRIJEM-1", "receiving"), ("KARANTENA", "quarantine"), ("BALENI-1", "packing"), ("BALENI-2", "packing"),
        ("RAMPA-1", "dispatch"),
    )]  # fmt: skip
    rows += [{"code": f"T-{number:03d}", "kind": "tote"} for number in range(1, TOTES + 1)]
    found: dict[str, list[int]] = {}
    for number, row in zip(stock.create_locations(conn, rows), rows, strict=True):
        found.setdefault(row.get("zone") or row["kind"], []).append(number)
    return found


def _stock_up(
    conn: Connection, products: list[tuple[int, DemoProduct]], places: dict[str, list[int]], chance: random.Random,
    now: datetime,
) -> None:  # fmt: skip
    """Every product in one place of its zone, a third in two; a few are sold out, as in every shop."""
    vendor = stock.outside(conn, "vendor")
    moves: list[stock.Move] = []
    turn = dict.fromkeys(ZONES, 0)
    for place, (product_id, product) in enumerate(products):
        if place % 41 == 40:
            continue
        homes = [places[product.zone][turn[product.zone] % len(places[product.zone])]]
        turn[product.zone] += 1
        if place % 3 == 0:
            homes.append(places[product.zone][(turn[product.zone] + 17) % len(places[product.zone])])
        moves += [stock.Move(product_id, vendor, home, chance.randint(8, 40), "receipt", "demo:1") for home in homes]
    stock.post(conn, moves, now)


def _benches(conn: Connection, places: dict[str, list[int]]) -> None:
    conn.execute(
        sa.insert(station),
        [
            {"code": "BALENI-1", "name": "Balicí stůl 1", "location_id": places["packing"][0]},
            {"code": "BALENI-2", "name": "Balicí stůl 2", "location_id": places["packing"][1]},
        ],
    )
    names = ("code", "name", "length_mm", "width_mm", "height_mm", "tare_g")
    conn.execute(sa.insert(carton), [dict(zip(names, each, strict=True)) | {"active": True} for each in CARTONS])


def _people(conn: Connection, now: datetime) -> list[dict[str, str]]:
    found = []
    for name, role, language, pin in PEOPLE:
        owner = role == "owner"
        number = identity.create_person(
            conn, name=name, now=now, role=role, language=language, pin=pin,
            email=OWNER_EMAIL if owner else None, password=OWNER_PASSWORD if owner else None,
        )  # fmt: skip
        badge = badge_body(os.urandom(18))
        identity.give_badge(conn, number, badge, now)
        found.append({"name": name, "role": role, "language": language, "pin": pin, "badge": badge})
    return found


def _printing(conn: Connection, now: datetime) -> dict[str, Any]:
    """One agent, one label printer for both benches, one folder for papers."""
    token = printing.create_agent(conn, "demo", now)
    label = {"driver": "zpl", "transport": "tcp", "dpi": 203, "media_width_mm": 105, "media_height_mm": 148}
    printing.save_printer(conn, "STITKY-1", "demo", name="Tiskárna štítků", address="127.0.0.1:9100", **label)
    printing.save_printer(
        conn, "PAPIRY-1", "demo", name="Složka s papíry", driver="folder", transport="folder", address="papers", dpi=300
    )
    printing.save_route(conn, "*", "label", "STITKY-1")
    printing.save_route(conn, "*", "paper", "PAPIRY-1")
    return {"agent_token": token, "owner": {"email": OWNER_EMAIL, "password": OWNER_PASSWORD}}


def _channels(conn: Connection, merchant_id: int) -> dict[str, Any]:
    rows = [
        {"merchant_id": merchant_id, "code": "ESHOP", "name": "E-shop", "kind": "file", "settings": {}},
        {"merchant_id": merchant_id, "code": "WOO", "name": "WooCommerce", "kind": "woocommerce", "settings": {
            "shipping": {"default": {"carrier": "own_van", "service": "van"}}}},
    ]  # fmt: skip
    conn.execute(sa.insert(channel), rows)
    accounts = [
        {"carrier_code": "own_van", "name": "Vlastní rozvoz", "plugin": "own_van", "settings": {}, "active": True},
        {"carrier_code": "fake", "name": "Zkušební dopravce", "plugin": "fake", "active": True,
         "settings": {"base_url": "http://127.0.0.1:8020", "client_id": "demo", "client_secret": "demo"}},
    ]  # fmt: skip
    conn.execute(sa.insert(carrier_account), accounts)
    tell_names(conn)
    return {}


def _orders(conn: Connection, products: list[tuple[int, DemoProduct]], chance: random.Random, now: datetime) -> int:
    """Sixty orders in the documented order file, taken in through the same door as everybody's."""
    shelf = [product for _, product in products]
    written = [_order(number, buyer, shelf, chance, now) for number, buyer in enumerate(demo_buyers(ORDERS), start=1)]
    content = msgspec.json.encode({"orders": written})
    outcome = channels.take_file(conn, "ESHOP", content, file_name="demo-orders.json", source="cli", now=now)
    return outcome.received


def _order(
    number: int, buyer: dict[str, Any], shelf: list[DemoProduct], chance: random.Random, now: datetime
) -> dict[str, Any]:
    placed = now - timedelta(hours=ORDERS - number, minutes=chance.randint(0, 50))
    lines, total = [], 0
    for product in chance.sample(shelf, chance.choice((1, 1, 2, 2, 3, 4, 5))):
        quantity = chance.choice((1, 1, 1, 2, 2, 3))
        if product.case_pieces and chance.random() < 0.06:
            quantity = product.case_pieces
        amount = product.price * quantity
        total += amount
        lines.append(
            {"kind": "goods", "sku": product.sku, "name": product.name, "quantity": quantity,
             "unit_price": f"{product.price / 100:.2f}", "total": f"{amount / 100:.2f}"}
        )  # fmt: skip
    carrier, service = SERVICES[number % len(SERVICES)]
    shipping = 8900 if carrier == "fake" else 5900
    total += shipping
    lines.append({"kind": "shipping", "name": "Doprava", "quantity": 1, "unit_price": f"{shipping / 100:.2f}",
                  "total": f"{shipping / 100:.2f}"})  # fmt: skip
    return {
        "key": f"ESHOP-{2026000 + number}", "number": str(2026000 + number), "placed_at": placed.isoformat(),
        "ship_to": {key: buyer[key] for key in ("name", "street", "city", "zip", "country", "phone", "email")},
        "carrier": carrier, "service": service, "payment": "cod" if number % 7 == 0 else "prepaid", "currency": "CZK",
        "total": f"{total / 100:.2f}", "lines": lines,
        "note": "Prosím zazvonit, pes neštěká." if number % 9 == 0 else "",
    }  # fmt: skip
