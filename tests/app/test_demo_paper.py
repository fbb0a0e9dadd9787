"""The demo's codes on paper: whoever has no second screen prints the tour and scans it from the table."""

import httpx
import pypdfium2
import pytest

from backend.app.demo import load_demo
from backend.platform.database import Database
from tests.documents.readers import by_zxing


@pytest.fixture
async def tour(client: httpx.AsyncClient, database: Database) -> dict[str, list[dict[str, str]]]:
    await database.write(load_demo)
    return (await client.get("/api/demo/tour")).json()


async def test_the_printed_tour_holds_the_codes_of_the_screen(
    client: httpx.AsyncClient, tour: dict[str, list[dict[str, str]]]
) -> None:
    """People with their PINs, benches, totes, cartons: every code is read back from the pages."""
    answer = await client.get("/api/demo/tour.pdf", params={"language": "sk"})

    pages = list(pypdfium2.PdfDocument(answer.content))
    read = set().union(*(by_zxing(page.render(scale=200 / 72).to_pil()) for page in pages))
    words = " ".join(page.get_textpage().get_text_range() for page in pages)
    wanted = {card["code"] for group in ("people", "stations", "totes", "cartons") for card in tour[group]}
    assert "application/pdf" == answer.headers["content-type"]
    assert len(wanted) > 10
    assert set() == wanted - read
    assert {card["pin"] for card in tour["people"]} <= set(words.split())
