"""Everything outside speaks through an exchange: a generator that yields requests and receives responses.

A plug-in does no I/O itself, so many steps (log in, create, poll, fetch the label) read as one function, and a test
drives them by hand or from a recording.
"""

from collections.abc import Generator, Iterable
from typing import TypeVar

import httpx
import msgspec

from backend.platform.errors import Problem

T = TypeVar("T")


class HttpRequest(msgspec.Struct, frozen=True):
    """One request. `timeout_s` covers connect, write and read each."""

    method: str
    url: str
    headers: dict[str, str] = {}
    body: bytes = b""
    timeout_s: float = 10.0


class HttpResponse(msgspec.Struct, frozen=True):
    status: int
    headers: dict[str, str] = {}
    body: bytes = b""


Exchange = Generator[HttpRequest, HttpResponse, T]


class ExchangeFailed(Problem):
    """The partner did not answer, or answered what its contract does not allow. Retried by the outbox."""

    status = 502


async def run(exchange: "Exchange[T]", client: httpx.AsyncClient) -> T:
    """Drive the exchange over the network until it returns."""
    try:
        request = next(exchange)
        while True:
            try:
                answer = await client.request(
                    request.method,
                    request.url,
                    headers=request.headers,
                    content=request.body,
                    timeout=request.timeout_s,
                )
            except httpx.HTTPError as error:
                raise ExchangeFailed(
                    "PARTNER_SILENT",
                    f"Expected an answer from {request.url.split('?')[0]}, got {type(error).__name__}; it will be tried again.",
                    got=type(error).__name__,
                ) from error
            request = exchange.send(HttpResponse(answer.status_code, dict(answer.headers), answer.content))
    except StopIteration as stop:
        return stop.value


class UnexpectedRequest(AssertionError):
    """A replayed exchange asked for something that its recording does not hold."""


def replay(exchange: "Exchange[T]", recording: Iterable[tuple[HttpRequest, HttpResponse]]) -> T:
    """Drive the exchange from a recording; raises `UnexpectedRequest` where the requests differ."""
    steps = list(recording)
    try:
        request = next(exchange)
        for expected, response in steps:
            if (request.method, request.url) != (expected.method, expected.url):
                raise UnexpectedRequest(
                    f"expected {expected.method} {expected.url}, got {request.method} {request.url}"
                )
            if expected.body and expected.body != request.body:
                raise UnexpectedRequest(f"expected body {expected.body!r}, got {request.body!r}")
            request = exchange.send(response)
    except StopIteration as stop:
        return stop.value
    raise UnexpectedRequest(f"the recording ended, but the exchange asks {request.method} {request.url}")
