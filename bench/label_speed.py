"""How fast a label follows its last scan: a packer, a printer that looks at the clock, a carrier. `python -m bench.printing`
measures with it."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity import store as identity
from backend.identity.tables import person
from backend.orders import api as orders
from backend.platform import clock
from backend.platform.sealing import SETTING, new_key
from backend.print_queue import api as queue
from backend.shipping.commands import make_server
from backend.shipping.fake_partner import FakePartner
from bench.engines import Ground
from bench.scans import server
from printing.dialects import host_status


class Stopwatch(threading.Thread):
    """A ZPL printer that notes when the first byte of each job arrives and closes as soon as the sender has."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._answer = host_status("ok", 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.first_bytes: list[float] = []
        self.came = threading.Condition()

    def run(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                begun = False
                while piece := line.recv(65536):
                    at = time.perf_counter()
                    for question, answer in ((b"~HS", self._answer), (b"~HI", b"\x02STOPWATCH,V1,8,1KB\x03")):
                        if piece.startswith(question):
                            line.sendall(answer)
                            piece = piece.removeprefix(question)
                    if piece and not begun:
                        begun = True
                        with self.came:
                            self.first_bytes.append(at)
                            self.came.notify_all()

    def wait(self, count: int, patience_s: float) -> float:
        with self.came:
            if not self.came.wait_for(lambda: len(self.first_bytes) >= count, patience_s):
                raise SystemExit(f"bench: expected {count} labels at the printer, got {len(self.first_bytes)}.")
            return self.first_bytes[count - 1]

    def close(self) -> None:
        self._listener.close()


class Desk(NamedTuple):
    """A packer with a device, and the scans of each order: the pieces, then the one that closes the parcel."""

    agent: str
    device: str
    session: str
    orders: list[tuple[list[bytes], bytes]]


def create_desk(conn: Connection, carrier: str, printer_port: int, count: int) -> Desk:
    from tests.builders import create_product
    from tests.outbound.bench import create_carton, create_station, pick_order
    from tests.outbound.chain import set_up_carriers

    now = clock.now()
    set_up_carriers(conn, base_url=carrier)
    agent = queue.create_agent(conn, "bench", now)
    queue.save_printer(
        conn, "L1", "bench", name="Labels", driver="zpl", transport="tcp", address=f"127.0.0.1:{printer_port}", dpi=203
    )
    queue.save_route(conn, "*", "label", "L1")
    create_carton(conn)
    station = create_station(conn)
    product = create_product(conn, keys={"gtin:08595001234567": 1})
    person_id = identity.create_person(conn, name="Packer", now=now)
    device = identity.add_device(conn, "Terminal", now)
    who = conn.execute(sa.select(person).where(person.c.id == person_id)).one()
    device_id = conn.execute(sa.text("SELECT max(id) FROM device")).scalar_one()
    session = str(identity.open_session(conn, who, "floor", device_id, now).session)
    made, seq = [], 0
    for number in range(count):
        order_id, _ = pick_order(conn, {product: 1}, carrier_code="fake")
        (line,) = orders.goods_lines(conn, [order_id])[order_id]
        inside = {"parcel": f"00000000-0000-4000-8000-{number:012d}", "station": station}
        scans = []
        for kind, keys, body in (
            ("product", ["gtin:08595001234567"], {"line": line.id, "quantity": 1}),
            ("close", [], {"carton": "carton:K1", "weight_g": 500, "last": True}),
        ):
            seq += 1
            act = f"00000000-0000-4000-9000-{seq:012d}"
            scans.append(
                msgspec.json.encode(
                    {
                        "id": f"00000000-0000-4000-a000-{seq:012d}", "seq": seq, "at": now.isoformat(), "flow": "pack",
                        "task": f"pack:{order_id}", "step": "", "kind": kind, "act": act, "keys": keys, "raw": "",
                        "source": "wedge", "session": session, "local": "ok", "body": inside | body,
                    }
                )
            )  # fmt: skip
        made.append((scans[:-1], scans[-1]))
    return Desk(agent, device.token, session, made)


@contextmanager
def _carrier() -> Iterator[str]:
    door = make_server(FakePartner())
    threading.Thread(target=door.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{door.server_address[1]}"
    finally:
        door.shutdown()
        door.server_close()


def run_speed(folder: Path, count: int) -> list[float]:
    """Seconds from sending the last scan of an order to the first byte of its label, for each order."""
    os.environ.setdefault(SETTING, new_key())  # the server works on a copy of the database, without its key file
    watch = Stopwatch()
    watch.start()
    with ExitStack() as ends:
        ends.callback(watch.close)
        address = ends.enter_context(_carrier())
        ground = Ground("sqlite", None, folder)
        desk: Desk = ground.build(lambda conn: create_desk(conn, address, watch.port, count))
        url = ends.enter_context(ground.fresh())
        port, _ = ends.enter_context(server("real", url))
        command = [sys.executable, "-m", "printing", "agent", "--server", f"http://127.0.0.1:{port}"]
        agent = subprocess.Popen(
            [*command, "--spool", str(folder / "spool")], env=os.environ | {"RAMPA_AGENT_TOKEN": desk.agent},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        ends.callback(agent.wait, 60)
        ends.callback(agent.terminate)
        headers = {"Authorization": f"Bearer {desk.device}", "X-Session": desk.session}
        device = ends.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30))
        time.sleep(3)  # the agent asks its printer once what it is; after that it waits in its long poll
        return list(_pack(device, desk, watch))


def _pack(device: httpx.Client, desk: Desk, watch: Stopwatch) -> Iterator[float]:
    seq = 1
    for number, (before, last) in enumerate(desk.orders, start=1):
        for scan in (*before, last):
            started = time.perf_counter()
            reply = device.post("/api/scans", content=b'{"from_seq":%d,"scans":[%s]}' % (seq, scan))
            seq += 1
            if reply.status_code != httpx.codes.OK or '"outcome":"ok"' not in reply.text:
                raise SystemExit(f"bench: expected ok, got {reply.status_code} {reply.text[:400]}")
        yield watch.wait(number, 30) - started
        time.sleep(0.05)
