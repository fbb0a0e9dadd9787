"""Places as put-away sees them: what lies there, what is on its way there, what they bear; and goods with their wishes.

Few statements, each by an index, whatever the size of the warehouse: a proposal must not keep the hand waiting.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.inbound.placing import PROPOSED_KINDS, Candidate, Goods
from backend.inbound.tables import put_away, put_away_line
from backend.stock import api as stock

EMPTY_PLACES = 200
"""Empty places looked at for one walk."""


def goods_of(conn: Connection, wanted: Iterable[tuple[int, str, int]]) -> list[Goods]:
    """(product, lot, pieces) with what the products ask for."""
    rows = list(wanted)
    ids = {product_id for product_id, _, _ in rows}
    products, policies = catalog.products_by_ids(conn, ids), catalog.policies_of(conn, ids)
    homes = stock.fixed_places(conn, ids)
    found: list[Goods] = []
    for product_id, lot, quantity in rows:
        policy = policies.get(product_id, catalog.PLAIN)
        found.append(
            Goods(
                product_id=product_id, lot=lot, quantity=quantity, weight_g=products[product_id].weight_g,
                volume_ml=policy.volume_ml, zone=policy.zone, look_alike=policy.look_alike,
                mixed_lots=policy.mixed_lots, homes=homes.get(product_id, ()),
            )
        )  # fmt: skip
    return found


def read_candidates(conn: Connection, location_ids: Iterable[int]) -> dict[int, Candidate]:
    """Places by id, with goods that lie there and goods of open walks that are to come."""
    ids = set(location_ids)
    limits = stock.place_limits(conn, ids)
    lying: dict[int, dict[tuple[int, str], int]] = {}
    for place, balance in stock.balances_at(conn, ids).items():
        lying.setdefault(place.location_id, {})[place.product_id, place.lot] = balance.on_hand
    for location_id, product_id, lot, pieces in _on_their_way(conn, ids):
        at = lying.setdefault(location_id, {})
        at[product_id, lot] = at.get((product_id, lot), 0) + pieces
    there = {product_id for goods in lying.values() for product_id, _ in goods}
    products, policies = catalog.products_by_ids(conn, there), catalog.policies_of(conn, there)
    found: dict[int, Candidate] = {}
    for each in limits:
        goods = lying.get(each.id, {})
        lots: dict[int, frozenset[str]] = {}
        alike: dict[str, frozenset[int]] = {}
        for product_id, lot in goods:
            lots[product_id] = lots.get(product_id, frozenset()) | {lot}
            group = policies.get(product_id, catalog.PLAIN).look_alike
            if group:
                alike[group] = alike.get(group, frozenset()) | {product_id}
        found[each.id] = Candidate(
            location_id=each.id, code=each.code, kind=each.kind, zone=each.zone, walk_sequence=each.walk_sequence,
            blocked=each.blocked or not each.active, holds_g=each.holds_g, holds_ml=each.holds_ml,
            load_g=_sum(goods, {number: product.weight_g for number, product in products.items()}),
            load_ml=_sum(goods, {number: policy.volume_ml for number, policy in policies.items()}),
            lots=lots, look_alikes=alike,
        )  # fmt: skip
    return found


def _sum(goods: Mapping[tuple[int, str], int], each: Mapping[int, int]) -> int:
    return sum(each.get(product_id, 0) * pieces for (product_id, _), pieces in goods.items())


def _on_their_way(conn: Connection, location_ids: Iterable[int]) -> list[tuple[int, int, str, int]]:
    """(location, product, lot, pieces) that open walks will bring."""
    left = put_away_line.c.quantity - put_away_line.c.put
    return [
        (row.location_id, row.product_id, row.lot, row.pieces)
        for part in catalog.in_slices(location_ids)
        for row in conn.execute(
            sa.select(
                put_away_line.c.location_id, put_away_line.c.product_id, put_away_line.c.lot, left.label("pieces")
            )
            .join(put_away, put_away.c.id == put_away_line.c.put_away_id)
            .where(put_away_line.c.location_id.in_(part), put_away.c.state == "open", left > 0)
        )
    ]


def own_places(conn: Connection, goods: Iterable[Goods]) -> dict[int, Candidate]:
    """The homes of the goods and the places where their kind lies."""
    wanted = list(goods)
    ids = {home for each in wanted for home in each.homes}
    ids |= stock.places_of_products(conn, {each.product_id for each in wanted}, PROPOSED_KINDS)
    return read_candidates(conn, ids)


def empty_places(conn: Connection, zone: str) -> dict[int, Candidate]:
    """The first empty places of a zone along the walk. In a full house this looks at all of them."""
    return read_candidates(conn, stock.empty_places(conn, PROPOSED_KINDS, zone, EMPTY_PLACES))
