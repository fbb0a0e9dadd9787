"""`rampa shippable`: decide for all new orders at once, and say why the others stay."""

import argparse
import asyncio
from typing import Any

from backend.orders.store.shippable import ShippableOutcome, promise_pile
from backend.platform import clock
from backend.platform.database import Database


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("shippable", help="promise stock to every new order that can be sent")
    parser.add_argument("--quiet", action="store_true", help="print the counts only")
    parser.set_defaults(run=shippable)


def shippable(args: argparse.Namespace) -> int:
    """Print counts, then one sentence for each order that cannot be sent. Exit status 0: not shippable is no error."""
    outcome = asyncio.run(_promise(args.database_url))
    parts = f", {outcome.partial} of them in part" if outcome.partial else ""
    print(f"{outcome.looked_at} orders: {outcome.ready} ready{parts}, {len(outcome.not_shippable)} not shippable")
    if outcome.released:
        print(f"{outcome.released} orders released, their SKUs are known now")
    if not args.quiet:
        for each in outcome.not_shippable:
            print(f"{each.number}: {each.sentence}")
    return 0


async def _promise(url: str) -> ShippableOutcome:
    database = Database(url)
    try:
        return await promise_pile(database, clock.now())
    finally:
        await database.close()
