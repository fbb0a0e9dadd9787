"""`rampa verify-ledger`: are the balances what the moves say?"""

import argparse
from typing import Any

from backend.platform.database import run_once
from backend.stock.store.ledger import verify

SHOWN = 50


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("verify-ledger", help="recompute every balance from the moves and compare")
    parser.set_defaults(run=verify_ledger)


def verify_ledger(args: argparse.Namespace) -> int:
    """Print `OK` with the counts, or the differences and exit status 1. Changes nothing."""
    outcome = run_once(args.database_url, verify)
    if not outcome.differences:
        print(f"OK {outcome.moves} moves, {outcome.balances} balances")
        return 0
    for each in outcome.differences[:SHOWN]:
        print(each.sentence)
    print(f"{len(outcome.differences)} of {outcome.balances} balances differ from {outcome.moves} moves")
    return 1
