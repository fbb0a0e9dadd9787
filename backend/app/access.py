"""Who calls: the one middleware that turns a secret into a `Caller`.

Secrets are opaque random tokens whose fingerprints lie in the database, so that a stolen scanner can be shut out at
once. Answers are remembered for some seconds in this process, because a scan must not cost a look-up of its own.
"""

from http.cookies import CookieError, SimpleCookie
from uuid import UUID

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from backend.identity.api import COOKIE, authenticate_bearer, authenticate_cookie
from backend.identity.caller import NOBODY, Caller
from backend.platform import clock
from backend.platform.database import Database
from backend.print_queue.api import authenticate_agent

REMEMBER_S = 5.0
REMEMBERED = 5_000
FOR_ANYBODY = "/health"
"""Says that the process lives, whoever asks: it must not wait for the database to learn who that is."""


class Access(ASGIMiddleware):
    """Puts `caller` into the scope's state; guards read it. An unknown secret is nobody, never an error here."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.known: dict[tuple[str, str, str], tuple[float, Caller]] = {}
        self.forgotten = 0

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["type"] == ScopeType.HTTP:
            scope["state"]["caller"] = await self._caller(scope)
            scope["state"]["forget_callers"] = self.forget
        await next_app(scope, receive, send)

    async def _caller(self, scope: Scope) -> Caller:
        bearer, session, cookie = _secrets(scope)
        if scope["path"] == FOR_ANYBODY or not (bearer or cookie):
            return NOBODY
        key = (bearer, session, cookie)
        found = self.known.get(key)
        if found is not None and found[0] > clock.monotonic_s():
            return found[1]
        before = self.forgotten
        caller = await self._ask(bearer, session, cookie)
        if len(self.known) > REMEMBERED:
            self.known.clear()
        if before == self.forgotten:  # else the answer may be older than a revocation
            self.known[key] = (clock.monotonic_s() + REMEMBER_S, caller)
        return caller

    async def _ask(self, bearer: str, session: str, cookie: str) -> Caller:
        now = clock.now()
        if bearer:
            uid = _uuid(session)
            caller = await self.database.read(lambda conn: authenticate_bearer(conn, bearer, uid, now))
            if caller is None:
                agent = await self.database.read(lambda conn: authenticate_agent(conn, bearer))
                caller = None if agent is None else Caller(agent_id=agent.id, name=agent.name)
        else:
            caller = await self.database.read(lambda conn: authenticate_cookie(conn, cookie, now))
        return caller or NOBODY

    def forget(self) -> None:
        """After a revocation or a sign-out nothing remembered may open a door; other processes remember `REMEMBER_S` more."""
        self.forgotten += 1
        self.known.clear()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _secrets(scope: Scope) -> tuple[str, str, str]:
    bearer = session = cookie = ""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            bearer = value[7:].decode("latin-1").strip()
        elif name == b"x-session":
            session = value.decode("latin-1").strip()
        elif name == b"cookie" and COOKIE.encode() in value:
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                morsel = None
            cookie = morsel.value if morsel else ""
    return bearer, session, cookie
