"""Facts of the print queue: told where a job changes its state, so that whoever looks at the queue sees it move."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.facts import printing as facts
from backend.platform import journal
from backend.platform.journal import Actor, Fact
from backend.print_queue.tables import print_job
from printing.protocol import JobState


def fact_of(state: JobState, about: str, title: str, detail: str) -> Fact | None:
    """The fact of reaching a state; None for the states on the way."""
    match state:
        case JobState.SENT | JobState.CONFIRMED:
            return facts.PaperPrinted(about=about, title=title, confirmed=state is JobState.CONFIRMED)
        case JobState.FAILED:
            return facts.PaperFailed(about=about, title=title, reason=detail)
        case JobState.UNKNOWN:
            return facts.PaperInDoubt(about=about, title=title, reason=detail)
        case JobState.EXPIRED:
            return facts.PaperExpired(about=about, title=title)
        case JobState.CANCELLED:
            return facts.PaperCancelled(about=about, title=title)
        case _:
            return None


def tell_queued(conn: Connection, job_id: int, now: datetime) -> None:
    row = conn.execute(sa.select(print_job).where(print_job.c.id == job_id)).one()
    about = f"print_job:{job_id}"
    told = facts.PaperQueued(about=about, title=row.title, station=row.station, again=row.reprint_of is not None)
    journal.append(conn, [told], now, Actor(person_id=row.asked_by))


def tell(conn: Connection, row: sa.Row, state: JobState, detail: str, now: datetime, person_id: int | None) -> None:
    """`row` is the job as it was; nothing is told of a state it had already."""
    fact = None if row.state == state else fact_of(state, row.about, row.title, detail)
    if fact is not None:
        journal.append(conn, [fact], now, Actor(person_id=person_id))
