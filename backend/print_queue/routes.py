"""HTTP doors of the print queue: two for agents, the others for the bench and the office.

This module lies below `identity`, so it does not know what a role is: `guarded` takes the guards from the application
and there is no unguarded list to mount by mistake. `caller` and `database` are the application's dependencies.
"""

import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.params import Parameter

from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import NotFound
from backend.print_queue import views
from backend.print_queue.store import equipment, jobs, leases
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
)

LOOK_S = 5.0
"""A waiting agent looks at least so often: leases run out and pauses end without a poke."""
PREVIEW_TYPES = {"zpl": "text/plain; charset=utf-8", "png1": "image/png", "pdf": "application/pdf"}


# --- agents ----------------------------------------------------------------------------------------------------------


@post(CLAIM_PATH, status_code=200)
async def claim_jobs(data: ClaimRequest, database: Database, caller: Any) -> ClaimReply:
    """Lend jobs to the agent; with none at hand, wait up to `wait_s` seconds for one."""
    until = time.monotonic() + max(0, min(data.wait_s, WAIT_S_MAX))
    ready = [one.code for one in data.printers if one.state in READY_STATES and one.room > 0]
    while True:
        seen = database.wake.seen
        lent = await database.write(lambda conn: leases.claim(conn, caller.agent_id, data.printers, clock.now()))
        while not lent and (left_s := until - time.monotonic()) > 0:
            seen = await database.wake.wait(seen, min(left_s, LOOK_S))
            if await database.read(lambda conn: leases.has_work(conn, caller.agent_id, ready, clock.now())):
                break
        if lent or time.monotonic() >= until:
            config = await database.read(lambda conn: views.read_agent_config(conn, caller.agent_id))
            return ClaimReply(tuple(lent), config.version)


@get(CONFIG_PATH)
async def agent_config(database: Database, caller: Any) -> AgentConfig:
    """The printers of the asking agent."""
    return await database.read(lambda conn: views.read_agent_config(conn, caller.agent_id))


@post("/api/agent/jobs/{job_id:int}", status_code=200)
async def report_job(job_id: int, data: JobReport, database: Database, caller: Any) -> JobReportReply:
    """One step of a lent job; 409 means that the agent must not send it."""
    return await database.write(lambda conn: leases.report(conn, caller.agent_id, job_id, data, clock.now()))


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


async def _tell(database: Database, job_id: int, new_id: int | None = None) -> JobTold:
    def read(conn: Any) -> JobTold:
        now = clock.now()
        job = views.read_job(conn, job_id, now)
        if job is None:
            raise NotFound("NO_PRINT_JOB", f"Expected a print job, got {job_id}, which is not known.", got=str(job_id))
        return JobTold(job, views.read_job(conn, new_id, now) if new_id is not None else None)

    return await database.read(read)


