"""The people of the house over HTTP, and their badges on paper.

It stands in the app because a badge is a person (identity), a drawing (documents) and a print job (print queue). A badge
code and a PIN are told once, in the answer that made them, and with `Cache-Control: no-store`.
"""

import asyncio
import base64
import os
import secrets
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.engine import Connection

from backend.documents.api import Artifact, artifact_of, load_label
from backend.gs1.own_codes import badge_body, build_own_code
from backend.identity.api import Caller, PersonRow, forget_callers, hash_secret, people, requires
from backend.identity.api import list_people as everybody
from backend.identity.manners import demand_may_change, demand_somebody_else
from backend.identity.pins import NEW_PIN_DIGITS
from backend.platform import clock, ids
from backend.platform.database import Database
from backend.platform.errors import Malformed, Problem
from backend.print_queue import api as printing

Role = Literal["worker", "lead", "office", "owner"]
Language = Literal["cs", "sk", "hu", "en"]
NAME_CHARACTERS = 100
PAPER_KIND = "place_label"
"""With the other signs of the house: a roll of parcel labels is no badge."""
T = TypeVar("T")


class PersonRequest(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    role: Role = "worker"
    language: Language = "cs"


class NewPerson(PersonRequest, forbid_unknown_fields=True):
    """`station`: whose label printer prints the badge; empty: nothing is printed."""

    station: str = ""


class BadgeMade(msgspec.Struct, frozen=True):
    """Told once. `picture` is the badge as PNG in Base64, to be shown and printed; `pin` only where one was made.

    `problem`: why it was not printed, in English; `told`: its code and values, for the reader's language.
    """

    person: int
    name: str
    picture: str
    printed: bool
    pin: str = ""
    problem: str = ""
    told: dict[str, str] = {}


class PinMade(msgspec.Struct, frozen=True):
    person: int
    pin: str


class BadgeRequest(msgspec.Struct, forbid_unknown_fields=True):
    station: str = ""


class SwitchRequest(msgspec.Struct, forbid_unknown_fields=True):
    active: bool


@get("/api/people", guards=[requires("office")])
async def list_people(database: NamedDependency[Database]) -> list[PersonRow]:
    """Everybody who is or was let in."""
    return await database.read(everybody)


@post("/api/people", guards=[requires("office")], status_code=201)
async def add_person(
    data: JSONBody[NewPerson], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Response[BadgeMade]:
    """Let somebody in: the answer holds the PIN and the badge, this once."""
    demand_may_change(caller, data.role)
    name = _name(data.name)
    code, pin = badge_body(os.urandom(18)), _new_pin()
    pin_hash = await asyncio.to_thread(hash_secret, pin)

    def write(conn: Connection) -> int:
        return people.let_in(
            conn, name=name, role=data.role, language=data.language, badge_code=code, pin_hash=pin_hash,
            by=caller.person_id, now=clock.now(),
        )  # fmt: skip

    number = await database.write(write)
    return _once(await _on_paper(database, number, name, data.language, code, data.station, pin))


@post("/api/people/{number:int}", guards=[requires("office")], status_code=200)
async def edit_person(
    number: FromPath[int],
    data: JSONBody[PersonRequest],
    request: Request,
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> dict[str, bool]:
    """Name, role and language; a role counts from the next request on."""
    name = _name(data.name)

    def write(conn: Connection) -> None:
        demand_may_change(caller, people.read_person(conn, number).role, data.role)
        people.edit(
            conn, number, name=name, role=data.role, language=data.language, by=caller.person_id, now=clock.now()
        )

    await database.write(write)
    forget_callers(request)
    return {"done": True}


@post("/api/people/{number:int}/badge", guards=[requires("office")], status_code=201)
async def new_badge(
    number: FromPath[int],
    data: JSONBody[BadgeRequest],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> Response[BadgeMade]:
    """A new badge; the older ones are worth nothing from this moment."""
    code = badge_body(os.urandom(18))

    def write(conn: Connection) -> Any:
        demand_may_change(caller, people.read_person(conn, number).role)
        return people.replace_badge(conn, number, code, caller.person_id, clock.now())

    who = await database.write(write)
    return _once(await _on_paper(database, number, who.name, who.language, code, data.station))


@post("/api/people/{number:int}/pin", guards=[requires("office")], status_code=201)
async def new_pin(
    number: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Response[PinMade]:
    """A new PIN of six digits, told this once."""
    pin = _new_pin()
    pin_hash = await asyncio.to_thread(hash_secret, pin)

    def write(conn: Connection) -> None:
        demand_may_change(caller, people.read_person(conn, number).role)
        people.replace_pin(conn, number, pin_hash, caller.person_id, clock.now())

    await database.write(write)
    return _once(PinMade(number, pin))


@post("/api/people/{number:int}/active", guards=[requires("office")], status_code=200)
async def switch_person(
    number: FromPath[int],
    data: JSONBody[SwitchRequest],
    request: Request,
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> dict[str, bool]:
    """Off: every session ends at once; what was scanned before still counts."""
    demand_somebody_else(caller, number)

    def write(conn: Connection) -> None:
        demand_may_change(caller, people.read_person(conn, number).role)
        people.switch(conn, number, active=data.active, by=caller.person_id, now=clock.now())

    await database.write(write)
    forget_callers(request)
    return {"done": True}


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= NAME_CHARACTERS or not name.isprintable():
        raise Malformed(
            "NAME_WRONG", f"Expected a name of 1 to {NAME_CHARACTERS} characters, got {len(name)}; correct it."
        )
    return name


def _new_pin() -> str:
    return f"{secrets.randbelow(10**NEW_PIN_DIGITS):0{NEW_PIN_DIGITS}d}"


def _once(made: T) -> Response[T]:
    return Response(made, status_code=201, headers={"Cache-Control": "no-store"})


async def _on_paper(
    database: Database, number: int, name: str, language: str, code: str, station: str, pin: str = ""
) -> BadgeMade:
    """The badge as a picture, and queued at the station when one is named. A printer that is missing loses no badge."""
    data = {"code": build_own_code("badge", code), "name": name, "language": language}
    template = await database.read(lambda conn: load_label(conn, "badge"))
    picture = await asyncio.to_thread(artifact_of, template, data, 203, "png")
    problem, told = "", dict[str, str]()
    if station:
        try:
            form = await database.read(lambda conn: printing.label_form(conn, station, PAPER_KIND))
            paper = await asyncio.to_thread(artifact_of, template, data, form.dpi, form.format)
            await database.write(lambda conn: _enqueue(conn, number, name, station, paper, clock.now()))
        except Problem as wrong:
            problem, told = wrong.sentence, wrong.kept()
    shown = base64.b64encode(picture.content).decode()
    return BadgeMade(number, name, shown, printed=bool(station) and not problem, pin=pin, problem=problem, told=told)


def _enqueue(conn: Connection, number: int, name: str, station: str, paper: Artifact, now: datetime) -> None:
    printing.enqueue(
        conn, key=f"badge:{number}:{ids.uuid7()}", station=station, paper_kind=PAPER_KIND, title=f"Badge {name}",
        about=f"person:{number}", content=paper.content, format=paper.format, now=now, media_width_mm=round(paper.media.width_mm),
        media_height_mm=round(paper.media.height_mm), dpi=paper.dpi, template="badge",
    )  # fmt: skip


ROUTES = [list_people, add_person, edit_person, new_badge, new_pin, switch_person]
