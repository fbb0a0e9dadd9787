"""The documentation says what the code does."""

import re
from pathlib import Path

from backend.orders.holds import FROM_IMPORT
from backend.orders.lifecycle import TRANSITIONS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_table_of_states_is_the_documented_one() -> None:
    """docs/stock.md lists every state with everything that may follow."""
    table = (DOCS / "stock.md").read_text("utf-8").split("| state | may become |")[1]
    rows = dict(re.findall(r"^\| (\w+) \| ([\w, -]+) \|$", table, re.MULTILINE))
    written = {state: frozenset() if after == "-" else frozenset(after.split(", ")) for state, after in rows.items()}
    assert written == TRANSITIONS


def test_every_hold_of_an_import_is_documented() -> None:
    """docs/order-file.md explains each code that an order of a file can be held with."""
    table = (DOCS / "order-file.md").read_text("utf-8").split("| hold | meaning |")[1].split("\n## ")[0]
    assert set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", table)) == FROM_IMPORT
