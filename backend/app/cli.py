"""The command `rampa`. Each command's room is imported only when it is called, so that `rampa resolve` starts at once.

Errors are one sentence on standard error; the exit status is 0 or not.
"""

import argparse
import importlib
import socket
import sys
from collections.abc import Sequence

from backend.app import settings

COMMANDS = {
    "serve": ("backend.app.commands", "serve the API and the app"),
    "work": ("backend.app.commands", "run the worker: react to what happened"),
    "migrate": ("backend.app.commands", "bring the database to the newest schema"),
    "demo": ("backend.app.commands", "fill an empty database with the demo warehouse"),
    "backup": ("backend.app.commands", "copy the running database into a file"),
    "openapi": ("backend.app.commands", "print the description of the HTTP API"),
    "add-person": ("backend.identity.commands", "let a person in, and print the code of the badge"),
    "agent": ("printing.commands", "run the printing agent"),
    "printers": ("backend.print_queue.commands", "set up printers and see how they are"),
    "virtual-printer": ("printing.commands", "a label printer that listens on a port and keeps what it gets"),
    "fake-carrier": ("backend.shipping.commands", "a carrier's API for demo and tests"),
    "secret-key": ("backend.shipping.commands", "print a fresh key for RAMPA_SECRET_KEY"),
    "seal-accounts": ("backend.shipping.commands", "seal the passwords of carriers with the first key"),
    "import-orders": ("backend.channels.commands", "take order files in"),
    "import-receipts": ("backend.inbound.commands", "take purchase orders and advance notices in"),
    "shippable": ("backend.orders.commands", "decide which orders can be sent, and promise stock to them"),
    "verify-ledger": ("backend.stock.commands", "recompute every balance from the moves and compare"),
    "label": ("backend.documents.commands", "draw a label"),
    "resolve": ("backend.app.resolving", "read codes from standard input, one JSON line each"),
    "ai-table": ("backend.gs1.commands", "write the table of GS1 application identifiers anew"),
    "decode": ("backend.scanning.commands", "read codes from pictures"),
}


WITHOUT_WIRING = frozenset(
    {
        "agent",
        "virtual-printer",
        "fake-carrier",
        "secret-key",
        "backup",
        "migrate",
        "verify-ledger",
        "label",
        "resolve",
        "decode",
        "ai-table",
    }
)
"""Commands that tell no news. All others load the wiring, so that what they append reaches its reactions."""


def _overview() -> str:
    lines = ["usage: rampa COMMAND [...]", "", "Runs the warehouse and the order desk of an e-shop.", ""]
    lines += [f"  {name:<16} {what}" for name, (_, what) in COMMANDS.items()]
    return "\n".join([*lines, "", "rampa COMMAND --help tells more."])


def _sentence(error: Exception) -> str | None:
    """One sentence for trouble that is not our bug: a problem with a name, or a database that is not there."""
    own = getattr(error, "sentence", None)
    if own is not None:
        return str(own)
    text = str(getattr(error, "orig", error)).splitlines()[0] if str(error) else type(error).__name__
    if type(error).__module__.startswith("sqlalchemy."):
        if "no such table" in text or "does not exist" in text:
            return "Expected a database with the newest schema, got one without it; run `rampa migrate` first."
        if type(error).__name__ in ("OperationalError", "InterfaceError", "ArgumentError", "NoSuchModuleError"):
            return f"Expected the database of RAMPA_DATABASE_URL to answer, got: {text}; check its address."
    if isinstance(error, ConnectionError | socket.gaierror):
        return f"Expected the database of RAMPA_DATABASE_URL to answer, got: {text}; is its server running?"
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if words else 2
    if words[0] not in COMMANDS:
        print(f"rampa: expected a command, got {words[0]!r}; rampa --help lists them.", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(prog="rampa")
    importlib.import_module(COMMANDS[words[0]][0]).add_commands(parser.add_subparsers(required=True))
    args = parser.parse_args(words)
    try:
        if words[0] not in WITHOUT_WIRING:
            importlib.import_module("backend.app.wiring")
        args.settings = settings.load()
        args.database_url = args.settings.database_url
        return int(args.run(args) or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print(f"rampa {words[0]}: {sentence}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
