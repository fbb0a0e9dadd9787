"""Goods in over HTTP: the office's file, codes that nobody knew, labels, photos, closing; and who may."""

import io
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from sqlalchemy.engine import Connection

from backend.inbound.routes import ROUTES
from backend.platform.database import run_once
from backend.print_queue import api as printing
from tests.api.orders_client import open_client
from tests.builders import NOW
from tests.inbound.dock import Dock

FILE = b"reference;supplier;sku;quantity\nPO-1;Tea House;PLAIN;24\nPO-1;;LOT;10\nPO-2;;NOBODY;1\n"
UNKNOWN = "gtin:09520009999952"


@pytest.fixture
def client(sqlite_url: str) -> Iterator[TestClient[Litestar]]:
    run_once(sqlite_url, Dock)
    with open_client(sqlite_url, *ROUTES) as opened:
        yield opened


def announced(client: TestClient[Litestar]) -> int:
    outcome = client.post("/api/receipts", content=FILE).json()
    assert (1, ["PO-2"]) == (outcome["received"], [each["reference"] for each in outcome["refused"]])
    return client.get("/api/receipts/open").json()["rows"][0]["id"]


def test_a_file_is_taken_once(client: TestClient[Litestar]) -> None:
    """The same bytes again are known; changed while nothing came they replace, line for line."""
    number = announced(client)
    assert 1 == client.post("/api/receipts", content=FILE).json()["known"]
    changed = FILE.replace(b"PLAIN;24", b"PLAIN;30")
    assert 1 == client.post("/api/receipts?merchant=M", content=changed).json()["updated"]
    seen = client.get(f"/api/receipts/{number}").json()
    assert [30, 10] == [each["expected"] for each in seen["lines"]]


@pytest.mark.parametrize(
    ("role", "call", "status"),
    [
        ("worker", ("POST", "/api/receipts"), 403), ("worker", ("GET", "/api/receipts"), 200),
        ("worker", ("POST", "/api/receipts/1/codes"), 403), ("", ("GET", "/api/receipts/open"), 401),
        ("office", ("GET", "/api/receipts/99"), 404), ("office", ("GET", "/api/inbound/photos/9"), 404),
    ],
)  # fmt: skip
def test_who_may(client: TestClient[Litestar], role: str, call: tuple[str, str], status: int) -> None:
    """Files are the office's, meanings of codes the shift leader's, the rest the dock's."""
    method, path = call
    body = {"key": UNKNOWN, "product": 1} if path.endswith("codes") else None
    assert status == client.request(method, path, headers={"x-role": role}, json=body).status_code


def test_known_goods_get_a_line_of_their_own(client: TestClient[Litestar]) -> None:
    """Goods that were not announced; twice is once."""
    number = announced(client)
    first = client.post(f"/api/receipts/{number}/lines", json={"keys": ["gtin:09520000000042"]}).json()
    again = client.post(f"/api/receipts/{number}/lines", json={"keys": ["text:SER"]}).json()
    assert (first, "SER") == (again, first["sku"])
    assert [24, 10, 0] == [each["expected"] for each in client.get(f"/api/receipts/{number}").json()["lines"]]


def test_an_unknown_code_gets_a_meaning(client: TestClient[Litestar]) -> None:
    """Nobody knows it, the shift leader says what it is, now everybody does; it cannot mean two things."""
    number = announced(client)
    asked = client.post(f"/api/receipts/{number}/lines", json={"keys": [UNKNOWN]})
    assert (404, "CODE_UNKNOWN") == (asked.status_code, asked.json()["code"])
    plain = client.post(f"/api/receipts/{number}/lines", json={"keys": ["gtin:09520000000011"]}).json()["line"]
    body = {"key": UNKNOWN, "product": 1, "quantity": 6, "level": "inner"}
    assert plain == client.post(f"/api/receipts/{number}/codes", json=body).json()["line"]
    assert plain == client.post(f"/api/receipts/{number}/lines", json={"keys": [UNKNOWN]}).json()["line"]
    taken = client.post(f"/api/receipts/{number}/codes", json=body | {"product": 2})
    assert (409, "CODE_TAKEN") == (taken.status_code, taken.json()["code"])


