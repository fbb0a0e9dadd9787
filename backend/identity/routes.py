"""Enrol a device, sign in at it, sign in at the office."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.identity import store
from backend.identity.api import (
    COOKIE,
    Caller,
    forget_callers,
    requires,
    requires_device,
    requires_known,
)
from backend.identity.flows import sign_in_by_badge, sign_in_by_password, tell_offline_session
from backend.identity.store import DeviceOpened, SessionOpened
from backend.platform import clock
from backend.platform.database import Database


class EnrolmentRequest(msgspec.Struct, forbid_unknown_fields=True):
    device_name: str


class EnrolmentOpened(msgspec.Struct):
    """`path` is what the QR shows after the address of this server; the secret stays behind the `#`."""

    token: str
    path: str
    expires_at: datetime


@post("/api/enrolments", guards=[requires("lead")])
async def open_enrolment(
    data: JSONBody[EnrolmentRequest], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> EnrolmentOpened:
    """A one-time code that enrols one device within ten minutes."""
    name = data.device_name.strip()[:100] or "Device"
    token, until = await database.write(lambda conn: store.open_enrolment(conn, name, caller.person_id, clock.now()))
    return EnrolmentOpened(token, f"/enrol#{token}", until)


class EnrolRequest(msgspec.Struct):
    token: str
    name: str = ""
    app: str = ""


@post("/api/devices")
async def enrol_device(data: JSONBody[EnrolRequest], database: NamedDependency[Database]) -> DeviceOpened:
    """Spend the one-time code; the answer holds the device's own secret, shown this once."""
    return await database.write(lambda conn: store.enrol(conn, data.token, data.name.strip(), clock.now()))


class BadgeRequest(msgspec.Struct):
    """`badge` is the body of the scanned badge code, `pin` four to eight digits."""

    badge: str
    pin: str


@post("/api/sessions", guards=[requires_device])
async def sign_in(
    data: JSONBody[BadgeRequest],
    request: Request,
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> SessionOpened:
    """A person takes this device over for a shift; the session of whoever had it is over."""
    opened = await sign_in_by_badge(database, data.badge, data.pin, "floor", caller.device_id)
    forget_callers(request)
    return opened


class OfflineSession(msgspec.Struct):
    """`session` was made by the device; `started_ago_s` is told instead of a time, because clocks differ."""

    offline_pass: str
    session: UUID
    started_ago_s: float


@post("/api/sessions/offline", guards=[requires_device], status_code=200)
async def tell_session(
    data: JSONBody[OfflineSession],
    request: Request,
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> dict[str, bool]:
    """Somebody signed in at this device without a connection; told before the scans of that session are sent."""
    assert caller.device_id is not None
    await tell_offline_session(database, caller.device_id, data.session, data.offline_pass, data.started_ago_s)
    forget_callers(request)
    return {"done": True}


@delete("/api/sessions/current", guards=[requires_known])
async def sign_out(request: Request, database: NamedDependency[Database], caller: NamedDependency[Caller]) -> None:
    """The session ends; scans that were made in it may still arrive and keep their author."""
    uid = caller.session_uid
    if uid is not None:
        await database.write(lambda conn: store.end_session(conn, uid, clock.now()))
        forget_callers(request)


class OfficeRequest(msgspec.Struct):
    email: str = ""
    password: str = ""
    badge: str = ""
    pin: str = ""


@post("/api/office/sign-in", status_code=200)
async def office_sign_in(
    data: JSONBody[OfficeRequest], request: Request, database: NamedDependency[Database]
) -> Response[SessionOpened]:
    """By e-mail and password, or by badge and PIN at a tablet. Sets the session cookie."""
    if data.badge:
        opened = await sign_in_by_badge(database, data.badge, data.pin, "office")
    else:
        opened = await sign_in_by_password(database, data.email, data.password)
    cookie = Cookie(
        key=COOKIE, value=opened.token, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/",
        max_age=int(store.SESSION_LIFE.total_seconds()),
    )  # fmt: skip
    return Response(msgspec.structs.replace(opened, token=None), cookies=[cookie])


@post("/api/office/sign-out", status_code=200)
async def office_sign_out(
    request: Request, database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Response[dict[str, bool]]:
    uid = caller.session_uid
    if uid is not None:
        await database.write(lambda conn: store.end_session(conn, uid, clock.now()))
        forget_callers(request)
    return Response({"done": True}, cookies=[Cookie(key=COOKIE, value="", max_age=0, path="/")])


@get("/api/me", guards=[requires_known])
async def who_am_i(caller: NamedDependency[Caller]) -> Caller:
    return caller


@get("/api/devices", guards=[requires("office")])
async def list_devices(database: NamedDependency[Database]) -> list[dict[str, Any]]:
    """Every enrolled device: when it was last heard, and what it said it still holds."""
    return await database.read(store.list_devices)


@post("/api/devices/{number:int}/revoke", guards=[requires("office")], status_code=200)
async def revoke_device(
    number: FromPath[int],
    request: Request,
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> dict[str, bool]:
    """Shut a device out at once; other server processes follow within five seconds."""
    await database.write(lambda conn: store.revoke_device(conn, number, caller.person_id, clock.now()))
    forget_callers(request)
    return {"done": True}


ROUTES = [
    open_enrolment, enrol_device, sign_in, sign_out, office_sign_in, office_sign_out, who_am_i, list_devices,
    revoke_device, tell_session,
]  # fmt: skip
