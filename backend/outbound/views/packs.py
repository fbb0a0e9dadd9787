"""What the bench sees: the order of a tote as a bundle, work begun, stations and parcels."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.orders import api as orders
from backend.outbound import pack_refusals as told
from backend.outbound.pack_job import PackJob, PackParcel, Place
from backend.outbound.store import packs
from backend.outbound.tables import carton, pack_act, parcel, parcel_content, pick, station, wave_order
from backend.scanning.protocol import Refusal
from backend.stock import api as stock

CARRIER_NAMES = "carrier_names"
"""Setting: carrier code -> what people call it; written by the room of the carriers."""
PLACES_MAX = 400
NEIGHBOUR_ORDERS = 60
NEAR = 2
"""Locations before and after a stop, in walking order."""
SHELVES_READ = 60
"""Locations whose goods are read at once."""
SCALE_FRESH_S = 10
AT_BENCH = ("in_work", "packed", "ready_for_pickup", "cancelled")
LABEL_CHECKED = ("verified", "loaded", "dispatched")


def carrier_name(conn: Connection, code: str) -> str:
    return str(catalog.read_setting(conn, CARRIER_NAMES).get(code, code))


# -- the bundle -----------------------------------------------------------------------------------------------------


def find_order_at_bench(conn: Connection, key: str) -> int | Refusal:
    """The order that a scanned tote, order paper or parcel label means, or why it cannot be packed."""
    kind, _, code = key.partition(":")
    if kind == "parcel":
        return _order_of_label(conn, parcel.c.number == code, code)
    if kind == "track":
        return _order_of_label(conn, sa.or_(parcel.c.label_code == key, parcel.c.tracking_number == code), code)
    if kind == "order":
        order = orders.orders_by_numbers(conn, [code]).get(code)
        if order is None:
            return told.code_unknown("tote", code)
        states = [each.state for each in packs.totes_of(conn, [order.id]).get(order.id, [])]
        return _may_be_packed(conn, order.id, states[0] if states else "none", code)
    place = stock.location_by_key(conn, key if kind == "tote" else f"tote:{key}")
    if place is None or place.kind != "tote":
        return told.tote_refused("TOTE_UNKNOWN", code or key)
    newest = packs.newest_in_tote(conn, place.id)
    if newest is None:
        return told.tote_refused("TOTE_EMPTY", place.code)
    return _may_be_packed(conn, newest[0], newest[1], place.code)


def _order_of_label(conn: Connection, which: sa.ColumnElement[bool], code: str) -> int | Refusal:
    newest = sa.select(parcel).where(which).order_by(parcel.c.id.desc()).limit(1)
    row = conn.execute(newest).one_or_none()
    if row is None:
        return told.code_unknown("tote", code)
    if row.void_for_id is None:
        return int(row.order_id)
    labelled = parcel.c.state.not_in(("open", "closed", "cancelled"))
    heir = sa.select(parcel.c.number).where(parcel.c.id == row.void_for_id, labelled)
    return told.label_void(row.number, conn.execute(heir).scalar_one_or_none())


def _may_be_packed(conn: Connection, order_id: int, state: str, tote: str) -> int | Refusal:
    order = orders.orders_by_ids(conn, [order_id])[order_id]
    hold = orders.open_holds(conn, [order_id]).get(order_id)
    if order.state == "cancelled":
        return told.order_cancelled(order.number)
    if state == "packed":
        parcels = packs.read_parcels(conn, [order_id]).get(order_id, [])
        if parcels and any(each.state not in LABEL_CHECKED for each in parcels if each.contents):
            return order_id
        return told.tote_refused("TOTE_ALREADY_PACKED", tote, order.number)
    if hold:
        return told.order_on_hold(order.number, hold[0].code)
    if state == "open":
        lines = orders.goods_lines(conn, [order_id])[order_id]
        unpicked = sum(line.quantity - line.picked - line.short for line in lines)
        return told.tote_refused("ORDER_NOT_PICKED", tote, order.number, unpicked)
    return order_id if state == "picked" else told.tote_refused("TOTE_EMPTY", tote, order.number)


def read_bundle(
    conn: Connection, order_id: int, station_code: str | None = None, finished: bool = False
) -> dict[str, Any] | None:
    """Everything the bench needs to judge by itself; None when there is nothing left to do for the order.

    `finished`: also when every label is checked, so that it can be undone as long as no parcel has left.
    """
    job = packs.load_jobs(conn, [order_id], lock=False).get(order_id)
    if job is None or job.state not in AT_BENCH:
        return None
    filled = [each for each in job.parcels if each.contents]
    if job.state in ("packed", "ready_for_pickup") and all(each.state in LABEL_CHECKED for each in filled):
        left = any(each.state == "dispatched" for each in filled)
        if left or not finished:
            return None
    order = orders.orders_by_ids(conn, [order_id])[order_id]
    if station_code is None:
        station_code = _last_station(conn, order_id)
    pictures = catalog.products_by_ids(conn, [line.product_id for line in job.lines])
    codes = catalog.codes_of(conn, [line.product_id for line in job.lines])
    packed = _serials_in(conn, job)
    stopped = "ORDER_CANCELLED" if job.state == "cancelled" else "ORDER_ON_HOLD" if job.hold else None
    return {
        "flow": "pack", "task": f"pack:{order_id}", "version": order.version,
        "order": {
            "number": order.number, "buyer": order.buyer_name, "carrier": order.carrier_code,
            "carrier_name": carrier_name(conn, order.carrier_code), "service": order.service_code,
            "note": order.buyer_note,
        },
        "station": station_code, "tote": f"tote:{job.tote}" if job.tote else None,
        "lines": [
            {
                "id": line.id, "sku": line.sku, "name": line.name, "wanted": line.wanted, "checked": line.checked,
                "picture": pictures[line.product_id].picture if line.product_id in pictures else None, "unit": line.unit,
                "tracking": line.tracking, "serials": packed.get(line.product_id, []),
                "codes": [msgspec.to_builtins(code) for code in codes.get(line.product_id, ())],
            }
            for line in job.lines if line.wanted > 0
        ],
        "cartons": packs.read_cartons(conn), "parcels": [_parcel(each) for each in filled], "weigh": job.weigh,
        "partial": job.partial, "stopped": stopped, "hold": job.hold, "places": neighbours(conn, job),
        "acts": _acts(conn, job), "void": {key: {"number": n, "parcel": uid} for key, (n, uid) in job.void.items()},
    } | catalog.told_layouts(conn, [order.merchant_id])  # fmt: skip


def _serials_in(conn: Connection, job: PackJob) -> dict[int, list[str]]:
    """Product -> serials that lie in the order's parcels, so that none is checked twice."""
    if all(line.tracking != "serial" for line in job.lines):
        return {}
    rows = conn.execute(sa.select(parcel.c.id).where(parcel.c.order_id == job.order_id))
    return stock.serials_about(conn, [f"parcel:{row.id}" for row in rows])


