"""contracts/problems.json names every code a request can be refused with; the pages hold texts for it in four languages."""

import ast
import json
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "contracts" / "problems.json"
SPELT_OUT = {
    "MALFORMED": "a wrong request", "INTERNAL": "our mistake", "NOT_FOUND": "of the framework",
    "METHOD_NOT_ALLOWED": "of the framework", "TOO_LARGE": "of the framework", "REFUSED": "of the framework",
    "CARRIER_REFUSED": "made by the exception itself",
}  # fmt: skip
"""Codes that no call of a problem names."""
MAKERS = {"Outage", "_no"}
"""What makes a problem without being one: the outage of a database, a picture that is refused."""


@cache
def nodes() -> tuple[ast.Call | ast.ClassDef, ...]:
    """Every call and every class of the backend."""
    files = sorted((ROOT / "backend").rglob("*.py"))
    walks = (ast.walk(ast.parse(file.read_text(encoding="utf-8"))) for file in files)
    return tuple(node for walk in walks for node in walk if isinstance(node, ast.Call | ast.ClassDef))


def problem_names() -> set[str]:
    """The classes that are problems, by walking from `Problem` to all that descend from it."""
    names, parents = {"Problem"}, {}
    for node in nodes():
        if isinstance(node, ast.ClassDef):
            parents[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
    while found := {name for name, bases in parents.items() if bases & names and name not in names}:
        names |= found
    return names - {"LayoutProblem"}  # its code is the name of a rule for labels: told to who makes a template


@cache
def codes_in_backend() -> frozenset[str]:
    """First argument of every call that makes a problem."""
    names = problem_names() | MAKERS
    found = set()
    for node in nodes():
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0]
        if called in names and isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.add(first.value)
    return frozenset(found)


def test_every_code_of_the_backend_stands_in_the_contract() -> None:
    """A new problem is told to the pages in the same change; one that is gone leaves their dictionaries."""
    told = {each["code"] for each in json.loads(CONTRACT.read_text(encoding="utf-8"))}
    assert codes_in_backend() | SPELT_OUT.keys() == told


@pytest.mark.parametrize("code", ["PHOTO_KIND", "ORDER_UNKNOWN", "DATABASE_FULL", "PARTNER_SILENT"])
def test_the_search_finds_each_way_of_making_a_problem(code: str) -> None:
    """A refused picture, a class of problem, an outage, and a descendant in another room."""
    assert code in codes_in_backend()


def test_codes_of_the_command_line_are_on_no_page_and_all_others_are_in_the_office() -> None:
    """The command line speaks English; whatever HTTP can answer is translated for the office at least."""
    for each in json.loads(CONTRACT.read_text(encoding="utf-8")):
        assert not each["pages"] or "office" in each["pages"], each["code"]
        assert set(each["pages"]) <= {"office", "floor", "courier"}


BY_HAND = {"demo.py", "demo_inbound.py", "demo_routes.py", "settings.py", "commands.py"}
"""Files that run for a person at a terminal, before there is a server, or in the demo's tour."""
CAUGHT = {"AMOUNT_UNREADABLE", "DATABASE_UNKNOWN"}
"""The first becomes a hold with a text of its own; with the second no process starts."""


def test_a_code_without_a_text_is_never_met_by_a_reaction() -> None:
    """What is parked is shown in the office, long after; so every problem that a worker can meet has its text there."""
    silent = {each["code"] for each in json.loads(CONTRACT.read_text(encoding="utf-8")) if not each["pages"]}
    met = set()
    for file in (ROOT / "backend").rglob("*.py"):
        if file.name not in BY_HAND:
            text = file.read_text(encoding="utf-8")
            met |= {code for code in silent if f'"{code}"' in text}
    assert met <= CAUGHT
