"""People with devices who count and carry, through the real intake."""

import uuid
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.identity import store as identity
from backend.identity.api import people_of_sessions
from backend.identity.tables import device, person
from backend.platform import clock
from backend.platform.database import Database
from backend.scanning.flows import Intake
from backend.scanning.protocol import Asker, Flow, Job
from tests.builders import NOW, unique
from tests.store.picking_floor import add_person


class Worker:
    """One person with one device at one kind of work; `at` is what the device's clock says ("now" by default)."""

    def __init__(
        self, database: Database, flow: Flow, job: Job, person_id: int, device_id: int, session: uuid.UUID
    ) -> None:
        self.database, self.job, self.name = database, job, flow.name
        self.person_id, self.device_id = person_id, device_id
        self.session = session
        self.intake = Intake(flows={flow.name: flow}, people=people_of_sessions)
        self.seq = 0
        self.at: str | None = None
        self.unsent: list[dict[str, Any]] = []
        self.bundle: dict[str, Any] = {}

    @classmethod
    async def hire(cls, database: Database, flow: Flow, job: Job) -> "Worker":
        def work(conn: Connection) -> tuple[int, int, uuid.UUID]:
            person_id = add_person(conn, unique("Person"))
            opened = identity.add_device(conn, unique("device"), NOW)
            device_id = conn.execute(sa.select(device.c.id).where(device.c.uid == opened.device)).scalar_one()
            who = conn.execute(sa.select(person).where(person.c.id == person_id)).one()
            return person_id, device_id, identity.open_session(conn, who, "floor", device_id, clock.now()).session

        return cls(database, flow, job, *await database.write(work))

    async def get_work(self, **request: Any) -> dict[str, Any] | None:
        asker = Asker(person_id=self.person_id, device_id=self.device_id)
        bundle = await self.database.write(lambda conn: self.job.get(conn, request, asker, NOW))
        self.bundle = bundle or self.bundle
        return bundle

    async def read(self) -> dict[str, Any] | None:
        return await self.database.read(lambda conn: self.job.read(conn, self.bundle["task"]))

    def write(self, kind: str, *keys: str, act: uuid.UUID | None = None, **body: Any) -> uuid.UUID:
        """Store a scan on the device; `send` brings it to the server."""
        self.seq += 1
        act = act or uuid.uuid4()
        self.unsent.append(
            {
                "id": str(uuid.uuid4()), "seq": self.seq, "at": self.at or clock.now().isoformat(), "flow": self.name,
                "task": self.bundle["task"], "kind": kind, "act": str(act), "keys": list(keys), "body": body,
                "raw": keys[0].partition(":")[2] if keys else "", "session": str(self.session),
            }
        )  # fmt: skip
        return act

    async def send(self) -> list[str]:
        """Verdicts as "ok" or the code of the refusal."""
        body = msgspec.json.encode({"scans": self.unsent})
        self.unsent = []
        reply = await self.intake.take(self.database, self.device_id, body)
        verdicts = [msgspec.json.decode(bytes(each)) for each in reply.verdicts]
        return [each["refusal"]["code"] if each["refusal"] else each["outcome"] for each in verdicts]
