"""Policies and layouts, written: by the office, by the demo."""

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.policy import Policy
from backend.catalog.tables import product_policy, weight_layout
from backend.gs1.restricted import WeightLayout, check_layout
from backend.platform.database import upsert
from backend.platform.errors import Malformed


def save_policies(conn: Connection, policies: Mapping[int, Policy]) -> None:
    """Set what products ask for; product id -> policy."""
    if not policies:
        return
    rows = [{"product_id": product_id} | msgspec.structs.asdict(each) for product_id, each in sorted(policies.items())]
    statement = upsert(conn, product_policy)
    kept = {name: statement.excluded[name] for name in Policy.__struct_fields__}
    conn.execute(statement.on_conflict_do_update(index_elements=["product_id"], set_=kept), rows)


def save_layouts(conn: Connection, merchant_id: int, layouts: tuple[WeightLayout, ...]) -> None:
    """Set the layouts of a merchant's weight codes. Raises `Malformed` LAYOUT_WRONG."""
    for each in layouts:
        try:
            check_layout(each.pattern)
        except ValueError as error:
            raise Malformed("LAYOUT_WRONG", f"{str(error)[:1].upper()}{str(error)[1:]}.", got=each.pattern) from None
    conn.execute(sa.delete(weight_layout).where(weight_layout.c.merchant_id == merchant_id))
    if layouts:
        rows = [msgspec.structs.asdict(each) | {"merchant_id": merchant_id} for each in layouts]
        conn.execute(sa.insert(weight_layout), rows)
