"""Decides what holds an incoming order. Pure: the order and the SKUs that the catalogue knows in, holds out."""

from collections.abc import Collection
from decimal import ROUND_CEILING

from backend.orders.holds import Hold, money
from backend.orders.incoming import IncomingLine, IncomingOrder
from backend.orders.sums import difference_of
from backend.platform.limits import QUANTITY_MAX

COLUMN_LIMITS = {
    "name": 200, "company": 200, "email": 254, "phone": 40, "street": 250, "city": 120, "zip": 16,
}  # fmt: skip
"""Characters that the order keeps of each part of an address."""
NEEDED = ("name", "street", "city", "zip")


def decide_holds(order: IncomingOrder, known_skus: Collection[str]) -> tuple[Hold, ...]:
    """Each code once, with the first line it concerns and how many more there are."""
    goods = [line for line in order.lines if line.kind == "goods"]
    found = [*order.found, *_goods_holds(goods, known_skus), *_address_holds(order)]
    if len(order.currency) != 3 or not order.currency.isascii() or not order.currency.isalpha():
        found.append(Hold("CURRENCY_UNKNOWN", {"currency": order.currency}))
    amounts = [line.total_amount for line in order.lines]
    difference = difference_of(order.total_amount, amounts, order.currency, order.rounding_slack)
    if difference and not any(hold.code == "AMOUNT_UNREADABLE" for hold in found):
        found.append(
            Hold(
                "SUM_MISMATCH",
                {
                    "lines": money(sum(amounts), order.currency),
                    "header": money(order.total_amount, order.currency),
                    "difference": money(abs(difference), order.currency),
                },
            )
        )
    if not order.carrier_code:
        found.append(Hold("NO_CARRIER", {"method": order.shipping_method or "(none)"}))
    return _each_code_once(found)


def whole_pieces(line: IncomingLine) -> int:
    """The quantity as the ledger counts: whole pieces, a started piece counts as one; kept within the limit."""
    pieces = int(line.quantity.to_integral_value(rounding=ROUND_CEILING))
    return max(-QUANTITY_MAX, min(QUANTITY_MAX, pieces))


def _goods_holds(goods: list[IncomingLine], known_skus: Collection[str]) -> list[Hold]:
    found: list[Hold] = []
    for line in goods:
        values = {"sku": line.sku, "name": line.name[:80], "quantity": f"{line.quantity.normalize():f}"}
        if line.quantity < 0:
            found.append(Hold("NEGATIVE_QUANTITY", values))
        elif line.quantity > QUANTITY_MAX:
            found.append(Hold("QUANTITY_TOO_BIG", values | {"limit": QUANTITY_MAX}))
        elif line.quantity != int(line.quantity):
            found.append(Hold("FRACTIONAL_QUANTITY", values | {"rounded": whole_pieces(line)}))
        if not line.sku:
            found.append(Hold("MISSING_SKU", {"name": line.name[:80]}))
        elif line.sku not in known_skus:
            found.append(Hold("UNKNOWN_SKU", {"sku": line.sku, "name": line.name[:80]}))
    if not any(line.quantity > 0 for line in goods):
        found.append(Hold("NO_GOODS"))
    return found


def _address_holds(order: IncomingOrder) -> list[Hold]:
    found: list[Hold] = []
    for field, limit in COLUMN_LIMITS.items():
        length = len(getattr(order.ship_to, field))
        if length > limit:
            found.append(Hold("ADDRESS_TOO_LONG", {"field": field, "length": length, "limit": limit}))
    missing = [field for field in NEEDED if not getattr(order.ship_to, field)]
    country = order.ship_to.country
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        missing.append("country")  # none at all is the channel's own country; an unknown name must not become it
    if order.pickup_point:
        missing = [field for field in missing if field == "name"]
    if order.ship_to.company:
        missing = [field for field in missing if field != "name"]
    if missing:
        found.append(Hold("ADDRESS_INCOMPLETE", {"missing": ", ".join(missing)}))
    return found


def _each_code_once(found: list[Hold]) -> tuple[Hold, ...]:
    first: dict[str, Hold] = {}
    more: dict[str, int] = {}
    for hold in found:
        if hold.code in first:
            more[hold.code] = more.get(hold.code, 0) + 1
        else:
            first[hold.code] = hold
    return tuple(
        Hold(hold.code, hold.values | {"more": more[hold.code]}) if hold.code in more else hold
        for hold in first.values()
    )
