"""The print queue on both engines: once by key, lent in order, never sent twice, unknown asked of a person."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backend.platform.database import Database
from backend.platform.errors import Conflict, NotFound, Problem
from backend.print_queue import api, views
from backend.print_queue.store.leases import has_work
from backend.print_queue.tables import print_content, print_job
from printing.protocol import LEASE_S, JobReport, PrinterReport, PrinterState, PrintJob, ReportState

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def _set_up(conn: sa.Connection) -> int:
    """Two agents; L1 with stand-in L2 (of the second agent), A4 for papers; both agents seen at noon."""
    first = api.authenticate_agent(conn, api.create_agent(conn, "bench", NOON))
    second = api.authenticate_agent(conn, api.create_agent(conn, "office", NOON))
    assert first is not None
    assert second is not None
    label = {"driver": "zpl", "transport": "tcp", "dpi": 203}
    api.save_printer(conn, "L2", "office", name="Labels 2", address="10.0.0.2", **label)
    api.save_printer(conn, "L1", "bench", name="Labels 1", address="10.0.0.1", **label)
    api.save_printer(conn, "A4", "bench", name="Laser", address="10.0.0.3", driver="pdf", transport="tcp")
    api.save_route(conn, "*", "label", "L1", fallback="L2")
    api.save_route(conn, "*", "paper", "A4")
    _claim(conn, first.id, NOON)
    api.claim(conn, second.id, [PrinterReport("L2", PrinterState.CONNECTED)], NOON)
    return first.id


def _claim(
    conn: sa.Connection, agent_id: int, at: datetime, state: PrinterState = PrinterState.CONNECTED, room: int = 3
) -> list[PrintJob]:
    reports = [PrinterReport("L1", state, room=room), PrinterReport("A4", state, room=room)]
    return api.claim(conn, agent_id, reports, at)


def _enqueue(conn: sa.Connection, key: str = "label:1", **changes: Any) -> api.Queued:
    fields: dict[str, Any] = {
        "station": "P1", "paper_kind": "label", "title": "parcel 1, order 26-0001", "about": "order:1",
        "content": b"^XA^XZ", "format": "zpl", "now": NOON,
        "demands": [api.Demand("code128", "P.1.1")],
    }  # fmt: skip
    return api.enqueue(conn, key=key, **fields | changes)


def _states(conn: sa.Connection) -> dict[str, str]:
    return {row.key: str(row.state) for row in conn.execute(sa.select(print_job.c.key, print_job.c.state))}


def _report(state: ReportState, job: PrintJob, **changes: Any) -> JobReport:
    return JobReport(job.lease, state, **changes)


async def test_a_key_is_printed_once(database: Database) -> None:
    """The same key again finds the first job; content is kept once by its hash."""

    def act(conn: sa.Connection) -> tuple[api.Queued, api.Queued, int]:
        _set_up(conn)
        first, second = _enqueue(conn), _enqueue(conn, content=b"other")
        _enqueue(conn, "label:2")
        return first, second, conn.execute(sa.select(sa.func.count()).select_from(print_content)).scalar_one()

    first, second, contents = await database.write(act)

    assert (True, False, first.id) == (first.is_new, second.is_new, second.id)
    assert 1 == contents


async def test_two_at_once_queue_one_job(database: Database) -> None:
    """Two workers that enqueue the same key in the same moment get the same job."""
    await database.write(_set_up)

    queued = await asyncio.gather(*(database.write(_enqueue) for _ in range(8)))

    assert 1 == len({one.id for one in queued})
    assert 1 == sum(one.is_new for one in queued)


async def test_a_job_travels_whole(database: Database) -> None:
    """What the agent gets is what was queued, with demands, expiry and a key of its own."""

    def act(conn: sa.Connection) -> tuple[api.Queued, list[PrintJob]]:
        agent_id = _set_up(conn)
        queued = _enqueue(conn, copies=2, media_width_mm=100, media_height_mm=150)
        return queued, _claim(conn, agent_id, _at(1))

    queued, (job,) = await database.write(act)

    assert (b"^XA^XZ", "L1", 2, 100, 150) == (
        job.content, job.printer, job.copies, job.media_width_mm, job.media_height_mm,
    )  # fmt: skip
    assert (api.Demand("code128", "P.1.1"),) == job.demands
    assert str(queued.uid) == job.key
    assert _at(12 * 3600) == job.expires_at


async def test_concurrent_claims_never_share_a_job(database: Database) -> None:
    """Two claims of one agent at the same moment lend each job to one of them only."""
    agent_id = await database.write(_set_up)
    for number in range(6):
        await database.write(lambda conn, n=number: _enqueue(conn, f"label:{n}"))

    lent = await asyncio.gather(*(database.write(lambda conn: _claim(conn, agent_id, _at(1))) for _ in range(4)))

    ids = [job.id for jobs in lent for job in jobs]
    assert len(ids) == len(set(ids))
    assert 6 == len(ids)


async def test_order_priority_and_room(database: Database) -> None:
    """The urgent first, then the old; no more than the printer has room for."""

    def act(conn: sa.Connection) -> list[list[str]]:
        agent_id = _set_up(conn)
        for key, priority in (("label:a", 0), ("label:b", 0), ("label:c", 9), ("label:d", 0)):
            _enqueue(conn, key, priority=priority, title=key)
        return [[job.label_text for job in _claim(conn, agent_id, _at(1), room=2)] for _ in range(2)]

    assert [["label:c", "label:a"], ["label:b", "label:d"]] == await database.write(act)


async def test_papers_of_one_order_come_one_after_another(database: Database) -> None:
    """The second paper of a group waits until the first has been sent; other orders do not wait."""

    def act(conn: sa.Connection) -> list[list[str]]:
        agent_id = _set_up(conn)
        for key, group in (("a1", "order:1"), ("a2", "order:1"), ("b1", "order:2")):
            _enqueue(conn, key, sequence_group=group, title=key)
        first = _claim(conn, agent_id, _at(1))
        api.report(conn, agent_id, first[0].id, _report(ReportState.SENDING, first[0]), _at(2))
        between = _claim(conn, agent_id, _at(3))
        api.report(conn, agent_id, first[0].id, _report(ReportState.SENT, first[0]), _at(4))
        return [[job.label_text for job in jobs] for jobs in (first, between, _claim(conn, agent_id, _at(5)))]

    assert [["a1", "b1"], [], ["a2"]] == await database.write(act)


@pytest.mark.parametrize("state", [PrinterState.NO_MEDIA, PrinterState.BLOCKED, PrinterState.DISCONNECTED])
async def test_a_printer_in_trouble_gets_nothing(database: Database, state: PrinterState) -> None:
    """Jobs stay in the queue while their printer cannot print, and say what they wait for."""

    def act(conn: sa.Connection) -> tuple[list[PrintJob], views.JobRow]:
        agent_id = _set_up(conn)
        _enqueue(conn)
        lent = _claim(conn, agent_id, _at(1), state)
        return lent, api.read_jobs(conn, _at(1)).rows[0]

    lent, row = await database.write(act)

    assert [] == lent
    assert ("queued", state.value) == (row.state.value, row.waits_for)


async def test_waiting_jobs_move_to_the_stand_in(database: Database) -> None:
    """Down for long enough, a printer loses its unsent jobs to the ready stand-in; a job already lent stays."""

    def act(conn: sa.Connection) -> tuple[dict[str, str], str, str]:
        agent_id = _set_up(conn)
        _enqueue(conn, "lent")
        _claim(conn, agent_id, _at(1))
        _enqueue(conn, "waits")
        _claim(conn, agent_id, _at(2), PrinterState.NO_MEDIA)
        _claim(conn, agent_id, _at(20), PrinterState.NO_MEDIA)
        rows = {row.title: row for row in api.read_jobs(conn, _at(20)).rows}
        by_key = {row.key: row.id for row in conn.execute(sa.select(print_job.c.key, print_job.c.id))}
        places = {key: next(row.printer for row in api.read_jobs(conn, _at(20)).rows if row.id == number)
                  for key, number in by_key.items()}  # fmt: skip
        late = _enqueue(conn, "new", now=_at(21))
        assert rows
        fresh = api.read_job(conn, late.id, _at(21))
        moved = api.read_job(conn, by_key["waits"], _at(21))
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
        agent_id = _set_up(conn)
        _enqueue(conn)
        (first,) = _claim(conn, agent_id, _at(1))
        assert [] == _claim(conn, agent_id, _at(2))
        second = _claim(conn, agent_id, _at(2 + LEASE_S))
        with pytest.raises(Conflict, match="lease"):
            api.report(conn, agent_id, first.id, _report(ReportState.SENDING, first), _at(63))
        return first, second

    first, (second,) = await database.write(act)

    assert first.id == second.id
    assert first.lease != second.lease
    assert first.key == second.key


async def test_silence_while_sending_is_unknown(database: Database) -> None:
    """`sending` past its lease is never lent again; a late word of the same agent is still heard."""

    def act(conn: sa.Connection) -> tuple[str, list[PrintJob], str]:
        agent_id = _set_up(conn)
        _enqueue(conn)
        (job,) = _claim(conn, agent_id, _at(1))
        api.report(conn, agent_id, job.id, _report(ReportState.SENDING, job), _at(2))
        again = _claim(conn, agent_id, _at(3 + LEASE_S))
        unknown = _states(conn)["label:1"]
        api.report(conn, agent_id, job.id, _report(ReportState.SENT, job, first_byte_at=_at(3)), _at(70))
        return unknown, again, _states(conn)["label:1"]

    assert ("unknown", [], "sent") == await database.write(act)


@pytest.mark.parametrize(("printed", "state", "new_state"), [(True, "sent", None), (False, "failed", "queued")])
async def test_a_person_answers(database: Database, printed: bool, state: str, new_state: str | None) -> None:
    """Printed: done. Not printed: a new job replaces the old, and the agent's late word changes neither."""

    def act(conn: sa.Connection) -> tuple[dict[str, str], api.JobRow]:
        agent_id = _set_up(conn)
        queued = _enqueue(conn)
        (job,) = _claim(conn, agent_id, _at(1))
        api.report(conn, agent_id, job.id, _report(ReportState.UNKNOWN, job), _at(2))
        api.answer_unknown(conn, queued.id, printed, 7, _at(3))
        with pytest.raises(Conflict):
            api.report(conn, agent_id, job.id, _report(ReportState.SENT, job), _at(4))
        with pytest.raises(Conflict):
            api.answer_unknown(conn, queued.id, printed, 7, _at(5))
        row = api.read_job(conn, queued.id, _at(6))
        assert row is not None
        return _states(conn), row

    states, row = await database.write(act)

    assert {"label:1": state} | ({"label:1#2": new_state} if new_state else {}) == states
    assert (row.voided_by is not None) == (new_state is not None)


