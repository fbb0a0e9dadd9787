"""contracts/facts.json says to the office which facts there are, so that its timeline has a text for each."""

import importlib
import json
import pkgutil
from pathlib import Path

import backend.facts
from backend.platform.journal import Fact

CONTRACT = Path(__file__).parents[2] / "contracts" / "facts.json"


def kinds_in_code() -> dict[str, list[str]]:
    """Kind -> names of its values, without the subject."""
    found: dict[str, list[str]] = {}
    for module in pkgutil.iter_modules(backend.facts.__path__):
        for each in vars(importlib.import_module(f"backend.facts.{module.name}")).values():
            if isinstance(each, type) and issubclass(each, Fact) and each is not Fact:
                found[each.__name__] = sorted(set(each.__struct_fields__) - {"about"})
    return found


def test_every_fact_stands_in_the_contract() -> None:
    """A new fact, or a new value of one, is told to the office in the same change."""
    told = {each["kind"]: sorted(each["values"]) for each in json.loads(CONTRACT.read_text())}
    assert told == kinds_in_code()
