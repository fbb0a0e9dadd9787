"""Why an order does not move: one reason, the first that has to go away."""

import json
import string
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.orders import holds as hold_texts
from backend.orders import why_stuck
from backend.orders.holds import Hold
from backend.orders.lifecycle import STATES
from backend.orders.sums import difference_of
from backend.orders.why_stuck import OrderSnapshot, Why, explain, sentence

WHEN = datetime(2026, 3, 2, tzinfo=UTC)
SHORT = {
    "code": "NOT_ENOUGH_STOCK",
    "values": {"sku": "A", "name": "Tea", "wanted": 5, "free": 2, "promised": 7, "blocked": 1, "more": 3},
}
CONTRACT = Path(__file__).parents[2] / "contracts" / "order_reasons.json"


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_explained(state: str) -> None:
    """No order is without a sentence, whatever state it is in."""
    assert sentence(explain(OrderSnapshot(state, WHEN))).endswith(".")


@pytest.mark.parametrize(
    ("snapshot", "code"),
    [
        (OrderSnapshot("received", WHEN), "WAITS_FOR_STOCK_CHECK"),
        (OrderSnapshot("received", WHEN, not_shippable=SHORT), "NOT_ENOUGH_STOCK"),
        (OrderSnapshot("ready", WHEN, not_shippable=SHORT), "WAITS_FOR_WAVE"),
        (OrderSnapshot("on_hold", WHEN, [Hold("NOT_PAID", {"shop_state": "on-hold"})], SHORT), "NOT_PAID"),
        (OrderSnapshot("in_work", WHEN, [Hold("STOCK_SHORT")]), "STOCK_SHORT"),
        (OrderSnapshot("packed", WHEN, [Hold("CARRIER_REFUSED", {"reason": "zip"})]), "CARRIER_REFUSED"),
        (OrderSnapshot("cancelled", WHEN, [Hold("NOT_PAID")]), "CANCELLED"),
        (OrderSnapshot("dispatched", WHEN, [Hold("BY_HAND")]), "ON_ITS_WAY"),
    ],
)
def test_the_first_reason(snapshot: OrderSnapshot, code: str) -> None:
    """A hold comes before stock, stock before waiting, and nothing is stuck that is over."""
    assert explain(snapshot).code == code


def test_other_holds_are_named() -> None:
    """The sentence is about the first; the codes of the others are at hand."""
    why = explain(OrderSnapshot("on_hold", WHEN, [Hold("NOT_PAID"), Hold("NO_CARRIER")]))
    assert (why.code, why.hold, why.values["others"]) == ("NOT_PAID", True, ["NO_CARRIER"])


def test_missing_stock_says_where_it_is() -> None:
    """What is promised to others, what is blocked, and how many more lines lack goods."""
    text = sentence(explain(OrderSnapshot("received", WHEN, not_shippable=SHORT)))
    assert text == (
        "A Tea: 5 wanted, 2 free (7 promised to other orders, 1 blocked or elsewhere, 3 more lines lack goods)."
    )


@pytest.mark.parametrize(
    ("header", "lines", "currency", "difference"),
    [
        (10000, [5000, 5000], "CZK", 0),
        (10002, [5000, 5000], "CZK", 0),
        (10003, [5000, 5000], "CZK", 3),
        (9997, [5000, 5000], "EUR", -3),
        (10100, [5000, 5000], "HUF", 0),
        (10101, [5000, 5000], "HUF", 101),
        (0, [], "CZK", 0),
        (-500, [500, -1000], "CZK", 0),
    ],
)
def test_sums_within_their_tolerance(header: int, lines: list[int], currency: str, difference: int) -> None:
    """Two hundredths, or one forint, are rounding; one more is a difference."""
    assert difference_of(header, lines, currency) == difference


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_the_contract_of_the_texts_is_complete() -> None:
    """Screens word each code in four languages: the list they are written from names every code and value."""
    contract: dict[str, list[dict[str, Any]]] = json.loads(CONTRACT.read_text("utf-8"))
    holds = {each["code"]: set(each["values"]) for each in contract["holds"]}
    whys = {each["code"]: set(each["values"]) for each in contract["why"]}
    assert holds.keys() == hold_texts.SENTENCES.keys()
    assert whys.keys() == why_stuck.SENTENCES.keys()
    for code, template in hold_texts.SENTENCES.items():
        assert _fields(template) - {"more_text"} <= holds[code], code
    for code, template in why_stuck.SENTENCES.items():
        assert _fields(template) - {"details"} <= whys[code], code


@pytest.mark.parametrize("code", hold_texts.SENTENCES)
def test_a_hold_without_values_still_reads(code: str) -> None:
    """Old rows may lack a value; the sentence has a gap then, not a crash."""
    assert hold_texts.sentence(Hold(code))
    assert why_stuck.sentence(Why(code, {}, hold=True))


@pytest.mark.parametrize("code", [*why_stuck.SENTENCES, "OF_ANOTHER_VERSION"])
def test_a_reason_without_values_still_reads(code: str) -> None:
    """A reason written by another version of the program does not break the board."""
    assert why_stuck.sentence(Why(code)).endswith(".")
