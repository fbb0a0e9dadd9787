"""Papers over HTTP: what a worker may look at, and what is the office's alone."""

import pytest
from sqlalchemy.engine import Connection

from backend.platform.database import run_once
from backend.print_queue import api as printing
from backend.print_queue.routes import ROUTES
from tests.api.orders_client import open_client
from tests.builders import NOW


def build(conn: Connection) -> None:
    """A printer with a shelf's label and somebody's badge, taken back so that they may be printed again: jobs 1 and 2."""
    printing.create_agent(conn, "hall", NOW)
    printing.save_printer(conn, "L1", "hall", name="L1", driver="zpl", transport="folder", address="l1", dpi=203)
    printing.save_route(conn, "*", "label", "L1")
    for about in ("location:7", "person:3"):
        printing.enqueue(
            conn, key=about, station="*", paper_kind="label", title=about, about=about, content=b"^XA" + about.encode() + b"^XZ",
            format="zpl", now=NOW,
        )  # fmt: skip
    for job in (1, 2):
        printing.cancel(conn, job, None, NOW)


@pytest.mark.parametrize(
    ("role", "job", "seen"), [("worker", 1, 200), ("worker", 2, 403), ("lead", 2, 403), ("office", 2, 200)]
)
def test_a_badge_is_seen_and_printed_again_by_the_office_alone(sqlite_url: str, role: str, job: int, seen: int) -> None:
    """Its paper holds the key: a worker who could look at it, or print it anew, would have the badge of another person."""
    run_once(sqlite_url, build)
    with open_client(sqlite_url, *ROUTES) as client:
        client.headers["x-role"] = role
        answers = [
            client.get(f"/api/print-jobs/{job}/content"),
            client.post(f"/api/print-jobs/{job}/reprint", json={"reason": "smudged"}),
        ]
    assert [seen, seen] == [each.status_code for each in answers]
