"""Doors, problems and pages of the server as a stranger meets them."""

from typing import Any

import httpx
import pytest

from backend.platform.database import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""About doors and pages, not about the engine."""


async def test_every_api_route_refuses_a_stranger(client: httpx.AsyncClient) -> None:
    """All of them, read from our own description; the public ones are named here."""
    public = {
        "/api/devices", "/api/office/sign-in", "/api/office/sign-out", "/health", "/ready",
    }  # fmt: skip
    described = (await client.get("/schema/openapi.json")).json()["paths"]
    open_doors = []
    for path, methods in described.items():
        if path in public or path.startswith(("/api/courier/", "/api/demo/")):
            continue
        for method in methods:
            address = path
            for name in [part.strip("{}") for part in path.split("/") if part.startswith("{")]:
                address = address.replace("{" + name + "}", "1")
            answer = await client.request(method.upper(), address, json={})
            if answer.status_code not in (401, 403, 404):
                open_doors.append((method, path, answer.status_code))

    assert [] == open_doors


async def test_a_cookie_alone_cannot_write(client: httpx.AsyncClient, sign_in: Any) -> None:
    """A foreign page can send our cookie, but not our header."""
    await sign_in("owner")
    del client.headers["X-Rampa"]

    answer = await client.post("/api/enrolments", json={"device_name": "Zebra"})

    assert (403, "HEADER_MISSING") == (answer.status_code, answer.json()["code"])


async def test_a_device_joins_and_a_person_signs_in(
    client: httpx.AsyncClient, sign_in: Any, database: Database
) -> None:
    """QR, then badge and PIN; the next request knows both."""
    from backend.identity import store as identity
    from tests.app.conftest import NOW

    await sign_in("lead")
    offered = (await client.post("/api/enrolments", json={"device_name": "Zebra 7"})).json()
    device = (await client.post("/api/devices", json={"token": offered["token"], "name": "", "app": "1"})).json()
    person = await database.write(lambda conn: identity.create_person(conn, name="Jana", now=NOW, pin="1947"))
    await database.write(lambda conn: identity.give_badge(conn, person, "ABC123", NOW))
    client.cookies.clear()
    bearer = {"Authorization": f"Bearer {device['token']}"}

    wrong = await client.post("/api/sessions", json={"badge": "ABC123", "pin": "0000"}, headers=bearer)
    session = (await client.post("/api/sessions", json={"badge": "ABC123", "pin": "1947"}, headers=bearer)).json()
    me = (await client.get("/api/me", headers=bearer | {"X-Session": session["session"]})).json()

    assert (401, "Zebra 7", "Jana", "worker") == (wrong.status_code, device["name"], me["name"], me["role"])


@pytest.mark.parametrize(
    ("_case", "body", "status", "code"),
    [
        ("a picture", b"\x89PNG\r\n\x1a\n", 422, "ENVELOPE_UNREADABLE"),
        ("no JSON", b"scans", 422, "ENVELOPE_UNREADABLE"),
        ("501 scans", b'{"scans":[' + b",".join([b"{}"] * 501) + b"]}", 413, "TOO_MANY_SCANS"),
        ("three megabytes", b'{"scans":["' + b"x" * 3_000_000 + b'"]}', 413, "TOO_LARGE"),
    ],
)
async def test_a_bad_envelope_has_a_named_problem(
    client: httpx.AsyncClient, database: Database, _case: str, body: bytes, status: int, code: str
) -> None:
    from backend.identity import store as identity
    from tests.app.conftest import NOW

    device = await database.write(lambda conn: identity.add_device(conn, "Zebra", NOW))

    answer = await client.post("/api/scans", content=body, headers={"Authorization": f"Bearer {device.token}"})

    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert "application/problem+json" == answer.headers["content-type"]


async def test_a_revoked_device_is_told_so_on_its_next_scan(
    client: httpx.AsyncClient, sign_in: Any, database: Database
) -> None:
    from backend.identity import store as identity
    from tests.app.conftest import NOW

    device = await database.write(lambda conn: identity.add_device(conn, "Zebra", NOW))
    await sign_in("office")
    number = (await client.get("/api/devices")).json()[0]["id"]
    await client.post(f"/api/devices/{number}/revoke")
    client.cookies.clear()

    answer = await client.post("/api/scans", json={"scans": []}, headers={"Authorization": f"Bearer {device.token}"})

    assert (403, "DEVICE_REVOKED") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/%2e%2e/pyproject.toml", "/assets/../../package.json", "/api/none"]
)
async def test_nothing_outside_the_built_app_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert 404 == answer.status_code


async def test_ready_tells_the_truth(client: httpx.AsyncClient, database: Database) -> None:
    """Alive is not ready: a database without migrations is named."""
    from backend.app.schema import load_tables, migrate

    before = await client.get("/ready")
    await database.write(lambda conn: load_tables().drop_all(conn))
    await database.write(migrate)
    after = await client.get("/ready")

    assert (503, "SCHEMA_OLD", 200) == (before.status_code, before.json()["code"], after.status_code)


async def test_a_revoked_device_is_out_with_the_next_request(
    client: httpx.AsyncClient, sign_in: Any, database: Database
) -> None:
    """Answers about callers are remembered for some seconds; a revocation may not wait for them."""
    from backend.identity import store as identity
    from tests.app.conftest import NOW

    await sign_in("office")
    device = await database.write(lambda conn: identity.add_device(conn, "Lost Zebra", NOW))
    bearer = {"Authorization": f"Bearer {device.token}"}
    number = (await client.get("/api/devices")).json()[0]["id"]
    known = await client.get("/api/me", headers=bearer)

    revoked = await client.post(f"/api/devices/{number}/revoke")
    after = await client.get("/api/me", headers=bearer)

    assert (200, 200, 403, "DEVICE_REVOKED") == (
        known.status_code, revoked.status_code, after.status_code, after.json()["code"],
    )  # fmt: skip


async def test_a_stolen_cookie_is_worthless_after_the_sign_out(client: httpx.AsyncClient, sign_in: Any) -> None:
    """The browser forgets its cookie; so must the server, at once."""
    await sign_in("lead")
    stolen = {"Cookie": f"rampa_session={client.cookies['rampa_session']}"}
    before = await client.get("/api/me")

    await client.post("/api/office/sign-out")
    client.cookies.clear()
    after = await client.get("/api/me", headers=stolen)

    assert (200, 401) == (before.status_code, after.status_code)


@pytest.mark.parametrize("address", ["/%00", "/assets/%00.js", "/" + "x" * 3000, "/assets/" + "y" * 300 + ".js"])
async def test_an_address_that_no_file_can_have_is_no_failure(client: httpx.AsyncClient, address: str) -> None:
    """A zero byte, or a name longer than the disk allows."""
    answer = await client.get(address)

    assert answer.json().get("code") in ("NOT_FOUND", "APP_NOT_BUILT") if answer.status_code >= 400 else True


async def test_a_program_gets_no_work(client: httpx.AsyncClient, database: Database) -> None:
    """Its token has a role but no hands."""
    from backend.identity import store as identity
    from tests.app.conftest import NOW

    token = await database.write(lambda conn: identity.give_api_token(conn, "shop", NOW, "office"))

    answer = await client.get("/api/work", headers={"Authorization": f"Bearer {token}"})

    assert (403, "PERSON_NEEDED") == (answer.status_code, answer.json()["code"])
