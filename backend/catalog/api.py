"""The door of the catalogue for the modules above."""

from backend.catalog.flows import save_layouts, save_policies
from backend.catalog.policy import PLAIN, Policy
from backend.catalog.product import KnownCode, Merchant, Product, ProductCode, ProductFace
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
    read_faces,
    read_merchants,
    read_setting,
    search_products,
    write_setting,
)
from backend.catalog.views import look_alikes, policies_of, told_layouts, weight_layouts

__all__ = [
    "PLAIN",
    "ROWS_PER_STATEMENT",
    "KnownCode",
    "Merchant",
    "Policy",
    "Product",
    "ProductCode",
    "ProductFace",
    "add_codes",
    "codes_of",
    "create_merchant",
    "create_products",
    "in_slices",
    "look_alikes",
    "merchant_by_code",
    "next_number",
    "next_numbers",
    "policies_of",
    "products_by_ids",
    "products_by_keys",
    "products_by_skus",
    "read_faces",
    "read_merchants",
    "read_setting",
    "save_layouts",
    "save_policies",
    "search_products",
    "told_layouts",
    "weight_layouts",
    "write_setting",
]
