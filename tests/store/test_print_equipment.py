"""Agents, printers, routes, lists and old papers on both engines."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.print_queue import api, views
from backend.print_queue.store import scales
from backend.print_queue.tables import print_content, print_route
from printing.protocol import PrinterReport, PrinterState, ReportState, ScaleReport
from tests.print_queue.books import NOON, at, claim, enqueue, report, set_up


async def test_without_a_route_it_is_said(database: Database) -> None:
    """A paper without a printer is a sentence that tells where to set one."""

    def act(conn: sa.Connection) -> None:
        with pytest.raises(Conflict, match="Printers"):
            enqueue(conn)

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
        agent_id = set_up(conn)
        for number in range(5):
            enqueue(conn, f"label:{number}", title=str(number), about=f"order:{number % 2}")
        (job, *_rest) = claim(conn, agent_id, at(1))
        api.report(conn, agent_id, job.id, report(ReportState.FAILED, job), at(2))
        pages, cursor = [], None
        while True:
            page = api.read_jobs(conn, at(3), cursor=cursor, limit=2)
            pages.append([row.title for row in page.rows])
            cursor = page.next
            if cursor is None:
                break
        counts = [
            len(api.read_jobs(conn, at(3), **filters).rows)
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
        set_up(conn)
        return [
            (row.code, row.state.value) for seconds in (30, 61) for row in api.read_printers(conn, at(seconds))
        ]  # fmt: skip

    assert [
        ("A4", "connected"), ("L1", "connected"), ("L2", "connected"),
        ("A4", "disconnected"), ("L1", "disconnected"), ("L2", "disconnected"),
    ] == await database.write(act)  # fmt: skip


async def test_the_configuration_has_a_version(database: Database) -> None:
    """A change of a printer changes the version; what the agent found out itself does not."""

    def act(conn: sa.Connection) -> list[str]:
        agent_id = set_up(conn)
        versions = [views.read_agent_config(conn, agent_id).version]
        api.claim(conn, agent_id, [PrinterReport("L1", PrinterState.CONNECTED, answers_status=True)], at(1))
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
        set_up(conn)
        ids = [api.print_trial(conn, code, 7, NOON).id for code in ("L2", "A4", "L2")]
        rows = [api.read_job(conn, number, NOON) for number in ids]
        return [(row.printer, row.format) for row in rows if row is not None]

    assert [("L2", "zpl"), ("A4", "pdf"), ("L2", "zpl")] == await database.write(act)


async def test_old_papers_are_forgotten(database: Database) -> None:
    """After a month the bytes go, for they name people; the job stays, and the same paper may be queued anew."""

    def act(conn: sa.Connection) -> tuple[int, int]:
        agent_id = set_up(conn)
        old = enqueue(conn, "old", content=b"old")
        enqueue(conn, "shared", content=b"shared")
        month = NOON + timedelta(days=31)
        enqueue(conn, "again", content=b"shared", now=month)
        claim(conn, agent_id, month)
        count, again = api.forget_papers(conn, month), api.forget_papers(conn, month)
        with pytest.raises(Conflict, match="draw it anew"):
            api.reprint(conn, old.id, "smudged", 7, month)
        enqueue(conn, "new", content=b"old", now=month)
        return count, again

    def kept(conn: sa.Connection) -> list[bytes]:
        return sorted(conn.execute(sa.select(print_content.c.content)).scalars())

    assert (1, 0) == await database.write(act)
    assert [b"old", b"shared"] == await database.read(kept)


async def test_waiting_papers_are_never_forgotten(database: Database) -> None:
    """A paper that still waits keeps its bytes however old it is."""

    def act(conn: sa.Connection) -> int:
        set_up(conn)
        enqueue(conn, expires_at=NOON + timedelta(days=90))
        return api.forget_papers(conn, NOON + timedelta(days=60))

    assert 0 == await database.write(act)


async def test_agents_are_listed(database: Database) -> None:
    """The office sees who prints, when it was heard, and who was shut out."""

    def act(conn: sa.Connection) -> list[tuple[str, int, bool]]:
        set_up(conn)
        api.revoke_agent(conn, "office", at(1))
        return [(row.name, row.printers, row.revoked_at is not None) for row in views.read_agents(conn)]

    assert [("bench", 2, False), ("office", 1, True)] == await database.write(act)


async def test_a_kind_of_labels_has_a_printer_and_a_life_of_its_own(database: Database) -> None:
    """Goods labels go the way of labels until somebody says otherwise; the route says how long they may wait."""

    def act(conn: sa.Connection) -> tuple[list[str], list[timedelta], list[str]]:
        set_up(conn)
        enqueue(conn, "before", paper_kind="goods_label", title="before")
        api.save_route(conn, "*", "goods_label", "L2", lifetime_h=3)
        enqueue(conn, "after", paper_kind="goods_label", title="after")
        enqueue(conn, "badge", paper_kind="place_label", title="badge")
        rows = {row.title: row for row in api.read_jobs(conn, NOON).rows}
        found = [rows[title] for title in ("before", "after", "badge")]
        forms = [api.label_form(conn, "P1", kind).format for kind in ("label", "paper")]
        return [row.printer for row in found], [row.expires_at - NOON for row in found], forms

    printers, lives, forms = await database.write(act)

    assert ["L1", "L2", "L1"] == printers
    assert [timedelta(hours=12), timedelta(hours=3), timedelta(hours=48)] == lives
    assert ["zpl", "pdf"] == forms


async def test_a_bench_scale_is_set_up_and_heard(database: Database) -> None:
    """Its agent finds it in a new version of the configuration, says how it is, and nobody else may speak for it."""

    def act(conn: sa.Connection) -> tuple[list[str], list[tuple[str, str]], int]:
        agent_id = set_up(conn)
        before = views.read_agent_config(conn, agent_id)
        api.save_scale(conn, "S1", "bench", "sics", "/dev/ttyUSB0@9600")
        api.save_scale(conn, "S2", "office", "hid", "/dev/hidraw0")
        after = views.read_agent_config(conn, agent_id)
        said = [ScaleReport("S1", "trouble", "too heavy"), ScaleReport("S2", "connected")]
        api.claim(conn, agent_id, [], at(1), scales=said)
        states = [(row.state, row.state_detail) for row in views.read_scales(conn, at(2))]
        silent = [row.state for row in views.read_scales(conn, at(120))]
        scales.drop_scale(conn, "S1")
        left = len(views.read_scales(conn, at(3)))
        return [before.version, after.version, after.scales[0].address, *silent], states, left

    (before, after, address, *silent), states, left = await database.write(act)

    assert before != after
    assert "/dev/ttyUSB0@9600" == address
    assert [("trouble", "too heavy"), ("disconnected", "")] == states
    assert (["disconnected", "disconnected"], 1) == (silent, left)


async def test_the_bench_sees_its_printers_and_what_to_look_for(database: Database) -> None:
    """Printers of its routes with their papers, in trouble or not; papers of unknown outcome of this bench only."""

    def act(conn: sa.Connection) -> tuple[list[tuple[str, tuple[str, ...], str]], list[str], list[str], int]:
        agent_id = set_up(conn)
        api.save_route(conn, "P1", "goods_label", "L2")
        for key, station in (("here", "P1"), ("there", "P2")):
            enqueue(conn, key, title=key, station=station)
        for job in claim(conn, agent_id, at(1)):
            api.report(conn, agent_id, job.id, report(ReportState.SENDING, job), at(2))
            api.report(conn, agent_id, job.id, report(ReportState.UNKNOWN, job), at(3))
        claim(conn, agent_id, at(4), PrinterState.JAM)
        bench = views.read_bench(conn, "P1", at(5))
        printers = [(one.code, one.kinds, one.state.value) for one in bench.printers]
        asked = [one.title for one in bench.asks]
        api.answer_unknown(conn, bench.asks[0].id, True, None, at(6))
        after = [one.title for one in views.read_bench(conn, "P1", at(7)).asks]
        conn.execute(sa.delete(print_route))
        return printers, asked, after, len(views.read_bench(conn, "P1", at(8)).printers)

    printers, asked, after, without = await database.write(act)

    assert [
        ("A4", ("paper",), "jam"), ("L1", ("label", "place_label"), "jam"), ("L2", ("goods_label",), "connected"),
    ] == printers  # fmt: skip
    assert (["here"], [], 0) == (asked, after, without)
