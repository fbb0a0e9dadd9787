"""The handover between the dock and the books: scans of our devices, and of the courier's phone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from backend.gs1.scan_keys import read_code
from backend.outbound.handover import Loadings, ScanNoted, decide, load
from backend.outbound.store import handovers as store
from backend.outbound.views import handovers as views
from backend.platform import clock, journal
from backend.platform.journal import Actor
from backend.scanning.protocol import Asker, Decision, Flow, Job, Taken, task_number, undone_act


def load_chunk(conn: Connection, taken: Sequence[Taken]) -> Loadings:
    """The lists of the chunk, locked, with the parcels that its codes may mean."""
    ids: set[int] = set()
    acts: set[UUID] = set()
    keys: set[str] = set()
    for each in taken:
        number = task_number(each.scan.task, "handover")
        if number is None or each.scan.local != "ok":
            continue
        ids.add(number)
        keys |= set(each.scan.keys)
        acts |= {uid for uid in (each.scan.act, undone_act(each.scan)) if uid}
    if not ids:
        return {}
    found = store.load_loadings(conn, ids, keys, acts, "warehouse", views.carrier_names(conn))
    return {f"handover:{number}": loading for number, loading in found.items()}


def save(conn: Connection, loadings: Loadings, decided: Sequence[tuple[Taken, Decision]], now: datetime) -> None:
    notes = [change for _, decision in decided for change in decision.changes if isinstance(change, ScanNoted)]
    store.write_notes(conn, notes, now)


HANDOVER = Flow(name="handover", load=load_chunk, decide=decide, save=save)


def scan_by_courier(conn: Connection, handover_id: int, text: str, now: datetime) -> Decision:
    """A code read by the courier's phone, judged by the same rules."""
    keys = read_code(text).keys
    names = views.carrier_names(conn)
    loading = store.load_loadings(conn, [handover_id], keys, (), "courier", names)[handover_id]
    _, decision = load(loading, keys, text, None)
    store.write_notes(conn, [change for change in decision.changes if isinstance(change, ScanNoted)], now)
    journal.append(conn, decision.facts, now)
    return decision


# -- work -----------------------------------------------------------------------------------------------------------


def day_of(now: datetime, zone: str) -> str:
    return now.astimezone(ZoneInfo(zone)).date().isoformat()


def get(conn: Connection, request: dict[str, Any], asker: Asker, now: datetime) -> dict[str, Any] | None:
    """By `handover` (id), by `key` (handover:<number>), or by `carrier`, whose list is opened when there is none."""
    number = int(request.get("handover") or 0)
    key = str(request.get("key") or "")
    carrier = str(request.get("carrier") or "")
    if not number and key.startswith("handover:"):
        number = store.id_of_number(conn, key.partition(":")[2]) or 0
    if not number and carrier:
        number = store.open_handover(
            conn, carrier, day_of(now, clock.zone_name()), now, Actor(asker.person_id, asker.device_id)
        )
    return views.read_bundle(conn, number) if number else None


def read(conn: Connection, task: str) -> dict[str, Any] | None:
    number = task_number(task, "handover")
    return views.read_bundle(conn, number) if number is not None else None


def open_for(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    """A list belongs to the dock, not to a person: it is chosen anew on each device."""
    return []


def take(conn: Connection, task: str, asker: Asker, now: datetime) -> dict[str, Any] | None:
    return read(conn, task)


JOB = Job(get=get, read=read, open_for=open_for, take=take)
