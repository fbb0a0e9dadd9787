"""The house keeps its shape: each rule is checked on the real tree, and on a planted violation that must be found."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.rules import breaches_of, check_tree

ROOT = Path(__file__).parents[2]


def test_the_tree_keeps_both_rules() -> None:
    """One door, and pure by default."""
    assert [] == check_tree(ROOT)


@pytest.mark.parametrize(
    ("_case", "name", "source", "rule"),
    [
        ("another room's store", "backend.orders.store", "from backend.stock.store import post", "one door"),
        ("another room's tables", "backend.outbound.views.picks", "import backend.orders.tables", "one door"),
        ("a file of another room's store package", "backend.orders.api", "from backend.stock.store.ledger import post",
         "one door"),
        ("SQL in a pure file", "backend.stock.ledger", "import sqlalchemy as sa", "pure"),
        ("the clock in a pure file", "backend.outbound.picking", "from time import time", "pure"),
        ("the clock of the ground", "backend.outbound.picking", "from backend.platform import clock", "pure"),
        ("chance in a pure file", "backend.gs1.gtin", "def f():\n    import random", "pure"),
        ("a shell file of its own room", "backend.stock.ledger", "from backend.stock.store import post", "pure"),
        ("an api", "backend.outbound.picking", "from backend.stock.api import Move", "pure"),
    ],
)  # fmt: skip
def test_a_planted_violation_is_found(_case: str, name: str, source: str, rule: str) -> None:
    assert [rule] == sorted({breach.rule.split(":")[0].split(" by")[0] for breach in breaches_of(name, source)})


@pytest.mark.parametrize(
    ("_case", "name", "source"),
    [
        ("the door of another room", "backend.orders.store", "from backend.stock.api import post"),
        ("a pure file of another room", "backend.orders.sums", "from backend.gs1.gtin import is_gtin"),
        ("values of the ground", "backend.orders.holds", "from backend.platform.errors import Problem"),
        ("the wiring knows everyone", "backend.app.wiring", "from backend.stock.routes import ROUTES"),
        ("types only", "backend.stock.ledger", "if TYPE_CHECKING:\n    import sqlalchemy"),
    ],
)
def test_what_is_allowed_stays_allowed(_case: str, name: str, source: str) -> None:
    assert [] == breaches_of(name, source)


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--config", str(ROOT / "pyproject.toml"), "--no-cache"],
        cwd=folder, text=True, capture_output=True, check=False, env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


def test_layers_and_cycles_hold() -> None:
    """Arrows point down only; a room without a place in the list fails."""
    done = _lint_imports(ROOT)

    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("_case", "file", "line", "contract"),
    [
        ("an arrow upward", "backend/stock/ledger.py", "import backend.orders.holds", "Layers"),
        ("a room without a place", "backend/attic/__init__.py", "", "Layers"),
        ("the agent reaches into the backend", "printing/spool.py", "import backend.platform.errors", "agent"),
        ("the backend reaches into the agent", "backend/orders/holds.py", "import printing.spool", "agent"),
    ],
)
def test_a_planted_arrow_is_found(_case: str, file: str, line: str, contract: str, tmp_path: Path) -> None:
    """A copy of the sources with one forbidden import must fail, naming the contract."""
    for room in ("backend", "printing", "migrations"):
        for source in (ROOT / room).rglob("*.py"):
            target = tmp_path / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    planted = tmp_path / file
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(
        (planted.read_text(encoding="utf-8") if planted.exists() else "") + f"\n{line}\n", encoding="utf-8"
    )

    done = _lint_imports(tmp_path)

    assert 0 != done.returncode
    assert contract in done.stdout + done.stderr
