"""`rampa printers`: set up agents, printers and routes without the office screen, and see how the printers are."""

import argparse
import re
from typing import Any

from backend.platform import clock
from backend.platform.database import run_once
from backend.platform.errors import Malformed
from backend.print_queue.store import equipment, jobs, scales
from backend.print_queue.tables import AFTER_LABEL, PAPER_KINDS, SCALE_PROTOCOLS, TRANSPORTS
from backend.print_queue.views import PrinterRow, RouteRow, read_printers, read_routes


def add_commands(commands: Any) -> None:
    """Register `printers` with an argparse subparsers object."""
    parser = commands.add_parser("printers", help="set up printers and see how they are")
    parser.set_defaults(run=list_printers)
    acts = parser.add_subparsers(metavar="ACT")
    agent = acts.add_parser("agent", help="make a printing agent and show its token, once")
    agent.add_argument("name")
    agent.set_defaults(run=add_agent)
    save = acts.add_parser("save", help="create a printer, or change what is named")
    save.add_argument("code")
    save.add_argument("--agent", required=True, help="who stands beside it")
    save.add_argument("--name")
    save.add_argument("--driver", help="zpl, tspl, escpos, brother_ql, pdf, ipp, cups or folder")
    save.add_argument("--transport", choices=TRANSPORTS)
    save.add_argument(
        "--address",
        help="host:port, a device file (/dev/usb/lp0, /dev/ttyUSB0@115200), ipp://host/ipp/print, or a folder name",
    )
    save.add_argument("--dpi", type=int)
    save.add_argument("--media", help="loaded labels as WIDTHxHEIGHT in mm, for example 105x148")
    save.add_argument("--darkness", dest="darkness_percent", type=int, choices=range(101), metavar="0..100")
    save.add_argument("--speed", dest="speed_mm_s", type=int, choices=range(10, 501), metavar="MM_PER_S")
    save.add_argument("--after-label", choices=AFTER_LABEL, help="what happens to a printed label")
    save.add_argument("--fallback", help="printer to use while this one is down")
    save.set_defaults(run=save_printer)
    route = acts.add_parser("route", help="say which printer prints which papers of a station")
    route.add_argument("station", help="station code, or * for every station without a route of its own")
    route.add_argument("kind", choices=PAPER_KINDS)
    route.add_argument("printer")
    route.add_argument("--fallback")
    route.add_argument("--lifetime", dest="lifetime_h", type=int, metavar="HOURS", help="how long a paper may wait")
    route.set_defaults(run=save_route)
    scale = acts.add_parser("scale", help="say where the scale of a packing bench is")
    scale.add_argument("station", help="station code")
    scale.add_argument("--agent", required=True, help="who reads it")
    scale.add_argument("--protocol", choices=SCALE_PROTOCOLS, required=True)
    scale.add_argument("--address", required=True, help="/dev/ttyUSB0@9600[,7e1], /dev/hidraw0 or http://...")
    scale.set_defaults(run=save_scale)
    test = acts.add_parser("test", help="print a test")
    test.add_argument("code")
    test.add_argument("--ruler", action="store_true", help="bars of known millimetres, to prove the dpi with a ruler")
    test.set_defaults(run=print_test)


def list_printers(args: argparse.Namespace) -> int:
    """Printers with their states, then the routes."""
    now = clock.now()
    printers, routes = run_once(args.database_url, lambda conn: (read_printers(conn, now), read_routes(conn)))
    for line in [*map(printer_line, printers), *map(route_line, routes)]:
        print(line)
    if not printers:
        print("No printers yet: rampa printers agent NAME, then rampa printers save CODE --agent NAME ...")
    return 0


def add_agent(args: argparse.Namespace) -> int:
    """The token is the only line on standard output, so that it can go into a file."""
    print(run_once(args.database_url, lambda conn: equipment.create_agent(conn, args.name, clock.now())))
    return 0


def save_printer(args: argparse.Namespace) -> int:
    """Only what is named changes; a new printer needs name, driver, transport and address."""
    named = (
        "name",
        "driver",
        "transport",
        "address",
        "dpi",
        "darkness_percent",
        "speed_mm_s",
        "after_label",
        "fallback",
    )
    columns = {name: getattr(args, name) for name in named if getattr(args, name) is not None}
    if args.media is not None:
        columns["media_width_mm"], columns["media_height_mm"] = read_media(args.media)
    run_once(args.database_url, lambda conn: equipment.save_printer(conn, args.code, args.agent, **columns))
    return 0


def save_route(args: argparse.Namespace) -> int:
    """One line of the table of routes."""
    run_once(
        args.database_url,
        lambda conn: equipment.save_route(conn, args.station, args.kind, args.printer, args.fallback, args.lifetime_h),
    )
    return 0


def save_scale(args: argparse.Namespace) -> int:
    """The agent reads it within seconds."""
    run_once(
        args.database_url,
        lambda conn: scales.save_scale(conn, args.station, args.agent, args.protocol, args.address),
    )
    return 0


def print_test(args: argparse.Namespace) -> int:
    """Queue a trial paper; the agent prints it within seconds."""
    queued = run_once(
        args.database_url,
        lambda conn: jobs.print_trial(conn, args.code, None, clock.now(), calibration=args.ruler),
    )
    print(f"queued as job {queued.id}")
    return 0


def read_media(text: str) -> tuple[int, int]:
    """`105x148` as width and height in millimetres."""
    match = re.fullmatch(r"(\d{1,3})\s*[xX×]\s*(\d{1,4})", text.strip())
    if match is None:
        raise Malformed("MEDIA", f"Expected media as WIDTHxHEIGHT in mm, for example 105x148, got {text!r}.", got=text)
    return int(match.group(1)), int(match.group(2))


def printer_line(row: PrinterRow) -> str:
    """One printer for people."""
    trouble = f" ({row.state_detail})" if row.state_detail else ""
    waiting = f", {row.waiting} waiting" if row.waiting else ""
    unknown = f", {row.unknown} to answer" if row.unknown else ""
    return f"{row.code:<12} {row.state}{trouble}{waiting}{unknown}   {row.driver} {row.address}   {row.name}"


def route_line(row: RouteRow) -> str:
    """One route for people."""
    return f"{row.station:<12} {row.paper_kind} -> {row.printer}{f' or {row.fallback}' if row.fallback else ''}"
