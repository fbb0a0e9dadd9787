"""A small warehouse in which everything is scarce: twelve products, fourteen places, ten totes, two benches, two carriers."""

import random
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from backend.identity import store as identity
from backend.stock import api as stock
from tests.builders import create_channel, create_location, create_merchant, create_product, create_tote, gtin
from tests.outbound.bench import create_carton, create_station
from tests.outbound.chain import set_up_carriers, set_up_printer

CHANNELS = {"SHOP-A": "all_or_nothing", "SHOP-B": "partial"}
STATIONS = ("BENCH-1", "BENCH-2")
TOTES = tuple(f"tote:T-{number:02d}" for number in range(1, 11))
CARTON = "carton:K1"
OWNER = {"email": "owner@example.com", "password": "secret-owner"}
DEVICES = ("Alfa", "Beta", "Gama", "Delta")
SERVICES = (("own_van", "van"), ("own_van", "standard"), ("fake", "standard"))
PRODUCTS_OF_EACH = 6


class Product(NamedTuple):
    id: int
    sku: str
    channel: str
    keys: dict[str, int]


class Warehouse(NamedTuple):
    """What the walkers know without asking: badges, secrets of the devices, goods with their codes, pieces received."""

    products: dict[int, Product]
    received: dict[int, int]
    tokens: dict[str, str]
    badges: list[tuple[str, str]]


def build(conn: Connection, chance: random.Random, now: datetime) -> Warehouse:
    """Goods come from the vendor; every product lies at two places, a few pieces at each."""
    products: dict[int, Product] = {}
    number = 0
    for code, allocation in CHANNELS.items():
        merchant_id = create_merchant(conn, code=code, allocation=allocation)
        create_channel(conn, merchant_id, code=code)
        for _ in range(PRODUCTS_OF_EACH):
            number += 1
            keys = {f"gtin:{gtin(800_000 + number)}": 1}
            if number % 3 == 0:
                keys[f"gtin:{gtin(900_000 + number)}"] = 3
            product_id = create_product(conn, merchant_id, keys=keys, sku=f"SIM-{number:02d}", name=f"Goods {number}")
            products[product_id] = Product(product_id, f"SIM-{number:02d}", code, keys)
    places = [
        create_location(conn, code=f"S-{number:02d}", zone="S", walk_sequence=10 * number) for number in range(14)
    ]
    received = stock_up(conn, chance, list(products), places, now)
    for each in TOTES:
        create_tote(conn, code=each.partition(":")[2])
    for code in STATIONS:
        create_station(conn, code=code)
    create_carton(conn)
    create_location(conn, code="DOCK", kind="dispatch", zone="")
    set_up_carriers(conn)
    set_up_printer(conn)
    tokens = {name: identity.add_device(conn, name, now).token for name in DEVICES}
    badges = []
    for place, name in enumerate(("Eva", "Petr", "Jana", "Ondra", "Iva")):
        person_id = identity.create_person(conn, name=name, role="worker", now=now, pin=f"40{place}1")
        badge = f"B4DGE{place}"
        identity.give_badge(conn, person_id, badge, now)
        badges.append((badge, f"40{place}1"))
    identity.create_person(conn, name="Owner", role="owner", now=now, **OWNER)
    return Warehouse(products, received, tokens, badges)


def stock_up(
    conn: Connection, chance: random.Random, products: list[int], places: list[int], now: datetime
) -> dict[int, int]:
    """A delivery: pieces by product."""
    vendor = stock.outside(conn, "vendor")
    received: dict[int, int] = {}
    moves = []
    for product_id in products:
        for place in chance.sample(places, 2):
            pieces = chance.randint(3, 14)
            received[product_id] = received.get(product_id, 0) + pieces
            moves.append(stock.Move(product_id, vendor, place, pieces, "receipt", "simulation"))
    stock.post(conn, moves, now)
    return received


def order_file(
    warehouse: Warehouse, chance: random.Random, channel: str, first: int, count: int, now: datetime
) -> bytes:
    """Orders as a shop sends them; now and then for goods that nobody has, or with a broken address."""
    goods = [each for each in warehouse.products.values() if each.channel == channel]
    orders = [_order(chance, goods, channel, first + place, now) for place in range(count)]
    return msgspec.json.encode({"orders": orders})


def _order(chance: random.Random, goods: list[Product], channel: str, number: int, now: datetime) -> dict[str, Any]:
    carrier, service = chance.choice(SERVICES)
    chosen = chance.sample(goods, chance.choice((1, 1, 2, 2, 3)))
    lines = [
        {"sku": each.sku, "name": each.sku, "quantity": chance.choice((1, 1, 2, 3, 4)), "unit_price": "10.00"}
        for each in chosen
    ]
    if chance.random() < 0.04:
        lines.append({"sku": "NOBODY-KNOWS", "name": "?", "quantity": 1, "unit_price": "10.00"})
    address = {"name": "Jana Nováková", "street": "Dlouhá 1", "city": "Brno", "zip": "60200", "country": "CZ",
               "phone": "+420601000000", "email": "jana@example.com"}  # fmt: skip
    if chance.random() < 0.04:
        address["street"] = ""
    return {
        "key": f"{channel}-{number}", "number": f"{number}", "currency": "CZK", "carrier": carrier, "service": service,
        "placed_at": (now - timedelta(minutes=chance.randint(0, 300))).isoformat(), "ship_to": address, "lines": lines,
        "payment": chance.choice(("prepaid", "prepaid", "cod")),
    }  # fmt: skip
