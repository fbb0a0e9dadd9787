"""Callers are put into one transaction under load, and none of them pays for another."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.tables import setting
from backend.platform.database import Database
from backend.platform.gathering import Gathering

Part = tuple[str, str]
"""(owner, word)"""


class Room:
    """Writes words down; remembers which came together. `bug` breaks its whole group, `no` is refused alone."""

    def __init__(self, database: Database, limit: int = 100) -> None:
        self.groups: list[list[str]] = []
        self.gathering: Gathering[Part, str] = Gathering(
            database, self.take, kind=lambda part: part[1][:1] if part[1] != "alone" else None,
            owner=lambda part: part[0], weight=lambda _: 1, limit=limit,
        )  # fmt: skip

    def take(self, conn: Connection, parts: Sequence[Part]) -> list[str | Exception]:
        self.groups.append([word for _, word in parts])
        conn.execute(sa.insert(setting), [{"key": f"{owner}.{word}", "value": {}} for owner, word in parts])
        if any(word == "bug" for _, word in parts):
            raise ZeroDivisionError("planted")
        return [ValueError(word) if word == "b-no" else f"{owner} said {word}" for owner, word in parts]

    async def give(self, *parts: Part) -> list[Any]:
        return await asyncio.gather(*(self.gathering.give(each) for each in parts), return_exceptions=True)


async def _words(database: Database) -> list[str]:
    return sorted(await database.read(lambda conn: list(conn.execute(sa.select(setting.c.key)).scalars())))


async def test_who_waits_together_is_taken_together_and_answered_in_person(database: Database) -> None:
    """Ten callers of one kind: one transaction, ten answers."""
    room = Room(database)
    parts = [(f"p{number}", f"b{number}") for number in range(10)]

    answers = await room.give(*parts)

    assert [f"p{number} said b{number}" for number in range(10)] == answers
    assert [[word for _, word in parts]] == room.groups


async def test_one_owner_is_never_twice_in_work(database: Database) -> None:
    """The second part of an owner waits for the first, and keeps its place behind it."""
    room = Room(database)

    await room.give(("jana", "b1"), ("jana", "b2"), ("petr", "b3"))

    assert [["b1", "b3"], ["b2"]] == room.groups


async def test_kinds_are_not_mixed_and_no_group_is_too_large(sqlite_database: Database) -> None:
    """Another kind, and whoever stands alone, has a transaction of its own; the limit cuts."""
    room = Room(sqlite_database, limit=2)

    await room.give(("1", "b1"), ("2", "c1"), ("3", "alone"), ("4", "b2"), ("5", "b3"), ("6", "alone"))

    assert [["b1", "b2"], ["c1"], ["alone"], ["b3"], ["alone"]] == room.groups


async def test_a_group_that_breaks_leaves_nothing_and_only_the_cause_fails(database: Database) -> None:
    """Taken apart, the others are written once; the exception reaches its own caller."""
    room = Room(database)

    answers = await room.give(("1", "b1"), ("2", "bug"), ("3", "b3"), ("4", "b-no"))

    assert ["1 said b1", "3 said b3"] == [each for each in answers if isinstance(each, str)]
    assert [ZeroDivisionError, ValueError] == [type(each) for each in answers if not isinstance(each, str)]
    assert ["1.b1", "3.b3", "4.b-no"] == await _words(database)


async def test_a_caller_who_has_gone_holds_nobody_up(database: Database) -> None:
    """A cancelled request is written like the others; the next ones are served."""
    room = Room(database)
    gone = asyncio.create_task(room.gathering.give(("1", "b1")))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone

    assert ["2 said b2", "1 said b3"] == await room.give(("2", "b2"), ("1", "b3"))
    assert ["1.b1", "1.b3", "2.b2"] == await _words(database)


class TwoDesks:
    """A database that runs two transactions at a time, each until it is let go."""

    writes_at_once = 2

    def __init__(self) -> None:
        self.gates: list[asyncio.Event] = []
        self.both_taken = asyncio.Event()

    async def write(self, work: Any) -> Any:
        self.gates.append(asyncio.Event())
        if len(self.gates) == self.writes_at_once:
            self.both_taken.set()
        await self.gates[-1].wait()
        return work(None)


async def _turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_small_group_waits_a_moment_beside_a_larger_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two callers wait beside a group of three until a third comes; without a third they go when the moment is over."""
    monkeypatch.setattr("backend.platform.gathering.LINGER_S", 3600.0)
    desks, groups = TwoDesks(), []

    def take(_: Any, parts: Sequence[str]) -> list[str | Exception]:
        groups.append(list(parts))
        return list(parts)

    gathering: Gathering[str, str] = Gathering(
        cast("Database", desks), take, kind=lambda _: "", owner=lambda part: part, weight=lambda _: 1, limit=9
    )
    given = [asyncio.ensure_future(gathering.give(each)) for each in "abc"]
    await _turns()
    given += [asyncio.ensure_future(gathering.give(each)) for each in "de"]
    await _turns()
    begun_with_two_waiting = len(desks.gates)
    given.append(asyncio.ensure_future(gathering.give("f")))
    await _turns()
    begun_with_three_waiting = len(desks.gates)
    given.append(asyncio.ensure_future(gathering.give("g")))
    for gate in desks.gates:
        gate.set()
    await _turns(20)
    for gate in desks.gates:
        gate.set()
    await asyncio.gather(*given)

    assert (1, 2) == (begun_with_two_waiting, begun_with_three_waiting)
    assert [["a", "b", "c"], ["d", "e", "f"], ["g"]] == groups


async def test_a_lingering_group_starts_when_the_moment_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else comes: the one who waits is served beside the group in work, not behind it."""
    monkeypatch.setattr("backend.platform.gathering.LINGER_S", 0.0)
    desks = TwoDesks()
    gathering: Gathering[str, str] = Gathering(
        cast("Database", desks), lambda _, parts: list(parts), kind=lambda _: "", owner=lambda part: part,
        weight=lambda _: 1, limit=9,
    )  # fmt: skip
    together = [asyncio.ensure_future(gathering.give(each)) for each in "ab"]
    await _turns()
    alone = asyncio.ensure_future(gathering.give("c"))
    async with asyncio.timeout(60):
        await desks.both_taken.wait()
    desks.gates[1].set()

    assert "c" == await alone
    assert not any(each.done() for each in together)
    desks.gates[0].set()
    assert ["a", "b"] == await asyncio.gather(*together)
