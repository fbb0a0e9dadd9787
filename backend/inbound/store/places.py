"""Places as put-away sees them: what lies there, what is on its way there, what they bear; and goods with their wishes.

Few statements, each by an index, whatever the size of the warehouse: a proposal must not keep the hand waiting.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.inbound.placing import PROPOSED_KINDS, Candidate, Goods
from backend.inbound.tables import put_away, put_away_line
from backend.platform.statements import Statement, among
from backend.stock import api as stock

_left = put_away_line.c.quantity - put_away_line.c.put
_COMING = Statement(
    sa.select(put_away_line.c.location_id, put_away_line.c.product_id, put_away_line.c.lot, _left.label("pieces"))
    .join(put_away, put_away.c.id == put_away_line.c.put_away_id)
    .where(among(put_away_line.c.location_id, "locations"), put_away.c.state == "open", _left > 0)
)


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


class _Kin(NamedTuple):
    """Where goods and their look-alikes lie; look-alike -> its group."""

    places: Collection[stock.Place]
    group_of: Mapping[int, str]


def _find_kin(conn: Connection, goods: Sequence[Goods]) -> _Kin:
    groups = catalog.look_alikes(conn, {each.look_alike for each in goods if each.look_alike})
    group_of = {product_id: group for group, products in groups.items() for product_id in products}
    return _Kin(stock.balances_of(conn, {each.product_id for each in goods} | group_of.keys()), group_of)


def read_candidates(conn: Connection, location_ids: Iterable[int], goods: Iterable[Goods]) -> dict[int, Candidate]:
    """Places by id, with what lies there and what open walks will bring, as far as it matters to the goods: what they bear
    in all, whether they are empty, lots of the same goods and look-alikes."""
    limits = stock.place_limits(conn, location_ids)
    return _candidates(conn, limits, _find_kin(conn, list(goods))) if limits else {}


def _candidates(conn: Connection, limits: Sequence[stock.PlaceLimits], kin: _Kin) -> dict[int, Candidate]:
    ids = {each.id for each in limits}
    lying: dict[int, set[tuple[int, str]]] = {}
    for place in kin.places:
        if place.location_id in ids:
            lying.setdefault(place.location_id, set()).add((place.product_id, place.lot))
    filled = stock.filled_places(conn, ids - lying.keys()) | lying.keys()
    loads = stock.loads_at(conn, [each.id for each in limits if not (each.holds_g is None is each.holds_ml)])
    coming = _on_their_way(conn, ids)
    moving = {product_id for rows in coming.values() for product_id, _, _ in rows}
    products, policies = catalog.products_by_ids(conn, moving), catalog.policies_of(conn, moving)
    found: dict[int, Candidate] = {}
    for each in limits:
        to_come = coming.get(each.id, [])
        there = lying.get(each.id, set()) | {(product_id, lot) for product_id, lot, _ in to_come}
        lots: dict[int, frozenset[str]] = {}
        alike: dict[str, frozenset[int]] = {}
        for product_id, lot in there:
            lots[product_id] = lots.get(product_id, frozenset()) | {lot}
            group = kin.group_of.get(product_id, "")
            if group:
                alike[group] = alike.get(group, frozenset()) | {product_id}
        load = loads.get(each.id, stock.Load(0, 0))
        found[each.id] = Candidate(
            location_id=each.id, code=each.code, kind=each.kind, zone=each.zone, walk_sequence=each.walk_sequence,
            blocked=each.blocked or not each.active, holds_g=each.holds_g, holds_ml=each.holds_ml,
            load_g=load.grams + sum(products[number].weight_g * pieces for number, _, pieces in to_come),
            load_ml=load.millilitres
            + sum(policies.get(number, catalog.PLAIN).volume_ml * pieces for number, _, pieces in to_come),
            filled=each.id in filled, lots=lots, look_alikes=alike,
        )  # fmt: skip
    return found


def _on_their_way(conn: Connection, location_ids: Iterable[int]) -> dict[int, list[tuple[int, str, int]]]:
    """Location -> (product, lot, pieces) that open walks will bring."""
    found: dict[int, list[tuple[int, str, int]]] = {}
    for part in catalog.in_slices(location_ids):
        for row in _COMING.rows(conn, locations=part):
            found.setdefault(row.location_id, []).append((row.product_id, row.lot, row.pieces))
    return found


def own_places(conn: Connection, goods: Iterable[Goods]) -> dict[int, Candidate]:
    """The homes of the goods and the places where their kind lies."""
    wanted = list(goods)
    products = {each.product_id for each in wanted}
    homes = {home for each in wanted for home in each.homes}
    kin = _find_kin(conn, wanted)
    holding = {place.location_id for place in kin.places if place.product_id in products}
    limits = [
        each
        for each in stock.place_limits(conn, homes | holding)
        if each.id in homes or (each.kind in PROPOSED_KINDS and each.active and not each.blocked)
    ]
    return _candidates(conn, limits, kin)


def empty_places(conn: Connection, goods: Iterable[Goods], zone: str) -> dict[int, Candidate]:
    """The first empty places of a zone along the walk. In a full house this looks at all of them."""
    return read_candidates(conn, stock.empty_places(conn, PROPOSED_KINDS, zone), goods)
