"""Starts the product's programs for the torture: `python -m tests.torture.entry`, one JSON line on stdin per start.

The mother loads the code once and forks a child for each start, so that a killed server is back in a moment: the
adversary kills often. A child is a process like any other, with its own memory and its own end. RAMPA_PLANT names a bug
of `tests/torture/plants.py` that is planted first; the product itself knows nothing of it.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
from pathlib import Path

from backend.app import cli
from tests.torture import plants

DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG"""


def _become(order: dict) -> None:
    """In the child: the environment, the output, then the product's own command line."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)  # whatever happens to the torture, nothing is left running
    os.environ.update(order["env"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(log, number)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    try:
        status = cli.main(order["words"])
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def main() -> int:
    for room in (
        "backend.app.commands",
        "backend.app.asgi",
        "backend.app.worker",
        "printing.commands",
        "printing.agent",
    ):
        importlib.import_module(room)
    importlib.import_module("uvicorn")
    plants.plant(os.environ.get("RAMPA_PLANT", ""))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        Path(order["log"]).parent.mkdir(parents=True, exist_ok=True)
        child = os.fork()
        if child == 0:
            _become(order)
        print(child, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
