"""Order JSON of the WooCommerce REST API v3, as its shops really send it.

Seen in the wild and therefore read: the order alone, in a list, inside `{"data": ...}`; identifiers as text; quantities
such as 1.5 and "2.000"; a null or numeric SKU; `[]` where an empty object is meant; names with HTML entities; gift cards
that lower the total without a line; coupons that are already inside the line totals; lists that PHP made objects of; the fields
of the versions before the REST API; the line of a set beside the lines of its parts; pickup points where plugins keep them.
"""

import html
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.channels.countries import country_code
from backend.channels.left_out import left_out
from backend.channels.reading import (
    Amounts,
    as_entries,
    as_list,
    as_object,
    decode_json,
    read_quantity,
    read_time,
)
from backend.channels.rules import ChannelRules
from backend.orders.holds import Hold, money
from backend.orders.incoming import Address, IncomingLine, IncomingOrder, RefusedOrder, clean
from backend.platform.errors import Problem
from backend.platform.limits import ORDER_LINES

STATES = {
    "processing": "open",
    "on-hold": "unpaid",
    "pending": "unpaid",
    "completed": "completed",
    "cancelled": "cancelled",
    "refunded": "refunded",
    "failed": "failed",
    "trash": "trash",
    "draft": "draft",
    "auto-draft": "draft",
    "checkout-draft": "draft",
}
ENDS = frozenset({"completed", "cancelled", "refunded", "failed", "trash", "draft"})
POINT_CODES = ("id", "point_id", "pickup_point_id", "code", "parcelshop_id", "place_id")
_TAG = re.compile(
    r"</?(?:a|b|bdi|br|del|div|em|font|i|img|ins|li|ol|p|small|span|strong|sub|sup|u|ul)\b[^<>]*>", re.IGNORECASE
)
_OTHERS = ("refunded_by", "financial_status", "admin_graphql_api_id")
_MARKS = ("order_key", "payment_method", "date_created_gmt", "billing", "shipping_lines", "customer_note")


def looks_like_order(value: Any) -> bool:
    """An object with line items, or with enough of what only an order has."""
    if not isinstance(value, dict):
        return False
    if "line_items" in value:
        # refunds have line items as well, but neither a currency nor a state; Shopify's orders have other names for all
        return not any(name in value for name in _OTHERS)
    return "currency" in value and sum(mark in value for mark in _MARKS) >= 2


def read_order(value: Any, place: str, rules: ChannelRules) -> IncomingOrder | RefusedOrder:
    """One order; refused alone where it has no identity or no readable list of lines."""
    if not looks_like_order(value):
        return left_out(place, "", "NOT_AN_ORDER", got=_kind_of(value))
    key = _identity(value.get("id"))
    if not key:
        return left_out(place, "", "ID_MISSING")
    if "billing_period" in value and "billing_interval" in value:
        return left_out(place, key, "SUBSCRIPTION")
    items = as_entries(value.get("line_items"))
    if items is not None and not isinstance(items, list):
        return left_out(place, key, "ITEMS_NOT_A_LIST", got=_kind_of(items))
    broken = [item for item in as_list(items) if not isinstance(item, dict)]
    if broken:
        return left_out(place, key, "ITEMS_NOT_OBJECTS", got=_kind_of(broken[0]))
    if len(as_list(items)) > ORDER_LINES:
        return left_out(place, key, "TOO_MANY_LINES", expected=ORDER_LINES, got=len(items or []))
    return _read_known(value, key, rules)


def _read_known(order: dict[str, Any], key: str, rules: ChannelRules) -> IncomingOrder:
    currency = clean(order.get("currency")).upper()
    amounts = Amounts(currency)
    lines, found = _read_lines(order, amounts)
    total = amounts.read(order.get("total"), "total", otherwise=sum(line.total_amount for line in lines))
    state = clean(order.get("status")).lower().removeprefix("wc-")
    meaning = rules.states.get(state) or STATES.get(state, "unknown")
    if meaning == "unpaid":
        found.append(Hold("NOT_PAID", {"shop_state": state}))
    elif meaning not in ENDS and meaning != "open":
        found.append(Hold("STATE_UNKNOWN", {"shop_state": state or "(none)"}))
    given_back = _given_back(order, currency)
    if given_back and meaning not in ENDS:
        found.append(Hold("REFUNDED_IN_PART", {"amount": money(given_back, currency)}))
    ways, method = _ways_of_shipping(order)
    carrier, service = rules.carrier_of(ways)
    payer = as_object(order.get("billing") or order.get("billing_address"))
    billing = _address(payer, {})
    ship_to = _address(order.get("shipping") or order.get("shipping_address"), payer)
    return IncomingOrder(
        remote_key=key,
        remote_number=clean(order.get("number")) or clean(order.get("order_number")) or key,
        placed_at=_placed_at(order, rules.zone),
        ship_to=ship_to,
        billing=billing,
        carrier_code=carrier,
        service_code=service,
        shipping_method=method,
        pickup_point=_pickup_point(order, rules),
        payment=_payment(order, meaning, rules),
        currency=currency,
        total_amount=total,
        lines=tuple(lines),
        buyer_note=html.unescape(clean(order.get("customer_note") or order.get("note"), lines=True))[:4000],
        ended=meaning if meaning in ENDS else None,
        found=(*amounts.found, *found),
        rounding_slack=amounts.rounding_slack(),
    )


