"""Pickers at their worst: two devices on the same waves, offline spells, wrong totes, undos, shorts, cancelled orders.

Whatever happens, no scan is parked, the ledger balances, every piece of an order is somewhere, and what lies in a tote is
what the order's lines say. A failure prints the seed.
"""

import os
import random
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders import api as orders
from backend.orders.tables import order_line, sales_order
from backend.outbound.reactions import GO_ON_AFTER_SHORT, cancel_picks
from backend.outbound.tables import pick, wave, wave_order
from backend.platform.database import Database
from backend.platform.journal import Recorded, fact
from backend.scanning.store import insert_corrections
from backend.stock import api as stock
from tests.builders import create_location, create_merchant, create_product, create_ready_order, create_tote, stock_up
from tests.store.picking_floor import LATER, Picker, differences

SEEDS = [int(each) for each in os.environ.get("RAMPA_PICK_SEEDS", "1,2,3").split(",")]
TOTES = tuple(f"tote:T-{number:03d}" for number in range(1, 9))
CANCEL_PICKS = cancel_picks(insert_corrections)


def build(conn: Connection, rng: random.Random) -> list[int]:
    """Five products at eight places, ten orders of two merchants."""
    merchants = [create_merchant(conn, allocation=how) for how in ("all_or_nothing", "partial")]
    products = {merchant: [create_product(conn, merchant) for _ in range(3)] for merchant in merchants}
    places = [create_location(conn, walk_sequence=10 * number) for number in range(8)]
    for number in range(len(TOTES)):
        create_tote(conn, code=f"T-{number + 1:03d}")
    for known in products.values():
        for product in known:
            for place in rng.sample(places, 2):
                stock_up(conn, product, place, rng.randint(20, 40))
    made = []
    for _ in range(10):
        known = products[rng.choice(merchants)]
        lines = {product: rng.randint(1, 4) for product in rng.sample(known, rng.randint(1, 3))}
        made.append(create_ready_order(conn, lines))
    return made


async def react(database: Database, after: int) -> int:
    """Run the reactions on the facts since `after`, as the worker does."""

    def work(conn: Connection) -> int:
        last = after
        for row in conn.execute(sa.select(fact).where(fact.c.id > after).order_by(fact.c.id)).all():
            recorded = Recorded(row.id, row.kind, row.about, row.at, row.person_id, row.device_id, row.payload)
            if row.kind == "OrderCancelled":
                CANCEL_PICKS.apply(conn, recorded, LATER)
            if row.kind == "HoldReleased":
                GO_ON_AFTER_SHORT.apply(conn, recorded, LATER)
            last = row.id
        return last

    return await database.write(work)


def act(picker: Picker, rng: random.Random, acts: list[uuid.UUID]) -> None:
    """One thing that a picker may do with the job as the device last saw it."""
    lines = picker.bundle["lines"]
    line = rng.choice(lines)
    left = max(1, line["quantity"] - line["picked"] - line["short"])
    roll = rng.random()
    if roll < 0.7:
        slot = next(each for each in picker.bundle["slots"] if each["slot"] == line["slot"])
        tote = slot["tote"] if slot["tote"] and rng.random() < 0.9 else rng.choice(TOTES)
        acts.append(picker.pick(line, rng.randint(1, left), tote))
    elif roll < 0.8 and acts:
        picker.undo(rng.choice(acts))
    elif roll < 0.87:
        acts.append(picker.short(line))
    elif roll < 0.94:
        picker.write("skip", line=line["id"])
    else:
        picker.write("product", "gtin:00000000000000", act=uuid.uuid4(), line=line["id"], quantity=1)


async def office(database: Database, rng: random.Random, made: list[int]) -> None:
    """Now and then an order is cancelled, or a shortage released."""
    order_id = rng.choice(made)

    def work(conn: Connection) -> None:
        order = orders.orders_by_ids(conn, [order_id])[order_id]
        held = [each.code for each in orders.open_holds(conn, [order_id]).get(order_id, [])]
        if "STOCK_SHORT" in held and order.state == "in_work":
            orders.release_hold(conn, order_id, "STOCK_SHORT", LATER)
        elif order.state in ("ready", "in_work") and rng.random() < 0.3:
            orders.cancel(conn, [order_id], "buyer", LATER)

    await database.write(work)


