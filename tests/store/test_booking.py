"""From the packed order to the label: the carrier is asked once, whatever happens on the way."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders import api as orders
from backend.orders.tables import order_hold, sales_order
from backend.outbound.tables import parcel
from backend.platform import clock, journal
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.print_queue.tables import print_content, print_job, printer
from backend.shipping import reactions
from backend.shipping.fake_partner import FakePartner, Mode
from backend.shipping.tables import consignment, extra_label
from printing.protocol import Demand
from printing.verify import read_back
from tests.outbound.bench import Device
from tests.outbound.chain import drain, reacting, set_up_carriers, set_up_printer
from tests.store.test_packs import CASE, MUG, Desk


@pytest.fixture(autouse=True)
def _reactions() -> Iterator[None]:
    with reacting():
        yield


class Packed:
    """A packed order of a carrier, a printer for its bench, and the carrier's other side."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.partner = FakePartner()

    async def begin(self, carrier: str, printer: bool = True, **settings: str) -> "Packed":
        def work(conn: Connection) -> Desk:
            set_up_carriers(conn, **settings)
            if printer:
                set_up_printer(conn)
            desk = Desk(conn)
            conn.execute(sa.update(sales_order).values(carrier_code=carrier))
            return desk

        self.desk = await self.database.write(work)
        self.device = await Device(self.database).enrol()
        pieces = self.desk.pieces(self.device, CASE, MUG)
        assert ["ok"] * 3 == await self.device.send(*pieces, self.desk.close(self.device))
        return self

    async def drain(self) -> None:
        await drain(self.database, self.partner)

    async def one(self, table: sa.Table) -> sa.Row[Any]:
        return await self.database.read(lambda conn: conn.execute(sa.select(table)).one())

    async def count(self, table: sa.Table) -> int:
        return await self.database.read(
            lambda conn: conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        )

    async def holds(self) -> list[str]:
        return await self.database.read(
            lambda conn: list(
                conn.execute(sa.select(order_hold.c.code).where(order_hold.c.released_at.is_(None))).scalars()
            )
        )

    async def hold_values(self) -> dict[str, Any]:
        return (await self.one(order_hold)).values


@pytest.fixture
def packed(database: Database) -> Packed:
    return Packed(database)


async def test_own_van_labels_without_a_network(packed: Packed) -> None:
    """The parcel bears our own code, its route, and its label waits at the bench's printer with the code it must carry."""
    await packed.begin("own_van")
    packed.partner.mode = "down"
    await packed.drain()
    row, job = await packed.one(parcel), await packed.one(print_job)
    assert ("labelled", "parcel:P000001", None) == (row.state, row.label_code, row.tracking_number)
    assert ("label:P000001", packed.desk.station, f"order:{packed.desk.order_id}") == (job.key, job.station, job.about)
    assert any(code["text"].startswith("P.P000001.") for code in job.demands["codes"])
    booked = await packed.one(consignment)
    assert ("registered", "BRNO") == (booked.state, booked.parcels["P000001"]["route"])


async def test_fake_carrier_gives_its_number(packed: Packed) -> None:
    """The tracking number is on the parcel, and its scan key is what the bench will look for."""
    await packed.begin("fake")
    await packed.drain()
    row = await packed.one(parcel)
    assert ("labelled", "FK000000014CZ", "track:FK000000014CZ") == (row.state, row.tracking_number, row.label_code)


async def test_the_carriers_own_label_is_printed_untouched(packed: Packed) -> None:
    """Its bytes reach the queue as they came, and the agent finds the demanded code in them."""
    await packed.begin("fake", label="carrier")
    await packed.drain()
    content, job = await packed.one(print_content), await packed.one(print_job)
    assert content.content.startswith(b"^XA")
    demands = [Demand(code["symbology"], code["text"]) for code in job.demands["codes"]]
    assert [Demand("code128", "FK000000014CZ")] == demands
    assert [] == read_back(content.content, "zpl", 203, demands)


async def test_a_late_carrier_is_asked_again_under_one_reference(packed: Packed) -> None:
    """However often the import is looked at, the carrier holds one shipment and we one consignment."""
    await packed.begin("fake")
    packed.partner.mode = "late"
    for _ in range(4):
        await packed.drain()
    assert "labelled" == (await packed.one(parcel)).state
    assert 1 == len(packed.partner.shipments)
    assert 1 == await packed.count(consignment)
    assert 1 == await packed.count(print_job)


@pytest.mark.parametrize("mode", ["down", "silent"])
async def test_a_carrier_out_of_reach_loses_nothing(packed: Packed, mode: Mode) -> None:
    """While it is away the parcel waits closed, without a hold; when it is back the label comes."""
    await packed.begin("fake")
    packed.partner.mode = mode
    await packed.drain()
    assert "closed" == (await packed.one(parcel)).state
    assert [] == await packed.holds()
    packed.partner.mode = "ok"
    await packed.drain()
    assert "labelled" == (await packed.one(parcel)).state


async def test_a_refusal_holds_the_order_in_the_carriers_words(packed: Packed) -> None:
    """One try, a sentence with our names of the fields, and after the office has corrected the order a label."""
    await packed.begin("fake")
    await packed.database.write(lambda conn: conn.execute(sa.update(sales_order).values(zip="6")))
    await packed.drain()
    assert ["CARRIER_REFUSED"] == await packed.holds()
    booked = await packed.one(consignment)
    assert "refused" == booked.state
    assert "recipient.zip: 6 is not a postcode of CZ" in booked.refusal
    assert {"reason"} == (await packed.hold_values()).keys(), "the carrier's own words are not worded again"
    parked = await packed.database.read(
        lambda conn: conn.execute(
            sa.select(journal.delivery.c.attempts).where(journal.delivery.c.state == "parked")
        ).all()
    )
    assert [(1,)] == [tuple(row) for row in parked]

    def correct(conn: Connection) -> None:
        conn.execute(sa.update(sales_order).values(zip="602 00"))
        orders.release_hold(conn, packed.desk.order_id, "CARRIER_REFUSED", clock.now())

    await packed.database.write(correct)
    await packed.drain()
    assert ("labelled", []) == ((await packed.one(parcel)).state, await packed.holds())
    assert 1 == await packed.count(consignment)