def _placed_at(order: dict[str, Any], zone: str) -> datetime | None:
    """GMT before the shop's own time; `created_at` is how versions before the REST API called it."""
    local = order.get("date_created")
    if isinstance(local, dict):  # a dump of the shop's own object
        zone = clean(local.get("timezone")) or zone
        local = local.get("date")
    return (
        read_time(order.get("date_created_gmt"), "UTC")
        or read_time(local, zone)
        or read_time(order.get("created_at"), "UTC")
    )


def _read_lines(order: dict[str, Any], amounts: Amounts) -> tuple[list[IncomingLine], list[Hold]]:
    lines: list[IncomingLine] = []
    found: list[Hold] = []
    items = as_list(as_entries(order.get("line_items")))
    sets = {parent for item in items if (parent := _parent_of(item))}
    for item in items:
        name = _text(item.get("name"))
        quantity = read_quantity(item.get("quantity"))
        sku = clean(item.get("sku"))
        if quantity is None:
            got = clean(item.get("quantity"))[:40] or "nothing"
            found.append(Hold("AMOUNT_UNREADABLE", {"field": f"quantity of {sku or name[:40]}", "got": got}))
        total, tax = _with_tax(item, name, amounts)
        pieces = quantity if quantity is not None else Decimal(0)
        unit = round(total / pieces) if pieces else total
        kind = "fee" if not sku and clean(item.get("id")) in sets else "goods"
        lines.append(IncomingLine(kind, name or sku or "(no name)", sku, pieces, unit, total, tax))
    lines += _read_shipping_and_fees(order, amounts)
    lines += _read_credit(order, amounts, sum(line.total_amount for line in lines))
    for card in as_list(order.get("gift_cards")):
        if isinstance(card, dict):
            paid = -abs(amounts.read(card.get("amount"), "gift_cards"))
            title = f"Gift card {clean(card.get('code'))}".strip()
            lines.append(IncomingLine("discount", title, unit_amount=paid, total_amount=paid))
    return lines, found


def _read_shipping_and_fees(order: dict[str, Any], amounts: Amounts) -> list[IncomingLine]:
    lines: list[IncomingLine] = []
    for field, kind, label in (("shipping_lines", "shipping", "method_title"), ("fee_lines", "fee", "name")):
        written = [each for each in as_list(as_entries(order.get(field))) if isinstance(each, dict)]
        taxed = any(each.get("total_tax") not in (None, "") or each.get("taxes") for each in written)
        for place, each in enumerate(written):
            total, tax = _with_tax(each, field, amounts)
            if kind == "shipping" and place == 0 and not taxed:  # older versions tell the tax of shipping only above
                tax = amounts.read(order.get("shipping_tax"), "shipping_tax")
                total += tax
            here = "discount" if kind == "fee" and total < 0 else kind
            title = _text(each.get(label)) or _text(each.get("title")) or kind
            lines.append(IncomingLine(here, title, unit_amount=total, total_amount=total, tax_amount=tax))
    return lines


def _read_credit(order: dict[str, Any], amounts: Amounts, lines_amount: int) -> list[IncomingLine]:
    """Coupons that pay instead of lowering prices: store credit is in no line, so it is what the total lacks, exactly."""
    coupons = [each for each in as_list(as_entries(order.get("coupon_lines"))) if isinstance(each, dict)]
    credit = Amounts(amounts.currency)
    paid = sum(abs(credit.read(each.get("discount"), "coupon_lines")) for each in coupons)
    total = credit.read(order.get("total"), "total", otherwise=lines_amount)
    if not paid or credit.found or lines_amount - total != paid:
        return []
    title = ", ".join(code for each in coupons if (code := clean(each.get("code")))) or "Coupon"
    return [IncomingLine("discount", title, unit_amount=-paid, total_amount=-paid)]


def _parent_of(item: dict[str, Any]) -> str:
    """The id of the set's own line that this line is a part of: bundles and composites are sold as one, sent in parts."""
    return clean(item.get("bundled_by")) or clean(item.get("composite_parent"))


