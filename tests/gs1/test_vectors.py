"""The public vectors of GS1's own engine and dictionary: all of them but the few listed here with a reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.gs1.digital_link import build_digital_link, parse_digital_link
from backend.gs1.elements import build_elements, check_pairs, read_bracketed, read_elements
from backend.gs1.linters import LINTERS
from backend.gs1.scan_keys import read_code

VECTORS = Path(__file__).parent / "vectors"

# A whole linter, or (file, input), with the reason why it is not ours to judge.
COUPONS = "North American coupons, not used in Europe: AIs 8110 and 8112 are taken as they stand"
REGISTER = "needs GS1's register of company prefixes; or the vector's input is a placeholder, not data"
UNKNOWN_AIS = "an option of the engine that lets unknown AIs through; here they are always refused"
PLACEHOLDER = "the vector's input is a placeholder (built in C), not data"
NO_PREFIX = "the engine wants an AIM prefix; a wedge scanner often sends none, so plain text is text here"
EMPTY_SYMBOL = "an empty symbol is no code: there is nothing to act upon"
OUT_OF_SCOPE_LINTERS = {"couponcode": COUPONS, "couponposoffer": COUPONS, "gcppos1": REGISTER, "gcppos2": REGISTER}
OUT_OF_SCOPE = {
    ("process_ai_fnc1", "buf"): PLACEHOLDER,
    ("parse_ai_bracketed", "inbuf"): PLACEHOLDER,
    ("validate_ai_sets", "(89)ABC(89)ABC(89)ABC"): UNKNOWN_AIS,
    ("parse_digital_link", "https://example.com/01/09520123456788?99=XYZ&89=ABC123"): UNKNOWN_AIS,
    ("generate_digital_link", "(01)12312312312326(99)000001(89)XXX(95)INT"): UNKNOWN_AIS,
    ("process_scan_data", "ABC"): NO_PREFIX,
    ("process_scan_data", "]Q1"): EMPTY_SYMBOL,
    ("process_scan_data", "]d1"): EMPTY_SYMBOL,
    ("process_scan_data", "]J0"): EMPTY_SYMBOL,
}
# These addresses stand in the vectors twice, right or wrong by an option of the engine. Ours is `strict`.
STRICT_ONLY = {
    "https://a/gtin/12312312312333",
    "https://a/01/2112345678900",
    "https://a/01/416000336108",
}


def vectors(name: str, key: str) -> list[Any]:
    loaded = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return [vector for vector in loaded if (name, vector[key]) not in OUT_OF_SCOPE]


def fnc1(elements: dict[str, str]) -> str:
    return "^" + build_elements(elements).replace("\x1d", "^")


def test_every_linter_vector() -> None:
    """3,408 values with the mistake GS1 names for each."""
    loaded = json.loads((VECTORS / "lint_vectors.json").read_text("utf-8"))
    judged = [vector for vector in loaded if vector["lint"] not in OUT_OF_SCOPE_LINTERS]
    assert len(judged) == 3408
    wrong = []
    for vector in judged:
        wanted = vector["error"] and vector["error"].removeprefix("GS1_LINTER_")
        found = LINTERS[vector["lint"]](vector["data"])
        if found != wanted:
            wrong.append((vector["lint"], vector["data"], wanted, found))
    assert wrong == []


@pytest.mark.parametrize("vector", vectors("process_ai_fnc1", "fnc1"), ids=lambda vector: vector["fnc1"] or "empty")
def test_element_string(vector: dict[str, Any]) -> None:
    """Element strings with FNC1 are accepted or refused as GS1's engine does."""
    text = vector["fnc1"]
    accepted = text.startswith("^") and read_elements(text[1:].replace("^", "\x1d")).error is None
    assert accepted == vector["ok"]


@pytest.mark.parametrize("vector", vectors("parse_ai_bracketed", "bracketed"), ids=lambda vector: vector["bracketed"])
def test_bracketed(vector: dict[str, Any]) -> None:
    """The human form is read and rebuilt with separators only where they are needed."""
    reading = read_bracketed(vector["bracketed"])
    assert (reading.error is None) == vector["ok"]
    if vector["ok"]:
        assert fnc1(reading.elements) == vector["expect"]


@pytest.mark.parametrize("vector", vectors("validate_ai_sets", "fnc1"), ids=lambda vector: vector["fnc1"])
def test_pairs(vector: dict[str, Any]) -> None:
    """AIs that must, or must not, stand together, and repeats that contradict each other."""
    reading = read_bracketed(vector["fnc1"])
    if vector["rule"] == "validateAIrepeats":
        assert (reading.error is None) == vector["ok"]
    else:
        assert (reading.error is None and not check_pairs(reading.elements)) == vector["ok"]


@pytest.mark.parametrize("vector", vectors("parse_digital_link", "uri"), ids=lambda vector: vector["uri"] or "empty")
def test_digital_link(vector: dict[str, Any]) -> None:
    """Digital Link addresses give the engine's element string, or are refused as there."""
    strict = vector["uri"] in STRICT_ONLY and not vector["ok"]
    reading = parse_digital_link(vector["uri"], strict=strict)
    assert (reading.error is None) == vector["ok"], reading.error
    if vector["ok"]:
        assert fnc1(reading.elements) == vector["expect"]


@pytest.mark.parametrize("vector", vectors("generate_digital_link", "ai"), ids=lambda vector: vector["ai"])
def test_build_digital_link(vector: dict[str, Any]) -> None:
    """Addresses are built letter by letter as the engine builds them, or refused."""
    elements = read_bracketed(vector["ai"]).elements
    if vector["ok"]:
        assert build_digital_link(elements, vector["stem"]) == vector["expect"]
    else:
        with pytest.raises(ValueError, match="expected"):
            build_digital_link(elements, vector["stem"])


@pytest.mark.parametrize("vector", vectors("process_scan_data", "scan"), ids=lambda vector: repr(vector["scan"]))
def test_scan_data(vector: dict[str, Any]) -> None:
    """What a scanner sends with an AIM prefix: accepted as there, with the same elements, number or text."""
    reading = read_code(vector["scan"])
    assert (reading.error is None) == vector["ok"], reading
    if not vector["ok"]:
        return
    linear, _, composite = vector["expect"].partition("|")
    if linear.startswith("^"):
        assert reading.elements == read_elements(linear[1:].replace("^", "\x1d")).elements
    elif linear.startswith("http"):
        assert reading.kind == "digital_link"
    elif reading.kind == "gtin":
        assert reading.keys[0] == f"gtin:{linear.zfill(14)}"
        assert reading.elements == (read_elements(composite[1:].replace("^", "\x1d")).elements if composite else {})
    else:
        # In the vectors a backslash before ^ says that it is no FNC1.
        assert reading.keys == (f"text:{linear.replace(chr(92) + '^', '^').replace(chr(92) * 2, chr(92))}",)


@pytest.mark.parametrize(
    "vector",
    [
        vector
        for vector in vectors("generate_scan_data", "data")
        if (vector["expect"] or "")[:3] in ("]Q3", "]d2", "]J1")
    ],
    ids=lambda vector: vector["expect"],
)
def test_generated_scan_data(vector: dict[str, Any]) -> None:
    """What the engine would send for a GS1 symbol reads back as the data it was made of."""
    assert read_code(vector["expect"]).elements == read_elements(vector["data"][1:].replace("^", "\x1d")).elements
