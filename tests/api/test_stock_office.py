"""The office's side of counting, of the time machine, of recalls and of returns, over HTTP."""

import io
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from sqlalchemy.engine import Connection

from backend.app.recall import ROUTES as RECALL_ROUTES
from backend.inbound.routes.returns import ROUTES as RETURN_ROUTES
from backend.inbound.store.returns import open_case
from backend.platform.database import run_once
from backend.stock import api as stock
from backend.stock.tables import count_line, count_task
from tests.api.orders_client import open_client
from tests.builders import NOW, create_location, create_order, create_product, stock_up
from tests.store.picking_floor import add_person


def build(conn: Connection) -> None:
    """Ten pieces of TEA-1, lot L1, at A-01-1; twenty in the store behind it; a return that is open."""
    product_id = create_product(conn, sku="TEA-1", name="Čaj", keys={"gtin:09520000000011": 1})
    stock_up(conn, product_id, create_location(conn, code="A-01-1", zone="A"), 10, lot="L1")
    stock_up(conn, product_id, create_location(conn, code="S-01-1", kind="storage", zone="S"), 20)
    stock.know_lots(conn, [(product_id, "L1", None)], NOW)
    open_case(conn, create_order(conn, {product_id: 1}), add_person(conn, "Jana"), None, NOW)


@pytest.fixture
def client(sqlite_url: str) -> Iterator[TestClient[Litestar]]:
    run_once(sqlite_url, build)
    with open_client(sqlite_url, *RECALL_ROUTES, *RETURN_ROUTES) as opened:
        yield opened


def test_the_office_makes_a_list_and_closes_it(client: TestClient[Litestar], sqlite_url: str) -> None:
    """A stocktake of a zone; one piece more than the book, its cause, its value; the ledger stays right."""
    product_id = client.get("/api/products?q=TEA-1").json()[0]["id"]
    assert 200 == client.post(f"/api/products/{product_id}/value", json={"value_minor": 250}).status_code
    made = client.post("/api/count-lists", json={"zone": "A", "at_close": True}).json()
    assert 1 == made["places"]

    def counted(conn: Connection) -> None:
        task = conn.execute(sa.select(count_task.c.id).where(count_task.c.list_id == made["id"])).scalar_one()
        row = {"count_task_id": task, "product_id": product_id, "lot": "L1", "counted": 11, "expected": 10, "moved": 1}
        more = {"value_minor": 250, "outcome": "booked", "cause": ""}
        conn.execute(sa.insert(count_line).values(**row, **more))
        conn.execute(sa.update(count_task).values(counted_at=NOW, counted_by=1))

    run_once(sqlite_url, counted)
    closed = client.post(f"/api/count-lists/{made['id']}/close", json={}).json()
    assert {"places": 1, "lines": 1, "differences": 1, "value_minor": 250} == closed
    assert 409 == client.post(f"/api/count-lists/{made['id']}/close", json={}).status_code

    (row,) = client.get("/api/count-differences").json()
    assert ("A-01-1", 10, 11, 1, 250) == tuple(
        row[name] for name in ("location", "expected", "counted", "moved", "value_minor")
    )
    assert "theft" in client.get("/api/count-causes").json()
    assert 200 == client.post(f"/api/count-lines/{row['id']}/cause", json={"cause": "return"}).status_code
    assert 422 == client.post(f"/api/count-lines/{row['id']}/cause", json={"cause": "weather"}).status_code
    assert "return" == client.get("/api/count-differences").json()[0]["cause"]
    (head,) = client.get("/api/count-lists").json()
    assert ("closed", 250) == (head["state"], head["value_minor"])
    assert [] == client.get("/api/ledger/verification").json()["differences"]


def test_nothing_to_count_is_said(client: TestClient[Litestar]) -> None:
    answer = client.post("/api/count-lists", json={"keys": ["loc:NOWHERE"]})
    assert (409, "NOTHING_TO_COUNT") == (answer.status_code, answer.json()["code"])


