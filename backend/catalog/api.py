"""The door of the catalogue for the modules above."""

from backend.catalog.product import KnownCode, Merchant, Product, ProductCode
from backend.catalog.store import (
    ROWS_PER_STATEMENT,
    add_codes,
    codes_of,
    create_merchant,
    create_products,
    in_slices,
    merchant_by_code,
    next_number,
    next_numbers,
    products_by_ids,
    products_by_keys,
    products_by_skus,
    read_merchants,
    read_setting,
    search_products,
    write_setting,
)

__all__ = [
    "ROWS_PER_STATEMENT",
    "KnownCode",
    "Merchant",
    "Product",
    "ProductCode",
    "add_codes",
    "codes_of",
    "create_merchant",
    "create_products",
    "in_slices",
    "merchant_by_code",
    "next_number",
    "next_numbers",
    "products_by_ids",
    "products_by_keys",
    "products_by_skus",
    "read_merchants",
    "read_setting",
    "search_products",
    "write_setting",
]
