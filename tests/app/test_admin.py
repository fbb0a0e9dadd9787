"""The admin over the same database: master data can be edited and leaves a fact, ledgers cannot."""

from typing import Any

import httpx
import pytest

from backend.platform import journal
from backend.platform.database import Database
from tests.builders import create_location, create_merchant, create_product, stock_up


async def _enter(client: httpx.AsyncClient) -> None:
    await client.get("/admin/")
    client.headers["X-CSRFToken"] = client.cookies["csrftoken"]


async def _product(database: Database) -> int:
    return await database.write(lambda conn: create_product(conn, merchant=create_merchant(conn)))


async def _last_fact(database: Database) -> Any:
    return await database.read(lambda conn: journal.read_timeline(conn, ["product:1"])[-1])


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
