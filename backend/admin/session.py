"""The admin's people are ours: an office session of an owner, by our cookie."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, BaseUser
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from backend.identity import api as identity
from backend.identity.caller import Caller
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Problem

COOKIE = identity.COOKIE


class Owner(BaseUser):
    """What Piccolo asks of a user."""

    def __init__(self, caller: Caller) -> None:
        self.user = self
        self.user_id = str(caller.person_id)
        self._name = caller.name
        self.superuser = True

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def display_name(self) -> str:
        return self._name

    @property
    def identity(self) -> str:
        return self.user_id


class OwnerSession(AuthenticationBackend):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser]:
        secret = conn.cookies.get(COOKIE, "")
        caller = None
        if secret:
            caller = await self.database.read(lambda db: identity.authenticate_cookie(db, secret, clock.now()))
        if caller is None or not caller.may("owner"):
            raise AuthenticationError("Expected an owner who is signed in; sign in as the owner.")
        return AuthCredentials(["authenticated"]), Owner(caller)


Endpoint = Callable[[Request], Awaitable[Response]]


def sign_in(database: Database) -> Endpoint:
    """Piccolo's page sends `username` (our e-mail) and `password`."""

    async def endpoint(request: Request) -> Response:
        body: dict[str, Any] = await request.json()
        email, password = str(body.get("username", "")), str(body.get("password", ""))
        try:
            opened = await identity.sign_in_by_password(database, email, password)
        except Problem as problem:
            return JSONResponse({"detail": problem.sentence}, status_code=problem.status)
        if opened.role != "owner":
            return JSONResponse({"detail": "Expected the owner, got another person."}, status_code=403)
        answer = JSONResponse({"message": "Signed in"})
        answer.set_cookie(
            COOKIE, opened.token or "", httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/"
        )
        return answer

    return endpoint


def sign_out(database: Database) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        secret = request.cookies.get(COOKIE, "")
        caller = await database.read(lambda db: identity.authenticate_cookie(db, secret, clock.now()))
        uid = caller.session_uid if caller else None
        if uid is not None:
            await database.write(lambda db: identity.end_session(db, uid, clock.now()))
        answer = JSONResponse({"message": "Signed out"})
        answer.delete_cookie(COOKIE, path="/")
        return answer

    return endpoint
