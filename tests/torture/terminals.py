"""Scripted devices: they store each scan, show it, and send until they have a verdict for every single one.

What a terminal has written counts as shown to a person. It forgets nothing, so at the end it can say what the books must
hold. Its network is a `Wire`; its person is a walker of the simulation, who makes mistakes as people do.
"""

import asyncio
import contextlib
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec

from tests.simulation.device import Broken, Device, Reply
from tests.simulation.walkers import Packing, Picking, Work
from tests.torture.floor import STATIONS, Hand
from tests.torture.lines import Wire

SCANS_PER_REQUEST = 120
GATHER_S = (0.02, 0.6)
"""A sender waits for a little silence, so that requests carry some scans and a cut one puts more at stake."""
TIMEOUT_S = 4.0
WAVE_MODES = ("cluster", "cluster", "single")
REFUSED_WORK = (400, 404, 409, 422)
AGAIN = (httpx.TransportError, msgspec.DecodeError, ValueError)


class Hall:
    """What all share: when the play is over, totes that wait for the packers, and what went wrong so far."""

    def __init__(self, goal: int) -> None:
        self.goal = goal
        self.over = asyncio.Event()
        self.stop = False
        self.totes: list[str] = []
        self.wrongs: list[str] = []
        self.answers: Counter[int] = Counter()
        self.terminals: list[Terminal] = []
        self.page_scans = 0
        self.gaps = 0
        self.pace_s = 0.2

    @property
    def scans(self) -> int:
        return sum(len(each.scans) for each in self.terminals) + self.page_scans

    def wrong(self, sentence: str) -> None:
        if sentence not in self.wrongs and len(self.wrongs) < 200:
            self.wrongs.append(sentence)


class Wave(Picking):
    """A wave in the hands of a terminal with totes of its own."""

    def __init__(self, bundle: dict[str, Any], totes: list[str]) -> None:
        self.free = totes
        super().__init__(bundle)

    def _free_tote(self, device: Device) -> str | None:
        taken = set(self.bundle["busy_totes"]) | set(self.totes.values())
        while self.free:
            tote = self.free.pop(0)
            if tote not in taken:
                return tote
        return None


