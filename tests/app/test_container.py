"""The image and the composition can be trusted before anybody builds them: what they name exists in this repository."""

import re
import shlex
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backend.app.cli import COMMANDS
from backend.app.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
SETTINGS = {f"RAMPA_{field.name.upper()}" for field in msgspec.structs.fields(Settings)}


def copied_from_here(text: str) -> list[str]:
    """Paths that COPY takes from the build context; those of another stage are left out."""
    copies = [shlex.split(line)[1:] for line in text.splitlines() if line.startswith("COPY ")]
    return [path for words in copies if not words[0].startswith("--from") for path in words[:-1]]


def ignored(path: str, patterns: list[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in patterns)


def called(text: str) -> set[str]:
    """Words after `rampa` wherever it is run."""
    words = re.sub(r"[\[\],\"]", " ", re.sub(r"#.*", "", text))
    return set(re.findall(r"(?:^|\s|&& |exec )rampa +([a-z][a-z-]+)(?=\s|$)", words, re.MULTILINE))


def test_what_is_copied_exists_and_is_sent_to_the_builder() -> None:
    patterns = (ROOT / ".dockerignore").read_text("utf-8").split()
    paths = copied_from_here(DOCKERFILE)

    assert len(paths) > 5
    assert [] == [each for each in paths if not (ROOT / each).exists()]
    assert [] == [each for each in paths if ignored(each, patterns)]


def test_the_image_holds_every_package_that_the_wheel_holds() -> None:
    """A room that is built into the wheel but not copied would be missing at the first start only."""
    packages = re.search(r"^packages = \[(.*)\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert packages is not None
    assert set(re.findall(r'"(\w+)"', packages[1])) <= set(copied_from_here(DOCKERFILE))


@pytest.mark.parametrize("text", [DOCKERFILE, COMPOSE], ids=["Dockerfile", "compose.yaml"])
def test_commands_and_settings_exist(text: str) -> None:
    named = set(re.findall(r"\bRAMPA_[A-Z_]+", text)) - {"RAMPA_AGENT_TOKEN"}

    assert called(text)
    assert set() == called(text) - set(COMMANDS)
    assert set() == named - SETTINGS


def test_the_image_runs_as_nobody_special_and_is_watched() -> None:
    last_stage = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    lines = last_stage.splitlines()
    user = next(number for number, line in enumerate(lines) if line.startswith("USER "))
    command = next(number for number, line in enumerate(lines) if line.startswith("CMD "))

    assert lines[user] not in ("USER root", "USER 0")
    assert user < command
    assert "/ready" in next(line for line in lines if line.startswith("HEALTHCHECK "))
    assert "pip" not in last_stage.replace("/opt/rampa", "")


def services(text: str) -> dict[str, str]:
    """Name -> its lines, of the block `services`."""
    block = re.split(r"^\w.*:$", text.split("\nservices:\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
    parts: list[Any] = re.split(r"^  (\w+):\n", block, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_composition_has_every_part() -> None:
    """Two servers, a worker, an agent, PostgreSQL with a check of its health; the schema is brought up before them."""
    parts = services(COMPOSE)

    assert {"database", "migrate", "api", "worker", "agent", "balancer"} == set(parts)
    assert "replicas: 2" in parts["api"]
    assert "pg_isready" in parts["database"]
    assert "service_healthy" in parts["migrate"]
    assert "service_completed_successfully" in COMPOSE.split("\nservices:\n")[0]
    mounted = re.findall(r"- \./|\[(\./[^:]+):", parts["balancer"])
    assert [] == [each for each in mounted if not (ROOT / each).is_file()]


def test_planted_mistakes_are_found() -> None:
    assert ["gone.lock"] == copied_from_here("COPY gone.lock ./\nCOPY --from=app /a /b")
    assert {"levitate"} == called("    command: [rampa, levitate]")
    assert ignored("docs/x", ["docs"])
