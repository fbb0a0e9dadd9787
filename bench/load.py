"""Devices that send prepared scans over loopback, as fast as they are answered or at a fixed pace.

A client of its own: plain sockets with keep-alive, requests written before the clock runs, each reply checked for one
"ok" per scan. It shares the machine with the server, so whatever it saves is the server's.
"""

import asyncio
import os
import re
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.floor import Walker

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CURSOR = re.compile(rb'"cursor":(\d+)')


class Measured(NamedTuple):
    """Scans taken, seconds, the latency of each request in seconds, processor seconds of the server meanwhile."""

    scans: int
    seconds: float
    latencies_s: list[float]
    processor_s: float = 0.0

    @property
    def rate(self) -> float:
        return self.scans / self.seconds

    @property
    def rate_of_core(self) -> float:
        """Scans for each second of one processor core that the server had: what others on the machine do is not in it."""
        return self.scans / max(self.processor_s, 0.01)

    def percentile_ms(self, percent: int) -> float:
        return statistics.quantiles(self.latencies_s, n=100, method="inclusive")[percent - 1] * 1000


class Line:
    """One device's connection."""

    def __init__(self, port: int, walker: Walker) -> None:
        self.port = port
        self.walker = walker
        self.sent = 0
        self.cursor = 0

    async def open(self) -> "Line":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    @property
    def left(self) -> int:
        return len(self.walker.scans) - self.sent

    async def send(self, count: int) -> None:
        """The next scans in one request; raises when any of them is not answered with ok."""
        scans = self.walker.scans[self.sent : self.sent + count]
        body = b'{"from_seq":%d,"cursor":%d,"scans":[%s]}' % (self.sent + 1, self.cursor, b",".join(scans))
        head = (
            "POST /api/scans HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.walker.token}\r\nX-Session: {self.walker.session}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        self.writer.write(head + body)
        headers = await self.reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(headers)
        assert found, headers
        answer = await self.reader.readexactly(int(found[1]))
        if not headers.startswith(b"HTTP/1.1 200") or answer.count(b'"outcome":"ok"') != len(scans):
            raise RuntimeError(f"expected {len(scans)} times ok, got {headers[:40]!r} {answer[:600]!r}")
        cursor = _CURSOR.search(answer)
        self.cursor = int(cursor[1]) if cursor else 0
        self.sent += count


def processor_s(pid: int) -> float:
    """Processor seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def full_speed(port: int, pid: int, walkers: Sequence[Walker], count: int, seconds: float) -> Measured:
    """Every device sends its next request when the one before was answered."""
    lines = [await Line(port, each).open() for each in walkers]
    await asyncio.gather(*(each.send(count) for each in lines))
    latencies: list[float] = []
    taken = 0
    used = processor_s(pid)
    began = time.perf_counter()
    last = began

    async def walk(line: Line) -> None:
        nonlocal taken, last
        while line.left >= count and time.perf_counter() - began < seconds:
            asked = time.perf_counter()
            await line.send(count)
            last = time.perf_counter()
            latencies.append(last - asked)
            taken += count

    await asyncio.gather(*(walk(each) for each in lines))
    for line in lines:
        line.writer.close()
    return Measured(taken, last - began, latencies, processor_s(pid) - used)


async def paced(port: int, walkers: Sequence[Walker], requests_per_s: float, seconds: float) -> Measured:
    """Single scans at a fixed pace, whatever the server does; a latency counts from when the scan was due."""
    lines = [await Line(port, each).open() for each in walkers]
    await asyncio.gather(*(each.send(1) for each in lines))
    latencies: list[float] = []
    began = time.perf_counter() + 0.05

    async def walk(place: int, line: Line) -> None:
        turn = 0
        while True:
            due = began + (turn * len(lines) + place) / requests_per_s
            if due - began >= seconds or not line.left:
                return
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await line.send(1)
            latencies.append(time.perf_counter() - due)
            turn += 1

    await asyncio.gather(*(walk(place, line) for place, line in enumerate(lines)))
    for line in lines:
        line.writer.close()
    return Measured(len(latencies), time.perf_counter() - began, latencies)
