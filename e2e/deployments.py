"""Deployments of the floor app as the device sees them: the built app under many versions, switched at will.

A small server hands out one version at a time and passes everything under /api on to the running product. A version is
the built app with every hashed file renamed and the worker's mark changed, as a real change would do; files of other
versions are gone, as they are after a real deployment.
"""

import hashlib
import http.client
import re
import threading
from collections import Counter
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

KINDS = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".json": "application/json",
    ".webmanifest": "application/manifest+json", ".png": "image/png", ".wasm": "application/wasm",
}  # fmt: skip
DROPPED = ("host", "connection", "accept-encoding")
"""Headers that belong to one leg of the way."""
HASHED = re.compile(r"([A-Za-z0-9_.]+-)([A-Za-z0-9_-]{8})(\.(?:js|css|wasm))")


ENDING = re.compile(rb"-[A-Za-z0-9_-]{8}\.(?:js|css|wasm)")
"""What tells one hashed file from all others; in half a megabyte it is found much faster than two hundred whole names."""


def ending_of(name: str) -> bytes:
    found = HASHED.fullmatch(name)
    assert found, name
    return f"-{found[2]}{found[3]}".encode()


@cache
def files_of(built: Path) -> dict[str, bytes]:
    """The app as it was built."""
    return {f"/{each.relative_to(built)}": each.read_bytes() for each in built.rglob("*") if each.is_file()}


def versions_of(built: Path, number: int) -> dict[str, bytes]:
    """Path -> bytes of one version; 0 is the app as it was built."""
    files = files_of(built)
    if number == 0:
        return files
    mark = f"{number:02d}"
    names = {
        Path(path).name: HASHED.sub(lambda m: f"{m[1]}{m[2][:6]}{mark}{m[3]}", Path(path).name)
        for path in files
        if path.startswith("/assets/") and HASHED.fullmatch(Path(path).name)
    }
    endings = {ending_of(old): ending_of(new) for old, new in names.items()}
    worker = re.search(rb'"([0-9a-f]{12})"', files["/sw.js"])
    assert worker, "the service worker has no version"
    fresh = hashlib.sha256(worker[1] + mark.encode()).hexdigest()[:12].encode()
    made: dict[str, bytes] = {}
    for path, content in files.items():
        folder, _, name = path.rpartition("/")
        if path.endswith((".js", ".css", ".html")):
            content = ENDING.sub(lambda m: endings.get(m[0], m[0]), content).replace(worker[1], fresh)
        made[f"{folder}/{names.get(name, name)}"] = content
    return made


class Deployments:
    """`files` is what is deployed now; `missing` counts what was asked for and is not there any more."""

    def __init__(self, built: Path, product: str) -> None:
        self.built = built
        self.product = urlsplit(product)
        self.files = versions_of(built, 0)
        self.up = True
        self.missing: Counter[str] = Counter()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Quiet."""

            def do_GET(self) -> None:
                outer.answer(self)

            do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815 - http.server names them so

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def deploy(self, number: int) -> None:
        self.files = versions_of(self.built, number)

    def deploy_half(self, number: int) -> None:
        """The worker is there, the scripts it lists are not: an upload that broke off."""
        files = versions_of(self.built, number)
        self.files = {path: content for path, content in files.items() if not path.startswith("/assets/")}

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        path = urlsplit(asked.path).path
        if not self.up:
            asked.close_connection = True
            asked.connection.close()
            return
        if path.startswith("/api/") or path == "/ready":
            self._pass_on(asked, path)
            return
        found = self.files.get("/index.html" if path in ("/", "/enrol") else path)
        if found is None:
            self.missing[path] += 1
        self._write(asked, 404 if found is None else 200, found or b"", KINDS.get(Path(path).suffix, KINDS[".html"]))

    def _pass_on(self, asked: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/api/events":  # the stream of pokes is not needed here
            self._write(asked, 503, b"{}", KINDS[".json"])
            return
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        wanted = {name: value for name, value in asked.headers.items() if name.lower() not in DROPPED}
        wanted["Origin"] = f"{self.product.scheme}://{self.product.netloc}"
        link = http.client.HTTPConnection(self.product.hostname or "", self.product.port or 80, timeout=90)
        link.request(asked.command, asked.path, body or None, wanted)
        answer = link.getresponse()
        self._write(asked, answer.status, answer.read(), answer.headers.get("Content-Type", KINDS[".json"]))
        link.close()

    def _write(self, asked: BaseHTTPRequestHandler, status: int, content: bytes, kind: str) -> None:
        asked.send_response(status)
        asked.send_header("Content-Type", kind)
        asked.send_header("Content-Length", str(len(content)))
        asked.send_header("Cache-Control", "no-cache")
        asked.end_headers()
        asked.wfile.write(content)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
