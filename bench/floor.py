"""A warehouse with prepared waves, and the scans that pickers will send for them: place, piece, tote, as on the floor."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.gs1.check_digits import mod10_digit
from backend.identity import store as identity
from backend.identity.tables import person
from backend.orders.tables import channel, order_line, sales_order
from backend.outbound.store.waves import make_wave, take_wave
from backend.outbound.views.picks import read_bundle
from backend.platform import clock
from backend.stock import api as stock

DEVICES = 8
WAVES = 14
ORDERS_IN_WAVE = 12
LINES_IN_ORDER = 4
PRODUCTS = 2_000


class Walker(NamedTuple):
    """A device with somebody signed in, and every scan it is going to send, written as JSON, numbered from 1."""

    token: str
    session: str
    scans: list[bytes]


def gtin(number: int) -> str:
    body = f"0952{number:09d}"
    return body + str(mod10_digit(body))


def create_shelves(conn: Connection, products: int, pieces: int) -> tuple[int, list[int]]:
    """A merchant, products with a code each, one pick face for each product, all stocked up."""
    merchant_id = catalog.create_merchant(conn, "BENCH", "Bench")
    now = clock.now()
    names = [
        {"merchant_id": merchant_id, "sku": f"P{number:06d}", "name": f"Zboží {number}"} for number in range(products)
    ]
    ids = catalog.create_products(conn, names)
    catalog.add_codes(
        conn,
        [
            {
                "merchant_id": merchant_id,
                "product_id": each,
                "key": f"gtin:{gtin(number)}",
                "quantity": 1,
                "level": "each",
            }
            for number, each in enumerate(ids)
        ],
    )
    places = stock.create_locations(
        conn,
        [
            {"code": f"A-{number:05d}", "kind": "pick_face", "zone": "A", "walk_sequence": number}
            for number in range(products)
        ],
    )
    vendor = stock.outside(conn, "vendor")
    stock.post(
        conn,
        [stock.Move(each, vendor, place, pieces, "receipt", "bench") for each, place in zip(ids, places, strict=True)],
        now,
    )
    settings = {"default": {"carrier": "own_van", "service": "standard"}}
    conn.execute(
        sa.insert(channel).values(merchant_id=merchant_id, code="BENCH", name="Bench", kind="file", settings=settings)
    )
    return merchant_id, ids


def create_ready_orders(conn: Connection, merchant_id: int, wanted: list[dict[int, int]]) -> list[int]:
    """Orders in state `ready` with their stock reserved, a few statements for all."""
    now = clock.now()
    row = {
        "merchant_id": merchant_id, "channel_id": conn.execute(sa.select(sa.func.min(channel.c.id))).scalar_one(),
        "state": "ready", "placed_at": now, "received_at": now, "promised_at": now + timedelta(days=1),
        "buyer_name": "Jana Nováková", "street": "Dlouhá 1", "city": "Brno", "zip": "60200", "country": "CZ", "billing": {},
        "carrier_code": "own_van", "service_code": "standard", "currency": "CZK", "total_amount": 10_000,
    }  # fmt: skip
    numbers = [f"B{number:06d}" for number in range(len(wanted))]
    returned = conn.execute(
        sa.insert(sales_order).returning(sales_order.c.id, sort_by_parameter_order=True),
        [row | {"number": each, "remote_key": each, "remote_number": each} for each in numbers],
    )
    ids = [each.id for each in returned]
    rows = [
        {
            "order_id": order_id, "position": position, "kind": "goods", "sku": f"{product}", "name": f"Zboží {product}",
            "product_id": product, "quantity": pieces, "reserved": pieces, "unit_amount": 100, "total_amount": 100,
        }
        for order_id, lines in zip(ids, wanted, strict=True)
        for position, (product, pieces) in enumerate(lines.items(), start=1)
    ]  # fmt: skip
    lines = conn.execute(sa.insert(order_line).returning(order_line.c.id, sort_by_parameter_order=True), rows).all()
    place_of = {place: at for at, place in _places(conn).items()}
    stock.reserve(
        conn,
        [
            stock.Reservation(row["product_id"], place_of[row["product_id"]], row["quantity"], f"order:{row['order_id']}", line.id)
            for row, line in zip(rows, lines, strict=True)
        ],
        now,
    )  # fmt: skip
    return ids


def _places(conn: Connection) -> dict[int, int]:
    """Location -> the one product that lies there."""
    places = [each.id for each in stock.locations_of_kind(conn, ["pick_face"])]
    return {place.location_id: place.product_id for place in stock.balances_at(conn, places)}


def create_floor(conn: Connection) -> list[Walker]:
    """Eight walkers with fourteen cluster waves of twelve orders each, four lines an order."""
    chance = random.Random(1)
    merchant_id, products = create_shelves(conn, PRODUCTS, 1_000)
    count = DEVICES * WAVES * ORDERS_IN_WAVE
    wanted = [dict.fromkeys(chance.sample(products, LINES_IN_ORDER), 1) for _ in range(count)]
    order_ids = create_ready_orders(conn, merchant_id, wanted)
    totes = [f"T-{number:05d}" for number in range(count)]
    stock.create_locations(conn, [{"code": code, "kind": "tote"} for code in totes])
    now = clock.now()
    walkers = []
    for number in range(DEVICES):
        person_id = identity.create_person(conn, name=f"Walker {number}", now=now)
        device = identity.add_device(conn, f"Terminal {number}", now)
        who = conn.execute(sa.select(person).where(person.c.id == person_id)).one()
        device_id = conn.execute(sa.text("SELECT max(id) FROM device")).scalar_one()
        session = identity.open_session(conn, who, "floor", device_id, now).session
        scans: list[bytes] = []
        for _ in range(WAVES):
            mine, order_ids = order_ids[:ORDERS_IN_WAVE], order_ids[ORDERS_IN_WAVE:]
            wave_id = make_wave(conn, "cluster", mine, now)
            take_wave(conn, wave_id, person_id, device_id, now)
            bundle = read_bundle(conn, wave_id)
            assert bundle is not None
            slots = {each["slot"]: f"tote:{totes.pop()}" for each in bundle["slots"]}
            scans += _scans_of(bundle, slots, str(session), len(scans))
        walkers.append(Walker(device.token, str(session), scans))
    return walkers


def _scans_of(bundle: dict[str, Any], totes: dict[int, str], session: str, seq: int) -> list[bytes]:
    written: list[bytes] = []
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    for line in bundle["lines"]:
        act, tote, place = str(uuid.uuid4()), totes[line["slot"]], line["location"]["key"]
        code = line["codes"][0]["key"]
        body = {"line": line["id"], "quantity": line["quantity"]}
        for kind, key, joined, more in (
            ("location", place, None, {"line": line["id"]}),
            ("product", code, act, body),
            ("tote", tote, act, body | {"tote": tote, "location": place}),
        ):
            seq += 1
            scan = {
                "id": str(uuid.uuid4()), "seq": seq, "at": at, "flow": "pick", "task": bundle["task"],
                "step": "pick.at_location", "kind": kind, "act": joined, "keys": [key], "raw": key.partition(":")[2],
                "source": "wedge", "session": session, "local": "ok", "body": more,
            }  # fmt: skip
            written.append(msgspec.json.encode(scan))
    return written
