"""Lending print jobs on both engines: in order, to one agent, to a printer that can; back when silence falls."""

import asyncio

import pytest
import sqlalchemy as sa

from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.print_queue import api, views
from backend.print_queue.store.leases import ATTEMPTS_HOLDING
from backend.print_queue.tables import print_job
from printing.protocol import LEASE_S, PrinterReport, PrinterState, PrintJob, ReportState
from tests.print_queue.books import at, claim, enqueue, report, set_up, states


async def test_concurrent_claims_never_share_a_job(database: Database) -> None:
    """Two claims of one agent at the same moment lend each job to one of them only."""
    agent_id = await database.write(set_up)
    for number in range(6):
        await database.write(lambda conn, n=number: enqueue(conn, f"label:{n}"))

    lent = await asyncio.gather(*(database.write(lambda conn: claim(conn, agent_id, at(1))) for _ in range(4)))

    ids = [job.id for jobs in lent for job in jobs]
    assert len(ids) == len(set(ids))
    assert 6 == len(ids)


async def test_order_priority_and_room(database: Database) -> None:
    """The urgent first, then the old; no more than the printer has room for."""

    def act(conn: sa.Connection) -> list[list[str]]:
        agent_id = set_up(conn)
        for key, priority in (("label:a", 0), ("label:b", 0), ("label:c", 9), ("label:d", 0)):
            enqueue(conn, key, priority=priority, title=key)
        return [[job.label_text for job in claim(conn, agent_id, at(1), room=2)] for _ in range(2)]

    assert [["label:c", "label:a"], ["label:b", "label:d"]] == await database.write(act)


async def test_papers_of_one_order_come_one_after_another(database: Database) -> None:
    """The second paper of a group waits until the first has been sent; other orders do not wait."""

    def act(conn: sa.Connection) -> list[list[str]]:
        agent_id = set_up(conn)
        for key, group in (("a1", "order:1"), ("a2", "order:1"), ("b1", "order:2")):
            enqueue(conn, key, sequence_group=group, title=key)
        first = claim(conn, agent_id, at(1))
        api.report(conn, agent_id, first[0].id, report(ReportState.SENDING, first[0]), at(2))
        between = claim(conn, agent_id, at(3))
        api.report(conn, agent_id, first[0].id, report(ReportState.SENT, first[0]), at(4))
        return [[job.label_text for job in jobs] for jobs in (first, between, claim(conn, agent_id, at(5)))]

    assert [["a1", "b1"], [], ["a2"]] == await database.write(act)


async def test_a_printer_that_recovers_goes_on_at_once(database: Database) -> None:
    """A job that went back pauses; when its printer reports that it works again, nobody waits for the pause to end."""

    def act(conn: sa.Connection) -> list[list[str]]:
        agent_id = set_up(conn)
        for title in ("a", "b"):
            enqueue(conn, title, title=title)
        for moment in (1, 40):
            (job, other) = claim(conn, agent_id, at(moment))
            for one in (other, job):
                api.report(conn, agent_id, one.id, report(ReportState.FAILED, one, retry=True), at(moment + 1))
        down = claim(conn, agent_id, at(42), PrinterState.NO_MEDIA)
        up = claim(conn, agent_id, at(43))
        return [[one.label_text for one in jobs] for jobs in (down, up)]

    assert [[], ["a", "b"]] == await database.write(act)


async def test_a_reply_that_never_arrived_loses_no_time_and_no_place(database: Database) -> None:
    """The agent names the leases it knows: what it never heard of is queued in its old place, under a new lease."""

    def act(conn: sa.Connection) -> tuple[list[list[str]], list[str]]:
        agent_id = set_up(conn)
        for title in ("a", "b", "c"):
            enqueue(conn, title, title=title)
        heard, lost = claim(conn, agent_id, at(1), room=2)
        api.report(conn, agent_id, heard.id, report(ReportState.SENDING, heard), at(2))
        ready = [PrinterReport("L1", PrinterState.CONNECTED, room=3)]
        again = api.claim(conn, agent_id, ready, at(3), holds=[heard.lease])
        with pytest.raises(Conflict):
            api.report(conn, agent_id, lost.id, report(ReportState.SENDING, lost), at(4))
        older = api.claim(conn, agent_id, ready, at(5))  # an agent that does not name what it holds loses nothing
        return [[one.label_text for one in jobs] for jobs in (again, older)], list(states(conn).values())

    lent, ends = await database.write(act)

    assert [["b", "c"], []] == lent
    assert ["sending", "leased", "leased"] == ends


async def test_two_programs_with_one_token_do_not_take_jobs_from_each_other(database: Database) -> None:
    """What the sibling was lent is not lost, though this one does not hold it; each gets back only its own."""

    def act(conn: sa.Connection) -> list[list[str]]:
        agent_id = set_up(conn)
        for title in ("a", "b"):
            enqueue(conn, title, title=title)
        ready = [PrinterReport("L1", PrinterState.CONNECTED, room=1)]
        (first,) = api.claim(conn, agent_id, ready, at(1), holds=[], spool="00000001")
        (second,) = api.claim(conn, agent_id, ready, at(2), holds=[], spool="00000002")
        api.report(conn, agent_id, first.id, report(ReportState.SENDING, first), at(3))
        again = api.claim(conn, agent_id, ready, at(4), holds=[], spool="00000002")
        return [[one.label_text for one in jobs] for jobs in ([first], [second], again)]

    assert [["a"], ["b"], ["b"]] == await database.write(act)


