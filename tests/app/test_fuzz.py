"""Every route of our own description with hostile values: whatever comes, the answer is no failure of the server."""

import random
import uuid
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from backend.app.demo import load_demo
from backend.identity import store as identity
from backend.platform import clock
from backend.platform.database import Database
from backend.print_queue.api import create_agent
from backend.stock.store.ledger import verify

SEED = 7
ROUNDS = {"sqlite": 60, "postgresql": 20}
LEFT_OUT = {"/api/events", "/api/scans/photo", "/api/demo/tour.pdf", "/ready"}
"""An endless stream; pictures, which have tests of their own; a paper that takes a second to set; the state of migrations."""

TEXTS = (
    "", " ", "\x00", "A\x00B", "%", "_", "\\", "'; DROP TABLE wave; --", "\ud83d\ude00".encode("utf-16", "surrogatepass")
    .decode("utf-16"), "ř" * 300, "x" * 5000, "-1", "0", "1e999", "NaN", "pick:1", "pack:1", "handover:1",
    "pick:99999999999999999999", "pick:¹", "wave:V1", "tote:T-001", "order:2026001", "2026001", "loc:A-01-1-1", "BALENI-1",
    "ESHOP", "own_van", "fake", "cluster", "../../etc/passwd", "{}", "[]", "null", "9" * 40, "eyJhIjoxfQ==", "::", "a:b:c",
    "\u202e\u0000\ufffe", "parcel:00000001", "]C1", "https://id.gtin/01/09506000134352", "(01)09506000134352",
)  # fmt: skip
NUMBERS = (0, 1, 2, -1, 7, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**40, 1.5, 1e308, -0.0)
JUNK = (None, True, [], {}, [[[[[]]]]], {"a": {"b": [1, "\x00"]}}, [None], *NUMBERS, *TEXTS)


class Maker:
    """Values for a schema of the description; now and then something else altogether."""

    def __init__(self, chance: random.Random, schemas: dict[str, Any]) -> None:
        self.chance = chance
        self.schemas = schemas
        self.session: str | None = None

    def value(self, schema: dict[str, Any]) -> Any:
        if self.chance.random() < 0.08:
            return self.chance.choice(JUNK)
        if "$ref" in schema:
            return self.value(self.schemas[schema["$ref"].rsplit("/", 1)[1]])
        if schema.get("enum") and self.chance.random() < 0.8:
            return self.chance.choice(schema["enum"])
        for choice in ("oneOf", "anyOf"):
            if schema.get(choice):
                return self.value(self.chance.choice(schema[choice]))
        kind = schema.get("type")
        if kind == "object":
            members = schema.get("properties", {})
            return {name: self.value(each) for name, each in members.items() if self.chance.random() < 0.9}
        if kind == "array":
            return [self.value(schema.get("items", {})) for _ in range(self.chance.choice((0, 1, 1, 3)))]
        if kind in ("integer", "number"):
            return self.chance.choice(NUMBERS)
        if kind == "boolean":
            return self.chance.random() < 0.5
        if schema.get("format") == "uuid" and self.chance.random() < 0.8:
            return str(uuid.UUID(int=self.chance.getrandbits(128)))
        return self.chance.choice(TEXTS)

    def address(self, path: str, parameters: list[dict[str, Any]]) -> str:
        for each in parameters:
            if each["in"] == "path":
                text = str(self.value(each["schema"]))
                path = path.replace("{" + each["name"] + "}", quote(text, safe="") or "x")
        asked = [each for each in parameters if each["in"] == "query" and self.chance.random() < 0.8]
        return (
            path + "?" + "&".join(f"{each['name']}={quote(str(self.value(each['schema'])), safe='')}" for each in asked)
        )

    def scans(self) -> dict[str, Any]:
        """An envelope of the queue; its members are not in the description, because scans are read leniently."""
        flow = self.chance.choice(("pick", "pack", "handover", "", "x", "look_up"))
        bodies = ("line", "quantity", "tote", "location", "parcel", "of", "carton", "weight_g", "last", "found")
        kinds = (
            "location",
            "product",
            "quantity",
            "tote",
            "short",
            "skip",
            "undo",
            "close",
            "missing",
            "label",
            "parcel",
        )
        scan = {
            "id": str(uuid.UUID(int=self.chance.getrandbits(128))), "seq": self.chance.choice((1, 2, 3, *NUMBERS)),
            "at": self.chance.choice(("2026-11-21T09:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")),
            "flow": flow, "task": f"{flow}:{self.chance.choice((1, 2, 3, 'x'))}", "kind": self.chance.choice(kinds),
            "step": self.chance.choice(TEXTS), "act": self.chance.choice((None, str(uuid.UUID(int=self.chance.getrandbits(128))))),
            "keys": [self.chance.choice(TEXTS) for _ in range(2)], "raw": self.chance.choice(TEXTS),
            "session": self.chance.choice((self.session, self.session, None, "x")),
            "body": {name: self.chance.choice(JUNK) for name in bodies if self.chance.random() < 0.5},
        }  # fmt: skip
        envelope = {
            "from_seq": self.chance.choice((0, 1, *NUMBERS)),
            "cursor": self.chance.choice(NUMBERS),
            "scans": [scan],
        }
        envelope["sent_at"] = self.chance.choice((*TEXTS, "2026-11-21T09:00:00Z", "0001-01-01T00:00:00+14:00"))
        return envelope | {"unsent": self.chance.choice(NUMBERS), "app": self.chance.choice(TEXTS), "device": "x"}


