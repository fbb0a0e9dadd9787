"""The whole way over real sockets: office -> server -> agent -> printer, and every trouble back to a person."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from litestar import Litestar, Request
from litestar.di import Provide

from backend.app.access import Access
from backend.app.problems import HANDLERS
from backend.identity.api import Caller, caller_of
from backend.identity.store import give_api_token
from backend.platform.database import Database, run_once
from backend.print_queue import api
from backend.print_queue.routes import ROUTES, claim_jobs
from backend.print_queue.views import read_agent_config
from printing.agent import Agent
from printing.lane import Timing
from printing.protocol import ClaimRequest, JobReport, JobReportReply, PrinterReport, PrinterState
from printing.server_line import ServerLine, TokenRefused
from printing.spool import Spool
from printing.virtual_printer import VirtualPrinter

FAST = Timing(answer_s=0.2, look_ready_s=0.3, look_trouble_s=0.1, connect_s=60.0, send_s=60.0, close_s=60.0)
"""Looks often. An answer that is late on a busy machine is asked for again; a line that is late would be a fault."""


def _application(database_url: str) -> Litestar:
    """The print queue's doors with the real access layer and the real errors, and nothing else."""
    database = Database(database_url)

    async def give_database() -> Database:
        return database

    async def give_caller(request: Request) -> Caller:
        return caller_of(request)

    async def open_ears(app: Litestar) -> None:
        await database.listen()

    async def close(app: Litestar) -> None:
        await database.close()

    return Litestar(
        route_handlers=ROUTES,
        dependencies={"database": Provide(give_database), "caller": Provide(give_caller)},
        middleware=[Access(database)],
        exception_handlers=HANDLERS,
        on_startup=[open_ears],
        on_shutdown=[close],
    )


