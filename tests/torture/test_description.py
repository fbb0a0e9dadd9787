"""schemathesis against our own description: what it says may come is sent, and what it says is answered is checked.

More of it by hand: RAMPA_SCHEMA_EXAMPLES=500 pytest tests/torture/test_description.py
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from backend.app.asgi import build
from backend.app.settings import Settings
from backend.platform.database import Database
from backend.stock.store.ledger import verify
from tests.app.test_fuzz import LEFT_OUT, callers

EXAMPLES = int(os.environ.get("RAMPA_SCHEMA_EXAMPLES", "4"))
CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]
TOLD = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 50, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck), print_blob=False,
)  # fmt: skip


class Door:
    """The application in this process, on a demo warehouse, with the headers of an owner at a device."""

    def __init__(self, path: Path) -> None:
        self.runner = asyncio.Runner()
        self.database = Database(f"sqlite:///{path}")
        self.app = build(Settings(worker="none", demo=True), self.database)
        transport = httpx.ASGITransport(self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://rampa.test", headers={"X-Rampa": "1"})
        self.headers = self.runner.run(callers(self.client, self.database))

    def ask(self, case: Case, headers: dict[str, str]) -> Response:
        words = case.as_transport_kwargs(base_url="http://rampa.test", headers=headers)
        wanted = {"method", "url", "headers", "params", "json", "data", "content", "cookies", "files"}
        asked: dict[str, Any] = {name: value for name, value in words.items() if name in wanted and value is not None}
        if isinstance(asked.get("data"), (bytes, str)):
            asked["content"] = asked.pop("data")
        asked.pop("cookies", None)
        return Response.from_httpx(self.runner.run(self.client.request(**asked)), verify=True)

    def close(self) -> None:
        self.runner.run(self.client.aclose())
        self.runner.run(self.database.close())
        self.runner.close()


@pytest.fixture
def door(sqlite_url: str) -> Iterator[Door]:
    opened = Door(Path(sqlite_url.removeprefix("sqlite:///")))
    yield opened
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("who", [0, 3], ids=["owner", "agent"])
def test_every_operation_keeps_its_word(door: Door, who: int) -> None:
    """No 5xx, and each answer is what the description says."""
    schema = schemathesis.openapi.from_dict(door.app.openapi_schema.to_schema())
    broken: list[str] = []
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in LEFT_OUT or operation.path.endswith((".pdf", "claim")):
            continue

        @TOLD
        @given(operation.as_strategy())
        def one(case: Case) -> None:
            nonlocal asked
            asked += 1
            answer = door.ask(case, door.headers[who])
            try:
                case.validate_response(answer, checks=CHECKS)
            except BaseExceptionGroup as group:
                broken.append(f"{case.method} {case.formatted_path}: {answer.status_code} {group.exceptions[0]!s:.400}")

        one()

    assert [] == sorted(set(broken)), f"{len(broken)} of {asked} answers were not what the description says"
    assert [] == door.runner.run(door.database.read(verify)).differences
