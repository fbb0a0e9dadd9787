"""Wishes for labels at dispatch as the office writes them: listed, saved, refused when they could not be printed, dropped."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy.engine import Connection

from backend.catalog.store import create_merchant
from backend.orders.store.channels import create_channel
from backend.platform.database import run_once
from backend.shipping.routes import add_wish, drop_wish, list_wishes
from backend.shipping.store import read_wishes
from tests.api.orders_client import open_client

Client = TestClient[Litestar]


@pytest.fixture
def client(sqlite_url: str) -> Iterator[Client]:
    def fill(conn: Connection) -> None:
        create_channel(conn, create_merchant(conn, "KOR", "Kořenka"), "eshop", "E-shop")

    run_once(sqlite_url, fill)
    with open_client(sqlite_url, list_wishes, add_wish, drop_wish) as opened:
        yield opened


def wish(**changes: Any) -> dict[str, Any]:
    return {"merchant": "KOR", "channel": "eshop", "customer": "Řetězec X", "code": "4006381333931", **changes}


def test_a_wish_is_kept_and_dropped(client: Client, sqlite_url: str) -> None:
    """Saved with its channel and code, shown with the sellers to choose from, and gone from dispatch once dropped."""
    saved = client.post("/api/extra-labels", json=wish(symbology="ean13", pieces_per_label=6))
    assert 201 == saved.status_code, saved.text
    (row,) = client.get("/api/extra-labels").json()["rows"]
    assert ("KOR", "eshop", "Řetězec X", "ean13", 6) == tuple(
        row[name] for name in ("merchant", "channel", "customer", "symbology", "pieces_per_label")
    )
    assert [{"merchant": "KOR", "channels": ["eshop"]}] == saved.json()["sellers"]
    assert [] == client.delete(f"/api/extra-labels/{row['id']}").json()["rows"]
    assert [] == run_once(sqlite_url, read_wishes)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"symbology": "ean13", "code": "4006381333932"}, 422, "code-content"),
        ({"label": "nothing"}, 404, "LABEL_UNKNOWN"),
        ({"label": "tote"}, 422, "LABEL_DATA"),
        ({"symbology": "code129"}, 422, "LABEL_DATA"),
        ({"sku": "NO-SUCH"}, 404, "PRODUCT_UNKNOWN"),
        ({"channel": "shop9"}, 404, "CHANNEL_UNKNOWN"),
        ({"merchant": "X"}, 404, "MERCHANT_UNKNOWN"),
    ],
)
def test_a_wish_that_could_not_be_printed_is_refused(
    client: Client, changes: dict[str, Any], status: int, code: str
) -> None:
    """A wrong check digit, an unknown label, goods that are none: told when it is written, not when the parcel waits."""
    answer = client.post("/api/extra-labels", json=wish(**changes))

    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert [] == client.get("/api/extra-labels").json()["rows"]


def test_only_the_office_wishes(client: Client) -> None:
    """A worker neither sees nor changes the list."""
    client.headers["x-role"] = "worker"

    assert 403 == client.get("/api/extra-labels").status_code
    assert 403 == client.post("/api/extra-labels", json=wish()).status_code
