"""A walk of put-away as the bundle of a device: the stops in walking order, and places that must not take them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.inbound.placing import PROPOSED_KINDS, why_unfit
from backend.inbound.store.places import read_candidates
from backend.inbound.store.put_aways import read_lines
from backend.inbound.tables import put_away, put_away_line
from backend.stock import api as stock

FORBIDDEN_MAX = 40


def read_bundle(conn: Connection, walk_id: int) -> dict[str, Any] | None:
    """None when the walk is over or unknown."""
    row = conn.execute(sa.select(put_away).where(put_away.c.id == walk_id)).one_or_none()
    if row is None or row.state != "open":
        return None
    lines = read_lines(conn, walk_id, row.source_id)
    whys = {
        each.id: each.why
        for each in conn.execute(
            sa.select(put_away_line.c.id, put_away_line.c.why).where(put_away_line.c.put_away_id == walk_id)
        )
    }
    ids = {each.goods.product_id for each in lines.values()}
    products, codes = catalog.products_by_ids(conn, ids), catalog.codes_of(conn, ids)
    lots = stock.lots_of(conn, {each.goods.product_id for each in lines.values() if each.goods.lot})
    source = stock.locations_by_ids(conn, [row.source_id])[row.source_id]
    proposed = {each.proposed_id for each in lines.values() if each.proposed_id is not None}
    places = stock.locations_by_ids(conn, proposed)
    forbidden = _forbidden(conn, lines)
    stops = []
    for each in lines.values():
        product = products[each.goods.product_id]
        at = places.get(each.proposed_id or 0)
        known = lots.get((product.id, each.goods.lot))
        stops.append(
            {
                "id": each.id, "product": product.id, "sku": product.sku, "name": product.name, "picture": product.picture,
                "unit": product.unit, "lot": each.goods.lot, "quantity": each.goods.quantity, "put": each.put,
                "best_before": known.best_before.isoformat() if known and known.best_before else None,
                "place": {"key": at.key, "code": at.code, "zone": at.zone} if at else None, "why": whys[each.id],
                "walk": at.walk_sequence if at else 2**31, "serials": list(each.serials) if each.tracked else [],
                "tracked": each.tracked, "forbidden": forbidden.get(each.id, {}),
                "codes": [{"key": code.key, "quantity": code.quantity} for code in codes[product.id]],
            }
        )  # fmt: skip
    stops.sort(key=lambda stop: (stop["walk"], stop["id"]))
    return {
        "flow": "put_away", "task": f"put_away:{walk_id}", "number": source.code,
        "source": {"key": source.key, "code": source.code}, "lines": stops,
    } | catalog.told_layouts(conn)  # fmt: skip


def _forbidden(conn: Connection, lines: Any) -> dict[int, dict[str, str]]:
    """Line -> key of a place -> why not: where look-alikes or other lots lie. The server knows all other reasons."""
    rival_ids: dict[str, set[int]] = {}
    groups = {each.goods.look_alike for each in lines.values() if each.goods.look_alike}
    if groups:
        rival_ids = catalog.look_alikes(conn, groups)
    strict = {each.goods.product_id for each in lines.values() if not each.goods.mixed_lots}
    wanted = {product for found in rival_ids.values() for product in found} | strict
    if not wanted:
        return {}
    near = stock.places_of_products(conn, wanted, PROPOSED_KINDS)
    places = read_candidates(conn, near, [each.goods for each in lines.values()])
    named = stock.locations_by_ids(conn, places)
    found: dict[int, dict[str, str]] = {}
    for line in lines.values():
        unfit = {
            named[place.location_id].key: why
            for place in places.values()
            if (why := why_unfit(line.goods, place)) in ("look_alike", "mixed_lots")
        }
        found[line.id] = dict(sorted(unfit.items())[:FORBIDDEN_MAX])
    return found


def open_walks(conn: Connection, person_id: int) -> list[int]:
    statement = sa.select(put_away.c.id).where(put_away.c.person_id == person_id, put_away.c.state == "open")
    return [row.id for row in conn.execute(statement.order_by(put_away.c.id))]


def waiting_areas(conn: Connection) -> list[dict[str, Any]]:
    """Receiving areas and carts with goods that wait for their places."""
    areas = stock.locations_of_kind(conn, ("receiving", "cart"))
    lying: dict[int, list[int]] = {}
    for place, there in stock.balances_at(conn, [each.id for each in areas]).items():
        lying.setdefault(place.location_id, []).append(there.free)
    return [
        {
            "key": each.key,
            "code": each.code,
            "kind": each.kind,
            "lines": len(lying[each.id]),
            "pieces": sum(lying[each.id]),
        }
        for each in areas
        if sum(lying.get(each.id, ()))
    ]
