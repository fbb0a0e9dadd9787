"""The server judges what a carrier recorded as contracts/flows/move.json says; vitest reads the same file."""

from typing import Any
from uuid import UUID

import pytest

from backend.scanning.protocol import Scan, Taken
from backend.stock.carrying import CarrySheet, CarrySnapshot, End, decide, from_bundle
from tests.outbound.flow_vectors import AT, read_vectors, uid

VECTORS = read_vectors("move")
ELSEWHERE = {"loc:B-02-2": End(90, "loc:B-02-2", "B-02-2"), "tote:T-001": End(91, "tote:T-001", "T-001")}


def targets(sheet: CarrySheet) -> dict[str, End]:
    ends = [end for line in sheet.lines.values() for end in (line.source, line.target) if end is not None]
    return {end.key: end for end in ends} | ELSEWHERE


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_server_judges_what_the_carrier_recorded(case: dict[str, Any]) -> None:
    """Each recorded scan gets the verdict of the file; a refused target is answered by where the goods go back."""
    bundle = VECTORS["bundles"][case["bundle"]]
    sheet = from_bundle(bundle)
    snapshot = CarrySnapshot(sheets={bundle["task"]: sheet}, targets=targets(sheet))
    for seq, step in enumerate(case["steps"], start=1):
        if "verdict" not in step or "scan" not in step:
            continue
        told = step["scan"]
        keys = tuple(step["in"].split()[1:]) if step["in"].startswith("scan ") else ()
        if told["kind"] == "put" and keys[0].startswith("text:"):  # the device sends the key that it knows
            keys = (f"loc:{keys[0].partition(':')[2]}",)
        scan = Scan(
            id=UUID(uid(1000 + seq)), seq=seq, at=AT, flow=bundle["flow"], task=bundle["task"], kind=told["kind"],
            act=UUID(told["act"]), keys=keys, body=told["body"],
        )  # fmt: skip
        snapshot, decision = decide(snapshot, Taken(scan=scan, device_id=1, person_id=1), AT)

        assert step["verdict"] == (decision.refusal.code if decision.refusal else "ok"), step["in"]
        if step["verdict"] == "LOCATION_UNKNOWN":
            assert decision.correction is not None
            assert ("loc:A-01-1",) == decision.correction.keys
