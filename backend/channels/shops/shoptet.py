"""The order table that shops on Shoptet export: one row for each item, what concerns the order again in every row.

Shipping and payment are items whose codes begin with SHIPPING and BILLING; names of states are the shop's own, and those
of `states` in the channel's settings come before the ones that Shoptet gives every new shop.
"""

from collections.abc import Mapping, Sequence

from backend.channels.rules import ChannelRules
from backend.orders.incoming import clean, fold

_ORDER = {
    "code": "order_key", "date": "placed_at", "statusname": "state", "currency": "currency", "email": "email",
    "phone": "phone", "totalpricewithvat": "order_total", "remark": "note", "customerremark": "note", "paid": "paid",
    "companyid": "billing_company_id", "vatid": "billing_vat_id",
}  # fmt: skip
_ITEM = {
    "itemname": "line_name", "itemvariantname": "variant", "itemamount": "quantity", "itemcode": "sku",
    "itemunitpricewithvat": "unit_price", "itemtotalpricewithvat": "line_total",
}  # fmt: skip
_ADDRESS = {
    "fullname": "name", "company": "company", "street": "street", "housenumber": "house_number", "city": "city",
    "zip": "zip", "countryname": "country",
}  # fmt: skip
COLUMNS = {
    **_ORDER,
    **_ITEM,
    **{f"order{name}": ours for name, ours in _ITEM.items()},
    **{f"delivery{name}": ours for name, ours in _ADDRESS.items()},
    **{f"bill{name}": f"billing_{ours}" for name, ours in _ADDRESS.items()},
}
"""Shoptet's columns in lower case -> those of docs/order-file.md."""
_STATES = (
    ("nevyriz", "open"), ("nevybav", "open"), ("vyrizuje", "open"), ("vybavuje", "open"), ("vyrizen", "completed"),
    ("vybaven", "completed"), ("storno", "cancelled"),
)  # fmt: skip
_NOT_PAID = ("0", "ne", "nie", "false")


def is_heading(header: Sequence[str]) -> bool:
    """Both namings of the item columns are in use."""
    return "code" in header and (
        {"itemcode", "itemamount"} <= set(header) or {"orderitemcode", "orderitemamount"} <= set(header)
    )


def rename(header: Sequence[str]) -> list[str]:
    return [COLUMNS.get(name, f"shoptet_{name}") for name in header]


def adjust(rows: Sequence[Mapping[str, str]], rules: ChannelRules) -> list[dict[str, str]]:
    """The rows of one order as our own file has them."""
    adjusted = [_item(row) for row in rows]
    ways = [row["line_name"] for row in adjusted if row["kind"] == "shipping"]
    paying = [clean(row.get("line_name")) for row in rows if clean(row.get("sku")).upper().startswith("BILLING")]
    payment = "cod" if any(rules.is_cod("", title) for title in paying) else "prepaid"
    unpaid = payment == "prepaid" and fold(clean(rows[0].get("paid"))) in _NOT_PAID
    state = _state(clean(rows[0].get("state")), rules)
    for row in adjusted:
        row["shipping_method"] = ways[0] if ways else ""
        row["payment"] = "unpaid" if unpaid else payment
        row["state"] = "unpaid" if unpaid and state == "open" else state
        if not any(clean(row.get(name)) for name in ("street", "city", "zip")):
            row |= {ours: row.get(f"billing_{ours}", "") for ours in _ADDRESS.values()}
        for prefix in ("", "billing_"):
            street, number = row.get(f"{prefix}street", ""), row.get(f"{prefix}house_number", "")
            row[f"{prefix}street"] = f"{street} {number}".strip()
    return adjusted


def _item(row: Mapping[str, str]) -> dict[str, str]:
    sku, name = clean(row.get("sku")), clean(row.get("line_name"))
    variant = clean(row.get("variant"))
    kind = "goods"
    if sku.upper().startswith(("SHIPPING", "BILLING")):
        kind = "shipping" if sku.upper().startswith("SHIPPING") else "fee"
    elif (row.get("unit_price") or row.get("line_total") or "").strip().startswith(("-", "\u2212")):
        kind = "discount"
    line_name = f"{name}, {variant}" if variant and kind == "goods" else name
    return {**row, "kind": kind, "sku": sku if kind == "goods" else "", "line_name": line_name}


def _state(name: str, rules: ChannelRules) -> str:
    if name.lower() in rules.states:
        return name
    return next((meaning for start, meaning in _STATES if fold(name).startswith(start)), name)
