"""One run: build the floor, start everything, let people work while the adversary strikes, let calm return, and count."""

import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database, run_once
from backend.platform.journal import delivery
from backend.platform.outbox import retry
from tests.torture import checks, engines, floor
from tests.torture.adversary import Adversary, plan
from tests.torture.lines import Wire
from tests.torture.parts import Stack
from tests.torture.plants import plant_own
from tests.torture.terminals import Hall, Terminal

TERMINALS = 10
SCANS_PER_ORDER = 9
SCANS_PER_STEP = 3.6
PLANNED_PER_FAULT = 1.12
"""Some blows hit nothing: a browser that is down already, a line that carries nothing more. Only what has bitten is counted."""
AHEAD = 1.06
"""The pace is set a little higher than the goal asks for, because restarts cost time that nobody walks in."""
CALM_S = 90.0
AGAIN_AT_ONCE = 200
ASKED_AT_ONCE = 90
"""The trouble screen shows the newest hundred."""


class Setting(NamedTuple):
    """`seconds` is how long the walking shall take; the goal of scans and faults is for that time.

    A machine that has other work to do may take `overtime` times as long to come to the goal.
    """

    engine: str = "sqlite"
    scans: int = 10_000
    faults: int = 300
    seconds: float = 270.0
    seed: int = 1
    pages: int = 2
    packers: int = 4
    plant: str = ""
    keep: Path | None = None
    calm_s: float = CALM_S
    strike: str = ""
    overtime: float = 3.0


class Outcome(NamedTuple):
    setting: Setting
    scans: int
    page_scans: int
    faults: Counter[str]
    lost: int
    doubled: int
    labels: int
    unknown: int
    wrongs: list[str]
    seconds: float

    @property
    def good(self) -> bool:
        return not (self.wrongs or self.lost or self.doubled)


