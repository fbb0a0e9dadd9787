"""What may be done with something that was looked up: print its label anew, keep a photo of it because somebody asked."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
import sqlalchemy as sa
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.documents import api as documents
from backend.gs1.own_codes import build_own_code
from backend.identity.api import Caller, requires
from backend.inbound.labels import gtin_of
from backend.inbound.store import closing
from backend.inbound.store.photos import make_room
from backend.inbound.tables import inbound_photo
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import NotFound
from backend.platform.journal import Actor
from backend.print_queue import api as printing
from backend.scanning.api import PhotoReader, proof_of
from backend.stock.tables import location

COPIES_MAX = 50
ANY_STATION = "*"
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
    """`forgotten`: so many of the oldest photos of the same thing made way for it."""

    id: int
    forgotten: int = 0


class PhotoNumbers(msgspec.Struct, frozen=True):
    """Numbers below `/api/inbound/photos`, oldest first."""

    photos: list[int]


class Drawable(NamedTuple):
    """A label before it is drawn. `merchant_id`: owner of the goods."""

    label: str
    title: str
    merchant_id: int | None
    fields: dict[str, Any]


def _drawable(conn: Connection, about: str, lot: str = "") -> Drawable:
    kind, _, number = about.partition(":")
    return _product(conn, int(number), lot) if kind == "product" else _place(conn, int(number))


def _read(conn: Connection, asked: LabelAsked) -> tuple[Drawable, documents.Template, printing.ArtifactForm]:
    """Raises PRODUCT_UNKNOWN, LOCATION_UNKNOWN, NO_ROUTE."""
    drawable = _drawable(conn, asked.about, asked.lot)
    form = printing.label_form(conn, asked.station or ANY_STATION, _paper_kind(asked))
    return drawable, documents.load_label(conn, drawable.label), form


def _paper_kind(asked: LabelAsked) -> str:
    return PAPER_KINDS[asked.about.partition(":")[0]]


def _queue(conn: Connection, asked: LabelAsked, drawable: Drawable, drawn: documents.Artifact, now: datetime) -> int:
    """Number of the print job."""
    return printing.enqueue(
        conn, key=f"look-up:{asked.key}", station=asked.station or ANY_STATION, paper_kind=_paper_kind(asked),
        title=drawable.title, about=asked.about, content=drawn.content, format=drawn.format, now=now,
        media_width_mm=round(drawn.media.width_mm), media_height_mm=round(drawn.media.height_mm), dpi=drawn.dpi,
        demands=tuple(printing.Demand(each["symbology"], each["text"]) for each in drawn.plain_demands),
        copies=asked.count, template=drawable.label, merchant_id=drawable.merchant_id, priority=5,
    ).id  # fmt: skip


def _product(conn: Connection, product_id: int, lot: str) -> Drawable:
    found = catalog.products_by_ids(conn, [product_id]).get(product_id)
    if found is None:
        raise NotFound("PRODUCT_UNKNOWN", f"Expected a product, got number {product_id}; look it up again.")
    codes = catalog.codes_of(conn, [product_id])[product_id]
    gtin = gtin_of(tuple(each.key for each in codes if each.level == "each"))
    data = {"name": found.name, "sku": found.sku, "gtin": gtin, "lot": lot}
    return Drawable("product-large", f"{found.sku} {lot}".strip(), found.merchant_id, data)


def _place(conn: Connection, location_id: int) -> Drawable:
    found = conn.execute(sa.select(location).where(location.c.id == location_id)).one_or_none()
    if found is None:
        raise NotFound("LOCATION_UNKNOWN", f"Expected a location, got number {location_id}; look it up again.")
    kind = found.kind if found.kind in OF_THEIR_OWN else "location"
    data = {"code": build_own_code(kind, found.code), "name": found.code}
    return Drawable(kind, found.code, None, data | ({"zone": found.zone} if kind == "location" else {}))


@post("/api/look-up/labels", guards=[requires("worker")], status_code=200)
async def print_label_route(
    data: JSONBody[LabelAsked], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> LabelQueued:
    """The label of a product or a place, anew. 404 PRODUCT_UNKNOWN, LOCATION_UNKNOWN; 409 NO_ROUTE."""
    drawable, template, form = await database.read(lambda conn: _read(conn, data))
    fields = {"language": caller.language or "cs", **drawable.fields}
    drawn = await asyncio.to_thread(documents.artifact_of, template, fields, form.dpi, form.format)
    return LabelQueued(await database.write(lambda conn: _queue(conn, data, drawable, drawn, clock.now())))


@post(
    "/api/look-up/photos", guards=[requires("worker")], status_code=200,
    request_max_body_size=closing.PHOTO_BYTES_MAX + 1,
)  # fmt: skip
async def keep_photo_route(
    request: Request,
    about: AskedAbout,
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
    photo_reader: NamedDependency[PhotoReader],
) -> PhotoKept:
    """A picture as the body (JPEG, PNG, WebP; at most 4 MB), kept because a person asked for it.

    Goods and places keep their newest fifty.
    """
    content = await proof_of(photo_reader, await request.body())

    def work(conn: Any) -> PhotoKept:
        _drawable(conn, about)
        now = clock.now()
        forgotten = make_room(conn, about, now, Actor(caller.person_id))
        return PhotoKept(closing.keep_photo(conn, about, None, content, now, caller.person_id), forgotten)

    return await database.write(work)


@get("/api/look-up/photos", guards=[requires("worker")])
async def photos_route(about: AskedAbout, database: NamedDependency[Database]) -> PhotoNumbers:
    """What was kept of a product or a place."""
    kept = sa.select(inbound_photo.c.id).where(inbound_photo.c.about == about).order_by(inbound_photo.c.id)
    return PhotoNumbers(await database.read(lambda conn: list(conn.execute(kept).scalars())))


ROUTES = [print_label_route, keep_photo_route, photos_route]
