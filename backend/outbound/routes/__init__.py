"""HTTP doors of this room, a file for each noun; `ROUTES` is what the application mounts."""

from typing import Any

ROUTES: list[Any] = []
