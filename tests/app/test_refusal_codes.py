"""contracts/refusals.json names every refusal that a scan can meet; the floor app holds texts for it in four languages."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")
BY_TABLE = {"CODES"}
"""Tables from a reason to its code, for makers that are called with `CODES[why]`."""


@cache
def trees() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "backend").rglob("*.py")))


def refusals_in(tree: ast.AST) -> Iterator[ast.expr]:
    """What is given as `code` wherever a `Refusal` is made."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
            yield from (each.value for each in node.keywords if each.arg == "code")


def makers() -> set[str]:
    """Functions that pass their first argument on as the code."""
    found = set()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.args.args:
                given = [each.id for each in refusals_in(node) if isinstance(each, ast.Name)]
                if node.args.args[0].arg in given:
                    found.add(node.name)
    return found


def texts(node: ast.AST) -> set[str]:
    constants = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    return {value for value in constants if isinstance(value, str) and CODE.match(value)}


@cache
def codes_in_backend() -> frozenset[str]:
    calls, found = makers(), set()
    for tree in trees():
        for value in refusals_in(tree):
            found |= texts(value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                found |= texts(node.args[0]) if called in calls else set()
            if isinstance(node, ast.Assign) and any(
                isinstance(to, ast.Name) and to.id in BY_TABLE for to in node.targets
            ):
                found |= texts(node.value)
    return frozenset(found)


def codes_on_the_device() -> set[str]:
    files = [file for file in (ROOT / "pwa" / "src" / "flows").glob("*.ts") if not file.name.endswith(".test.ts")]
    return {code for file in files for code in re.findall(r"'([A-Z][A-Z_]+)'", file.read_text(encoding="utf-8"))}


CONTRACT = {each["code"] for each in json.loads((ROOT / "contracts" / "refusals.json").read_text(encoding="utf-8"))}


def test_every_refusal_of_the_backend_stands_in_the_contract() -> None:
    """A new refusal is told to the floor app in the same change."""
    assert set() == codes_in_backend() - CONTRACT


def test_nothing_in_the_contract_is_never_said() -> None:
    """A refusal that is gone from server and device leaves the contract too."""
    assert set() == CONTRACT - codes_in_backend() - codes_on_the_device()


@pytest.mark.parametrize("code", ["WHICH_LOT", "PLACE_LOOK_ALIKE", "MORE_THAN_SENT", "WRONG_LOT", "SCAN_UNREADABLE"])
def test_the_search_finds_codes_of_every_form(code: str) -> None:
    """In the refusal itself, by a table, through a maker: a search that finds nothing would prove nothing."""
    assert code in codes_in_backend()
