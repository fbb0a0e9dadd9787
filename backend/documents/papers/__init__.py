"""The papers: a Python file exporting `PAPER` and a Typst file beside it. A new pair is found by itself."""

from functools import lru_cache

from backend.documents.paper import Paper
from backend.documents.registry import found_in, unknown_code
from backend.platform.errors import NotFound


@lru_cache(maxsize=1)
def papers() -> dict[str, Paper]:
    """Every paper by its code."""
    return found_in(__name__, __path__, "PAPER")


def paper_of(code: str) -> Paper:
    """Raises `NotFound` PAPER_UNKNOWN with the known codes."""
    known = papers()
    if code not in known:
        raise NotFound("PAPER_UNKNOWN", **unknown_code(known, code, "papers"))
    return known[code]
