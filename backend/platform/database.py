"""Two engines, one schema, one set of stores. Only this file and its neighbours in `platform` know the dialect.

Stores and views are plain synchronous functions of a SQLAlchemy `Connection`. `Database.write` and `Database.read`
decide how they run:

* SQLite: one writer thread takes all waiting writes, runs each in its own savepoint inside one `BEGIN IMMEDIATE`, and
  answers after the common COMMIT (group commit makes `synchronous=FULL` affordable). Readers use their own connections.
* PostgreSQL: asyncpg through `run_sync`; a write that loses a deadlock or a serialization race is run again, and so is one
  that somebody else's unique key stood in the way of: the second time it sees that row, and says what it says of known ones.

Columns are in `columns`, the writing thread in `sqlite_file`, the statements of every scan in `statements`. Nothing above
asks which engine it is, save two named exceptions: `claim_clause` and `wake_others`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from backend.platform.columns import Id, Json, Quantity, UtcTime, Uuid, choice, metadata, reference, table
from backend.platform.errors import Problem
from backend.platform.sqlite_file import SqliteWriter, dumps, sqlite_engine
from backend.platform.statements import Statement

__all__ = [
    "Database", "DatabaseClosed", "Id", "Json", "Quantity", "UtcTime", "Uuid", "Wake", "choice", "claim_clause",
    "metadata", "reference", "run_once", "sqlite_engine", "table", "upsert", "wake_others",
]  # fmt: skip

T = TypeVar("T")

WAKE_CHANNEL = "rampa_wake"
RETRIES = 6
RETRIED_STATES = {"40001": RETRIES, "40P01": RETRIES, "23505": 3}
"""How often a write is run that ends with this state. A unique key (23505) may also be taken for good."""


_WAKE = Statement(sa.select(sa.func.pg_notify(WAKE_CHANNEL, "")))


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
        _WAKE.rows(conn)


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
            self._writer = SqliteWriter(self._engine, self._wake_from_thread)
            self._writer.start()
            self._readers = ThreadPoolExecutor(4, thread_name_prefix="sqlite-reader")
        else:
            self._pg = create_async_engine(
                self.url, pool_size=10, max_overflow=10, pool_pre_ping=True, json_serializer=dumps,
                connect_args={"server_settings": {"jit": "off"}},
            )  # fmt: skip
            sa.event.listen(self._pg.sync_engine, "connect", _learn_lists)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction; returns after it is durable. On PostgreSQL a lost race is run again."""
        if self._closed:
            raise DatabaseClosed("the database is closed")
        if self.is_sqlite:
            return await self._write_sqlite(work)
        for attempt in range(RETRIES):
            try:
                async with self._line() as conn, conn.begin():
                    return await conn.run_sync(work)
            except sa.exc.DBAPIError as error:
                if attempt + 1 >= RETRIED_STATES.get(getattr(error.orig, "sqlstate", None) or "", 0):
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
        async with self._line() as conn:
            await conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            return await conn.run_sync(work)

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[AsyncConnection]:
        """A connection of the pool. One whose user was cancelled is thrown away: the driver may stand in the middle of
        a BEGIN that nobody ends, and whoever got the connection next would fail.
        """
        assert self._pg is not None
        async with self._pg.connect() as conn:
            try:
                yield conn
            except asyncio.CancelledError:
                await conn.invalidate()
                raise

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


def _learn_lists(dbapi_connection: Any, _: Any) -> None:
    """The driver asks the catalogue for each kind of list when it first meets it, a dozen times for our statements, and
    the question is dear: one question for all kinds at once."""
    kinds = ", ".join(f"CAST(NULL AS {kind}[])" for kind in ("BIGINT", "INTEGER", "TEXT", "VARCHAR", "UUID"))
    dbapi_connection.run_async(lambda driver: driver.fetch(f"SELECT {kinds}"))


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
