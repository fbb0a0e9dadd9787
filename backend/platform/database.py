"""Two engines, one schema, one set of stores. The only file that knows the dialect.

Stores and views are plain synchronous functions of a SQLAlchemy `Connection`. `Database.write` and `Database.read`
decide how they run:

* SQLite: one writer thread takes all waiting writes, runs each in its own savepoint inside one `BEGIN IMMEDIATE`, and
  answers after the common COMMIT (group commit makes `synchronous=FULL` affordable). Readers use their own connections.
* PostgreSQL: asyncpg through `run_sync`; a write that loses a deadlock or a serialization race is run again.

Nothing else asks which engine it is, save two named exceptions: `claim_clause` and `wake_others`.
"""

import asyncio
import json
import queue
import sqlite3
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, Connection, Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from backend.platform.errors import Problem

T = TypeVar("T")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMING)

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Primary keys and references to them: rowid on SQLite, identity on PostgreSQL."""

Quantity = sa.BigInteger
"""Pieces in the product's smallest stock unit; also grams, millimetres and minor units of money."""

WAKE_CHANNEL = "rampa_wake"
GROUP_COMMIT_WRITES = 64
RETRIES = 6
RETRIED_STATES = {"40001", "40P01"}


@lru_cache(256)
def _utc_text(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A point in time in UTC. Naive times are refused. Text with offset on SQLite, timestamptz on PostgreSQL."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(32))
        return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with a zone, got naive {value!r}")
        return _utc_text(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        return datetime.fromisoformat(value)


class Uuid(sa.types.TypeDecorator[uuid.UUID]):
    """A UUID; 36 characters with hyphens on SQLite so that the admin reads the same text."""

    impl = sa.CHAR(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.CHAR(36))
        return dialect.type_descriptor(postgresql.UUID(as_uuid=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        parsed = value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
        return str(parsed) if dialect.name == "sqlite" else parsed

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        if value is None or isinstance(value, uuid.UUID):
            return value
        return uuid.UUID(value)


Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
"""Objects only, so that both engines and the admin read it alike."""


def choice(*values: str, name: str) -> sa.Enum:
    """A closed list of words as text with a CHECK, readable by every client."""
    return sa.Enum(
        *map(str, values), name=name, native_enum=False, create_constraint=True, validate_strings=True, length=32
    )


def table(name: str, *columns: Any, **options: Any) -> sa.Table:
    """A table with a plain integer key `id`; never reuses a rowid on SQLite."""
    return sa.Table(
        name, metadata, sa.Column("id", Id, primary_key=True), *columns, sqlite_autoincrement=True, **options
    )


def reference(target: str, **options: Any) -> sa.Column[int]:
    """A column `<table>_id` that points at `<table>.id`."""
    name = options.pop("name", f"{target}_id")
    return sa.Column(name, Id, sa.ForeignKey(f"{target}.id"), **{"nullable": False, "index": True} | options)


def upsert(conn: Connection, target: sa.Table) -> Any:
    """`INSERT` that knows `on_conflict_do_nothing` and `on_conflict_do_update` on either engine."""
    module = sqlite_dialect if conn.dialect.name == "sqlite" else postgresql
    return module.insert(target)


def claim_clause(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Rows that another worker holds are stepped over. SQLite has one writer at a time and ignores it."""
    return statement.with_for_update(skip_locked=True)


def wake_others(conn: Connection) -> None:
    """Tell every waiting reader, after this transaction commits, that something happened. Carries no data."""
    conn.info["wake"] = True
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_notify(WAKE_CHANNEL, "")))


class Wake:
    """Waiters in this process. `seen` counts pokes, so that nobody misses one that came between look and wait."""

    def __init__(self) -> None:
        self.seen = 0
        self.over = False
        self._waiters: set[asyncio.Future[None]] = set()

    def poke(self) -> None:
        self.seen += 1
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def end(self) -> None:
        """The process ends: whoever waits comes back at once, and nobody waits any more."""
        self.over = True
        self.poke()

    async def wait(self, seen: int, timeout_s: float) -> int:
        """Return when a poke after number `seen` has come, or when the time is over."""
        if self.seen == seen and not self.over:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await asyncio.wait_for(waiter, timeout_s)
            except TimeoutError:
                pass
            finally:
                self._waiters.discard(waiter)
        return self.seen


class DatabaseClosed(RuntimeError):
    """A write or read was asked for after `close`."""


class _SqliteWriter(threading.Thread):
    """The single writer: many waiting writes, one BEGIN IMMEDIATE, a savepoint each, one COMMIT."""

    def __init__(self, engine: sa.Engine, on_wake: Callable[[], None]) -> None:
        super().__init__(name="sqlite-writer", daemon=True)
        self.engine = engine
        self.on_wake = on_wake
        self.jobs: queue.SimpleQueue[
            tuple[Callable[[Connection], Any], Callable[[Any, BaseException | None], None]] | None
        ]
        self.jobs = queue.SimpleQueue()

    def run(self) -> None:
        conn: Connection | None = None
        last = False
        while not last and (first := self.jobs.get()) is not None:
            group = [first]
            while len(group) < GROUP_COMMIT_WRITES and not self.jobs.empty():
                job = self.jobs.get()
                if job is None:
                    last = True
                    break
                group.append(job)
            try:
                if conn is None:
                    conn = self.engine.connect().execution_options(writer=True)
            except (
                sa.exc.DBAPIError
            ) as error:  # the file cannot be opened: nobody waits for ever, the next write tries again
                for _, settle in group:
                    settle(None, error)
                continue
            raw = conn.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            self._commit_group(conn, raw, group)
        if conn is not None:
            conn.close()

    def _commit_group(self, conn: Connection, raw: sqlite3.Connection, group: list[Any]) -> None:
        outcomes: list[tuple[Callable[[Any, BaseException | None], None], Any, BaseException | None]] = []
        wake = False
        transaction = None
        try:
            transaction = conn.begin()
            for work, settle in group:
                conn.info.pop("wake", None)
                raw.execute("SAVEPOINT job")
                try:
                    outcomes.append((settle, work(conn), None))
                    raw.execute("RELEASE job")
                    wake = wake or bool(conn.info.pop("wake", False))
                except BaseException as error:  # each waiting caller receives its own failure
                    if not raw.in_transaction:
                        raise  # the disk is full: SQLite has taken back the whole transaction by itself
                    if outcomes and outcomes[-1][0] is settle:
                        outcomes.pop()
                    raw.execute("ROLLBACK TO job")
                    raw.execute("RELEASE job")
                    outcomes.append((settle, None, error))
            transaction.commit()
        except BaseException as error:  # a full disk or a locked file: nobody is told "saved"
            if transaction is not None:
                transaction.close()
            outcomes = [(settle, None, error) for _, settle in group]
            wake = False
        for settle, result, failure in outcomes:
            settle(result, failure)
        if wake:
            self.on_wake()


class Database:
    """One open database. `write` and `read` are the only ways in."""

    def __init__(self, url: str) -> None:
        self.url = _async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.writes_at_once = 1 if self.is_sqlite else 2
        self.wake = Wake()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Task[None] | None = None
        self._closed = False
        self._pg: AsyncEngine | None = None
        if self.is_sqlite:
            self._engine = sqlite_engine(self.url)
            self._writer = _SqliteWriter(self._engine, self._wake_from_thread)
            self._writer.start()
            self._readers = ThreadPoolExecutor(4, thread_name_prefix="sqlite-reader")
        else:
            self._pg = create_async_engine(
                self.url, pool_size=10, max_overflow=10, pool_pre_ping=True, json_serializer=_dumps
            )

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction; returns after it is durable. On PostgreSQL a lost race is run again."""
        if self._closed:
            raise DatabaseClosed("the database is closed")
        if self.is_sqlite:
            return await self._write_sqlite(work)
        assert self._pg is not None
        for attempt in range(RETRIES):
            try:
                async with self._pg.begin() as conn:
                    return await conn.run_sync(work)
            except sa.exc.DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in RETRIED_STATES or attempt == RETRIES - 1:
                    raise
                await asyncio.sleep(0.005 * 2**attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _write_sqlite(self, work: Callable[[Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        self._loop = loop
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: T, error: BaseException | None) -> None:
            def finish() -> None:
                if future.cancelled():
                    return
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)

            loop.call_soon_threadsafe(finish)

        self._writer.jobs.put((work, settle))
        return await future

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a snapshot that cannot write."""
        if self._closed:
            raise DatabaseClosed("the database is closed")
        if self.is_sqlite:

            def once() -> T:
                with self._engine.connect() as conn:
                    return work(conn)  # never committed: leaving the block rolls back

            return await asyncio.get_running_loop().run_in_executor(self._readers, once)
        assert self._pg is not None
        async with self._pg.connect() as conn:
            await conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            return await conn.run_sync(work)

    async def listen(self) -> None:
        """Start hearing pokes of other processes (PostgreSQL). In-process pokes on SQLite need no listener."""
        self._loop = asyncio.get_running_loop()
        if not self.is_sqlite and self._listener is None:
            self._listener = asyncio.create_task(self._hear_others())

    async def _hear_others(self) -> None:
        import asyncpg

        dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        pause_s = 0.5
        while not self._closed:
            try:
                conn = await asyncpg.connect(dsn)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 10.0)
                self.wake.poke()
                continue
            pause_s = 0.5
            lost = asyncio.Event()
            conn.add_termination_listener(lambda _, lost=lost: lost.set())
            try:
                await conn.add_listener(WAKE_CHANNEL, lambda *_: self.wake.poke())
                self.wake.poke()
                await lost.wait()
            except (OSError, asyncpg.PostgresError):
                pass
            finally:
                if not conn.is_closed():
                    await conn.close(timeout=2)

    def _wake_from_thread(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self.wake.poke)

    async def close(self) -> None:
        """Finish the waiting writes and let go of every connection."""
        if self._closed:
            return
        self._closed = True
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self.is_sqlite:
            self._writer.jobs.put(None)
            await asyncio.to_thread(self._writer.join)
            self._readers.shutdown(wait=True)
            self._engine.dispose()
        else:
            assert self._pg is not None
            await self._pg.dispose()


def run_once(url: str, work: Callable[[Connection], T]) -> T:
    """Open, write once, close: for the command line."""

    async def once() -> T:
        database = Database(url)
        try:
            return await database.write(work)
        finally:
            await database.close()

    return asyncio.run(once())


def _async_url(url: str) -> URL:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return parsed.set(drivername="sqlite")
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+asyncpg")
    raise Problem(
        "DATABASE_UNKNOWN",
        f"Expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME, got {parsed.drivername}; correct the address.",
        expected="sqlite or postgresql",
        got=parsed.drivername,
    )


def _dumps(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError):  # numbers beyond 64 bits, halves of characters: as patiently as before
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sqlite_engine(url: URL | str) -> sa.Engine:
    """WAL, full sync, foreign keys; explicit transactions only (`isolation_level=None`)."""
    engine = sa.create_engine(
        url,
        json_serializer=_dumps,
        poolclass=sa.pool.QueuePool,
        pool_size=6,
        max_overflow=10,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 15, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: sqlite3.Connection, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=15000")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        writer = conn.get_execution_options().get("writer", False)
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine
