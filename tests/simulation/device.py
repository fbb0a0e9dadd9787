"""A device as the app is: every scan is stored with the next number before it is sent, and kept until it is answered.

The network in between loses requests and replies, repeats them, sends them overlapping, out of order and twice at once.
Whatever it does, a sequence number has one verdict: the first one heard is kept here, and each further one must be the
same, byte for byte.
"""

import asyncio
import random
import uuid
from datetime import datetime
from typing import Any

import httpx
import msgspec

FAULTS = ("lost_request", "lost_reply", "repeat", "overlap", "out_of_order", "twice_at_once", "split")


class Reply(msgspec.Struct):
    verdicts: list[msgspec.Raw]
    acked_seq: int
    cursor: int
    corrections: list[dict[str, Any]] = []


class Broken(AssertionError):
    """The server broke a promise of the protocol."""


class Device:
    """One terminal. `client` is replaced when the server is started anew."""

    def __init__(self, name: str, token: str, chance: random.Random) -> None:
        self.name = name
        self.token = token
        self.chance = chance
        self.client: httpx.AsyncClient
        self.badge: tuple[str, str] | None = None
        self.session = ""
        self.scans: dict[int, dict[str, Any]] = {}
        self.verdicts: dict[int, bytes] = {}
        self.acked = 0
        self.cursor = 0
        self.corrections: list[dict[str, Any]] = []
        self.dark_steps = 0
        self.faults = 0
        self.job: Any = None

    @property
    def unsent(self) -> int:
        return len(self.scans) - self.acked

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | ({"X-Session": self.session} if self.session else {})

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def write(
        self, flow: str, task: str, kind: str, *keys: str, now: datetime, act: str | None = None, local: str = "ok",
        **body: Any,
    ) -> int:  # fmt: skip
        """Store a scan; its number."""
        seq = len(self.scans) + 1
        self.scans[seq] = {
            "id": self.uuid(), "seq": seq, "at": now.isoformat(timespec="milliseconds"), "flow": flow, "task": task,
            "step": f"{flow}.{kind}", "kind": kind, "act": act, "keys": list(keys),
            "raw": keys[0].partition(":")[2] if keys else "", "source": "wedge", "session": self.session or None,
            "local": local, "body": body,
        }  # fmt: skip
        return seq

    def verdict(self, seq: int) -> dict[str, Any] | None:
        known = self.verdicts.get(seq)
        return None if known is None else msgspec.json.decode(known)

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.client.request(method, path, headers=self.headers, **options)

    async def sign_in(self, badge: tuple[str, str]) -> None:
        """Another person takes the device; unsent scans stay those of whoever made them."""
        if self.session:
            await self.ask("DELETE", "/api/sessions/current")
            self.session = ""
        answer = await self.ask("POST", "/api/sessions", json={"badge": badge[0], "pin": badge[1]})
        if answer.status_code != 201:
            raise Broken(f"{self.name}: nobody could sign in: {answer.text}")
        self.session = answer.json()["session"]
        self.badge = badge

    # -- sending --------------------------------------------------------------------------------------------------------

    async def _post(self, first: int, last: int) -> httpx.Response:
        scans = [self.scans[seq] for seq in range(first, last + 1)]
        body = {"device": self.name, "from_seq": first, "scans": scans, "cursor": self.cursor, "unsent": self.unsent}
        return await self.ask("POST", "/api/scans", content=msgspec.json.encode(body))

    def _hear(self, answer: httpx.Response) -> None:
        if answer.status_code != 200:
            raise Broken(f"{self.name}: scans were not taken: {answer.status_code} {answer.text[:600]}")
        reply = msgspec.json.decode(answer.content, type=Reply)
        for raw in reply.verdicts:
            seq = msgspec.json.decode(raw)["seq"]
            first = self.verdicts.setdefault(seq, bytes(raw))
            if first != bytes(raw):
                raise Broken(f"{self.name}: scan {seq} was answered {first!r}, then {bytes(raw)!r}")
        self.acked = max(self.acked, reply.acked_seq)
        self.cursor = max(self.cursor, reply.cursor)
        self.corrections = reply.corrections

    async def send(self, fault: str = "") -> None:
        """Bring all unsent scans to the server, in the way that `fault` names."""
        first, last = self.acked + 1, len(self.scans)
        if last < first:
            return
        self.faults += bool(fault)
        if fault == "lost_request":
            return
        if fault == "lost_reply":
            await self._post(first, last)
            return
        if fault == "split":
            middle = self.chance.randint(first, last)
            self._hear(await self._post(first, middle))
            if middle < last:
                self._hear(await self._post(middle + 1, last))
            return
        if fault == "out_of_order" and last > first:
            await self._out_of_order(first, last)
            return
        if fault == "twice_at_once":
            for answer in await asyncio.gather(self._post(first, last), self._post(first, last)):
                self._hear(answer)
            return
        back = self.chance.randint(1, first) if fault == "overlap" else first
        self._hear(await self._post(back, last))
        if fault == "repeat":
            self._hear(await self._post(first, last))

    async def _out_of_order(self, first: int, last: int) -> None:
        """The later half overtakes: it is not taken, and the answer names the number that is wanted."""
        cut = self.chance.randint(first + 1, last)
        answer = await self._post(cut, last)
        wanted = answer.json().get("expected_seq") if answer.status_code == 409 else None
        # a lost reply may hide that the server knows more than we think
        if answer.status_code == 200:
            self._hear(answer)
        elif wanted is None or not first <= wanted < cut or answer.json().get("code") != "SEQ_GAP":
            raise Broken(f"{self.name}: expected SEQ_GAP before {cut}, got {answer.status_code} {answer.text[:300]}")
        self._hear(await self._post(first, last))

    async def send_everything_again(self) -> None:
        """A device that forgot what was answered: every scan ever made is sent anew and answered as the first time."""
        for first in range(1, len(self.scans) + 1, 200):
            last = min(first + 199, len(self.scans))
            if first <= self.acked:
                self._hear(await self._post(first, min(last, self.acked)))
