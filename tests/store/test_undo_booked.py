"""A booked parcel is taken back at the bench: its label is void, its carrier is told, its goods are in work again."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from backend.orders import api as orders
from backend.orders.tables import sales_order
from backend.outbound.flows import packs as flow
from backend.outbound.store import handovers
from backend.outbound.store.handovers import open_handover
from backend.outbound.tables import handover_scan, parcel, wave_order
from backend.outbound.views.handovers import read_bundle as read_list
from backend.platform import clock, journal, outbox
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.platform.journal import SYSTEM, fact
from backend.print_queue.tables import print_job
from backend.scanning.protocol import Asker
from backend.shipping import store
from backend.shipping.carriers import fake
from backend.shipping.tables import consignment
from backend.stock import api as stock
from tests.outbound.bench import AT, pick_order
from tests.outbound.chain import REACTIONS, reacting, transport
from tests.store.test_booking import Packed
from tests.store.test_packs import MUG, code_of, lying


@pytest.fixture(autouse=True)
def _reactions() -> Iterator[None]:
    with reacting():
        yield


class Bench(Packed):
    """A packer who packs two teas and a mug, gets the label, and thinks better of it."""

    async def begin(self, carrier: str, printer: bool = True, **settings: str) -> "Bench":
        await super().begin(carrier, printer, **settings)
        self.closing = await self.database.read(lambda conn: _act(conn, "close"))
        return self

    async def send(self, *scans: dict[str, Any]) -> list[str]:
        return await self.device.send(*scans)

    def undo(self, act: str | None = None) -> dict[str, Any]:
        return self.device.scan("pack", self.desk.task, "undo", of=act or self.closing)

    def label(self, key: str) -> dict[str, Any]:
        return self.device.scan("pack", self.desk.task, "label", key, parcel=self.desk.parcel)

    def close(self) -> dict[str, Any]:
        return self.desk.close(self.device)

    async def parcels(self) -> list[tuple[str | None, str, bool]]:
        """(number, state, only a label is left)"""
        rows = await self.database.read(lambda conn: conn.execute(sa.select(parcel).order_by(parcel.c.id)).all())
        return [(row.number, row.state, row.void_for_id is not None) for row in rows]

    async def consignments(self) -> list[tuple[str, str, bool]]:
        rows = await self.database.read(
            lambda conn: conn.execute(sa.select(consignment).order_by(consignment.c.id)).all()
        )
        return [(row.reference.rpartition("-")[2], row.state, row.voided_at is not None) for row in rows]

    async def jobs(self) -> list[tuple[str, str]]:
        rows = await self.database.read(lambda conn: conn.execute(sa.select(print_job).order_by(print_job.c.id)).all())
        return [(row.key, row.state) for row in rows]

    async def kinds(self) -> list[str]:
        return await self.database.read(
            lambda conn: list(conn.execute(sa.select(fact.c.kind).order_by(fact.c.id)).scalars())
        )

    def at_the_carrier(self) -> list[str]:
        return [each["state"] for each in self.partner.shipments.values()]

    async def check_books(self) -> None:
        found = await self.database.read(lambda conn: stock.verify(conn).differences)
        assert [] == found


def _act(conn: Connection, kind: str) -> str:
    statement = sa.text("SELECT uid FROM pack_act WHERE kind = :kind AND undone_at IS NULL ORDER BY id DESC")
    return str(uuid.UUID(str(conn.execute(statement, {"kind": kind}).scalars().first())))


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


@pytest.mark.parametrize(
    ("carrier", "at_carrier"),
    [("own_van", []), ("fake", ["VOID", "COMPLETE"])],
)
async def test_packed_again_with_a_new_number_and_a_new_label(
    bench: Bench, carrier: str, at_carrier: list[str]
) -> None:
    """The goods come back into the tote, the old label is void and not printed, the carrier has one shipment that lives."""
    await bench.begin(carrier)
    await bench.drain()
    assert ["ok"] == await bench.send(bench.undo())

    def apart(conn: Connection) -> None:
        assert {bench.desk.tea: 2, bench.desk.mug: 1} == lying(conn, bench.desk.tote)
        order = conn.execute(sa.select(sales_order)).one()
        assert ("in_work", None, None) == (order.state, order.checked_at, order.packed_at)
        assert ["picked"] == list(conn.execute(sa.select(wave_order.c.state)).scalars())

    await bench.database.read(apart)
    assert [(None, "open", False), ("P000001", "cancelled", True)] == await bench.parcels()
    assert [("label:P000001", "cancelled")] == await bench.jobs()
    assert ["ok"] == await bench.send(bench.close())
    await bench.drain()
    assert [("P000002", "labelled", False), ("P000001", "cancelled", True)] == await bench.parcels()
    assert [("1", "cancelled", True), ("2", "registered", False)] == await bench.consignments()
    assert at_carrier == bench.at_the_carrier()
    assert [("label:P000001", "cancelled"), ("label:P000002", "queued")] == await bench.jobs()
    assert 2 == (await bench.kinds()).count("OrderPacked")
    assert 1 == (await bench.kinds()).count("ConsignmentCancelled")
    await bench.check_books()


async def test_step_by_step_back_from_the_checked_label(bench: Bench) -> None:
    """First the label is to be scanned again, then the parcel is opened, then a piece is out; the rest stays checked."""
    await bench.begin("own_van")
    await bench.drain()
    assert ["ok"] == await bench.send(bench.label("parcel:P000001"))
    checked = await bench.database.read(lambda conn: _act(conn, "label"))
    piece = await bench.database.read(lambda conn: _act(conn, "check"))
    told = await bench.send(
        bench.undo(piece), bench.undo(checked), bench.undo(checked), bench.undo(), bench.undo(piece)
    )
    assert ["PARCEL_CLOSED", "ok", "NOTHING_TO_UNDO", "ok", "ok"] == told
    assert [(None, "open", False), ("P000001", "cancelled", True)] == await bench.parcels()
    told_of = {"LabelCheckUndone", "ParcelReopened", "LabelsVoided", "CheckUndone"}
    assert sorted(told_of) == sorted(kind for kind in await bench.kinds() if kind in told_of)
    await bench.check_books()


async def test_void_label_is_refused_at_bench_and_dock(bench: Bench) -> None:
    """With its own code, and with the number that is valid: on the parcel, as work, and on the carrier's list."""
    await bench.begin("fake")
    await bench.drain()
    old = "track:FK000000014CZ"
    await bench.send(bench.undo(), bench.close())
    await bench.drain()
    assert ["LABEL_VOID", "LABEL_VOID"] == await bench.send(bench.label(old), bench.label("parcel:P000001"))
    asker = Asker(person_id=bench.device.person_id, device_id=bench.device.device_id)
    for key in (old, "parcel:P000001"):
        with pytest.raises(Conflict) as refused:
            await bench.database.read(
                lambda conn, key=key: flow.get(conn, {"station": bench.desk.station, "key": key}, asker, AT)
            )
        assert ("LABEL_VOID", {"parcel": "P000001", "valid": "P000002"}) == (
            refused.value.code, refused.value.extra["refusal"]["values"],
        )  # fmt: skip
    number = await bench.database.write(lambda conn: open_handover(conn, "fake", "2026-03-02", AT, SYSTEM))
    load = bench.device.scan("handover", f"handover:{number}", "parcel", "parcel:P000001")
    assert ["LABEL_VOID"] == await bench.send(load)
    listed = await bench.database.read(lambda conn: read_list(conn, number))
    assert listed is not None
    assert {"number": "P000001", "valid": "P000002"} == listed["void"]["parcel:P000001"]