async def check(database: Database, seed: int) -> None:
    """The invariants."""
    assert [] == await differences(database), f"seed {seed}"

    def read(conn: Connection) -> tuple[list[str], dict[tuple[int, int], int], dict[tuple[int, int], int]]:
        wrong = []
        for row in conn.execute(
            sa.select(order_line, sales_order.c.state).join(sales_order, sales_order.c.id == order_line.c.order_id)
        ):
            counted = conn.execute(
                sa.select(sa.func.coalesce(sa.func.sum(pick.c.picked), 0)).where(
                    pick.c.order_line_id == row.id, pick.c.state != "cancelled"
                )
            ).scalar_one()
            open_pieces = sum(each.quantity for each in stock.reservations_of(conn, [row.id]))
            if row.picked + row.reserved + row.short > row.quantity or min(row.picked, row.reserved, row.short) < 0:
                wrong.append(f"line {row.id}: {row}")
            if row.reserved != open_pieces or (row.state != "cancelled" and row.picked != counted):
                wrong.append(f"line {row.id}: reserved {open_pieces}, picked {counted}, says {row}")
        for row in conn.execute(sa.select(wave.c.id, wave.c.number, wave.c.state)).all():
            left = sa.select(sa.func.count()).select_from(pick).where(pick.c.wave_id == row.id, pick.c.state == "open")
            if (conn.execute(left).scalar_one() > 0) != (row.state in ("released", "picking")):
                wrong.append(f"wave {row.number} is {row.state}, which its open lines deny")
        slots = conn.execute(sa.select(wave_order).where(wave_order.c.tote_id.is_not(None))).all()
        users = [row.tote_id for row in slots if row.state in ("open", "picked")]
        if len(users) != len(set(users)):
            wrong.append(f"a tote has two orders: {users}")
        wanted: dict[tuple[int, int], int] = {}
        for row in slots:
            mine = sa.and_(pick.c.wave_id == row.wave_id, pick.c.order_id == row.order_id)
            for each in conn.execute(sa.select(pick.c.product_id, pick.c.picked).where(mine, pick.c.picked > 0)):
                key = (row.tote_id, each.product_id)
                wanted[key] = wanted.get(key, 0) + each.picked
        lying = stock.balances_at(conn, [each.id for each in stock.locations_of_kind(conn, ["tote"])])
        return wrong, wanted, {(place.location_id, place.product_id): each.on_hand for place, each in lying.items()}

    wrong, wanted, lying = await database.read(read)
    assert [] == wrong, f"seed {seed}"
    assert wanted == lying, f"seed {seed}: what the picks say, and what lies in the totes"


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_pickers_do_the_books_are_right(database: Database, seed: int) -> None:
    """Eighty rounds of two pickers and an office; each device is out of reach every other round."""
    rng = random.Random(seed)
    made = await database.write(lambda conn: build(conn, rng))
    pickers = [await Picker.hire(database, "Jana"), await Picker.hire(database, "Petr")]
    acts: list[uuid.UUID] = []
    last = 0
    verdicts: list[str] = []
    for _ in range(80):
        picker = rng.choice(pickers)
        if not picker.bundle or rng.random() < 0.2:
            other = rng.choice(pickers)
            shared = other.bundle and rng.random() < 0.3 and await other.refresh()
            await picker.get_work(mode="cluster", limit=3, **({"wave": other.bundle["number"]} if shared else {}))
        for _ in range(rng.randint(1, 3) if picker.bundle else 0):
            act(picker, rng, acts)
        if rng.random() < 0.2:
            await office(database, rng, made)
        if picker.unsent and rng.random() < 0.5:
            verdicts += await picker.send()
            if rng.random() < 0.2:
                await picker.post(rng.choice(picker.bodies))
            await picker.refresh()
        last = await react(database, last)
        await check(database, seed)
    assert "parked" not in verdicts, f"seed {seed}"
    assert "SCAN_PARKED" not in verdicts, f"seed {seed}"
    assert verdicts.count("ok") > 30, f"seed {seed}: the pickers did next to nothing"
