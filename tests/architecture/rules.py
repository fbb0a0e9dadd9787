"""The two rules of the house that import-linter does not know, as checks over the sources. With a planted violation for each in `test_rules.py`.

* One door: of another module's shell files only `api.py` may be imported.
* Pure by default: a file without a shell name imports nothing that does I/O, and of ours only pure files.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec

SHELL = frozenset({"tables", "store", "views", "flows", "reactions", "routes", "api", "commands"})
OPEN_ROOMS = frozenset({"app", "platform", "admin"})
"""Rooms that are shell throughout: the wiring, the ground, the admin."""

IMPURE = frozenset(
    {
        "sqlalchemy", "litestar", "httpx", "asyncio", "time", "random", "socket", "subprocess", "threading", "requests",
        "sqlite3", "asyncpg", "uvicorn", "piccolo", "secrets", "urllib.request",
    }
)  # fmt: skip
ALLOWED_PURE_PLATFORM = frozenset(
    {
        "backend.platform.errors", "backend.platform.money", "backend.platform.limits", "backend.platform.journal",
        "backend.platform.exchange", "backend.platform.secret",
    }
)  # fmt: skip
"""Files of the ground that pure files may use: values only (`Fact`, `Problem`, `HttpRequest`)."""

EXCEPTIONS: dict[str, frozenset[str]] = {
    "backend.scanning.protocol": frozenset({"sqlalchemy"}),
    "backend.documents.typesetting": frozenset({"threading"}),
    "backend.scanning.photo_worker": frozenset({"asyncio", "subprocess", "time"}),
}
"""Named and few: the protocol speaks of a `Connection` in a signature only; the typesetter guards its font cache;
hostile pictures are read in a child process that may die alone."""

EXEMPT_FILES: frozenset[str] = frozenset()


class Breach(msgspec.Struct, frozen=True):
    file: str
    imported: str
    rule: str


def module_name(file: Path, root: Path) -> str:
    parts = list(file.relative_to(root).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_shell(name: str) -> bool:
    """`backend.stock.store.ledger` and `backend.orders.api` are shell; `backend.stock.ledger` is pure."""
    parts = name.split(".")
    return len(parts) < 3 or parts[1] in OPEN_ROOMS or parts[2] in SHELL


def imports_of(source: str) -> Iterator[str]:
    """Every imported module, `from a import b` as `a` and as `a.b`; imports for type checking only are left out."""
    tree = ast.parse(source)
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def breaches_of(name: str, source: str) -> list[Breach]:
    """What the file `name` does against the two rules."""
    room = name.split(".")[1] if name.count(".") else ""
    found = []
    for imported in imports_of(source):
        parts = imported.split(".")
        foreign = parts[0] == "backend" and len(parts) > 2 and parts[1] not in {room, *OPEN_ROOMS}
        if foreign and room not in OPEN_ROOMS and parts[2] in SHELL - {"api"}:
            found.append(Breach(name, imported, "one door: only api.py of another room may be imported"))
        if not is_shell(name) and name not in EXEMPT_FILES:
            found.extend(_impurity(name, imported))
    return sorted(set(found), key=lambda each: (each.file, each.imported))


def _impurity(name: str, imported: str) -> Iterator[Breach]:
    allowed = EXCEPTIONS.get(name, frozenset())
    outside = next((each for each in IMPURE if imported == each or imported.startswith(each + ".")), None)
    if outside is not None and outside not in allowed:
        yield Breach(name, imported, "pure by default: this does I/O, or depends on time or chance")
    parts = imported.split(".")
    if parts[0] == "backend" and len(parts) > 2:
        if parts[1] == "platform":
            module = ".".join(parts[:3])
            if module not in ALLOWED_PURE_PLATFORM:
                yield Breach(name, imported, "pure by default: this part of the ground does I/O")
        elif is_shell(imported) or parts[1] in OPEN_ROOMS:
            yield Breach(name, imported, "pure by default: only pure files of ours")


def check_tree(root: Path) -> list[Breach]:
    """Every breach below `root`/backend."""
    found: list[Breach] = []
    for file in sorted((root / "backend").rglob("*.py")):
        found.extend(breaches_of(module_name(file, root), file.read_text(encoding="utf-8")))
    return found
