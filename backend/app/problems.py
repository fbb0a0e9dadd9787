"""Every error an API client can see, as problem+json (RFC 9457)."""

import uuid
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from backend.app.outages import Outage, outage_of
from backend.platform.errors import Problem

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5


class ProblemBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """`code` keys the translated text; `expected`, `got` and `cure` fill it; `detail` is the English sentence."""

    status: int
    code: str
    detail: str
    expected: str = ""
    got: str = ""
    cure: str = ""
    trace: str = ""


def _answer(
    body: ProblemBody, extra: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """`type` names the code, so that the title may say it in words (RFC 9457 §3.1.1)."""
    named = {"type": f"urn:rampa:problem:{body.code}", "title": body.code.replace("_", " ").capitalize()}
    members = (extra or {}) | named | msgspec.to_builtins(body)
    return Response(msgspec.json.encode(members), status_code=body.status, media_type=MEDIA_TYPE, headers=headers)


def on_problem(_: Request, problem: Problem) -> Response[bytes]:
    body = ProblemBody(
        status=problem.status, code=problem.code, detail=problem.sentence, expected=problem.expected, got=problem.got,
        cure=problem.cure,
    )  # fmt: skip
    return _answer(body, problem.extra)


def on_outage(request: Request, outage: Outage) -> Response[bytes]:
    """Nothing was kept; the caller may send the same again."""
    log.error("database outage", code=outage.code, reason=outage.reason, method=request.method, path=request.url.path)
    outages = getattr(request.app.state, "outages", None)
    if outages is not None:
        outages.note(outage)
    kind = outage.reason.partition(":")[0]  # the rest may name hosts and files
    body = ProblemBody(status=503, code=outage.code, detail=outage.sentence, got=kind, cure="SEND_AGAIN")
    return _answer(body, headers={"Retry-After": str(outage.retry_after_s)})


def on_invalid(_: Request, error: ValidationException) -> Response[bytes]:
    causes = error.extra if isinstance(error.extra, list) else []
    first = causes[0] if causes and isinstance(causes[0], dict) else {}
    place = str(first.get("key", ""))
    reason = str(first.get("message", error.detail))
    sentence = f"Expected a request as described under /schema, got a wrong {place or 'body'}: {reason}; correct it."
    return _answer(ProblemBody(status=422, code="MALFORMED", detail=sentence, got=place))


def on_http(_: Request, error: HTTPException) -> Response[bytes]:
    code = {401: "SIGN_IN_NEEDED", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "TOO_LARGE"}.get(
        error.status_code, "MALFORMED" if error.status_code == 400 else "REFUSED"
    )
    return _answer(ProblemBody(status=error.status_code, code=code, detail=error.detail), headers=error.headers)


def is_beyond_columns(error: Exception) -> bool:
    """A value that no column can hold (2 to the power of 63, a zero byte, a word outside a closed list).

    SQLAlchemy tells of a word by a LookupError. PostgreSQL says so with a state of class 22, its driver with a ValueError before it sends, SQLite's with OverflowError.
    """
    if isinstance(error, sa.exc.DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return state.startswith("22") or isinstance(getattr(error.orig, "__cause__", None), ValueError)
    if isinstance(error, sa.exc.StatementError):
        return isinstance(error.orig, LookupError)
    return isinstance(error, OverflowError)


def on_bug(request: Request, error: Exception) -> Response[bytes]:
    """Our mistake: logged with a trace number that the client can name."""
    if is_beyond_columns(error):
        log.warning("value beyond its column", method=request.method, path=request.url.path, reason=str(error)[:300])
        sentence = "Expected known words, numbers below 2 to the power of 63 and texts without a zero byte; correct the request."
        return _answer(ProblemBody(status=422, code="MALFORMED", detail=sentence))
    outage = outage_of(error)
    if outage is not None:
        return on_outage(request, outage)
    trace = uuid.uuid4().hex[:12]
    log.error("unhandled", trace=trace, method=request.method, path=request.url.path, exc_info=error)
    sentence = f"Something broke on our side; nothing of this request was kept. Tell the office the number {trace}."
    return _answer(ProblemBody(status=500, code="INTERNAL", detail=sentence, trace=trace))


HANDLERS: dict[type[Exception] | int, Any] = {
    Problem: on_problem,
    ValidationException: on_invalid,
    HTTPException: on_http,
    Exception: on_bug,
}
