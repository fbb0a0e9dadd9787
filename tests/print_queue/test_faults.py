"""Labels through one fault after another: each comes out once, in order. `./dev bench --only printing` is the long form."""

import random
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.platform.database import run_once
from backend.print_queue import api
from bench.printing import LABEL, tray
from tests.print_queue.test_agent_and_server import Hall

COUNT = 12
FAULTS = ("no_media", "hang", "cut")


@pytest.fixture
def hall(tmp_path: Path, sqlite_url: str) -> Iterator[Hall]:
    opened = Hall(tmp_path, sqlite_url)
    yield opened
    opened.close()


def _queue(url: str, count: int) -> None:
    def work(conn: sa.Connection) -> None:
        api.save_route(conn, "*", "label", "L1")
        for number in range(count):
            code = f"J{number:06d}"
            api.enqueue(
                conn, key=code, station="S1", paper_kind="label", title=code, about="order:1", format="zpl",
                content=LABEL.format(code=code).encode(), now=datetime.now(UTC), demands=[api.Demand("code128", code)],
            )  # fmt: skip

    run_once(url, work)


def test_every_label_once_and_in_order(hall: Hall, sqlite_url: str) -> None:
    """A fault of each kind while a dozen labels are printed; a person answers by what lies in the tray."""
    chance, pause, again = random.Random(5), threading.Event(), set[str]()
    _queue(sqlite_url, COUNT)
    until = time.monotonic() + 180
    for fault in FAULTS:
        before = len(hall.virtual.jobs)
        hall.until(lambda before=before: len(hall.virtual.jobs) >= before + 2)
        hall.virtual.set_trouble(state=fault, cut_after_bytes=chance.randint(1, 90))
        pause.wait(0.3)
        hall.virtual.set_trouble(state="ok")
    while time.monotonic() < until:
        for job in hall.office.get("/api/print-jobs", params={"state": "unknown"}).json()["rows"]:
            printed = job["title"] in tray(hall.virtual)
            again |= set() if printed else {job["title"]}
            hall.office.post(f"/api/print-jobs/{job['id']}/answer", json={"printed": printed}).raise_for_status()
        if len(tray(hall.virtual)) >= COUNT and not hall.office.get("/api/print-jobs?state=open").json()["rows"]:
            break
        pause.wait(0.1)

    out = tray(hall.virtual)
    assert [f"J{number:06d}" for number in range(COUNT)] == sorted(out)
    assert [code for code in out if code not in again] == sorted(set(out) - again)