async def test_a_wrong_account_is_told_and_not_tried_for_ever(packed: Packed) -> None:
    """Nobody is asked; the order is held with a sentence that names the carriers that exist."""
    await packed.begin("nobody")
    await packed.drain()
    assert ["CARRIER_REFUSED"] == await packed.holds()
    problem = (await packed.hold_values())["problem"]
    assert ("CARRIER_UNKNOWN", "nobody") == (problem["code"], problem["got"])
    assert [] == packed.partner.requests


async def test_a_missing_printer_stops_only_the_paper(packed: Packed) -> None:
    """The parcel is labelled in the books; once a printer is set up the label is queued on request, once."""
    await packed.begin("own_van", printer=False)
    await packed.drain()
    assert "labelled" == (await packed.one(parcel)).state
    assert 0 == await packed.count(print_job)
    with pytest.raises(Conflict) as refused:
        await packed.database.write(lambda conn: reactions.queue_again(conn, "P000001", "", clock.now()))
    assert "NO_ROUTE" == refused.value.code
    await packed.database.write(set_up_printer)
    jobs = [
        await packed.database.write(lambda conn: reactions.queue_again(conn, "P000001", "", clock.now()))
        for _ in range(2)
    ]
    assert jobs[0] == jobs[1]
    assert 1 == await packed.count(print_job)


async def test_cancelling_a_booked_order_tells_the_carrier(packed: Packed) -> None:
    """The parcel may not leave, and the carrier will not come for it."""
    await packed.begin("fake")
    await packed.drain()
    await packed.database.write(lambda conn: orders.cancel(conn, [packed.desk.order_id], "buyer", clock.now()))
    await packed.drain()
    assert "cancelled" == (await packed.one(parcel)).state
    assert "cancelled" == (await packed.one(consignment)).state
    assert ["VOID"] == [each["state"] for each in packed.partner.shipments.values()]


async def test_the_label_is_checked_on_its_own_parcel(packed: Packed) -> None:
    """The right label verifies the parcel, another one does not."""
    await packed.begin("fake")
    await packed.drain()
    desk, device = packed.desk, packed.device
    swapped = device.scan("pack", desk.task, "label", "track:FK000000028CZ", parcel=desk.parcel)
    right = device.scan("pack", desk.task, "label", "track:FK000000014CZ", parcel=desk.parcel)
    assert ["LABEL_OF_OTHER_PARCEL", "ok"] == await device.send(swapped, right)
    row = await packed.one(parcel)
    assert "verified" == row.state
    assert row.label_verified_at is not None


async def test_printer_of_dots_gets_dots(packed: Packed) -> None:
    """A bench whose printer speaks no ZPL gets the parcel's label as a 1-bit picture that carries the same codes."""
    await packed.begin("own_van")
    await packed.database.write(lambda conn: conn.execute(sa.update(printer).values(driver="tspl")))
    await packed.drain()
    content, job = await packed.one(print_content), await packed.one(print_job)
    assert ("png1", content.content[:8]) == (job.format, b"\x89PNG\r\n\x1a\n")
    demands = [Demand(code["symbology"], code["text"]) for code in job.demands["codes"]]
    assert [] == read_back(content.content, "png1", 203, demands)


async def test_customer_gets_the_labels_that_it_wishes(packed: Packed) -> None:
    """A wish of the channel for all goods: a label for every two pieces with the customer's own number, printed once."""
    await packed.begin("own_van")

    def wish(conn: Connection) -> None:
        order = conn.execute(sa.select(sales_order)).one()
        row = {
            "merchant_id": order.merchant_id,
            "channel_id": order.channel_id,
            "customer_sku": "4711",
            "pieces_per_label": 2,
        }
        conn.execute(sa.insert(extra_label).values(**row))
        conn.execute(sa.insert(extra_label).values(row | {"customer": "somebody else", "customer_sku": "0815"}))

    await packed.database.write(wish)
    await packed.drain()

    def jobs(conn: Connection) -> list[sa.Row[Any]]:
        return list(conn.execute(sa.select(print_job).where(print_job.c.template == "customer")))

    found = await packed.database.read(jobs)
    assert found
    assert {("4711",)} == {tuple(code["text"] for code in job.demands["codes"]) for job in found}
    assert {"goods_label"} == {job.paper_kind for job in found}


async def test_wish_that_cannot_be_printed_stops_no_parcel(packed: Packed) -> None:
    """A wished code that its bars cannot carry is told on the order; the parcel has its own label all the same."""
    await packed.begin("own_van")

    def wish(conn: Connection) -> None:
        order = conn.execute(sa.select(sales_order)).one()
        row = {"merchant_id": order.merchant_id, "code": "ABC", "symbology": "ean13"}
        conn.execute(sa.insert(extra_label).values(**row))

    await packed.database.write(wish)
    await packed.drain()
    told = await packed.database.read(
        lambda conn: list(
            conn.execute(sa.select(journal.fact.c.payload).where(journal.fact.c.kind == "LabelNotQueued"))
        )
    )
    assert "13 digits" in told[0].payload["reason"]
    assert "code-content" == told[0].payload["problem"]["code"]
    assert "labelled" == (await packed.one(parcel)).state
