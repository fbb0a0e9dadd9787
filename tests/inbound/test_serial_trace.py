"""A serial from receipt to parcel to the customer, on both engines: one place at a time, its whole way told."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.outbound.store import handovers
from backend.outbound.tables import parcel
from backend.outbound.views.packs import read_bundle
from backend.platform.database import Database
from backend.platform.journal import SYSTEM
from backend.stock import api as stock
from tests.builders import create_location, create_product, first_merchant
from tests.outbound.bench import AT, Device, create_carton, create_station, pick_order


class Bench:
    """One lamp with a serial in its tote, received before."""

    def __init__(self, conn: Connection, lamp: int | None = None) -> None:
        keys = {"gtin:09520000000042": 1}
        self.lamp = lamp or create_product(conn, first_merchant(conn), keys=keys, tracking="serial")
        self.order_id, self.tote = pick_order(conn, {self.lamp: 1})
        shelf = create_location(conn)
        step = stock.SerialStep(product_id=self.lamp, code="SN1", target_id=shelf, reason="receipt", about="receipt:1")
        stock.move_serials(conn, [step], AT)
        self.station = create_station(conn)
        create_carton(conn)
        create_location(conn, kind="dispatch", code="GATE" if lamp is None else "GATE-2")
        self.task = f"pack:{self.order_id}"
        self.line = conn.execute(
            sa.text("SELECT id FROM order_line WHERE order_id = :id"), {"id": self.order_id}
        ).scalar_one()


def way(conn: Connection) -> tuple[str, list[str]]:
    (trace,) = stock.trace_serials(conn, "SN1")
    return trace.location, [each.reason for each in trace.moves]


async def test_a_serial_goes_into_its_parcel_and_away(database: Database) -> None:
    """The check at the bench tells which serial; undone it is back; with the parcel it leaves."""
    bench = await database.write(Bench)
    device = await Device(database).enrol()
    uid = str(uuid.uuid4())
    inside = {"parcel": uid, "station": bench.station, "line": bench.line, "quantity": 1}
    keys = ("gtin:09520000000042", "serial:SN1")
    first = device.scan("pack", bench.task, "product", *keys, **inside)
    assert ["ok"] == await device.send(first)
    assert ["receipt", "pack"] == (await database.read(way))[1]
    assert ["ok"] == await device.send(device.scan("pack", bench.task, "undo", of=first["act"]))
    assert ["receipt", "pack", "undo"] == (await database.read(way))[1]

    again = device.scan("pack", bench.task, "product", *keys, **inside)
    close = device.scan(
        "pack", bench.task, "close", parcel=uid, carton="carton:K1", weight_g=640, station=bench.station, last=True
    )
    assert ["ok", "ok"] == await device.send(again, close)

    def leave(conn: Connection) -> tuple[str, list[str]]:
        number = conn.execute(sa.select(parcel.c.id)).scalar_one()
        handovers._post_goods(conn, [number], AT, SYSTEM)
        return way(conn)

    place, reasons = await database.write(leave)
    assert ("CUSTOMER", "dispatch") == (place, reasons[-1])


async def test_a_serial_is_in_one_parcel_only(database: Database) -> None:
    """Goods with serials are not checked without one, and a number that left in a parcel cannot leave in another."""
    first = await database.write(Bench)
    second = await database.write(lambda conn: Bench(conn, first.lamp))
    device = await Device(database).enrol()

    def check(bench: Bench, *keys: str, **more: str) -> dict[str, Any]:
        inside = {"parcel": str(uuid.uuid4()), "station": bench.station, "line": bench.line, "quantity": 1}
        return device.scan("pack", bench.task, "product", *keys, **inside | more)

    lamp = "gtin:09520000000042"
    assert ["SERIAL_NEEDED"] == await device.send(check(first, lamp))
    assert ["ok"] == await device.send(check(first, lamp, serial="SN1"))
    assert ["SERIAL_KNOWN"] == await device.send(check(second, lamp, "serial:SN1"))
    assert ["ok"] == await device.send(check(second, lamp, "serial:NEW-7"))
    bundle = await database.read(lambda conn: read_bundle(conn, first.order_id))
    assert bundle is not None
    assert [(line["tracking"], line["serials"]) for line in bundle["lines"]] == [("serial", ["SN1"])]
