"""Databases to measure on: a SQLite file, and a PostgreSQL server of this run's own, both as durable as in real life.

Unlike the tests' server this one keeps fsync and synchronous commit: a scan counts as taken when it is on the disk.
"""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from backend.app.schema import alembic_config, create_schema, migrate
from backend.platform.database import Database, run_once, sqlite_engine

Build = Callable[[Connection], Any]


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres_server(keep: Path | None = None) -> Iterator[str]:
    """Address of a server in a folder of its own, ended and removed afterwards; one in the folder `keep` stays there with
    its databases for the next run."""
    given = os.environ.get("RAMPA_TEST_POSTGRES")
    if given:
        yield given
        return
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise SystemExit("bench: no PostgreSQL server found: install Debian's package postgresql.")
    folder, port = keep or Path(tempfile.mkdtemp(prefix="rampa-bench-")), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        options |= {"user": account.pw_uid, "group": account.pw_gid, "cwd": str(folder)}
    cluster = folder / "cluster"
    control = [f"{found[-1]}/pg_ctl", "-D", str(cluster), "-w", "-l", str(folder / "log")]
    try:
        if not cluster.exists():
            subprocess.run(
                [f"{found[-1]}/initdb", "-U", "postgres", "-A", "trust", "-D", str(cluster)], check=True, **options
            )
        subprocess.run([*control, "-o", f"-p {port} -h 127.0.0.1 -k {folder}", "start"], check=True, **options)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "fast", "stop"], check=True, **options)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


async def _say(server: str, statement: str) -> None:
    conn = await asyncpg.connect(server)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


async def _databases(server: str) -> set[str]:
    conn = await asyncpg.connect(server)
    try:
        return {row["datname"] for row in await conn.fetch("SELECT datname FROM pg_database")}
    finally:
        await conn.close()


def _config(conn: Connection) -> Config:
    config = alembic_config()
    config.attributes["connection"] = conn
    return config


class Ground:
    """A database built once; `fresh` hands out copies of it."""

    def __init__(self, engine: str, server: str | None, folder: Path, strategy: str = "") -> None:
        self.engine = engine
        self.server = server
        self.folder = folder
        self.name = f"ground_{uuid.uuid4().hex[:8]}"
        self.strategy = strategy
        self.made: Any = None

    def build(self, *steps: Build) -> Any:
        """The newest schema, then each step in a transaction of its own; returns what the last one returned."""
        url = self._create(self.name, None)
        run_once(url, create_schema)
        run_once(url, lambda conn: command.stamp(_config(conn), "head"))

        async def fill() -> Any:
            database = Database(url)
            made = None
            for step in steps:
                made = await database.write(step)
            await database.close()
            return made

        self.made = asyncio.run(fill())
        if self.engine == "sqlite":
            engine = sqlite_engine(url)
            with engine.connect() as conn:
                conn.execute(sa.text("ANALYZE"))
                conn.commit()
                conn.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
            engine.dispose()
        else:
            asyncio.run(_say(url, "VACUUM ANALYZE"))  # as a database that lives does by itself
        return self.made

    def find_kept(self, name: str) -> bool:
        """Whether `name` was built and kept by an earlier run; it is this ground then, with the newest schema."""
        if self.engine == "sqlite":
            is_there = (self.folder / f"{name}.db").exists()
        else:
            assert self.server is not None
            is_there = name in asyncio.run(_databases(self.server))
        if is_there:
            self.name = name
            run_once(self.url, migrate)
            if self.engine == "postgres":
                asyncio.run(_say(self.url, "VACUUM ANALYZE"))
        return is_there

    def keep_as(self, name: str) -> None:
        """What was built is found under this name from now on."""
        if self.engine == "sqlite":
            (self.folder / f"{self.name}.db").rename(self.folder / f"{name}.db")
        else:
            assert self.server is not None
            asyncio.run(_say(self.server, f"ALTER DATABASE {self.name} RENAME TO {name}"))
        self.name = name

    @property
    def url(self) -> str:
        return self._url(self.name)

    def _url(self, name: str) -> str:
        if self.engine == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        assert self.server is not None
        return self.server.rsplit("/", 1)[0] + f"/{name}"

    def _create(self, name: str, template: str | None) -> str:
        if self.engine == "sqlite":
            if template is not None:
                shutil.copy(self.folder / f"{template}.db", self.folder / f"{name}.db")
        else:
            assert self.server is not None
            clause = f" TEMPLATE {template} {self.strategy}" if template else ""
            asyncio.run(_say(self.server, f"CREATE DATABASE {name}{clause}"))
        return self._url(name)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a copy, removed afterwards."""
        name = f"copy_{uuid.uuid4().hex[:8]}"
        try:
            yield self._create(name, self.name)
        finally:
            if self.engine == "sqlite":
                for path in self.folder.glob(f"{name}.db*"):
                    path.unlink()
            else:
                assert self.server is not None
                asyncio.run(_say(self.server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
