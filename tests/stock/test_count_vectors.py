"""The server judges what a counting device recorded as contracts/flows/count.json says; vitest reads the same file."""

from typing import Any
from uuid import UUID

import pytest

from backend.scanning.protocol import Scan, Taken
from backend.stock.count_bundle import from_bundle
from backend.stock.counting import CountSnapshot, Goods, decide
from tests.outbound.flow_vectors import AT, read_vectors, uid

VECTORS = read_vectors("count")
FOREIGN = {"gtin:09520000000035": Goods(3, "POT", "Konvice", 1)}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_server_judges_what_the_counter_recorded(case: dict[str, Any]) -> None:
    """Each recorded scan gets the verdict of the file, and the totals of the device are the totals of the server."""
    bundle = VECTORS["bundles"][case["bundle"]]
    snapshot = CountSnapshot(sheets={bundle["task"]: from_bundle(bundle)}, goods=FOREIGN)
    for seq, step in enumerate(case["steps"], start=1):
        if "verdict" not in step or "scan" not in step:
            continue
        told = step["scan"]
        keys = tuple(step["in"].split()[1:]) if step["in"].startswith("scan ") else ()
        scan = Scan(
            id=UUID(uid(1000 + seq)), seq=seq, at=AT, flow="count", task=bundle["task"], kind=told["kind"],
            act=UUID(told["act"]), keys=keys, body=told["body"],
        )  # fmt: skip
        snapshot, decision = decide(snapshot, Taken(scan=scan, device_id=1, person_id=1), AT)

        assert step["verdict"] == (decision.refusal.code if decision.refusal else "ok"), step["in"]
        if "counted" in told["body"] and decision.refusal is None:
            place = snapshot.sheets[bundle["task"]].places[told["body"]["place"]]
            line = told["body"]["line"].replace("found:gtin:09520000000035", "3/")
            assert told["body"]["counted"] == place.lines[line].counted
