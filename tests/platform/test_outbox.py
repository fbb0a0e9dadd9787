"""Facts and their deliveries: nothing swallowed, order kept per subject, each inside reaction exactly once."""

import asyncio
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from backend.app.worker import until_stopped
from backend.catalog.tables import setting
from backend.platform import clock, journal, outbox
from backend.platform.database import Database
from backend.platform.exchange import ExchangeFailed, HttpRequest, UnexpectedRequest, replay
from backend.platform.journal import Fact, delivery
from backend.platform.outbox import Errand, Inside, Outbox, PermanentRefusal

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Planted(Fact, frozen=True, kw_only=True):
    word: str


@pytest.fixture(autouse=True)
def reactions() -> Iterator[None]:
    """Only the planted fact has a reaction here."""
    before = dict(journal._reactions)
    journal.register_reactions({"Planted": ("test.react",)})
    yield
    journal.register_reactions(before)


def _note(conn: sa.Connection, fact: Any, _: datetime) -> None:
    conn.execute(sa.insert(setting).values(key=f"{fact.about}/{fact.payload['word']}", value={}))


async def _append(database: Database, *words: str, about: str = "order:1") -> None:
    facts = [Planted(about=about, word=word) for word in words]
    await database.write(lambda conn: journal.append(conn, facts, NOW))


async def _drain(database: Database, reaction: Any) -> int:
    async with httpx.AsyncClient() as client:
        return await Outbox(database, {"test.react": reaction}, client).drain()


async def _states(database: Database) -> list[str]:
    return await database.read(
        lambda conn: list(conn.execute(sa.select(delivery.c.state).order_by(delivery.c.id)).scalars())
    )


async def _keys(database: Database) -> list[str]:
    return await database.read(
        lambda conn: list(conn.execute(sa.select(setting.c.key).order_by(setting.c.id)).scalars())
    )


async def test_an_inside_reaction_runs_once_and_in_order(database: Database) -> None:
    await _append(database, "a", "b", "c")

    await _drain(database, Inside(_note))
    again = await _drain(database, Inside(_note))

    assert (["order:1/a", "order:1/b", "order:1/c"], 0) == (await _keys(database), again)


async def test_two_workers_never_do_the_same_work_twice(database: Database) -> None:
    """Each of twenty subjects is answered exactly once, whoever comes first."""
    for number in range(20):
        await _append(database, "x", about=f"order:{number}")

    await asyncio.gather(*[_drain(database, Inside(_note)) for _ in range(4)])

    assert sorted(f"order:{number}/x" for number in range(20)) == sorted(await _keys(database))


async def test_a_failure_stops_only_its_subject(database: Database) -> None:
    """Order 1 waits behind its first failure; order 2 goes on."""
    await _append(database, "bad", "later")
    await _append(database, "good", about="order:2")

    def sometimes(conn: sa.Connection, fact: Any, now: datetime) -> None:
        if fact.payload["word"] == "bad":
            raise ArithmeticError("planted")
        _note(conn, fact, now)

    await _drain(database, Inside(sometimes))

    assert (["order:2/good"], ["waiting", "waiting", "done"]) == (await _keys(database), await _states(database))


async def test_a_partner_that_says_no_for_good_is_parked_with_its_sentence(database: Database) -> None:
    """No further tries; a person sees why, and may have it tried again."""
    await _append(database, "x")
    told: list[str] = []

    def prepare(*_: Any) -> Any:
        raise PermanentRefusal("ADDRESS", "Expected a house number, got none; correct the address.", got="none")

    errand = Errand(prepare, lambda *_: None, lambda _, __, problem, ___: told.append(problem.code))
    await _drain(database, errand)
    parked = await database.read(lambda conn: conn.execute(sa.select(delivery)).one())
    retried = await database.write(lambda conn: outbox.retry(conn, parked.id, NOW))

    assert ("parked", 1, ["ADDRESS"], True) == (parked.state, parked.attempts, told, retried)
    assert "house number" in parked.parked_reason
    assert {"code": "ADDRESS", "got": "none"} == parked.parked_problem


async def test_what_waits_behind_a_parked_one_does_not_keep_a_worker_awake(database: Database) -> None:
    """A worker sleeps until the next delivery may be tried; one that is blocked may not be."""
    await _append(database, "refused", "behind")

    def prepare(*_: Any) -> Any:
        raise PermanentRefusal("ADDRESS", "Expected a house number, got none; correct the address.")

    await _drain(database, Errand(prepare, lambda *_: None))
    due = await database.read(outbox.next_due)

    assert (["parked", "waiting"], None) == (await _states(database), due)


async def test_a_bug_in_telling_of_a_refusal_does_not_stop_the_parking(database: Database) -> None:
    """The note is lost, the refusal is not; what the note wrote before it broke is taken back."""
    await _append(database, "x")

    def prepare(*_: Any) -> Any:
        raise PermanentRefusal("ADDRESS", "Expected a house number, got none; correct the address.")

    def tell(conn: sa.Connection, fact: Any, _: Any, now: datetime) -> None:
        _note(conn, fact, now)
        raise ArithmeticError("planted")

    await _drain(database, Errand(prepare, lambda *_: None, tell))

    assert (["parked"], []) == (await _states(database), await _keys(database))