def _parcel(each: PackParcel) -> dict[str, Any]:
    return {
        "uid": each.uid, "number": each.number, "position": each.position, "state": each.state, "carton": each.carton,
        "weight_g": each.weight_g, "contents": {str(line): pieces for line, pieces in each.contents.items()},
        "label_key": each.label_key,
    }  # fmt: skip


def _acts(conn: Connection, job: PackJob) -> list[dict[str, Any]]:
    """What was done at the bench and not undone, in its order: any device can undo it, step by step from the end.

    What was done before a piece was given up is not told: only the device that did that knows what it was to be.
    """
    rows = conn.execute(
        sa.select(pack_act, parcel.c.uid.label("parcel_uid"))
        .outerjoin(parcel, parcel.c.id == pack_act.c.parcel_id)
        .where(pack_act.c.order_id == job.order_id, pack_act.c.undone_at.is_(None))
        .order_by(pack_act.c.id)
    ).all()
    given_up = max((place for place, row in enumerate(rows, start=1) if row.kind == "missing"), default=0)
    rows = rows[given_up:]
    followed = any(line.tracking == "serial" for line in job.lines)
    serials = stock.serials_of_acts(conn, [row.uid for row in rows]) if followed else {}
    return [
        {
            "act": str(row.uid), "kind": row.kind, "parcel": str(row.parcel_uid) if row.parcel_uid else None,
            "line": row.order_line_id, "quantity": row.quantity, "serial": next(iter(serials.get(row.uid, ())), ""),
        }
        for row in rows
    ]  # fmt: skip


def _last_station(conn: Connection, order_id: int) -> str:
    found = conn.execute(
        sa.select(parcel.c.station).where(parcel.c.order_id == order_id).order_by(parcel.c.id.desc()).limit(1)
    ).scalar_one_or_none()
    return found or ""


