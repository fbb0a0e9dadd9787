"""Orders imported and promised, with a full house: 50,000 products and 10,000 open orders.

python -m bench.orders [--engine sqlite|postgres] [--orders N] [--products N]
"""

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from backend.channels.api import take_file
from backend.orders.api import run_shippable
from backend.platform import clock
from backend.platform.database import Database
from bench.engines import Ground, postgres_server
from bench.floor import create_shelves

FILE_ORDERS = 1_000
GOAL_S = 10.0


def order_file(first: int, count: int, products: int) -> bytes:
    """Orders of one to four lines in the documented order file."""
    chance = random.Random(first)
    address = {"name": "Jana Nováková", "street": "Dlouhá 1", "city": "Brno", "zip": "60200", "country": "CZ"}
    orders = [
        {
            "key": f"K{number}", "number": f"{number}", "currency": "CZK", "carrier": "own_van", "service": "standard",
            "ship_to": address,
            "lines": [
                {"sku": f"P{chance.randrange(products):06d}", "name": "Zboží", "quantity": chance.randint(1, 3),
                 "unit_price": "10.00"}
                for _ in range(chance.randint(1, 4))
            ],
        }
        for number in range(first, first + count)
    ]  # fmt: skip
    return msgspec.json.encode({"orders": orders})


async def _measure(url: str, orders: int, products: int) -> tuple[float, float, Any, float, Any]:
    """Seconds of taking the files in, of promising all, and of a second run over what is left after 1,000 more."""
    files = [order_file(first, FILE_ORDERS, products) for first in range(0, orders, FILE_ORDERS)]
    more = order_file(orders, FILE_ORDERS, products)
    database = Database(url)

    async def take(content: bytes) -> None:
        outcome = await database.write(lambda conn: take_file(conn, "BENCH", content, now=clock.now()))
        assert outcome.received == FILE_ORDERS, outcome
        assert not outcome.held, outcome

    began = time.perf_counter()
    for content in files:
        await take(content)
    imported = time.perf_counter()
    promised = await database.write(lambda conn: run_shippable(conn, clock.now()))
    done = time.perf_counter()
    await take(more)
    again = time.perf_counter()
    second = await database.write(lambda conn: run_shippable(conn, clock.now()))
    end = time.perf_counter()
    await database.close()
    return imported - began, done - imported, promised, end - again, second


def rows(engines: list[str], orders: int, products: int) -> list[str]:
    lines = [
        "| engine | orders | imported/s | promised in s | promised/s | ready | the next 1,000 in s | goal |",
        "|---|---|---|---|---|---|---|---|",
    ]

    def build(conn: Connection) -> None:
        create_shelves(conn, products, 20)

    with (
        tempfile.TemporaryDirectory(prefix="rampa-bench-") as folder,
        postgres_server() if "postgres" in engines else nullcontext(None) as address,
    ):
        for engine in engines:
            ground = Ground(engine, address, Path(folder))
            ground.build(build)
            with ground.fresh() as url:
                imported, promised, outcome, again, _ = asyncio.run(_measure(url, orders, products))
            lines.append(
                f"| {engine} | {orders:,} | {orders / imported:,.0f} | {promised:.1f} | {orders / promised:,.0f} "
                f"| {outcome.ready:,} | {again:.1f} | < {GOAL_S:.0f} s for 10,000 |"
            )
            print(lines[-1], file=sys.stderr, flush=True)
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.orders", description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=("sqlite", "postgres"))
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--products", type=int, default=50_000)
    args = parser.parse_args(arguments)
    logging.disable(logging.INFO)
    engines = [args.engine] if args.engine else ["sqlite", "postgres"]
    print("## Orders\n")
    print(
        f"Files of {FILE_ORDERS:,} orders of one to four lines taken in, with {args.products:,} products; then the whole "
        "pile is promised its stock in one transaction; then 1,000 more beside the open ones.\n"
    )
    print("\n".join(rows(engines, args.orders, args.products)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
