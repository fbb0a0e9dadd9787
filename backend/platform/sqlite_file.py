"""A SQLite file as a house database: how it is opened, and the one thread that writes."""

import json
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection

GROUP_COMMIT_WRITES = 64


def dumps(value: Any) -> str:
    """JSON as the columns keep it."""
    try:
        return msgspec.json.encode(value).decode()
    except (
        TypeError,
        ValueError,
        OverflowError,
    ):  # numbers beyond 64 bits, halves of characters: as patiently as before
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def sqlite_engine(url: URL | str) -> sa.Engine:
    """WAL, full sync, foreign keys; explicit transactions only (`isolation_level=None`)."""
    engine = sa.create_engine(
        url,
        json_serializer=dumps,
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
        # Its own knows the letters of ASCII alone. No index may hold `lower`: other programs open the file, too.
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        writer = conn.get_execution_options().get("writer", False)
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


class SqliteWriter(threading.Thread):
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
