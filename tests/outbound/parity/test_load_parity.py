"""The device and the server judge 20,000 generated packing and handover jobs alike."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from backend.outbound import handover, packing
from backend.scanning.protocol import Refusal, Scan, Taken
from tests.outbound.flow_vectors import AT, uid
from tests.outbound.parity.load_cases import make_jobs
from tests.outbound.test_handover_vectors import loading_of
from tests.outbound.test_pack_vectors import job_of

PWA = Path(__file__).parents[3] / "pwa"
SEED = int(os.environ.get("RAMPA_PARITY_SEED", "20260102"))
COUNT = 20_000
ONLY_THE_DEVICE = ("LINE_STOPPED",)
"""Refusals about the bench itself: a foreign piece lying there is nothing the server could see."""

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="needs node"),
    pytest.mark.skipif(not (PWA / "node_modules" / "typescript").exists(), reason="needs npm install in pwa/"),
]
Played = list[tuple[dict[str, Any], dict[str, Any]]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Each job with what the floor app made of it."""
    jobs = list(make_jobs(SEED, COUNT))
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    script = Path(__file__).with_name("run_loads.cjs")
    folder = str(tmp_path_factory.mktemp("compiled"))
    done = subprocess.run(
        ["node", str(script), str(PWA), folder], input=lines.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return list(zip(jobs, [json.loads(line) for line in done.stdout.decode().splitlines()], strict=True))


class Judge:
    """The server's rules over the snapshot that the books would give for the bundle."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.flow, bundle = job["flow"], job["bundle"]
        self.task, self.seq = bundle["task"], 0
        self.snapshot: Any = {self.task: job_of(bundle) if self.flow == "pack" else loading_of(bundle)}
        self.decide: Any = packing.decide if self.flow == "pack" else handover.decide

    def judge(self, record: dict[str, Any], keep: bool) -> Refusal | None:
        self.seq += 1
        scan = Scan(
            id=UUID(uid(self.seq)), seq=self.seq, at=AT, flow=self.flow, task=self.task, kind=record["kind"],
            act=UUID(record["act"] or uid(900_000 + self.seq)), keys=tuple(record["keys"]), raw=record["raw"],
            body=record["body"],
        )  # fmt: skip
        after, decision = self.decide(self.snapshot, Taken(scan=scan, device_id=1), AT)
        if keep:
            self.snapshot = after
        return decision.refusal

    def news(self, parcels: list[dict[str, Any]]) -> None:
        job = self.snapshot[self.task]
        told = {each["uid"]: each for each in parcels}
        changed = tuple(
            replace(each, state="labelled", number=told[each.uid]["number"], label_key=told[each.uid]["label_key"])
            if each.uid in told else each
            for each in job.parcels
        )  # fmt: skip
        self.snapshot = {self.task: replace(job, parcels=changed)}

    def end(self) -> dict[str, Any]:
        job = self.snapshot[self.task]
        if self.flow == "handover":
            return {"loaded": sorted(each.number for each in job.parcels if each.loaded)}
        return {
            "checked": {str(line.id): line.checked for line in job.lines},
            "parcels": {
                each.uid: [each.state, each.weight_g, each.carton, {str(k): v for k, v in sorted(each.contents.items())}]
                for each in job.parcels if each.contents
            },
            "packed": job.state == "packed",
        }  # fmt: skip


def theirs(job: dict[str, Any], end: dict[str, Any]) -> dict[str, Any]:
    if job["flow"] == "handover":
        return {"loaded": sorted(end["loaded"])}
    return {
        "checked": end["checked"],
        "parcels": {
            each["uid"]: [each["state"], each["weight_g"], each["carton"], dict(sorted(each["contents"].items()))]
            for each in end["parcels"]
        },
        "packed": end["path"] in ("pack.await_label", "pack.label", "pack.done"),
    }


def difference(job: dict[str, Any], outcome: dict[str, Any]) -> str | None:
    """The first thing that the server sees otherwise; None when it agrees with everything."""
    judge = Judge(job)
    for number, each in enumerate(outcome["records"]):
        if "news" in each:
            judge.news(each["news"])
            continue
        scan, told = each["scan"], each["refusal"]
        if scan["local"] in ONLY_THE_DEVICE:
            continue
        refusal = judge.judge(scan, keep=scan["local"] == "ok")
        if scan["local"] == "ok":
            if refusal is not None:
                return f"record {number} {scan}: the server refuses it, {refusal.code}"
            continue
        ours = msgspec.to_builtins(refusal) if refusal else None
        if ours is None or ours["code"] != told["code"]:
            return f"record {number} {scan}:\n    floor  {told}\n    server {ours}"
        if ours != told and told["code"] != "LABEL_NOT_READY":  # the device does not know the number yet
            return f"record {number} {scan}: other words\n    floor  {told}\n    server {ours}"
    ours, floor = judge.end(), theirs(job, outcome["end"])
    return None if ours == floor else f"the ends differ:\n    floor  {floor}\n    server {ours}"


def test_device_and_server_agree(played: Played) -> None:
    """Accepted there is accepted here, refused there is refused here in the same words, and the ends are equal."""
    differences = []
    for job, outcome in played:
        found = difference(job, outcome)
        if found is not None:
            differences.append(f"{json.dumps(job['inputs'])}\n  {found}")
    shown = "\n".join(differences[:3])
    assert not differences, f"seed {SEED}: {len(differences)} of {COUNT} differ\n{shown}"


def test_jobs_reach_everything(played: Played) -> None:
    """The generator reaches every scan, every refusal and every end, so agreement means something."""
    records = [each for _, outcome in played for each in outcome["records"] if "scan" in each]
    accepted = Counter(each["scan"]["kind"] for each in records if each["scan"]["local"] == "ok")
    refused = Counter(each["scan"]["local"] for each in records if each["scan"]["local"] != "ok")
    ends = Counter(outcome["end"]["path"] for _, outcome in played)
    assert {"product", "missing", "close", "label", "undo", "parcel"} == set(accepted)
    assert {
        "NOT_IN_THIS_ORDER", "LINE_STOPPED", "ALREADY_CHECKED", "TOO_MANY", "WRONG_KIND", "CODE_UNKNOWN",
        "LABEL_NOT_READY", "LABEL_OF_OTHER_PARCEL", "LABEL_VOID", "ALREADY_LOADED", "WRONG_CARRIER", "PARCEL_NOT_PACKED",
        "PARCEL_UNKNOWN", "HANDOVER_SIGNED",
    } == set(refused)  # fmt: skip
    assert {
        "pack.done", "pack.label", "pack.await_label", "pack.checking", "pack.stopped", "pack.carton", "pack.weight",
        "pack.on_hold", "handover.loading", "handover.complete", "handover.signed",
    } == set(ends)  # fmt: skip
    assert ends["pack.done"] > COUNT // 20