async def test_loaded_parcel_comes_off_the_open_list(bench: Bench) -> None:
    """Undone while it stands in the vehicle: the list is without it; once signed, nothing can be undone."""
    await bench.begin("own_van")
    await bench.drain()
    number = await bench.database.write(lambda conn: open_handover(conn, "own_van", "2026-03-02", AT, SYSTEM))

    def load(key: str) -> dict[str, Any]:
        return bench.device.scan("handover", f"handover:{number}", "parcel", key)

    assert ["ok", "ok"] == await bench.send(bench.label("parcel:P000001"), load("parcel:P000001"))
    assert ["ok"] == await bench.send(bench.undo())
    found = await bench.database.read(
        lambda conn: list(conn.execute(sa.select(handover_scan.c.outcome).order_by(handover_scan.c.id)).scalars())
    )
    assert ["loaded", "removed"] == found
    closing = bench.close()
    assert ["ok"] == await bench.send(closing)
    await bench.drain()
    assert ["ok", "ok"] == await bench.send(bench.label("parcel:P000002"), load("parcel:P000002"))
    checked = await bench.database.read(lambda conn: _act(conn, "label"))

    def sign(conn: Connection) -> None:
        row = handovers.find_handover(conn, number)
        seen = handovers.hash_now(conn, row, handovers.loaded_parcels(conn, number))
        handovers.sign(conn, number, handovers.Signature(name="Pavel", content_hash=seen), AT, SYSTEM)

    await bench.database.write(sign)
    told = await bench.send(bench.undo(checked), bench.undo(closing["act"]))
    assert ["PARCEL_HANDED_OVER", "PARCEL_HANDED_OVER"] == told
    await bench.check_books()


