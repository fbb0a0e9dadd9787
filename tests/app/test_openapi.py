"""The description of the API is committed, so that a change shows in review."""

import json
from pathlib import Path

from backend.app.asgi import build
from backend.app.settings import Settings

COMMITTED = Path(__file__).parents[2] / "contracts" / "openapi.json"


def test_the_committed_description_is_the_newest() -> None:
    """`./dev openapi` writes it anew."""
    described = build(Settings(database_url="sqlite://", worker="none")).openapi_schema.to_schema()

    assert json.loads(json.dumps(described)) == json.loads(COMMITTED.read_text(encoding="utf-8"))


def test_the_viewer_needs_no_outside_address() -> None:
    """A warehouse may have no internet: scripts and styles of the viewer are our own."""
    plugin = build(Settings(database_url="sqlite://", worker="none")).openapi_config.render_plugins[0]  # type: ignore[union-attr]
    page = plugin.render(None, {"info": {"title": "x"}}).decode()  # type: ignore[arg-type]

    assert "https://" not in page.replace("https://json-schema.org", "")
