"""A small warehouse and pickers with devices, for tests of picking through the real intake."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity import store as identity
from backend.identity.api import people_of_sessions
from backend.identity.tables import device, person
from backend.orders.tables import sales_order
from backend.outbound.flows.picks import PICK, PICK_JOB
from backend.platform.database import Database
from backend.platform.journal import Recorded, fact
from backend.scanning.flows import Intake
from backend.scanning.protocol import Asker
from backend.scanning.tables import correction
from backend.stock import api as stock
from tests.builders import (
    NOW,
    create_location,
    create_merchant,
    create_product,
    create_ready_order,
    create_tote,
    stock_up,
    unique,
)

LATER = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
INTAKE = Intake(flows={"pick": PICK}, people=people_of_sessions)


def add_person(conn: Connection, name: str) -> int:
    row = {"name": name, "language": "cs", "role": "worker", "active": True, "created_at": NOW, "version": 1}
    return conn.execute(sa.insert(person).values(**row).returning(person.c.id)).scalar_one()


class Picker:
    """One person signed in at one device; writes scans as the app does, and keeps them for a replay."""

    def __init__(self, database: Database, person_id: int, device_id: int, session: uuid.UUID) -> None:
        self.database = database
        self.person_id = person_id
        self.device_id = device_id
        self.session = session
        self.seq = 0
        self.bodies: list[bytes] = []
        self.unsent: list[dict[str, Any]] = []
        self.bundle: dict[str, Any] = {}

    @classmethod
    async def hire(cls, database: Database, name: str) -> "Picker":
        def work(conn: Connection) -> tuple[int, int, uuid.UUID]:
            person_id = add_person(conn, name)
            opened = identity.add_device(conn, unique("device"), NOW)
            device_id = conn.execute(sa.select(device.c.id).where(device.c.uid == opened.device)).scalar_one()
            who = conn.execute(sa.select(person).where(person.c.id == person_id)).one()
            return person_id, device_id, identity.open_session(conn, who, "floor", device_id, NOW).session

        return cls(database, *await database.write(work))

    @property
    def asker(self) -> Asker:
        return Asker(person_id=self.person_id, device_id=self.device_id)

    async def get_work(self, **request: Any) -> dict[str, Any] | None:
        bundle = await self.database.write(lambda conn: PICK_JOB.get(conn, request, self.asker, NOW))
        self.bundle = bundle or self.bundle
        return bundle

    async def refresh(self) -> dict[str, Any] | None:
        found = await self.database.read(lambda conn: PICK_JOB.read(conn, self.bundle["task"]))
        self.bundle = found or self.bundle
        return found

    def line(self, place: int) -> dict[str, Any]:
        return self.bundle["lines"][place]

    def write(self, kind: str, *keys: str, act: uuid.UUID | None = None, **body: Any) -> None:
        """Store a scan on the device; `send` brings it to the server."""
        self.seq += 1
        self.unsent.append(
            {
                "id": str(uuid.uuid4()), "seq": self.seq, "at": "2026-03-02T08:00:00.000Z", "flow": "pick",
                "task": self.bundle["task"], "step": "", "kind": kind, "act": str(act) if act else None,
                "keys": list(keys), "raw": keys[0] if keys else "", "local": "ok", "body": body,
                "session": str(self.session),
            }
        )  # fmt: skip

    def pick(self, line: dict[str, Any], quantity: int, tote: str) -> uuid.UUID:
        """The scans of one act: location, product, quantity, tote."""
        act = uuid.uuid4()
        self.write("location", line["location"]["key"], line=line["id"])
        self.write("product", line["codes"][0]["key"], act=act, line=line["id"], quantity=1)
        if quantity > 1:
            self.write("quantity", act=act, line=line["id"], quantity=quantity)
        self.write("tote", tote, act=act, line=line["id"], quantity=quantity, tote=tote)
        return act

    def undo(self, of: uuid.UUID) -> None:
        self.write("undo", act=uuid.uuid4(), of=str(of))

    def short(self, line: dict[str, Any]) -> uuid.UUID:
        act = uuid.uuid4()
        self.write("short", act=act, line=line["id"], found=0)
        return act

    async def send(self) -> list[str]:
        """Verdicts as "ok" or the code of the refusal."""
        body = msgspec.json.encode({"scans": self.unsent})
        self.unsent = []
        self.bodies.append(body)
        return await self.post(body)

    async def post(self, body: bytes) -> list[str]:
        reply = await INTAKE.take(self.database, self.device_id, body)
        verdicts = [msgspec.json.decode(bytes(each)) for each in reply.verdicts]
        return [each["refusal"]["code"] if each["refusal"] else each["outcome"] for each in verdicts]

    async def corrections(self) -> list[dict[str, Any]]:
        def read(conn: Connection) -> list[dict[str, Any]]:
            mine = sa.select(correction.c.task).where(correction.c.device_id == self.device_id)
            return [dict(task) for task in conn.execute(mine.order_by(correction.c.id)).scalars()]

        return await self.database.read(read)


async def balances(database: Database, *location_ids: int) -> dict[tuple[int, int], tuple[int, int]]:
    """(product, location) -> (on hand, reserved)."""
    found = await database.read(lambda conn: stock.balances_at(conn, location_ids))
    return {(place.product_id, place.location_id): (each.on_hand, each.reserved) for place, each in found.items()}


async def differences(database: Database) -> list[str]:
    """What `rampa verify-ledger` would print."""
    outcome = await database.read(stock.verify)
    return [each.sentence for each in outcome.differences]


class Floor:
    """Two products at two locations, two ready orders, totes."""

    def __init__(self, conn: Connection, allocation: str = "all_or_nothing") -> None:
        merchant = create_merchant(conn, allocation=allocation)
        self.tea = create_product(conn, merchant, sku="TEA", name="Tea")
        self.mug = create_product(conn, merchant, sku="MUG", name="Mug")
        self.a = create_location(conn, code="A-01", walk_sequence=10)
        self.b = create_location(conn, code="B-01", walk_sequence=20)
        self.reserve = create_location(conn, code="C-01", walk_sequence=30, kind="storage")
        self.t1 = create_tote(conn, code="T-001")
        self.t2 = create_tote(conn, code="T-002")
        stock_up(conn, self.tea, self.a, 20)
        stock_up(conn, self.mug, self.b, 5)
        self.first = create_ready_order(conn, {self.mug: 2, self.tea: 3})
        self.second = create_ready_order(conn, {self.tea: 4})


async def column(database: Database, statement: sa.Select[Any]) -> list[Any]:
    return await database.read(lambda conn: list(conn.execute(statement).scalars()))


async def order_states(database: Database) -> list[str]:
    return await column(database, sa.select(sales_order.c.state).order_by(sales_order.c.id))


async def facts(database: Database, *kinds: str) -> list[str]:
    return await column(database, sa.select(fact.c.kind).where(fact.c.kind.in_(kinds)).order_by(fact.c.id))


async def react(database: Database, reaction: Any, kind: str) -> None:
    """Run a reaction on the newest fact of a kind, as the outbox does."""

    def work(conn: Connection) -> None:
        row = conn.execute(sa.select(fact).where(fact.c.kind == kind).order_by(fact.c.id.desc()).limit(1)).one()
        recorded = Recorded(row.id, row.kind, row.about, row.at, row.person_id, row.device_id, row.payload)
        reaction.apply(conn, recorded, LATER)

    await database.write(work)
