"""The courier's phone: no account, a link from the dock's screen, and nothing that is not the courier's business."""

import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from backend.app.asgi import build
from backend.app.settings import Settings
from backend.gs1.own_codes import build_own_code
from backend.identity import store as identity
from backend.platform import clock
from backend.platform.database import Database
from tests.outbound.chain import drain, reacting
from tests.store.dock_floor import Dock

PNG = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
).decode()


@pytest.fixture(autouse=True)
def _reactions() -> Iterator[None]:
    with reacting():
        yield


@pytest.fixture
async def dock(sqlite_database: Database) -> Dock:
    return await Dock(sqlite_database).begin()


@pytest.fixture
async def phone(sqlite_database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody is signed in."""
    app = build(Settings(worker="none", public_url="https://rampa.example"), sqlite_database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rampa.test") as opened:
        yield opened


@pytest.fixture
async def office(sqlite_database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A worker at the dock."""
    app = build(Settings(worker="none", public_url="https://rampa.example"), sqlite_database)
    await sqlite_database.write(
        lambda conn: identity.create_person(
            conn, name="Eva", role="worker", now=clock.now(), email="eva@example.com", password="secret-1"
        )
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rampa.test") as opened:
        opened.headers["X-Rampa"] = "1"
        answer = await opened.post("/api/office/sign-in", json={"email": "eva@example.com", "password": "secret-1"})
        assert 200 == answer.status_code
        yield opened


def text_of(key: str) -> str:
    return build_own_code("parcel", key.partition(":")[2])


async def open_phone(office: httpx.AsyncClient, phone: httpx.AsyncClient, carrier: str = "own_van") -> tuple[int, str]:
    """A list opened at the dock, its link opened on the phone: (list, session)."""
    made = (await office.post("/api/handovers", json={"carrier": carrier})).json()
    link = (await office.post(f"/api/handovers/{made['id']}/link")).json()
    opened = await phone.post(f"/api/courier/{link['token']}/open")
    assert 200 == opened.status_code
    return made["id"], opened.json()["session"]


async def test_the_whole_handover_by_phone(dock: Dock, office: httpx.AsyncClient, phone: httpx.AsyncClient) -> None:
    """Link, session, scans, signature; both sides then download the same bytes."""
    first, second = await dock.packed(parcels=2)
    number, session = await open_phone(office, phone)
    address = f"/api/courier/{session}"
    for key in (first, second):
        verdict = (await phone.post(f"{address}/scans", json={"code": text_of(key)})).json()
        assert ("ok", key.partition(":")[2]) == (verdict["outcome"], verdict["parcel"])
    assert 2 == (await office.get(f"/api/handovers/{number}")).json()["loaded"]
    shown = (await phone.get(address)).json()["handover"]
    signed = await phone.post(
        f"{address}/sign",
        json={"name": " Pavel  Říha ", "plate": "5P3 1234", "signature": PNG, "content_hash": shown["content_hash"]},
    )
    assert 200 == signed.status_code
    assert (2, shown["content_hash"]) == (signed.json()["parcels"], signed.json()["content_hash"])
    await drain(dock.database, dock.partner)
    papers = [
        await phone.get(f"{address}/document.pdf"),
        await office.get(f"/api/handovers/{number}/document.pdf"),
    ]
    assert papers[0].content == papers[1].content
    assert papers[0].content.startswith(b"%PDF")
    seen = (await office.get(f"/api/handovers/{number}")).json()
    assert ("signed", "Pavel Říha", True) == (seen["state"], seen["courier_name"], seen["has_document"])
    assert ["dispatched"] == await dock.order_states()


async def test_looking_at_a_link_has_no_effect(dock: Dock, office: httpx.AsyncClient, phone: httpx.AsyncClient) -> None:
    """Programs that open links in messages see carrier and counts; the link still opens once, and then never again."""
    await dock.packed()
    made = (await office.post("/api/handovers", json={"carrier": "own_van"})).json()
    link = (await office.post(f"/api/handovers/{made['id']}/link")).json()
    assert link["url"] == f"https://rampa.example/h/{link['token']}"
    for _ in range(3):
        page = (await phone.get(f"/api/courier/{link['token']}")).json()
        assert (False, 1, []) == (page["opened"], page["handover"]["expected"], page["handover"]["parcels"])
    assert 200 == (await phone.post(f"/api/courier/{link['token']}/open")).status_code
    spent = await phone.post(f"/api/courier/{link['token']}/open")
    assert (404, "LINK_UNKNOWN") == (spent.status_code, spent.json()["code"])


async def test_the_courier_sees_no_buyers(dock: Dock, office: httpx.AsyncClient, phone: httpx.AsyncClient) -> None:
    """Carrier, counts and parcel numbers: neither name nor street nor order number of anybody."""
    (key,) = await dock.packed()
    _, session = await open_phone(office, phone)
    texts = [
        (await phone.get(f"/api/courier/{session}")).text,
        (await phone.post(f"/api/courier/{session}/scans", json={"code": text_of(key)})).text,
    ]
    for text in texts:
        assert key.partition(":")[2] in text
        assert not any(word in text for word in ("Jana", "Nováková", "Dlouhá", "jana@example.com", '"order"'))


async def test_both_sides_see_extra_parcels(dock: Dock, office: httpx.AsyncClient, phone: httpx.AsyncClient) -> None:
    """A wrong carrier's parcel is refused with that carrier's name, and stands as extra on the dock's screen."""
    await dock.packed()
    (foreign,) = await dock.packed("fake")
    number, session = await open_phone(office, phone)
    code = foreign.partition(":")[2]
    verdict = (await phone.post(f"/api/courier/{session}/scans", json={"code": code})).json()
    assert ("refused", "WRONG_CARRIER") == (verdict["outcome"], verdict["refusal"]["code"])
    (extra,) = (await office.get(f"/api/handovers/{number}")).json()["extras"]
    assert ("wrong_carrier", "courier", "Zkušební dopravce") == (extra["outcome"], extra["side"], extra["carrier"])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"content_hash": "0" * 64}, 409, "LIST_CHANGED"),
        ({"name": "  "}, 422, "NAME_MISSING"),
        ({"signature": ""}, 422, "SIGNATURE_UNREADABLE"),
        ({"signature": "bm90IGEgcGljdHVyZQ=="}, 422, "SIGNATURE_UNREADABLE"),
        ({"signature": "A" * 500_000}, 413, "SIGNATURE_TOO_LARGE"),
    ],
)
async def test_a_signature_that_does_not_count(
    dock: Dock, office: httpx.AsyncClient, phone: httpx.AsyncClient, change: dict[str, Any], status: int, code: str
) -> None:
    """Each fault has its own answer, and the list stays open."""
    (key,) = await dock.packed()
    number, session = await open_phone(office, phone)
    shown = (await phone.post(f"/api/courier/{session}/scans", json={"code": text_of(key)})).json()["handover"]
    body = {"name": "Pavel", "signature": PNG, "content_hash": shown["content_hash"]} | change
    answer = await phone.post(f"/api/courier/{session}/sign", json=body)
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert "open" == (await office.get(f"/api/handovers/{number}")).json()["state"]


