"""The scan flows of this room and the jobs that feed them, by flow name.

`FLOWS` goes to the intake of scans, `JOBS` to the work routes; `backend.app.wiring` picks up both.
"""

from typing import Any

from backend.outbound.flows import packs

FLOWS: dict[str, Any] = {"pack": packs.PACK}
JOBS: dict[str, Any] = {"pack": packs.JOB}
