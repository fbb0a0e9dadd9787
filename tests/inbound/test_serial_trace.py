"""A serial from receipt to parcel to the customer, on both engines: one place at a time, its whole way told."""

import uuid
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.inbound.flows.returns import JOB as RETURNS_JOB
from backend.inbound.store import returns
from backend.outbound.store import handovers
from backend.outbound.tables import parcel
from backend.outbound.views.packs import read_bundle
from backend.platform.database import Database
from backend.platform.journal import SYSTEM
from backend.stock import api as stock
from tests.builders import create_location, create_product, first_merchant
from tests.inbound.dock import Device as DockDevice
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


async def test_a_serial_comes_back(database: Database) -> None:
    """The return takes the number from the customer to the receiving area; undone it is with the customer again."""
    bench = await database.write(Bench)
    device = await DockDevice(database).enrol()
    left = stock.SerialStep(
        product_id=bench.lamp, code="SN1", target_id=0, reason="dispatch", about=f"order:{bench.order_id}"
    )

    def send(conn: Connection) -> str:
        customer, area = stock.outside(conn, "customer"), create_location(conn, kind="receiving", code="DOCK")
        tote = stock.location_by_key(conn, f"tote:{bench.tote}")
        assert tote is not None
        assert area
        gone = stock.Move(
            bench.lamp, tote.id, customer, 1, "dispatch", f"order:{bench.order_id}", order_line_id=bench.line
        )
        stock.post(conn, [gone], AT)
        stock.move_serials(conn, [msgspec.structs.replace(left, target_id=customer)], AT)
        conn.execute(sa.text("UPDATE sales_order SET state = 'dispatched'"))
        case = returns.open_case(conn, bench.order_id, device.person_id, device.device_id, AT)
        return f"returns:{case}"

    task = await database.write(send)
    bundle = await database.read(lambda conn: RETURNS_JOB.read(conn, task))
    assert bundle is not None
    assert bundle["lines"][0]["serials"] == ["SN1"]
    body = {"line": bench.line, "quantity": 1, "condition": "resell", "reason": ""}
    assert ["SERIAL_NEEDED"] == await device.send(device.scan("returns", task, "condition", **body))
    back = device.scan("returns", task, "condition", serials=["SN1"], **body)
    assert ["ok"] == await device.send(back)
    assert ("DOCK", ["receipt", "dispatch", "return"]) == await database.read(way)
    assert ["ok"] == await device.send(device.scan("returns", task, "undo", of=back["act"]))
    assert ("CUSTOMER", ["receipt", "dispatch", "return", "undo"]) == await database.read(way)
    again = device.scan("returns", task, "condition", serials=["SN1"], **body)
    assert ["ok"] == await device.send(again)