async def test_a_reprint_voids_the_older_paper(database: Database) -> None:
    """Each reprint has a reason, a number and one valid paper: the newest."""

    def act(conn: sa.Connection) -> tuple[dict[str, str], api.JobRow, api.JobRow]:
        agent_id = _set_up(conn)
        queued = _enqueue(conn)
        (job,) = _claim(conn, agent_id, _at(1))
        with pytest.raises(Conflict, match="wait for it"):
            api.reprint(conn, queued.id, "smudged", 7, _at(2))
        api.report(conn, agent_id, job.id, _report(ReportState.SENT, job), _at(2))
        with pytest.raises(Problem, match="reason"):
            api.reprint(conn, queued.id, "  ", 7, _at(3))
        second = api.reprint(conn, queued.id, "smudged", 7, _at(3))
        with pytest.raises(Conflict, match="replaces"):
            api.reprint(conn, queued.id, "again", 7, _at(4))
        (job,) = _claim(conn, agent_id, _at(5))
        api.report(conn, agent_id, job.id, _report(ReportState.CONFIRMED, job), _at(6))
        api.reprint(conn, second.id, "fell off", 7, _at(7))
        first_row, second_row = (api.read_job(conn, number, _at(8)) for number in (queued.id, second.id))
        assert first_row is not None
        assert second_row is not None
        return _states(conn), first_row, second_row

    states, first, second = await database.write(act)

    assert {"label:1": "sent", "label:1#2": "confirmed", "label:1#3": "queued"} == states
    assert (second.id, first.id, "smudged") == (first.voided_by, second.reprint_of, second.reprint_reason)


