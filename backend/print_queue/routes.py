"""HTTP doors of the print queue: two for agents, the others for the bench and the office.

An agent shows its own token and reaches only its own jobs. At the bench anybody signed in may reprint, answer and test:
that is where the paper is missing; taking a paper back is for the lead, setting up printers for the office.
"""

import time
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.engine import Connection

from backend.identity.api import Caller, requires, requires_agent
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import NotFound
from backend.platform.limits import PAGE_ROWS, PAGE_ROWS_MAX
from backend.print_queue import views
from backend.print_queue.bench_view import BenchPrinting
from backend.print_queue.store import equipment, jobs, leases, scales
from printing.protocol import (
    CLAIM_PATH,
    CONFIG_PATH,
    READY_STATES,
    WAIT_S_MAX,
    AgentConfig,
    ClaimReply,
    ClaimRequest,
    JobReport,
    JobReportReply,
    PrintJob,
)

LOOK_S = 5.0
"""A waiting agent looks at least so often: leases run out and pauses end without a poke."""
PREVIEW_TYPES = {"zpl": "text/plain", "png1": "image/png", "pdf": "application/pdf"}


def _agent_id(caller: NamedDependency[Caller]) -> int:
    assert caller.agent_id is not None, "requires_agent lets nobody else in"
    return caller.agent_id


# --- agents ----------------------------------------------------------------------------------------------------------


