"""Put-away between the walk and the books."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from backend.inbound.putting import Walks, decide
from backend.inbound.store import put_aways as store
from backend.inbound.views import put_aways as views
from backend.scanning.protocol import Asker, Decision, Flow, Job, Taken, task_number, undone_act


def load(conn: Connection, taken: Sequence[Taken]) -> Walks:
    """The walks of the chunk, locked, with the places that its scans name."""
    ids: set[int] = set()
    keys: set[str] = set()
    acts: set[UUID] = set()
    undone: set[UUID] = set()
    for each in taken:
        number = task_number(each.scan.task, "put_away")
        if number is None or each.scan.local != "ok":
            continue
        ids.add(number)
        if each.scan.kind == "put":
            keys |= set(each.scan.keys)
        if each.scan.act:
            acts.add(each.scan.act)
        if (of := undone_act(each.scan)) is not None:
            undone.add(of)
    if not ids:
        return {}
    return {f"put_away:{number}": walk for number, walk in store.load_walks(conn, ids, keys, acts, undone).items()}


def save(conn: Connection, walks: Walks, decided: Sequence[tuple[Taken, Decision]], now: datetime) -> None:
    changes: dict[int, list[tuple[Taken, Any]]] = {}
    for taken, decision in decided:
        for change in decision.changes:
            changes.setdefault(task_number(taken.scan.task, "put_away") or 0, []).append((taken, change))
    for number in sorted(changes):
        store.write_changes(conn, walks[f"put_away:{number}"], changes[number], now)


PUT_AWAY = Flow(name="put_away", load=load, decide=decide, save=save)


# -- work -----------------------------------------------------------------------------------------------------------


def get(conn: Connection, request: dict[str, Any], asker: Asker, now: datetime) -> dict[str, Any] | None:
    """By `key` of a receiving area, cart or tote; without one the person's open walk, else the first area with goods."""
    key = str(request.get("key") or "")
    mine = [] if key else views.open_walks(conn, asker.person_id)
    if mine:
        return views.read_bundle(conn, mine[-1])
    source = store.find_source(conn, key)
    if source is None:
        return None
    walk = store.plan_walk(conn, source, now, asker.person_id, asker.device_id)
    return views.read_bundle(conn, walk) if walk is not None else None


def read(conn: Connection, task: str) -> dict[str, Any] | None:
    number = task_number(task, "put_away")
    return views.read_bundle(conn, number) if number is not None else None


def open_for(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    found = [views.read_bundle(conn, each) for each in views.open_walks(conn, person_id)]
    return [each for each in found if each is not None]


def take(conn: Connection, task: str, asker: Asker, now: datetime) -> dict[str, Any] | None:
    return read(conn, task)


JOB = Job(get=get, read=read, open_for=open_for, take=take)