async def test_cancelled_before_the_first_byte(database: Database) -> None:
    """A lent job can be cancelled until it is being sent: the agent's question is then answered no."""

    def act(conn: sa.Connection) -> dict[str, str]:
        agent_id = _set_up(conn)
        first, second = _enqueue(conn, "a"), _enqueue(conn, "b")
        lent = {job.id: job for job in _claim(conn, agent_id, _at(1))}
        api.cancel(conn, first.id, 7, _at(2))
        with pytest.raises(Conflict):
            api.report(conn, agent_id, first.id, _report(ReportState.SENDING, lent[first.id]), _at(3))
        api.report(conn, agent_id, second.id, _report(ReportState.SENDING, lent[second.id]), _at(3))
        with pytest.raises(Conflict, match="in the printer"):
            api.cancel(conn, second.id, 7, _at(4))
        return _states(conn)

    assert {"a": "cancelled", "b": "sending"} == await database.write(act)


async def test_labels_of_friday_do_not_come_out_on_monday(database: Database) -> None:
    """Past its time a job expires instead of being lent, also when it was lent and came back."""

    def act(conn: sa.Connection) -> tuple[list[PrintJob], dict[str, str]]:
        agent_id = _set_up(conn)
        _enqueue(conn, "queued", expires_at=_at(100))
        return _claim(conn, agent_id, _at(100)), _states(conn)

    lent, states = await database.write(act)

    assert [] == lent
    assert {"queued": "expired"} == states


