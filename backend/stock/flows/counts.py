"""The flow `count`: scans of counters become totals, finished places become variance moves, tasks become lists."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.engine import Connection

from backend.scanning.protocol import Asker, Decision, Flow, Job, Taken, task_number
from backend.stock.counting import Begun, Counted, CountSnapshot, Finished, decide
from backend.stock.store import count_lists, count_results
from backend.stock.store.count_lists import BeingPicked, Wanted, nobody_picks
from backend.stock.views import counts as views

PLACES_PER_LIST = 30


def load(conn: Connection, taken: Sequence[Taken], being_picked: BeingPicked) -> CountSnapshot:
    scans = [each.scan for each in taken if each.scan.local == "ok"]
    lists = {number for scan in scans if (number := task_number(scan.task, "count")) is not None}
    if not lists:
        return CountSnapshot()
    named = {place for scan in scans if type(place := scan.body.get("place")) is int}
    finished = {place for scan in scans if scan.kind == "finish" and type(place := scan.body.get("place")) is int}
    sheets = count_lists.read_sheets(
        conn, lists, named=named, finished=finished, lock=True, being_picked=being_picked
    )  # fmt: skip
    known = {key for sheet in sheets.values() for place in sheet.places.values() for line in place.lines.values()
             for key in line.codes}  # fmt: skip
    strange = {
        key for scan in scans if scan.kind in ("product", "quantity", "undo") for key in _goods_keys(scan)
    } - known
    return CountSnapshot(
        sheets={f"count:{number}": sheet for number, sheet in sheets.items()},
        goods=count_lists.read_goods(conn, strange) if strange else {},
        limits=count_lists.read_limits(conn),
    )


def _goods_keys(scan: Any) -> list[str]:
    named = str(scan.body.get("line", ""))
    found = [named.removeprefix("found:").partition("|")[0]] if named.startswith("found:") else []
    return [key for key in (*scan.keys, *found) if key.startswith(("gtin:", "text:"))]


def save(conn: Connection, _: CountSnapshot, decided: Sequence[tuple[Taken, Decision]], now: datetime) -> None:
    done = [
        count_results.Done(change, taken.person_id, taken.device_id, taken.scan.act)
        for taken, decision in decided
        for change in decision.changes
        if isinstance(change, Begun | Counted | Finished)
    ]
    if done:
        count_results.apply(conn, done, now)


def count_flow(being_picked: BeingPicked = nobody_picks) -> Flow:
    """The flow; `being_picked` tells at which places pickers take goods right now."""
    return Flow(name="count", load=partial(load, being_picked=being_picked), decide=decide, save=save)


# -- work -----------------------------------------------------------------------------------------------------------


def get_work(conn: Connection, request: dict[str, Any], asker: Asker, now: datetime) -> dict[str, Any] | None:
    """By `key` a location or product (blind unless `mode` is "shown"); else the own list, else what waits.

    `mode` "cycle" makes a list of the places that are due, "zero" of those that a pick should have emptied.
    """
    key, mode = str(request.get("key") or ""), str(request.get("mode") or "")
    list_id = None
    if key.startswith("count:"):
        list_id = count_lists.list_of_number(conn, key.partition(":")[2]).id
    elif key:
        wanted = views.places_of_key(conn, key)
        kind = "location" if key.startswith(("loc:", "tote:", "cart:")) else "product"
        if wanted:
            list_id = count_lists.make_list(
                conn, kind, wanted[:PLACES_PER_LIST], now, blind=mode != "shown", person_id=asker.person_id
            )
    else:
        list_id = views.own_list(conn, asker.person_id) or views.next_list(conn, asker.person_id)
        if list_id is None:
            list_id = _gather(conn, mode, asker, now)
    if list_id is None or not count_lists.take_list(conn, list_id, asker.person_id, asker.device_id):
        return None
    count_lists.note_expected(conn, views.open_tasks(conn, list_id))
    return views.read_bundle(conn, list_id)


def _gather(conn: Connection, mode: str, asker: Asker, now: datetime) -> int | None:
    """A list of the tasks that nobody has taken, or of the places that are due."""
    loose: list[Wanted] = views.loose_tasks(conn, asker.person_id, PLACES_PER_LIST)
    if mode == "zero":
        emptied = views.emptied_places(conn, now, PLACES_PER_LIST)
        return count_lists.make_list(conn, "zero", emptied, now, person_id=asker.person_id) if emptied else None
    if loose and mode != "cycle":
        return count_lists.make_list(conn, "short", loose, now, person_id=asker.person_id)
    due = views.due_places(conn, now, PLACES_PER_LIST)
    if not due:
        return None
    return count_lists.make_list(
        conn, "cycle", [Wanted(each) for each in due], now, person_id=asker.person_id
    )  # fmt: skip


def read_work(conn: Connection, task: str) -> dict[str, Any] | None:
    list_id = task_number(task, "count")
    return None if list_id is None else views.read_bundle(conn, list_id)


def open_work(conn: Connection, person_id: int) -> list[dict[str, Any]]:
    list_id = views.own_list(conn, person_id)
    bundle = None if list_id is None else views.read_bundle(conn, list_id)
    return [] if bundle is None else [bundle]


def take_work(conn: Connection, task: str, asker: Asker, now: datetime) -> dict[str, Any] | None:
    list_id = task_number(task, "count")
    if list_id is None or not count_lists.take_list(conn, list_id, asker.person_id, asker.device_id):
        return None
    return views.read_bundle(conn, list_id)


COUNT_JOB = Job(get=get_work, read=read_work, open_for=open_work, take=take_work)
