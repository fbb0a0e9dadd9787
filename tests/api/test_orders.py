"""Orders over HTTP: files in, the board, the detail, and what the office may do."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy.engine import Connection

from backend.platform.database import run_once
from tests.api.orders_client import open_client
from tests.builders import create_channel, create_location, create_merchant, create_product, stock_up

ADDRESS = {"name": "Jana Nováková", "street": "Dlouhá 1", "city": "Brno", "zip": "60200", "country": "CZ"}


def build(conn: Connection) -> None:
    merchant = create_merchant(conn)
    create_channel(conn, merchant, code="eshop")
    shelf = create_location(conn)
    stock_up(conn, create_product(conn, merchant, sku="TEA-1", name="Green tea"), shelf, 10)
    create_product(conn, merchant, sku="CUP-2", name="Blue cup")


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient[Litestar]]:
    run_once(database_url, build)
    with open_client(database_url) as client:
        yield client


def order(key: str, sku: str = "TEA-1", quantity: int = 1, **fields: Any) -> dict[str, Any]:
    line = {"sku": sku, "name": f"Goods {sku}", "quantity": quantity, "unit_price": "100.00"}
    return {"key": key, "number": f"N-{key}", "currency": "CZK", "ship_to": ADDRESS, "lines": [line]} | fields


def post(client: TestClient[Litestar], *orders: dict[str, Any]) -> Any:
    answer = client.post("/api/orders", params={"channel": "eshop"}, json={"orders": list(orders)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def number_of(client: TestClient[Litestar], key: str) -> str:
    (row,) = client.get("/api/orders", params={"q": f"N-{key}"}).json()["rows"]
    return row["number"]


def test_orders_go_in_once(client: TestClient[Litestar]) -> None:
    """The same request twice makes the same orders once, and says so."""
    first, again = post(client, order("1"), order("2", sku="NEW")), post(client, order("1"), order("2", sku="NEW"))
    assert (first["received"], first["held"], first["known"]) == (2, 1, 0)
    assert (again["received"], again["held"], again["known"]) == (0, 0, 2)


def test_upload_of_a_csv(client: TestClient[Litestar]) -> None:
    """The body is the file itself, whatever its type is called."""
    content = (
        "order_key;currency;order_total;name;street;city;zip;sku;quantity;unit_price\n"
        "9;CZK;200;Jana;Dlouhá 1;Brno;60200;TEA-1;2;100,00\n"
    ).encode("cp1250")
    answer = client.post(
        "/api/orders/upload",
        params={"channel": "eshop", "file_name": "objednávky.csv"},
        content=content,
        headers={"content-type": "text/csv"},
    ).json()
    assert (answer["file"], answer["format"], answer["received"]) == ("objednávky.csv", "order file (CSV)", 1)


@pytest.mark.parametrize(
    ("channel", "content", "status", "code"),
    [
        ("nope", b"[]", 404, "CHANNEL_UNKNOWN"),
        ("eshop", b"\x89PNG", 400, "NOT_AN_ORDER_FILE"),
        ("eshop", b'{"orders": [', 400, "ORDER_FILE_BROKEN"),
        ("eshop", b"", 400, "NOT_AN_ORDER_FILE"),
    ],
)
def test_refused_files_are_named_and_kept(
    client: TestClient[Litestar], channel: str, content: bytes, status: int, code: str
) -> None:
    """Each row: what was sent, the answer. A file for a known channel stays in the inbox as refused."""
    answer = client.post("/api/orders/upload", params={"channel": channel, "file_name": "x"}, content=content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    kept = client.get("/api/inbox", params={"state": "refused"}).json()["rows"]
    assert [each["bytes"] for each in kept] == ([len(content)] if channel == "eshop" else [])


def test_a_refused_file_can_be_read_again(client: TestClient[Litestar]) -> None:
    """The kept bytes are enough: a retry of a good file knows all its orders, of a bad one refuses again."""
    outcome = post(client, order("1"))
    again = client.post(f"/api/inbox/{outcome['inbox_id']}/retry").json()
    assert (again["known"], again["received"]) == (1, 0)
    assert client.post("/api/inbox/999/retry").status_code == 404


def test_a_file_of_which_every_order_is_refused_is_refused(client: TestClient[Litestar]) -> None:
    """It is shown among the refused, with the first sentence."""
    post(client, {"key": "", "lines": []})
    (kept,) = client.get("/api/inbox", params={"state": "refused"}).json()["rows"]
    assert "`key`" in kept["sentence"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("N-1", ["N-1"]),
        ("novakova", ["N-2", "N-1"]),
        ("NOVÁK", ["N-2", "N-1"]),
        ("cup-2", ["N-2"]),
        ("jana cup", ["N-2"]),
        ("buyer@", ["N-2"]),
        ("100%", []),
        ("_", []),
        ("nobody", []),
    ],
)
def test_search_as_you_type(client: TestClient[Litestar], text: str, found: list[str]) -> None:
    """Number, name without accents, e-mail, SKU; every word must be found; wildcards are letters."""
    post(client, order("1"), order("2", sku="CUP-2", ship_to=ADDRESS | {"email": "buyer@example.com"}))
    rows = client.get("/api/orders", params={"q": text}).json()["rows"]
    assert [row["remote_number"] for row in rows] == found


def test_board_pages_by_cursor(client: TestClient[Litestar]) -> None:
    """Pages of two show five orders once each, the oldest promise first, with counts on every page."""
    post(client, *(order(str(day), promised_at=f"2026-03-{9 - day:02d}") for day in range(1, 6)))
    seen, cursor, pages = [], None, 0
    while True:
        params = {"state": "received", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/orders", params=params).json()
        assert page["counts"]["received"] == 5
        seen += [row["remote_number"] for row in page["rows"]]
        cursor, pages = page["next"], pages + 1
        if cursor is None:
            break
    assert (seen, pages) == (["N-5", "N-4", "N-3", "N-2", "N-1"], 3)
    newest = client.get("/api/orders", params={"limit": 4}).json()
    rest = client.get("/api/orders", params={"limit": 4, "cursor": newest["next"]}).json()
    assert [row["remote_number"] for row in newest["rows"] + rest["rows"]] == ["N-5", "N-4", "N-3", "N-2", "N-1"]


@pytest.mark.parametrize("params", [{"state": "eaten"}, {"cursor": "x"}, {"state": "ready", "cursor": "2026"}])
def test_wrong_questions_are_told(client: TestClient[Litestar], params: dict[str, str]) -> None:
    """An unknown state and a made-up cursor are the caller's fault, with a sentence."""
    answer = client.get("/api/orders", params=params)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_shippable_promises_and_explains(client: TestClient[Litestar]) -> None:
    """One order gets its stock, the other says what is missing: on the board, too."""
    post(client, order("1", quantity=8), order("2", quantity=3))
    outcome = client.post("/api/shippable").json()
    assert (outcome["ready"], len(outcome["not_shippable"])) == (1, 1)
    (row,) = client.get("/api/orders", params={"state": "received"}).json()["rows"]
    assert row["why"]["code"] == "NOT_ENOUGH_STOCK"
    assert "TEA-1 Green tea: 3 wanted, 2 free" in row["why"]["sentence"]
    (ready,) = client.get("/api/orders", params={"state": "ready"}).json()["rows"]
    assert ready["why"]["code"] == "WAITS_FOR_WAVE"


