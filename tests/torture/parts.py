"""The product as processes: servers, workers, agents and the virtual printer, each killed and started again at will."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.torture.engines import Cluster, free_port

ROOT = Path(__file__).parents[2]
READY_S = 40.0


class Mother:
    """The process that forks the others."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.entry"], cwd=ROOT, env=os.environ | env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        if self.process.stdout.readline().strip() != "ready":
            raise SystemExit("torture: the product's code could not be loaded; the reason stands above.")

    def start(self, words: list[str], log: Path, env: dict[str, str]) -> int:
        self.process.stdin.write(json.dumps({"words": words, "log": str(log), "env": env}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Part:
    """One program. `pid` is 0 while it is down."""

    def __init__(self, name: str, mother: Mother, words: list[str], folder: Path, **env: str) -> None:
        self.name, self.mother, self.words, self.env = name, mother, words, env
        self.log = folder / f"{name}.log"
        self.pid = 0

    def start(self) -> None:
        if not self.alive:  # two blows may have hit the same part
            self.pid = self.mother.start(self.words, self.log, self.env)

    @property
    def alive(self) -> bool:
        if not self.pid:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def ended_by_itself(self) -> bool:
        """Nobody killed it, and it is gone: a database that was away when it started, for one."""
        return bool(self.pid) and not self.alive

    def last_words(self) -> str:
        return self.log.read_text("utf-8", "replace")[-1_500:] if self.log.exists() else "no log"

    def signal(self, number: signal.Signals) -> None:
        if self.pid:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass

    def kill(self) -> None:
        """No farewell."""
        self.signal(signal.SIGKILL)
        while self.alive:
            time.sleep(0.005)
        self.pid = 0

    def end(self) -> None:
        self.signal(signal.SIGTERM)
        until = time.monotonic() + 8
        while self.alive and time.monotonic() < until:
            time.sleep(0.02)
        self.kill()


class Stack:
    """Everything that runs besides the devices. SQLite: one server; PostgreSQL: two servers and two workers."""

    def __init__(self, engine: str, url: str, cluster: Cluster | None, folder: Path, plant: str) -> None:
        self.engine, self.url, self.cluster, self.folder = engine, url, cluster, folder
        env = {"RAMPA_DATABASE_URL": url, "RAMPA_LOG_LEVEL": "warning", "RAMPA_PLANT": plant}
        self.mother = Mother(env)
        self.ports = [free_port() for _ in range(1 if engine == "sqlite" else 2)]
        self.printer_port, self.control_port = free_port(), free_port()
        serve = ["serve", "--host", "127.0.0.1", "--port"]
        self.servers = [
            Part(f"server-{place}", self.mother, [*serve, str(port)], folder, RAMPA_WORKER="none")
            for place, port in enumerate(self.ports)
        ]
        self.workers = [Part(f"worker-{place}", self.mother, ["work"], folder) for place in range(len(self.ports))]
        self.agents: list[Part] = []
        words = ["virtual-printer", "--port", str(self.printer_port), "--control-port", str(self.control_port)]
        self.printer = Part("printer", self.mother, [*words, "--folder", str(folder / "paper")], folder)

    def add_agents(self, token: str, server_port: int, count: int = 2) -> None:
        """The same agent started twice, as happens when a bench gets a new computer: no label may come out twice."""
        for place in range(count):
            words = ["agent", "--server", f"http://127.0.0.1:{server_port}", "--token", token, "--wait-s", "2"]
            spool = str(self.folder / f"spool-{place}")
            self.agents.append(Part(f"agent-{place}", self.mother, [*words, "--spool", spool], self.folder))

    @property
    def parts(self) -> list[Part]:
        return [*self.servers, *self.workers, *self.agents, self.printer]

    def start(self) -> None:
        for each in (*self.servers, *self.workers, self.printer):
            each.start()

    async def ready(self, port: int) -> None:
        until = time.monotonic() + READY_S
        async with httpx.AsyncClient(timeout=2) as client:
            while time.monotonic() < until:
                try:
                    if (await client.get(f"http://127.0.0.1:{port}/ready")).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        told = "".join(f"\n{each.name}: {each.last_words()}" for each in self.servers)
        raise TimeoutError(f"the server on port {port} did not come back in {READY_S:.0f} s.{told}")

    async def supervise(self) -> None:
        """As systemd or Docker would: whoever ended by himself is started again."""
        while True:
            for each in self.parts:
                if each.ended_by_itself:
                    each.start()
            await asyncio.sleep(1)

    async def keep_alive(self) -> None:
        """At the end nobody may be down."""
        for each in self.parts:
            each.start()
        for port in self.ports:
            await self.ready(port)

    def close(self) -> None:
        for each in (*self.agents, *self.workers, *self.servers, self.printer):
            each.end()
        self.mother.close()
