"""Python and the floor app read 100,000 generated codes alike."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from backend.gs1.scan_keys import read_code
from tests.gs1.parity.cases import make_cases

PWA = Path(__file__).parents[3] / "pwa"
SEED = int(os.environ.get("RAMPA_PARITY_SEED", "20260101"))
COUNT = 100_000


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
@pytest.mark.skipif(not (PWA / "node_modules" / "typescript").exists(), reason="needs npm install in pwa/")
def test_both_languages_read_the_same(tmp_path: Path) -> None:
    """Kind, keys, elements, error, proof and healing agree for every case; a difference prints seed, text and both."""
    cases = list(make_cases(SEED, COUNT))
    lines = "".join(json.dumps([text, known]) + "\n" for text, known in cases)
    script = Path(__file__).with_name("read_cases.cjs")
    done = subprocess.run(
        ["node", str(script), str(PWA), str(tmp_path)], input=lines.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    theirs = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(theirs) == COUNT
    differences = []
    for (text, known), floor in zip(cases, theirs, strict=True):
        reading = read_code(text, set(known) or None)
        ours = {
            "kind": reading.kind,
            "keys": list(reading.keys),
            "elements": reading.elements,
            "error": reading.error,
            "proven": reading.proven,
            "healed_from": reading.healed_from,
        }
        if ours != floor:
            differences.append(f"{text!r} known={known}\n  python {ours}\n  floor  {floor}")
    shown = "\n".join(differences[:10])
    assert not differences, f"seed {SEED}: {len(differences)} of {COUNT} differ\n{shown}"


def test_the_cases_cover_every_kind() -> None:
    """The generator reaches each kind, errors and healings, so that agreement means something."""
    readings = [read_code(text, set(known) or None) for text, known in make_cases(SEED, 20_000)]
    kinds = {reading.kind for reading in readings if reading.error is None}
    assert kinds >= {"gtin", "gs1", "digital_link", "sscc", "weight", "location", "badge", "command", "enrol"}
    assert kinds >= {"handover", "tracking", "text"}
    assert sum(reading.error is not None for reading in readings) > 2_000
    assert sum(reading.healed_from is not None for reading in readings) > 500
