"""The print queue on both engines: once by key, unknown asked of a person, reprints, news and lists."""

import asyncio

import pytest
import sqlalchemy as sa

from backend.platform import journal
from backend.platform.database import Database
from backend.platform.errors import Conflict, NotFound, Problem
from backend.print_queue import api
from backend.print_queue.store.leases import has_work
from backend.print_queue.tables import print_content
from printing.protocol import LEASE_S, PrintJob, ReportState
from tests.print_queue.books import at, claim, enqueue, report, set_up, states


async def test_a_key_is_printed_once(database: Database) -> None:
    """The same key again finds the first job; content is kept once by its hash."""

    def act(conn: sa.Connection) -> tuple[api.Queued, api.Queued, int]:
        set_up(conn)
        first, second = enqueue(conn), enqueue(conn, content=b"other")
        enqueue(conn, "label:2")
        return first, second, conn.execute(sa.select(sa.func.count()).select_from(print_content)).scalar_one()

    first, second, contents = await database.write(act)

    assert (True, False, first.id) == (first.is_new, second.is_new, second.id)
    assert 1 == contents


async def test_two_at_once_queue_one_job(database: Database) -> None:
    """Two workers that enqueue the same key in the same moment get the same job."""
    await database.write(set_up)

    queued = await asyncio.gather(*(database.write(enqueue) for _ in range(8)))

    assert 1 == len({one.id for one in queued})
    assert 1 == sum(one.is_new for one in queued)


async def test_a_job_travels_whole(database: Database) -> None:
    """What the agent gets is what was queued, with demands, expiry and a key of its own."""

    def act(conn: sa.Connection) -> tuple[api.Queued, list[PrintJob]]:
        agent_id = set_up(conn)
        queued = enqueue(conn, copies=2, media_width_mm=100, media_height_mm=150)
        return queued, claim(conn, agent_id, at(1))

    queued, (job,) = await database.write(act)

    assert (b"^XA^XZ", "L1", 2, 100, 150) == (
        job.content, job.printer, job.copies, job.media_width_mm, job.media_height_mm,
    )  # fmt: skip
    assert (api.Demand("code128", "P.1.1"),) == job.demands
    assert str(queued.uid) == job.key
    assert at(12 * 3600) == job.expires_at


@pytest.mark.parametrize(("printed", "state", "new_state"), [(True, "sent", None), (False, "failed", "queued")])
async def test_a_person_answers(database: Database, printed: bool, state: str, new_state: str | None) -> None:
    """Printed: done. Not printed: a new job replaces the old, and the agent's late word changes neither."""

    def act(conn: sa.Connection) -> tuple[dict[str, str], api.JobRow]:
        agent_id = set_up(conn)
        queued = enqueue(conn)
        (job,) = claim(conn, agent_id, at(1))
        api.report(conn, agent_id, job.id, report(ReportState.UNKNOWN, job), at(2))
        api.answer_unknown(conn, queued.id, printed, 7, at(3))
        with pytest.raises(Conflict):
            api.report(conn, agent_id, job.id, report(ReportState.SENT, job), at(4))
        with pytest.raises(Conflict):
            api.answer_unknown(conn, queued.id, printed, 7, at(5))
        row = api.read_job(conn, queued.id, at(6))
        assert row is not None
        return states(conn), row

    by_key, row = await database.write(act)

    assert {"label:1": state} | ({"label:1#2": new_state} if new_state else {}) == by_key
    assert (row.voided_by is not None) == (new_state is not None)


async def test_a_reprint_voids_the_older_paper(database: Database) -> None:
    """Each reprint has a reason, a number and one valid paper: the newest."""

    def act(conn: sa.Connection) -> tuple[dict[str, str], api.JobRow, api.JobRow]:
        agent_id = set_up(conn)
        queued = enqueue(conn)
        (job,) = claim(conn, agent_id, at(1))
        with pytest.raises(Conflict, match="wait for it"):
            api.reprint(conn, queued.id, "smudged", 7, at(2))
        api.report(conn, agent_id, job.id, report(ReportState.SENT, job), at(2))
        with pytest.raises(Problem, match="reason"):
            api.reprint(conn, queued.id, "  ", 7, at(3))
        second = api.reprint(conn, queued.id, "smudged", 7, at(3))
        with pytest.raises(Conflict, match="replaces"):
            api.reprint(conn, queued.id, "again", 7, at(4))
        (job,) = claim(conn, agent_id, at(5))
        api.report(conn, agent_id, job.id, report(ReportState.CONFIRMED, job), at(6))
        api.reprint(conn, second.id, "fell off", 7, at(7))
        first_row, second_row = (api.read_job(conn, number, at(8)) for number in (queued.id, second.id))
        assert first_row is not None
        assert second_row is not None
        return states(conn), first_row, second_row

    by_key, first, second = await database.write(act)

    assert {"label:1": "sent", "label:1#2": "confirmed", "label:1#3": "queued"} == by_key
    assert (second.id, first.id, "smudged") == (first.voided_by, second.reprint_of, second.reprint_reason)


async def test_cancelled_before_the_first_byte(database: Database) -> None:
    """A lent job can be cancelled until it is being sent: the agent's question is then answered no."""

    def act(conn: sa.Connection) -> dict[str, str]:
        agent_id = set_up(conn)
        first, second = enqueue(conn, "a"), enqueue(conn, "b")
        lent = {job.id: job for job in claim(conn, agent_id, at(1))}
        api.cancel(conn, first.id, 7, at(2))
        with pytest.raises(Conflict):
            api.report(conn, agent_id, first.id, report(ReportState.SENDING, lent[first.id]), at(3))
        api.report(conn, agent_id, second.id, report(ReportState.SENDING, lent[second.id]), at(3))
        with pytest.raises(Conflict, match="in the printer"):
            api.cancel(conn, second.id, 7, at(4))
        return states(conn)

    assert {"a": "cancelled", "b": "sending"} == await database.write(act)


