"""A warehouse day from a seed: orders come, walkers walk, the network fails, the server dies, and the books stay right.

Everything goes through the real application over its real routes, on a real database; only time, the network and the
carrier are played. After every step all invariants are read. A broken one ends the day with its seed and the last scans.
"""

import hashlib
import random
from collections import Counter
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.asgi import build as build_app
from backend.app.settings import Settings
from backend.app.wiring import REACTIONS, connect_reactions
from backend.outbound.tables import wave_order
from backend.platform.database import Database
from backend.platform.outbox import Outbox
from backend.shipping.fake_partner import FakePartner
from backend.stock.tables import location
from tests.outbound.chain import transport
from tests.simulation import invariants, warehouse
from tests.simulation.clock import Clock, simulated
from tests.simulation.device import FAULTS, Broken, Device
from tests.simulation.evening import evening
from tests.simulation.walkers import KINDS, Packing, Picking, Work

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)  # fmt: skip
EXPECTED = frozenset((400, 404, 409, 422))
"""Refusals to a request are part of a day; a 401, 403 or 5xx is not."""


class Crash(BaseException):
    """The process is gone at this very point."""


class DyingDatabase:
    """Lets `writes` transactions through; at the next one the process dies."""

    def __init__(self, database: Database, writes: int) -> None:
        self.database = database
        self.writes = writes

    async def write(self, work: Any) -> Any:
        if self.writes == 0:
            raise Crash
        self.writes -= 1
        return await self.database.write(work)

    async def read(self, work: Any) -> Any:
        return await self.database.read(work)


