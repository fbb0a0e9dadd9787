"""The agent's way to the backend: five calls over HTTP with a bearer token."""

from __future__ import annotations

from typing import Self, TypeVar

import httpx
import msgspec

from printing.problems import PrintingProblem
from printing.protocol import (
    CLAIM_PATH,
    CONFIG_PATH,
    AgentConfig,
    ClaimReply,
    ClaimRequest,
    JobReport,
    JobReportReply,
    ScaleWeight,
    job_path,
    scale_path,
)

T = TypeVar("T")
CALL_S = 10.0


class ServerAway(PrintingProblem):
    """No answer, or an answer that will be different later: try again."""


class TokenRefused(PrintingProblem):
    """The server does not know this agent; only a person can mend it."""


class LeaseLost(PrintingProblem):
    """The server has taken the job back, or settled it another way."""


class ServerLine:
    """One keep-alive connection pool to the backend; safe to use from several threads."""

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=httpx.Timeout(CALL_S),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def config(self) -> AgentConfig:
        """The printers of this agent."""
        return self._call("GET", CONFIG_PATH, None, AgentConfig)

    def claim(self, request: ClaimRequest) -> ClaimReply:
        """Ask for work, waiting as long as the request says."""
        return self._call("POST", CLAIM_PATH, request, ClaimReply, CALL_S + request.wait_s)

    def report(self, job_id: int, report: JobReport) -> JobReportReply:
        """Tell one step of a job; raises LeaseLost when the job is not ours any more."""
        return self._call("POST", job_path(job_id), report, JobReportReply)

    def weigh(self, station: str, weight_g: int) -> None:
        """Tell a bench what stands on its scale."""
        self._call("POST", scale_path(station), ScaleWeight(weight_g), dict[str, object])

    def _call(self, verb: str, path: str, body: object, kind: type[T], timeout_s: float = CALL_S) -> T:
        content = None if body is None else msgspec.json.encode(body)
        try:
            reply = self._client.request(verb, path, content=content, timeout=timeout_s)
        except httpx.HTTPError as cause:
            raise ServerAway(f"Expected an answer of {self._client.base_url}, got none ({cause}).") from cause
        if reply.status_code in (401, 403):
            raise TokenRefused(
                f"Expected the server to know this agent, got {reply.status_code}; make a new agent token in the office."
            )
        if reply.status_code in (404, 409, 410) and path not in (CLAIM_PATH, CONFIG_PATH):
            raise LeaseLost(f"Expected the job to be ours, got {reply.status_code}: {_sentence(reply)}")
        if reply.status_code // 100 != 2:
            raise ServerAway(f"Expected an answer to {verb} {path}, got {reply.status_code}: {_sentence(reply)}")
        try:
            return msgspec.json.decode(reply.content, type=kind)
        except msgspec.DecodeError as cause:
            raise ServerAway(f"Expected {kind.__name__} from {path}, got something else ({cause}).") from cause


def _sentence(reply: httpx.Response) -> str:
    try:
        problem = msgspec.json.decode(reply.content)
    except msgspec.DecodeError:
        return reply.text[:200]
    if not isinstance(problem, dict):
        return reply.text[:200]
    return str(problem.get("detail") or problem.get("title") or problem)[:200]
