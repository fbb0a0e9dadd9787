"""Settings are read once, wrong ones are named, and the document tells the truth."""

import re
from pathlib import Path

import msgspec
import pytest

from backend.app.settings import Settings, load
from backend.platform.errors import Problem
from backend.platform.secret import Secret

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented_with_its_default() -> None:
    """The first table of docs/settings.md is the same as the struct."""
    first = DOCUMENT.read_text(encoding="utf-8").split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(RAMPA_\w+)` \| (\S+)", first, re.MULTILINE))

    shown = {True: "`1`", False: "`0`", "": "empty", Secret(""): "empty"}
    assert rows == {
        f"RAMPA_{field.name.upper()}": shown.get(field.default, f"`{field.default}`")
        for field in msgspec.structs.fields(Settings)
    }


def test_every_variable_that_anything_reads_is_documented() -> None:
    """Not only the server's: also the agent's, the tests', the app's. And none is documented that nothing reads."""
    root = DOCUMENT.parents[1]
    folders = ("backend", "printing", "bench", "tests", "e2e", "pwa/src", ".ci")
    files = [
        path for each in folders for path in (root / each).rglob("*") if path.suffix in (".py", ".ts", ".svelte", "")
    ]
    files += [root / "dev", root / "pwa" / "vite.config.ts", root / "compose.yaml", root / "Dockerfile"]
    read = {
        name
        for path in files
        if path.is_file() and path != Path(__file__)
        for name in re.findall(r"\bRAMPA_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    settings = {f"RAMPA_{field.name.upper()}" for field in msgspec.structs.fields(Settings)}
    documented = set(re.findall(r"`(RAMPA_\w+)`", DOCUMENT.read_text(encoding="utf-8")))

    assert read | settings == documented


def test_the_environment_wins() -> None:
    settings = load({"RAMPA_PORT": "9001", "RAMPA_DEMO": "1", "RAMPA_ZONE": "Europe/Budapest", "RAMPA_HOST": ""})

    assert (9001, True, "Europe/Budapest", "127.0.0.1") == (settings.port, settings.demo, settings.zone, settings.host)


@pytest.mark.parametrize(
    ("name", "value"),
    [("RAMPA_PORT", "high"), ("RAMPA_PORT", "99999"), ("RAMPA_ZONE", "Europe/Atlantis"), ("RAMPA_WORKER", "maybe")],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(Problem, match=name):
        load({name: value})