@post(CLAIM_PATH, status_code=200, guards=[requires_agent])
async def claim_jobs(
    data: JSONBody[ClaimRequest], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> ClaimReply:
    """Lend jobs to the agent; with none at hand, wait up to `wait_s` seconds for one."""
    until = time.monotonic() + max(0, min(data.wait_s, WAIT_S_MAX))
    agent_id = _agent_id(caller)
    ready = [one.code for one in data.printers if one.state in READY_STATES and one.room > 0]

    def look(conn: Connection) -> tuple[bool, str]:
        return leases.has_work(conn, agent_id, ready, clock.now()), views.read_agent_config(conn, agent_id).version

    def lend(conn: Connection) -> list[PrintJob]:
        return leases.claim(
            conn, agent_id, data.printers, clock.now(), scales=data.scales, holds=holds, spool=data.spool
        )

    holds = data.holds
    while True:
        seen = database.wake.seen
        lent = await database.write(lend)
        holds = None  # what this request lends later is not lost but on its way
        has_work, version = await database.read(look)
        if lent or _is_news(version, data.config_version) or time.monotonic() >= until or database.wake.over:
            return ClaimReply(tuple(lent), version)
        has_work = False  # what a claim just left lying (a later paper of a group) is no reason to ask at once again
        while (
            not (has_work or _is_news(version, data.config_version) or database.wake.over) and time.monotonic() < until
        ):
            seen = await database.wake.wait(seen, min(LOOK_S, max(0.0, until - time.monotonic())))
            has_work, version = await database.read(look)


def _is_news(version: str, known: str) -> bool:
    return bool(known) and version != known


@get(CONFIG_PATH, guards=[requires_agent])
async def agent_config(database: NamedDependency[Database], caller: NamedDependency[Caller]) -> AgentConfig:
    """The printers of the asking agent."""
    return await database.read(lambda conn: views.read_agent_config(conn, _agent_id(caller)))


@post("/api/agent/jobs/{job_id:int}", status_code=200, guards=[requires_agent])
async def report_job(
    job_id: FromPath[int],
    data: JSONBody[JobReport],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> JobReportReply:
    """One step of a lent job; 409 means that the agent must not send it."""
    return await database.write(lambda conn: leases.report(conn, _agent_id(caller), job_id, data, clock.now()))


# --- bench -----------------------------------------------------------------------------------------------------------


class ReprintRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Why the paper is needed again; `station` prints it on the printer of another station."""

    reason: str
    station: str | None = None


class AnswerRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What a person saw at the printer."""

    printed: bool


class JobTold(msgspec.Struct):
    """The job as it is now, and the new one when there is one."""

    job: views.JobRow
    new_job: views.JobRow | None = None


async def _tell(database: NamedDependency[Database], job_id: int, new_id: int | None = None) -> JobTold:
    def read(conn: Any) -> JobTold:
        now = clock.now()
        job = views.read_job(conn, job_id, now)
        if job is None:
            raise NotFound("NO_PRINT_JOB", f"Expected a print job, got {job_id}, which is not known.", got=str(job_id))
        return JobTold(job, views.read_job(conn, new_id, now) if new_id is not None else None)

    return await database.read(read)


@get("/api/print-jobs", guards=[requires("worker")])
async def list_jobs(
    database: NamedDependency[Database],
    job_state: Annotated[str | None, QueryParameter(name="state")] = None,
    about: FromQuery[str | None] = None,
    station: FromQuery[str | None] = None,
    printer: FromQuery[str | None] = None,
    cursor: FromQuery[int | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=PAGE_ROWS_MAX)] = PAGE_ROWS,
) -> views.JobPage:
    """Newest first; `state` one of the job states, `open` or `trouble`; `cursor` is `next` of the page before."""
    return await database.read(
        lambda conn: views.read_jobs(
            conn,
            clock.now(),
            state=job_state,
            about=about,
            station=station,
            printer_code=printer,
            cursor=cursor,
            limit=limit,
        )
    )


@get("/api/print-jobs/{job_id:int}", guards=[requires("worker")])
async def show_job(job_id: FromPath[int], database: NamedDependency[Database]) -> JobTold:
    """One job."""
    return await _tell(database, job_id)


@get("/api/print-jobs/{job_id:int}/content", guards=[requires("worker")])
async def job_content(
    job_id: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Response[bytes]:
    """The paper itself: ZPL as text, PNG or PDF."""
    found = await database.read(lambda conn: views.read_job_content(conn, job_id, caller))
    if found is None:
        raise NotFound("NO_PRINT_JOB", f"Expected a print job, got {job_id}, which is not known.", got=str(job_id))
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return Response(found[1], media_type=PREVIEW_TYPES[found[0]], headers=headers)


@post("/api/print-jobs/{job_id:int}/reprint", status_code=200, guards=[requires("worker")])
async def reprint_job(
    job_id: FromPath[int],
    data: JSONBody[ReprintRequest],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> JobTold:
    """Print the paper once more; the older one is void from now on."""
    await database.read(lambda conn: views.demand_may_see(conn, job_id, caller))
    queued = await database.write(
        lambda conn: jobs.reprint(conn, job_id, data.reason, caller.person_id, clock.now(), data.station)
    )
    return await _tell(database, job_id, queued.id)


@post("/api/print-jobs/{job_id:int}/cancel", status_code=200, guards=[requires("lead")])
async def cancel_job(
    job_id: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> JobTold:
    """Take a waiting job back."""
    await database.write(lambda conn: jobs.cancel(conn, job_id, caller.person_id, clock.now()))
    return await _tell(database, job_id)


@post("/api/print-jobs/{job_id:int}/answer", status_code=200, guards=[requires("worker")])
async def answer_job(
    job_id: FromPath[int],
    data: JSONBody[AnswerRequest],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> JobTold:
    """Say whether a job of unknown outcome came out; if not, it is printed again."""
    queued = await database.write(
        lambda conn: jobs.answer_unknown(conn, job_id, data.printed, caller.person_id, clock.now())
    )
    return await _tell(database, job_id, queued.id if queued else None)


@get("/api/printers", guards=[requires("worker")])
async def list_printers(database: NamedDependency[Database]) -> list[views.PrinterRow]:
    """All printers with their states."""
    return await database.read(lambda conn: views.read_printers(conn, clock.now()))


@get("/api/bench-printing/{station:str}", guards=[requires("worker")])
async def bench_printing(station: FromPath[str], database: NamedDependency[Database]) -> BenchPrinting:
    """How the printers of a bench are, and which of its papers a person must look for."""
    return await database.read(lambda conn: views.read_bench(conn, station, clock.now()))


@post("/api/printers/{code:str}/test", status_code=200, guards=[requires("worker")])
async def test_printer(
    code: FromPath[str], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> JobTold:
    """Queue a trial paper."""
    queued = await database.write(lambda conn: jobs.print_trial(conn, code, caller.person_id, clock.now()))
    return await _tell(database, queued.id)


@post("/api/printers/{code:str}/calibration", status_code=200, guards=[requires("lead")])
async def calibrate_printer(
    code: FromPath[str], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> JobTold:
    """Queue the paper with bars and lines of known millimetres that proves the printer's dpi with a ruler."""
    queued = await database.write(
        lambda conn: jobs.print_trial(conn, code, caller.person_id, clock.now(), calibration=True)
    )
    return await _tell(database, queued.id)


# --- office ----------------------------------------------------------------------------------------------------------


class AgentRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Name of the computer beside the printers."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class AgentToken(msgspec.Struct):
    """The secret of an agent, shown this once."""

    name: str
    token: str


class PrinterRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A printer as the office sets it up."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    agent: str
    driver: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_]{1,32}$")]
    transport: Literal["tcp", "device", "folder", "ipp"]
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    dpi: Annotated[int, msgspec.Meta(ge=100, le=1200)] = 203
    media_width_mm: Annotated[int, msgspec.Meta(ge=10, le=500)] | None = None
    media_height_mm: Annotated[int, msgspec.Meta(ge=5, le=2000)] | None = None
    darkness_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    speed_mm_s: Annotated[int, msgspec.Meta(ge=10, le=500)] | None = None
    after_label: Literal["tear", "peel", "cut"] | None = None
    closes_line: bool = True
    active: bool = True
    fallback: str | None = None


class RouteRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Where papers of a kind go."""

    printer: str
    fallback: str | None = None
    lifetime_h: Annotated[int, msgspec.Meta(ge=1, le=720)] | None = None


@get("/api/print-agents", guards=[requires("office")])
async def list_agents(database: NamedDependency[Database]) -> list[views.AgentRow]:
    """Who prints, and when it was last heard."""
    return await database.read(views.read_agents)


@post("/api/print-agents", status_code=201, guards=[requires("office")])
async def create_agent(data: JSONBody[AgentRequest], database: NamedDependency[Database]) -> AgentToken:
    """A printing agent, or a new token for a known one; the older token is worth nothing then."""
    token = await database.write(lambda conn: equipment.create_agent(conn, data.name, clock.now()))
    return AgentToken(data.name, token)


@delete("/api/print-agents/{name:str}", guards=[requires("office")])
async def revoke_agent(name: FromPath[str], database: NamedDependency[Database]) -> None:
    """Shut an agent out."""
    await database.write(lambda conn: equipment.revoke_agent(conn, name, clock.now()))


@put("/api/printers/{code:str}", guards=[requires("office")])
async def save_printer(
    code: FromPath[str], data: JSONBody[PrinterRequest], database: NamedDependency[Database]
) -> list[views.PrinterRow]:
    """Create or change a printer; the agent notices within seconds."""
    columns = msgspec.structs.asdict(data)
    agent = columns.pop("agent")
    await database.write(lambda conn: equipment.save_printer(conn, code, agent, **columns))
    return await database.read(lambda conn: views.read_printers(conn, clock.now()))


@get("/api/print-routes", guards=[requires("lead")])
async def list_routes(database: NamedDependency[Database]) -> list[views.RouteRow]:
    """Which printer for which paper at which station."""
    return await database.read(views.read_routes)


@put("/api/print-routes/{station:str}/{paper_kind:str}", guards=[requires("office")])
async def save_route(
    station: FromPath[str], paper_kind: FromPath[str], data: JSONBody[RouteRequest], database: NamedDependency[Database]
) -> list[views.RouteRow]:
    """Set a route; station `*` stands for every station without its own."""
    await database.write(
        lambda conn: equipment.save_route(conn, station, paper_kind, data.printer, data.fallback, data.lifetime_h)
    )
    return await database.read(views.read_routes)


@delete("/api/print-routes/{station:str}/{paper_kind:str}", guards=[requires("office")])
async def drop_route(station: FromPath[str], paper_kind: FromPath[str], database: NamedDependency[Database]) -> None:
    """Take a route away."""
    await database.write(lambda conn: equipment.drop_route(conn, station, paper_kind))


class ScaleRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The scale of a bench: who reads it, how it speaks, and where it is."""

    agent: str
    protocol: Literal["ascii", "sics", "toledo", "hid", "http"]
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    active: bool = True


@get("/api/bench-scales", guards=[requires("worker")])
async def list_scales(database: NamedDependency[Database]) -> list[views.ScaleRow]:
    """All scales that agents read, with their states."""
    return await database.read(lambda conn: views.read_scales(conn, clock.now()))


@put("/api/bench-scales/{station:str}", guards=[requires("office")])
async def save_scale(
    station: FromPath[str], data: JSONBody[ScaleRequest], database: NamedDependency[Database]
) -> list[views.ScaleRow]:
    """Set up or change the scale of a bench; its agent notices within seconds."""
    await database.write(
        lambda conn: scales.save_scale(conn, station, data.agent, data.protocol, data.address, active=data.active)
    )
    return await database.read(lambda conn: views.read_scales(conn, clock.now()))


@delete("/api/bench-scales/{station:str}", guards=[requires("office")])
async def drop_scale(station: FromPath[str], database: NamedDependency[Database]) -> None:
    """Nobody reads it any more."""
    await database.write(lambda conn: scales.drop_scale(conn, station))


ROUTES = [
    claim_jobs, agent_config, report_job, list_jobs, show_job, job_content,
    reprint_job, cancel_job, answer_job, list_printers, bench_printing, test_printer,
    calibrate_printer, list_agents, create_agent, revoke_agent, save_printer, list_routes,
    save_route, drop_route, list_scales, save_scale, drop_scale,
]  # fmt: skip