def neighbours(conn: Connection, job: PackJob) -> dict[str, dict[str, str]]:
    """Codes of goods that may lie in this tote by mistake, and where they belong.

    First what is in other totes that wait to be packed, then what lies where this order was picked, and beside it.
    """
    own = {key for line in job.lines for key in line.codes}
    found: dict[int, str] = {}
    for product_id, belongs in [*_in_other_totes(conn, job.order_id), *_at_the_stops(conn, job.order_id)]:
        found.setdefault(product_id, belongs)
    products = catalog.products_by_ids(conn, found)
    codes = catalog.codes_of(conn, products)
    places: dict[str, dict[str, str]] = {}
    for product_id, belongs in found.items():
        product = products[product_id]
        for code in codes[product.id]:
            if code.key not in own and len(places) < PLACES_MAX:
                places.setdefault(code.key, {"sku": product.sku, "name": product.name, "belongs": belongs})
    return places


def _in_other_totes(conn: Connection, order_id: int) -> list[tuple[int, str]]:
    """(product, tote) of orders that are picked or being picked."""
    rows = conn.execute(
        sa.select(wave_order.c.order_id)
        .where(wave_order.c.state.in_(("open", "picked")), wave_order.c.order_id != order_id)
        .where(wave_order.c.tote_id.is_not(None))
        .order_by(wave_order.c.id.desc())
        .limit(NEIGHBOUR_ORDERS)
    )
    others = [row.order_id for row in rows]
    totes = packs.totes_of(conn, others)
    return [
        (line.product_id, next((tote.code for tote in totes.get(line.order_id, []) if tote.code), ""))
        for each in orders.goods_lines(conn, others).values()
        for line in each
        if line.product_id
    ]


def _at_the_stops(conn: Connection, order_id: int) -> list[tuple[int, str]]:
    """(product, location) around the places that the order's goods came from: the usual slip of the hand."""
    stops = set(conn.execute(sa.select(pick.c.location_id).where(pick.c.order_id == order_id)).scalars())
    if not stops:
        return []
    near, goods = stock.around(conn, stops, NEAR), list[tuple[int, str]]()
    while near and len(goods) < PLACES_MAX:  # the nearest are enough where shelves hold much
        turn = {each.id: number for number, each in enumerate(near[:SHELVES_READ])}
        lying = sorted(stock.balances_at(conn, turn), key=lambda place: (turn[place.location_id], place))
        goods += [(place.product_id, near[turn[place.location_id]].code) for place in lying]
        near = near[SHELVES_READ:]
    return goods[:PLACES_MAX]


def places_of_keys(conn: Connection, jobs: Mapping[int, PackJob], keys: Sequence[str]) -> dict[str, Place]:
    """What goods the keys mean that no job at hand wants, each with a location where it lies."""
    known = {key for job in jobs.values() for line in job.lines for key in line.codes}
    meanings = catalog.products_by_keys(conn, None, set(keys) - known)
    if not meanings:
        return {}
    free = {each.product_id: each.location_id for each in stock.read_free_stock(conn, _products(meanings.values()))}
    shelves = stock.locations_by_ids(conn, free.values())
    found = {}
    for key, codes in meanings.items():
        product = codes[0].product
        shelf = shelves.get(free.get(product.id, 0))
        found[key] = Place(product.sku, product.name, shelf.code if shelf else "")
    return found


def _products(meanings: Iterable[Iterable[Any]]) -> set[int]:
    return {code.product.id for codes in meanings for code in codes}


def jobs_begun_by(conn: Connection, person_id: int) -> list[int]:
    """Orders of which this person has a parcel on the bench: open with goods in it, or without a checked label."""
    filled = sa.exists().where(parcel_content.c.parcel_id == parcel.c.id)
    rows = conn.execute(
        sa.select(parcel.c.order_id)
        .where(parcel.c.packed_by == person_id, parcel.c.state.in_(("open", "closed", "labelled")), filled)
        .distinct()
        .order_by(parcel.c.order_id)
        .limit(20)
    )
    return [row.order_id for row in rows]


# -- stations -------------------------------------------------------------------------------------------------------


class Station(msgspec.Struct, frozen=True):
    """A packing bench. `weight_g` is what its scale said, None when that is older than ten seconds."""

    code: str
    name: str
    key: str
    location: str
    weight_g: int | None
    weighed_at: datetime | None


