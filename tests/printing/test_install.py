"""The agent stands alone: its own packages and nothing of the rest of the house.

`python -m tests.printing.test_install` writes `requirements-printing.lock` anew after `requirements.lock` has changed.
"""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-printing.lock"
PACKAGES = {
    "httpx": "httpx", "msgspec": "msgspec", "numpy": "numpy", "PIL": "pillow", "pypdfium2": "pypdfium2",
    "zxingcpp": "zxing-cpp", "pyzbar": "pyzbar",
}  # fmt: skip
"""What the agent imports, and the package it comes from."""

ALONE = """
import importlib, pkgutil, sys

class OutOfReach:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in sys.argv[1].split(",") and top != "printing":
            raise ImportError(f"the agent alone has no {name}")
        return None

sys.meta_path.insert(0, OutOfReach())
import printing
names = [module.name for module in pkgutil.walk_packages(printing.__path__, "printing.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def needed() -> set[str]:
    """The packages of the agent and all that they need, by the installed ones."""
    found: set[str] = set()
    waiting = list(PACKAGES.values())
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        wishes = [Requirement(each) for each in importlib.metadata.requires(name) or ()]
        waiting += [each.name for each in wishes if each.marker is None or each.marker.evaluate({"extra": ""})]
    return found


def lock_of(names: set[str]) -> str:
    """Their lines of the whole lock."""
    blocks = re.split(r"(?m)^(?=[a-z])", (ROOT / "requirements.lock").read_text("utf-8"))
    return "".join(block for block in blocks if block.partition("==")[0] in names)


def test_the_agent_imports_only_its_own_packages() -> None:
    """Every module of it loads in a fresh interpreter in which all but its packages is out of reach, the server too."""
    names = needed()
    modules = [
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if names & {owner.lower().replace("_", "-") for owner in owners}
    ]
    command = [sys.executable, "-c", ALONE, ",".join(modules)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)

    assert 0 == done.returncode, done.stderr
    assert int(done.stdout) > 25


def test_the_extra_names_what_the_agent_imports() -> None:
    """`pip install rampa[printing]` brings exactly the packages that the modules import."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["printing"]
    imported: set[str] = set()
    for path in (ROOT / "printing").rglob("*.py"):
        imported |= set(re.findall(r"(?m)^\s*(?:import|from) (\w+)", path.read_text("utf-8")))
    foreign = imported - set(sys.stdlib_module_names) - {"printing"}

    assert set(PACKAGES) == foreign
    assert sorted(PACKAGES.values()) == sorted(re.split(r"[<>=]", each)[0] for each in wanted)


def test_the_lock_of_the_agent_is_part_of_the_whole_lock() -> None:
    """The agent at the bench runs the same versions as the server's tests."""
    assert lock_of(needed()) == LOCK.read_text("utf-8")


if __name__ == "__main__":
    LOCK.write_text(lock_of(needed()), "utf-8")
