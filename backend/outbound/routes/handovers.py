"""The handover as the office, the dock and the courier's phone meet it."""

import base64
import binascii
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.identity.api import Caller, requires
from backend.outbound.flows import handovers as flow
from backend.outbound.reactions import render_manifest
from backend.outbound.store import courier
from backend.outbound.store import handovers as store
from backend.outbound.views import handovers as views
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Malformed, Problem, TooLarge
from backend.platform.journal import SYSTEM, Actor
from backend.platform.limits import PAGE_ROWS, SIGNATURE_BYTES
from backend.scanning.protocol import Refusal

PNG = b"\x89PNG\r\n\x1a\n"
SESSION_HEADER = "x-courier-session"
CODE_CHARACTERS = 400


class HandoverPage(msgspec.Struct):
    """`next` is the cursor of the following page, null on the last."""

    rows: list[views.HandoverRow]
    next: int | None


@get("/api/handovers", guards=[requires("worker")])
async def list_handovers(database: NamedDependency[Database], cursor: FromQuery[int | None] = None) -> HandoverPage:
    """Newest first; the first page begins with carriers whose parcels wait without a list (`id` 0)."""
    rows, following = await database.read(lambda conn: views.read_handovers(conn, cursor, PAGE_ROWS))
    return HandoverPage(rows, following)


class HandoverRequest(msgspec.Struct):
    carrier: str


@post("/api/handovers", guards=[requires("worker")], status_code=200)
async def open_handover(
    data: JSONBody[HandoverRequest],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
    settings: NamedDependency[Any],
) -> views.HandoverView:
    """Open the list of a carrier, or answer the one that is open already."""
    carrier = data.carrier.strip()
    if not 0 < len(carrier) <= 32:
        raise Malformed(
            "CARRIER_UNKNOWN", f"Expected the code of a carrier, got {data.carrier[:40]!r}.", got=carrier[:40]
        )

    def work(conn: Any) -> views.HandoverView:
        now = clock.now()
        day = flow.day_of(now, settings.zone)
        handover_id = store.open_handover(conn, carrier, day, now, Actor(caller.person_id, caller.device_id))
        return views.read_handover(conn, handover_id)

    return await database.write(work)


@get("/api/handovers/{number:int}", guards=[requires("worker")])
async def read_handover(number: FromPath[int], database: NamedDependency[Database]) -> views.HandoverView:
    """The list as it stands: loaded, missing, extra; live by polling or after a poke."""
    return await database.read(lambda conn: views.read_handover(conn, number))


class CourierLink(msgspec.Struct):
    """`url` is what the QR on the dock screen holds."""

    url: str
    token: str
    expires_at: datetime


@post("/api/handovers/{number:int}/link", guards=[requires("worker")], status_code=200)
async def make_link(
    number: FromPath[int], request: Request, database: NamedDependency[Database], settings: NamedDependency[Any]
) -> CourierLink:
    """A fresh link for the courier's phone, valid 90 seconds to open; it ends the one before."""
    token, until = await database.write(lambda conn: courier.make_link(conn, number, clock.now()))
    base = (settings.public_url or str(request.base_url)).rstrip("/")
    return CourierLink(f"{base}/h/{token}", token, until)


class SignatureRequest(msgspec.Struct):
    """`signature` is a PNG in base64 (a data address is taken too); `content_hash` the list that was shown.

    `confirm_missing` says that ready parcels stay behind knowingly; a remark says so as well.
    """

    name: str
    content_hash: str
    plate: str = ""
    signature: str = ""
    remark: str = ""
    confirm_missing: bool = False


class Receipt(msgspec.Struct):
    """What both sides keep: the list's number, how many parcels, and its hash."""

    number: str
    parcels: int
    missing: int
    content_hash: str
    signed_at: datetime


def read_signature(data: SignatureRequest) -> store.Signature:
    """Raises `Malformed` NAME_MISSING or SIGNATURE_UNREADABLE, `TooLarge` SIGNATURE_TOO_LARGE."""
    name = " ".join(data.name.split())[:120]
    if not name:
        raise Malformed("NAME_MISSING", "Expected the name of the courier, got none; write it and sign again.")
    encoded = data.signature.partition("base64,")[2] if data.signature.startswith("data:") else data.signature
    if len(encoded) > SIGNATURE_BYTES * 4 // 3 + 4:
        raise TooLarge(
            "SIGNATURE_TOO_LARGE", f"Expected a picture of at most {SIGNATURE_BYTES} bytes; draw it smaller."
        )
    try:
        picture = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        picture = b"?"
    if not picture.startswith(PNG):
        raise Malformed("SIGNATURE_UNREADABLE", "Expected the drawn signature as a PNG picture; sign again.")
    return store.Signature(
        name=name, plate=data.plate.strip()[:20], picture=picture, remark=data.remark.strip()[:500],
        content_hash=data.content_hash, missing_confirmed=data.confirm_missing,
    )  # fmt: skip


async def _sign(database: Database, number: int, data: SignatureRequest, actor: Actor) -> Receipt:
    signature = read_signature(data)
    now = clock.now()
    fact = await database.write(lambda conn: store.sign(conn, number, signature, now, actor))
    return Receipt(fact.number, fact.parcels, fact.missing, fact.content_hash, now)