async def test_an_errand_that_died_between_the_answer_and_our_note_is_asked_again(database: Database) -> None:
    """The same reference goes out twice; that is what makes the repeat harmless at the partner."""
    await _append(database, "x")
    references: list[str] = []

    def prepare(_: Any, __: Any, reference: str, ___: datetime) -> Any:
        references.append(reference)
        return (value for value in ())

    def settle(*_: Any) -> None:
        if len(references) == 1:
            raise ConnectionError("died before the note")

    await _drain(database, Errand(prepare, settle))
    await database.write(lambda conn: conn.execute(sa.update(delivery).values(not_before=NOW)))
    await _drain(database, Errand(prepare, settle))

    assert (2, 1, ["done"]) == (len(references), len(set(references)), await _states(database))


async def test_a_lease_that_was_lost_leaves_nothing_behind(database: Database) -> None:
    """A slow worker whose delivery was taken over must not write its outcome."""
    await _append(database, "x")
    (claimed,) = await database.write(lambda conn: outbox.claim(conn, NOW))
    later = NOW + timedelta(seconds=outbox.LEASE_S + 1)
    (taken_over,) = await database.write(lambda conn: outbox.claim(conn, later))

    late = await database.write(lambda conn: outbox.finish(conn, claimed, later))
    right = await database.write(lambda conn: outbox.finish(conn, taken_over, later))

    assert (False, True) == (late, right)


@pytest.mark.parametrize(
    ("attempts", "low", "high"), [(1, 0.75, 1.25), (5, 12, 20), (12, 1536, 2560), (40, 2700, 4500)]
)
def test_pauses_grow_and_spread(attempts: int, low: float, high: float) -> None:
    assert (low, high) == (outbox.pause_s(attempts, 0.0), outbox.pause_s(attempts, 1.0))


def test_a_replay_refuses_another_conversation() -> None:
    """A recording is no mock: what it does not hold fails."""

    def asks() -> Any:
        yield HttpRequest("GET", "http://a/")

    with pytest.raises(UnexpectedRequest):
        replay(asks(), [(HttpRequest("GET", "http://b/"), None)])


async def test_a_silent_partner_is_named(sqlite_database: Database) -> None:
    """A closed port is a reason with a name, to be tried again."""
    from backend.platform.exchange import run

    def asks() -> Any:
        yield HttpRequest("GET", "http://127.0.0.1:9/", timeout_s=2)

    async with httpx.AsyncClient() as client:
        with pytest.raises(ExchangeFailed, match="tried again"):
            await run(asks(), client)


class Stuck:
    """A partner that never answers; `asked` says that the question has left."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def handle(self, _: httpx.Request) -> httpx.Response:
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


def _ask(*_: Any) -> Any:
    return (yield HttpRequest("GET", "http://partner.invalid/"))


async def _until_asked(database: Database, stuck: Stuck) -> None:
    """A worker that hangs in its first delivery."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(stuck.handle)) as client:
        await Outbox(database, {"test.react": Errand(lambda *_: _ask(), lambda *_: None)}, client).drain()


async def test_a_worker_that_is_stopped_hands_back_what_it_holds(database: Database) -> None:
    """Three subjects are leased and the first hangs: after a clean stop the next worker takes all three at once, with no
    try counted and no wait for the lease."""
    for number in range(3):
        await _append(database, "x", about=f"order:{number}")
    stuck = Stuck()
    worker = asyncio.create_task(_until_asked(database, stuck))
    async with asyncio.timeout(60):
        await stuck.asked.wait()
    before = await _states(database)

    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    after = await _states(database)
    claimed = await database.write(lambda conn: outbox.claim(conn, clock.now()))

    assert (["leased"] * 3, ["waiting"] * 3) == (before, after)
    assert [("order:0", 1), ("order:1", 1), ("order:2", 1)] == [(each.fact.about, each.attempts) for each in claimed]


async def test_what_was_done_before_the_stop_stays_done(database: Database) -> None:
    """The first of two is finished, the second hangs: only the second is handed back."""
    await _append(database, "done", about="order:1")
    await _append(database, "hangs", about="order:2")
    stuck = Stuck()

    def prepare(_: Any, fact: Any, *__: Any) -> Any:
        return None if fact.payload["word"] == "done" else _ask()

    async def work() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(stuck.handle)) as client:
            await Outbox(database, {"test.react": Errand(prepare, lambda *_: None)}, client).drain()

    worker = asyncio.create_task(work())
    async with asyncio.timeout(60):
        await stuck.asked.wait()
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker

    assert ["done", "waiting"] == await _states(database)


async def test_the_signal_to_stop_reaches_the_worker_as_a_cancellation() -> None:
    """SIGTERM does not kill the process on the spot: what runs may tidy up, and then it is over."""
    told: list[str] = []

    async def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            told.append("tidied up")

    async with asyncio.timeout(60):
        await until_stopped(work())

    assert ["tidied up"] == told
