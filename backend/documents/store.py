"""Designs of labels in the database: the newest version of a code is in force, none is ever overwritten."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.documents.design import Design, check_design, design_template
from backend.documents.tables import label_design
from backend.documents.template import Template
from backend.documents.templates import template_of, templates
from backend.platform.errors import Conflict, Malformed, NotFound

DESIGNABLE = tuple(code for code in templates() if code not in ("undo", "scanner"))
"""Labels whose looks may change; the undo card and the scanner card have no data to place."""


class Version(msgspec.Struct, frozen=True):
    """`design` None: from this version on the label that Rampa brings stands again."""

    code: str
    version: int
    saved_at: datetime
    saved_by: int | None
    design: Design | None


def read_versions(conn: Connection, code: str) -> list[Version]:
    """All versions of a code, newest first."""
    rows = conn.execute(
        sa.select(label_design).where(label_design.c.code == code).order_by(label_design.c.version.desc())
    )
    return [_version(row) for row in rows]


def newest_version(conn: Connection, code: str) -> Version | None:
    """The version in force, alone: every label that is printed asks for it, and each version may hold a logo."""
    row = conn.execute(
        sa.select(label_design).where(label_design.c.code == code).order_by(label_design.c.version.desc()).limit(1)
    ).one_or_none()
    return None if row is None else _version(row)


def current_designs(conn: Connection) -> dict[str, Version]:
    """The newest version of every code that has one."""
    newest = sa.select(sa.func.max(label_design.c.id)).group_by(label_design.c.code)
    rows = conn.execute(sa.select(label_design).where(label_design.c.id.in_(newest)))
    return {row.code: _version(row) for row in rows}


def _version(row: Any) -> Version:
    design = None if row.design is None else msgspec.convert(row.design, Design)
    return Version(row.code, row.version, row.saved_at, row.saved_by, design)


class Checked(msgspec.Struct, frozen=True):
    """A design that may be saved; made by `checked` alone."""

    code: str
    design: Design | None


def checked(code: str, design: Design | None) -> Checked:
    """Once it keeps every rule with the longest data at every resolution; takes up to a second, so no transaction is open.

    Raises `LayoutProblem` with the broken rule and the cure, LABEL_UNKNOWN, LABEL_NAME.
    """
    if design is None:
        template_of(code)
    else:
        check_design(design, base_of(design), _known_name(code, design))
    return Checked(code, design)


def save_design(conn: Connection, given: Checked, seen_version: int, person_id: int | None, now: datetime) -> Version:
    """A new version. Raises `Conflict` LABEL_CHANGED when somebody saved meanwhile."""
    code, design = given.code, given.design
    newest = newest_version(conn, code)
    version = newest.version if newest else 0
    if version != seen_version:
        raise Conflict(
            "LABEL_CHANGED",
            f"Expected version {seen_version} of label {code}, got version {version}; look at it and change it again.",
            expected=str(seen_version), got=str(version),
        )  # fmt: skip
    row = {
        "code": code, "version": version + 1, "design": None if design is None else msgspec.to_builtins(design),
        "saved_at": now, "saved_by": person_id,
    }  # fmt: skip
    conn.execute(sa.insert(label_design).values(row))
    return Version(code, version + 1, now, person_id, design)


def base_of(design: Design) -> Template:
    """The label whose data a design prints. Raises `NotFound` LABEL_UNKNOWN."""
    if design.base not in DESIGNABLE:
        raise NotFound(
            "LABEL_UNKNOWN", f"Expected one of {', '.join(DESIGNABLE)}, got {design.base!r}.", got=design.base
        )
    return template_of(design.base)


def _known_name(code: str, design: Design) -> str:
    """A built-in label is changed only by a design of its own data; other names are new labels."""
    plain = code.replace("-", "").replace("_", "")
    if not (plain.isascii() and plain.isalnum() and len(code) <= 32) or (code in templates() and code != design.base):
        raise Malformed(
            "LABEL_NAME",
            f"Expected a name of letters, digits and -, or {design.base} itself, got {code[:40]!r}; choose another name.",
            expected=design.base, got=code[:40],
        )  # fmt: skip
    return code


def load_label(conn: Connection, code: str) -> Template:
    """The label in force: the office's design where there is one, else what Rampa brings. Raises LABEL_UNKNOWN."""
    newest = newest_version(conn, code)
    if newest is None or newest.design is None:
        return template_of(code)
    return design_template(newest.design, base_of(newest.design), code)