def test_labels_need_a_printer_and_come_once(client: TestClient[Litestar], sqlite_url: str) -> None:
    """Without a route the dock is told; with one the same key queues the same job."""
    number = announced(client)
    line = client.post(f"/api/receipts/{number}/lines", json={"keys": ["gtin:09520000000028"]}).json()["line"]
    body = {"line": line, "count": 3, "lot": "L1", "best_before": "2028-01-31", "key": "one-press"}
    assert "NO_ROUTE" == client.post(f"/api/receipts/{number}/labels", json=body).json()["code"]

    def set_up(conn: Connection) -> None:
        printing.create_agent(conn, "agent", NOW)
        printing.save_printer(
            conn, "LABELS", "agent", name="Labels", driver="zpl", transport="folder", address="labels", dpi=203,
            media_width_mm=105, media_height_mm=148,
        )  # fmt: skip
        printing.save_route(conn, "*", "label", "LABELS")

    run_once(sqlite_url, set_up)
    first = client.post(f"/api/receipts/{number}/labels", json=body).json()["jobs"]
    assert (1, first) == (len(first), client.post(f"/api/receipts/{number}/labels", json=body).json()["jobs"])
    each = client.post(f"/api/receipts/{number}/labels", json=body | {"key": "two", "serials": ["A", "B"]}).json()
    assert 2 == len(each["jobs"])
    many = client.post(f"/api/receipts/{number}/labels", json=body | {"serials": [f"S{n}" for n in range(201)]})
    assert (422, "LABEL_COUNT", "201") == (many.status_code, many.json()["code"], many.json()["got"])


def test_a_photo_is_kept_small_and_without_what_the_camera_wrote_into_it(client: TestClient[Litestar]) -> None:
    """Shrunk, upright, no word of where and when; shown with the delivery. Pictures only."""
    number = announced(client)
    remarks = Image.Exif()
    remarks[0x0112], remarks[0x010F] = 6, "A phone that tells its owner's name"
    taken = io.BytesIO()
    Image.new("RGB", (3300, 1100), "teal").save(taken, "JPEG", exif=remarks.tobytes())
    kept = client.post(f"/api/receipts/{number}/photos", content=taken.getvalue()).json()["id"]
    shown = client.get(f"/api/inbound/photos/{kept}")
    assert ("image/jpeg", "nosniff") == (shown.headers["content-type"], shown.headers["x-content-type-options"])
    picture = Image.open(io.BytesIO(shown.content))
    assert ((533, 1600), {}) == (picture.size, dict(picture.getexif()))
    assert b"A phone" in taken.getvalue()
    assert b"A phone" not in shown.content
    assert [kept] == client.get(f"/api/receipts/{number}").json()["photos"]
    for hostile, code in ((b"<svg onload=1>", "NOT_A_PICTURE"), (taken.getvalue() + b"PK\3\4...", "PHOTO_TWOFOLD")):
        assert code == client.post(f"/api/receipts/{number}/photos", content=hostile).json()["code"]


def test_the_office_ends_a_delivery(client: TestClient[Litestar]) -> None:
    """What has not come is cancelled; what is not received cannot be closed."""
    number = announced(client)
    assert "RECEIPT_NOT_RECEIVED" == client.post(f"/api/receipts/{number}/close").json()["code"]
    assert "cancelled" == client.post(f"/api/receipts/{number}/cancel").json()["head"]["state"]
    assert [] == client.get("/api/receipts/open").json()["rows"]
    late = client.post(f"/api/receipts/{number}/lines", json={"keys": ["gtin:09520000000042"]})
    assert "RECEIPT_OVER" == late.json()["code"]


def test_a_lot_is_blocked_by_name(client: TestClient[Litestar]) -> None:
    """404 for a lot that nobody knows."""
    answer = client.post("/api/products/2/lots/NONE/blocked", json={"blocked": True, "reason": "recall"})
    assert (404, "LOT_UNKNOWN") == (answer.status_code, answer.json()["code"])


def test_a_scanned_code_finds_its_deliveries(client: TestClient[Litestar]) -> None:
    """All keys of the code are asked together, as the phone sends them."""
    announced(client)
    found = client.get("/api/receipts/open?key=gtin%3A09520000000011&key=text%3A9520000000011").json()["rows"]
    none = client.get("/api/receipts/open?key=text%3ANOBODY").json()["rows"]
    assert (["PO-1"], []) == ([each["reference"] for each in found], none)