def test_the_time_machine_answers_as_page_and_as_file(client: TestClient[Litestar]) -> None:
    """Before the receipt nothing lay there, now it does; a time without sense is refused in words."""
    before = client.get("/api/stock-history", params={"at": "2020-01-01T00:00:00Z", "product": "TEA-1"}).json()
    now = client.get("/api/stock-history", params={"product": "TEA-1", "location": "A-01-1", "lot": "L1"}).json()
    file = client.get("/api/stock-history.csv", params={"product": "TEA-1", "moves": "true"})

    assert ([], []) == (before["stock"], before["moves"])
    assert [("A-01-1", 10)] == [(row["location"], row["on_hand"]) for row in now["stock"]]
    assert ["receipt"] == [row["reason"] for row in now["moves"]]
    assert 3 == len(file.text.strip().splitlines())
    assert "attachment" in file.headers["content-disposition"]
    assert 422 == client.get("/api/stock-history", params={"at": "yesterday"}).status_code
    assert 404 == client.get("/api/stock-history", params={"product": "NONE"}).status_code
    assert 403 == client.get("/api/stock-history", headers={"x-role": "worker"}).status_code


def test_a_lot_is_blocked_from_its_recall(client: TestClient[Litestar]) -> None:
    """Where it lies stands on the page and in the file; blocked, its stock is promised to nobody."""
    found = client.get("/api/recall", params={"product": "TEA-1", "lot": "L1"}).json()
    assert (False, [("A-01-1", 10)]) == (
        found["blocked"], [(row["location"], row["on_hand"]) for row in found["places"]]
    )  # fmt: skip
    body = {"product": "TEA-1", "lot": "L1", "blocked": True, "reason": "glass"}
    assert client.post("/api/recall", json=body).json()["blocked"]
    lines = client.get("/api/recall.csv", params={"product": "TEA-1", "lot": "L1"}).text.splitlines()
    assert lines[1].startswith("place;A-01-1;pick_face;")
    assert 403 == client.post("/api/recall", json=body, headers={"x-role": "worker"}).status_code


def test_a_pick_face_is_called_for(client: TestClient[Litestar]) -> None:
    """A rule, a call, one task; a second call finds it under way."""
    product_id = client.get("/api/products?q=TEA-1").json()[0]["id"]
    rule = {"product_id": product_id, "location": "A-01-1", "minimum": 2, "fill_to": 15}
    assert 200 == client.post("/api/replenish-rules", json=rule).status_code
    worker = {"x-role": "worker"}
    assert {"tasks": 1} == client.post("/api/replenish-calls", json={"location": "A-01-1"}, headers=worker).json()
    assert {"tasks": 0} == client.post("/api/replenish-calls", json={"location": "A-01-1"}, headers=worker).json()
    (task,) = client.get("/api/replenish-tasks").json()
    assert ("S-01-1", "A-01-1", 5, "called") == tuple(task[name] for name in ("source", "target", "quantity", "reason"))
    assert 404 == client.post("/api/replenish-calls", json={"location": "X"}, headers=worker).status_code


def test_a_photo_proves_the_condition(client: TestClient[Litestar]) -> None:
    """A worker keeps it, the office sees it; what is no picture is refused."""
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "JPEG")
    worker = {"x-role": "worker"}
    (head,) = client.get("/api/returns").json()
    assert [head] == client.get("/api/returns", params={"order": head["order"]}).json()
    assert "ORDER_UNKNOWN" == client.get("/api/returns", params={"order": "nobody's"}).json()["code"]
    path = f"/api/returns/{head['id']}/photos"

    kept = client.post(path, content=drawn.getvalue(), headers=worker).json()

    assert [kept["id"]] == client.get("/api/returns").json()[0]["photos"]
    shown = client.get(f"{path}/{kept['id']}")
    assert ((8, 8), "image/jpeg") == (Image.open(io.BytesIO(shown.content)).size, shown.headers["content-type"])
    assert 422 == client.post(path, content=b"<svg/>", headers=worker).status_code
    assert 404 == client.post("/api/returns/999/photos", content=drawn.getvalue(), headers=worker).status_code
