"""When the database cannot be used: which of our errors mean that, what the caller is told, and how we know it is over.

Nothing is kept of a request that met an outage, so it may simply be sent again. Nobody has to start anything anew: the
pool pings its connections, and the writer of SQLite opens the file again.
"""

import sqlite3
from socket import gaierror
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import write_setting
from backend.platform import clock
from backend.platform.database import Database, DatabaseClosed

TRIED_BYTES = 20_000
LAST_TRY = "app.database_tried"
"""Setting written to find out whether the database takes writes again."""


class Outage(msgspec.Struct, frozen=True):
    """Why the database cannot be used. `code` keys the translated texts, `reason` is for the log and for /ready."""

    code: str
    sentence: str
    retry_after_s: int
    reason: str = ""


SILENT = Outage(
    "DATABASE_SILENT", "Expected the database to answer, got none; nothing was kept. Wait and send it again.", 5
)
FULL = Outage(
    "DATABASE_FULL", "Expected room for what was sent, got a full disk; nothing was kept. Make room on the server.", 30
)
BUSY = Outage(
    "DATABASE_BUSY", "Expected the database to be free, it is locked or overloaded; nothing was kept. Send it again.", 2
)

OF_SQLITE = {
    sqlite3.SQLITE_FULL: FULL, sqlite3.SQLITE_BUSY: BUSY, sqlite3.SQLITE_LOCKED: BUSY, sqlite3.SQLITE_IOERR: SILENT,
    sqlite3.SQLITE_CANTOPEN: SILENT, sqlite3.SQLITE_READONLY: SILENT, sqlite3.SQLITE_NOMEM: BUSY,
    sqlite3.SQLITE_CORRUPT: SILENT, sqlite3.SQLITE_NOTADB: SILENT, sqlite3.SQLITE_PERM: SILENT,
}  # fmt: skip
"""Primary result codes; the extended ones carry these in their low byte."""

OF_POSTGRES = {
    "08": SILENT, "57P": SILENT, "58": SILENT, "25006": SILENT, "53100": FULL, "53": BUSY, "55P03": BUSY, "57014": BUSY,
    "3D000": SILENT, "28": SILENT, "40": BUSY,
}  # fmt: skip
"""Beginnings of SQLSTATE; the longest one that fits counts."""


def outage_of(error: BaseException) -> Outage | None:
    """The outage that an error tells of; None when it is something else (a bug, a wrong value)."""
    found = _kind(error)
    if found is None:
        return None
    cause = getattr(error, "orig", None) or error
    return msgspec.structs.replace(found, reason=f"{type(cause).__name__}: {cause}".strip()[:200])


def _kind(error: BaseException) -> Outage | None:
    if isinstance(error, sa.exc.TimeoutError):
        return BUSY
    if isinstance(error, sa.exc.PendingRollbackError):
        return SILENT  # the line was lost within a savepoint, and its rollback speaks in the place of the loss
    if isinstance(error, (DatabaseClosed, ConnectionError, gaierror, TimeoutError)):
        return SILENT
    if isinstance(error, sa.exc.DBAPIError):
        return _kind(error.orig) or (SILENT if error.connection_invalidated else None) if error.orig else None
    if isinstance(error, sqlite3.Error):
        return OF_SQLITE.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF)
    return _kind_of_state(error)


def _kind_of_state(error: BaseException) -> Outage | None:
    """By SQLSTATE of PostgreSQL; the driver's own errors of a lost line have none and are known by their names."""
    state: Any = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        fitting = [known for known in OF_POSTGRES if state.startswith(known)]
        return OF_POSTGRES[max(fitting, key=len)] if fitting else None
    names = {each.__name__ for each in type(error).__mro__}
    if names & {"ConnectionDoesNotExistError", "CannotConnectNowError", "TargetServerAttributeNotMatched"}:
        return SILENT
    lost = "connection is closed" in str(error) or "connection was closed" in str(error)
    return SILENT if lost and "InterfaceError" in names else None


class Outages:
    """The last outage of this process. After one, `/ready` believes only a write that went through."""

    def __init__(self) -> None:
        self.last: Outage | None = None

    def note(self, outage: Outage) -> None:
        self.last = outage

    async def still(self, database: Database) -> Outage | None:
        """None when all is well (again)."""
        if self.last is None:
            return None
        try:
            await database.write(_try)
        except Exception as error:
            self.last = outage_of(error) or self.last
            return self.last
        self.last = None
        return None


def _try(conn: Connection) -> None:
    """More than the rest of a page, so that a full file cannot pass by chance; it does not stay."""
    write_setting(conn, LAST_TRY, {"room": "x" * TRIED_BYTES})
    write_setting(conn, LAST_TRY, {"at": clock.now().isoformat()})
