"""The scan flows of this room and the jobs that feed them, by flow name; `backend.app.wiring` picks up both."""

from typing import Any

from backend.inbound.flows import puts, receives, returns

FLOWS: dict[str, Any] = {"receive": receives.RECEIVE, "put_away": puts.PUT_AWAY, "returns": returns.RETURNS}
JOBS: dict[str, Any] = {"receive": receives.JOB, "put_away": puts.JOB, "returns": returns.JOB}
