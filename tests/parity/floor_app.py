"""The floor app's side of the parity tests: jobs go through its TypeScript in one batch."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PWA = Path(__file__).parents[2] / "pwa"
READY = shutil.which("node") is not None and (PWA / "node_modules" / "typescript").exists()


def play(jobs: Iterable[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """For each job {bundle, inputs}: the scans that the device recorded, where it stood at the end, and what it believes."""
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    script = Path(__file__).with_name("play.cjs")
    done = subprocess.run(
        ["node", str(script), str(PWA), str(folder)], input=lines.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]
