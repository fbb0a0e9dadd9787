"""A dock with packed parcels and two carriers, for tests of the handover."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders.tables import sales_order
from backend.outbound.store import handovers as store
from backend.outbound.tables import parcel
from backend.outbound.views import handovers as views
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.journal import SYSTEM
from backend.shipping.fake_partner import FakePartner
from tests.builders import create_product
from tests.outbound.bench import Device, create_carton, create_station, pick_order
from tests.outbound.chain import drain, set_up_carriers, set_up_printer

PNG = b"\x89PNG\r\n\x1a\n"


class Dock:
    """Packed, labelled and checked parcels at the dock, through the whole chain before."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.partner = FakePartner()
        self.labels: dict[str, str] = {}

    async def begin(self) -> "Dock":
        def work(conn: Connection) -> None:
            set_up_carriers(conn)
            set_up_printer(conn)
            create_carton(conn)
            self.station = create_station(conn)

        await self.database.write(work)
        self.device = await Device(self.database).enrol()
        return self

    async def packed(self, carrier: str = "own_van", parcels: int = 1, checked: bool = True) -> list[str]:
        """A packed order; answers the scan keys of its parcels' labels, in order."""
        key = f"gtin:{uuid.uuid4().int % 10**14:014d}"

        def work(conn: Connection) -> int:
            product = create_product(conn, keys={key: 1})
            return pick_order(conn, {product: parcels}, carrier_code=carrier)[0]

        order_id = await self.database.write(work)
        task, scans, uids = f"pack:{order_id}", [], [str(uuid.uuid4()) for _ in range(parcels)]
        for uid in uids:
            inside: dict[str, Any] = {"parcel": uid, "station": self.station}
            scans.append(self.device.scan("pack", task, "product", key, **inside))
            scans.append(self.device.scan("pack", task, "close", carton="carton:K1", weight_g=500, **inside))
        assert {"ok"} == set(await self.device.send(*scans))
        await drain(self.database, self.partner)
        rows = await self.database.read(
            lambda conn: conn.execute(
                sa.select(parcel.c.label_code).where(parcel.c.order_id == order_id).order_by(parcel.c.position)
            ).scalars().all()
        )  # fmt: skip
        if checked:
            labels = [
                self.device.scan("pack", task, "label", row, parcel=uid) for row, uid in zip(rows, uids, strict=True)
            ]
            assert {"ok"} == set(await self.device.send(*labels))
        return list(rows)

    async def open(self, carrier: str = "own_van") -> int:
        now = clock.now()
        return await self.database.write(lambda conn: store.open_handover(conn, carrier, "2026-03-02", now, SYSTEM))

    async def load(self, number: int, *keys: str) -> list[str]:
        return await self.device.send(
            *[self.device.scan("handover", f"handover:{number}", "parcel", key) for key in keys]
        )

    async def view(self, number: int) -> views.HandoverView:
        return await self.database.read(lambda conn: views.read_handover(conn, number))

    async def sign(self, number: int, **changes: Any) -> Any:
        seen = await self.view(number)
        fields = {
            "name": "Pavel Říha",
            "plate": "5P3 1234",
            "picture": PNG,
            "content_hash": seen.content_hash,
        } | changes
        signature = store.Signature(**fields)
        return await self.database.write(lambda conn: store.sign(conn, number, signature, clock.now(), SYSTEM))

    async def order_states(self) -> list[str]:
        return await self.database.read(
            lambda conn: list(conn.execute(sa.select(sales_order.c.state).order_by(sales_order.c.id)).scalars())
        )


def own_code(conn: Connection, key: str) -> str:
    """The text in the bars of a label with this key."""
    from backend.gs1.own_codes import build_own_code

    return build_own_code("parcel", key.partition(":")[2])