async def test_given_back_jobs_wait_a_little(database: Database) -> None:
    """Given back unsent: lent again after the pause, not at once; `has_work` knows the difference."""

    def act(conn: sa.Connection) -> list[tuple[bool, int]]:
        agent_id = _set_up(conn)
        _enqueue(conn)
        (job,) = _claim(conn, agent_id, _at(1))
        api.report(conn, agent_id, job.id, _report(ReportState.FAILED, job, retry=True), _at(2))
        seen = []
        for seconds in (3, 5):
            work = has_work(conn, agent_id, ["L1"], _at(seconds))
            seen.append((work, len(_claim(conn, agent_id, _at(seconds)))))
        return seen

    assert [(False, 0), (True, 1)] == await database.write(act)


async def test_another_agent_cannot_report(database: Database) -> None:
    """A job belongs to the agent it was lent to."""

    def act(conn: sa.Connection) -> None:
        agent_id = _set_up(conn)
        _enqueue(conn)
        (job,) = _claim(conn, agent_id, _at(1))
        with pytest.raises(NotFound):
            api.report(conn, agent_id + 1, job.id, _report(ReportState.SENT, job), _at(2))

    await database.write(act)


async def test_without_a_route_it_is_said(database: Database) -> None:
    """A paper without a printer is a sentence that tells where to set one."""

    def act(conn: sa.Connection) -> None:
        with pytest.raises(Conflict, match="Printers"):
            _enqueue(conn)

    await database.write(act)


async def test_tokens(database: Database) -> None:
    """A new token ends the old one; a revoked agent is nobody."""

    def act(conn: sa.Connection) -> list[bool]:
        first = api.create_agent(conn, "bench", NOON)
        second = api.create_agent(conn, "bench", NOON)
        known = [api.authenticate_agent(conn, secret) is not None for secret in (first, second, "")]
        api.revoke_agent(conn, "bench", NOON)
        return [*known, api.authenticate_agent(conn, second) is not None]

    assert [False, True, False, False] == await database.write(act)


async def test_the_list_is_paged_and_filtered(database: Database) -> None:
    """Newest first with a cursor; `open`, `trouble` and the subject narrow it; an unknown state finds nothing."""

    def act(conn: sa.Connection) -> tuple[list[list[str]], list[int]]:
        agent_id = _set_up(conn)
        for number in range(5):
            _enqueue(conn, f"label:{number}", title=str(number), about=f"order:{number % 2}")
        (job, *_rest) = _claim(conn, agent_id, _at(1))
        api.report(conn, agent_id, job.id, _report(ReportState.FAILED, job), _at(2))
        pages, cursor = [], None
        while True:
            page = api.read_jobs(conn, _at(3), cursor=cursor, limit=2)
            pages.append([row.title for row in page.rows])
            cursor = page.next
            if cursor is None:
                break
        counts = [
            len(api.read_jobs(conn, _at(3), **filters).rows)  # type: ignore[arg-type]
            for filters in ({"state": "open"}, {"state": "trouble"}, {"about": "order:1"}, {"state": "nonsense"},
                            {"printer_code": "A4"}, {"station": "P1"})
        ]  # fmt: skip
        return pages, counts

    pages, counts = await database.write(act)

    assert [["4", "3"], ["2", "1"], ["0"]] == pages
    assert [4, 1, 2, 0, 0, 5] == counts


