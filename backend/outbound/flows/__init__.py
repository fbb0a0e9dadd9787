"""The scan flows of this room and the jobs that feed them, by flow name.

`FLOWS` goes to the intake of scans, `JOBS` to the work routes; `backend.app.wiring` picks up both.
"""

from typing import Any

from backend.outbound.flows import handovers, packs
from backend.outbound.flows.picks import PICK, PICK_JOB

FLOWS: dict[str, Any] = {"pick": PICK, "pack": packs.PACK, "handover": handovers.HANDOVER}
JOBS: dict[str, Any] = {"pick": PICK_JOB, "pack": packs.JOB, "handover": handovers.JOB}