class Run:
    """State of one run."""

    def __init__(self, setting: Setting, url: str, cluster: engines.Cluster | None, folder: Path) -> None:
        self.setting, self.url, self.folder = setting, url, folder
        self.stack = Stack(setting.engine, url, cluster, folder, setting.plant)
        self.hall = Hall(setting.scans)
        self.fired: Counter[str] = Counter()
        self.wires: list[Wire] = []
        self.pages: list[Any] = []
        self.doubts = 0
        self.labels_before = 1_000_000

    async def wire(self) -> Wire:
        made = await Wire(
            lambda: self.stack.ports, random.Random(f"{self.setting.seed}-{len(self.wires)}"), self.fired
        ).listen()
        self.wires.append(made)
        return made

    async def play(self, known: floor.Floor) -> Outcome:
        started = time.monotonic()
        setting, hall = self.setting, self.hall
        self.stack.start()
        agents_wire = await self.wire()
        self.stack.add_agents(known.agent_token, agents_wire.port)
        for part in self.stack.agents:
            part.start()
        for port in self.stack.ports:
            await self.stack.ready(port)
        for place, hand in enumerate(known.hands):
            flow = "pack" if place < setting.packers else "pick"
            chance = random.Random(f"{setting.seed}-{hand.name}")
            hall.terminals.append(Terminal(hand, await self.wire(), chance, hall, flow))
        office = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.stack.ports[0]}", headers={"X-Rampa": "1"}, timeout=10
        )
        (await office.post("/api/office/sign-in", json=floor.OWNER)).raise_for_status()
        adversary = Adversary(self.stack, hall, office, known.orders, self.fired)
        await self._open_pages(known)
        adversary.pages = self.pages
        begun = time.monotonic()
        senders = [asyncio.create_task(each.send_for_ever()) for each in hall.terminals]
        walkers = [asyncio.create_task(each.work_for_ever()) for each in (*hall.terminals, *self.pages)]
        with_cluster = self.stack.cluster is not None
        planned = round(setting.faults * PLANNED_PER_FAULT)
        blows = plan(setting.seed, planned, pages=bool(self.pages), cluster=with_cluster, strike=setting.strike)
        dealing = asyncio.create_task(adversary.deal(blows))
        supervising = asyncio.create_task(self.stack.supervise())
        await self._keep_pace(begun)
        hall.over.set()
        await asyncio.gather(dealing, *walkers)
        walked_s = time.monotonic() - begun
        await adversary.calm()
        supervising.cancel()
        await self._come_to_rest()
        await self._answer_doubts(office)
        hall.stop = True
        await asyncio.gather(*senders)
        for each in self.pages:
            await each.close()
        await self._ask_everything_again()
        outcome = await self._count(known, walked_s)
        await office.aclose()
        for each in hall.terminals:
            await each.client.aclose()
        return outcome._replace(seconds=time.monotonic() - started)

    async def _open_pages(self, known: floor.Floor) -> None:
        if not self.setting.pages:
            return
        from tests.torture.pages import FloorPage

        for place in range(self.setting.pages):
            page = FloorPage(place, await self.wire(), self.folder, self.hall, known, self.setting.plant)
            self.pages.append(page)
        await asyncio.gather(*(each.open(known.links[place]) for place, each in enumerate(self.pages)))

    async def _keep_pace(self, begun: float) -> None:
        """Wait for the goal, giving the walkers the pace that the time asks for."""
        setting, hall = self.setting, self.hall
        rate = setting.scans / setting.seconds * AHEAD
        hall.pace_s = len(hall.terminals) * SCANS_PER_STEP / rate
        while hall.scans < setting.scans and time.monotonic() - begun < setting.seconds * setting.overtime:
            await asyncio.sleep(0.5)
            gone = max(1.0, time.monotonic() - begun)
            behind = (gone * rate) / max(1, hall.scans)
            hall.pace_s = min(2.0, max(0.02, hall.pace_s * (0.9 if behind > 1.0 else 1.1)))

    async def _come_to_rest(self) -> None:
        """Everything runs, every device is heard out, every reaction done, every label out or in doubt."""
        for wire in self.wires:
            await wire.settle()
        await self.stack.keep_alive()
        database = Database(self.url)
        until = time.monotonic() + self.setting.calm_s
        left: list[str] = ["?"]
        while left and time.monotonic() < until:
            await asyncio.sleep(0.4)
            left = [f"{each.name} still holds {each.unsent} scans" for each in self.hall.terminals if each.unsent]
            for page in self.pages:
                left += await page.rest()
            left += await database.read(_unfinished)
            if not left:
                break
            await database.write(_try_again)
        await database.close()
        for each in left:
            self.hall.wrong(f"rest: after {self.setting.calm_s:.0f} s of calm {each}")

    async def _answer_doubts(self, office: httpx.AsyncClient) -> None:
        """Somebody goes to the printer, looks, and answers truly; what did not come out is printed again."""
        database = Database(self.url)
        unknown = await database.read(lambda conn: checks.doubts(conn, self.folder / "paper"))
        await database.close()
        self.doubts, self.labels_before = len(unknown), self._labels()
        if not unknown:
            return
        asked = {each["id"] for each in (await office.get("/api/trouble")).json()["print_jobs"]}
        for number, printed in unknown.items():
            if number not in asked and len(unknown) < ASKED_AT_ONCE:
                self.hall.wrong(f"paper: nobody is asked about job {number}, which may have come out")
            answer = await office.post(f"/api/print-jobs/{number}/answer", json={"printed": printed})
            if answer.status_code != httpx.codes.OK:
                self.hall.wrong(f"paper: the answer about job {number} was not taken: {answer.text[:160]}")
        await self._come_to_rest()

    async def _ask_everything_again(self) -> None:
        """Every scan ever made, once more: the same bytes."""
        for each in self.hall.terminals:
            every = len(each.scans)
            for first in range(1, every + 1, AGAIN_AT_ONCE):
                answer = await each._post(first, min(every, first + AGAIN_AT_ONCE - 1))
                try:
                    each.hear(answer, first)
                except ValueError as error:
                    self.hall.wrong(f"{each.name}: asked again from scan {first}: {error}")

    def _labels(self) -> int:
        """How many came out so far, whole or cut."""
        index = self.folder / "paper" / "index.jsonl"
        return len(index.read_text("utf-8").splitlines()) if index.exists() else 0

    def _failures_in_logs(self) -> list[str]:
        """What the servers wrote about answers that were failures: the end of each trace, once."""
        found: dict[str, str] = {}
        for part in self.stack.servers:
            for line in part.log.read_text("utf-8", "replace").splitlines():
                if '"exception"' in line and '"error"' in line:
                    trace = json.loads(line).get("exception", "") if line.startswith("{") else line
                    found.setdefault(trace[-160:], f"log: {trace[-1_800:]}")
        return list(found.values())[:4]

    async def _count(self, known: floor.Floor, walked_s: float) -> Outcome:
        hall = self.hall
        shown = {each.name: each.shown for each in hall.terminals}
        tried: set[str] = set()
        for page in self.pages:
            shown[page.name] = list(page.shown)
            tried |= page.tried
        database = Database(self.url)

        def read(conn: Connection) -> tuple[checks.Findings, list[str]]:
            wrongs = [
                *checks.stored_verdicts(conn, hall.terminals), *checks.earned_refusals(hall.terminals), *checks.hands_against_books(conn, hall.terminals),
                *checks.books(conn, known.received, 0), *checks.news_delivered(conn),
                *checks.paper(conn, self.folder / "paper", self.labels_before),
            ]  # fmt: skip
            kills = sum(page.kills for page in self.pages)
            return checks.shown_is_taken(conn, shown, tried, kills), wrongs

        found, wrongs = await database.read(read)
        await database.close()
        labels = self._labels()
        told_by_log = self._failures_in_logs() if hall.answers[httpx.codes.INTERNAL_SERVER_ERROR] else []
        odd = [code for code in hall.answers if code >= 500 and code != httpx.codes.SERVICE_UNAVAILABLE]
        told = [
            *found.wrongs,
            *wrongs,
            *hall.wrongs,
            *told_by_log,
            *(f"answers: {hall.answers[code]} times {code}" for code in odd),
        ]
        return Outcome(
            self.setting, hall.scans, hall.page_scans, self.fired, found.lost, found.doubled, labels, self.doubts,
            told, walked_s,
        )  # fmt: skip