@pytest.mark.parametrize("path", ["", "/scans", "/sign", "/document.pdf", "/open"])
async def test_a_guessed_secret_opens_nothing(phone: httpx.AsyncClient, path: str) -> None:
    """Every door of the courier refuses an unknown secret."""
    body = {"code": "x", "name": "x", "content_hash": "x", "signature": PNG}
    answer = (
        await phone.get(f"/api/courier/guess{path}") if path in ("", "/document.pdf")
        else await phone.post(f"/api/courier/guess{path}", json=body)
    )  # fmt: skip
    assert answer.status_code in (401, 404)


@pytest.mark.parametrize("path", ["/api/handovers", "/api/handovers/1", "/api/stations", "/api/parcels/P000001"])
async def test_the_rest_of_the_house_is_closed_to_the_phone(phone: httpx.AsyncClient, path: str) -> None:
    """Without a sign-in nothing but the courier's own doors answers."""
    assert 401 == (await phone.get(path)).status_code


async def test_session_may_travel_in_a_header(dock: Dock, office: httpx.AsyncClient, phone: httpx.AsyncClient) -> None:
    """The page keeps its address; the session goes beside it."""
    await dock.packed()
    _, session = await open_phone(office, phone)
    page = await phone.get("/api/courier/old-link", headers={"X-Courier-Session": session})
    assert True is page.json()["opened"]


async def test_a_scale_speaks_for_its_bench(dock: Dock, office: httpx.AsyncClient, phone: httpx.AsyncClient) -> None:
    """A weight is shown while it is fresh; strangers, unknown benches and absurd weights are refused."""
    address = f"/api/stations/{dock.station}/scale"
    assert 401 == (await phone.post(address, json={"weight_g": 500})).status_code
    assert 422 == (await office.post(address, json={"weight_g": -1})).status_code
    assert 404 == (await office.post("/api/stations/NOWHERE/scale", json={"weight_g": 1})).status_code
    assert 200 == (await office.post(address, json={"weight_g": 512})).status_code
    assert 512 == (await office.get(f"/api/stations/{dock.station}")).json()["weight_g"]
    assert 200 == (await office.post(address, json={"weight_g": 0})).status_code
    assert None is (await office.get(f"/api/stations/{dock.station}")).json()["weight_g"]


async def test_parcels_and_lists_over_http(dock: Dock, office: httpx.AsyncClient) -> None:
    """The office finds a parcel by its number or its order, and the carriers whose parcels wait."""
    (key,) = await dock.packed()
    number = key.partition(":")[2]
    seen = (await office.get(f"/api/parcels/{number}")).json()
    assert ("verified", "1/1", "Vlastní rozvoz") == (seen["state"], seen["position"], seen["carrier_name"])
    assert [1] == [inside["quantity"] for inside in seen["contents"]]
    rows = (await office.get("/api/parcels", params={"order": seen["order"]})).json()["rows"]
    assert [number] == [row["number"] for row in rows]
    (waiting,) = (await office.get("/api/handovers")).json()["rows"]
    assert (0, "none", 1) == (waiting["id"], waiting["state"], waiting["waiting"])
    assert 404 == (await office.get("/api/parcels/P999999")).status_code
    assert 404 == (await office.get("/api/handovers/999")).status_code
