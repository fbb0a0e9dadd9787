"""docs/bad-input.md is no promise on paper: each name stands in the product, and in the test that the row points at."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<case>[^|]+) \| (?P<names>[^|]*) \| [^|]+ \| `(?P<test>[^`]+)` \|$", re.MULTILINE)
ROWS = [match.groups() for match in ROW.finditer((ROOT / "docs" / "bad-input.md").read_text())]
PRODUCT = "".join(
    path.read_text() for folder in ("backend", "printing", "contracts") for path in (ROOT / folder).rglob("*.*")
    if path.suffix in (".py", ".json")
)  # fmt: skip


def test_the_page_has_all_its_rows() -> None:
    """A row that the pattern cannot read would be a row that nobody checks."""
    lines = [line for line in (ROOT / "docs" / "bad-input.md").read_text().splitlines() if line.startswith("| ")]
    assert len(lines) - 1 == len(ROWS) >= 14


@pytest.mark.parametrize(("case", "names", "test"), ROWS)
def test_a_row_is_true(case: str, names: str, test: str) -> None:
    """The name is a code of the product, and the test speaks of it."""
    codes = re.findall(r"`(\w+)`", names)
    source = (ROOT / test).read_text()
    assert [code for code in codes if f'"{code}"' not in PRODUCT] == [], case
    assert not codes or any(f'"{code}"' in source for code in codes), case
