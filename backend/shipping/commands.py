"""`rampa fake-carrier`: the practice carrier's server, for demo, training and tests. Listens on this machine only."""

import argparse
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from backend.platform.exchange import HttpRequest
from backend.shipping.fake_partner import MODES, FakePartner

SILENCE_S = 60
BODY_BYTES = 1_000_000


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("fake-carrier", help="a carrier's API that can refuse, be late, down or silent")
    parser.add_argument("--port", type=int, default=8020)
    parser.add_argument("--mode", choices=MODES, default="ok")
    parser.add_argument("--client-id", default="demo")
    parser.add_argument("--client-secret", default="demo")
    parser.set_defaults(run=fake_carrier)


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
