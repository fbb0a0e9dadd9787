"""What holds an order back, each as a code with the values of its sentence.

A file is never refused for one order's fault: the order comes in and waits here, with a sentence, until a person or a
better file releases it. Screens translate by code; `sentence` is the English text.
"""

from typing import Any

import msgspec

from backend.platform.money import format_amount


class Hold(msgspec.Struct, frozen=True):
    """`values` are plain text and numbers, ready for a sentence in any language."""

    code: str
    values: dict[str, Any] = {}


SENTENCES = {
    "UNKNOWN_SKU": "SKU {sku} ({name}) is not in the catalogue{more_text}; create the product or correct the SKU in "
    "the shop.",
    "MISSING_SKU": "The line {name} has no SKU{more_text}, so nobody can know which goods it means; add the SKU in the "
    "shop.",
    "SUM_MISMATCH": "The lines add up to {lines} but the order says {header}, {difference} apart; check it in the shop.",
    "NEGATIVE_QUANTITY": "{sku} {name} is ordered {quantity} times; a negative quantity is a return, nothing of it will "
    "be sent.",
    "FRACTIONAL_QUANTITY": "{sku} {name} is ordered {quantity} times, but is stocked in whole pieces; if you release "
    "the order, {rounded} will be sent.",
    "QUANTITY_TOO_BIG": "{sku} {name} is ordered {quantity} times, more than {limit}; check it with the buyer.",
    "NO_GOODS": "The order has no line with goods; there is nothing to send.",
    "ADDRESS_INCOMPLETE": "The address lacks {missing}; ask the buyer.",
    "ADDRESS_TOO_LONG": "The address field {field} has {length} characters, {limit} fit; shorten it.",
    "NOT_PAID": "The shop says {shop_state}: the order waits for its payment.",
    "REFUNDED_IN_PART": "The shop has already given back {amount} of this order; check what is still to be sent.",
    "NO_CARRIER": "The way of shipping {method} is not assigned to a carrier; assign it in the channel's settings.",
    "CURRENCY_UNKNOWN": "The currency {currency} is not a code of three letters; correct it in the shop.",
    "AMOUNT_UNREADABLE": "The amount {got} in {field} is not a number; correct it in the shop.",
    "STATE_UNKNOWN": "The shop's order state {shop_state} is not known here; look at the order in the shop.",
    "STOCK_SHORT": "{sku} {name} was missing on the floor; decide whether to wait, to send the rest or to cancel.",
    "CARRIER_REFUSED": "The carrier refused the consignment: {reason}",
    "BY_HAND": "Held by hand: {reason}",
}
FROM_IMPORT = frozenset(SENTENCES) - {"STOCK_SHORT", "CARRIER_REFUSED", "BY_HAND"}
"""Holds that a new version of the order decides afresh."""


class Blank(dict[str, Any]):
    """Values for a sentence; what is missing leaves a gap, never a crash."""

    def __missing__(self, key: str) -> str:
        return ""


def sentence(hold: Hold) -> str:
    """The hold in one English sentence. Codes of other rooms fall back to the code itself."""
    template = SENTENCES.get(hold.code)
    if template is None:
        return f"Held: {hold.code.replace('_', ' ').lower()}."
    values = Blank(hold.values)
    more = hold.values.get("more", 0)
    values["more_text"] = f" (and {more} more)" if more else ""
    return template.format_map(values)


def money(amount: int, currency: str) -> str:
    return format_amount(amount, currency)
