"""The server judges what dock and walk recorded as contracts/flows/receive.json and put_away.json say; vitest reads the
same files.
"""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from backend.inbound import putting, receiving
from backend.inbound.placing import Candidate, Goods
from backend.scanning.protocol import Scan, Taken
from tests.outbound.flow_vectors import read_vectors, uid

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RECEIVE, PUT_AWAY = read_vectors("receive"), read_vectors("put_away")


def scans_of(step: dict[str, Any], task: str, seq: int) -> list[Taken]:
    """What the device would send for a step; refused there or not, the server judges it anew."""
    recorded = step.get("scan", [])
    keys = tuple(step["in"].split(" ")[1:]) if step["in"].startswith("scan ") else ()
    raw = keys[0].partition(":")[2] if keys else ""
    return [
        Taken(
            scan=Scan(
                id=UUID(uid(1000 + seq + place)), seq=seq + place, at=AT, flow=task.partition(":")[0], task=task,
                kind=each["kind"], act=UUID(each["act"] or uid(5000 + seq)), keys=keys, raw=raw, body=each["body"],
            ),
            device_id=1,
        )
        for place, each in enumerate(recorded if isinstance(recorded, list) else [recorded])
    ]  # fmt: skip


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def receiving_of(bundle: dict[str, Any], before: receiving.Receiving | None = None) -> receiving.Receiving:
    lines = {
        each["id"]: receiving.ReceiptLine(
            id=each["id"], product_id=each["product"], sku=each["sku"], name=each["name"], expected=each["expected"],
            received=each["received"], tracking=each["tracking"], dated=each["dated"], life_days=each["life_days"],
            codes={code["key"]: code["quantity"] for code in each["codes"]},
        )
        for each in bundle["lines"]
    }  # fmt: skip
    units = {
        each["sscc"]: receiving.Unit(
            sscc=each["sscc"], received=each["received"],
            parts=tuple(
                receiving.UnitPart(part["line"], part["quantity"], part["lot"], day(part["best_before"]))
                for part in each["parts"]
            ),
        )
        for each in bundle["units"]
    }  # fmt: skip
    lots = {(each["product"], lot): day(found) for each in bundle["lines"] for lot, found in each["lots"].items()}
    return receiving.Receiving(
        id=5, number=bundle["number"], state="expected", today=date(2026, 3, 2), lines=lines, units=units,
        lots=before.lots if before else lots, acts=before.acts if before else {}, serials=before.serials if before else {},
    )  # fmt: skip


@pytest.mark.parametrize("case", RECEIVE["cases"], ids=lambda case: case["name"])
def test_server_judges_what_the_dock_recorded(case: dict[str, Any]) -> None:
    """Each recorded scan gets the verdict of the file, also those the device refused by itself."""
    bundle, task = RECEIVE["bundles"][case["bundle"]], "receive:5"
    held: dict[str, Any] = {task: receiving_of(bundle)}
    for seq, step in enumerate(case["steps"], start=1):
        if step["in"].startswith("bundle "):
            news = bundle | json.loads(step["in"].partition(" ")[2])
            held[task] = receiving_of(news, held[task])
        for taken in scans_of(step, task, seq * 10) if "verdict" in step else ():
            held, decision = receiving.decide(held, taken, AT)
            assert step["verdict"] == (decision.refusal.code if decision.refusal else "ok"), step["in"]
            if decision.refusal and "values" in step:
                assert step["values"] == decision.refusal.values


PLACES = {f"loc:S-{number}": Candidate(location_id=number, code=f"S-{number}", zone="A") for number in range(1, 9)} | {
    "loc:S-9": Candidate(location_id=9, code="S-9", zone="A", look_alikes={"twins": frozenset({999})}),
    "loc:DOCK": Candidate(location_id=50, code="DOCK", kind="receiving"),
    "cart:C-1": Candidate(location_id=60, code="C-1", kind="cart"),
}


def walk_of(bundle: dict[str, Any], before: putting.Walk | None = None) -> putting.Walk:
    lines = {
        each["id"]: putting.PutLine(
            id=each["id"], sku=each["sku"], name=each["name"], put=each["put"], tracked=each["tracked"],
            serials=tuple(each["serials"]), codes=frozenset(code["key"] for code in each["codes"]),
            goods=Goods(
                product_id=each["product"], lot=each["lot"], quantity=each["quantity"],
                look_alike="twins" if each["sku"] == "TEA" else "",
            ),
        )
        for each in bundle["lines"]
    }  # fmt: skip
    return putting.Walk(
        id=7, source_id=50, source="DOCK", lines=lines, places=PLACES, acts=before.acts if before else {},
        lying={(each["product"], each["lot"]): each["quantity"] - each["put"] for each in bundle["lines"]},
    )  # fmt: skip


@pytest.mark.parametrize("case", PUT_AWAY["cases"], ids=lambda case: case["name"])
def test_server_judges_what_the_walk_recorded(case: dict[str, Any]) -> None:
    """Each recorded scan gets the verdict of the file."""
    bundle, task = PUT_AWAY["bundles"][case["bundle"]], "put_away:7"
    held: dict[str, Any] = {task: walk_of(bundle)}
    for seq, step in enumerate(case["steps"], start=1):
        if step["in"].startswith("bundle "):
            held[task] = walk_of(bundle | json.loads(step["in"].partition(" ")[2]), held[task])
        for taken in scans_of(step, task, seq * 10) if "verdict" in step else ():
            held, decision = putting.decide(held, taken, AT)
            assert step["verdict"] == (decision.refusal.code if decision.refusal else "ok"), step["in"]


@pytest.mark.parametrize(("place", "wanted"), [("loc:S-9", "PLACE_LOOK_ALIKE"), ("loc:DOCK", "PLACE_UNFIT")])
def test_what_the_device_refuses_by_itself_the_server_refuses_too(place: str, wanted: str) -> None:
    """A device with an old bundle that sends it nevertheless."""
    step = {"in": f"scan {place}", "scan": {"kind": "put", "act": None, "body": {"line": 1, "quantity": 10}}}
    walks = {"put_away:7": walk_of(PUT_AWAY["bundles"]["one"])}
    _, decision = putting.decide(walks, scans_of(step, "put_away:7", 1)[0], AT)
    assert decision.refusal is not None
    assert decision.correction is not None
    assert wanted == decision.refusal.code