class Hall:
    """A server on a real port, a virtual printer, an agent between them, and the office's client."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.virtual = VirtualPrinter(folder / "labels").start()
        tokens = run_once(database_url, self._set_up)
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.web = uvicorn.Server(uvicorn.Config(_application(database_url), log_level="error", lifespan="on"))
        self.web_thread = threading.Thread(target=self.web.run, kwargs={"sockets": [listener]})
        self.web_thread.start()
        self.office = httpx.Client(
            base_url=self.url, timeout=60, headers={"Authorization": f"Bearer {tokens['office']}"}
        )
        self.agent_line = ServerLine(self.url, tokens["agent"])
        self.spool = Spool(folder / "spool")
        self.agent = Agent("bench", self.agent_line, self.spool, folder / "printed", FAST, wait_s=1)
        self.agent_thread = threading.Thread(target=self.agent.run)
        self.agent_thread.start()
        self.until(lambda: self.printer()["state"] == "connected")

    def _set_up(self, conn: Any) -> dict[str, str]:
        now = datetime.now(UTC)
        agent = api.create_agent(conn, "bench", now)
        address = f"127.0.0.1:{self.virtual.port}"
        api.save_printer(conn, "L1", "bench", name="Labels", driver="zpl", transport="tcp", address=address)
        api.save_printer(conn, "OUT", "bench", name="Folder", driver="folder", transport="folder", address="out")
        return {"agent": agent, "office": give_api_token(conn, "office", now)}

    def until(self, true: Callable[[], bool], timeout_s: float = 120.0) -> None:
        pause, until = threading.Event(), time.monotonic() + timeout_s
        while not true():
            assert time.monotonic() < until, "it did not come to that in time"
            pause.wait(0.03)

    def printer(self) -> dict[str, Any]:
        return next(one for one in self.office.get("/api/printers").json() if one["code"] == "L1")

    def print_trial(self) -> int:
        reply = self.office.post("/api/printers/L1/test")
        assert 200 == reply.status_code, reply.text
        return int(reply.json()["job"]["id"])

    def job(self, number: int) -> dict[str, Any]:
        return dict(self.office.get(f"/api/print-jobs/{number}").json()["job"])

    def close(self) -> None:
        self.virtual.set_trouble(state="ok")
        self.agent.stop()
        self.web.should_exit = True
        self.agent_thread.join(120)
        self.web_thread.join(120)
        self.office.close()
        self.agent_line.__exit__()
        self.spool.close()
        self.virtual.close()


@pytest.fixture
def hall(tmp_path: Path, database_url: str) -> Iterator[Hall]:
    opened = Hall(tmp_path, database_url)
    yield opened
    opened.close()


def test_from_the_office_to_the_paper_and_back(hall: Hall) -> None:
    """Printed and confirmed; out of labels, waiting and printed after; cut, unknown, answered, printed anew."""
    first = hall.print_trial()
    hall.virtual.wait_for(1, 60)
    hall.until(lambda: hall.job(first)["state"] == "confirmed")

    hall.virtual.set_trouble(state="no_media")
    hall.until(lambda: hall.printer()["state"] == "blocked")
    second = hall.print_trial()
    waits_for = hall.job(second)["waits_for"]
    hall.virtual.set_trouble(state="ok")
    hall.virtual.wait_for(2, 60)
    hall.until(lambda: hall.job(second)["state"] == "confirmed")

    hall.virtual.set_trouble(state="cut", cut_after_bytes=30)
    third = hall.print_trial()
    hall.until(lambda: hall.job(third)["state"] == "unknown")
    hall.virtual.set_trouble(state="ok")
    reply = hall.office.post(f"/api/print-jobs/{third}/answer", json={"printed": False})
    assert 200 == reply.status_code, reply.text
    answer = reply.json()
    fourth = answer["new_job"]["id"]
    hall.until(lambda: hall.job(fourth)["state"] == "confirmed")

    whole = [one.codes for one in hall.virtual.wait_for(4, 60) if one.complete]
    assert "blocked" == waits_for
    assert [[{"symbology": "code128", "text": "TEST-L1"}]] * 3 == whole
    assert (fourth, "failed") == (answer["job"]["voided_by"], answer["job"]["state"])


def test_two_agents_at_one_printer_never_both_print(tmp_path: Path, sqlite_url: str) -> None:
    """The same token on two computers by mistake: they take each other's leases, yet every label comes out once."""
    hall = Hall(tmp_path, sqlite_url)
    second_line = ServerLine(hall.url, str(hall.agent_line._client.headers["Authorization"]).removeprefix("Bearer "))
    second = Agent("twin", second_line, Spool(tmp_path / "spool-2"), tmp_path / "printed-2", FAST, wait_s=1)
    thread = threading.Thread(target=second.run)
    try:
        thread.start()
        numbers = [hall.print_trial() for _ in range(6)]
        hall.until(lambda: len(hall.virtual.jobs) >= 2)
        second.stop()
        thread.join(120)
        hall.until(lambda: {hall.job(number)["state"] for number in numbers} <= {"sent", "confirmed"})
        hall.virtual.wait_for(6, 60)  # the last one lies in the memory for a moment
        printed = len(hall.virtual.wait_for(7, 0.5))
    finally:
        second.stop()
        thread.join(120)
        second.spool.close()
        second_line.__exit__()
        hall.close()

    assert 6 == printed


