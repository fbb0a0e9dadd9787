"""The database goes away in the middle of a chunk: nothing is parked, nothing is kept, the device is told to send again."""

import uuid
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.outages import outage_of
from backend.platform.database import Database
from backend.scanning import store
from backend.scanning.flows import Intake
from backend.scanning.protocol import Decision, Flow
from tests.torture.test_poison import device_of

DEADLY = "DEADLY"


def _save(conn: Connection, snapshot: Any, decided: Any, now: Any) -> None:
    """The server ends this very connection, as a restart does."""
    if any(taken.scan.raw == DEADLY for taken, _ in decided):
        conn.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))


FLOW = Flow(
    name="fragile",
    load=lambda conn, taken: None,
    decide=lambda snapshot, taken, now: (snapshot, Decision()),
    save=_save,
)


@pytest.mark.parametrize("scans", [1, 3])
async def test_a_line_lost_within_a_chunk_is_an_outage(postgres_url: str, scans: int) -> None:
    """Whatever the driver makes of it, it is known as an outage; afterwards the same scans are taken."""
    database = Database(postgres_url)
    device = await device_of(database)
    intake = Intake(flows={"fragile": FLOW}, people=lambda conn, sessions, *rest: {})
    written = [
        {
            "id": str(uuid.uuid4()), "seq": seq, "at": "2026-11-21T08:00:00Z", "flow": "", "kind": "x", "raw": DEADLY,
        }
        for seq in range(1, scans + 1)
    ]  # fmt: skip
    deadly = [each | {"flow": "fragile", "local": "ok"} for each in written]

    with pytest.raises(Exception) as lost:
        await _take_with_flow(intake, database, device, deadly)

    assert outage_of(lost.value) is not None, repr(lost.value)
    assert [] == await database.read(store.troubled_scans)
    reply = await intake.take(database, device, msgspec.json.encode({"from_seq": 1, "scans": written}))
    assert (scans, scans) == (reply.acked_seq, len(reply.verdicts))
    await database.close()


async def _take_with_flow(intake: Intake, database: Database, device: int, scans: list[dict[str, Any]]) -> None:
    """Scans of the flow with somebody as their author, so that the flow is really asked."""
    from tests.torture.test_poison import INTAKE, SESSIONS

    known = Intake(flows=intake.flows, people=INTAKE.people)
    signed = [each | {"session": SESSIONS[device]} for each in scans]
    await known.take(database, device, msgspec.json.encode({"from_seq": 1, "scans": signed}))


def test_a_rollback_that_cannot_reconnect_is_an_outage() -> None:
    """SQLAlchemy speaks so when the line was lost within a savepoint; seen when PostgreSQL was restarted under load."""
    told = outage_of(sa.exc.PendingRollbackError("Can't reconnect until invalid transaction is rolled back."))

    assert told is not None
    assert "DATABASE_SILENT" == told.code
