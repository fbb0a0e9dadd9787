"""The scan flows of this room and the jobs that feed them, by flow name; `backend.app.wiring` picks up both."""

from typing import Any

from backend.inbound.flows import receives

FLOWS: dict[str, Any] = {"receive": receives.RECEIVE}
JOBS: dict[str, Any] = {"receive": receives.JOB}