def test_a_stopped_agent_gives_back_what_it_has_not_begun(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """One label is being sent, two wait behind it; after a stop these are in the queue at once, not when a lease ends."""
    report, may_send = hall.agent_line.report, threading.Event()

    def slowly(job_id: int, news: JobReport) -> JobReportReply:
        assert may_send.wait(120)
        return report(job_id, news)

    monkeypatch.setattr(hall.agent_line, "report", slowly)
    numbers = [hall.print_trial() for _ in range(3)]
    hall.until(lambda: {"leased"} == {hall.job(number)["state"] for number in numbers})
    lane = hall.agent.lanes["L1"]
    hall.agent.stop()
    hall.until(lambda: lane._stopping)
    may_send.set()
    hall.agent_thread.join(120)

    assert ["sent", "queued", "queued"] == [hall.job(number)["state"] for number in numbers]
    hall.virtual.wait_for(1, 60)
    assert 1 == len(hall.virtual.wait_for(2, 0.5))


def test_doors_and_their_locks(hall: Hall) -> None:
    """An agent's token opens the agent's doors only; the office's does not open those; nobody's opens none."""
    agent = httpx.Client(base_url=hall.url, headers=hall.agent_line._client.headers)
    nobody = httpx.Client(base_url=hall.url)
    claim = {"agent": "x", "printers": []}

    statuses = [
        agent.get("/api/agent/config").status_code,
        agent.get("/api/print-jobs").status_code,
        agent.post("/api/printers/L1/test").status_code,
        hall.office.post("/api/agent/claim", json=claim).status_code,
        nobody.post("/api/agent/claim", json=claim).status_code,
        nobody.get("/api/printers").status_code,
        hall.office.get("/api/printers").status_code,
    ]
    agent.close()
    nobody.close()

    assert [200, 403, 403, 403, 401, 401, 200] == statuses
    with ServerLine(hall.url, "wrong") as line, pytest.raises(TokenRefused, match="new agent token"):
        line.config()


def test_the_office_sets_up_a_printer(hall: Hall) -> None:
    """Agent, printer and route over HTTP; a new printer works without a restart of the agent; nonsense is refused."""
    printer = {"name": "Folder 2", "agent": "bench", "driver": "folder", "transport": "folder", "address": "two"}
    saved = hall.office.put("/api/printers/F2", json=printer)
    routed = hall.office.put("/api/print-routes/P1/label", json={"printer": "F2"})
    wrong = [
        hall.office.put("/api/printers/F3", json=printer | {"agent": "nobody"}).status_code,
        hall.office.put("/api/printers/F3", json=printer | {"driver": "../etc"}).status_code,
        hall.office.put("/api/print-routes/P1/carpet", json={"printer": "F2"}).status_code,
        hall.office.post("/api/printers/F9/test").status_code,
        hall.office.post("/api/print-jobs/999/cancel").status_code,
    ]
    job = hall.office.post("/api/printers/F2/test").json()["job"]["id"]
    hall.until(lambda: hall.job(job)["state"] == "sent")
    content = hall.office.get(f"/api/print-jobs/{job}/content")

    assert (200, 200) == (saved.status_code, routed.status_code)
    assert [404, 422, 409, 404, 404] == wrong
    (path,) = (hall.agent.folder_root / "two").iterdir()
    assert content.content == path.read_bytes()
    assert "text/plain; charset=utf-8" == content.headers["content-type"]


@pytest.mark.parametrize("news", ["job", "configuration"])
async def test_news_ends_the_wait(sqlite_url: str, news: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long poll ends as soon as a job is queued or a printer is changed, not when the poll would have ended."""
    monkeypatch.setattr("backend.print_queue.routes.WAIT_S_MAX", 3600)
    monkeypatch.setattr("backend.print_queue.routes.LOOK_S", 3600)
    database = Database(sqlite_url)
    now = datetime.now(UTC)
    agent = await database.write(lambda conn: api.authenticate_agent(conn, api.create_agent(conn, "bench", now)))
    assert agent is not None
    printer = {"name": "L", "driver": "zpl", "transport": "tcp", "address": "10.0.0.1"}
    await database.write(lambda conn: api.save_printer(conn, "L1", "bench", **printer))
    version = (await database.read(lambda conn: read_agent_config(conn, agent.id))).version
    asked = ClaimRequest("bench", 3600, (PrinterReport("L1", PrinterState.CONNECTED),), version)
    begun, wait = asyncio.Event(), database.wake.wait

    async def begin_to_wait(seen: int, longest_s: float) -> int:
        begun.set()
        return await wait(seen, longest_s)

    monkeypatch.setattr(database.wake, "wait", begin_to_wait)
    waiting = asyncio.create_task(claim_jobs.fn(data=asked, database=database, caller=Caller(agent_id=agent.id)))
    async with asyncio.timeout(60):
        await begun.wait()
    if news == "job":
        await database.write(lambda conn: api.print_trial(conn, "L1", None, datetime.now(UTC)))
    else:
        await database.write(lambda conn: api.save_printer(conn, "L1", "bench", address="10.0.0.2"))

    async with asyncio.timeout(60):
        reply = await waiting
    await database.close()

    assert (["L1"] if news == "job" else []) == [job.printer for job in reply.jobs]
    assert (news == "configuration") == (reply.config_version != version)
