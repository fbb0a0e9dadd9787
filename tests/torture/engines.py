"""Databases that may be torn down: a SQLite file, or a PostgreSQL cluster of this run's own, both as durable as in real life."""

import asyncio
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

ENGINES = ("sqlite", "postgres")


FIXED_PORTS = range(20_000, 32_000)
"""Below the ports that the system lends to outgoing connections: while a server is down, nobody may be given its port."""
_handed_out: set[int] = set()


def free_port() -> int:
    """A port of the loopback that nobody listens on, and that stays free while its program is killed and started."""
    while True:
        port = random.choice(FIXED_PORTS)
        if port in _handed_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _handed_out.add(port)
        return port


class Cluster:
    """A PostgreSQL server with fsync and synchronous commit, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not found:
            raise SystemExit("torture: no PostgreSQL server found; install Debian's package postgresql.")
        self.bin, self.folder, self.port = found[-1], folder, free_port()
        self._options: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            self._options |= {"user": account.pw_uid, "group": account.pw_gid, "cwd": str(folder)}

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/torture"

    def run(self, program: str, *words: str, **more: Any) -> None:
        """One of PostgreSQL's own programs, as its own account."""
        subprocess.run([f"{self.bin}/{program}", *words], **(self._options | more))

    def start(self) -> None:
        self.run("initdb", "-N", "-U", "postgres", "-A", "trust", "-D", str(self.folder / "cluster"))
        self._control("start")
        asyncio.run(self._create())

    def _control(self, word: str, *more: str) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c max_connections=120"
        where = ["-D", str(self.folder / "cluster"), "-w", "-l", str(self.folder / "log")]
        self.run("pg_ctl", *where, *more, *(["-o", options] if word != "stop" else []), word)

    async def _create(self) -> None:
        conn = await asyncpg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres")
        await conn.execute("CREATE DATABASE torture")
        await conn.close()

    def break_and_start(self) -> None:
        """As after a power cut: no farewell to anybody, recovery from the log at the next start."""
        self._control("restart", "-m", "immediate")

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")


@contextmanager
def database(engine: str, folder: Path) -> Iterator[tuple[str, Cluster | None]]:
    """Address of an empty database, and the cluster behind it."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'rampa.db'}", None
        return
    place = Path(tempfile.mkdtemp(prefix="rampa-torture-", dir="/tmp"))
    cluster = Cluster(place)
    try:
        cluster.start()
        yield cluster.url, cluster
        cluster.stop()
    finally:
        time.sleep(0.1)
        shutil.rmtree(place, ignore_errors=True)
