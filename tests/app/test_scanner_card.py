"""The scanner card as the office gets it: a page whose three codes are those that a device learns from."""

from typing import Any

import httpx
import pypdfium2
import pytest

from backend.gs1.keyboards import CALIBRATION_END, CALIBRATION_TEXT
from tests.documents.readers import by_zbar, by_zxing


@pytest.mark.parametrize("language", ["cs", "hu"])
async def test_the_card_is_read_by_both_readers(client: httpx.AsyncClient, sign_in: Any, language: str) -> None:
    """All three codes; the separator stands between the two elements of the third."""
    await sign_in("office")
    answer = await client.get("/api/scanner-card.pdf", params={"language": language})
    picture = pypdfium2.PdfDocument(answer.content)[0].render(scale=300 / 72).to_pil()

    codes = {CALIBRATION_END, CALIBRATION_TEXT, "91RAMPA\x1d92CAL"}
    assert codes == by_zxing(picture)
    assert codes == by_zbar(picture)


async def test_only_the_office_prints_it(client: httpx.AsyncClient) -> None:
    """Nobody is signed in: no card."""
    assert 401 == (await client.get("/api/scanner-card.pdf")).status_code
