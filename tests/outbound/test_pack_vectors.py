"""The server judges what the bench recorded as contracts/flows/pack.json says; vitest reads the same file."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from backend.outbound.pack_job import PackAct, PackJob, PackLine, PackParcel, Place
from backend.outbound.packing import decide
from tests.outbound.flow_vectors import AT, read_vectors, scans_of

VECTORS = read_vectors("pack")


def job_of(bundle: dict[str, Any]) -> PackJob:
    """The snapshot that the books would give for a bundle."""
    return PackJob(
        order_id=7, number=bundle["order"]["number"], partial=bundle["partial"], weigh=bundle["weigh"],
        state="cancelled" if bundle["stopped"] == "ORDER_CANCELLED" else "in_work", hold=bundle["hold"],
        lines=tuple(
            PackLine(
                id=line["id"], sku=line["sku"], name=line["name"], wanted=line["wanted"], checked=line["checked"],
                codes={code["key"]: code["quantity"] for code in line["codes"]}, unit=line.get("unit", ""),
                tracking=line.get("tracking", "none"),
            )
            for line in bundle["lines"]
        ),
        parcels=parcels_of(bundle), cartons=frozenset(carton["key"] for carton in bundle["cartons"]),
        places={key: Place(**place) for key, place in bundle["places"].items()},
        numbers=tuple(f"P{number:06d}" for number in range(11, 20)), void=void_of(bundle),
        acts={each["act"]: PackAct(each["kind"], each["parcel"], each["line"], each["quantity"]) for each in bundle.get("acts", ())},
    )  # fmt: skip


def void_of(bundle: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {key: (each["number"], each["parcel"]) for key, each in bundle.get("void", {}).items()}


def parcels_of(bundle: dict[str, Any]) -> tuple[PackParcel, ...]:
    return tuple(
        PackParcel(**parcel | {"contents": {int(line): pieces for line, pieces in parcel["contents"].items()}})
        for parcel in bundle["parcels"]
    )


def changed(job: PackJob, changes: dict[str, Any]) -> PackJob:
    """News that did not come from this device: labels, a cancelled order."""
    if changes.get("stopped") == "ORDER_CANCELLED":
        job = replace(job, state="cancelled")
    job = replace(job, void={**job.void, **void_of(changes)})
    return replace(job, parcels=parcels_of(changes)) if "parcels" in changes else job


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_server_judges_what_the_bench_recorded(case: dict[str, Any]) -> None:
    """Each recorded scan gets the verdict of the file, also those the device refused by itself."""
    jobs = {"pack:7": job_of(VECTORS["bundles"][case["bundle"]])}
    for seq, step in enumerate(case["steps"], start=1):
        if step["in"].startswith("bundle "):
            jobs["pack:7"] = changed(jobs["pack:7"], json.loads(step["in"].partition(" ")[2]))
        if "verdict" not in step:
            continue
        for taken in scans_of(step, "pack", "pack:7", seq * 10):
            jobs, decision = decide(jobs, taken, AT)
            assert step["verdict"] == (decision.refusal.code if decision.refusal else "ok"), step["in"]
            if decision.refusal and "values" in step:
                assert step["values"] == decision.refusal.values
