"""The office's editor of labels: what may be designed, previews at true size, saving with versions.

Drawing is processor work: it runs in a thread, with no transaction open.
"""

import asyncio
import base64
import re
from datetime import datetime
from typing import Literal

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.engine import Connection

from backend.documents import store
from backend.documents.design import Design, check_design, codes_of, field_names, preview_png
from backend.documents.design_start import first_design
from backend.documents.templates import template_of
from backend.documents.wording import Language
from backend.identity.api import Caller, requires
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import NotFound


class LabelRow(msgspec.Struct):
    """A label that may be designed. `version` 0: as Rampa brings it. `own`: made by the office under a name of its own."""

    code: str
    base: str
    title: str
    version: int
    own: bool
    designed: bool


class VersionRow(msgspec.Struct):
    version: int
    saved_at: datetime
    designed: bool


class LabelShown(msgspec.Struct):
    """`fields` are the names a block may print, `codes` those of them that stand in bars."""

    code: str
    base: str
    version: int
    design: Design
    fields: list[str]
    codes: list[str]
    versions: list[VersionRow]


class PreviewRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`longest`: with the longest data instead of the example."""

    design: Design
    language: Language = "cs"
    dpi: Literal[203, 300, 600] = 203
    longest: bool = False


class Preview(msgspec.Struct):
    """`picture`: a PNG in base64, to be shown `width_mm` wide."""

    picture: str
    width_mm: float
    height_mm: float


class SaveRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`version` is the one that was changed; `design` empty: back to what Rampa brings."""

    version: int
    design: Design | None = None


@get("/api/label-designs", guards=[requires("office")])
async def list_labels(database: NamedDependency[Database]) -> list[LabelRow]:
    """Every label of the house, the office's own ones last."""
    saved = await database.read(store.current_designs)
    rows = []
    for code in (*store.DESIGNABLE, *sorted(set(saved) - set(store.DESIGNABLE))):
        version = saved.get(code)
        design = version.design if version else None
        own = code not in store.DESIGNABLE
        if own and design is None:
            continue
        base = design.base if design else code
        number = version.version if version else 0
        rows.append(LabelRow(code, base, template_of(base).title, number, own, design is not None))
    return rows


@get("/api/label-designs/{code:str}", guards=[requires("office")])
async def show_label(code: FromPath[str], database: NamedDependency[Database]) -> LabelShown:
    """A label with its versions; without a design a first one to change."""
    versions = await database.read(lambda conn: store.read_versions(conn, code))
    design = versions[0].design if versions else None
    return _shown(code, versions, await _or_first(design, code, versions))


@get("/api/label-designs/{code:str}/versions/{version:int}", guards=[requires("office")])
async def show_version(code: FromPath[str], version: FromPath[int], database: NamedDependency[Database]) -> LabelShown:
    """The label as an older version had it, to be looked at and saved again."""
    versions = await database.read(lambda conn: store.read_versions(conn, code))
    older = next((each for each in versions if each.version == version), None)
    if older is None:
        raise NotFound("LABEL_UNKNOWN", f"Expected a version of label {code[:40]}, got {version}.", got=str(version))
    return _shown(code, versions, await _or_first(older.design, code, versions))


async def _or_first(design: Design | None, code: str, versions: list[store.Version]) -> Design:
    """Without a design the one to start from: Rampa's own looks, drawn in a thread."""
    if design is not None:
        return design
    base = next((each.design.base for each in versions if each.design is not None), code)
    return await asyncio.to_thread(first_design, base)


def _shown(code: str, versions: list[store.Version], design: Design) -> LabelShown:
    base = template_of(design.base)
    rows = [VersionRow(each.version, each.saved_at, each.design is not None) for each in versions]
    number = versions[0].version if versions else 0
    return LabelShown(code, base.code, number, design, field_names(base), codes_of(base), rows)


@post("/api/label-designs/preview", status_code=200, guards=[requires("office")])
async def preview_label(data: JSONBody[PreviewRequest]) -> Preview:
    """The label as the printer would burn it. A broken rule is the answer 422 with the rule's name and a cure."""

    def draw() -> bytes:
        template = check_design(data.design, store.base_of(data.design), data.design.base)
        return preview_png(template, data.language, data.dpi, longest=data.longest)

    picture = base64.b64encode(await asyncio.to_thread(draw)).decode()
    return Preview(picture, data.design.width_mm, data.design.height_mm)


@post("/api/label-designs/{code:str}", status_code=200, guards=[requires("office")])
async def save_label(
    code: FromPath[str],
    data: JSONBody[SaveRequest],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> LabelShown:
    """Save a new version; refused where any rule is broken at any resolution or with the longest data."""
    name = re.sub(r"\s+", "-", code.strip().lower())
    given = await asyncio.to_thread(store.checked, name, data.design)

    def act(conn: Connection) -> list[store.Version]:
        store.save_design(conn, given, data.version, caller.person_id, clock.now())
        return store.read_versions(conn, name)

    versions = await database.write(act)
    return _shown(name, versions, await _or_first(versions[0].design, name, versions))


ROUTES = [list_labels, show_label, show_version, preview_label, save_label]
