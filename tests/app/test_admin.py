"""The admin over the same database: master data can be edited and leaves a fact, ledgers cannot."""

import json
from typing import Any

import httpx
import pytest

from backend.admin import rules
from backend.app.schema import load_tables
from backend.platform import journal
from backend.platform.database import Database
from backend.shipping import api as shipping
from tests.builders import create_location, create_merchant, create_product, stock_up

SHOWN = {"product", "balance", "move", "fact", "device", "carrier_account", "merchant", "person"}


@pytest.fixture(autouse=True)
def few_tables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Building the admin over all tables takes seconds; one test does it, the others need some of them."""
    if request.node.get_closest_marker("all_tables") is None:
        monkeypatch.setattr(rules, "HIDDEN", frozenset(load_tables().tables) - SHOWN)


async def _enter(client: httpx.AsyncClient) -> None:
    await client.get("/admin/")
    client.headers["X-CSRFToken"] = client.cookies["csrftoken"]


async def _product(database: Database) -> int:
    return await database.write(lambda conn: create_product(conn, merchant=create_merchant(conn)))


async def _last_fact(database: Database) -> Any:
    return await database.read(lambda conn: journal.read_timeline(conn, ["product:1"])[-1])


@pytest.mark.all_tables
async def test_only_an_owner_comes_in(client: httpx.AsyncClient, sign_in: Any) -> None:
    """Nobody and an office clerk see nothing."""
    nobody = await client.get("/admin/api/tables/product/")
    await sign_in("office")
    clerk = await client.get("/admin/api/tables/product/")

    assert (401, 401) == (nobody.status_code, clerk.status_code)


async def test_an_edit_leaves_a_fact_with_old_and_new(
    client: httpx.AsyncClient, sign_in: Any, database: Database
) -> None:
    product_id = await _product(database)
    await sign_in("owner")
    await _enter(client)

    answer = await client.patch(f"/admin/api/tables/product/{product_id}/", json={"name": "Nový název"})

    assert 200 == answer.status_code, answer.text
    fact = (await database.read(lambda conn: journal.read_timeline(conn, [f"product:{product_id}"])))[-1]
    assert ("MasterDataEdited", "Nový název") == (fact.kind, fact.payload["changes"]["name"][1])
    assert fact.person_id is not None


async def test_a_stale_form_does_not_overwrite(client: httpx.AsyncClient, sign_in: Any, database: Database) -> None:
    """The second of two people who opened the same row is told, not obeyed."""
    product_id = await _product(database)
    await sign_in("owner")
    await _enter(client)
    address = f"/admin/api/tables/product/{product_id}/"
    opened = (await client.get(address)).json()

    first = await client.patch(address, json={**opened, "name": "First"})
    second = await client.patch(address, json={**opened, "name": "Second"})

    assert (200, 409) == (first.status_code, second.status_code)
    assert "First" == (await client.get(address)).json()["name"]


@pytest.mark.parametrize(
    ("_case", "table", "change", "status"),
    [
        ("a word that is no choice", "product", {"tracking": "god"}, 422),
        ("a balance", "balance", {"on_hand": 1_000_000}, 405),
        ("a move", "move", {"quantity": 1}, 405),
        ("a fact", "fact", {"kind": "Never"}, 405),
        ("a secret", "device", {"token_hash": "x"}, 405),
    ],
)
async def test_what_must_not_be_edited_is_refused(
    client: httpx.AsyncClient,
    sign_in: Any,
    database: Database,
    _case: str,
    table: str,
    change: dict[str, Any],
    status: int,
) -> None:
    """Refused by the server, whatever the page shows."""

    def stock(conn: Any) -> None:
        stock_up(conn, create_product(conn), create_location(conn), 5)

    await database.write(stock)
    await sign_in("owner")
    await _enter(client)

    answer = await client.patch(f"/admin/api/tables/{table}/1/", json=change)

    assert status == answer.status_code, answer.text


async def test_a_refused_edit_leaves_no_fact(client: httpx.AsyncClient, sign_in: Any, database: Database) -> None:
    product_id = await _product(database)
    await sign_in("owner")
    await _enter(client)
    before = await database.read(journal.last_seq)

    await client.patch(f"/admin/api/tables/product/{product_id}/", json={"merchant_id": 99_999})

    assert before == await database.read(journal.last_seq)


async def test_secrets_are_never_shown(client: httpx.AsyncClient, sign_in: Any) -> None:
    await sign_in("owner")
    await _enter(client)

    people = (await client.get("/admin/api/tables/person/")).json()["rows"]

    assert [None] == [row["password_hash"] for row in people]


async def test_a_carriers_password_is_sealed_by_the_form_and_never_comes_back(
    client: httpx.AsyncClient, sign_in: Any, database: Database
) -> None:
    """Typed once; the list, the row and the fact of the edit do not say it, and a saved form keeps it."""
    await sign_in("owner")
    await _enter(client)
    settings = {"base_url": "http://carrier.test", "client_id": "shop", "client_secret": "hunter2"}
    row = {"carrier_code": "fake", "name": "Fake", "plugin": "fake", "settings": json.dumps(settings), "active": True}
    made = await client.post("/admin/api/tables/carrier_account/", json=row)
    number = made.json()[0]["id"]
    changed = await client.patch(
        f"/admin/api/tables/carrier_account/{number}/", json={"name": "Fake 2", "settings": None}
    )
    settings |= {"client_id": "shop-2", "client_secret": "•••"}
    await client.patch(f"/admin/api/tables/carrier_account/{number}/", json={"settings": json.dumps(settings)})
    wrong = await client.patch(f"/admin/api/tables/carrier_account/{number}/", json={"settings": '{"no": 1}'})

    told = (await client.get("/admin/api/tables/carrier_account/")).text + made.text + changed.text
    told += (await client.get(f"/admin/api/tables/carrier_account/{number}/")).text
    told += (await client.get("/admin/api/tables/fact/?__page_size=100")).text
    opened = (await database.read(lambda conn: shipping.account_of(conn, "fake"))).settings
    assert (201, 200, 422) == (made.status_code, changed.status_code, wrong.status_code)
    assert ("shop-2", "hunter2") == (opened.client_id, opened.client_secret.reveal())
    assert "hunter2" not in told
