"""A warehouse with enough goods, places, totes and ready orders for a whole run; nobody waits for the office."""

import random
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.schema import migrate
from backend.identity import store as identity
from backend.identity.tables import device, person
from backend.orders.tables import sales_order
from backend.platform import clock
from backend.print_queue import api as printing
from backend.shipping import store as shipping
from backend.stock import api as stock
from bench.floor import create_ready_orders, create_shelves, gtin
from tests.builders import create_location
from tests.outbound.bench import create_carton, create_station

STATIONS = ("BENCH-1", "BENCH-2", "BENCH-3")
PRODUCTS = 60
PIECES_EACH = 200_000
TOTES_EACH = 2_000
OWNER = {"email": "owner@example.com", "password": "secret-owner"}


class Hand(NamedTuple):
    """A device with somebody signed in."""

    name: str
    token: str
    session: str
    badge: tuple[str, str]
    totes: tuple[str, ...]


class Floor(NamedTuple):
    """`received` is product -> pieces; `codes` is SKU -> GTIN-13; `links` are one-time enrolments for the pages."""

    hands: list[Hand]
    received: dict[int, int]
    codes: dict[str, str]
    agent_token: str
    links: list[str]
    people: list[dict[str, str]]
    orders: list[str]


def build(conn: Connection, seed: int, *, hands: int, pages: int, orders: int, printer_port: int) -> Floor:
    """Orders of two to four lines, each ready with its stock reserved."""
    chance = random.Random(seed)
    migrate(conn)
    now = clock.now()
    merchant_id, products = create_shelves(conn, PRODUCTS, PIECES_EACH)
    wanted = [
        {each: chance.choice((1, 1, 1, 2, 2, 3)) for each in chance.sample(products, chance.randint(2, 4))}
        for _ in range(orders)
    ]
    ids: list[int] = []
    for first in range(0, len(wanted), 500):
        ids += _more_orders(conn, merchant_id, wanted[first : first + 500], first)
    for code in STATIONS:
        create_station(conn, code=code)
    create_carton(conn)
    create_location(conn, code="DOCK", kind="dispatch", zone="")
    shipping.save_account(conn, "own_van", "Own van", "own_van", {"routes": {"60": "BRNO"}})
    token = printing.create_agent(conn, "bench", now)
    printing.save_printer(
        conn, "LABELS", "bench", name="Labels", driver="zpl", transport="tcp", address=f"127.0.0.1:{printer_port}",
        dpi=203, media_width_mm=105, media_height_mm=148,
    )  # fmt: skip
    printing.save_route(conn, "*", "label", "LABELS")
    identity.create_person(conn, name="Owner", role="owner", now=now, **OWNER)
    numbers = [row.number for row in conn.execute(sa.select(sales_order.c.number).order_by(sales_order.c.id))]
    return Floor(
        hands=[_hire(conn, place) for place in range(hands)],
        received=dict.fromkeys(products, PIECES_EACH),
        codes={f"P{number:06d}": gtin(number)[1:] for number in range(PRODUCTS)},
        agent_token=token,
        links=[identity.open_enrolment(conn, f"Page {place}", None, now)[0] for place in range(pages)],
        people=[_worker(conn, 100 + place) for place in range(pages)],
        orders=numbers,
    )


def _more_orders(conn: Connection, merchant_id: int, wanted: list[dict[int, int]], first: int) -> list[int]:
    made = create_ready_orders(conn, merchant_id, wanted)
    conn.execute(
        sa.update(sales_order)
        .where(sales_order.c.id.in_(made))
        .values(
            {name: sa.literal(f"{first}-") + sales_order.c[name] for name in ("number", "remote_key", "remote_number")}
        )
    )
    return made


def _worker(conn: Connection, place: int) -> dict[str, Any]:
    now, pin, badge = clock.now(), f"4{place:03d}", f"BADGE{place:04d}ABCDEF"
    number = identity.create_person(conn, name=f"Walker {place}", now=now, pin=pin)
    identity.give_badge(conn, number, badge, now)
    return {"id": number, "pin": pin, "badge": badge}


def _hire(conn: Connection, place: int) -> Hand:
    now, who = clock.now(), _worker(conn, place)
    opened = identity.add_device(conn, f"Terminal {place}", now)
    number = conn.execute(sa.select(sa.func.max(device.c.id))).scalar_one()
    row = conn.execute(sa.select(person).where(person.c.id == who["id"])).one()
    session = identity.open_session(conn, row, "floor", number, now).session
    codes = [f"T-{place:02d}-{each:04d}" for each in range(TOTES_EACH // 10)]
    stock.create_locations(conn, [{"code": code, "kind": "tote"} for code in codes])
    totes = tuple(f"tote:{code}" for code in codes)
    return Hand(f"terminal-{place}", opened.token, str(session), (who["badge"], who["pin"]), totes)
