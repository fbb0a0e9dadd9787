"""The office's label editor over HTTP, and what the tables keep: previews, refusals, versions."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from sqlalchemy.engine import Connection

from backend.documents import api as documents
from backend.documents.routes import ROUTES
from backend.documents.templates import template_of
from backend.platform.database import run_once
from tests.api.orders_client import open_client

Client = TestClient[Litestar]


@pytest.fixture
def client(sqlite_url: str) -> Iterator[Client]:
    with open_client(sqlite_url, *ROUTES) as opened:
        yield opened


def shown(client: Client, code: str = "location") -> dict[str, Any]:
    answer = client.get(f"/api/label-designs/{code}")
    assert 200 == answer.status_code
    return answer.json()


def save(client: Client, code: str, design: dict[str, Any] | None, version: int) -> Any:
    return client.post(f"/api/label-designs/{code}", json={"version": version, "design": design})


def test_every_label_can_be_opened_and_previewed(client: Client) -> None:
    """Each label in the list has a first design that keeps all rules or says which one it breaks, and how to mend it."""
    rows = client.get("/api/label-designs").json()
    assert {"location", "parcel", "product-small", "pallet"} <= {row["code"] for row in rows}
    for code in ("location", "parcel", "case"):
        design = shown(client, code)["design"]
        answer = client.post("/api/label-designs/preview", json={"design": design, "language": "sk", "longest": True})
        assert 200 == answer.status_code, answer.json()
        picture = Image.open(io.BytesIO(base64.b64decode(answer.json()["picture"])))
        assert picture.width == pytest.approx(answer.json()["width_mm"] * 8, abs=1)


def test_bad_change_cannot_be_saved(client: Client) -> None:
    """A code too wide, a box off the label, a field that is none: each is refused with its rule, and no version is made."""
    design = shown(client)["design"]
    blocks = design["blocks"]
    narrow = [block | ({"width_mm": 20} if block["kind"] == "code" else {}) for block in blocks]
    wrong = [
        (design | {"blocks": narrow}, "box-too-small"),
        (design | {"height_mm": 20}, "on-the-label"),
        (design | {"blocks": [blocks[0] | {"kind": "field", "field": "colour"}]}, "design-field"),
        (design | {"blocks": [{"kind": "logo"}]}, "picture"),
    ]
    for bad, rule in wrong:
        answer = save(client, "location", bad, 0)
        assert (422, rule) == (answer.status_code, answer.json()["code"])
        assert answer.json()["cure"]
    assert [] == shown(client)["versions"]


def test_versions_are_kept_and_old_ones_come_back(client: Client) -> None:
    """Saved twice, then back to what Rampa brings: three versions, each still to be looked at; a late save is refused."""
    design = shown(client)["design"]
    assert 1 == save(client, "location", design, 0).json()["version"]
    other = design | {"margin_mm": 2.5}
    assert 2 == save(client, "location", other, 1).json()["version"]
    late = save(client, "location", design, 1)
    assert (409, "LABEL_CHANGED") == (late.status_code, late.json()["code"])
    assert [False, True, True] == [each["designed"] for each in save(client, "location", None, 2).json()["versions"]]
    first = client.get("/api/label-designs/location/versions/1").json()
    assert design == first["design"]
    assert 404 == client.get("/api/label-designs/location/versions/9").status_code


def test_own_label_stands_beside_the_built_in_ones(client: Client) -> None:
    """A new name over a known label's data is a label of its own; a built-in name for other data is refused."""
    design = shown(client, "customer")["design"]
    assert 200 == save(client, "Chain X", design, 0).status_code
    own = [row for row in client.get("/api/label-designs").json() if row["own"]]
    assert [("chain-x", "customer", 1)] == [(row["code"], row["base"], row["version"]) for row in own]
    for name in ("location", "č"):
        answer = save(client, name, design, 0)
        assert (422, "LABEL_NAME") == (answer.status_code, answer.json()["code"]) or answer.status_code == 400


def test_only_the_office_designs(client: Client) -> None:
    """A worker may not see or change what labels look like."""
    for role in ("worker", "lead"):
        client.headers["x-role"] = role
        assert 403 == client.get("/api/label-designs").status_code
        assert 403 == save(client, "location", None, 0).status_code


def test_saved_design_is_what_is_printed(sqlite_url: str, client: Client) -> None:
    """`load_label` gives the design; data that break it against all checks are drawn as Rampa's own label."""
    design = shown(client)["design"] | {"margin_mm": 3.0}
    assert 200 == save(client, "location", design, 0).status_code
    example = template_of("location").example

    def load(conn: Connection) -> documents.Template:
        return documents.load_label(conn, "location")

    template = run_once(sqlite_url, load)
    drawn = documents.artifact_of(template, example, 203, "zpl")
    assert drawn.content != documents.label_artifact("location", example).content
    assert drawn.plain_demands == documents.label_artifact("location", example).plain_demands[:1]
    wide = example | {"code": "L.VERY-LONG-PLACE-0123456789-AB"}
    fallback = documents.artifact_of(template, wide, 203, "png1")
    assert ("png1", 1) == (fallback.format, len(fallback.demands))
