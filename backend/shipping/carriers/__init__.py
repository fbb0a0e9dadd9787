"""The carriers: one file each, exporting `CARRIER`. A new file is found by itself; nothing else is to be edited."""

import importlib
import pkgutil
from functools import lru_cache

from backend.platform.errors import NotFound
from backend.shipping.carrier import Carrier


@lru_cache(maxsize=1)
def carriers() -> dict[str, Carrier]:
    """Every plug-in by its code."""
    found: dict[str, Carrier] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        carrier: Carrier = importlib.import_module(f"{__name__}.{module}").CARRIER
        if carrier.code in found:
            raise RuntimeError(f"two carrier files share the code {carrier.code}")
        found[carrier.code] = carrier
    return found


def carrier_of(code: str) -> Carrier:
    """Raises `NotFound` CARRIER_UNKNOWN with the known codes."""
    found = carriers().get(code)
    if found is None:
        known = ", ".join(carriers())
        raise NotFound(
            "CARRIER_UNKNOWN", f"Expected one of the carriers {known}, got {code[:40]!r}; choose one of them.",
            expected=known, got=code[:40],
        )  # fmt: skip
    return found
