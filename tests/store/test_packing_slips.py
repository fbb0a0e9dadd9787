"""Packing slips in the print queue: behind the label of their parcel, once, where the settings and printers say so."""

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.outbound.packing_slip import SETTING
from backend.platform import clock, outbox
from backend.platform.database import Database
from backend.platform.journal import delivery
from backend.print_queue import api as printing
from backend.print_queue.tables import print_content, print_job
from backend.shipping.fake_partner import FakePartner
from tests.outbound.bench import Device
from tests.outbound.chain import drain, reacting, set_up_carriers, set_up_printer
from tests.store.test_packs import CASE, MUG, Desk


@pytest.fixture(autouse=True)
def _reactions() -> Iterator[None]:
    with reacting():
        yield


def add_paper_printer(conn: Connection, station: str) -> None:
    printing.save_printer(conn, "A4", "agent", name="Papers", driver="pdf", transport="folder", address="papers")
    printing.save_route(conn, station, "paper", "A4")


async def pack(database: Database, station: str | None, setting: dict[str, Any] | None = None) -> list[sa.Row]:
    """Packs an order at a bench whose paper printer stands at `station` (None: nowhere); the print jobs, in order."""

    def work(conn: Connection) -> Desk:
        set_up_carriers(conn)
        set_up_printer(conn)
        if station is not None:
            add_paper_printer(conn, station)
        if setting is not None:
            catalog.write_setting(conn, SETTING, setting)
        return Desk(conn)

    desk = await database.write(work)
    device = await Device(database).enrol()
    assert ["ok"] * 3 == await device.send(*desk.pieces(device, CASE, MUG), desk.close(device))
    await drain(database, FakePartner())
    return await jobs(database)


async def jobs(database: Database) -> list[sa.Row]:
    joined = sa.select(print_job, print_content.c.content).join(
        print_content, print_content.c.id == print_job.c.content_id
    )
    return await database.read(lambda conn: list(conn.execute(joined.order_by(print_job.c.id))))


async def test_the_slip_comes_behind_its_label(database: Database) -> None:
    """With a printer for paper at the bench, and nothing else set: one PDF in one group with the label."""
    label, slip = await pack(database, "*")

    words = pypdfium2.PdfDocument(slip.content)[0].get_textpage().get_text_range()
    assert (("label", "parcel"), ("paper", "packing-slip")) == (
        (label.paper_kind, label.template), (slip.paper_kind, slip.template),
    )  # fmt: skip
    assert (label.sequence_group, label.station, label.about) == (slip.sequence_group, slip.station, slip.about)
    assert "Dodací list" in words
    assert label.title.split()[1] in words


async def test_without_a_paper_printer_there_is_only_the_label(database: Database) -> None:
    assert ["label"] == [job.paper_kind for job in await pack(database, None)]
    assert ["done"] == sorted(set(await states(database)))


async def states(database: Database) -> list[str]:
    return await database.read(lambda conn: list(conn.execute(sa.select(delivery.c.state)).scalars()))


async def test_a_printer_of_another_bench_is_not_used(database: Database) -> None:
    assert ["label"] == [job.paper_kind for job in await pack(database, "ELSEWHERE")]


async def test_a_setting_may_forbid_it(database: Database) -> None:
    assert ["label"] == [job.paper_kind for job in await pack(database, "*", {"print": "never"})]


async def test_a_slip_that_must_be_but_has_no_printer_is_a_trouble_to_retry(database: Database) -> None:
    """The delivery is parked with what to set up; after that a person tries again, and it comes out once."""
    before = await pack(database, None, {"print": "always"})
    parked = await database.read(
        lambda conn: conn.execute(sa.select(delivery).where(delivery.c.state == "parked")).one()
    )

    def mend(conn: Connection) -> None:
        add_paper_printer(conn, "*")
        assert outbox.retry(conn, parked.id, clock.now())

    await database.write(mend)
    await drain(database, FakePartner())
    after = await jobs(database)

    assert "set one in the office" in parked.parked_reason
    assert (["label"], ["label", "paper"]) == ([job.paper_kind for job in before], [job.paper_kind for job in after])
