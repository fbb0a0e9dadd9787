"""Scans in, verdicts out; work for a device; corrections done."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.gs1.scan_keys import read_code
from backend.identity.api import Caller, requires, requires_device
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Forbidden, Malformed, NotFound
from backend.platform.limits import SCANS_BODY_BYTES
from backend.scanning import store
from backend.scanning.api import PHOTO_BYTES_MAX, PhotoReader, read_photo
from backend.scanning.flows import Intake
from backend.scanning.protocol import Asker, Job, ScanReply

Jobs = dict[str, Job]
"""Flow name -> how its work reaches a device; filled by `backend.app.wiring`."""


@post("/api/scans", guards=[requires_device], status_code=200, request_max_body_size=SCANS_BODY_BYTES)
async def take_scans(
    request: Request,
    database: NamedDependency[Database],
    intake: NamedDependency[Intake],
    caller: NamedDependency[Caller],
) -> Response[bytes]:
    """Take scans in order. The answer holds a verdict for each that was taken, now or ever before."""
    assert caller.device_id is not None
    reply: ScanReply = await intake.take(database, caller.device_id, await request.body())
    return Response(msgspec.json.encode(reply), media_type="application/json")


class WorkRequest(msgspec.Struct, frozen=True):
    """`flow` names the kind of work; the other members belong to that flow (mode, station, tote, handover ...).

    `beside` lists tasks that the device already holds or has finished: work fetched ahead comes beside those.
    """

    flow: str
    mode: str = ""
    key: str = ""
    station: str = ""
    handover: int = 0
    wave: str = ""
    carrier: str = ""
    limit: int = 0
    beside: tuple[str, ...] = ()


def _asker(caller: NamedDependency[Caller]) -> Asker:
    """Raises `Forbidden` PERSON_NEEDED for a partner's program: goods are carried by somebody."""
    if caller.person_id is None:
        raise Forbidden("PERSON_NEEDED", "Expected a signed-in person, got a program; work is given to people only.")
    return Asker(
        person_id=caller.person_id, device_id=caller.device_id, role=caller.role or "worker", language=caller.language
    )


def _job(jobs: NamedDependency[Jobs], flow: str) -> Job:
    job = jobs.get(flow)
    if job is None:
        raise NotFound(
            "FLOW_UNKNOWN",
            f"Expected one of {', '.join(sorted(jobs))}, got {flow[:40]!r}; update the app.",
            got=flow[:40],
        )
    return job


@post("/api/work", guards=[requires("worker")], status_code=200)
async def get_work(
    data: JSONBody[WorkRequest],
    database: NamedDependency[Database],
    jobs: NamedDependency[Jobs],
    caller: NamedDependency[Caller],
) -> dict[str, Any]:
    """Find or make work; `{"bundle": null}` when there is none."""
    job, asker = _job(jobs, data.flow), _asker(caller)
    request = msgspec.to_builtins(data)
    bundle = await database.write(lambda conn: job.get(conn, request, asker, clock.now()))
    return {"bundle": bundle}


@get("/api/work", guards=[requires("worker")])
async def open_work(
    database: NamedDependency[Database], jobs: NamedDependency[Jobs], caller: NamedDependency[Caller]
) -> dict[str, Any]:
    """Everything this person has begun, and what has to be put right."""
    asker = _asker(caller)

    def read(conn: Any) -> dict[str, Any]:
        bundles = [bundle for job in jobs.values() for bundle in job.open_for(conn, asker.person_id)]
        return {"bundles": bundles, "corrections": store.open_corrections(conn, caller.device_id, asker.person_id)}

    return await database.read(read)


@get("/api/work/{task:str}", guards=[requires("worker")])
async def read_work(
    task: FromPath[str], database: NamedDependency[Database], jobs: NamedDependency[Jobs]
) -> dict[str, Any]:
    """The bundle of a running task as the books see it now; `{"bundle": null}` when the task is over."""
    job = _job(jobs, task.partition(":")[0])
    return {"bundle": await database.read(lambda conn: job.read(conn, task))}


@post("/api/work/{task:str}/take", guards=[requires("worker")], status_code=200)
async def take_work(
    task: FromPath[str],
    database: NamedDependency[Database],
    jobs: NamedDependency[Jobs],
    caller: NamedDependency[Caller],
) -> dict[str, Any]:
    """Take a running task over from another device."""
    job, asker = _job(jobs, task.partition(":")[0]), _asker(caller)
    return {"bundle": await database.write(lambda conn: job.take(conn, task, asker, clock.now()))}


@post("/api/corrections/{uid:uuid}/done", guards=[requires("worker")], status_code=200)
async def finish_correction(uid: FromPath[UUID], database: NamedDependency[Database]) -> dict[str, bool]:
    """A person has put it right. A repeat is no mistake."""
    return {"closed": await database.write(lambda conn: store.close_correction(conn, uid, clock.now()))}


@get("/api/trouble/scans", guards=[requires("office")])
async def troubled(database: NamedDependency[Database]) -> list[dict[str, Any]]:
    """Unreadable and parked scans, newest first."""
    return await database.read(store.troubled_scans)


@post("/api/trouble/scans/{number:int}/aside", guards=[requires("office")], status_code=200)
async def put_aside(number: FromPath[int], database: NamedDependency[Database]) -> dict[str, bool]:
    """The office has seen it."""
    if not await database.write(lambda conn: store.put_aside(conn, number, clock.now())):
        raise NotFound("SCAN_UNKNOWN", f"Expected a scan in trouble, got number {number}; reload the list.")
    return {"done": True}


class ReadCode(msgspec.Struct, frozen=True):
    """One code of the picture; `keys` are its scan keys, `position` its corners in pixels of the picture."""

    text: str
    symbology: str
    keys: tuple[str, ...]
    confidence: float
    reader: str
    reason: str
    position: Any


class ReadPicture(msgspec.Struct, frozen=True):
    """`codes` are trusted; `guesses` are texts on which the readers did not agree, to be shown, never taken."""

    codes: list[ReadCode]
    guesses: list[str]


@post("/api/scans/photo", guards=[requires_device], status_code=200, request_max_body_size=PHOTO_BYTES_MAX + 1)
async def read_picture(
    request: Request, photo_reader: NamedDependency[PhotoReader], known: FromQuery[list[str] | None] = None
) -> ReadPicture:
    """A picture as the body (JPEG, PNG, WebP; at most 8 MB and 16 megapixels) -> the codes in it. Nothing is kept."""
    answer = await read_photo(photo_reader, await request.body(), tuple(known or ())[:200])
    if answer.refusal is not None:
        refusal = answer.refusal
        raise Malformed(refusal.code, refusal.sentence, expected=refusal.expected, got=refusal.got, cure=refusal.cure)
    codes = [
        ReadCode(each.text, each.symbology, read_code(each.text).keys, each.confidence, each.reader, each.reason,
                 each.position)
        for each in answer.codes
    ]  # fmt: skip
    return ReadPicture(codes=codes, guesses=[each.text for each in answer.guesses])


ROUTES = [read_picture, take_scans, get_work, open_work, read_work, take_work, finish_correction, troubled, put_aside]
__all__ = ["ROUTES", "Jobs"]