def _with_tax(item: dict[str, Any], name: str, amounts: Amounts) -> tuple[int, int]:
    """Total with tax, and the tax in it: WooCommerce keeps both apart."""
    if item.get("total_tax") in (None, ""):
        taxes = [each.get("total") for each in as_list(item.get("taxes")) if isinstance(each, dict)]
        tax = sum(amounts.read(each, f"tax of {name[:40]}") for each in taxes)
    else:
        tax = amounts.read(item.get("total_tax"), f"tax of {name[:40]}")
    total = item.get("total")
    if total in (None, ""):
        total = item.get("subtotal")
    return amounts.read(total, f"total of {name[:40]}") + tax, tax


def _given_back(order: dict[str, Any], currency: str) -> int:
    """Minor units already refunded; unreadable refunds count as nothing, the shop shows them anyway."""
    refunds = Amounts(currency)
    return sum(
        abs(refunds.read(each.get("total"), "refunds"))
        for each in as_list(order.get("refunds"))
        if isinstance(each, dict)
    )


def _ways_of_shipping(order: dict[str, Any]) -> tuple[list[str], str]:
    """Names under which the settings may know the way of shipping, exact ones first, and one for people."""
    ways: list[str] = []
    shown = ""
    for line in as_list(as_entries(order.get("shipping_lines"))):
        if not isinstance(line, dict):
            continue
        method, title = clean(line.get("method_id")), _text(line.get("method_title"))
        instance = clean(line.get("instance_id"))
        base = method.partition(":")[0]
        ways += [each for each in (f"{base}:{instance}" if instance else "", method, base, title) if each]
        shown = shown or title or method
    return ways, shown


def _payment(order: dict[str, Any], meaning: str, rules: ChannelRules) -> str:
    details = as_object(order.get("payment_details"))
    method = clean(order.get("payment_method")) or clean(details.get("method_id"))
    if rules.is_cod(method, _text(order.get("payment_method_title")) or _text(details.get("method_title"))):
        return "cod"
    paid = order.get("date_paid_gmt") or order.get("date_paid") or meaning in ("open", "completed")
    return "prepaid" if paid else "unpaid"


def _address(value: Any, fallback: dict[str, Any]) -> Address:
    """The address block, or the other one where this one names no place; person, phone and e-mail are filled from it."""
    block = as_object(value)
    if not any(clean(block.get(field)) for field in ("address_1", "address_2", "city", "postcode")):
        block = fallback or block
    street = ", ".join(part for part in (_text(block.get("address_1")), _text(block.get("address_2"))) if part)
    person, company = _person(block), _text(block.get("company"))
    return Address(
        name=person or ("" if company else _person(fallback)),
        company=company or ("" if person or _person(fallback) else _text(fallback.get("company"))),
        street=street,
        city=_text(block.get("city")),
        zip=clean(block.get("postcode")),
        country=country_code(block.get("country")),
        phone=clean(block.get("phone")) or clean(fallback.get("phone")),
        email=clean(block.get("email")) or clean(fallback.get("email")),
    )


def _person(block: dict[str, Any]) -> str:
    return f"{_text(block.get('first_name'))} {_text(block.get('last_name'))}".strip()


def _pickup_point(order: dict[str, Any], rules: ChannelRules) -> str:
    """Of the order or of its way of shipping: plugins write it to either."""
    noted: dict[str, str] = {}
    wanted = frozenset(rules.pickup_meta)
    for holder in (order, *as_list(as_entries(order.get("shipping_lines")))):
        for entry in as_list(as_entries(as_object(holder).get("meta_data"))):
            if isinstance(entry, dict) and (key := clean(entry.get("key"))) in wanted:
                noted.setdefault(key, "")
                noted[key] = noted[key] or _point_code(entry.get("value"))
    return next((noted[key] for key in rules.pickup_meta if noted.get(key)), "")


def _point_code(value: Any) -> str:
    """The code of the point itself, or out of the object about it, which some plugins keep as text."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = decode_json(value)
        except Problem:
            return ""
    if isinstance(value, dict):
        return next((code for name in POINT_CODES if (code := clean(value.get(name)))), "")
    return "" if clean(value) == "0" else clean(value)


def _text(value: Any) -> str:
    """Names come with HTML: tags, and entities written once or twice: `&ndash;`, `&amp;`, `&amp;#8211;`."""
    text = clean(value)
    if "<" in text:
        text = _TAG.sub(" ", text)
    for _ in range(2):
        if "&" in text:
            text = html.unescape(text)
    return clean(text)


def _identity(value: Any) -> str:
    text = clean(value)
    return text.removesuffix(".0") if text not in ("", "0") and len(text) <= 100 else ""


def _kind_of(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        return f"an error of the shop ({clean(value['error'].get('message'))[:80]})"
    if isinstance(value, dict):
        return f"an object with {', '.join(clean(key)[:30] for key in list(value)[:4]) or 'no fields'}"
    return {list: "a list", str: "text", type(None): "nothing", bool: "true or false"}.get(type(value), "a number")