async def test_labels_of_friday_do_not_come_out_on_monday(database: Database) -> None:
    """Past its time a job expires instead of being lent, also when it was lent and came back."""

    def act(conn: sa.Connection) -> tuple[list[PrintJob], dict[str, str]]:
        agent_id = set_up(conn)
        enqueue(conn, "queued", expires_at=at(100))
        return claim(conn, agent_id, at(100)), states(conn)

    lent, by_key = await database.write(act)

    assert [] == lent
    assert {"queued": "expired"} == by_key


async def test_given_back_jobs_wait_a_little(database: Database) -> None:
    """Given back unsent: lent again after the pause, not at once; `has_work` knows the difference."""

    def act(conn: sa.Connection) -> list[tuple[bool, int]]:
        agent_id = set_up(conn)
        enqueue(conn)
        (job,) = claim(conn, agent_id, at(1))
        api.report(conn, agent_id, job.id, report(ReportState.FAILED, job, retry=True), at(2))
        seen = []
        for seconds in (3, 5):
            work = has_work(conn, agent_id, ["L1"], at(seconds))
            seen.append((work, len(claim(conn, agent_id, at(seconds)))))
        return seen

    assert [(False, 0), (True, 1)] == await database.write(act)


async def test_another_agent_cannot_report(database: Database) -> None:
    """A job belongs to the agent it was lent to."""

    def act(conn: sa.Connection) -> None:
        agent_id = set_up(conn)
        enqueue(conn)
        (job,) = claim(conn, agent_id, at(1))
        with pytest.raises(NotFound):
            api.report(conn, agent_id + 1, job.id, report(ReportState.SENT, job), at(2))

    await database.write(act)


def told(conn: sa.Connection) -> list[tuple[str, str]]:
    """Kind and subject of every fact, in order."""
    return [(row.kind, row.about) for row in conn.execute(sa.select(journal.fact).order_by(journal.fact.c.id))]


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ([ReportState.SENDING, ReportState.SENT], ["PaperPrinted"]),
        ([ReportState.SENDING, ReportState.SENT, ReportState.CONFIRMED], ["PaperPrinted", "PaperPrinted"]),
        ([ReportState.SENDING, ReportState.UNKNOWN, ReportState.UNKNOWN], ["PaperInDoubt"]),
        ([ReportState.FAILED], ["PaperFailed"]),
    ],
)
async def test_what_a_printer_did_is_told_once(database: Database, said: list[ReportState], facts: list[str]) -> None:
    """The office is poked by facts: one for each step that a person cares about, none for a repeated report."""

    def act(conn: sa.Connection) -> tuple[int, list[tuple[str, str]]]:
        agent_id = set_up(conn)
        queued = enqueue(conn)
        enqueue(conn)
        (job,) = claim(conn, agent_id, at(1))
        for state in said:
            api.report(conn, agent_id, job.id, report(state, job), at(2))
        return queued.id, told(conn)

    number, found = await database.write(act)

    assert [("PaperQueued", f"print_job:{number}"), *[(kind, "order:1") for kind in facts]] == found


async def test_what_people_and_the_clock_did_is_told(database: Database) -> None:
    """A paper taken back, one too late, one whose agent fell silent, and the answer about it with its second copy."""

    def act(conn: sa.Connection) -> list[tuple[str, str]]:
        agent_id = set_up(conn)
        taken_back, late, silent = (enqueue(conn, f"label:{n}", about=f"order:{n}") for n in range(3))
        api.cancel(conn, taken_back.id, None, at(1))
        lent = {job.id: job for job in claim(conn, agent_id, at(1))}
        api.report(conn, agent_id, silent.id, report(ReportState.SENDING, lent[silent.id]), at(2))
        api.sweep(conn, at(3 + LEASE_S))
        api.sweep(conn, at(13 * 3600))
        assert api.answer_unknown(conn, silent.id, False, None, at(13 * 3600)) is not None
        assert late.id in lent
        return told(conn)[3:]

    found = await database.write(act)

    assert [
        ("PaperCancelled", "order:0"), ("PaperInDoubt", "order:2"), ("PaperExpired", "order:1"),
        ("PaperFailed", "order:2"),
    ] == [each for each in found if each[0] != "PaperQueued"]  # fmt: skip
    assert 1 == sum(kind == "PaperQueued" for kind, _ in found)


async def test_the_list_is_walked_page_by_page(database: Database) -> None:
    """Newest first; each page begins where the one before ended, also while new papers come in."""

    def act(conn: sa.Connection) -> list[list[str]]:
        set_up(conn)
        for number in range(5):
            enqueue(conn, f"label:{number}", title=f"paper {number}")
        first = api.read_jobs(conn, at(1), limit=2)
        enqueue(conn, "label:new", title="new")
        second = api.read_jobs(conn, at(1), limit=2, cursor=first.next)
        third = api.read_jobs(conn, at(1), limit=2, cursor=second.next)
        assert third.next is None
        return [[row.title for row in page.rows] for page in (first, second, third)]

    assert [["paper 4", "paper 3"], ["paper 2", "paper 1"], ["paper 0"]] == await database.write(act)
