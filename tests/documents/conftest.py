"""The independent ZPL renderer: one node process for the whole run, answers kept by the label's bytes."""

import base64
import io
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

FOLDER = Path(__file__).parent
Renderer = Callable[[str, int, int, int], Image.Image]
_HEAD_DOTS_PER_MM = {203: 8, 300: 12, 600: 24}


@pytest.fixture(scope="session")
def render_zpl() -> Iterator[Renderer]:
    """`render_zpl(zpl, width, height, dpi)`: the label as another program draws it, sizes in dots."""
    node = shutil.which("node")
    installed = (FOLDER / "node_modules" / "zpl-renderer-js").is_dir()
    assert node and installed, f"expected node and the ZPL renderer; run `npm ci` in {FOLDER.name}"
    process = subprocess.Popen(
        [node, str(FOLDER / "renderer.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=FOLDER
    )
    assert process.stdin and process.stdout
    stdin, stdout = process.stdin, process.stdout
    assert json.loads(stdout.readline()) == {"ready": True}
    drawn: dict[tuple[str, int, int, int], Image.Image] = {}

    def render(zpl: str, width: int, height: int, dpi: int) -> Image.Image:
        key = (zpl, width, height, dpi)
        if key not in drawn:
            per_mm = _HEAD_DOTS_PER_MM[dpi]
            job = {"zpl": zpl, "width_mm": width / per_mm, "height_mm": height / per_mm, "dots_per_mm": per_mm}
            stdin.write(json.dumps(job) + "\n")
            stdin.flush()
            answer = json.loads(stdout.readline())
            if "error" in answer:
                raise ValueError(answer["error"])
            drawn[key] = Image.open(io.BytesIO(base64.b64decode(answer["png"]))).convert("L")
        return drawn[key]

    yield render
    stdin.close()
    process.wait(timeout=60)
    stdout.close()
