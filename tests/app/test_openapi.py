"""The description of the API is committed, so that a change shows in review."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.app.asgi import build
from backend.app.settings import Settings

COMMITTED = Path(__file__).parents[2] / "contracts" / "openapi.json"


def test_the_committed_description_is_the_newest() -> None:
    """`./dev openapi` writes it anew."""
    described = build(Settings(database_url="sqlite://", worker="none")).openapi_schema.to_schema()

    assert json.loads(json.dumps(described)) == json.loads(COMMITTED.read_text(encoding="utf-8"))


async def test_the_viewer_needs_no_outside_address(client: httpx.AsyncClient) -> None:
    """A warehouse may have no internet: scripts and styles of the viewer are our own."""
    page = (await client.get("/schema")).text

    loaded = re.findall(r"(?:src|href)=[\"']([^\"']+)", page.split("SwaggerUIBundle({")[0])
    assert 4 == len(loaded)
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)


SAID = json.loads(COMMITTED.read_text(encoding="utf-8"))
OPERATIONS = [(method, path) for path, methods in SAID["paths"].items() for method in methods]
KINDS = {"string": str, "integer": int, "object": dict}


def follow(described: dict[str, Any]) -> dict[str, Any]:
    """What a $ref of the description stands for, however many there are in a row."""
    while "$ref" in described:
        found: Any = SAID
        for part in described["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        described = found
    return described


def faults(problem: Any, schema: dict[str, Any]) -> list[str]:
    """Where a body is not what the schema of problems promises; enough of JSON Schema for that one."""
    if not isinstance(problem, dict):
        return ["not an object"]
    found = [f"{name} is missing" for name in schema["required"] if name not in problem]
    for name, value in problem.items():
        promised = schema["properties"].get(name, {})
        kind = KINDS.get(promised.get("type", ""))
        if kind is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            found.append(f"{name} is {value!r}")
        if isinstance(value, int) and not promised.get("minimum", value) <= value <= promised.get("maximum", value):
            found.append(f"{name} {value} is out of range")
        if "pattern" in promised and re.search(promised["pattern"], str(value)) is None:
            found.append(f"{name} {value!r} does not fit")
    return found


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_documented_error_is_a_problem(method: str, path: str) -> None:
    """One media type and one schema for all of them, a catch-all among them, and our mistakes named too."""
    responses = SAID["paths"][path][method]["responses"]
    errors = {status: follow(each) for status, each in responses.items() if status == "default" or status[0] in "45"}

    assert {"default", "500"} <= errors.keys()
    for status, each in errors.items():
        assert ["application/problem+json"] == list(each["content"]), status
        schema = follow(each["content"]["application/problem+json"]["schema"])
        assert {"type", "title", "status", "code", "detail"} == set(schema["required"]), status


async def _answers(client: httpx.AsyncClient) -> list[tuple[str, str, httpx.Response]]:
    """Each operation asked with an impossible body and impossible places."""
    found = []
    for method, path in OPERATIONS:
        if path == "/api/events":
            continue
        address = re.sub(r"\{[^}]+\}", "999999999", path)
        for content in (b"{", b'{"x": 1}', b'"text"'):
            json_type = {"Content-Type": "application/json"}
            body = {} if method == "get" else {"content": content, "headers": json_type}
            found.append((method, path, await client.request(method.upper(), address, **body)))
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ["", "worker", "owner"])
async def test_real_errors_are_what_the_description_promises(
    client: httpx.AsyncClient, sign_in: Any, role: str
) -> None:
    """Asked by nobody, by one who may little and by one who may all: status, media type and schema are documented."""
    if role:
        await sign_in(role)
    wrong = []
    for method, path, answer in await _answers(client):
        if answer.status_code < 400:
            continue
        responses = SAID["paths"][path][method]["responses"]
        promised = follow(responses.get(str(answer.status_code), responses["default"]))
        media = answer.headers["content-type"]
        schema = follow(
            promised["content"].get(media, {"schema": {"required": ["this media type"], "properties": {}}})["schema"]
        )
        found = faults(answer.json(), schema)
        if str(answer.status_code) not in responses:
            found.append(f"status {answer.status_code} is not documented")
        if answer.json().get("status") != answer.status_code:
            found.append("status differs from the answer's")
        wrong += [f"{method} {path}: {each}" for each in found]

    assert [] == sorted(set(wrong))
