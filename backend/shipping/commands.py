"""`rampa fake-carrier`: the practice carrier's server, for demo, training and tests. Listens on this machine only.

`rampa secret-key` and `rampa seal-accounts`: the key of carriers' passwords, and its change.
"""

import argparse
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy.engine import Connection

from backend.platform.database import run_once
from backend.platform.exchange import HttpRequest
from backend.platform.sealing import new_key
from backend.shipping import store
from backend.shipping.fake_partner import MODES, FakePartner

SILENCE_S = 60
BODY_BYTES = 1_000_000


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("fake-carrier", help="a carrier's API that can refuse, keep, be late, down or silent")
    parser.add_argument("--port", type=int, default=8020)
    parser.add_argument("--mode", choices=MODES, default="ok")
    parser.add_argument("--client-id", default="demo")
    parser.add_argument("--client-secret", default="demo")
    parser.set_defaults(run=fake_carrier)
    key = commands.add_parser("secret-key", help="print a fresh key for RAMPA_SECRET_KEY")
    key.set_defaults(run=print_key)
    again = commands.add_parser("seal-accounts", help="seal the passwords of carriers with the first key")
    again.set_defaults(run=seal_accounts)


def print_key(_: argparse.Namespace) -> int:
    print(new_key())
    return 0


def seal_accounts(args: argparse.Namespace) -> int:
    """After a new key was put in front of the old one; then the old one may go."""
    sealed: list[int] = []
    run_once(args.database_url, partial(_seal, sealed))
    print(f"{sum(sealed)} passwords are sealed with the first key.")
    return 0


def _seal(sealed: list[int], conn: Connection) -> None:
    sealed[:] = [store.seal_accounts_anew(conn)]


def fake_carrier(args: argparse.Namespace) -> int:
    """Serve until interrupted. `POST /control/mode {"mode": "refuse"}` changes its mood while it runs."""
    server = make_server(FakePartner(args.client_id, args.client_secret, args.mode), args.port)
    print(
        f"The practice carrier listens on http://127.0.0.1:{server.server_address[1]} in mode {args.mode}.", flush=True
    )
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


def make_server(partner: FakePartner, port: int = 0) -> ThreadingHTTPServer:
    """An HTTP server on loopback around the partner; port 0 takes a free one."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), BODY_BYTES)
            body = self.rfile.read(length)
            answer = partner.answer(HttpRequest(self.command, self.path, dict(self.headers.items()), body))
            if answer is None:
                time.sleep(SILENCE_S)
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names that the base class looks for

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: the demo's console belongs to the warehouse."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Door)
    server.daemon_threads = True
    return server
