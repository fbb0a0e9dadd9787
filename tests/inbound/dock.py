"""A dock for tests: an announced delivery, and a device that scans it through the real intake."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.inbound.flows import FLOWS
from backend.inbound.store.imports import take_file
from backend.inbound.tables import receipt, receipt_line
from backend.platform.database import Database
from backend.scanning.flows import Intake
from backend.stock import api as stock
from tests.builders import create_merchant, create_product
from tests.outbound.bench import AT
from tests.outbound.bench import Device as BenchDevice

DAY = dt.date(2026, 3, 2)


class Device(BenchDevice):
    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.intake = Intake(flows=FLOWS, people=self.intake.people)


class Dock:
    """One merchant with plain, lot, dated and serial goods, and a receiving area."""

    def __init__(self, conn: Connection) -> None:
        self.merchant = create_merchant(conn, code="M")
        plain = {"gtin:09520000000011": 1, "gtin:19520000000018": 12}
        self.plain = create_product(conn, self.merchant, keys=plain, sku="PLAIN", name="Plain tea")
        self.lots = create_product(conn, self.merchant, keys={"gtin:09520000000028": 1}, sku="LOT", tracking="lot")
        self.dated = create_product(conn, self.merchant, keys={"gtin:09520000000035": 1}, sku="DATED")
        self.serial = create_product(conn, self.merchant, keys={"gtin:09520000000042": 1}, sku="SER", tracking="serial")
        policy = catalog.Policy(dated=True, rotation="fefo", life_days=30)
        catalog.save_policies(conn, {self.dated: policy, self.lots: policy})
        self.area = stock.create_locations(conn, [{"code": "DOCK", "kind": "receiving"}])[0]
        self.quarantine = stock.create_locations(conn, [{"code": "QUAR", "kind": "quarantine"}])[0]

    def announce(self, conn: Connection, content: bytes | None = None) -> int:
        file = content or (
            b"reference;supplier;sku;quantity\nPO-1;Tea House;PLAIN;24\nPO-1;;LOT;10\nPO-1;;DATED;6\nPO-1;;SER;3\n"
        )
        outcome = take_file(conn, "M", file, AT)
        assert not outcome.refused, outcome.refused
        statement = sa.select(receipt.c.id).where(receipt.c.number == outcome.numbers[0])
        self.receipt = conn.execute(statement).scalar_one()
        self.task = f"receive:{self.receipt}"
        rows = conn.execute(sa.select(receipt_line).where(receipt_line.c.receipt_id == self.receipt))
        self.line = {row.product_id: row.id for row in rows}
        return self.receipt

    def lines(self, conn: Connection) -> dict[int, tuple[int, int, int]]:
        """Product -> (expected, received, damaged)."""
        rows = conn.execute(sa.select(receipt_line).where(receipt_line.c.receipt_id == self.receipt))
        return {row.product_id: (row.expected, row.received, row.damaged) for row in rows}


def on_hand(conn: Connection, location_id: int) -> dict[tuple[int, str], int]:
    """(product, lot) -> pieces at a location."""
    found = stock.balances_at(conn, [location_id])
    return {(place.product_id, place.lot): balance.on_hand for place, balance in found.items()}


async def open_dock(database: Database) -> tuple[Dock, Any]:
    """A dock with its delivery, and a device at it."""

    def work(conn: Connection) -> Dock:
        dock = Dock(conn)
        dock.announce(conn)
        return dock

    return await database.write(work), await Device(database).enrol()
