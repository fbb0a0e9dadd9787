"""Who breaks it: a plan made from the seed alone, so that a failing seed plays the same plan again.

The plan says at which scan what is done to whom. When exactly it bites is up to the machine: processes are real.
"""

import asyncio
import random
import signal
from collections import Counter
from typing import NamedTuple

import httpx

from tests.torture.lines import WIRE_FAULTS
from tests.torture.parts import Stack
from tests.torture.terminals import Hall, Terminal

OTHERS: dict[str, int] = {
    "dark_spell": 10, "kill_server": 7, "kill_worker": 5, "kill_agent": 5, "restart_database": 3, "freeze_server": 2,
    "printer_cuts": 3, "printer_hangs": 1, "printer_empty": 1, "clock_jump": 4, "order_cancelled": 4,
}  # fmt: skip
"""Weights beside the wire's faults, which get as much together."""
PAGE_FAULTS: dict[str, int] = {"page_reload": 3, "page_killed": 2, "worker_wiped": 1, "page_clock": 1, "page_dark": 3}
WIRE_WEIGHT = 60
STRIKES: dict[str, dict[str, float]] = {
    "agent": {"printer_cuts": 30, "kill_agent": 30, "kill_worker": 0, "kill_server": 2, "freeze_server": 0},
    "server": {"kill_server": 60, "freeze_server": 0},
    "worker": {"kill_worker": 40},
    "page": {"page_dark": 60, "kill_worker": 0, "kill_agent": 0, "freeze_server": 0},
}
"""Weights for a run that is to hit one part harder."""


class Blow(NamedTuple):
    """`at` is the share of the goal's scans (0..1); `whom` and `how` are drawn numbers for the target and the strength."""

    at: float
    kind: str
    whom: int
    how: float


def plan(seed: int, count: int, *, pages: bool, cluster: bool, strike: str = "") -> list[Blow]:
    """`count` blows in the order of their time; `strike` hits one part harder."""
    chance = random.Random(f"plan-{seed}")
    weights: dict[str, float] = {each: WIRE_WEIGHT / len(WIRE_FAULTS) for each in WIRE_FAULTS} | OTHERS
    if pages:
        weights |= PAGE_FAULTS
    weights |= STRIKES.get(strike, {})
    if not cluster:
        weights.pop("restart_database")
    kinds = chance.choices(list(weights), list(weights.values()), k=count)
    blows = [Blow(chance.uniform(0.03, 0.92), kind, chance.getrandbits(16), chance.random()) for kind in kinds]
    return sorted(blows)


class Adversary:
    """Deals the blows of the plan; `fired` counts by kind what has really happened."""

    def __init__(
        self, stack: Stack, hall: Hall, office: httpx.AsyncClient, orders: list[str], fired: Counter[str]
    ) -> None:
        self.stack, self.hall, self.office, self.orders, self.fired = stack, hall, office, orders, fired
        self.pages: list = []
        self.running: set[asyncio.Task] = set()
        self.alone = asyncio.Lock()

    async def deal(self, blows: list[Blow]) -> None:
        for blow in blows:
            while self.hall.scans < blow.at * self.hall.goal and not self.hall.over.is_set():  # noqa: ASYNC110 - a count, not an event
                await asyncio.sleep(0.05)
            if self.hall.over.is_set():
                return
            if blow.kind in WIRE_FAULTS:
                self._line_of(blow).wire.armed.append(blow.kind)
                continue
            task = asyncio.create_task(self._strike(blow))
            self.running.add(task)
            task.add_done_callback(self.running.discard)

    async def calm(self) -> None:
        """Nothing more comes; everything that was begun is over."""
        while self.running:
            await asyncio.gather(*self.running)
        for each in (*self.hall.terminals, *self.pages):
            each.wire.armed.clear()
            each.wire.dark = False

    def _line_of(self, blow: Blow) -> Terminal:
        lines = [*self.hall.terminals, *self.pages]
        return lines[blow.whom % len(lines)]

    async def _strike(self, blow: Blow) -> None:
        try:
            if blow.kind.startswith("page") or blow.kind == "worker_wiped":
                if not await self.pages[blow.whom % len(self.pages)].suffer(blow.kind, blow.how):
                    return
            else:
                await getattr(self, f"_{blow.kind}")(blow)
            self.fired[blow.kind] += 1
        except Exception as error:
            self.hall.wrong(f"the adversary stumbled at {blow.kind}: {type(error).__name__} {error}")

    async def _dark_spell(self, blow: Blow) -> None:
        wire = self.hall.terminals[blow.whom % len(self.hall.terminals)].wire
        wire.go_dark()
        await asyncio.sleep(1 + 9 * blow.how)
        wire.dark = False

    async def _kill_server(self, blow: Blow) -> None:
        server = self.stack.servers[blow.whom % len(self.stack.servers)]
        async with self.alone:
            server.kill()
            await asyncio.sleep(blow.how * 0.5)
            server.start()

    async def _kill_worker(self, blow: Blow) -> None:
        worker = self.stack.workers[blow.whom % len(self.stack.workers)]
        worker.kill()
        await asyncio.sleep(blow.how)
        worker.start()

    async def _kill_agent(self, blow: Blow) -> None:
        """Often while a label is on its way to the printer."""
        agent = self.stack.agents[blow.whom % len(self.stack.agents)]
        agent.kill()
        await asyncio.sleep(blow.how)
        agent.start()

    async def _freeze_server(self, blow: Blow) -> None:
        """The machine swaps, the disk hangs: silence without an end of the line."""
        server = self.stack.servers[blow.whom % len(self.stack.servers)]
        async with self.alone:
            server.signal(signal.SIGSTOP)
            await asyncio.sleep(1 + 4 * blow.how)
            server.signal(signal.SIGCONT)

    async def _restart_database(self, blow: Blow) -> None:
        assert self.stack.cluster is not None
        async with self.alone:
            await asyncio.to_thread(self.stack.cluster.break_and_start)

    async def _printer_cuts(self, blow: Blow) -> None:
        await self._printer("cut", 2 + 4 * blow.how, cut_after_bytes=400 + int(2000 * blow.how))

    async def _printer_hangs(self, blow: Blow) -> None:
        await self._printer("hang", 1 + 3 * blow.how)

    async def _printer_empty(self, blow: Blow) -> None:
        await self._printer("no_media", 1 + 4 * blow.how)

    async def _printer(self, state: str, seconds: float, **more: int) -> None:
        address = f"http://127.0.0.1:{self.stack.control_port}/state"
        async with httpx.AsyncClient(timeout=10) as client:
            (await client.post(address, json={"state": state, **more})).raise_for_status()
            await asyncio.sleep(seconds)
            (await client.post(address, json={"state": "ok"})).raise_for_status()

    async def _clock_jump(self, blow: Blow) -> None:
        """Hours wrong, in either direction, once nearly a day."""
        terminal = self.hall.terminals[blow.whom % len(self.hall.terminals)]
        terminal.clock_off_s = (blow.how - 0.5) * 2 * 86_000

    async def _order_cancelled(self, blow: Blow) -> None:
        """The buyer calls in the middle of the picking."""
        number = self.orders[blow.whom % min(len(self.orders), max(20, int(len(self.orders) * blow.at) + 10))]
        try:
            await self.office.post(f"/api/orders/{number}/cancel", json={"reason": "buyer"})
        except httpx.TransportError:
            return
