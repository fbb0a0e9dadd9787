"""Real databases for every test: a SQLite file always, a PostgreSQL server of this run's own wherever one can start."""

import asyncio
import gc
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest
import sqlalchemy as sa

from backend.app.schema import create_schema
from backend.platform.database import Database, sqlite_engine

hypothesis.settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("steady")
"""A busy machine is no fault of the product, and what is red here is red everywhere: generated cases are the same ones."""

os.environ.setdefault("RAMPA_SECRET_KEY", "dGVzdHMgc2VhbCBub3RoaW5nIHRoYXQgbWF0dGVycyE=")

_POSTGRES_MISSING = (
    "no PostgreSQL server could be started: install Debian's package postgresql, "
    "or set RAMPA_TEST_POSTGRES to the address of an empty server"
)

LONG = (
    "api", "app/test_admin.py", "app/test_fuzz.py", "app/test_outages.py", "app/test_people.py",
    "app/test_persons.py", "app/test_problem_codes.py", "app/test_web.py",
    "channels/test_hostile_files.py", "documents", "gs1/parity", "outbound/parity", "print_queue/test_agent_and_server.py",
    "printing", "scanning_photos", "simulation", "store/test_handovers.py", "store/test_packing_slips.py",
    "store/test_picks_torture.py", "store/test_two_processes.py", "torture",
)  # fmt: skip
"""Generated cases, pictures, other programs, whole applications: the whole run plays them, `./dev check` does not."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`./dev check` also leaves out the second engine: what is red there only is found by the whole run."""
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        path = item.path.relative_to(here).as_posix()
        params = getattr(item, "callspec", None)
        engine = params.params.get("database_url") if params else None
        other_engine = engine == "postgres" or {"postgres_url", "postgres_server"} & set(
            getattr(item, "fixturenames", ())
        )
        if other_engine or path.startswith(LONG):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What has been imported and collected stays to the end; the collector looks at what tests leave behind only."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 3)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run_postgres(folder: Path) -> Iterator[str]:
    """A throw-away cluster on a free loopback port, without fsync: it holds nothing that matters."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not found:
        pytest.fail(_POSTGRES_MISSING)
    bin_folder = found[-1]
    options: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        options |= {"user": account.pw_uid, "group": account.pw_gid, "cwd": str(folder)}
    cluster, port = folder / "cluster", _free_port()
    subprocess.run([f"{bin_folder}/initdb", "-N", "-U", "postgres", "-A", "trust", "-D", str(cluster)], **options)
    idle = "-c synchronous_commit=off -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0"
    settings = f"-F -p {port} -h 127.0.0.1 -k {folder} -c max_connections=200 {idle}"
    control = [f"{bin_folder}/pg_ctl", "-D", str(cluster), "-w", "-l", str(folder / "log")]
    subprocess.run([*control, "-o", settings, "start"], **options)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **options)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server on which tests may create databases."""
    given = os.environ.get("RAMPA_TEST_POSTGRES")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="rampa-pg-", dir="/tmp"))
    try:
        yield from _run_postgres(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_own_loop(work: Coroutine[Any, Any, None]) -> None:
    """Fixtures below are synchronous, so that others may ask for them from inside a running loop."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, work).result()


async def _postgres_admin(server: str, statement: str) -> None:
    conn = await asyncpg.connect(server)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


async def _fill(url: str) -> None:
    database = Database(url)
    await database.write(create_schema)
    await database.close()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A database with the schema, cloned for each test in some milliseconds."""
    name = f"rampa_template_{uuid.uuid4().hex[:8]}"
    _in_own_loop(_postgres_admin(postgres_server, f"CREATE DATABASE {name}"))
    _in_own_loop(_fill(postgres_server.rsplit("/", 1)[0] + f"/{name}"))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "rampa.db"
    engine = sqlite_engine(f"sqlite:///{path}")
    with engine.connect() as conn:
        create_schema(conn)
        conn.commit()
        conn.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "rampa.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    name = f"t_{uuid.uuid4().hex}"
    _in_own_loop(
        _postgres_admin(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template} STRATEGY file_copy")
    )
    yield postgres_server.rsplit("/", 1)[0] + f"/{name}"
    _in_own_loop(_postgres_admin(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Every test that asks for it runs on both engines."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """For tests about something else than the engine."""
    opened = Database(sqlite_url)
    yield opened
    await opened.close()