class Terminal(Device):
    """One scripted device with its person, its wire and its own wrong clock."""

    def __init__(self, hand: Hand, wire: Wire, chance: random.Random, hall: Hall, flow: str) -> None:
        super().__init__(hand.name, hand.token, chance)
        self.session, self.badge = hand.session, hand.badge
        self.free_totes = list(hand.totes)
        self.wire, self.hall, self.flow = wire, hall, flow
        self.clock_off_s = 0.0
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{wire.port}", timeout=TIMEOUT_S)
        self.first_open = 1
        self.shown: list[str] = []
        self._kick = asyncio.Event()

    # -- the device's own truth -------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.clock_off_s)

    def write(self, *words: Any, **more: Any) -> int:
        seq = super().write(*words, **more)
        self.shown.append(self.scans[seq]["id"])
        self._kick.set()
        return seq

    def open_scans(self) -> int:
        while self.first_open in self.verdicts:
            self.first_open += 1
        return len(self.scans) - self.first_open + 1

    @property
    def unsent(self) -> int:
        return self.open_scans()

    # -- sending ----------------------------------------------------------------------------------------------------

    async def send_for_ever(self) -> None:
        """As the app's sender: in order, for ever patient, and whatever the server says about a scan ends it."""
        failures = 0
        while not self.hall.stop:
            if self.open_scans() <= 0:
                self._kick.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._kick.wait(), 0.5)
                await asyncio.sleep(self.chance.uniform(*GATHER_S))
                continue
            try:
                await self.send_some()
                failures = 0
                await asyncio.sleep(self.chance.uniform(*GATHER_S))
            except AGAIN:
                failures += 1
                await asyncio.sleep(min(1.0, 0.05 * 2**failures) * self.chance.uniform(0.5, 1.0))

    async def _post(self, first: int, last: int) -> httpx.Response:
        scans = [self.scans[seq] for seq in range(first, last + 1)]
        body = {"device": self.name, "from_seq": first, "scans": scans, "cursor": self.cursor, "unsent": self.unsent,
                "sent_at": self.now().isoformat(timespec="milliseconds")}  # fmt: skip
        return await self.ask("POST", "/api/scans", content=msgspec.json.encode(body))

    def span(self) -> tuple[int, int]:
        """From the first scan without a verdict; now and then from an earlier one, as a phone that lost its notes."""
        first = self.first_open
        if self.chance.random() < 0.03:
            first = self.chance.randint(max(1, first - 60), first)
        return first, min(len(self.scans), first + SCANS_PER_REQUEST - 1)

    async def send_some(self) -> None:
        """One request. Raises what is to be tried again."""
        first, last = self.span()
        if last > first and self.chance.random() < 0.03:
            first = self.chance.randint(first + 1, last)  # the younger request overtakes the older one
        answer = await self._post(first, last)
        self.hear(answer, first)

    def hear(self, answer: httpx.Response, first: int) -> None:
        self.hall.answers[answer.status_code] += 1
        if answer.status_code == httpx.codes.OK:
            self._hear(answer)
            return
        body = answer.json()
        if answer.status_code == httpx.codes.CONFLICT and body.get("code") == "SEQ_GAP":
            wanted = int(body["expected_seq"])
            self.hall.gaps += 1
            if wanted in self.verdicts:
                self.hall.wrong(f"{self.name}: the server asks again for scan {wanted}, which it had acknowledged")
                for seq in range(wanted, len(self.scans) + 1):
                    self.verdicts.pop(seq, None)
                self.first_open = wanted
            raise ValueError("a gap")
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            self.hall.wrong(f"{self.name}: scans {first}… were answered {answer.status_code} {answer.text[:200]}")
        raise ValueError("not taken")

    def _hear(self, answer: httpx.Response) -> None:
        reply = msgspec.json.decode(answer.content, type=Reply)
        for raw in reply.verdicts:
            verdict = msgspec.json.decode(raw)
            seq = verdict["seq"]
            first = self.verdicts.setdefault(seq, bytes(raw))
            if first != bytes(raw):
                self.hall.wrong(f"{self.name}: scan {seq} was answered {first[:160]!r}, then {bytes(raw)[:160]!r}")
            if verdict["outcome"] in ("parked", "unreadable"):
                self.hall.wrong(f"{self.name}: scan {seq} was {verdict['outcome']}")
        self.acked = max(self.acked, reply.acked_seq)
        self.cursor = max(self.cursor, reply.cursor)
        self.corrections = reply.corrections

    # -- the person -------------------------------------------------------------------------------------------------

    async def work_for_ever(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 1))
        while not self.hall.over.is_set():
            try:
                await self._step()
            except AGAIN:
                await asyncio.sleep(0.2)
            except Broken as broken:
                self.hall.wrong(str(broken))
            await asyncio.sleep(self.hall.pace_s * self.chance.uniform(0.3, 1.7))

    async def _step(self) -> None:
        job: Work | None = self.job
        if job is None:
            if not self.wire.dark:
                await self._find()
            return
        moved = job.step(self, self.now())
        if self.chance.random() < 0.015:
            await self._change_shift()
        if not moved or self.chance.random() < 0.15:
            await self._look(moved)

    async def _drained(self, patience_s: float) -> bool:
        until = time.monotonic() + patience_s
        while self.unsent and time.monotonic() < until and not self.hall.over.is_set():  # noqa: ASYNC110 - a count, not an event
            await asyncio.sleep(0.05)
        return not self.unsent

    async def _look(self, moved: bool) -> None:
        """The job as the books have it, once they have everything."""
        if not await self._drained(8):
            return
        answer = await self.ask("GET", f"/api/work/{self.job.task}")
        if answer.status_code != httpx.codes.OK:
            return
        bundle = answer.json()["bundle"]
        if bundle is None:
            if isinstance(self.job, Wave):
                self.hall.totes += self.job.totes.values()
            self.job = None
            return
        if self.unsent:
            return
        self.job.see(bundle)
        if moved:
            return
        if isinstance(self.job, Picking):
            if not any(self.job.left.values()):
                self.hall.totes += [each["tote"] for each in bundle["slots"] if each["tote"]]
                self.job = None
            elif not self.job.step(self, self.now()):
                self.job = None
        elif bundle["stopped"] or self.chance.random() < 0.2 or all(
            each["state"] not in ("open", "closed", "labelled") for each in bundle["parcels"]
        ):  # fmt: skip
            self.job = None

    async def _find(self) -> None:
        flow = "pick" if self.flow == "pack" and not self.hall.totes else self.flow
        if flow == "pack":
            tote = self.hall.totes.pop(self.chance.randrange(len(self.hall.totes)))
            request = {"flow": "pack", "station": self.chance.choice(STATIONS), "key": tote}
        else:
            mode = "single" if self.flow == "pack" else self.chance.choice(WAVE_MODES)
            request = {"flow": "pick", "mode": mode, "limit": self.chance.randint(1, 4)}
        others = [each.job.task for each in self.hall.terminals if each is not self and isinstance(each.job, Wave)]
        if flow == "pick" and others and self.chance.random() < 0.04:
            answer = await self.ask("POST", f"/api/work/{self.chance.choice(others)}/take")
        else:
            answer = await self.ask("POST", "/api/work", json=request)
        self.hall.answers[answer.status_code] += 1
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            await self._change_shift()
            return
        bundle = answer.json().get("bundle") if answer.status_code == httpx.codes.OK else None
        if bundle is None:
            return
        self.job = Packing(bundle) if flow == "pack" else Wave(bundle, self.free_totes)

    async def _change_shift(self) -> None:
        """Out and in again with scans still unsent: they keep their author and must arrive all the same."""
        assert self.badge is not None
        await self.forget_before_leaving()
        await self.ask("DELETE", "/api/sessions/current")
        answer = await self.ask("POST", "/api/sessions", json={"badge": self.badge[0], "pin": self.badge[1]})
        if answer.status_code == httpx.codes.CREATED:
            self.session = answer.json()["session"]

    async def forget_before_leaving(self) -> None:
        """A sound device forgets nothing when its person leaves."""