async def test_two_parcels_are_booked_together_and_void_together(bench: Bench) -> None:
    """One parcel is opened; the other stays closed under a new number, and both are booked anew with 1 of 2 and 2 of 2."""
    await bench.begin("fake")
    mug = await bench.database.read(lambda conn: _act(conn, "check"))
    other = str(uuid.uuid4())
    first = bench.undo(), bench.undo(mug), bench.desk.close(bench.device, last=False)
    told = await bench.send(*first)
    second = [*bench.desk.pieces(bench.device, MUG, parcel=other), bench.desk.close(bench.device, parcel=other)]
    assert ["ok"] * 5 == [*told, *await bench.send(*second)]
    await bench.drain()
    before = [number for number, state, _ in await bench.parcels() if state == "labelled"]
    assert 2 == len(before)
    assert ["ok"] == await bench.send(bench.undo(second[-1]["act"]))
    after = {state: number for number, state, void in await bench.parcels() if not void}
    assert None is after["open"]
    assert after["closed"] not in before
    assert ["ok"] == await bench.send(bench.desk.close(bench.device, parcel=other))
    await bench.drain()
    labelled = [number or "" for number, state, _ in await bench.parcels() if state == "labelled"]
    assert 2 == len(labelled)
    assert set(labelled).isdisjoint(before)
    assert ["VOID", "COMPLETE"] == bench.at_the_carrier()
    live = list(bench.partner.shipments.values())[1]
    assert sorted(labelled) == sorted(each["reference"] for each in live["parcels"])
    await bench.check_books()


async def test_answer_that_comes_after_the_undo_is_cancelled(bench: Bench) -> None:
    """The bench is quicker than the carrier: what it books too late bears no label, and is cancelled at once."""
    await bench.begin("fake")
    await _drain_with(bench, bench.undo())
    await bench.drain()
    assert [(None, "open", False), ("P000001", "cancelled", True)] == await bench.parcels()
    assert ["VOID"] == bench.at_the_carrier()
    assert [("1", "cancelled", True)] == await bench.consignments()
    assert [] == await bench.jobs()
    assert ["ok"] == await bench.send(bench.close())
    await bench.drain()
    assert ["VOID", "COMPLETE"] == bench.at_the_carrier()
    assert [("label:P000002", "queued")] == await bench.jobs()


async def test_answer_that_comes_when_it_is_packed_again(bench: Bench) -> None:
    """Undone and closed anew before the carrier has answered once: one shipment lives, and it is the new one."""
    await bench.begin("fake")
    await _drain_with(bench, bench.undo(), bench.close())
    await bench.drain()
    assert ["COMPLETE"] == [state for state in bench.at_the_carrier() if state != "VOID"]
    assert [("label:P000002", "queued")] == await bench.jobs()
    assert [("1", "cancelled", True), ("2", "registered", False)] == await bench.consignments()
    assert [] == await bench.holds()


async def test_refusal_that_comes_after_the_undo_holds_nobody(bench: Bench) -> None:
    """What the carrier said of the old parcel is no concern of the new one, which is booked and labelled."""
    await bench.begin("fake")
    bench.partner.mode = "refuse"
    await _drain_with(bench, bench.undo(), bench.close())
    await bench.drain()
    assert [] == await bench.holds()
    assert ["P000002"] == [number for number, state, _ in await bench.parcels() if state == "labelled"]
    assert ["COMPLETE"] == [state for state in bench.at_the_carrier() if state != "VOID"]


