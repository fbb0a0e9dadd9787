"""Callers who want the same kind of thing written are gathered into one transaction while the one before is still running.

Whoever comes to an idle house is served at once and alone; only under load do groups form, and the more load, the larger
they are. What ten callers ask is then read, locked and written by the statements of one. Where two groups may run at a time,
a small one does not start at once beside a larger: who was answered just now is about to come again, and a moment later
the group is twice as large. A group that breaks leaves nothing behind, and each of its callers is served alone.
"""

import asyncio
import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy.engine import Connection

from backend.platform.database import Database, DatabaseClosed

LINGER_S = 0.012
"""Beside a larger group in work a smaller one waits so long at most."""

P = TypeVar("P")
R = TypeVar("R")


class Gathering(Generic[P, R]):
    """`take(conn, parts)` answers each part with a result or an exception of its own, in their order.

    `kind(part)`: only parts of one kind are put together, None stands alone. `owner(part)`: no two parts of one owner
    are in work at once. `weight(part)` up to `limit` in a group.
    """

    def __init__(
        self, database: Database, take: Callable[[Connection, Sequence[P]], Sequence[R | Exception]], *,
        kind: Callable[[P], Hashable | None], owner: Callable[[P], Hashable], weight: Callable[[P], int], limit: int,
    ) -> None:  # fmt: skip
        self._database = weakref.ref(database)  # whoever gives a part holds it
        self.take = take
        self.kind = kind
        self.owner = owner
        self.weight = weight
        self.limit = limit
        self.waiting: list[tuple[P, asyncio.Future[R]]] = []
        self.in_work: set[Hashable] = set()
        self.running: dict[asyncio.Task[None], int] = {}
        """The groups in work and their weights."""
        self._lingering: asyncio.TimerHandle | None = None

    @property
    def database(self) -> Database:
        found = self._database()
        if found is None:
            raise DatabaseClosed("the database is gone")
        return found

    async def give(self, part: P) -> R:
        """The result of the part, after it is durable; or its own exception."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self.waiting.append((part, future))
        if len(self.waiting) == 1 or self._lingering is not None:
            loop.call_soon(self._begin)  # whoever has arrived in the same turn comes along
        return await future

    def _begin(self, lingered: bool = False) -> None:
        while self.waiting and len(self.running) < self.database.writes_at_once:
            if not lingered and self._is_too_small():
                if self._lingering is None:
                    self._lingering = asyncio.get_running_loop().call_later(LINGER_S, self._linger_no_more)
                return
            group = self._next_group()
            if not group:
                return
            if self._lingering is not None:
                self._lingering.cancel()
                self._lingering = None
            task = asyncio.create_task(self._run(group))
            self.running[task] = sum(self.weight(part) for part, _ in group)
            task.add_done_callback(self._done)

    def _is_too_small(self) -> bool:
        """Whether a group in work is larger than what waits."""
        return bool(self.running) and sum(self.weight(part) for part, _ in self.waiting) < max(self.running.values())

    def _linger_no_more(self) -> None:
        self._lingering = None
        self._begin(lingered=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self.running[task]
        self._begin()

    def _next_group(self) -> list[tuple[P, asyncio.Future[R]]]:
        group: list[tuple[P, asyncio.Future[R]]] = []
        left = []
        weight, kind = 0, None
        for each in self.waiting:
            part = each[0]
            fits = not group or (kind is not None and self.kind(part) == kind and weight < self.limit)
            if not fits or self.owner(part) in self.in_work:
                left.append(each)
                continue
            if not group:
                kind = self.kind(part)
            group.append(each)
            weight += self.weight(part)
            self.in_work.add(self.owner(part))
        self.waiting = left
        return group

    async def _run(self, group: list[tuple[P, asyncio.Future[R]]]) -> None:
        parts = [part for part, _ in group]
        outcomes: Sequence[R | Exception]
        try:
            outcomes = await self._write(parts)
        except Exception as error:
            outcomes = [error] if len(parts) == 1 else [await self._alone(part) for part in parts]
        finally:
            self.in_work.difference_update(self.owner(part) for part in parts)
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    async def _write(self, parts: Sequence[P]) -> Sequence[R | Exception]:
        return await self.database.write(lambda conn: self.take(conn, parts))

    async def _alone(self, part: P) -> Any:
        try:
            return (await self._write([part]))[0]
        except Exception as error:
            return error
