"""People, badges and PINs in the hands of the office: made, replaced, switched off; nobody lifts themselves."""

import base64
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from backend.gs1.scan_keys import read_code
from backend.identity import store as identity
from backend.identity.store import people
from backend.platform import clock, journal
from backend.platform.database import Database
from backend.print_queue import api as printing
from backend.scanning.api import PhotoReader, read_photo


async def badge_of(made: dict[str, Any]) -> str:
    """The code as a reader sees it on the picture: nothing else of the answer says it."""
    reader = PhotoReader(children=1)
    try:
        answer = await read_photo(reader, base64.b64decode(made["picture"]), ())
    finally:
        await reader.close()
    return answer.codes[0].text


async def bearer(database: Database) -> dict[str, str]:
    opened = await database.write(lambda conn: identity.add_device(conn, "Zebra", clock.now()))
    return {"Authorization": f"Bearer {opened.token}"}


async def add(client: httpx.AsyncClient, role: str = "worker") -> dict[str, Any]:
    answer = await client.post("/api/people", json={"name": "Eva  Nová", "role": role, "language": "sk"})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def come_in(database: Database, client: httpx.AsyncClient, code: str, pin: str) -> int:
    """Status of a sign-in at a device; the badge's code as the device would send its body."""
    headers = await bearer(database)
    body = {"badge": code.rpartition(":")[2], "pin": pin}
    cookies, client.cookies = client.cookies, httpx.Cookies()
    try:
        return (await client.post("/api/sessions", json=body, headers=headers)).status_code
    finally:
        client.cookies = cookies


async def test_a_new_person_comes_in_by_the_printed_badge(
    client: httpx.AsyncClient, sign_in: Any, database: Database
) -> None:
    """Badge and PIN of the answer open a session; the list says who is in and never a secret."""
    await sign_in("office")
    made = await add(client)
    code = await badge_of(made)
    listed = (await client.get("/api/people")).text

    (key,) = [key for key in read_code(code).keys if key.startswith("badge:")]
    assert 201 == await come_in(database, client, key, made["pin"])
    assert (6, True) == (len(made["pin"]), made["pin"].isdigit())
    assert "Eva Nová" in listed
    assert made["pin"] not in listed and "hash" not in listed


async def test_an_old_badge_and_an_old_pin_are_worth_nothing(
    client: httpx.AsyncClient, sign_in: Any, database: Database
) -> None:
    await sign_in("office")
    made = await add(client)
    number = made["person"]
    new_badge = (await client.post(f"/api/people/{number}/badge", json={})).json()
    new_pin = (await client.post(f"/api/people/{number}/pin")).json()["pin"]
    old, new = [read_code(await badge_of(each)).keys[0] for each in (made, new_badge)]

    tried = [await come_in(database, client, *pair) for pair in ((old, new_pin), (new, made["pin"]), (new, new_pin))]
    facts = await database.read(lambda conn: journal.read_timeline(conn, [f"person:{number}"]))

    assert [401, 401, 201] == tried
    assert ["PersonAdded", "BadgeReplaced", "PinReplaced", "SignedIn"] == [each.kind for each in facts]
    assert new_pin not in str([each.payload for each in facts])


async def test_who_is_switched_off_is_out_at_once_and_comes_back(
    client: httpx.AsyncClient, sign_in: Any, database: Database
) -> None:
    """An open session ends with the switch; on again, a new sign-in is needed."""
    await sign_in("office")
    made = await add(client)
    who = await database.read(lambda conn: people.read_person(conn, made["person"]))
    opened = await database.write(lambda conn: identity.open_session(conn, who, "office", None, clock.now()))
    await client.post(f"/api/people/{made['person']}/active", json={"active": False})

    off = await database.read(lambda conn: identity.authenticate_cookie(conn, opened.token or "", clock.now()))
    await client.post(f"/api/people/{made['person']}/active", json={"active": True})
    on = await database.read(lambda conn: identity.authenticate_cookie(conn, opened.token or "", clock.now()))

    assert (None, None) == (off, on)
    assert [True] == [
        each["active"] for each in (await client.get("/api/people")).json() if each["id"] == made["person"]
    ]


@pytest.mark.parametrize(
    ("caller", "target", "wanted", "status"),
    [
        ("lead", "worker", "worker", 403),
        ("office", "worker", "lead", 200),
        ("office", "worker", "office", 403),
        ("office", "owner", "worker", 403),
        ("owner", "office", "owner", 200),
    ],
)
async def test_nobody_lifts_anybody_to_their_own_height(
    client: httpx.AsyncClient, sign_in: Any, database: Database,
    caller: str, target: str, wanted: str, status: int,
) -> None:  # fmt: skip
    """The office looks after the floor; only an owner makes office people and owners."""
    number = await database.write(lambda conn: identity.create_person(conn, name="Eva", now=clock.now(), role=target))
    await sign_in(caller)

    answer = await client.post(f"/api/people/{number}", json={"name": "Eva", "role": wanted, "language": "cs"})

    assert status == answer.status_code, answer.text


async def test_the_last_owner_stays_and_nobody_switches_themselves_off(client: httpx.AsyncClient, sign_in: Any) -> None:
    await sign_in("owner")
    (me,) = (await client.get("/api/people")).json()

    lowered = await client.post(f"/api/people/{me['id']}", json={"name": "Me", "role": "worker", "language": "cs"})
    off = await client.post(f"/api/people/{me['id']}/active", json={"active": False})

    assert ("LAST_OWNER", "YOURSELF") == (lowered.json()["code"], off.json()["code"])


async def test_a_badge_without_a_printer_is_still_told(client: httpx.AsyncClient, sign_in: Any) -> None:
    """The picture can be printed by the browser; what is missing is said."""
    await sign_in("office")

    answer = await client.post("/api/people", json={"name": "Eva", "station": "NOWHERE"})

    made = answer.json()
    assert (201, False, True) == (answer.status_code, made["printed"], bool(made["problem"] and made["picture"]))


async def test_a_badge_is_printed_with_the_signs_of_the_house(
    client: httpx.AsyncClient, sign_in: Any, database: Database
) -> None:
    """Where shelves and totes have a printer of their own, badges come out there and not among the parcels."""

    def set_up(conn: sa.Connection) -> None:
        printing.create_agent(conn, "hall", clock.now())
        for code in ("PARCELS", "SIGNS"):
            printing.save_printer(
                conn, code, "hall", name=code, driver="zpl", transport="folder", address=code.lower(), dpi=203
            )
        printing.save_route(conn, "P1", "label", "PARCELS")
        printing.save_route(conn, "*", "place_label", "SIGNS")

    await database.write(set_up)
    await sign_in("office")
    answer = await client.post("/api/people", json={"name": "Eva", "station": "P1"})
    jobs = await database.read(lambda conn: printing.read_jobs(conn, clock.now()).rows)
    assert (True, ["SIGNS"]) == (answer.json()["printed"], [job.printer for job in jobs])
