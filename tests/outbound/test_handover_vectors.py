"""The server judges what the dock recorded as contracts/flows/handover.json says; vitest reads the same file."""

import json
from typing import Any

import pytest

from backend.outbound.handover import Loading, LoadParcel, OtherParcel, VoidLabel, decide
from tests.outbound.flow_vectors import AT, read_vectors, scans_of

VECTORS = read_vectors("handover")


def loading_of(bundle: dict[str, Any], acts: dict[str, int] | None = None) -> Loading:
    parcels = tuple(
        LoadParcel(id=place, number=each["number"], keys=tuple(each["keys"]), loaded=each["loaded"])
        for place, each in enumerate(bundle["parcels"], start=1)
    )
    return Loading(
        id=3, number=bundle["number"], carrier=bundle["carrier"]["code"], carrier_name=bundle["carrier"]["name"],
        signed=bundle["signed"], parcels=parcels, acts=acts or {},
        foreign={key: OtherParcel(9, each["number"], carrier=each["carrier"]) for key, each in bundle["foreign"].items()},
        unpacked={key: OtherParcel(9, each["number"], state=each["state"]) for key, each in bundle["unpacked"].items()},
        void={key: VoidLabel(each["number"], each["valid"]) for key, each in bundle.get("void", {}).items()},
        held={
            key: OtherParcel(9, each["number"], order=each["order"], hold=each["hold"])
            for key, each in bundle.get("held", {}).items()
        },
    )  # fmt: skip


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_server_judges_what_the_dock_recorded(case: dict[str, Any]) -> None:
    """Each recorded scan gets the verdict of the file, also those the device refused by itself."""
    bundle = VECTORS["bundles"][case["bundle"]]
    lists = {"handover:3": loading_of(bundle)}
    for seq, step in enumerate(case["steps"], start=1):
        if step["in"].startswith("bundle "):
            news = bundle | json.loads(step["in"].partition(" ")[2])
            lists["handover:3"] = loading_of(news, dict(lists["handover:3"].acts))
        for taken in scans_of(step, "handover", "handover:3", seq * 10) if "verdict" in step else ():
            lists, decision = decide(lists, taken, AT)
            assert step["verdict"] == (decision.refusal.code if decision.refusal else "ok"), step["in"]
            if decision.refusal and "values" in step:
                assert step["values"] == decision.refusal.values