async def callers(client: httpx.AsyncClient, database: Database) -> list[dict[str, str]]:
    """Headers of an owner at a device, of the device alone, of a program, and of a printing agent."""

    def create(conn: Any) -> tuple[str, str, str, str]:
        now = clock.now()
        load_demo(conn)
        person = identity.create_person(conn, name="Fuzz", role="owner", now=now)
        who = identity.find_by_email(conn, "majitel@example.com")
        device = identity.add_device(conn, "Fuzz", now)
        number = identity.list_devices(conn)[0]["id"]
        assert isinstance(number, int)
        assert who is not None
        assert person
        session = identity.open_session(conn, who, "floor", number, now)
        program = identity.give_api_token(conn, "shop", now, "owner")
        return device.token, str(session.session), program, create_agent(conn, "fuzz", now)

    device, session, program, agent = await database.write(create)
    return [
        {"Authorization": f"Bearer {device}", "X-Session": session},
        {"Authorization": f"Bearer {device}"},
        {"Authorization": f"Bearer {program}"},
        {"Authorization": f"Bearer {agent}"},
    ]


@pytest.mark.parametrize("who", range(4), ids=["owner", "device", "program", "agent"])
async def test_nothing_breaks_the_server(client: httpx.AsyncClient, database: Database, who: int) -> None:
    """No route answers 5xx, whatever the address, the query and the body hold; the ledger stays right."""
    chance = random.Random(SEED + who)
    described = (await client.get("/schema/openapi.json")).json()
    maker = Maker(chance, described["components"]["schemas"])
    headers = (await callers(client, database))[who]
    maker.session = headers.get("X-Session")
    rounds = ROUNDS["sqlite" if database.is_sqlite else "postgresql"] if who in (0, 2) else 5
    broken: list[str] = []
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if path in LEFT_OUT or path.endswith(("document.pdf", "route-list.pdf")):
                continue
            for _ in range(rounds):
                address = maker.address(path, operation.get("parameters", []))
                content = operation.get("requestBody", {}).get("content", {})
                schema = next(iter(content.values()))["schema"] if content else {}
                body = maker.scans() if path == "/api/scans" else maker.value(schema)
                if path.endswith("claim") and isinstance(body, dict):
                    body["wait_s"] = 0
                answer = await client.request(method.upper(), address, json=body, headers=headers)
                if answer.status_code >= 500:
                    broken.append(f"{method} {address[:160]} {str(body)[:400]!r} -> {answer.text[:300]}")

    checked = await database.read(verify)
    assert [] == broken, f"{len(broken)} answers were failures"
    assert [] == checked.differences