def test_detail_tells_the_story(client: TestClient[Litestar]) -> None:
    """Lines, holds with sentences, and the facts in order."""
    post(client, order("1", total="150.00"))
    number = number_of(client, "1")
    detail = client.get(f"/api/orders/{number}").json()
    assert detail["order"]["holds"] == ["SUM_MISMATCH"]
    assert "50.00 CZK apart" in detail["holds"][0]["sentence"]
    assert [line["sku"] for line in detail["lines"]] == ["TEA-1"]
    assert [fact["kind"] for fact in detail["timeline"]] == ["OrderReceived", "OrderHeld"]
    assert detail["may_become"] == ["cancelled", "received"]
    assert client.get("/api/orders/NOPE").status_code == 404


def test_release_offers_stock_at_once(client: TestClient[Litestar]) -> None:
    """A released order does not wait for the next run; releasing twice is a 404."""
    post(client, order("1", total="150.00"))
    number = number_of(client, "1")
    done = client.post(f"/api/orders/{number}/release-hold", json={"code": "SUM_MISMATCH"}).json()
    assert done == {"number": number, "state": "ready"}
    assert client.post(f"/api/orders/{number}/release-hold", json={"code": "SUM_MISMATCH"}).status_code == 404


def test_hold_note_and_cancel(client: TestClient[Litestar]) -> None:
    """Held by hand, noted, cancelled; what is final stays final."""
    post(client, order("1"))
    number = number_of(client, "1")
    assert client.post(f"/api/orders/{number}/hold", json={"reason": "fraud?"}).json()["state"] == "on_hold"
    assert client.post(f"/api/orders/{number}/note", json={"note": "called"}).status_code == 200
    assert client.post(f"/api/orders/{number}/cancel", json={"reason": "asked"}).json()["state"] == "cancelled"
    detail = client.get(f"/api/orders/{number}").json()
    assert (detail["office_note"], detail["order"]["state"]) == ("called", "cancelled")
    assert client.post(f"/api/orders/{number}/hold", json={"reason": "late"}).status_code == 409


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("", "GET", "/api/orders", 401),
        ("worker", "GET", "/api/orders", 403),
        ("lead", "GET", "/api/orders", 200),
        ("lead", "POST", "/api/shippable", 403),
        ("worker", "GET", "/api/products", 200),
        ("lead", "GET", "/api/inbox", 403),
    ],
)
def test_who_may(client: TestClient[Litestar], role: str, method: str, path: str, status: int) -> None:
    """Each row: role, request, answer."""
    assert client.request(method, path, headers={"x-role": role}).status_code == status


def test_products_with_their_stock(client: TestClient[Litestar]) -> None:
    """Search by name, and by digits of a code; sums count what is promised."""
    post(client, order("1", quantity=4))
    client.post("/api/shippable")
    (tea,) = client.get("/api/products", params={"q": "green"}).json()
    assert (tea["sku"], tea["on_hand"], tea["reserved"], tea["free"]) == ("TEA-1", 10, 4, 6)
    detail = client.get(f"/api/products/{tea['id']}").json()
    digits = detail["codes"][0]["key"].removeprefix("gtin:")
    assert [row["sku"] for row in client.get("/api/products", params={"q": digits}).json()] == ["TEA-1"]
    assert detail["places"][0]["on_hand"] == 10
    assert client.get("/api/ledger/verification").json()["differences"] == []
