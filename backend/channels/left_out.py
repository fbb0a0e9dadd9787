"""Why one order of a file was left out while the others went in: a code with the values of its sentence.

The office words it in its language as `row.<code>` (contracts/row_reasons.json); `SENTENCES` is the English of the command
line and of API clients.
"""

from typing import Any

from backend.orders.incoming import RefusedOrder

SENTENCES = {
    "KEY_MISSING": "Expected an order with a `{field}` of 1 to 100 characters at {place}.",
    "LINES_NOT_A_LIST": "Expected `lines` of order {key} to be a list of objects.",
    "CELLS": "Expected {expected} cells in {place}, got {got}; order {key} was left out.",
    "TOO_MANY_LINES": "Expected at most {expected} lines in order {key}, got {got}.",
    "LINE_KIND": "Expected a line kind ({expected}), got {got!r}. Order {key} was left out.",
    "NOT_AN_ORDER": "Expected an order at {place}, got {got}; it was left out.",
    "ID_MISSING": "Expected an order with an id at {place}, got none; it was left out.",
    "SUBSCRIPTION": "Expected an order at {place}, got subscription {key}; it was left out, its orders come on their own.",
    "ITEMS_NOT_A_LIST": "Expected a list of line items in order {key}, got {got}.",
    "ITEMS_NOT_OBJECTS": "Expected objects as line items of order {key}, got {got}.",
}


def left_out(place: str, key: str, code: str, **values: Any) -> RefusedOrder:
    """`place` is "order 3" or "line 5"; its number goes to the values under that word, so that a screen can say it."""
    word, _, number = place.partition(" ")
    at = {word: int(number)} if number.isdecimal() else {}
    sentence = SENTENCES[code].format(place=place, key=key, **values)
    return RefusedOrder(place, key, sentence, code, {"key": key} | at | values)