@get("/api/print-jobs")
async def list_jobs(
    database: Database,
    job_state: Annotated[str | None, Parameter(query="state")] = None,
    about: str | None = None,
    station: str | None = None,
    printer: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> views.JobPage:
    """Newest first; `state` one of the job states, `open` or `trouble`; `before` is the cursor `next`."""
    return await database.read(
        lambda conn: views.read_jobs(
            conn,
            clock.now(),
            state=job_state,
            about=about,
            station=station,
            printer_code=printer,
            before=before,
            limit=limit,
        )
    )


@get("/api/print-jobs/{job_id:int}")
async def show_job(job_id: int, database: Database) -> JobTold:
    """One job."""
    return await _tell(database, job_id)


@get("/api/print-jobs/{job_id:int}/content")
async def job_content(job_id: int, database: Database) -> Response[bytes]:
    """The paper itself: ZPL as text, PNG or PDF."""
    found = await database.read(lambda conn: views.read_job_content(conn, job_id))
    if found is None:
        raise NotFound("NO_PRINT_JOB", f"Expected a print job, got {job_id}, which is not known.", got=str(job_id))
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return Response(found[1], media_type=PREVIEW_TYPES[found[0]], headers=headers)


@post("/api/print-jobs/{job_id:int}/reprint", status_code=200)
async def reprint_job(job_id: int, data: ReprintRequest, database: Database, caller: Any) -> JobTold:
    """Print the paper once more; the older one is void from now on."""
    queued = await database.write(
        lambda conn: jobs.reprint(conn, job_id, data.reason, caller.person_id, clock.now(), data.station)
    )
    return await _tell(database, job_id, queued.id)


@post("/api/print-jobs/{job_id:int}/cancel", status_code=200)
async def cancel_job(job_id: int, database: Database, caller: Any) -> JobTold:
    """Take a waiting job back."""
    await database.write(lambda conn: jobs.cancel(conn, job_id, caller.person_id, clock.now()))
    return await _tell(database, job_id)


@post("/api/print-jobs/{job_id:int}/answer", status_code=200)
async def answer_job(job_id: int, data: AnswerRequest, database: Database, caller: Any) -> JobTold:
    """Say whether a job of unknown outcome came out; if not, it is printed again."""
    queued = await database.write(
        lambda conn: jobs.answer_unknown(conn, job_id, data.printed, caller.person_id, clock.now())
    )
    return await _tell(database, job_id, queued.id if queued else None)


@get("/api/printers")
async def list_printers(database: Database) -> list[views.PrinterRow]:
    """All printers with their states."""
    return await database.read(lambda conn: views.read_printers(conn, clock.now()))


@post("/api/printers/{code:str}/test", status_code=200)
async def test_printer(code: str, database: Database, caller: Any) -> JobTold:
    """Queue a trial paper."""
    queued = await database.write(lambda conn: jobs.print_trial(conn, code, caller.person_id, clock.now()))
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
    transport: Literal["tcp", "folder"]
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    dpi: Annotated[int, msgspec.Meta(ge=100, le=1200)] = 203
    media_width_mm: Annotated[int, msgspec.Meta(ge=10, le=500)] | None = None
    media_height_mm: Annotated[int, msgspec.Meta(ge=5, le=2000)] | None = None
    closes_line: bool = True
    active: bool = True
    fallback: str | None = None


class RouteRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Where papers of a kind go."""

    printer: str
    fallback: str | None = None


@post("/api/print-agents", status_code=201)
async def create_agent(data: AgentRequest, database: Database) -> AgentToken:
    """A printing agent, or a new token for a known one; the older token is worth nothing then."""
    token = await database.write(lambda conn: equipment.create_agent(conn, data.name, clock.now()))
    return AgentToken(data.name, token)


@delete("/api/print-agents/{name:str}")
async def revoke_agent(name: str, database: Database) -> None:
    """Shut an agent out."""
    await database.write(lambda conn: equipment.revoke_agent(conn, name, clock.now()))


@put("/api/printers/{code:str}")
async def save_printer(code: str, data: PrinterRequest, database: Database) -> list[views.PrinterRow]:
    """Create or change a printer; the agent notices within seconds."""
    columns = msgspec.structs.asdict(data)
    agent = columns.pop("agent")
    await database.write(lambda conn: equipment.save_printer(conn, code, agent, **columns))
    return await database.read(lambda conn: views.read_printers(conn, clock.now()))


@get("/api/print-routes")
async def list_routes(database: Database) -> list[views.RouteRow]:
    """Which printer for which paper at which station."""
    return await database.read(views.read_routes)


@put("/api/print-routes/{station:str}/{paper_kind:str}")
async def save_route(station: str, paper_kind: str, data: RouteRequest, database: Database) -> list[views.RouteRow]:
    """Set a route; station `*` stands for every station without its own."""
    await database.write(lambda conn: equipment.save_route(conn, station, paper_kind, data.printer, data.fallback))
    return await database.read(views.read_routes)


@delete("/api/print-routes/{station:str}/{paper_kind:str}")
async def drop_route(station: str, paper_kind: str, database: Database) -> None:
    """Take a route away."""
    await database.write(lambda conn: equipment.drop_route(conn, station, paper_kind))


def guarded(requires: Callable[[str], Any], requires_agent: Any) -> list[Router]:
    """All doors behind the application's guards: agents by their token, the bench, the lead, the office."""
    groups: tuple[tuple[Any, list[Any]], ...] = (
        (requires_agent, [claim_jobs, agent_config, report_job]),
        (
            requires("worker"),
            [list_jobs, show_job, job_content, reprint_job, answer_job, list_printers, test_printer],
        ),
        (requires("lead"), [cancel_job, list_routes]),
        (requires("office"), [create_agent, revoke_agent, save_printer, save_route, drop_route]),
    )
    return [Router(path="/", route_handlers=handlers, guards=[guard]) for guard, handlers in groups]
