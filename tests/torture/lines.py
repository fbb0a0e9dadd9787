"""The network between a device and the servers: one listening port for each device, with somebody's hand on the wire.

Faults are armed one by one and fire at the next request that they fit. Everything is on the loopback.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable

HEAD_MAX = 64 * 1024
ANSWER_S = 30.0
WIRE_FAULTS = (
    "cut_before",
    "cut_after",
    "torn_request",
    "torn_reply",
    "delay",
    "late_reply",
    "duplicate",
    "twice_at_once",
    "ghost",
)
"""Cut before or after the server has it, half a request, half a reply, slow either way, sent twice, once more much later."""
ONLY_SCANS = frozenset(("duplicate", "twice_at_once", "ghost", "torn_request"))


class Request:
    """One HTTP request as bytes, with its connection closed afterwards."""

    def __init__(self, head: bytes, body: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = first.split(" ", 2)
        kept = [each for each in lines if each and not each.lower().startswith(("connection:", "keep-alive:"))]
        self.content = ("\r\n".join([first, *kept, "Connection: close", "", ""])).encode("latin-1") + body
        self.body = body

    @property
    def holds_scans(self) -> bool:
        return self.method == "POST" and self.path == "/api/scans" and b'"seq"' in self.body


class Wire:
    """One device's line. `dark` cuts it altogether."""

    def __init__(self, ports: Callable[[], list[int]], chance: random.Random, fired: Counter[str]) -> None:
        self.ports, self.chance, self.fired = ports, chance, fired
        self.armed: deque[str] = deque()
        self.dark = False
        self.port = 0
        self._ghosts: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def listen(self) -> "Wire":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_MAX)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        await self.settle()
        if self._server is not None:
            self._server.close()
        for each in list(self._open):
            each.transport.abort()

    async def settle(self) -> None:
        """Wait until the last ghost has arrived."""
        while self._ghosts:
            await asyncio.gather(*self._ghosts, return_exceptions=True)

    def go_dark(self) -> None:
        self.dark = True
        for each in list(self._open):
            each.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length:")
                ),
                0,
            )
            body = await reader.readexactly(length) if length else b""
            if not self.dark:
                await self._carry(Request(head, body), writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort() if self.dark else writer.close()

    def _fault_for(self, request: Request) -> str:
        if not self.armed or request.method != "POST":
            return ""
        if self.armed[0] in ONLY_SCANS and not request.holds_scans:
            return ""
        fault = self.armed.popleft()
        self.fired[fault] += 1
        return fault

    async def _carry(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.path.startswith("/api/events"):
            await self._stream(request, writer)
            return
        fault = self._fault_for(request)
        if fault == "cut_before":
            return
        if fault == "torn_request":
            await self._ask(request, at_most=len(request.content) - max(1, len(request.body) // 2))
            return
        if fault == "delay":
            await asyncio.sleep(self.chance.uniform(0.2, 2.0))
        if fault == "ghost":
            self._haunt(request)
            return
        if fault == "twice_at_once":
            answer, _ = await asyncio.gather(self._ask(request), self._ask(request))
        else:
            answer = await self._ask(request)
        if fault == "duplicate":
            answer = await self._ask(request)
        if fault == "late_reply":
            await asyncio.sleep(self.chance.uniform(0.5, 6.0))
        if fault == "cut_after" or not answer or self.dark:
            return
        writer.write(answer[: len(answer) * 2 // 3] if fault == "torn_reply" else answer)
        await writer.drain()

    def _haunt(self, request: Request) -> None:
        """The device hears nothing now; the request arrives after younger ones."""

        async def later() -> None:
            await asyncio.sleep(self.chance.uniform(0.3, 4.0))
            try:
                await self._ask(request)
            except (OSError, TimeoutError):
                pass

        task = asyncio.create_task(later())
        self._ghosts.add(task)
        task.add_done_callback(self._ghosts.discard)

    async def _ask(self, request: Request, at_most: int | None = None) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.chance.choice(self.ports()))
        try:
            writer.write(request.content[:at_most])
            await writer.drain()
            if at_most is not None:
                return b""
            async with asyncio.timeout(ANSWER_S):
                return await reader.read(-1)
        finally:
            writer.close()

    async def _stream(self, request: Request, writer: asyncio.StreamWriter) -> None:
        reader, up = await asyncio.open_connection("127.0.0.1", self.chance.choice(self.ports()))
        try:
            up.write(request.content)
            while piece := await reader.read(4096):
                writer.write(piece)
                await writer.drain()
        finally:
            up.close()
