"""Jobs as people and modules above see them: asked for once by key, cancelled, answered, printed again."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform import ids
from backend.platform.database import upsert
from backend.platform.errors import Conflict, Malformed, NotFound, TooLarge
from backend.print_queue.calibration_paper import calibration_paper, is_measurable, small_trial
from backend.print_queue.job_states import CANCELLABLE, REPRINTABLE, WAITING, reprint_key
from backend.print_queue.routing import PAGE_DRIVERS, ZPL_DRIVERS, lifetime_h
from backend.print_queue.store.equipment import route_paper
from backend.print_queue.store.news import tell, tell_queued
from backend.print_queue.tables import ANY_STATION, print_content, print_job, printer
from backend.print_queue.trial_paper import trial_code, trial_demand, trial_label, trial_page
from printing.protocol import CONTENT_BYTES_MAX, COPIES_MAX, Demand, JobState

REASON_MAX = 200
KEPT_DAYS = 30
FORGOTTEN_PER_RUN = 500
TRIAL_MM = (100, 50)
"""Size of a trial paper where nobody said what paper the printer holds."""


class Queued(msgspec.Struct, frozen=True):
    """A job that waits; `is_new` False: the key was known and the first job stands."""

    id: int
    uid: UUID
    is_new: bool


def enqueue(
    conn: Connection,
    *,
    key: str,
    station: str,
    paper_kind: str,
    title: str,
    about: str,
    content: bytes,
    format: str,
    now: datetime,
    media_width_mm: int = 0,
    media_height_mm: int = 0,
    dpi: int = 203,
    demands: Sequence[Demand] = (),
    copies: int = 1,
    template: str = "",
    merchant_id: int | None = None,
    priority: int = 0,
    sequence_group: str | None = None,
    expires_at: datetime | None = None,
    printer_id: int | None = None,
) -> Queued:
    """Queue an immutable artifact for the printer of a station, once for each `key`: a repeat finds the first job.

    `title` is what a person recognises, `about` the subject ("order:12"); `demands` are the codes that must be readable
    on the paper; papers of one `sequence_group` come out one after another. Without `expires_at` it lives as long as its route says,
    or its kind (`LIFETIMES_H`).
    """
    known = conn.execute(sa.select(print_job.c.id, print_job.c.uid).where(print_job.c.key == key)).one_or_none()
    if known is not None:
        return Queued(known.id, known.uid, False)
    if not 0 < len(content) <= CONTENT_BYTES_MAX:
        raise TooLarge(
            "PRINT_TOO_LARGE", f"Expected a paper of 1 to {CONTENT_BYTES_MAX} bytes, got {len(content)}; split it."
        )
    if not 1 <= copies <= COPIES_MAX:
        raise Malformed("PRINT_COPIES", f"Expected 1 to {COPIES_MAX} copies, got {copies}.", got=str(copies))
    target_id, route_h = printer_id, None
    if target_id is None:
        target_id, route_h = route_paper(conn, station, paper_kind, format, dpi, now)
    row = {
        "uid": ids.uuid7(),
        "key": key,
        "merchant_id": merchant_id,
        "station": station,
        "paper_kind": paper_kind,
        "printer_id": target_id,
        "template": template,
        "title": title[:200],
        "about": about,
        "format": format,
        "media_width_mm": media_width_mm,
        "media_height_mm": media_height_mm,
        "dpi": dpi,
        "copies": copies,
        "demands": {"codes": [{"symbology": one.symbology, "text": one.text} for one in demands]},
        "content_id": _keep_content(conn, content),
        "priority": priority,
        "sequence_group": sequence_group,
        "created_at": now,
        "expires_at": expires_at or now + timedelta(hours=lifetime_h(paper_kind, route_h)),
    }
    return _insert(conn, row, now)


def _keep_content(conn: Connection, content: bytes) -> int:
    sha256 = hashlib.sha256(content).hexdigest()
    known = sa.select(print_content.c.id).where(print_content.c.sha256 == sha256, print_content.c.content != b"")
    number = conn.execute(known).scalar_one_or_none()
    if number is None:
        statement = upsert(conn, print_content).values(sha256=sha256, content=content)
        keys = [print_content.c.sha256]
        statement = statement.on_conflict_do_update(index_elements=keys, set_={"content": content})
        number = conn.execute(statement.returning(print_content.c.id)).scalar_one()
    return int(number)


def forget_papers(conn: Connection, now: datetime, limit: int = FORGOTTEN_PER_RUN) -> int:
    """Drop the bytes of papers that nobody has used for KEPT_DAYS: they name people and places. Returns how many.

    The jobs stay, with title and outcome; such a paper cannot be reprinted any more.
    """
    oldest = now - timedelta(days=KEPT_DAYS)
    used = sa.exists().where(
        print_job.c.content_id == print_content.c.id,
        sa.or_(print_job.c.created_at >= oldest, print_job.c.state.in_(WAITING)),
    )
    found = sa.select(print_content.c.id).where(print_content.c.content != b"", ~used).limit(limit)
    numbers = conn.execute(found).scalars().all()
    if numbers:
        conn.execute(sa.update(print_content).where(print_content.c.id.in_(numbers)).values(content=b""))
    return len(numbers)


def _insert(conn: Connection, row: dict[str, object], now: datetime) -> Queued:
    row = {"state": JobState.QUEUED, "detail": "", "attempts": 0, "reprint_reason": ""} | row
    statement = upsert(conn, print_job).values(**row).on_conflict_do_nothing(index_elements=[print_job.c.key])
    new_id = conn.execute(statement.returning(print_job.c.id)).scalar_one_or_none()
    found = conn.execute(sa.select(print_job.c.id, print_job.c.uid).where(print_job.c.key == row["key"])).one()
    if new_id is not None:
        tell_queued(conn, new_id, now)
    return Queued(found.id, found.uid, new_id is not None)


def lock_job(conn: Connection, job_id: int) -> sa.Row:
    """The job's row, held until the transaction ends."""
    row = conn.execute(sa.select(print_job).where(print_job.c.id == job_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("NO_PRINT_JOB", f"Expected a print job, got {job_id}, which is not known.", got=str(job_id))
    return row


def cancel(conn: Connection, job_id: int, person_id: int | None, now: datetime) -> None:
    """Nobody shall print it. Possible until the first byte: an agent that holds it is told no."""
    row = lock_job(conn, job_id)
    if row.state == JobState.CANCELLED:
        return
    if row.state not in CANCELLABLE:
        raise Conflict(
            "PRINT_NOT_CANCELLABLE",
            f"Expected a job that waits, got one that is {row.state}; it may be in the printer already.",
            got=row.state,
        )
    _settle(conn, row, JobState.CANCELLED, "", person_id, now)


def cancel_waiting(conn: Connection, keys: Sequence[str], person_id: int | None, now: datetime) -> int:
    """Papers of these keys, copies too, that nobody has begun to print shall not be printed. Returns how many."""
    families = [print_job.c.key.startswith(f"{key}#", autoescape=True) for key in keys]
    mine = sa.or_(print_job.c.key.in_(keys), *families)
    waiting = sa.select(print_job).where(mine, print_job.c.state.in_(CANCELLABLE)).order_by(print_job.c.id)
    rows = conn.execute(waiting.with_for_update()).all()
    for row in rows:
        _settle(conn, row, JobState.CANCELLED, "", person_id, now)
    return len(rows)


def reprint(
    conn: Connection, job_id: int, reason: str, person_id: int | None, now: datetime, station: str | None = None
) -> Queued:
    """The same paper once more, for a reason; the older one is void from now on. Returns the new job.

    `station`: print it somewhere else, on the printer of that station.
    """
    row = lock_job(conn, job_id)
    reason = reason.strip()[:REASON_MAX]
    if not reason:
        raise Malformed("REPRINT_REASON", "Expected the reason of the reprint, got none; say why it is needed.")
    if row.voided_by is not None:
        raise Conflict(
            "PRINT_VOIDED",
            f"Expected the newest paper, got one that job {row.voided_by} replaces; reprint that one.",
            got=str(row.voided_by),
        )
    if row.state not in REPRINTABLE:
        raise Conflict(
            "PRINT_ON_ITS_WAY",
            f"Expected a job that has ended, got one that is {row.state}; wait for it or cancel it.",
            got=row.state,
        )
    if row.state == JobState.UNKNOWN:
        _settle(conn, row, JobState.FAILED, "reprinted without an answer", person_id, now)
    return _copy(conn, row, reason, person_id, now, station)


def answer_unknown(conn: Connection, job_id: int, printed: bool, person_id: int | None, now: datetime) -> Queued | None:
    """A person looked: the paper is there, or it is not and is printed again. Returns the new job, if one is needed."""
    row = lock_job(conn, job_id)
    if row.state != JobState.UNKNOWN:
        raise Conflict(
            "PRINT_NOT_UNKNOWN",
            f"Expected a job with an unknown outcome, got one that is {row.state}; nothing to answer.",
            got=row.state,
        )
    if printed:
        _settle(conn, row, JobState.SENT, "a person saw the paper", person_id, now)
        return None
    _settle(conn, row, JobState.FAILED, "a person saw that nothing came out", person_id, now)
    return _copy(conn, row, "nothing came out", person_id, now, None)


def _settle(conn: Connection, row: sa.Row, state: JobState, detail: str, person_id: int | None, now: datetime) -> None:
    # Without its lease no late report of an agent can speak against the person.
    change = {"state": state, "detail": detail, "lease": None, "leased_until": None, "asked_by": person_id}
    conn.execute(sa.update(print_job).where(print_job.c.id == row.id).values(ended_at=now, **change))
    tell(conn, row, state, detail, now, person_id)


_COPIED = (
    "merchant_id", "paper_kind", "template", "title", "about", "format", "media_width_mm", "media_height_mm", "dpi",
    "copies", "demands", "content_id", "priority",
)  # fmt: skip


def _copy(
    conn: Connection,
    row: sa.Row,
    reason: str,
    person_id: int | None,
    now: datetime,
    station: str | None,
) -> Queued:
    if conn.execute(sa.select(print_content.c.content).where(print_content.c.id == row.content_id)).scalar_one() == b"":
        raise Conflict(
            "PAPER_FORGOTTEN",
            f"Expected a paper of the last {KEPT_DAYS} days, got an older one, which is not kept; draw it anew.",
        )
    family = print_job.c.key.startswith(reprint_key(row.key, 0).partition("#")[0] + "#", autoescape=True)
    papers = conn.execute(sa.select(sa.func.count()).select_from(print_job).where(family)).scalar_one() + 1
    place = station or row.station
    printer_id, route_h = row.printer_id, None  # a trial paper was meant for this printer and no other
    if place != ANY_STATION:
        printer_id, route_h = route_paper(conn, place, row.paper_kind, row.format, row.dpi, now)
    fresh = {name: getattr(row, name) for name in _COPIED} | {
        "uid": ids.uuid7(),
        "key": reprint_key(row.key, papers),
        "station": place,
        "printer_id": printer_id,
        "created_at": now,
        "expires_at": now + timedelta(hours=lifetime_h(row.paper_kind, route_h)),
        "reprint_of": row.id,
        "reprint_reason": reason,
        "asked_by": person_id,
    }
    queued = _insert(conn, fresh, now)
    conn.execute(sa.update(print_job).where(print_job.c.id == row.id).values(voided_by=queued.id))
    return queued


def print_trial(
    conn: Connection, printer_code: str, person_id: int | None, now: datetime, *, calibration: bool = False
) -> Queued:
    """A trial paper for one printer, whatever its routes say; `calibration` is the one to lay a ruler on."""
    row = conn.execute(sa.select(printer).where(printer.c.code == printer_code)).one_or_none()
    if row is None:
        raise NotFound("NO_PRINTER", f"Expected a printer, got {printer_code!r}, which is not known.", got=printer_code)
    content, form = _trial_content(row, f"{now:%Y-%m-%d %H:%M} UTC", calibration)
    is_label = form != "pdf"
    return enqueue(
        conn,
        key=f"trial:{row.code}:{ids.uuid7()}",
        station=ANY_STATION,
        paper_kind="label" if is_label else "paper",
        title=f"Test {row.code}",
        about=f"printer:{row.id}",
        content=content,
        format=form,
        media_width_mm=row.media_width_mm or TRIAL_MM[0] if is_label else 0,
        media_height_mm=row.media_height_mm or TRIAL_MM[1] if is_label else 0,
        dpi=row.dpi,
        demands=[_trial_demand(row.code, form, calibration)] if is_label else [],
        template="calibration" if calibration else "trial",
        expires_at=now + timedelta(minutes=10),
        printer_id=row.id,
        now=now,
    )


def _trial_content(row: sa.Row, stamp: str, calibration: bool) -> tuple[bytes, str]:
    """Bytes and format as the printer's driver takes them: one that takes dots only gets the calibration anyhow."""
    size_mm = (row.media_width_mm or TRIAL_MM[0], row.media_height_mm or TRIAL_MM[1])
    dots_only = row.driver not in ZPL_DRIVERS | PAGE_DRIVERS
    if dots_only and not calibration and not is_measurable(size_mm):
        return small_trial(row.code, row.dpi, size_mm), "png1"
    if calibration or dots_only:
        return calibration_paper(row.code, row.name, row.dpi, stamp, size_mm, row.driver)
    if row.driver in PAGE_DRIVERS:
        return trial_page(row.code, row.name, stamp), "pdf"
    return trial_label(row.code, row.name, row.dpi, stamp, *size_mm), "zpl"


def _trial_demand(code: str, form: str, calibration: bool) -> Demand:
    drawn = calibration or form == "png1"
    return Demand("datamatrix", trial_code(code)) if drawn else trial_demand(code)