@pytest.mark.parametrize(("returns", "second"), [(1, []), (ATTEMPTS_HOLDING, ["b"])])
async def test_a_job_that_was_given_back_is_not_overtaken(database: Database, returns: int, second: list[str]) -> None:
    """While it pauses its juniors wait, and then come after it; one that comes back for ever holds nobody up."""

    def act(conn: sa.Connection) -> list[list[str]]:
        agent_id = set_up(conn)
        enqueue(conn, "a", title="a")
        moment = 1.0
        for _ in range(returns):
            (job,) = claim(conn, agent_id, at(moment))
            api.report(conn, agent_id, job.id, report(ReportState.FAILED, job, retry=True), at(moment + 0.1))
            moment += 40
        enqueue(conn, "b", title="b")
        last = moment - 40
        lent = [claim(conn, agent_id, at(last + later)) for later in (0.5, 39.0)]
        return [[one.label_text for one in jobs] for jobs in lent]

    during, after = await database.write(act)

    assert second == during
    assert (["a", "b"] if returns == 1 else ["a"]) == after


@pytest.mark.parametrize("state", [PrinterState.NO_MEDIA, PrinterState.BLOCKED, PrinterState.DISCONNECTED])
async def test_a_printer_in_trouble_gets_nothing(database: Database, state: PrinterState) -> None:
    """Jobs stay in the queue while their printer cannot print, and say what they wait for."""

    def act(conn: sa.Connection) -> tuple[list[PrintJob], views.JobRow]:
        agent_id = set_up(conn)
        enqueue(conn)
        lent = claim(conn, agent_id, at(1), state)
        return lent, api.read_jobs(conn, at(1)).rows[0]

    lent, row = await database.write(act)

    assert [] == lent
    assert ("queued", state.value) == (row.state.value, row.waits_for)


async def test_waiting_jobs_move_to_the_stand_in(database: Database) -> None:
    """Down for long enough, a printer loses its unsent jobs to the ready stand-in; a job already lent stays."""

    def act(conn: sa.Connection) -> tuple[dict[str, str], str, str]:
        agent_id = set_up(conn)
        enqueue(conn, "lent")
        claim(conn, agent_id, at(1))
        enqueue(conn, "waits")
        claim(conn, agent_id, at(2), PrinterState.NO_MEDIA)
        claim(conn, agent_id, at(20), PrinterState.NO_MEDIA)
        rows = {row.title: row for row in api.read_jobs(conn, at(20)).rows}
        by_key = {row.key: row.id for row in conn.execute(sa.select(print_job.c.key, print_job.c.id))}
        places = {key: next(row.printer for row in api.read_jobs(conn, at(20)).rows if row.id == number)
                  for key, number in by_key.items()}  # fmt: skip
        late = enqueue(conn, "new", now=at(21))
        assert rows
        fresh = api.read_job(conn, late.id, at(21))
        moved = api.read_job(conn, by_key["waits"], at(21))
        assert fresh is not None
        assert moved is not None
        return places, fresh.printer, moved.detail

    places, fresh, detail = await database.write(act)

    assert {"lent": "L1", "waits": "L2"} == places
    assert "L2" == fresh
    assert "moved from L1" in detail


async def test_an_unsent_lease_comes_back(database: Database) -> None:
    """An agent that dies before the first byte costs a minute, nothing else; its old lease is worth nothing."""

    def act(conn: sa.Connection) -> tuple[PrintJob, list[PrintJob]]:
        agent_id = set_up(conn)
        enqueue(conn)
        (first,) = claim(conn, agent_id, at(1))
        assert [] == claim(conn, agent_id, at(2))
        second = claim(conn, agent_id, at(2 + LEASE_S))
        with pytest.raises(Conflict, match="lease"):
            api.report(conn, agent_id, first.id, report(ReportState.SENDING, first), at(63))
        return first, second

    first, (second,) = await database.write(act)

    assert first.id == second.id
    assert first.lease != second.lease
    assert first.key == second.key


async def test_silence_while_sending_is_unknown(database: Database) -> None:
    """`sending` past its lease is never lent again; a late word of the same agent is still heard."""

    def act(conn: sa.Connection) -> tuple[str, list[PrintJob], str]:
        agent_id = set_up(conn)
        enqueue(conn)
        (job,) = claim(conn, agent_id, at(1))
        api.report(conn, agent_id, job.id, report(ReportState.SENDING, job), at(2))
        again = claim(conn, agent_id, at(3 + LEASE_S))
        unknown = states(conn)["label:1"]
        api.report(conn, agent_id, job.id, report(ReportState.SENT, job, first_byte_at=at(3)), at(70))
        return unknown, again, states(conn)["label:1"]

    assert ("unknown", [], "sent") == await database.write(act)