def _unfinished(conn: Connection) -> list[str]:
    waiting = conn.execute(
        sa.select(sa.func.count()).select_from(delivery).where(delivery.c.state.in_(("waiting", "leased", "parked")))
    ).scalar_one()
    on_way = checks.print_standing(conn)[0]
    return [
        *([f"{waiting} deliveries are not done"] if waiting else []),
        *([f"{on_way} labels are on their way"] if on_way else []),
    ]


def _try_again(conn: Connection) -> None:
    """What the office would do: parked reactions are tried again."""
    from backend.platform import clock

    for number in conn.execute(sa.select(delivery.c.id).where(delivery.c.state == "parked")).scalars().all():
        retry(conn, number, clock.now())


async def _work(setting: Setting, url: str, cluster: engines.Cluster | None, folder: Path) -> Outcome:
    run = Run(setting, url, cluster, folder)
    orders = setting.scans // SCANS_PER_ORDER + 60
    try:
        known = await asyncio.to_thread(
            run_once, url,
            lambda conn: floor.build(
                conn, setting.seed, hands=TERMINALS, pages=setting.pages, orders=orders,
                printer_port=run.stack.printer_port,
            ),
        )  # fmt: skip
        return await run.play(known)
    finally:
        for each in run.pages:
            await each.close()
        for wire in run.wires:
            await wire.close()
        await asyncio.to_thread(run.stack.close)


def play(setting: Setting) -> Outcome:
    """One seed on one engine, in a folder of its own."""
    plant_own(setting.plant)
    with tempfile.TemporaryDirectory(prefix="rampa-torture-", dir="/tmp", ignore_cleanup_errors=True) as made:
        folder = setting.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        with engines.database(setting.engine, folder) as (url, cluster):
            return asyncio.run(_work(setting, url, cluster, folder))
