"""Why does this order not move? One code with values; screens hold the sentence in four languages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from backend.orders.holds import Blank, Hold
from backend.orders.holds import sentence as hold_sentence


class Why(msgspec.Struct, frozen=True):
    """`code` keys the text `why.<code>`. A hold gives its own code, so its text is `hold.<code>`: see `hold`."""

    code: str
    values: dict[str, Any] = {}
    hold: bool = False
    """True when `code` is that of a hold."""


class OrderSnapshot(msgspec.Struct, frozen=True):
    """What the answer needs to know of an order."""

    state: str
    promised_at: datetime
    holds: Sequence[Hold] = ()
    not_shippable: Mapping[str, Any] | None = None
    """`{"code": ..., "values": {...}}` of the last run, if stock was the reason."""


SENTENCES = {
    "NOT_ENOUGH_STOCK": "{sku} {name}: {wanted} wanted, {free} free{details}.",
    "NOTHING_TO_SEND": "No line of the order has goods that can be sent.",
    "WAITS_FOR_STOCK_CHECK": "The order has just come; the next stock check decides whether it can be sent.",
    "WAITS_FOR_WAVE": "Stock is reserved; the order waits for a wave.",
    "WAITS_FOR_PICKER": "The order is in a wave and is being picked.",
    "WAITS_FOR_HANDOVER": "The parcels are packed and wait for the courier.",
    "WAITS_FOR_BUYER": "The parcels wait for the buyer to collect them.",
    "ON_ITS_WAY": "The carrier has the parcels.",
    "DONE": "Nothing more is to be done.",
    "CANCELLED": "The order was cancelled.",
    "RETURNED": "The goods came back.",
}
_BY_STATE = {
    "received": "WAITS_FOR_STOCK_CHECK",
    "on_hold": "WAITS_FOR_STOCK_CHECK",
    "ready": "WAITS_FOR_WAVE",
    "in_work": "WAITS_FOR_PICKER",
    "packed": "WAITS_FOR_HANDOVER",
    "ready_for_pickup": "WAITS_FOR_BUYER",
    "dispatched": "ON_ITS_WAY",
    "delivered": "DONE",
    "settled": "DONE",
    "cancelled": "CANCELLED",
    "returned": "RETURNED",
}


def explain(order: OrderSnapshot) -> Why:
    """The first thing that has to happen before the order can go on."""
    if order.state in ("cancelled", "returned", "settled", "delivered", "dispatched"):
        return Why(_BY_STATE[order.state])
    if order.holds:
        first = order.holds[0]
        others = [hold.code for hold in order.holds[1:]]
        return Why(first.code, first.values | ({"others": others} if others else {}), hold=True)
    if order.state == "received" and order.not_shippable:
        return Why(str(order.not_shippable["code"]), dict(order.not_shippable.get("values") or {}))
    return Why(_BY_STATE[order.state])


def sentence(why: Why) -> str:
    """The English text, for the command line and for API clients."""
    if why.hold:
        return hold_sentence(Hold(why.code, why.values))
    values = dict(why.values)
    if why.code == "NOT_ENOUGH_STOCK":
        details = [
            f"{values[key]} {text}"
            for key, text in (("promised", "promised to other orders"), ("blocked", "blocked or elsewhere"))
            if values.get(key)
        ]
        if values.get("more"):
            details.append(f"{values['more']} more lines lack goods")
        values["details"] = f" ({', '.join(details)})" if details else ""
    template = SENTENCES.get(why.code, why.code.replace("_", " ").capitalize() + ".")
    return template.format_map(Blank(values))
