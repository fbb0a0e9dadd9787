"""A picking walk and the order at the bench in a large warehouse: what their bundles cost."""

import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy.engine import Connection

from backend.outbound.store.waves import make_wave
from backend.outbound.views import packs, picks
from backend.platform import clock
from backend.platform.database import Database
from tests.builders import create_ready_order

LINES = (5, 60)
PIECES, ASKED = 2, 20

Add = Callable[[str, str, Sequence[Callable[[Connection], Any]]], Awaitable[None]]
"""Takes what is measured, its goal and the questions."""


def make_walk(conn: Connection, chance: random.Random, products: int, lines: int) -> tuple[int, int]:
    """(wave, order): an order of so many different goods from all over the house, released for picking."""
    goods = [number + 1 for number in chance.sample(range(products), lines)]
    order_id = create_ready_order(conn, dict.fromkeys(goods, PIECES))
    return make_wave(conn, "single", [order_id], clock.now()), order_id


async def measure_bundles(database: Database, products: int, chance: random.Random, add: Add) -> None:
    """What a device asks for when its work begins: each order's bundle for the picker, then for the packer."""
    for lines in LINES:
        wave, order = await database.write(partial(make_walk, chance=chance, products=products, lines=lines))
        await add(f"the bundle of {lines} lines for picking", "", [partial(picks.read_bundle, wave_id=wave)] * ASKED)
        await add(f"the bundle of {lines} lines at the bench", "", [partial(packs.read_bundle, order_id=order)] * ASKED)
