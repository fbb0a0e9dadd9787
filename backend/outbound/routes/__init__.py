"""HTTP doors of this room, a file for each noun; `ROUTES` is what the application mounts."""

from typing import Any

from backend.outbound.routes import handovers, packs, waves

ROUTES: list[Any] = [*waves.ROUTES, *packs.ROUTES, *handovers.ROUTES]
