"""Which format is it? Bytes of any origin in, orders out; a `Problem` only where there is no order file at all."""

from typing import Any

import msgspec

from backend.channels import order_file
from backend.channels.reading import decode_json, decode_text, not_an_order_file
from backend.channels.rules import ChannelRules
from backend.channels.shops import woocommerce
from backend.orders.incoming import IncomingOrder, RefusedOrder, clean

FORMATS = {"woocommerce": woocommerce, "order file (JSON)": order_file}
WRAPPERS = ("data", "orders", "order", "create", "update")
"""Lists that are meant to hold orders only: what else stands in them is named, not passed over."""
DEPTH_MAX = 8
"""Envelopes of envelopes: recorders, queues and automation tools put an order five objects deep."""


class ParsedFile(msgspec.Struct, frozen=True):
    """What a file holds: orders that can be taken, and those that could not be understood."""

    format: str
    orders: tuple[IncomingOrder, ...]
    refused: tuple[RefusedOrder, ...]


def parse_file(content: bytes, rules: ChannelRules) -> ParsedFile:
    """Raises `Problem` NOT_AN_ORDER_FILE or ORDER_FILE_BROKEN; single bad orders are returned as refused."""
    text = decode_text(content)
    start = text.lstrip("\ufeff\x1e \t\r\n")
    if start[:1] in ("{", "["):
        return _parse_json(decode_json(text.lstrip("\ufeff\x1e")), rules)
    if start[:1] == "<":
        raise not_an_order_file("an HTML or XML page" + _title(start))
    return _sort_out("order file (CSV)", order_file.read_csv(text, rules))


def _title(page: str) -> str:
    lower = page[:4_000].lower()
    begin, end = lower.find("<title>"), lower.find("</title>")
    return f" ({clean(page[begin + 7 : end])[:60]})" if 0 <= begin < end else ""


def _parse_json(value: Any, rules: ChannelRules) -> ParsedFile:
    found = _orders_in(value)
    if not found and _is_empty_list(value):
        return ParsedFile("empty list of orders", (), ())
    for name, shop in FORMATS.items():
        if any(shop.looks_like_order(each) for each in found):
            orders = [shop.read_order(each, f"order {place}", rules) for place, each in enumerate(found, start=1)]
            return _sort_out(name, orders)
    raise not_an_order_file(_describe(value))


def _is_order(value: Any) -> bool:
    return any(shop.looks_like_order(value) for shop in FORMATS.values())


def _orders_in(value: Any, depth: int = 0) -> list[Any]:
    """The orders in whatever envelope, with everything that stands beside them in the same list; [] where none is."""
    if _is_order(value):
        return [value]
    if depth > DEPTH_MAX or not isinstance(value, (dict, list)):
        return []
    if isinstance(value, dict) and any(not str(name).isdecimal() for name in value):
        return _orders_in_envelope(value, depth)
    inside = [(each, _orders_in(each, depth + 1)) for each in (value if isinstance(value, list) else value.values())]
    if not any(orders for _, orders in inside):
        return []
    return [order for each, orders in inside if each != [] for order in (orders or [each])]


def _orders_in_envelope(envelope: dict[str, Any], depth: int) -> list[Any]:
    found: list[Any] = []
    beside: list[Any] = []
    for name, inner in envelope.items():
        orders = _orders_in(inner, depth + 1)
        found.extend(orders)
        if not orders and name in WRAPPERS and isinstance(inner, list):
            beside.extend(inner)
    return [*found, *beside] if found else []


def _is_empty_list(value: Any) -> bool:
    """No order today: `[]`, `{"orders": []}`, `{"data": {"orders": []}}`."""
    if isinstance(value, dict):
        inner = [value[name] for name in WRAPPERS if isinstance(value.get(name), (list, dict))]
        return bool(inner) and all(map(_is_empty_list, inner))
    return isinstance(value, list) and not value


def _describe(value: Any) -> str:
    """What a JSON file is instead, for the sentence."""
    if isinstance(value, dict) and "code" in value and "message" in value:
        return f"an error of the shop ({clean(value['message'])[:80]})"
    if isinstance(value, dict) and len(value) == 1:
        name, inner = next(iter(value.items()))
        return (
            f"JSON with {clean(name)[:30]!r} holding {_describe(inner)}" if isinstance(inner, (dict, list)) else "JSON"
        )
    if isinstance(value, dict):
        fields = ", ".join(clean(key)[:30] for key in list(value)[:5])
        return f"a JSON object with the fields {fields}" if fields else "an empty JSON object"
    if isinstance(value, list):
        inside = _describe(value[0]) if value and isinstance(value[0], dict) else "other values"
        return f"a list of {len(value)}, the first being {inside}" if value else "an empty list"
    return "a single JSON value"


def _sort_out(name: str, found: list[IncomingOrder | RefusedOrder]) -> ParsedFile:
    return ParsedFile(
        name,
        tuple(each for each in found if isinstance(each, IncomingOrder)),
        tuple(each for each in found if isinstance(each, RefusedOrder)),
    )
