"""What may be done with something that was looked up: print its label anew, keep a photo of it because somebody asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.documents import api as documents
from backend.documents.artifact import LabelFormat
from backend.gs1.own_codes import build_own_code
from backend.identity.api import Caller, requires
from backend.inbound.labels import gtin_of
from backend.inbound.store import closing
from backend.inbound.tables import inbound_photo
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import NotFound
from backend.print_queue import api as printing
from backend.stock.tables import location

COPIES_MAX = 50
DPI = 203
FORMATS: dict[str, LabelFormat] = {"zpl": "zpl", "png1": "png1", "pdf": "pdf"}
PAPER_KINDS = {"product": "goods_label", "location": "place_label"}
OF_THEIR_OWN = ("tote", "cart")
"""Kinds of places whose code and label say what they are; any other is a location."""

ABOUT = r"^(product|location):[0-9]{1,18}$"
About = Annotated[str, msgspec.Meta(pattern=ABOUT)]
AskedAbout = Annotated[str, QueryParameter(pattern=ABOUT)]


class LabelAsked(msgspec.Struct, frozen=True, kw_only=True):
    """`about` is what was looked up (`product:7`, `location:12`); `key` makes a repeat harmless; `station` chooses the
    printer. `lot` goes onto a product's label."""

    about: About
    key: Annotated[str, msgspec.Meta(min_length=8, max_length=64)]
    count: Annotated[int, msgspec.Meta(ge=1, le=COPIES_MAX)] = 1
    lot: Annotated[str, msgspec.Meta(max_length=40)] = ""
    station: Annotated[str, msgspec.Meta(max_length=32)] = ""


class LabelQueued(msgspec.Struct, frozen=True):
    job: int


class PhotoKept(msgspec.Struct, frozen=True):
    id: int


class PhotoNumbers(msgspec.Struct, frozen=True):
    """Numbers below `/api/inbound/photos`, oldest first."""

    photos: list[int]


def print_label(conn: Connection, asked: LabelAsked, language: str, now: datetime) -> int:
    """Number of the print job. Raises PRODUCT_UNKNOWN, LOCATION_UNKNOWN, NO_ROUTE."""
    kind, _, number = asked.about.partition(":")
    drawn = _product(conn, int(number), asked.lot) if kind == "product" else _place(conn, int(number))
    template, title, merchant_id, fields = drawn
    paper_kind = PAPER_KINDS[kind]
    form = printing.label_form(conn, asked.station or "*", paper_kind)
    artifact = documents.label_artifact(
        template, {"language": language, **fields}, form.dpi or DPI, FORMATS[form.format]
    )
    return printing.enqueue(
        conn, key=f"look-up:{asked.key}", station=asked.station or "*", paper_kind=paper_kind, title=title,
        about=asked.about, content=artifact.content, format=artifact.format, now=now,
        media_width_mm=round(artifact.media.width_mm), media_height_mm=round(artifact.media.height_mm), dpi=form.dpi or DPI,
        demands=tuple(printing.Demand(each["symbology"], each["text"]) for each in artifact.plain_demands),
        copies=asked.count, template=template, merchant_id=merchant_id, priority=5,
    ).id  # fmt: skip


Drawn = tuple[str, str, int | None, Mapping[str, Any]]
"""Template, title of the job, owner of the goods, data of the label."""


def _product(conn: Connection, product_id: int, lot: str) -> Drawn:
    found = catalog.products_by_ids(conn, [product_id]).get(product_id)
    if found is None:
        raise NotFound("PRODUCT_UNKNOWN", f"Expected a product, got number {product_id}; look it up again.")
    codes = catalog.codes_of(conn, [product_id])[product_id]
    gtin = gtin_of(tuple(each.key for each in codes if each.level == "each"))
    data = {"name": found.name, "sku": found.sku, "gtin": gtin, "lot": lot}
    return "product-large", f"{found.sku} {lot}".strip(), found.merchant_id, data


def _place(conn: Connection, location_id: int) -> Drawn:
    found = conn.execute(sa.select(location).where(location.c.id == location_id)).one_or_none()
    if found is None:
        raise NotFound("LOCATION_UNKNOWN", f"Expected a location, got number {location_id}; look it up again.")
    kind = found.kind if found.kind in OF_THEIR_OWN else "location"
    data = {"code": build_own_code(kind, found.code), "name": found.code}
    return kind, found.code, None, data | ({"zone": found.zone} if kind == "location" else {})


@post("/api/look-up/labels", guards=[requires("worker")], status_code=200)
async def print_label_route(
    data: JSONBody[LabelAsked], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> LabelQueued:
    """The label of a product or a place, anew. 404 PRODUCT_UNKNOWN, LOCATION_UNKNOWN; 409 NO_ROUTE."""
    language = caller.language or "cs"
    return LabelQueued(await database.write(lambda conn: print_label(conn, data, language, clock.now())))


def _find(conn: Connection, about: str) -> None:
    kind, _, number = about.partition(":")
    if kind == "product":
        _product(conn, int(number), "")
    else:
        _place(conn, int(number))


@post(
    "/api/look-up/photos", guards=[requires("worker")], status_code=200,
    request_max_body_size=closing.PHOTO_BYTES_MAX + 1,
)  # fmt: skip
async def keep_photo_route(
    request: Request, about: AskedAbout, database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> PhotoKept:
    """A picture as the body (JPEG, PNG, WebP; at most 4 MB), kept because a person asked for it."""
    content = await request.body()

    def work(conn: Any) -> PhotoKept:
        _find(conn, about)
        return PhotoKept(closing.keep_photo(conn, about, None, content, clock.now(), caller.person_id))

    return await database.write(work)


@get("/api/look-up/photos", guards=[requires("worker")])
async def photos_route(about: AskedAbout, database: NamedDependency[Database]) -> PhotoNumbers:
    """What was kept of a product or a place."""
    kept = sa.select(inbound_photo.c.id).where(inbound_photo.c.about == about).order_by(inbound_photo.c.id)
    return PhotoNumbers(await database.read(lambda conn: list(conn.execute(kept).scalars())))


ROUTES = [print_label_route, keep_photo_route, photos_route]
