"""The papers: a Python file exporting `PAPER` and a Typst file beside it. A new pair is found by itself."""

import importlib
import pkgutil
from functools import lru_cache

from backend.documents.paper import Paper
from backend.platform.errors import NotFound


@lru_cache(maxsize=1)
def papers() -> dict[str, Paper]:
    """Every paper by its code."""
    found: dict[str, Paper] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        paper: Paper = importlib.import_module(f"{__name__}.{module}").PAPER
        if paper.code in found:
            raise RuntimeError(f"two paper files share the code {paper.code}")
        found[paper.code] = paper
    return found


def paper_of(code: str) -> Paper:
    """Raises `NotFound` PAPER_UNKNOWN with the known codes."""
    try:
        return papers()[code]
    except KeyError:
        known = ", ".join(papers())
        raise NotFound(
            "PAPER_UNKNOWN",
            f"Expected one of the papers {known}, got {code[:40]!r}; choose one of them.",
            expected=known,
            got=code[:40],
            cure="choose one of them",
        ) from None
