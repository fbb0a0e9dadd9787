"""Why a row of a file was left out: a code that the office words in four languages, in orders and in deliveries."""

import json
import string
from pathlib import Path
from typing import Any

import pytest

from backend.channels import left_out as orders
from backend.inbound import left_out as deliveries

CONTRACT = Path(__file__).parents[2] / "contracts" / "row_reasons.json"


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name} - {"place"}


def told() -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in json.loads(CONTRACT.read_text("utf-8"))["rows"]}


def test_the_contract_names_every_code_of_both_kinds_of_files() -> None:
    """A new reason is told to the office in the same change; its test finds the texts."""
    assert told().keys() == orders.SENTENCES.keys() | deliveries.SENTENCES.keys()
    for code, each in told().items():
        files = [name for name, room in (("orders", orders), ("deliveries", deliveries)) if code in room.SENTENCES]
        assert files == each["files"], code


@pytest.mark.parametrize(("name", "room"), [("orders", orders), ("deliveries", deliveries)])
def test_what_a_text_may_fill_stands_in_every_sentence_of_its_code(name: str, room: Any) -> None:
    """The values of the contract are those that the code brings, in each kind of file that has it."""
    for code, sentence in room.SENTENCES.items():
        assert set(told()[code]["values"]) <= places(sentence), f"{name} {code}"


@pytest.mark.parametrize(
    ("place", "key", "values"),
    [("order 3", "", {"order": 3, "key": "", "got": "x"}), ("line 7", "K", {"line": 7, "key": "K", "got": "x"})],
)
def test_the_place_in_the_file_is_a_number_for_the_screen(place: str, key: str, values: dict[str, Any]) -> None:
    """The English place stands in the sentence, its number under its word in the values."""
    left = orders.left_out(place, key, "NOT_AN_ORDER", got="x")
    assert (place, "NOT_AN_ORDER", values) == (left.place, left.code, left.values)
    assert place in left.sentence


def test_a_delivery_without_a_reference_is_named_by_its_place() -> None:
    """With one, the reference is its name."""
    wrong = deliveries.LeftOut("REFERENCE_MISSING")
    assert ("delivery 4", {"delivery": 4}) == (wrong.told("", 4).reference, wrong.told("", 4).values)
    assert ("R-1", {}) == (wrong.told("R-1", 4).reference, wrong.told("R-1", 4).values)
