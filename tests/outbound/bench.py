"""A bench for tests: picked orders in totes, and a device that scans them through the real intake."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity.api import people_of_sessions
from backend.identity.tables import device, person, session
from backend.orders.tables import order_line, sales_order
from backend.outbound.flows import FLOWS
from backend.outbound.tables import carton, station, wave, wave_order
from backend.platform.database import Database
from backend.scanning.flows import Intake
from backend.stock import api as stock
from tests.builders import create_location, create_ready_order, create_tote, stock_up, unique

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def create_station(conn: Connection, **fields: Any) -> str:
    code = fields.get("code") or unique("S")
    row = {"code": code, "name": code, "location_id": create_location(conn, kind="packing", code=unique("BENCH"))}
    conn.execute(sa.insert(station).values(**(row | fields)))
    return code


def create_carton(conn: Connection, code: str = "K1") -> None:
    known = conn.execute(sa.select(carton.c.id).where(carton.c.code == code)).one_or_none()
    if known is None:
        conn.execute(sa.insert(carton).values(code=code, name=f"Carton {code}", tare_g=100, active=True))


def pick_order(conn: Connection, lines: dict[int, int], **fields: Any) -> tuple[int, str]:
    """An order whose goods lie in a tote, through the ledger; answers (order id, tote code)."""
    shelf = create_location(conn)
    for product_id, quantity in lines.items():
        stock_up(conn, product_id, shelf, quantity)
    order_id = create_ready_order(conn, lines, **fields)
    tote_code = unique("T")
    tote_id = create_tote(conn, code=tote_code)
    line_ids = [row.id for row in conn.execute(sa.select(order_line.c.id).where(order_line.c.order_id == order_id))]
    held = stock.reservations_of(conn, line_ids)
    stock.post_reserved(conn, [stock.Take(each.id, tote_id, each.quantity) for each in held], AT)
    goods = order_line.c.order_id == order_id
    conn.execute(sa.update(order_line).where(goods).values(picked=order_line.c.quantity, reserved=0))
    conn.execute(sa.update(sales_order).where(sales_order.c.id == order_id).values(state="in_work"))
    wave_id = conn.execute(
        sa.insert(wave).values(number=unique("W"), mode="single", state="picked", created_at=AT).returning(wave.c.id)
    ).scalar_one()
    conn.execute(
        sa.insert(wave_order).values(wave_id=wave_id, order_id=order_id, slot=1, tote_id=tote_id, state="picked")
    )
    return order_id, tote_code


class Device:
    """An enrolled device with a person signed in; numbers its scans without gaps."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.seq = 0
        self.intake = Intake(flows=FLOWS, people=people_of_sessions)

    async def enrol(self) -> "Device":
        def work(conn: Connection) -> None:
            self.person_id = conn.execute(
                sa.insert(person)
                .values(name="Eva", language="cs", role="worker", active=True, created_at=AT)
                .returning(person.c.id)
            ).scalar_one()
            self.device_id = conn.execute(
                sa.insert(device)
                .values(uid=uuid.uuid4(), name="bench", token_hash=unique("hash"), enrolled_at=AT)
                .returning(device.c.id)
            ).scalar_one()
            self.session = uuid.uuid4()
            conn.execute(
                sa.insert(session).values(
                    uid=self.session, person_id=self.person_id, device_id=self.device_id, kind="floor", created_at=AT,
                    last_seen_at=AT, expires_at=AT + timedelta(hours=12),
                )
            )  # fmt: skip

        await self.database.write(work)
        return self

    def scan(self, flow: str, task: str, kind: str, *keys: str, act: str | None = None, **body: Any) -> dict[str, Any]:
        """One record as the app writes it; every call takes the next number."""
        self.seq += 1
        return {
            "id": str(uuid.uuid4()), "seq": self.seq, "at": AT.isoformat(), "flow": flow, "task": task, "kind": kind,
            "act": act or str(uuid.uuid4()), "keys": list(keys), "session": str(self.session), "body": body,
            "raw": keys[0].partition(":")[2] if keys else "",
        }  # fmt: skip

    async def send(self, *scans: dict[str, Any]) -> list[str]:
        """ "ok" or the code of the refusal, in order."""
        body = msgspec.json.encode({"from_seq": scans[0]["seq"], "scans": scans})
        reply = await self.intake.take(self.database, self.device_id, body)
        verdicts = [msgspec.json.decode(each) for each in reply.verdicts]
        return [each["refusal"]["code"] if each["refusal"] else each["outcome"] for each in verdicts]
