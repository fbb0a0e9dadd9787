"""A wave as the bundle of a device: the pick list, and what else lies around it."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.outbound.pick_bundle import NEIGHBOURS_MAX, LineDetail, to_bundle
from backend.outbound.pick_list import PickWave, Place
from backend.outbound.store.pick_lists import read_waves, users_of_totes
from backend.outbound.store.take_over import holder_of
from backend.outbound.tables import wave
from backend.stock import api as stock

NEIGHBOUR_LOCATIONS = 6
"""Locations before and after each stop whose goods a picker may take by mistake."""
NEIGHBOURS_READ = 40
"""Locations whose goods are read at once; the next time twice as many."""


def read_bundle(conn: Connection, wave_id: int) -> dict[str, Any] | None:
    """The bundle of a wave that is not over; None otherwise."""
    head = conn.execute(
        sa.select(wave.c.mode, wave.c.version).where(wave.c.id == wave_id, wave.c.state.in_(("released", "picking")))
    ).one_or_none()
    if head is None:
        return None
    found = read_waves(conn, [wave_id])[wave_id]
    own = {slot.tote for slot in found.slots.values()}
    totes = stock.locations_by_ids(conn, users_of_totes(conn))
    busy = [each.key for each in totes.values() if each.key not in own]
    bundle = to_bundle(
        found, head.mode, head.version, _details(conn, found), busy, _neighbours(conn, found), _empties(conn, found)
    )
    holder = holder_of(conn, wave_id)
    # By this a device learns that another one has its work.
    with_whom = (
        None
        if holder is None
        else {"device": holder[1].device, "name": holder[1].device_name, "person": holder[1].person}
    )
    return bundle | {"holder": with_whom} | catalog.told_layouts(conn)


def _details(conn: Connection, found: PickWave) -> list[LineDetail]:
    # lines that were made for a shortage which was taken back are nobody's concern
    lines = [line for line in found.lines.values() if not (line.cancelled and line.instead_of)]
    products = catalog.products_by_ids(conn, [line.product_id for line in lines])
    codes = catalog.codes_of(conn, products)
    locations = stock.locations_by_ids(conn, [line.location_id for line in lines])
    return [
        LineDetail(
            line=line,
            location_name=line.location,
            zone=locations[line.location_id].zone,
            unit=products[line.product_id].unit,
            codes=tuple((each.key, each.quantity, each.level) for each in codes[line.product_id]),
        )
        for line in lines
    ]


def _empties(conn: Connection, found: PickWave) -> list[str]:
    """Keys of places where nothing is left when the wave has taken what it wants there."""
    wanted: dict[int, int] = {}
    keys: dict[int, str] = {}
    for line in found.lines.values():
        if line.remaining > 0:
            wanted[line.location_id] = wanted.get(line.location_id, 0) + line.remaining
            keys[line.location_id] = line.location_key
    lying = dict.fromkeys(wanted, 0)
    for place, balance in stock.balances_at(conn, wanted).items():
        lying[place.location_id] += balance.on_hand
    return sorted(keys[each] for each in wanted if lying[each] == wanted[each])


def _neighbours(conn: Connection, found: PickWave) -> dict[str, Place]:
    """Goods at the stops and next to them that no line wants: the device can say where they belong."""
    stops = {line.location_id for line in found.lines.values() if line.remaining > 0}
    wanted = {line.product_id for line in found.lines.values()}
    near = stock.around(conn, stops, NEIGHBOUR_LOCATIONS)
    places: dict[str, Place] = {}
    first, count = 0, max(len(stops), NEIGHBOURS_READ)
    # A shelf may hold forty goods: what does not fit into the bundle is not read.
    while first < len(near) and len(places) < NEIGHBOURS_MAX:
        _add_goods(conn, places, near[first : first + count], wanted)
        first, count = first + count, 2 * count
    return places


def _add_goods(
    conn: Connection, places: dict[str, Place], shelves: Sequence[stock.Location], wanted: Collection[int]
) -> None:
    """Codes of what lies on the shelves, in their order, while there is room for them."""
    turn = {each.id: number for number, each in enumerate(shelves)}
    lying = [place for place in stock.balances_at(conn, turn) if place.product_id not in wanted]
    lying.sort(key=lambda place: (turn[place.location_id], place))
    products = catalog.products_by_ids(conn, [place.product_id for place in lying])
    codes = catalog.codes_of(conn, products)
    merchants = catalog.read_merchants(conn, [each.merchant_id for each in products.values()])
    for place in lying:
        product = products[place.product_id]
        for code in codes[place.product_id]:
            if len(places) >= NEIGHBOURS_MAX:
                return
            places.setdefault(
                code.key,
                Place(
                    sku=product.sku,
                    name=product.name,
                    picture=product.picture,
                    location=shelves[turn[place.location_id]].code,
                    merchant=merchants[product.merchant_id].name,
                ),
            )