@post("/api/handovers/{number:int}/sign", guards=[requires("worker")], status_code=200)
async def sign_here(
    number: FromPath[int],
    data: JSONBody[SignatureRequest],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> Receipt:
    """The courier signs on our device."""
    return await _sign(database, number, data, Actor(caller.person_id, caller.device_id))


async def _document(database: Database, number: int, zone: str) -> Response[bytes]:
    """The signed list as PDF, the same bytes for everybody; of an open list the state as of now, kept nowhere."""
    kept = await database.read(lambda conn: views.document_of(conn, number))
    seen = await database.read(lambda conn: views.read_handover(conn, number))
    if kept is None:
        made = render_manifest(await database.read(lambda conn: views.manifest_of(conn, number, zone)))
        if seen.state == "signed":
            await database.write(lambda conn: store.keep_document(conn, number, made))
            kept = await database.read(lambda conn: views.document_of(conn, number))
        kept = kept or made
    headers = {"Content-Disposition": f'inline; filename="{seen.number}.pdf"'}
    return Response(kept, media_type="application/pdf", headers=headers)


@get("/api/handovers/{number:int}/document.pdf", guards=[requires("worker")])
async def read_document(
    number: FromPath[int], database: NamedDependency[Database], settings: NamedDependency[Any]
) -> Response[bytes]:
    return await _document(database, number, settings.zone)


# -- the courier's phone: no account, a link that lives 90 seconds, a session of 15 minutes -------------------------------


async def _session(request: Request, token: str, database: Database) -> int:
    """The list of the session, told by the header or, for plain links such as the PDF, by the address."""
    session = request.headers.get(SESSION_HEADER) or token
    return await database.read(lambda conn: courier.id_of_session(conn, session, clock.now()))


class CourierPage(msgspec.Struct):
    """`opened` False: the link was only looked at, nothing has happened; the lists stay empty until it is opened."""

    opened: bool
    handover: views.CourierView


@get("/api/courier/{token:str}")
async def look_at_link(token: FromPath[str], request: Request, database: NamedDependency[Database]) -> CourierPage:
    """By a session: the live list. By a fresh link: carrier and counts only, and without any effect."""

    def read(conn: Any) -> CourierPage:
        now = clock.now()
        try:
            found = courier.id_of_session(conn, request.headers.get(SESSION_HEADER) or token, now)
        except Problem:
            found = courier.id_of_link(conn, token, now)
            seen = views.read_for_courier(conn, found)
            return CourierPage(False, msgspec.structs.replace(seen, parcels=[], extras=[], content_hash=""))
        return CourierPage(True, views.read_for_courier(conn, found))

    return await database.read(read)


class CourierSession(msgspec.Struct):
    """`session` takes the place of the token in all further addresses, or goes into the header X-Courier-Session."""

    session: str
    expires_at: datetime
    handover: views.CourierView


@post("/api/courier/{token:str}/open", status_code=200)
async def open_link(token: FromPath[str], database: NamedDependency[Database]) -> CourierSession:
    """Spend the link: each opens one session of fifteen minutes."""

    def work(conn: Any) -> CourierSession:
        now = clock.now()
        session, until = courier.open_link(conn, token, now)
        return CourierSession(session, until, views.read_for_courier(conn, courier.id_of_session(conn, session, now)))

    return await database.write(work)


class CourierScan(msgspec.Struct):
    code: str


class CourierVerdict(msgspec.Struct):
    """`outcome` ok or refused, with the refusal in the shape of the floor's."""

    outcome: str
    refusal: Refusal | None
    parcel: str | None
    handover: views.CourierView


@post("/api/courier/{token:str}/scans", status_code=200)
async def scan_parcel(
    token: FromPath[str], data: JSONBody[CourierScan], request: Request, database: NamedDependency[Database]
) -> CourierVerdict:
    """A parcel read by the courier's phone; the same rules as on our devices."""
    number = await _session(request, token, database)
    text = data.code.strip()[:CODE_CHARACTERS]

    def work(conn: Any) -> CourierVerdict:
        decision = flow.scan_by_courier(conn, number, text, clock.now())
        parcel = (decision.note or {}).get("parcel")
        outcome = "ok" if decision.refusal is None else "refused"
        return CourierVerdict(outcome, decision.refusal, parcel, views.read_for_courier(conn, number))

    return await database.write(work)


@post("/api/courier/{token:str}/sign", status_code=200)
async def sign_by_courier(
    token: FromPath[str], data: JSONBody[SignatureRequest], request: Request, database: NamedDependency[Database]
) -> Receipt:
    """The courier signs on the own phone."""
    return await _sign(database, await _session(request, token, database), data, SYSTEM)


@get("/api/courier/{token:str}/document.pdf")
async def read_courier_document(
    token: FromPath[str], request: Request, database: NamedDependency[Database], settings: NamedDependency[Any]
) -> Response[bytes]:
    return await _document(database, await _session(request, token, database), settings.zone)


ROUTES = [
    list_handovers, open_handover, read_handover, make_link, sign_here, read_document, look_at_link, open_link,
    scan_parcel, sign_by_courier, read_courier_document,
]  # fmt: skip
