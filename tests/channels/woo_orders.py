"""WooCommerce orders as shops send them, built from one sound order by changing what is to be wrong."""

import json
from typing import Any


def item(**changes: Any) -> dict[str, Any]:
    """A line item: 2 pieces of TEA-1, 200.00 without tax, 42.00 tax."""
    return {
        "id": 11, "name": "Green tea 100 g", "product_id": 93, "variation_id": 0, "quantity": 2, "tax_class": "",
        "subtotal": "200.00", "subtotal_tax": "42.00", "total": "200.00", "total_tax": "42.00",
        "taxes": [{"id": 1, "total": "42", "subtotal": "42"}], "meta_data": [], "sku": "TEA-1", "price": 100,
    } | changes  # fmt: skip


def shipping(**changes: Any) -> dict[str, Any]:
    """A shipping line of 79.00 and 16.59 tax."""
    return {
        "id": 12, "method_title": "Courier", "method_id": "flat_rate", "instance_id": "3", "total": "79.00",
        "total_tax": "16.59", "taxes": [], "meta_data": [],
    } | changes  # fmt: skip


def address(**changes: Any) -> dict[str, Any]:
    return {
        "first_name": "Jana", "last_name": "Nováková", "company": "", "address_1": "Dlouhá 1", "address_2": "",
        "city": "Brno", "state": "", "postcode": "602 00", "country": "CZ", "email": "jana@example.com",
        "phone": "+420 601 000 000",
    } | changes  # fmt: skip


def order(**changes: Any) -> dict[str, Any]:
    """A sound order of 337.59 CZK: two lines that add up."""
    return {
        "id": 1001, "parent_id": 0, "number": "1001", "order_key": "wc_order_x", "status": "processing",
        "currency": "CZK", "date_created": "2026-03-02T09:15:00", "date_created_gmt": "2026-03-02T08:15:00",
        "date_modified_gmt": "2026-03-02T08:16:00", "discount_total": "0.00", "shipping_total": "79.00",
        "total": "337.59", "total_tax": "58.59", "prices_include_tax": True, "customer_note": "",
        "billing": address(), "shipping": address(email=None, phone=None), "payment_method": "bacs",
        "date_paid_gmt": "2026-03-02T08:15:30", "meta_data": [], "line_items": [item()], "tax_lines": [],
        "shipping_lines": [shipping()], "fee_lines": [], "coupon_lines": [], "refunds": [],
    } | changes  # fmt: skip


def written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