async def test_a_silent_agent_means_disconnected(database: Database) -> None:
    """Nobody believes a state that is a minute old."""

    def act(conn: sa.Connection) -> list[tuple[str, str]]:
        _set_up(conn)
        return [
            (row.code, row.state.value) for seconds in (30, 61) for row in api.read_printers(conn, _at(seconds))
        ]  # fmt: skip

    assert [
        ("A4", "connected"), ("L1", "connected"), ("L2", "connected"),
        ("A4", "disconnected"), ("L1", "disconnected"), ("L2", "disconnected"),
    ] == await database.write(act)  # fmt: skip


async def test_the_configuration_has_a_version(database: Database) -> None:
    """A change of a printer changes the version; what the agent found out itself does not."""

    def act(conn: sa.Connection) -> list[str]:
        agent_id = _set_up(conn)
        versions = [views.read_agent_config(conn, agent_id).version]
        api.claim(conn, agent_id, [PrinterReport("L1", PrinterState.CONNECTED, answers_status=True)], _at(1))
        learned = views.read_agent_config(conn, agent_id)
        assert learned.printers[1].answers_status
        api.save_printer(conn, "L1", "bench", name="Labels 1", address="10.0.0.9")
        return [*versions, learned.version, views.read_agent_config(conn, agent_id).version]

    before, learned, changed = await database.write(act)

    assert before == learned
    assert before != changed


async def test_trials_print_on_the_named_printer(database: Database) -> None:
    """A trial goes to the printer itself, ready or not, as ZPL or PDF by its driver, and again each time."""

    def act(conn: sa.Connection) -> list[tuple[str, str]]:
        _set_up(conn)
        ids = [api.print_trial(conn, code, 7, NOON).id for code in ("L2", "A4", "L2")]
        rows = [api.read_job(conn, number, NOON) for number in ids]
        return [(row.printer, row.format) for row in rows if row is not None]

    assert [("L2", "zpl"), ("A4", "pdf"), ("L2", "zpl")] == await database.write(act)


async def test_old_papers_are_forgotten(database: Database) -> None:
    """After a month the bytes go, for they name people; the job stays, and the same paper may be queued anew."""

    def act(conn: sa.Connection) -> tuple[int, int]:
        agent_id = _set_up(conn)
        old = _enqueue(conn, "old", content=b"old")
        _enqueue(conn, "shared", content=b"shared")
        month = NOON + timedelta(days=31)
        _enqueue(conn, "again", content=b"shared", now=month)
        _claim(conn, agent_id, month)
        count, again = api.forget_papers(conn, month), api.forget_papers(conn, month)
        with pytest.raises(Conflict, match="draw it anew"):
            api.reprint(conn, old.id, "smudged", 7, month)
        _enqueue(conn, "new", content=b"old", now=month)
        return count, again

    def kept(conn: sa.Connection) -> list[bytes]:
        return sorted(conn.execute(sa.select(print_content.c.content)).scalars())

    assert (1, 0) == await database.write(act)
    assert [b"old", b"shared"] == await database.read(kept)


async def test_waiting_papers_are_never_forgotten(database: Database) -> None:
    """A paper that still waits keeps its bytes however old it is."""

    def act(conn: sa.Connection) -> int:
        _set_up(conn)
        _enqueue(conn, expires_at=NOON + timedelta(days=90))
        return api.forget_papers(conn, NOON + timedelta(days=60))

    assert 0 == await database.write(act)


async def test_agents_are_listed(database: Database) -> None:
    """The office sees who prints, when it was heard, and who was shut out."""

    def act(conn: sa.Connection) -> list[tuple[str, int, bool]]:
        _set_up(conn)
        api.revoke_agent(conn, "office", _at(1))
        return [(row.name, row.printers, row.revoked_at is not None) for row in views.read_agents(conn)]

    assert [("bench", 2, False), ("office", 1, True)] == await database.write(act)