async def test_booking_of_which_nobody_knows_is_found_and_cancelled(bench: Bench) -> None:
    """The worker is killed between asking and writing down: the carrier has a shipment, and after the undo none."""
    await bench.begin("fake")
    await bench.drain()

    def forget(conn: Connection) -> None:
        conn.execute(sa.update(consignment).values(state="draft", remote_id=None, registered_at=None))

    await bench.database.write(forget)
    await bench.send(bench.undo())
    await bench.drain()
    assert ["VOID"] == bench.at_the_carrier()
    assert [("1", "cancelled", True)] == await bench.consignments()


@pytest.mark.parametrize("mode", ["down", "silent"])
async def test_carrier_out_of_reach_is_told_later(bench: Bench, mode: Any) -> None:
    """The undo does not wait for it, nor does packing again; what is void is cancelled when it is back."""
    await bench.begin("fake")
    await bench.drain()
    bench.partner.mode = mode
    await bench.send(bench.undo(), bench.close())
    await bench.drain()
    assert ["COMPLETE"] == bench.at_the_carrier()
    bench.partner.mode = "ok"
    await bench.drain()
    await bench.drain()
    assert ["VOID", "COMPLETE"] == bench.at_the_carrier()
    assert ["P000002"] == [number for number, state, _ in await bench.parcels() if state == "labelled"]


async def _parked(bench: Bench) -> list[tuple[int, str]]:
    def read(conn: Connection) -> list[tuple[int, str]]:
        rows = conn.execute(sa.select(journal.delivery).where(journal.delivery.c.state == "parked"))
        return [(row.id, row.parked_reason) for row in rows]

    return await bench.database.read(read)


async def test_carrier_that_keeps_it_is_a_trouble_of_the_office(bench: Bench) -> None:
    """The parcel is void here all the same and packed again; the office sees the carrier's words and tries once more."""
    await bench.begin("fake")
    await bench.drain()
    bench.partner.mode = "keep"
    await bench.send(bench.undo(), bench.close())
    await bench.drain()
    ((number, reason),) = await _parked(bench)
    assert "on its way to be collected" in reason
    assert 1 == (await bench.kinds()).count("ConsignmentNotCancelled")
    assert ["COMPLETE", "COMPLETE"] == bench.at_the_carrier()
    assert ["P000002"] == [each for each, state, _ in await bench.parcels() if state == "labelled"]
    bench.partner.mode = "ok"
    await bench.database.write(lambda conn: outbox.retry(conn, number, clock.now()))
    await bench.drain()
    assert ["VOID", "COMPLETE"] == bench.at_the_carrier()
    assert [] == await _parked(bench)


