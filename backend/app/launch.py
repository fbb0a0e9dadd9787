"""`./dev run`: migrate, load the demo once, start the parts as processes, show the way in, end them together."""

import argparse
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import segno
import sqlalchemy as sa

from backend.app import settings as settings_room
from backend.app.certificate import local_addresses, make_certificates
from backend.app.demo import SETTING, load_demo, point_to
from backend.app.schema import migrate
from backend.catalog.api import read_setting
from backend.gs1.own_codes import build_own_code
from backend.identity.store import open_enrolment
from backend.orders.tables import channel
from backend.platform import clock
from backend.platform.database import run_once

VAR = Path("var")
READY_S = 60.0


def _free_port(wanted: int) -> int:
    """The wanted port of this machine, or any free one when somebody else has it."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _prepare(url: str) -> dict[str, Any]:
    run_once(url, migrate)
    empty = run_once(url, lambda conn: not conn.execute(sa.select(sa.func.count()).select_from(channel)).scalar_one())
    if empty:
        print("  " + run_once(url, load_demo), flush=True)
    return run_once(url, lambda conn: read_setting(conn, SETTING))


def _wait_ready(address: str, authority: Path | None, server: subprocess.Popen[bytes]) -> bool:
    trust = ssl.create_default_context(cafile=authority) if authority else None
    until = time.monotonic() + READY_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with httpx.Client(verify=trust or False, timeout=2) as client:
                if client.get(f"{address}/ready").status_code == httpx.codes.OK:
                    return True
        except httpx.TransportError:
            time.sleep(0.05)
    return False


def _welcome(address: str, phone: str, story: dict[str, Any], enrolment: str, certificate: Path | None) -> None:
    print(f"\nRampa runs at {address}")
    print(f"  floor   {address}/        office  {address}/office        admin  {address}/admin")
    print(f"  tour    {address}/demo    (open it on a second screen: every code you need, big enough to scan)\n")
    for each in story.get("people", []):
        print(
            f"  {each['name']:<18} {each['role']:<7} PIN {each['pin']}   badge {build_own_code('badge', each['badge'])}"
        )
    owner = story.get("owner", {})
    if owner:
        print(f"\n  office and admin: {owner['email']} / {owner['password']}")
    link = f"{phone}/enrol#{enrolment}"
    print(f"\n  A phone or this browser joins by opening (once, within ten minutes):\n  {link}\n")
    segno.make(link, error="m").terminal(compact=True)
    if certificate is not None:
        print(f"  A phone trusts this server after installing {certificate} ({phone}/rampa-ca.crt).")
    print("\n  Ctrl+C ends everything.\n", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--https", action="store_true")
    args = parser.parse_args()
    settings = settings_room.load()
    story = _prepare(settings.database_url)
    names = ["localhost", socket.gethostname(), *local_addresses()]
    certificate = make_certificates(VAR / "certificate", names) if args.https else None
    scheme = "https" if certificate else "http"
    address = f"{scheme}://127.0.0.1:{args.port}"
    outside = next((each for each in local_addresses() if each != "127.0.0.1"), "127.0.0.1")
    phone = f"{scheme}://{outside}:{args.port}" if args.host == "0.0.0.0" else address  # noqa: S104 - the user asked
    commands, env, trusting = _commands(args, story, address, certificate, settings.database_url)
    parts = {"server": subprocess.Popen(commands.pop("server"), env=trusting)}
    try:
        if not _wait_ready(address, certificate[0] if certificate else None, parts["server"]):
            print("rampa: the server did not become ready; its messages stand above.", file=sys.stderr)
            return 1
        for name, words in commands.items():
            parts[name] = subprocess.Popen(words, env=trusting if name == "agent" else env)
        token, _ = run_once(settings.database_url, lambda conn: open_enrolment(conn, "Demo", None, clock.now()))
        _welcome(address, phone, story, token, certificate[0] if certificate else None)
        return _watch(parts)
    finally:
        _end(parts)


def _commands(
    args: argparse.Namespace, story: dict[str, Any], address: str, certificate: Any, url: str
) -> tuple[dict[str, list[str]], dict[str, str], dict[str, str]]:
    """Every part is a process of its own; on SQLite the worker lives inside the server, beside the single writer."""
    inline = url.startswith("sqlite")
    env = os.environ | {"RAMPA_WORKER": "inline" if inline else "none"}
    trusting = env | (
        {"SSL_CERT_FILE": str(certificate[0]), "RAMPA_CA_FILE": str(certificate[0])} if certificate else {}
    )
    rampa = [sys.executable, "-m", "backend.app.cli"]
    serve = [*rampa, "serve", "--host", args.host, "--port", str(args.port)]
    serve += ["--cert", str(certificate[1]), "--key", str(certificate[2])] if certificate else []
    printer, control, carrier = (str(_free_port(wanted)) for wanted in (9100, 9180, 8020))
    run_once(url, lambda conn: point_to(conn, printer=f"127.0.0.1:{printer}", carrier=f"http://127.0.0.1:{carrier}"))
    commands = {
        "server": serve,
        "carrier": [*rampa, "fake-carrier", "--port", carrier],
        "printer": [*rampa, "virtual-printer", "--port", printer, "--control-port", control, "--folder",
                    str(VAR / "virtual-printer")],
        "agent": [*rampa, "agent", "--server", address, "--token", story.get("agent_token", ""), "--spool",
                  str(VAR / "spool")],
    }  # fmt: skip
    if not inline:
        commands["worker"] = [*rampa, "work"]
    print(f"  the virtual label printer shows what it printed at http://127.0.0.1:{control}/", flush=True)
    return commands, env, trusting


def _watch(parts: dict[str, subprocess.Popen[bytes]]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    told: set[str] = set()
    try:
        while True:
            for name, part in parts.items():
                if part.poll() is not None and name not in told:
                    told.add(name)
                    print(f"rampa: the {name} has ended with status {part.returncode}.", file=sys.stderr, flush=True)
                    if name == "server":
                        return 1
            time.sleep(0.3)
    except KeyboardInterrupt:
        return 0


def _end(parts: dict[str, subprocess.Popen[bytes]]) -> None:
    for part in reversed(parts.values()):  # the server last: whoever holds a line to it lets go first
        if part.poll() is None:
            part.terminate()
        try:
            part.wait(5)
        except subprocess.TimeoutExpired:
            part.kill()


if __name__ == "__main__":
    sys.exit(main())