def read_stations(conn: Connection, now: datetime, code: str | None = None) -> list[Station]:
    statement = sa.select(station).order_by(station.c.code)
    rows = conn.execute(statement if code is None else statement.where(station.c.code == code)).all()
    places = stock.locations_by_ids(conn, [row.location_id for row in rows])
    found = []
    for row in rows:
        said = row.scale or {}
        at = datetime.fromisoformat(said["at"]) if "at" in said else None
        fresh = at is not None and now - at < timedelta(seconds=SCALE_FRESH_S)
        weight_g = int(said["weight_g"]) if fresh else None
        location = places[row.location_id].code
        found.append(Station(row.code, row.name, f"station:{row.code}", location, weight_g, at if fresh else None))
    return found


# -- parcels --------------------------------------------------------------------------------------------------------


class ParcelView(msgspec.Struct, frozen=True):
    """A parcel as the office sees it. `position` reads "1/2"."""

    number: str | None
    order: str
    position: str
    state: str
    carrier: str
    carrier_name: str
    service: str
    tracking_number: str | None
    label_key: str | None
    carton: str | None
    weight_g: int | None
    station: str
    closed_at: datetime | None
    label_verified_at: datetime | None
    loaded_at: datetime | None
    handover_id: int | None
    void: bool
    """Only a label is left of it, made void by an undo; it does not count among the parcels of the order."""
    valid_number: str
    """Of a void label: the number that its parcel bears now."""
    contents: list[dict[str, Any]]


def read_parcel_views(conn: Connection, *, number: str | None = None, order_id: int | None = None) -> list[ParcelView]:
    """Parcels by their number, or all of an order (cancelled ones too, at the end)."""
    where = parcel.c.number == number if number is not None else parcel.c.order_id == order_id
    rows = conn.execute(
        sa.select(parcel, carton.c.name.label("carton_name"))
        .outerjoin(carton, carton.c.id == parcel.c.carton_id)
        .where(where)
        .order_by(parcel.c.state == "cancelled", parcel.c.position, parcel.c.id)
    ).all()
    order_ids = {row.order_id for row in rows}
    heads = orders.orders_by_ids(conn, order_ids)
    lines = {line.id: line for each in orders.goods_lines(conn, order_ids).values() for line in each}
    counts = count_parcels(conn, order_ids)
    heirs = sa.select(parcel.c.id, parcel.c.number).where(parcel.c.id.in_([row.void_for_id for row in rows]))
    valid = {row.id: row.number or "" for row in conn.execute(heirs)}
    contents: dict[int, list[dict[str, Any]]] = {}
    inside = sa.select(parcel_content).where(parcel_content.c.parcel_id.in_([row.id for row in rows]))
    for row in conn.execute(inside.order_by(parcel_content.c.id)):
        line = lines[row.order_line_id]
        contents.setdefault(row.parcel_id, []).append(
            {"sku": line.sku, "name": line.name, "quantity": row.quantity, "lot": row.lot}
        )
    return [
        ParcelView(
            number=row.number, order=heads[row.order_id].number,
            position=f"{row.position}/{counts.get(row.order_id, 1)}", state=row.state, carrier=row.carrier_code,
            carrier_name=carrier_name(conn, row.carrier_code), service=row.service_code,
            tracking_number=row.tracking_number, label_key=row.label_code, carton=row.carton_name,
            weight_g=row.weight_g, station=row.station, closed_at=row.closed_at,
            label_verified_at=row.label_verified_at, loaded_at=row.loaded_at, handover_id=row.handover_id,
            void=row.void_for_id is not None, valid_number=valid.get(row.void_for_id, ""),
            contents=contents.get(row.id, []),
        )
        for row in rows
    ]  # fmt: skip


def read_parcels_of_order(conn: Connection, number: str) -> list[ParcelView]:
    """Raises `NotFound` ORDER_UNKNOWN."""
    return read_parcel_views(conn, order_id=orders.order_by_number(conn, number).id)


def count_parcels(conn: Connection, order_ids: Iterable[int]) -> dict[int, int]:
    """How many parcels each order has; open and cancelled ones do not count."""
    return dict(
        conn.execute(
            sa.select(parcel.c.order_id, sa.func.count())
            .where(parcel.c.order_id.in_(sorted(set(order_ids))), parcel.c.state.not_in(("open", "cancelled")))
            .group_by(parcel.c.order_id)
        ).all()
    )
