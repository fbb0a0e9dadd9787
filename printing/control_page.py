"""The virtual printer's page: its labels as pictures, its state as buttons, the same as JSON. Loopback only.

GET /               the page (English or Czech by Accept-Language)
GET /jobs.json      what was printed: the lines of index.jsonl
GET /state          {"state": "ok", "held": 0, "printed": 0, ...}
POST /state         {"state": "ok|no_media|open|hang|cut", "cut_after_bytes": 100, "answers_in_trouble": false, "mute": false}
GET /job/N.png      picture of job N;  GET /job/N  its bytes
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import threading
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from printing.problems import PrintingProblem
from printing.virtual_printer import STATES, PrintedJob, Trouble, VirtualPrinter

BODY_BYTES_MAX = 4096
SHOWN_JOBS = 50
WORDS = {
    "en": {
        "title": "Virtual label printer",
        "ok": "Works",
        "no_media": "Out of labels",
        "open": "Head open",
        "hang": "Hangs",
        "cut": "Cuts the line",
        "printed": "labels printed",
        "held": "waiting in the printer",
        "none": "Nothing printed yet. Send a job to port",
        "broken": "incomplete",
    },
    "cs": {
        "title": "Virtuální tiskárna štítků",
        "ok": "Funguje",
        "no_media": "Došly štítky",
        "open": "Otevřená hlava",
        "hang": "Neodpovídá",
        "cut": "Přeruší spojení",
        "printed": "vytištěných štítků",
        "held": "čeká v tiskárně",
        "none": "Zatím se nic nevytisklo. Pošlete úlohu na port",
        "broken": "neúplné",
    },
}
STYLE = """
:root{color-scheme:light dark;font:16px/1.45 system-ui,sans-serif}body{margin:0 auto;max-width:70rem;padding:1rem}
header{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;align-items:center;margin-bottom:1rem}h1{font-size:1.25rem;margin:0}
form{display:flex;flex-wrap:wrap;gap:.4rem}button{font:inherit;padding:.45rem .9rem;border:1px solid #8888;
border-radius:.5rem;background:none;color:inherit;cursor:pointer}button[aria-pressed=true]{background:#1d6b3a;color:#fff;
border-color:#1d6b3a}button.bad[aria-pressed=true]{background:#a3201d;border-color:#a3201d}
ol{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem;
align-items:start}
li{border:1px solid #8885;border-radius:.6rem;padding:.8rem;overflow:hidden}img{width:100%;max-height:22rem;
object-fit:contain;background:#fff;border-radius:.3rem}small{opacity:.75}p{margin:.4rem 0}code{overflow-wrap:anywhere}
.bad{color:light-dark(#a3201d,#ff8a80)}button.bad[aria-pressed=true]{color:#fff}
"""
SCRIPT = """
let seen;setInterval(async()=>{try{const s=JSON.stringify(await(await fetch('/state')).json());
if(seen!==undefined&&s!==seen)location.reload();seen=s}catch{}},1000)
"""


class ControlPage:
    """The HTTP side of a virtual printer, on a port of its own."""

    def __init__(self, printer: VirtualPrinter, port: int = 0, host: str = "127.0.0.1") -> None:
        self.printer = printer
        try:
            self._http = ThreadingHTTPServer((host, port), _handler(printer))
        except OSError as cause:
            raise PrintingProblem(f"Expected control port {port} to be free, got {cause}.") from cause
        self.port = int(self._http.server_address[1])
        self._thread = threading.Thread(target=self._http.serve_forever, name="virtual-printer-page", daemon=True)

    def start(self) -> ControlPage:
        """Begin to answer."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop answering."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


def read_change(body: bytes, content_type: str) -> dict[str, Any]:
    """A change of state from JSON or from the page's form, checked."""
    if "json" in content_type:
        try:
            change = json.loads(body)
        except ValueError as cause:
            raise PrintingProblem(f"Expected JSON with a state, got {body[:60]!r}.") from cause
    else:
        change = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    known = asdict(Trouble())
    if not isinstance(change, dict) or not set(change) <= set(known):
        raise PrintingProblem(f"Expected only {', '.join(known)}, got {body[:80]!r}.")
    for name, value in change.items():
        if type(value) is not type(known[name]):
            raise PrintingProblem(f"Expected {name} as {type(known[name]).__name__}, got {value!r}.")
    return change


def draw_page(printer: VirtualPrinter, language: str) -> str:
    """The whole page as HTML."""
    words = WORDS[language]
    jobs = printer.jobs
    buttons = "".join(
        f'<button name="state" value="{state}" class="{"" if state == "ok" else "bad"}" '
        f'aria-pressed="{str(state == printer.trouble.state).lower()}">{words[state]}</button>'
        for state in STATES
    )
    count = sum(job.labels for job in jobs)
    held = f" · {printer.held} {words['held']}" if printer.held else ""
    rows = "".join(_job_card(job, words) for job in reversed(jobs[-SHOWN_JOBS:]))
    body = f"<ol>{rows}</ol>" if rows else f"<p>{words['none']} {printer.port}.</p>"
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{words['title']}</title><style>{STYLE}</style><script>{SCRIPT}</script><header><h1>{words['title']}</h1>"
        f'<form method="post" action="/state">{buttons}</form>'
        f"<span>{count} {words['printed']}{held}</span></header><main>{body}</main></html>"
    )


def _job_card(job: PrintedJob, words: dict[str, str]) -> str:
    codes = "".join(
        f"<p><small>{html.escape(code['symbology'])}</small> <code>{html.escape(code['text'])}</code></p>"
        for code in job.codes
    )
    trouble = f'<p class="bad">{words["broken"]}</p>' if not job.complete else ""
    trouble += f'<p class="bad">{html.escape(job.problem)}</p>' if job.problem else ""
    texts = html.escape(" · ".join(job.texts))
    name = html.escape(", ".join(job.texts[:3]) or job.file)
    return (
        f'<li><a href="/job/{job.number}"><img src="/job/{job.number}.png" alt="{name}" loading="lazy"></a>'
        f"<p><strong>{job.number}</strong> <small>{job.printed_at[11:19]} · {job.bytes} B</small></p>"
        f"{trouble}{codes}<p><small>{texts}</small></p></li>"
    )


def _state(printer: VirtualPrinter) -> dict[str, Any]:
    return asdict(printer.trouble) | {"held": printer.held, "printed": len(printer.jobs), "port": printer.port}


def _handler(printer: VirtualPrinter) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            return None

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):  # a browser that left in the middle
                super().handle()

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            job = re.fullmatch(r"/job/(\d{1,9})(\.png)?", path)
            if path == "/":
                wants_cs = self.headers.get("Accept-Language", "").lower().startswith(("cs", "sk"))
                self._answer(200, "text/html; charset=utf-8", draw_page(printer, "cs" if wants_cs else "en").encode())
            elif path == "/jobs.json":
                self._json(200, [asdict(one) for one in printer.jobs])
            elif path == "/state":
                self._json(200, _state(printer))
            elif job and job.group(2):
                picture = printer.picture(int(job.group(1)))
                self._answer(200 if picture else 404, "image/png", picture or b"")
            elif job and 0 < int(job.group(1)) <= len(printer.jobs):
                kept = printer.folder / printer.jobs[int(job.group(1)) - 1].file
                kind = "application/pdf" if kept.suffix == ".pdf" else "text/plain; charset=utf-8"
                self._answer(200, kind, kept.read_bytes())
            else:
                self._json(404, {"detail": f"Expected /, /jobs.json, /state or /job/N, got {path}."})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/state" or not 0 < length <= BODY_BYTES_MAX:
                self._json(404, {"detail": "Expected POST /state with a short body."})
                return
            content_type = self.headers.get("Content-Type", "")
            try:
                printer.set_trouble(**read_change(self.rfile.read(length), content_type))
            except PrintingProblem as problem:
                self._json(422, {"detail": problem.sentence})
                return
            if "json" in content_type:
                self._json(200, _state(printer))
            else:
                self.send_response(303)
                self.send_header("Location", "/")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def _json(self, status: int, value: object) -> None:
            self._answer(status, "application/json", json.dumps(value, ensure_ascii=False).encode())

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

    return Handler
