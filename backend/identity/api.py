"""The door of identity: guards for routes, and who a secret belongs to."""

from collections.abc import Callable

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from backend.identity.caller import NOBODY, Caller
from backend.identity.flows import sign_in_by_password
from backend.identity.store import (
    authenticate_bearer,
    authenticate_cookie,
    end_session,
    hash_secret,
    hear_devices,
    people,
    people_of_sessions,
)
from backend.identity.store.devices import HeardDevice, heard_devices
from backend.identity.store.people import names_of
from backend.identity.views import PersonRow, list_people
from backend.platform.errors import Forbidden, Unauthenticated

COOKIE = "rampa_session"

Guard = Callable[[ASGIConnection, BaseRouteHandler], None]


def caller_of(connection: ASGIConnection) -> Caller:
    """The caller that the access layer put into the scope's state; `NOBODY` on public routes."""
    caller = connection.scope["state"].get("caller")
    return caller if isinstance(caller, Caller) else NOBODY


def forget_callers(connection: ASGIConnection) -> None:
    """Secrets that have just become worthless must not be remembered as good ones."""
    forget = connection.scope["state"].get("forget_callers")
    if callable(forget):
        forget()


def _demand_known(caller: Caller) -> None:
    if caller == NOBODY:
        raise Unauthenticated(
            "SIGN_IN_NEEDED", "Expected a signed-in person or a known device, got neither; sign in and try again."
        )


def requires(role: str) -> Guard:
    """A person (or a partner's token) of at least this role."""

    def guard(connection: ASGIConnection, _: BaseRouteHandler) -> None:
        caller = caller_of(connection)
        _demand_known(caller)
        if not caller.may(role):
            raise Forbidden(
                "ROLE_TOO_LOW",
                f"Expected the role {role} or higher, got {caller.role or 'nobody signed in'}; ask the owner for it.",
                expected=role,
                got=caller.role or "",
            )
        _demand_header(connection, caller)

    return guard


def requires_device(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    """An enrolled device, with or without a person."""
    caller = caller_of(connection)
    _demand_known(caller)
    if caller.device_id is None:
        raise Forbidden("DEVICE_NEEDED", "Expected an enrolled device, got another caller; enrol this device first.")


def requires_agent(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    """A printing agent."""
    caller = caller_of(connection)
    _demand_known(caller)
    if caller.agent_id is None:
        raise Forbidden("AGENT_NEEDED", "Expected the token of a printing agent, got another caller; check its token.")


def requires_known(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    """Anybody who is known: a device, a person or a program."""
    caller = caller_of(connection)
    _demand_known(caller)
    _demand_header(connection, caller)


def _demand_header(connection: ASGIConnection, caller: Caller) -> None:
    """A cookie travels by itself, so a write must also carry a header that a foreign page cannot set."""
    if (
        caller.by_cookie
        and connection.scope.get("method") not in ("GET", "HEAD")
        and "x-rampa" not in connection.headers
    ):
        raise Forbidden("HEADER_MISSING", "Expected the header X-Rampa on a write, got none; reload the page.")


__all__ = [
    "COOKIE",
    "Caller",
    "HeardDevice",
    "PersonRow",
    "authenticate_bearer",
    "authenticate_cookie",
    "caller_of",
    "end_session",
    "forget_callers",
    "hash_secret",
    "hear_devices",
    "heard_devices",
    "list_people",
    "names_of",
    "people",
    "people_of_sessions",
    "requires",
    "requires_agent",
    "requires_device",
    "requires_known",
    "sign_in_by_password",
]
