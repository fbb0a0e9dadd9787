"""Codes that a delivery did not announce: known products get a line, unknown codes get a meaning."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.facts.inbound import CodeAttached
from backend.inbound.store.receipts import add_line, find_receipt
from backend.platform import journal
from backend.platform.errors import Conflict, Malformed, NotFound
from backend.platform.journal import SYSTEM, Actor

LEVELS = ("each", "inner", "case", "pallet")


def add_line_of_code(conn: Connection, receipt_id: int, keys: Sequence[str]) -> tuple[int, str, str]:
    """(line, SKU, name) of the product that the code means; raises CODE_UNKNOWN, CODE_AMBIGUOUS, RECEIPT_OVER."""
    row = find_receipt(conn, receipt_id)
    known = catalog.products_by_keys(conn, row.merchant_id, keys)
    products = {each.product.id: each.product for codes in known.values() for each in codes if each.product.active}
    if not products:
        skus = [key.partition(":")[2] for key in keys if key.startswith("text:")]
        found = catalog.products_by_skus(conn, row.merchant_id, [*skus, *(each.lower() for each in skus)])
        products = {each.id: each for each in found.values() if each.active}
    if not products:
        raise NotFound(
            "CODE_UNKNOWN", f"Expected a code that somebody knows, got {keys[0]}; attach it to a product, or set it aside.",
            got=keys[0],
        )  # fmt: skip
    if len(products) > 1:
        names = ", ".join(sorted(each.sku for each in products.values()))
        raise Conflict("CODE_AMBIGUOUS", f"Expected one product, {keys[0]} means {names}; scan another code of it.")
    product = next(iter(products.values()))
    return add_line(conn, receipt_id, product.id), product.sku, product.name


def attach_code(
    conn: Connection, receipt_id: int, key: str, product_id: int, quantity: int, level: str, now: datetime,
    actor: Actor = SYSTEM,
) -> tuple[int, str, str]:  # fmt: skip
    """The code means `quantity` pieces of the product from now on; (line, SKU, name) of the delivery."""
    row = find_receipt(conn, receipt_id)
    product = catalog.products_by_ids(conn, [product_id]).get(product_id)
    if product is None or product.merchant_id != row.merchant_id:
        raise NotFound("PRODUCT_UNKNOWN", f"Expected a product of this owner, got number {product_id}; search again.")
    if not key.startswith(("gtin:", "text:")) or level not in LEVELS:
        raise Malformed(
            "KEY_NOT_ATTACHABLE", f"Expected a GTIN or a plain code and one of {', '.join(LEVELS)}, got {key[:40]} {level}.",
            got=key[:40],
        )  # fmt: skip
    code = {"merchant_id": row.merchant_id, "product_id": product_id, "key": key, "level": level, "quantity": quantity}
    catalog.add_codes(conn, [code])
    told = CodeAttached(about=f"product:{product_id}", key=key, sku=product.sku, quantity=quantity)
    journal.append(conn, [told], now, actor)
    return add_line(conn, receipt_id, product_id), product.sku, product.name
