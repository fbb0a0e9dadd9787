"""Receiving between the dock and the books."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from backend.inbound.receiving import Receipts, Receiving, decide
from backend.inbound.store import receipts as store
from backend.inbound.store.imports import open_blind
from backend.inbound.views import receipts as views
from backend.platform import clock
from backend.platform.journal import Actor
from backend.scanning.protocol import Asker, Decision, Flow, Job, Taken, task_number, undone_act


def today_of(now: datetime) -> date:
    """The day as the warehouse's clock shows it."""
    return now.astimezone(ZoneInfo(clock.zone_name())).date()


def load(conn: Connection, taken: Sequence[Taken]) -> Receipts:
    """The deliveries of the chunk, locked, with the lines, units, acts and serials that its scans mean."""
    meant: dict[int, store.Meant] = {}
    for each in taken:
        scan = each.scan
        number = task_number(scan.task, "receive")
        if number is None or scan.local != "ok":
            continue
        mine = meant.setdefault(number, store.Meant())
        mine.keys.update(scan.keys)
        if scan.body.get("sscc"):
            mine.keys.add(f"sscc:{scan.body['sscc']}")
        line = scan.body.get("line")
        if isinstance(line, int) and not isinstance(line, bool) and abs(line) < 2**53:
            mine.lines.add(line)
        if scan.act:
            mine.acts.add(scan.act)
        if (undone := undone_act(scan)) is not None:
            mine.undone.add(undone)
        if scan.body.get("serial"):
            mine.serials.add(str(scan.body["serial"])[:40])
        mine.whole = mine.whole or scan.kind == "finish"
    if not meant:
        return {}
    # the warehouse's day when the scan was made; a scan that waited in a device is judged by its own day
    today = today_of(max(each.scan.at for each in taken))
    return {f"receive:{number}": each for number, each in store.load_receipts(conn, meant, today).items()}


def save(conn: Connection, receipts: Receipts, decided: Sequence[tuple[Taken, Decision]], now: datetime) -> None:
    """Write what was decided, delivery by delivery in the order of their ids."""
    changes: dict[int, list[tuple[Taken, Any]]] = {}
    for taken, decision in decided:
        for change in decision.changes:
            changes.setdefault(task_number(taken.scan.task, "receive") or 0, []).append((taken, change))
    for number in sorted(changes):
        receiving: Receiving = receipts[f"receive:{number}"]
        store.write_changes(conn, receiving, changes[number], now)


RECEIVE = Flow(name="receive", load=load, decide=decide, save=save)


# -- work -----------------------------------------------------------------------------------------------------------


def get(conn: Connection, request: dict[str, Any], asker: Asker, now: datetime) -> dict[str, Any] | None:
    """By `key`: "receive:5", "receipt:5", or any code that means exactly one open delivery; by `mode` "blind": a new one."""
    key = str(request.get("key") or "")
    number = task_number(key, "receive") or task_number(key, "receipt") or 0
    if not number and key:
        found = views.open_receipts(conn, [key])
        number = found[0].id if len(found) == 1 else 0
    if not number and request.get("mode") == "blind":
        number = open_blind(conn, "", "", "", now, Actor(asker.person_id, asker.device_id))
    return views.read_bundle(conn, number, today_of(now)) if number else None


def read(conn: Connection, task: str) -> dict[str, Any] | None:
    number = task_number(task, "receive")
    return views.read_bundle(conn, number, today_of(clock.now())) if number is not None else None


def open_for(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    """A delivery belongs to the dock, not to a person: it is chosen anew on each device."""
    return []


def take(conn: Connection, task: str, asker: Asker, now: datetime) -> dict[str, Any] | None:
    return read(conn, task)


JOB = Job(get=get, read=read, open_for=open_for, take=take)
