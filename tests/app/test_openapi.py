"""The description of the API is committed, so that a change shows in review."""

import json
import re
from pathlib import Path

import httpx

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