async def test_carrier_that_takes_no_cancellations(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The office settles it by telephone, and closes it by trying again; nothing is asked of the carrier."""
    await bench.begin("fake")
    without = replace(fake.CARRIER, cancel=None)
    monkeypatch.setattr(store, "carrier_of", lambda _: without)
    await bench.drain()
    await bench.send(bench.undo())
    await bench.drain()
    ((number, reason),) = await _parked(bench)
    assert "takes no cancellations; settle it with the carrier" in reason
    assert "FS000001" in reason
    await bench.database.write(lambda conn: outbox.retry(conn, number, clock.now()))
    await bench.drain()
    assert [] == await _parked(bench)
    assert [("1", "cancelled", True)] == await bench.consignments()
    assert ["COMPLETE"] == bench.at_the_carrier()


async def test_undo_after_a_refusal_that_the_office_has_put_right(bench: Bench) -> None:
    """The first booking stays no trouble once the order was booked otherwise, and does not stand in the way of the next."""
    await bench.begin("fake")
    bench.partner.mode = "refuse"
    await bench.drain()
    bench.partner.mode = "ok"
    await bench.database.write(
        lambda conn: orders.release_hold(conn, bench.desk.order_id, "CARRIER_REFUSED", clock.now())
    )
    await bench.drain()
    assert [] == await _parked(bench)
    assert ["ok", "ok"] == await bench.send(bench.undo(), bench.close())
    await bench.drain()
    assert ["P000002"] == [each for each, state, _ in await bench.parcels() if state == "labelled"]
    assert ["VOID", "COMPLETE"] == bench.at_the_carrier()


async def test_tote_that_serves_another_order_is_left_alone(bench: Bench) -> None:
    """Hours later the tote carries other goods: what comes back lies on the bench, and is packed from there."""
    await bench.begin("own_van")
    await bench.drain()

    def reuse(conn: Connection) -> int:
        order_id, _ = pick_order(conn, {bench.desk.tea: 1})
        tote = stock.location_by_key(conn, f"tote:{bench.desk.tote}")
        assert tote is not None
        conn.execute(sa.update(wave_order).where(wave_order.c.order_id == order_id).values(tote_id=tote.id))
        return tote.id

    tote_id = await bench.database.write(reuse)
    assert ["ok"] == await bench.send(bench.undo())

    def look(conn: Connection) -> dict[int, int]:
        assert {} == lying(conn, bench.desk.tote)
        rows = conn.execute(sa.select(wave_order.c.order_id).where(wave_order.c.tote_id == tote_id)).scalars()
        assert [bench.desk.order_id] != list(rows)
        place = conn.execute(
            sa.select(wave_order.c.tote_id).where(wave_order.c.order_id == bench.desk.order_id)
        ).scalar_one()
        return lying(conn, code_of(conn, place))

    assert {bench.desk.tea: 2, bench.desk.mug: 1} == await bench.database.read(look)
    assert ["ok"] == await bench.send(bench.close())
    await bench.check_books()
    corrected = sa.text("SELECT count(*) FROM move WHERE reason = 'found_at_packing'")
    assert 0 == await bench.database.read(lambda conn: conn.execute(corrected).scalar_one())


async def test_any_device_can_undo_what_the_bundle_tells(bench: Bench) -> None:
    """A finished parcel's label opens its order again at a bench, with every act in its order, until it has left."""
    await bench.begin("own_van")
    await bench.drain()
    await bench.send(bench.label("parcel:P000001"))
    asker = Asker(person_id=bench.device.person_id, device_id=bench.device.device_id)
    request = {"station": bench.desk.station, "key": "parcel:P000001"}
    bundle = await bench.database.read(lambda conn: flow.get(conn, request, asker, AT))
    assert bundle is not None
    assert ["check", "check", "close", "label"] == [each["kind"] for each in bundle["acts"]]
    assert {} == bundle["void"]
    assert await bench.database.read(lambda conn: flow.read(conn, bench.desk.task)) is None
    await bench.send(bench.undo(bundle["acts"][-1]["act"]), bench.undo(bundle["acts"][-2]["act"]))
    after = await bench.database.read(lambda conn: flow.read(conn, bench.desk.task))
    assert after is not None
    assert ["check", "check"] == [each["kind"] for each in after["acts"]]
    assert {"parcel:P000001": {"number": "P000001", "parcel": bench.desk.parcel}} == after["void"]
    left = "UPDATE parcel SET state = 'dispatched'"
    await bench.database.write(lambda conn: conn.execute(sa.text(left)))
    await bench.database.write(lambda conn: conn.execute(sa.update(sales_order).values(state="packed")))
    assert await bench.database.read(lambda conn: flow.read(conn, bench.desk.task)) is None


async def _drain_with(bench: Bench, *scans: dict[str, Any]) -> None:
    """Drain; the bench sends these while the answer to the booking is on its way."""
    partner, waiting = transport(bench.partner), list(scans)

    async def answer(request: httpx.Request) -> httpx.Response:
        answered = partner.handler(request)
        assert isinstance(answered, httpx.Response)
        if waiting and (request.method, request.url.path) == ("POST", "/v1/shipments"):
            bench.partner.mode = "ok"
            assert ["ok"] * len(scans) == await bench.send(*waiting)
            waiting.clear()
        return answered

    reactions = {name: reaction for named in REACTIONS.values() for name, reaction in named.items()}
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        await outbox.Outbox(bench.database, reactions, client).drain()
