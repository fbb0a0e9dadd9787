"""`rampa agent` and `rampa virtual-printer`. Errors are PrintingProblem with a `sentence` for stderr."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any

from printing.problems import PrintingProblem
from printing.protocol import WAIT_S_MAX

TOKEN_VARIABLE = "RAMPA_AGENT_TOKEN"


def add_commands(commands: Any) -> None:
    """Register with an argparse subparsers object."""
    agent = commands.add_parser("agent", help="print what the server queues, beside the printers")
    agent.add_argument("--server", required=True, help="address of the server, as https://sklad.example.com")
    agent.add_argument("--token", default="", help=f"token of this agent (or the variable {TOKEN_VARIABLE})")
    agent.add_argument("--spool", required=True, type=Path, help="folder for the journal and unsent jobs")
    agent.add_argument("--folder", type=Path, help="where folder printers write (default: SPOOL/printed)")
    agent.add_argument("--name", default=socket.gethostname(), help="how the office sees this agent")
    agent.add_argument("--wait-s", type=int, default=WAIT_S_MAX, help="longest wait for work in one request")
    agent.set_defaults(run=run_agent)
    printer = commands.add_parser("virtual-printer", help="a label printer for demo and tests")
    add_virtual_printer_options(printer)
    printer.set_defaults(run=run_virtual_printer)


def add_virtual_printer_options(parser: argparse.ArgumentParser) -> None:
    """Options shared by `rampa virtual-printer` and `python -m printing.virtual_printer`."""
    parser.add_argument("--port", type=int, default=9100, help="where it listens for jobs (0: any free port)")
    parser.add_argument("--control-port", type=int, help="page and control (default: the next port; 0: any free)")
    parser.add_argument("--folder", type=Path, required=True, help="where printed jobs are kept")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--language", choices=("zpl", "tspl", "escpos", "brother_ql"), default="zpl", help="what it speaks"
    )
    parser.add_argument("--label-s", type=float, default=0.0, help="seconds one label takes")


def run_agent(args: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM; a job under way is finished first."""
    from printing.agent import Agent
    from printing.server_line import ServerLine
    from printing.spool import Spool

    token = args.token or os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise PrintingProblem(f"Expected the agent's token in --token or {TOKEN_VARIABLE}, got none.")
    if not args.server.startswith(("http://", "https://")):
        raise PrintingProblem(f"Expected the server as http://... or https://..., got {args.server!r}.")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    spool = Spool(args.spool)
    wait_s = max(0, min(args.wait_s, WAIT_S_MAX))
    try:
        with ServerLine(args.server, token) as server:
            agent = Agent(args.name, server, spool, args.folder or args.spool / "printed", wait_s=wait_s)
            _on_end(agent.stop)
            agent.run()
    except _Ended:
        pass
    finally:
        spool.close()
    return 0


def run_virtual_printer(args: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM."""
    from printing.control_page import ControlPage
    from printing.virtual_printer import VirtualPrinter

    printer = VirtualPrinter(args.folder, args.port, args.host, args.label_s, args.language).start()
    control_port = args.control_port
    if control_port is None:
        control_port = printer.port + 1 if args.port else 0
    page = ControlPage(printer, control_port, args.host).start()
    print(f"printer on {args.host}:{printer.port}, page on http://{args.host}:{page.port}/", flush=True)
    ended = threading.Event()
    _on_end(ended.set)
    with contextlib.suppress(_Ended):
        ended.wait()
    page.close()
    printer.close()
    return 0


class _Ended(BaseException):
    """Breaks a long poll when the program is told to end."""


def _on_end(stop: Any) -> None:
    def end(number: int, frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)  # a second signal must not break the tidy end
        stop()
        raise _Ended

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
