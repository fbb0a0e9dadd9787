"""What is done with something that was looked up: a label anew, a photo that somebody asked for."""

import io
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from sqlalchemy.engine import Connection

from backend.app import look_up
from backend.documents import store as designs
from backend.documents.design import Block, Design
from backend.inbound.routes import ROUTES as INBOUND_ROUTES
from backend.inbound.store import closing
from backend.platform.database import run_once
from backend.print_queue import api as printing
from backend.print_queue.tables import print_content, print_job
from tests.api.orders_client import open_client
from tests.builders import NOW, create_location, create_product, stock_up


def build(conn: Connection) -> None:
    """Tea at A-01-1, a tote, one label printer for all stations."""
    product_id = create_product(conn, sku="TEA-1", name="Čaj", keys={"gtin:09520000000011": 1})
    stock_up(conn, product_id, create_location(conn, code="A-01-1", zone="A"), 10, lot="L1")
    create_location(conn, code="T-014", kind="tote")
    printing.create_agent(conn, "agent", NOW)
    printing.save_printer(
        conn, "LABELS", "agent", name="Labels", driver="zpl", transport="folder", address="labels", dpi=203,
        media_width_mm=105, media_height_mm=148,
    )  # fmt: skip
    printing.save_route(conn, "*", "label", "LABELS")


@pytest.fixture
def client(sqlite_url: str) -> Iterator[TestClient[Litestar]]:
    run_once(sqlite_url, build)
    with open_client(sqlite_url, *look_up.ROUTES, *INBOUND_ROUTES) as opened:
        yield opened


def about(client: TestClient[Litestar], key: str) -> str:
    found = client.get("/api/look-up", params={"key": key}).json()
    (thing,) = found["products"] or found["locations"]
    return f"{'product' if found['products'] else 'location'}:{thing['id']}"


def jobs(url: str) -> list[tuple[str, str, int, bytes]]:
    found: list[tuple[str, str, int, bytes]] = []

    def read(conn: Connection) -> None:
        asked = sa.select(print_job.c.template, print_job.c.title, print_job.c.copies, print_content.c.content)
        asked = asked.join(print_content, print_content.c.id == print_job.c.content_id)
        found.extend(tuple(row) for row in conn.execute(asked.order_by(print_job.c.id)))

    run_once(url, read)
    return found


@pytest.mark.parametrize(
    ("key", "template", "title", "printed"),
    [
        ("text:TEA-1", "product-large", "TEA-1 L1", b"9520000000011"),
        ("loc:A-01-1", "location", "A-01-1", b"L.A-01-1."),
        ("tote:T-014", "tote", "T-014", b"T.T-014."),
    ],
)
def test_a_label_comes_once_with_the_code_of_its_thing(
    client: TestClient[Litestar], sqlite_url: str, key: str, template: str, title: str, printed: bytes
) -> None:
    """Product with its lot, shelf, tote: the right template and code; a repeat of the request prints nothing more."""
    asked = {"about": about(client, key), "key": "0123456789abcdef", "count": 2, "lot": "L1"}
    first = client.post("/api/look-up/labels", json=asked)
    assert 200 == first.status_code, first.text
    assert first.json() == client.post("/api/look-up/labels", json=asked).json()
    (job,) = jobs(sqlite_url)
    assert (template, title, 2) == job[:3]
    assert printed in job[3]


def test_the_offices_design_is_what_comes(client: TestClient[Litestar], sqlite_url: str) -> None:
    """A label that the office has drawn itself is printed in its looks here too."""
    blocks = (Block(kind="text", text="HANDLE WITH CARE"), Block(kind="code", field="code", height_mm=20))
    design = Design(base="tote", width_mm=100, height_mm=60, blocks=blocks)
    run_once(sqlite_url, lambda conn: designs.save_design(conn, designs.Checked("tote", design), 0, None, NOW))
    asked = {"about": about(client, "tote:T-014"), "key": "0123456789abcdef"}
    assert 200 == client.post("/api/look-up/labels", json=asked).status_code
    (job,) = jobs(sqlite_url)
    assert b"HANDLE WITH CARE" in job[3]
    assert b"T.T-014." in job[3]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"about": "product:999"}, 404, "PRODUCT_UNKNOWN"),
        ({"about": "location:999"}, 404, "LOCATION_UNKNOWN"),
        ({"about": "person:1"}, 422, None),
        ({"about": "product:1", "count": 51}, 422, None),
    ],
)
def test_what_is_not_there_gets_no_label(
    client: TestClient[Litestar], sqlite_url: str, body: dict, status: int, code: str | None
) -> None:
    """A thing that was removed meanwhile, something that has no label, more than a roll."""
    answer = client.post("/api/look-up/labels", json={"key": "0123456789abcdef"} | body)
    assert (status, []) == (answer.status_code, jobs(sqlite_url))
    assert code is None or code == answer.json()["code"]


def test_a_photo_is_kept_because_somebody_asked(client: TestClient[Litestar]) -> None:
    """Kept with its thing and found there; what is no picture is not."""
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "JPEG")
    thing = about(client, "loc:A-01-1")
    kept = client.post(f"/api/look-up/photos?about={thing}", content=drawn.getvalue())
    assert 200 == kept.status_code, kept.text
    assert {"photos": [kept.json()["id"]]} == client.get(f"/api/look-up/photos?about={thing}").json()
    shown = client.get(f"/api/inbound/photos/{kept.json()['id']}")
    assert ("image/jpeg", (40, 30)) == (shown.headers["content-type"], Image.open(io.BytesIO(shown.content)).size)
    assert "NOT_A_PICTURE" == client.post(f"/api/look-up/photos?about={thing}", content=b"<svg/>").json()["code"]
    assert {"photos": []} == client.get("/api/look-up/photos?about=product:1").json()


def test_the_fifty_first_photo_says_that_the_oldest_went(client: TestClient[Litestar], sqlite_url: str) -> None:
    """A worker is not refused, and is told that an older photo made way."""
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "JPEG")
    thing = about(client, "loc:A-01-1")

    def fill(conn: Connection) -> list[int]:
        return [closing.keep_photo(conn, thing, None, drawn.getvalue(), NOW, None) for _ in range(closing.PHOTOS_EACH)]

    before = run_once(sqlite_url, fill)
    kept = client.post(f"/api/look-up/photos?about={thing}", content=drawn.getvalue()).json()
    assert 1 == kept["forgotten"]
    assert [*before[1:], kept["id"]] == client.get(f"/api/look-up/photos?about={thing}").json()["photos"]
