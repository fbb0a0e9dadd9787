"""The flow `returns`: scans of what came back become moves from the customer, and news of the order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.gs1.scan_keys import read_code
from backend.inbound.returning import CameBack, Closed, ReturnSheets, WentBack, decide, to_bundle
from backend.inbound.store import returns as store
from backend.orders import api as orders
from backend.platform.errors import Conflict, NotFound
from backend.scanning.protocol import Asker, Decision, Flow, Job, Taken, task_number, undone_act

_NUMBERED = ("order", "parcel", "track", "text", "sscc")


def load(conn: Connection, taken: Sequence[Taken]) -> ReturnSheets:
    scans = [each.scan for each in taken if each.scan.local == "ok"]
    ids = {number for scan in scans if (number := task_number(scan.task, "returns")) is not None}
    acts = {uid for scan in scans for uid in (scan.act, undone_act(scan)) if uid}
    if not ids:
        return {}
    return {f"returns:{number}": sheet for number, sheet in store.read_sheets(conn, ids, acts, lock=True).items()}


def save(conn: Connection, _: ReturnSheets, decided: Sequence[tuple[Taken, Decision]], now: datetime) -> None:
    for taken, decision in decided:
        for change in decision.changes:
            if isinstance(change, CameBack):
                store.take_back(conn, change, now, taken.person_id, taken.device_id)
            elif isinstance(change, WentBack):
                store.give_back(conn, change.act, taken.scan.act, now, taken.person_id, taken.device_id)
            elif isinstance(change, Closed):
                store.close(conn, change, now)


RETURNS = Flow(name="returns", load=load, decide=decide, save=save)


# -- work -----------------------------------------------------------------------------------------------------------


def get(conn: Connection, request: dict[str, Any], asker: Asker, now: datetime) -> dict[str, Any] | None:
    """By `key`: the order, one of its parcels, a tracking number, the return label.

    Raises `NotFound` ORDER_UNKNOWN, `Conflict` NOTHING_SENT.
    """
    key = str(request.get("key") or "")
    order_id = find_order(conn, key)
    if order_id is None:
        raise NotFound(
            "ORDER_UNKNOWN", f"Expected an order, a parcel or a return label, got {key[:60]!r}; search on the board.",
            got=key[:60],
        )  # fmt: skip
    case_id = store.open_case(conn, order_id, asker.person_id, asker.device_id, now)
    bundle = _bundle(conn, case_id)
    if bundle is None or not bundle["lines"]:
        number = orders.orders_by_ids(conn, [order_id])[order_id].number
        raise Conflict(
            "NOTHING_SENT", f"Expected an order of which something was sent, got {number}; nothing can come back.",
            got=number,
        )  # fmt: skip
    return bundle


def find_order(conn: Connection, key: str) -> int | None:
    """The newest order that any of the code's numbers names."""
    keys = [key] if key.partition(":")[0] in _NUMBERED else list(read_code(key).keys)
    for each in keys:
        kind, _, body = each.partition(":")
        found = orders.orders_of_word(conn, body) if kind in _NUMBERED else []
        if found:
            return found[0]
    return None


def _bundle(conn: Connection, case_id: int) -> dict[str, Any] | None:
    sheet = store.read_sheets(conn, [case_id]).get(case_id)
    if sheet is None or sheet.closed:
        return None
    buyer = orders.orders_by_ids(conn, [sheet.order_id])[sheet.order_id].buyer_name
    places = {condition: place.code if place else "" for condition, place in store.read_places(conn).items()}
    faces = catalog.read_faces(conn, [line.product_id for line in sheet.lines.values()])
    return to_bundle(sheet, buyer, places, faces) | catalog.told_layouts(conn)


def read(conn: Connection, task: str) -> dict[str, Any] | None:
    case_id = task_number(task, "returns")
    return None if case_id is None else _bundle(conn, case_id)


def open_for(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    found = [_bundle(conn, case_id) for case_id in store.own_cases(conn, person_id)]
    return [bundle for bundle in found if bundle is not None]


def take(conn: Connection, task: str, asker: Asker, now: datetime) -> dict[str, Any] | None:
    return read(conn, task)


JOB = Job(get=get, read=read, open_for=open_for, take=take)
