"""What the books know by a code: goods, places, totes, parcels, orders, waves, deliveries, pallets.

The resolver reads shapes; this answers which of its keys mean something in this very warehouse. Several things may carry
one code (a carrier's number and a GTIN, the same GTIN of two merchants): all of them are told, and a person chooses.
"""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.catalog.tables import product
from backend.inbound.tables import logistic_unit, receipt
from backend.orders.tables import sales_order
from backend.outbound.tables import carton, handover, parcel, station, wave
from backend.platform.statements import Statement, among
from backend.stock import api as stock
from backend.stock.tables import serial


class KnownThing(msgspec.Struct, frozen=True):
    """`what` product, location, tote, ..., `name` as people know it; `quantity` pieces for goods. `id` of its table."""

    key: str
    what: str
    name: str
    id: int
    quantity: int = 1


def _by_name(column: sa.Column[Any]) -> Statement:
    return Statement(sa.select(column.table.c.id, column.label("name")).where(among(column, "names")))


_NAMED = (
    ("station:", "station", _by_name(station.c.code)),
    ("carton:", "carton", _by_name(carton.c.code)),
    ("wave:", "wave", _by_name(wave.c.number)),
    ("handover:", "handover", _by_name(handover.c.number)),
    ("parcel:", "parcel", _by_name(parcel.c.number)),
    ("order:", "order", _by_name(sales_order.c.number)),
    ("text:", "order", _by_name(sales_order.c.number)),
    ("text:", "order", _by_name(sales_order.c.remote_number)),
    ("text:", "delivery", _by_name(receipt.c.number)),
    ("text:", "delivery", _by_name(receipt.c.reference)),
    ("text:", "serial", _by_name(serial.c.code)),
)
_BY_SKU = Statement(
    sa.select(product.c.id, product.c.sku)
    .where(among(sa.func.upper(product.c.sku, type_=sa.Text), "skus"))
    .order_by(product.c.id)
)


def known_things(conn: Connection, keys: Collection[str]) -> dict[str, list[KnownThing]]:
    """Scan key -> what carries it; unknown keys are absent. One statement for each kind of thing, however many keys."""
    found: dict[str, list[KnownThing]] = {}
    for thing in (*_goods(conn, keys), *_places(conn, keys), *_labels(conn, keys), *_named(conn, keys)):
        same = found.setdefault(thing.key, [])
        if all((each.what, each.id) != (thing.what, thing.id) for each in same):
            same.append(thing)
    return found


def other_things(conn: Connection, keys: Collection[str]) -> list[KnownThing]:
    """What is neither goods nor place, parcel or order: waves, stations, cartons, handovers, deliveries, pallets, serials."""
    told = [*_labels(conn, keys), *_named(conn, keys)]
    return [each for each in told if each.what not in ("parcel", "order")]


def _bodies(keys: Iterable[str], prefix: str) -> list[str]:
    return sorted({key[len(prefix) :] for key in keys if key.startswith(prefix)})


def _goods(conn: Connection, keys: Collection[str]) -> Iterable[KnownThing]:
    for key, codes in catalog.products_by_keys(conn, None, keys).items():
        for code in codes:
            yield KnownThing(key, "product", code.product.sku, code.product.id, code.quantity)
    for part in catalog.in_slices(catalog.upper_forms(_bodies(keys, "text:"))):
        for row in _BY_SKU.rows(conn, skus=part):
            yield KnownThing(f"text:{row.sku.upper()}", "product", row.sku, row.id)


def _places(conn: Connection, keys: Collection[str]) -> Iterable[KnownThing]:
    for key, place in stock.locations_by_keys(conn, keys).items():
        what = {"loc": "location"}.get(key.partition(":")[0], key.partition(":")[0])
        yield KnownThing(key, what, place.code, place.id)


def _labels(conn: Connection, keys: Collection[str]) -> Iterable[KnownThing]:
    """Carriers' numbers on parcels, SSCCs of announced pallets."""
    for part in catalog.in_slices(key for key in keys if key.startswith(("track:", "sscc:"))):
        rows = conn.execute(
            sa.select(parcel.c.id, parcel.c.number, parcel.c.label_code).where(parcel.c.label_code.in_(part))
        )
        for row in rows:
            yield KnownThing(row.label_code, "parcel", row.number or "", row.id)
    for part in catalog.in_slices(_bodies(keys, "sscc:")):
        statement = sa.select(logistic_unit.c.sscc, sa.func.min(logistic_unit.c.id).label("id"))
        for unit in conn.execute(statement.where(logistic_unit.c.sscc.in_(part)).group_by(logistic_unit.c.sscc)):
            yield KnownThing(f"sscc:{unit.sscc}", "logistic_unit", unit.sscc, unit.id)


def _named(conn: Connection, keys: Collection[str]) -> Iterable[KnownThing]:
    for prefix, what, question in _NAMED:
        for part in catalog.in_slices(_bodies(keys, prefix)):
            for row in question.rows(conn, names=part):
                yield KnownThing(f"{prefix}{row.name}", what, row.name, row.id)
