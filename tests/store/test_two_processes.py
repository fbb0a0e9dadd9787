"""Two server processes on one PostgreSQL: pickers, a packer, the office and two workers at once, without a failure."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.wiring import REACTIONS, connect_reactions
from backend.orders import api as orders
from backend.orders.store.shippable import run_shippable
from backend.orders.tables import order_line, sales_order
from backend.outbound.tables import wave_order
from backend.platform import clock, journal
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.platform.outbox import Outbox
from backend.scanning.tables import scan
from backend.shipping.fake_partner import FakePartner
from backend.stock import api as stock
from tests.builders import create_location, create_product, create_ready_order, create_tote, stock_up
from tests.outbound.bench import Device, create_carton, create_station
from tests.outbound.chain import set_up_carriers, set_up_printer, transport
from tests.store.picking_floor import Picker, differences

ORDERS = 24
LIMIT_S = 300.0


@pytest.fixture
async def processes(postgres_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two pools on the same database, as two processes have them; every reaction of the house is connected."""
    before = dict(journal._reactions)
    connect_reactions()
    opened = Database(postgres_url), Database(postgres_url)
    yield opened
    for each in opened:
        await each.close()
    journal.register_reactions(before)


def build(conn: Connection, chance: random.Random) -> tuple[str, dict[int, str]]:
    """Few products at few places, so that everybody wants the same rows; answers the bench and the codes of products."""
    codes = {}
    for number in range(4):
        key = f"gtin:{number + 1:014d}"
        codes[create_product(conn, keys={key: 1})] = key
    places = [create_location(conn, walk_sequence=10 * number) for number in range(3)]
    for product in codes:
        for place in places:
            stock_up(conn, product, place, 60)
    for number in range(40):
        create_tote(conn, code=f"Q-{number:03d}")
    for _ in range(ORDERS):
        create_ready_order(conn, {product: chance.randint(1, 3) for product in chance.sample(sorted(codes), 2)})
    set_up_carriers(conn)
    set_up_printer(conn)
    create_carton(conn)
    return create_station(conn), codes


async def pick(database: Database, name: str, first_tote: int) -> None:
    """Clusters of three until no order is left; each slot into a tote of its own."""
    picker, tote = await Picker.hire(database, name), first_tote
    while await picker.get_work(mode="cluster", limit=3) is not None:
        totes = {slot["slot"]: f"tote:Q-{tote + place:03d}" for place, slot in enumerate(picker.bundle["slots"])}
        tote += len(totes)
        for line in picker.bundle["lines"]:
            picker.pick(line, line["quantity"], totes[line["slot"]])
            await picker.send()
        bundle = await picker.refresh()
        if bundle is not None and any(line["quantity"] > line["picked"] + line["short"] for line in bundle["lines"]):
            break  # lines of a cancelled order stay until its reaction; the other picker goes on


async def pack(database: Database, station: str, codes: dict[int, str], picking: asyncio.Event) -> None:
    """Every order whose goods are picked, until the pickers are gone and nothing is left."""
    device, tried = await Device(database).enrol(), set[int]()

    def picked(conn: Connection) -> list[int]:
        rows = conn.execute(sa.select(wave_order.c.order_id).where(wave_order.c.state == "picked"))
        return [each for each in rows.scalars() if each not in tried]

    while True:
        last = picking.is_set()
        for order_id in await database.read(picked):
            tried.add(order_id)
            inside: dict[str, Any] = {"parcel": str(uuid.uuid4()), "station": station}
            lines = await database.read(lambda conn, order_id=order_id: orders.goods_lines(conn, [order_id])[order_id])
            for line in lines:
                await device.send(
                    device.scan(
                        "pack", f"pack:{order_id}", "product", codes[line.product_id or 0], quantity=line.quantity,
                        line=line.id, **inside,
                    )
                )  # fmt: skip
            await device.send(
                device.scan("pack", f"pack:{order_id}", "close", carton="carton:K1", weight_g=500, last=True, **inside)
            )
        if last:
            return
        await asyncio.sleep(0)


async def office(database: Database, chance: random.Random) -> int:
    """A third of the orders is cancelled while they are worked on, and the pile is decided anew each time."""
    ids = await database.read(lambda conn: list(conn.execute(sa.select(sales_order.c.id)).scalars()))
    cancelled = 0
    for order_id in chance.sample(ids, len(ids) // 3):
        try:
            await database.write(lambda conn, each=order_id: orders.cancel(conn, [each], "buyer", clock.now()))
            cancelled += 1
        except Conflict:  # it has left the house already
            continue
        await database.write(lambda conn: run_shippable(conn, clock.now()))
    return cancelled


async def react(database: Database, over: asyncio.Event) -> None:
    """A worker of its own."""
    reactions = {name: each for named in REACTIONS.values() for name, each in named.items()}
    async with httpx.AsyncClient(transport=transport(FakePartner())) as client:
        outbox = Outbox(database, reactions, client)
        while True:
            last = over.is_set()
            tried = await outbox.drain()
            if last and not tried:
                return
            await asyncio.sleep(0.01)


async def test_pickers_packer_office_and_workers_at_once(processes: tuple[Database, Database]) -> None:
    """No deadlock reaches anybody, no scan is parked, the ledger is right, and cancelled orders hold nothing."""
    one, two = processes
    chance = random.Random(11)
    station, codes = await one.write(lambda conn: build(conn, chance))
    picking, over = asyncio.Event(), asyncio.Event()

    async def pickers() -> None:
        await asyncio.gather(pick(one, "Jana", 0), pick(two, "Petr", 20))
        picking.set()

    async def floor() -> int:
        _, _, cancelled = await asyncio.gather(pickers(), pack(two, station, codes, picking), office(one, chance))
        over.set()
        return cancelled

    async with asyncio.timeout(LIMIT_S):
        cancelled, _, _ = await asyncio.gather(floor(), react(one, over), react(two, over))

    def read(conn: Connection) -> tuple[int, int, int, list[str]]:
        ids = list(conn.execute(sa.select(sales_order.c.id).where(sales_order.c.state == "cancelled")).scalars())
        lines = list(conn.execute(sa.select(order_line.c.id).where(order_line.c.order_id.in_(ids))).scalars())
        parked = conn.execute(sa.select(sa.func.count()).where(scan.c.outcome == "parked")).scalar_one()
        stuck = list(
            conn.execute(
                sa.select(journal.delivery.c.parked_reason).where(journal.delivery.c.parked_reason.is_not(None))
            ).scalars()
        )
        return len(ids), parked, len(stock.reservations_of(conn, lines)), stuck

    found, parked, held, stuck = await one.read(read)
    packed = await one.read(
        lambda conn: conn.execute(sa.select(sa.func.count()).where(sales_order.c.state == "packed")).scalar_one()
    )
    assert (cancelled, 0, 0, []) == (found, parked, held, stuck)
    assert packed > 0
    assert [] == await differences(one)
