"""The card that teaches a device its scanner, for any printer of the office."""

import asyncio
from typing import Final

from litestar import Response, get
from litestar.params import FromQuery

from backend.documents.api import render_label
from backend.documents.wording import Language
from backend.identity.api import requires

DPI: Final = 600


@get("/api/scanner-card.pdf", guards=[requires("office")], media_type="application/pdf")
async def scanner_card(language: FromQuery[Language] = "cs") -> Response[bytes]:
    """Three codes on A6, to be scanned once on each device."""
    content = await asyncio.to_thread(render_label, "scanner", {"language": language}, "pdf", DPI)
    headers = {"Content-Disposition": "inline; filename=scanner-card.pdf"}
    return Response(content, media_type="application/pdf", headers=headers)


ROUTES = [scanner_card]
