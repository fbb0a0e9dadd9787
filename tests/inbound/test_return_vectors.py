"""The server judges what a returns bench recorded as contracts/flows/returns.json says; vitest reads the same file."""

from typing import Any
from uuid import UUID

import pytest

from backend.inbound.returning import ReturnLine, choose_lots, decide, from_bundle
from backend.scanning.protocol import Scan, Taken
from tests.outbound.flow_vectors import AT, read_vectors, uid

VECTORS = read_vectors("returns")


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_server_judges_what_came_back(case: dict[str, Any]) -> None:
    """Each recorded scan gets the verdict of the file."""
    bundle = VECTORS["bundles"][case["bundle"]]
    sheets = {bundle["task"]: from_bundle(bundle)}
    for seq, step in enumerate(case["steps"], start=1):
        if "verdict" not in step or "scan" not in step:
            continue
        told = step["scan"]
        scan = Scan(
            id=UUID(uid(1000 + seq)), seq=seq, at=AT, flow="returns", task=bundle["task"], kind=told["kind"],
            act=UUID(told["act"]), keys=tuple(step["in"].split()[1:]), body=told["body"],
        )  # fmt: skip
        sheets, decision = decide(sheets, Taken(scan=scan, device_id=1, person_id=1), AT)
        assert step["verdict"] == (decision.refusal.code if decision.refusal else "ok"), step["in"]


@pytest.mark.parametrize(
    ("quantity", "told", "expected"),
    [(2, "", {"L1": 2}), (2, "L2", {"L2": 1, "L1": 1}), (1, "L2", {"L2": 1}), (4, "", {"L1": 3, "L2": 1})],
)
def test_the_lot_that_the_code_told_comes_first(quantity: int, told: str, expected: dict[str, int]) -> None:
    """Else the lot of which most was sent."""
    line = ReturnLine(id=1, product_id=1, sku="TEA", name="Čaj", sent=4, lots={"L1": 3, "L2": 1})
    assert expected == choose_lots(line, quantity, told)
