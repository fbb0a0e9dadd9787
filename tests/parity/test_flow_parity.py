"""Device and server judge generated scans of dock, shelf and returns alike; picking, packing and loading: tests/outbound/parity.

A case is one scan that the device recorded, judged by the server on what the scans before it have left.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.inbound import putting, receiving, returning
from backend.inbound.placing import Candidate
from backend.scanning.protocol import Decision, Scan, Taken
from backend.stock import carrying, count_bundle, counting
from tests.inbound.test_flow_vectors import receiving_of, walk_of
from tests.outbound.flow_vectors import AT, uid
from tests.parity import floor_app
from tests.parity.dock_cases import PutAwayMaker, ReceiveMaker, ReturnsMaker
from tests.parity.shelf_cases import FOUND, CarryMaker, CountMaker

SEED = int(os.environ.get("RAMPA_PARITY_SEED", "20260102"))
JOBS = 900
"""Of each kind."""
CASES = 60_000
CARRIED = {"location", "product", "quantity", "put", "undo", "finish"}
KINDS = {
    "receive": {"product", "told", "receive", "unit", "undo", "set_aside", "finish"},
    "put_away": {"product", "place", "told", "put", "undo", "finish"},
    "returns": {"product", "quantity", "condition", "undo", "finish"},
    "count": {"location", "product", "quantity", "undo", "finish"},
    "move": CARRIED,
    "replenish": CARRIED,
}
REFUSED = {
    "receive": {"NOT_ON_DELIVERY", "RECEIPT_OVER", "SERIAL_KNOWN", "UNIT_UNTOLD", "UNIT_RECEIVED", "UNIT_UNKNOWN", "WRONG_KIND"},
    "put_away": {"GOODS_FIRST", "NOT_TO_PUT_AWAY", "WHICH_LOT", "PLACE_BLOCKED", "PLACE_UNFIT", "PLACE_LOOK_ALIKE", "WRONG_KIND"},
    "returns": {"MORE_THAN_SENT", "NOT_SENT", "CONDITION_FIRST", "WRONG_KIND"},
    "count": {"LOTS_HERE", "WRONG_LOCATION", "NOT_COUNTED_HERE", "PLACE_COUNTED", "PLACE_OPEN", "WRONG_KIND"},
    "move": {"SAME_PLACE", "TOO_MANY", "HAND_FULL", "WRONG_LOCATION", "NOT_HERE", "WRONG_KIND"},
    "replenish": {"WRONG_LOCATION", "TOO_MANY", "NOT_HERE", "HAND_FULL", "LOCATION_FIRST", "WRONG_KIND"},
}  # fmt: skip
MAKERS = (ReceiveMaker, PutAwayMaker, ReturnsMaker, CountMaker, CarryMaker)
Decide = Callable[[Any, Taken, Any], tuple[Any, Decision]]
PLACES = {f"loc:S-{number}": Candidate(location_id=number, code=f"S-{number}", zone="A") for number in range(1, 9)} | {
    "loc:DOCK": Candidate(location_id=50, code="DOCK", kind="receiving"),
    "cart:C-1": Candidate(location_id=60, code="C-1", kind="cart"),
}
ELSEWHERE = {
    "loc:B-02-2": carrying.End(90, "loc:B-02-2", "B-02-2"), "tote:T-001": carrying.End(91, "tote:T-001", "T-001"),
    "tote:T-9": carrying.End(92, "tote:T-9", "T-9"),
}  # fmt: skip

pytestmark = pytest.mark.skipif(not floor_app.READY, reason="needs node, and npm install in pwa/")


class Played(NamedTuple):
    job: dict[str, Any]
    outcome: dict[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Played]:
    """Each job with what the floor app made of it."""
    jobs = []
    for place, make in enumerate(MAKERS):
        maker = make(SEED + place)
        for number in range(1, JOBS + 1):
            bundle = maker.bundle(number)
            jobs.append({"bundle": bundle, "inputs": list(maker.inputs(bundle))})
    outcomes = floor_app.play(jobs, tmp_path_factory.mktemp("compiled"))
    return [Played(*pair) for pair in zip(jobs, outcomes, strict=True)]


def _receiving(bundle: dict[str, Any]) -> tuple[Any, Decide]:
    return {bundle["task"]: receiving_of(bundle)}, receiving.decide


def _walk(bundle: dict[str, Any]) -> tuple[Any, Decide]:
    walk = walk_of(bundle)
    lying: Counter[tuple[int, str]] = Counter()
    for each in bundle["lines"]:
        lying[each["product"], each["lot"]] += each["quantity"]
    return {bundle["task"]: replace(walk, places=PLACES, lying=lying)}, putting.decide


def _returned(bundle: dict[str, Any]) -> tuple[Any, Decide]:
    return {bundle["task"]: returning.from_bundle(bundle)}, returning.decide


def _counted(bundle: dict[str, Any]) -> tuple[Any, Decide]:
    goods = {FOUND: counting.Goods(3, "POT", "Kettle", 1)}
    return counting.CountSnapshot(
        sheets={bundle["task"]: count_bundle.from_bundle(bundle)}, goods=goods
    ), counting.decide


def _carried(bundle: dict[str, Any]) -> tuple[Any, Decide]:
    sheet = carrying.from_bundle(bundle)
    ends = [end for line in sheet.lines.values() for end in (line.source, line.target) if end is not None]
    targets = {end.key: end for end in ends} | ELSEWHERE
    return carrying.CarrySnapshot(sheets={bundle["task"]: sheet}, targets=targets), carrying.decide


SERVERS: Mapping[str, Callable[[dict[str, Any]], tuple[Any, Decide]]] = {
    "receive": _receiving, "put_away": _walk, "returns": _returned, "count": _counted, "move": _carried,
    "replenish": _carried,
}  # fmt: skip


def end_of(flow: str, snapshot: Any, task: str) -> dict[str, Any]:
    """What the books say at the end, in the shape of the device's."""
    if flow in ("receive", "put_away", "returns"):
        held = snapshot[task]
        if flow == "receive":
            return {
                "lines": [[line.id, line.received, line.damaged] for line in held.lines.values()],
                "over": held.state == "received",
            }
        if flow == "put_away":
            return {"lines": [[line.id, line.put] for line in held.lines.values()]}
        return {"lines": [[line.id, line.open] for line in held.lines.values()], "over": held.closed}
    sheet = snapshot.sheets[task]
    if flow == "count":
        places = [
            [
                place.task_id,
                place.done,
                [[key, line.counted] for key, line in place.lines.items() if line.counted is not None],
            ]
            for place in sheet.places.values()
        ]
        return {"places": places}
    return {"lines": [[line.id, line.open] for line in sheet.lines.values()]}


