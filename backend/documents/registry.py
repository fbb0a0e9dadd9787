"""How labels and papers are found: one file each beside the others, exporting one name. Nothing is listed by hand."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from typing import Any


def found_in(package: str, path: Iterable[str], name: str) -> dict[str, Any]:
    """What each module of a package exports under `name`, by its `code`, in the order of the files."""
    found: dict[str, Any] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(path)):
        each = getattr(importlib.import_module(f"{package}.{module}"), name)
        if each.code in found:
            raise RuntimeError(f"two files of {package} share the code {each.code}")
        found[each.code] = each
    return found


def unknown_code(known: Mapping[str, Any], code: str, noun: str) -> dict[str, Any]:
    """What a problem says of a code that is none of the known ones: its `sentence`, and what fills the texts."""
    codes = ", ".join(known)
    sentence = f"Expected one of the {noun} {codes}, got {code[:40]!r}; choose one of them."
    return {"sentence": sentence, "expected": codes, "got": code[:40], "cure": "choose one of them"}
