"""The labels: one file each, exporting `TEMPLATE`. A new file is found by itself; nothing else is to be edited."""

from functools import lru_cache

from backend.documents.registry import found_in, unknown_code
from backend.documents.template import Template
from backend.platform.errors import NotFound


@lru_cache(maxsize=1)
def templates() -> dict[str, Template]:
    """Every label by its code, in the order of their names."""
    return found_in(__name__, __path__, "TEMPLATE")


def template_of(code: str) -> Template:
    """Raises `NotFound` LABEL_UNKNOWN with the known codes."""
    known = templates()
    if code not in known:
        raise NotFound("LABEL_UNKNOWN", **unknown_code(known, code, "labels"))
    return known[code]
