"""The labels: one file each, exporting `TEMPLATE`. A new file is found by itself; nothing else is to be edited."""

import importlib
import pkgutil
from functools import lru_cache

from backend.documents.template import Template
from backend.platform.errors import NotFound


@lru_cache(maxsize=1)
def templates() -> dict[str, Template]:
    """Every label by its code, in the order of their names."""
    found: dict[str, Template] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        template: Template = importlib.import_module(f"{__name__}.{module}").TEMPLATE
        if template.code in found:
            raise RuntimeError(f"two label files share the code {template.code}")
        found[template.code] = template
    return found


def template_of(code: str) -> Template:
    """Raises `NotFound` LABEL_UNKNOWN with the known codes."""
    try:
        return templates()[code]
    except KeyError:
        known = ", ".join(templates())
        raise NotFound(
            "LABEL_UNKNOWN",
            f"Expected one of the labels {known}, got {code[:40]!r}; choose one of them.",
            expected=known,
            got=code[:40],
            cure="choose one of them",
        ) from None
