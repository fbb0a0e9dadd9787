"""What a picker is told: what is held, what was wanted, and where what is held belongs.

The same refusals are made on the device from the bundle (pwa/src/flows/pick_refusals.ts); contracts/refusals.json lists
their fields. `values` fill the places of the texts, `expected` and `got` draw the card.
"""

from collections.abc import Sequence
from typing import Any

from backend.scanning.protocol import Refusal

KINDS = {
    "loc": "location", "tote": "tote", "gtin": "product", "sscc": "logistic_unit", "cart": "cart", "badge": "badge",
    "station": "station", "carton": "carton", "order": "order", "parcel": "parcel", "wave": "wave",
    "handover": "handover", "printer": "printer", "command": "command", "enrol": "enrol", "track": "tracking",
}  # fmt: skip
"""Prefix of a scan key -> kind of code, in trade words."""


def kind_of(keys: Sequence[str]) -> str:
    """The kind that the first telling key gives; "unknown" for plain text."""
    return next((KINDS[key.partition(":")[0]] for key in keys if key.partition(":")[0] in KINDS), "unknown")


def code_of(keys: Sequence[str], raw: str) -> str:
    """What people read on the label: the body of the first key, else the raw text."""
    return keys[0].partition(":")[2] if keys else raw


def body_of(key: str | None) -> str:
    """`tote:T-001` -> `T-001`; empty for none."""
    return (key or "").partition(":")[2]


def goods(sku: str, name: str, picture: str | None, location: str) -> dict[str, Any]:
    return {"kind": "product", "sku": sku, "name": name, "picture": picture, "location": location}


def wrong_location(wanted: str, got: str) -> Refusal:
    return Refusal(
        code="WRONG_LOCATION",
        expected={"kind": "location", "code": wanted},
        got={"kind": "location", "code": got},
        cure="SCAN_LOCATION",
        values={"wanted": wanted, "got": got},
    )


def wrong_product(expected: dict[str, Any], got: dict[str, Any], merchant: str | None) -> Refusal:
    """`merchant` is the owner of what is held, where it is another one than wanted."""
    values = {
        "wanted_sku": expected["sku"], "wanted_name": expected["name"],
        "sku": got["sku"], "name": got["name"], "belongs": got["location"],
    }  # fmt: skip
    if merchant is None:
        return Refusal(code="WRONG_PRODUCT", expected=expected, got=got, cure="PUT_BACK", values=values)
    return Refusal(
        code="CODE_OF_OTHER_MERCHANT",
        expected=expected,
        got=got | {"merchant": merchant},
        cure="PUT_BACK",
        values=values | {"merchant": merchant},
    )


def wrong_lot(sku: str, name: str, wanted: str, got: str) -> Refusal:
    return Refusal(
        code="WRONG_LOT",
        expected={"kind": "product", "sku": sku, "lot": wanted},
        got={"kind": "product", "lot": got},
        cure="PUT_BACK",
        values={"sku": sku, "name": name, "wanted": wanted, "got": got},
    )


def about_tote(code: str, wanted: str, slot: int, got: str, got_slot: int | None) -> Refusal:
    """WRONG_TOTE, TOTE_IN_USE, NOT_A_TOTE; `wanted` is empty where any free tote would do."""
    values: dict[str, Any] = {"got": got, "slot": slot}
    if code == "WRONG_TOTE":
        values["wanted"] = wanted
    return Refusal(
        code=code,
        expected={"kind": "tote", "code": wanted, "slot": slot},
        got={"kind": "tote", "code": got, "slot": got_slot},
        cure="SCAN_TOTE" if code == "WRONG_TOTE" else "TAKE_EMPTY_TOTE",
        values=values,
    )


def too_many(wanted: int, got: int, sku: str, name: str, location: str) -> Refusal:
    return Refusal(
        code="TOO_MANY",
        expected={"kind": "quantity", "quantity": wanted},
        got={"kind": "quantity", "quantity": got},
        cure="PUT_BACK",
        values={"quantity": wanted, "got": got, "sku": sku, "name": name, "location": location},
    )


def wrong_quantity(most: int, got: Any) -> Refusal:
    return Refusal(
        code="WRONG_QUANTITY",
        expected={"kind": "quantity", "quantity": most},
        got={"kind": "quantity", "quantity": got},
        cure="ENTER_QUANTITY",
        values={"quantity": most, "got": got},
    )


def about_goods(code: str, sku: str, name: str, location: str, order: str = "") -> Refusal:
    """LINE_DONE, ACT_REFUSED, STOCK_GONE, ORDER_CANCELLED: the goods in the hand go back to their location."""
    values: dict[str, Any] = {"sku": sku, "name": name, "location": location}
    if code == "ORDER_CANCELLED":
        values["order"] = order
    return Refusal(
        code=code,
        got={"kind": "product", "sku": sku, "name": name, "location": location},
        cure="PUT_BACK",
        values=values,
    )


def order_packed(order: str) -> Refusal:
    return Refusal(
        code="ORDER_PACKED", got={"kind": "order", "order": order}, cure="CALL_OFFICE", values={"order": order}
    )


def wrong_kind(wanted_kind: str, wanted: str, got_kind: str, got: str) -> Refusal:
    return Refusal(
        code="WRONG_KIND",
        expected={"kind": wanted_kind, "code": wanted},
        got={"kind": got_kind, "code": got},
        cure="SCAN_KIND",
        values={"kind": wanted_kind, "got": got_kind},
    )


def code_unknown(wanted_kind: str, wanted: str, got: str) -> Refusal:
    return Refusal(
        code="CODE_UNKNOWN",
        expected={"kind": wanted_kind, "code": wanted},
        got={"kind": "unknown", "code": got},
        cure="SCAN_OTHER_CODE",
        values={"kind": wanted_kind, "got": got},
    )


def product_first(expected: dict[str, Any]) -> Refusal:
    return Refusal(
        code="PRODUCT_FIRST",
        expected=expected,
        cure="SCAN_PRODUCT",
        values={"wanted_sku": expected["sku"], "wanted_name": expected["name"]},
    )


def nothing_to_undo() -> Refusal:
    return Refusal(code="NOTHING_TO_UNDO", cure="GO_ON")


def task_unknown(task: str) -> Refusal:
    return Refusal(code="TASK_UNKNOWN", got={"kind": "task", "task": task}, cure="GET_WORK", values={"task": task})


def wave_over(number: str) -> Refusal:
    return Refusal(code="WAVE_OVER", got={"kind": "wave", "number": number}, cure="GET_WORK", values={"number": number})


def not_understood(kind: str) -> Refusal:
    return Refusal(code="SCAN_NOT_UNDERSTOOD", got={"kind": kind}, cure="GET_WORK", values={"kind": kind})
