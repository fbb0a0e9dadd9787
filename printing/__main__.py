"""`python -m printing agent ...`: the agent without the rest of the house, for the computer beside the printers."""

from __future__ import annotations

import argparse
import sys

from printing.commands import add_commands
from printing.problems import PrintingProblem


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a problem is one sentence on stderr and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m printing", description="Rampa printing agent and virtual printer")
    add_commands(parser.add_subparsers(required=True, metavar="COMMAND"))
    args = parser.parse_args(arguments)
    try:
        return int(args.run(args))
    except PrintingProblem as problem:
        print(problem.sentence, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
