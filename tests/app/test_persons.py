"""Who moves goods, over HTTP: an enrolled device alone may send scans, but nothing is done for nobody."""

import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from backend.identity import store as identity
from backend.platform.database import Database

FLOOR_FLOWS = ("pick", "pack", "handover")


def envelope(flow: str, session: str | None, seq: int = 1) -> dict[str, Any]:
    scan = {
        "id": str(uuid.uuid4()), "seq": seq, "at": datetime.now(UTC).isoformat(), "flow": flow, "task": f"{flow}:1",
        "kind": "product", "keys": ["gtin:09520000000011"], "session": session, "local": "ok", "body": {},
    }  # fmt: skip
    return {"scans": [scan], "from_seq": seq}


async def enrolled(database: Database) -> dict[str, str]:
    """Headers of a device, and somebody with the badge BADGE-1 and the PIN 194783."""

    def write(conn: Any) -> str:
        now = datetime.now(UTC)
        number = identity.create_person(conn, name="Jana", now=now, pin="194783")
        identity.give_badge(conn, number, "BADGE-1", now)
        return identity.add_device(conn, "Zebra 1", now).token

    return {"Authorization": f"Bearer {await database.write(write)}"}


@pytest.mark.parametrize("flow", FLOOR_FLOWS)
async def test_a_device_alone_moves_nothing(client: httpx.AsyncClient, database: Database, flow: str) -> None:
    """The verdict names what is missing; signed in, the very same step is judged by its flow."""
    bearer = await enrolled(database)
    alone = (await client.post("/api/scans", json=envelope(flow, None), headers=bearer)).json()
    opened = await client.post("/api/sessions", json={"badge": "BADGE-1", "pin": "194783"}, headers=bearer)
    signed = envelope(flow, opened.json()["session"], seq=2)

    known = (await client.post("/api/scans", json=signed, headers=bearer)).json()

    assert ["PERSON_NEEDED"] == [each["refusal"]["code"] for each in alone["verdicts"]]
    assert 1 == alone["acked_seq"]
    assert ["TASK_UNKNOWN"] == [each["refusal"]["code"] for each in known["verdicts"]]


async def test_a_session_of_another_device_moves_nothing(client: httpx.AsyncClient, database: Database) -> None:
    """A session is bound to the device at which it was opened."""
    bearer = await enrolled(database)
    other = (await database.write(lambda conn: identity.add_device(conn, "Zebra 2", datetime.now(UTC)))).token
    opened = await client.post("/api/sessions", json={"badge": "BADGE-1", "pin": "194783"}, headers=bearer)

    stolen = envelope("pick", opened.json()["session"])
    reply = (await client.post("/api/scans", json=stolen, headers={"Authorization": f"Bearer {other}"})).json()

    assert ["PERSON_NEEDED"] == [each["refusal"]["code"] for each in reply["verdicts"]]


async def test_scans_of_an_offline_session_count_once_it_is_told(client: httpx.AsyncClient, database: Database) -> None:
    """Signed in by the pass of an earlier sign-in: the session is told first, then its scans are judged by their flow."""
    bearer = await enrolled(database)
    opened = (await client.post("/api/sessions", json={"badge": "BADGE-1", "pin": "194783"}, headers=bearer)).json()
    session = str(uuid.uuid4())
    told = {"session": session, "offline_pass": opened["offline_pass"], "started_ago_s": 0.0}
    wrong = await client.post("/api/sessions/offline", json=told | {"offline_pass": "guessed"}, headers=bearer)
    before = await client.post("/api/scans", json=envelope("pick", session), headers=bearer)
    answers = [await client.post("/api/sessions/offline", json=told, headers=bearer) for _ in range(2)]
    work = await client.get("/api/me", headers=bearer | {"X-Session": session})
    after = await client.post("/api/scans", json=envelope("pick", session, seq=2), headers=bearer)

    assert (403, "OFFLINE_PASS_OVER") == (wrong.status_code, wrong.json()["code"])
    assert [200, 200] == [each.status_code for each in answers]
    assert "Jana" == work.json()["name"]
    codes = [each.json()["verdicts"][0]["refusal"]["code"] for each in (before, after)]
    assert ["PERSON_NEEDED", "TASK_UNKNOWN"] == codes