class Day:
    """One day on one database. `play` raises `Broken` when a promise is not kept."""

    def __init__(self, url: str, seed: int, clock: Clock) -> None:
        self.url = url
        self.chance = random.Random(seed)
        self.clock = clock
        self.partner = FakePartner()
        self.reactions = {name: each for named in REACTIONS.values() for name, each in named.items()}
        self.counts: Counter[str] = Counter()
        self.states: dict[int, str] = {}
        self.next_order = 1
        self.devices: list[Device] = []

    # -- the server -----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """The application on the database, as after a start of the process."""
        self.database = Database(self.url)
        app = build_app(Settings(worker="none", database_url=self.url), self.database)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rampa.test")
        for each in self.devices:
            each.client = self.client

    async def stop(self) -> None:
        await self.client.aclose()
        await self.database.close()

    async def crash(self) -> None:
        """The process is gone and comes back; what it had answered must still be true."""
        self.counts["crashes"] += 1
        cookies = self.client.cookies
        await self.stop()
        await self.start()
        self.client.cookies = cookies

    async def open(self) -> None:
        await self.start()
        self.warehouse = await self.database.write(lambda conn: warehouse.build(conn, self.chance, self.clock.now()))
        self.devices = [
            Device(name, token, random.Random(self.chance.getrandbits(64)))
            for name, token in self.warehouse.tokens.items()
        ]
        for each, badge in zip(self.devices, self.warehouse.badges, strict=False):
            each.client = self.client
            await each.sign_in(badge)
        answer = await self.client.post("/api/office/sign-in", json=warehouse.OWNER)
        if answer.status_code != 200:
            raise Broken(f"the owner could not sign in: {answer.text}")

    async def office(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = await self.client.request(method, path, headers={"X-Rampa": "1"}, **options)
        if answer.status_code >= 300 and answer.status_code not in EXPECTED:
            raise Broken(f"{method} {path}: {answer.status_code} {answer.text[:600]}")
        return answer

    # -- what happens ---------------------------------------------------------------------------------------------------

    async def orders_come(self) -> None:
        channel = self.chance.choice(list(warehouse.CHANNELS))
        count = self.chance.randint(1, 5)
        first = self.next_order
        if self.chance.random() < 0.15:
            first = max(1, first - 2)  # the shop sends some of them again
        content = warehouse.order_file(self.warehouse, self.chance, channel, first, count, self.clock.now())
        answer = await self.office("POST", f"/api/orders?channel={channel}", content=content)
        self.next_order = max(self.next_order, first + count)
        self.counts["orders"] += answer.json().get("received", 0)
        await self.office("POST", "/api/shippable")

    async def office_acts(self) -> None:
        """A cancellation, a hold released, an order held by hand, goods from the vendor."""
        rows = (await self.office("GET", "/api/orders?limit=500")).json()["rows"]
        if not rows:
            return
        roll = self.chance.random()
        held = [each for each in rows if each["holds"] and each["state"] not in ("cancelled", "dispatched")]
        if roll < 0.3 and held:
            order = self.chance.choice(held)
            await self.release(order)
        elif roll < 0.65:
            order = self.chance.choice(rows)
            answer = await self.office("POST", f"/api/orders/{order['number']}/cancel", json={"reason": "buyer"})
            self.counts["cancelled"] += answer.status_code == 200
        elif roll < 0.75:
            order = self.chance.choice(rows)
            await self.office("POST", f"/api/orders/{order['number']}/hold", json={"reason": "the buyer called"})
        elif roll < 0.9:
            await self._goods_come()
        else:
            waves = (await self.office("GET", "/api/waves")).json()["rows"]
            if waves:
                await self.office("POST", f"/api/waves/{self.chance.choice(waves)['number']}/cancel")
        await self.office("POST", "/api/shippable")

    async def release(self, order: dict[str, Any]) -> None:
        for code in order["holds"]:
            await self.office("POST", f"/api/orders/{order['number']}/release-hold", json={"code": code})

    async def _goods_come(self) -> None:
        def work(conn: Connection) -> dict[int, int]:
            places = [
                row.id for row in conn.execute(sa.select(location.c.id).where(location.c.kind == "pick_face")).all()
            ]
            chosen = self.chance.sample(list(self.warehouse.products), 4)
            return warehouse.stock_up(conn, self.chance, chosen, places, self.clock.now())

        for product_id, pieces in (await self.database.write(work)).items():
            self.warehouse.received[product_id] += pieces

    async def worker_works(self, calm: bool = False) -> None:
        """Drain the outbox; at times the carrier is down, at times the worker dies between two transactions."""
        if not calm and self.chance.random() < 0.15:
            self.partner.mode = self.chance.choice(("ok", "ok", "down", "silent"))
        dying = not calm and self.chance.random() < 0.12
        database: Any = DyingDatabase(self.database, self.chance.randint(1, 4)) if dying else self.database
        async with httpx.AsyncClient(transport=transport(self.partner)) as client:
            try:
                await Outbox(database, self.reactions, client).drain()
            except Crash:
                self.counts["worker crashes"] += 1

    # -- devices --------------------------------------------------------------------------------------------------------

    async def walk(self, device: Device) -> None:
        """One step of one person."""
        if device.dark_steps:
            device.dark_steps -= 1
        elif device.chance.random() < 0.05:
            device.dark_steps = device.chance.randint(2, 8)
        online = device.dark_steps == 0
        job: Work | None = device.job
        if job is None:
            if online:
                await self._find_work(device)
            return
        moved = job.step(device, self.clock.now())
        if not online:
            return
        if device.unsent and (not moved or device.chance.random() < 0.5):
            await device.send(device.chance.choice(FAULTS) if device.chance.random() < 0.25 else "")
            await self._put_right(device)
        if not device.unsent and (not moved or device.chance.random() < 0.3):
            await self.look_again(device, moved)

    async def _find_work(self, device: Device) -> None:
        if device.chance.random() < 0.1:
            await device.sign_in(device.chance.choice(self.warehouse.badges))
        kind = device.chance.choice(("pick", "pick", "pick", "pack", "pack", "pack", "handover"))
        request: dict[str, Any] = {"flow": kind}
        if kind == "pick":
            request["mode"] = device.chance.choice(("single", "cluster"))
            request["limit"] = device.chance.randint(1, 4)
        elif kind == "pack":
            totes = await self._totes_at_benches()
            if not totes:
                return
            request |= {"station": device.chance.choice(warehouse.STATIONS), "key": device.chance.choice(totes)}
            labels = await self.database.read(invariants.labels_in_the_house)
            if labels and device.chance.random() < 0.3:  # a piece was left on the table: the parcel is opened again
                request["key"] = f"parcel:{device.chance.choice(labels)}"
        else:
            request["carrier"] = device.chance.choice(("own_van", "fake"))
        others = [each.job.task for each in self.devices if each is not device and isinstance(each.job, Picking)]
        if kind == "pick" and others and device.chance.random() < 0.15:
            self.counts["take-overs"] += 1
            answer = await device.ask("POST", f"/api/work/{device.chance.choice(others)}/take")
        else:
            answer = await device.ask("POST", "/api/work", json=request)
        self.expect(answer)
        bundle = answer.json().get("bundle") if answer.status_code == 200 else None
        device.job = KINDS[bundle["flow"]](bundle) if bundle else None
        if isinstance(device.job, Packing) and request.get("key", "").startswith("parcel:"):
            device.job.regrets = device.chance.randint(1, 4)

    def expect(self, answer: httpx.Response) -> None:
        if answer.status_code >= 300 and answer.status_code not in EXPECTED:
            raise Broken(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:600]}")

    async def _totes_at_benches(self) -> list[str]:
        """Totes whose picking is over stand before the packers; now and then one is brought too early."""
        states = ("picked", "packed", "open") if self.chance.random() < 0.1 else ("picked", "packed")

        def read(conn: Connection) -> list[str]:
            rows = conn.execute(
                sa.select(location.c.code)
                .join(wave_order, wave_order.c.tote_id == location.c.id)
                .where(wave_order.c.state.in_(states))
                .order_by(wave_order.c.id.desc())
                .limit(12)
            )
            return [f"tote:{row.code}" for row in rows]

        return await self.database.read(read)

    async def look_again(self, device: Device, moved: bool) -> None:
        """The job as the books see it now. One that is over, or at which nothing more can be done, is left."""
        answer = await device.ask("GET", f"/api/work/{device.job.task}")
        self.expect(answer)
        bundle = answer.json()["bundle"]
        if bundle is None:
            device.job = None
            return
        device.job.see(bundle)
        if moved:
            return
        if isinstance(device.job, Picking):
            if not any(device.job.left.values()) or self.chance.random() < 0.2:
                device.job = None
        elif isinstance(device.job, Packing):
            if bundle["stopped"] or self.chance.random() < 0.3:
                device.job = None
        else:
            if not bundle["signed"] and any(each["loaded"] for each in bundle["parcels"]):
                await self._sign(device, int(bundle["task"].partition(":")[2]))
            device.job = None

    async def _sign(self, device: Device, number: int) -> None:
        seen = await device.ask("GET", f"/api/handovers/{number}")
        self.expect(seen)
        signature = {
            "name": "Pavel Kurýr", "plate": "1AB 2345", "signature": PNG, "content_hash": seen.json()["content_hash"],
            "confirm_missing": True,
        }  # fmt: skip
        if self.chance.random() < 0.5:
            answer = await device.ask("POST", f"/api/handovers/{number}/sign", json=signature)
        else:
            link = (await device.ask("POST", f"/api/handovers/{number}/link")).json()
            opened = (await self.client.post(f"/api/courier/{link['token']}/open")).json()
            signature["content_hash"] = opened["handover"]["content_hash"]
            answer = await self.client.post(f"/api/courier/{opened['session']}/sign", json=signature)
        self.expect(answer)
        self.counts["lists signed"] += answer.status_code == 200

    async def _put_right(self, device: Device) -> None:
        """Corrections are confirmed, sometimes twice."""
        for each in device.corrections:
            if device.chance.random() < 0.5:
                answer = await device.ask("POST", f"/api/corrections/{each['id']}/done")
                self.expect(answer)
                self.counts["corrections"] += answer.json()["closed"]
        device.corrections = []

    # -- the day --------------------------------------------------------------------------------------------------------

    async def step(self) -> None:
        """One thing that happens, then the invariants."""
        self.clock.pass_s(self.chance.choice((2, 5, 20, 70)))
        roll = self.chance.random()
        if roll < 0.07:
            await self.orders_come()
        elif roll < 0.12:
            await self.office_acts()
        elif roll < 0.22:
            await self.worker_works()
        elif roll < 0.235:
            await self.crash()
        else:
            for _ in range(2):
                await self.walk(self.chance.choice(self.devices))
        await self.check()

    async def check(self) -> None:
        found = await self.database.read(lambda conn: invariants.wrongs(conn, self.warehouse.received, self.states))
        if found:
            raise Broken("; ".join(found[:5]))

    async def explained(self) -> None:
        """Every order says in one sentence why it stands where it stands."""
        rows = (await self.office("GET", "/api/orders?limit=500")).json()["rows"]
        for each in rows:
            told = each["why"]["sentence"]
            if len(told) < 10 or "{" in told or "None" in told:
                raise Broken(f"order {each['number']} ({each['state']}) is not explained: {each['why']}")

    async def play(self, steps: int) -> None:
        await self.open()
        try:
            for _ in range(3):
                await self.orders_come()
            for number in range(steps):
                await self.step()
                if number % 10 == 0:
                    await self.explained()
            await evening(self)
        finally:
            self.counts["scans"] = sum(len(each.scans) for each in self.devices)
            self.counts["faults"] = sum(each.faults for each in self.devices) + self.counts["crashes"]
            await self.stop()

    def last_scans(self, count: int = 30) -> list[dict[str, Any]]:
        """What was scanned last, over all devices, with the verdicts."""
        every = [
            scan | {"device": each.name, "verdict": each.verdict(seq)}
            for each in self.devices
            for seq, scan in each.scans.items()
        ]
        return sorted(every, key=lambda scan: scan["at"])[-count:]

    def fingerprint(self) -> str:
        """Of every scan with its verdict: two plays of one seed have the same one."""
        every = [[each.name, scan, each.verdicts.get(seq)] for each in self.devices for seq, scan in each.scans.items()]
        return hashlib.sha256(msgspec.json.encode(every)).hexdigest()[:12]


class Outcome:
    def __init__(self, seed: int, day: Day, steps: int, broken: str) -> None:
        self.seed = seed
        self.day = day
        self.steps = steps
        self.broken = broken


async def play(url: str, seed: int, steps: int) -> Outcome:
    """One seed on an empty database with the schema."""
    connect_reactions()
    with simulated(seed) as clock:
        day = Day(url, seed, clock)
        try:
            await day.play(steps)
        except Broken as broken:
            return Outcome(seed, day, steps, str(broken))
        return Outcome(seed, day, steps, "")
