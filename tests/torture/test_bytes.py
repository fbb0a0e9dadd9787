"""`POST /api/scans` is fed with bytes: whatever comes, no 5xx, and what was ever answered is answered the same for ever."""

import os
import random
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.asgi import build
from backend.app.settings import Settings
from backend.identity import store as identity
from backend.platform.database import Database
from backend.scanning.tables import scan
from tests.builders import NOW

ROUNDS = int(os.environ.get("RAMPA_FUZZ_ROUNDS", "400"))
HOSTILE = (
    b"\x00", b"\xff\xfe", b'"', b"}", b"[", b"\\u0000", b"\\ud800", b"1e999", b"-1", b"9" * 400, b"null", b"true", b"[[[[",
    b'{"scans":', b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b'"seq":0', b'"seq":1', b",", b"{" * 2_000,
)  # fmt: skip


class Mangler:
    """Bodies of a device, right ones and mangled ones, from a seed."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.seq = 0

    def scan(self) -> dict[str, Any]:
        self.seq += 1
        flow = self.chance.choice(("", "look_up", "pick", "pack", "handover", "count", "training"))
        return {
            "id": str(uuid.UUID(int=self.chance.getrandbits(128))), "seq": self.seq, "at": "2026-11-21T08:00:00Z",
            "flow": flow, "task": f"{flow}:{self.chance.choice((1, 7, 'x'))}", "kind": self.chance.choice(("product", "undo")),
            "act": str(uuid.UUID(int=self.chance.getrandbits(128))), "raw": "4006381333931", "keys": ["gtin:04006381333931"],
            "body": {"line": 1, "quantity": self.chance.choice((1, 0, -1, 2**70, "many", None))},
        }  # fmt: skip

    def body(self) -> bytes:
        """Scans that follow, as the app sends them."""
        scans = [self.scan() for _ in range(self.chance.randint(1, 5))]
        return msgspec.json.encode({"from_seq": scans[0]["seq"], "scans": scans, "cursor": 0, "unsent": 1})

    def mangle(self, body: bytes) -> bytes:
        """Bits turned, pieces cut, doubled or put elsewhere, hostile pieces put in."""
        made = bytearray(body)
        for _ in range(self.chance.choice((1, 1, 2, 5, 20))):
            at = self.chance.randrange(len(made) + 1) if made else 0
            how = self.chance.randrange(5)
            if how == 0 and at < len(made):
                made[at] ^= 1 << self.chance.randrange(8)
            elif how == 1:
                del made[at : at + self.chance.randint(1, 40)]
            elif how == 2:
                made[at:at] = self.chance.choice(HOSTILE)
            elif how == 3:
                made[at:at] = made[: self.chance.randint(0, 60)]
            else:
                made = made[: max(1, at)]
        return bytes(made)


@pytest.fixture
async def device(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """An enrolled device without a person; the application in this process."""
    opened = await database.write(lambda conn: identity.add_device(conn, "Fuzz", NOW))
    transport = httpx.ASGITransport(build(Settings(worker="none"), database))
    headers = {"Authorization": f"Bearer {opened.token}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://rampa.test", headers=headers) as client:
        yield client


@pytest.mark.slow
async def test_no_bytes_break_it_and_nothing_answered_is_lost(device: httpx.AsyncClient, database: Database) -> None:
    """Mangled and right bodies in turn: never 5xx; each verdict that was ever heard is stored, and repeated as it was."""
    mangler = Mangler(random.Random(11))
    heard: dict[int, bytes] = {}
    sound: list[bytes] = []
    for turn in range(ROUNDS if database.is_sqlite else ROUNDS // 4):
        if turn % 3:
            body = mangler.mangle(mangler.chance.choice(sound) if sound else b'{"scans":[]}')
        else:
            mangler.seq = max(heard, default=0)
            body = mangler.body()
            sound.append(body)
        answer = await device.post("/api/scans", content=body)
        assert answer.status_code < 500, (body[:2_000], answer.text[:500])
        if answer.status_code == 200:
            for raw in msgspec.json.decode(answer.content, type=dict[str, Any])["verdicts"]:
                seq, verdict = raw["seq"], msgspec.json.encode(raw)
                assert heard.setdefault(seq, verdict) == verdict
            if not turn % 3:
                assert max(heard) == mangler.seq, "a sound body was not taken to its end"

    def read(conn: Connection) -> dict[int, bytes]:
        return {row.seq: bytes(row.verdict) for row in conn.execute(sa.select(scan.c.seq, scan.c.verdict))}

    stored = await database.read(read)
    assert stored.keys() == set(range(1, max(heard) + 1))
    assert {seq: msgspec.json.encode(msgspec.json.decode(stored[seq])) for seq in heard} == heard
    assert len(heard) > 50
