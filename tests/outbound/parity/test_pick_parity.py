"""The device and the server judge 20,000 generated picking jobs alike: every scan, every refusal, every end."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.outbound.parity.pick_cases import FREE_TOTES, make_jobs
from tests.outbound.pick_vectors import Server, as_plain

PWA = Path(__file__).parents[3] / "pwa"
SEED = int(os.environ.get("RAMPA_PARITY_SEED", "20260102"))
COUNT = 20_000

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="needs node"),
    pytest.mark.skipif(not (PWA / "node_modules" / "typescript").exists(), reason="needs npm install in pwa/"),
]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each job with what the floor app made of it."""
    jobs = list(make_jobs(SEED, COUNT))
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    script = Path(__file__).with_name("run_picks.cjs")
    folder = str(tmp_path_factory.mktemp("compiled"))
    done = subprocess.run(
        ["node", str(script), str(PWA), folder], input=lines.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return list(zip(jobs, [json.loads(line) for line in done.stdout.decode().splitlines()], strict=True))


def difference(job: dict[str, Any], outcome: dict[str, Any]) -> str | None:
    """The first thing that the server sees otherwise; None when it agrees with everything."""
    server = Server(job["bundle"], FREE_TOTES)
    for number, each in enumerate(outcome["records"]):
        scan, told = each["scan"], each["refusal"]
        if scan["local"] == "ok":
            refusal = server.take(scan).refusal
            if refusal is not None:
                return f"record {number} {scan}: the server refuses it, {refusal.code}"
            continue
        refused = server.would_refuse(scan).refusal
        if refused is None or as_plain(refused) != told:
            return f"record {number} {scan}:\n    floor  {told}\n    server {refused and as_plain(refused)}"
        server.take(scan, local=scan["local"])
    lines = [[line.id, line.picked, line.short] for line in server.wave.lines.values()]
    totes = [[slot.slot, slot.tote] for slot in server.wave.slots.values()]
    walk = [line.id for line in sorted(server.wave.lines.values(), key=lambda line: line.sequence)]
    ours = {"lines": lines, "totes": totes, "walk": walk}
    theirs = {name: outcome[name] for name in ours}
    return None if ours == theirs else f"the ends differ:\n    floor  {theirs}\n    server {ours}"


def test_device_and_server_agree(played: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Accepted there is accepted here, refused there is refused here in the same words, and the ends are equal."""
    differences = []
    for job, outcome in played:
        found = difference(job, outcome)
        if found is not None:
            differences.append(f"{json.dumps(job['inputs'])}\n  {found}")
    shown = "\n".join(differences[:3])
    assert not differences, f"seed {SEED}: {len(differences)} of {COUNT} differ\n{shown}"


def test_jobs_reach_everything(played: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """The generator reaches every kind of scan and every refusal the device can record, so agreement means something."""
    records = [each for _, outcome in played for each in outcome["records"]]
    accepted = Counter(each["scan"]["kind"] for each in records if each["scan"]["local"] == "ok")
    refused = Counter(each["scan"]["local"] for each in records if each["scan"]["local"] != "ok")
    assert {"location", "product", "quantity", "tote", "short", "skip", "undo"} == set(accepted)
    assert {
        "WRONG_LOCATION", "WRONG_PRODUCT", "CODE_OF_OTHER_MERCHANT", "WRONG_LOT", "WRONG_TOTE", "TOTE_IN_USE",
        "TOO_MANY", "WRONG_KIND", "CODE_UNKNOWN",
    } == set(refused)  # fmt: skip
    assert min(accepted.values()) > 500
    assert min(refused.values()) > 500
    assert sum(outcome["path"] == "pick.done" for _, outcome in played) > COUNT / 10
