"""Policies of products and layouts of weight codes, as the floor needs them."""

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.policy import Policy
from backend.catalog.store import in_slices
from backend.catalog.tables import merchant, product, product_policy, weight_layout
from backend.gs1.restricted import CZECH_LAYOUTS, WeightLayout
from backend.platform.statements import Statement, among

_POLICIES = Statement(
    sa.select(product_policy.c.product_id, *(product_policy.c[name] for name in Policy.__struct_fields__)).where(
        among(product_policy.c.product_id, "ids")
    )
)
_layouts = (
    sa.select(merchant.c.id, weight_layout.c.pattern, weight_layout.c.g_per_unit)
    .outerjoin(weight_layout, weight_layout.c.merchant_id == merchant.c.id)
    .order_by(weight_layout.c.id)
)
_LAYOUTS = Statement(_layouts)
_LAYOUTS_OF = Statement(_layouts.where(among(merchant.c.id, "merchants")))

MEASURES = (
    sa.select(
        product.c.id.label("product_id"),
        product.c.weight_g,
        sa.func.coalesce(product_policy.c.volume_ml, 0).label("volume_ml"),
    )
    .outerjoin(product_policy, product_policy.c.product_id == product.c.id)
    .subquery("measures")
)
"""Grams and millilitres of one piece of each product, 0 where not known: for other rooms' questions to join."""


def policies_of(conn: Connection, product_ids: Iterable[int]) -> dict[int, Policy]:
    """Policies by product; a product that asks for nothing is absent."""
    names = Policy.__struct_fields__
    return {
        row[0]: Policy(**dict(zip(names, row[1:], strict=True)))
        for part in in_slices(product_ids)
        for row in _POLICIES.rows(conn, ids=part)
    }


def weight_layouts(conn: Connection, merchant_ids: Iterable[int] | None = None) -> tuple[WeightLayout, ...]:
    """How weight codes 20 to 29 are laid out for the merchants (all of them where None); a merchant without rows has the
    Czech way. Merchants of one house may contradict each other: then the one who came first is believed."""
    rows = _LAYOUTS.rows(conn) if merchant_ids is None else _LAYOUTS_OF.rows(conn, merchants=sorted(set(merchant_ids)))
    found = tuple(dict.fromkeys(WeightLayout(row.pattern, row.g_per_unit) for row in rows if row.pattern is not None))
    if all(row.pattern is not None for row in rows):
        return found or CZECH_LAYOUTS
    return tuple(dict.fromkeys((*found, *CZECH_LAYOUTS)))


def told_layouts(conn: Connection, merchant_ids: Iterable[int] | None = None) -> dict[str, list[dict[str, Any]]]:
    """The member `layouts` of a job's bundle, by which the device reads weight codes; empty for the Czech way."""
    found = weight_layouts(conn, merchant_ids)
    return {} if found == CZECH_LAYOUTS else {"layouts": [msgspec.structs.asdict(each) for each in found]}


def look_alikes(conn: Connection, groups: Iterable[str]) -> dict[str, set[int]]:
    """Group of look-alikes -> its products."""
    found: dict[str, set[int]] = {}
    for part in in_slices(groups):
        statement = sa.select(product_policy.c.look_alike, product_policy.c.product_id)
        for row in conn.execute(statement.where(product_policy.c.look_alike.in_(part))):
            found.setdefault(row.look_alike, set()).add(row.product_id)
    return found