def by_key(end: dict[str, Any]) -> dict[str, Any]:
    """Goods that the book did not have are named by their code on the device, by their number in the books."""
    if "places" not in end:
        return end
    named = lambda key: str(key).replace(f"found:{FOUND}|", "3/").replace(f"found:{FOUND}", "3/")  # noqa: E731
    known = lambda lines: sorted([named(key), counted] for key, counted in lines if not named(key).startswith("found:"))  # noqa: E731
    return {"places": [[place, done, known(lines)] for place, done, lines in end["places"]]}


def difference(job: dict[str, Any], outcome: dict[str, Any]) -> str | None:
    """The first thing that the server sees otherwise; None when it agrees with everything."""
    bundle = job["bundle"]
    flow, task = bundle["flow"], bundle["task"]
    snapshot, decide = SERVERS[flow](bundle)
    for seq, each in enumerate(outcome["records"], start=1):
        scan = Scan(
            id=UUID(uid(100_000 + seq)), seq=seq, at=AT, flow=flow, task=task, kind=each["kind"],
            act=UUID(each["act"] or uid(900_000 + seq)), keys=tuple(each["keys"]), raw=each["raw"], body=each["body"],
        )  # fmt: skip
        after, decision = decide(snapshot, Taken(scan=scan, device_id=1, person_id=1), AT)
        if each["local"] != "ok":
            if decision.changes:
                return f"record {seq} {each}: refused on the floor, booked by the server"
            continue
        if decision.refusal is not None:
            if _only_the_books_know(each, decision.refusal.code):
                return None  # from here on the device goes on with what its verdict tells it
            return f"record {seq} {each}: the server refuses it, {decision.refusal.code}"
        snapshot = after
    ours, theirs = by_key(end_of(flow, snapshot, task)), by_key(outcome["end"])
    return None if ours == theirs else f"the ends differ:\n    floor  {theirs}\n    server {ours}"


def _only_the_books_know(record: dict[str, Any], code: str) -> bool:
    """Whether the house has a place, or the catalogue a code that was found, is in no bundle."""
    if record["kind"] == "put" and code in ("LOCATION_UNKNOWN", "WRONG_KIND"):
        return record["keys"][0] in ("loc:NOWHERE", "tote:T-1")
    return (
        code == "CODE_UNKNOWN"
        and str(record["body"].get("line", "")).startswith("found:")
        and FOUND not in record["body"]["line"]
    )


def test_device_and_server_agree(played: list[Played]) -> None:
    """Accepted there is accepted here, refused there is not booked here, and the ends are equal."""
    found: dict[str, list[str]] = {}
    for job, outcome in played:
        differs = difference(job, outcome)
        if differs is not None:
            found.setdefault(job["bundle"]["flow"], []).append(f"{json.dumps(job)}\n  {differs}")
    shown = "\n".join(each for texts in found.values() for each in texts[:2])
    assert not found, f"seed {SEED}: { {flow: len(texts) for flow, texts in found.items()} } differ\n{shown}"


def test_jobs_reach_everything(played: list[Played]) -> None:
    """More than sixty thousand scans; each flow meets every kind of scan and many refusals, so that agreement means something."""
    accepted: dict[str, Counter[str]] = {flow: Counter() for flow in SERVERS}
    refused: dict[str, Counter[str]] = {flow: Counter() for flow in SERVERS}
    for job, outcome in played:
        flow = job["bundle"]["flow"]
        accepted[flow].update(each["kind"] for each in outcome["records"] if each["local"] == "ok")
        refused[flow].update(each["local"] for each in outcome["records"] if each["local"] != "ok")

    assert sum(each.total() for each in (*accepted.values(), *refused.values())) > CASES
    assert {flow: set(kinds) for flow, kinds in accepted.items()} == KINDS
    assert all(set(refused[flow]) >= codes for flow, codes in REFUSED.items()), refused
    ends = {outcome["path"] for _, outcome in played}
    assert ends >= {f"{flow}.done" for flow in ("receive", "put_away", "returns", "count", "move")}
