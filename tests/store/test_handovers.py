"""The dock on both engines: one carrier's list, loaded from two sides, signed once, chained by its hash."""

import asyncio
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.outbound.flows import handovers as flow
from backend.outbound.handover import broken_link, content_hash
from backend.outbound.store import courier
from backend.outbound.store import handovers as store
from backend.outbound.tables import handover, handover_scan, parcel
from backend.outbound.views import handovers as views
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Conflict, NotFound, Problem
from backend.platform.journal import fact
from backend.shipping.tables import consignment
from backend.stock import api as stock
from tests.outbound.chain import drain, reacting
from tests.store.dock_floor import Dock, own_code


@pytest.fixture(autouse=True)
def _reactions() -> Iterator[None]:
    with reacting():
        yield


@pytest.fixture
async def dock(database: Database) -> Dock:
    return await Dock(database).begin()


async def test_the_signature_dispatches_parcels_goods_and_orders(dock: Dock) -> None:
    """Not the label but this event: goods leave the ledger's house, orders are dispatched, the paper is kept."""
    keys = [*await dock.packed(), *await dock.packed(parcels=2)]
    number = await dock.open()
    assert ["ok"] * 3 == await dock.load(number, *keys)
    assert ["packed", "packed"] == await dock.order_states()
    told = await dock.sign(number)
    assert (3, 0) == (told.parcels, told.missing)
    assert ["dispatched", "dispatched"] == await dock.order_states()
    await drain(dock.database, dock.partner)

    def look(conn: Connection) -> None:
        assert ["dispatched"] * 3 == list(conn.execute(sa.select(parcel.c.state)).scalars())
        assert {"handed_over"} == set(conn.execute(sa.select(consignment.c.state)).scalars())
        kinds = list(conn.execute(sa.select(fact.c.kind)).scalars())
        assert 2 == kinds.count("OrderDispatched")
        assert kinds.index("HandoverSigned") < kinds.index("OrderDispatched")
        docks = stock.balances_at(conn, [place.id for place in stock.locations_of_kind(conn, ["dispatch", "packing"])])
        assert {} == docks
        assert [] == stock.verify(conn).differences
        document = views.document_of(conn, number)
        assert document is not None
        assert document.startswith(b"%PDF")

    await dock.database.read(look)


async def test_an_order_goes_with_its_last_parcel(dock: Dock) -> None:
    """One of two parcels stays behind: the order waits for the next list, which takes it."""
    first, second = await dock.packed(parcels=2)
    number = await dock.open()
    await dock.load(number, first)
    with pytest.raises(Conflict) as refused:
        await dock.sign(number)
    assert ("PARCELS_MISSING", 1) == (refused.value.code, refused.value.extra["missing"])
    await dock.sign(number, missing_confirmed=True)
    assert ["packed"] == await dock.order_states()
    following = await dock.open()
    assert following != number
    assert ["ok"] == await dock.load(following, second)
    await dock.sign(following)
    assert ["dispatched"] == await dock.order_states()


async def test_only_parcels_of_the_carrier_with_a_checked_label(dock: Dock) -> None:
    """Foreign and unchecked parcels are refused and stay in sight as extra; the same twice counts once."""
    (mine,) = await dock.packed()
    (foreign,) = await dock.packed("fake")
    (unchecked,) = await dock.packed(checked=False)
    number = await dock.open()
    assert [
        "ok",
        "ALREADY_LOADED",
        "WRONG_CARRIER",
        "PARCEL_NOT_PACKED",
        "PARCEL_UNKNOWN",
        "WRONG_KIND",
    ] == await dock.load(number, mine, mine, foreign, unchecked, "parcel:P999999", "tote:T-001")
    seen = await dock.view(number)
    assert (1, 1, 0) == (seen.expected, seen.loaded, seen.missing)
    extras = {extra.outcome: extra for extra in seen.extras}
    assert {"wrong_carrier", "not_packed", "unknown"} == set(extras)
    assert "Zkušební dopravce" == extras["wrong_carrier"].carrier


async def test_both_sides_load_the_same_list(dock: Dock) -> None:
    """What the courier's phone has loaded is refused as loaded here, and the other way round."""
    first, second = await dock.packed(parcels=2)
    number = await dock.open()

    def by_courier(text: str) -> Any:
        return dock.database.write(lambda conn: flow.scan_by_courier(conn, number, text, clock.now()))

    text = await dock.database.read(lambda conn: own_code(conn, first))
    assert (await by_courier(text)).refusal is None
    assert ["ALREADY_LOADED", "ok"] == await dock.load(number, first, second)
    assert (
        "ALREADY_LOADED"
        == (await by_courier(await dock.database.read(lambda conn: own_code(conn, second)))).refusal.code
    )
    sides = await dock.database.read(
        lambda conn: conn.execute(sa.select(parcel.c.loaded_side).order_by(parcel.c.position)).scalars().all()
    )
    assert ["courier", "warehouse"] == list(sides)


async def test_undo_takes_a_parcel_out_of_the_vehicle(dock: Dock) -> None:
    """It is missing again, may be loaded again, and cannot be taken out twice."""
    (key,) = await dock.packed()
    number = await dock.open()
    scan = dock.device.scan("handover", f"handover:{number}", "parcel", key)
    assert ["ok"] == await dock.device.send(scan)
    undo = [dock.device.scan("handover", f"handover:{number}", "undo", of=scan["act"]) for _ in range(2)]
    assert ["ok", "NOTHING_TO_UNDO"] == await dock.device.send(*undo)
    assert (0, 1) == ((await dock.view(number)).loaded, (await dock.view(number)).missing)
    assert ["ok"] == await dock.load(number, key)
    outcomes = await dock.database.read(
        lambda conn: conn.execute(sa.select(handover_scan.c.outcome).order_by(handover_scan.c.id)).scalars().all()
    )
    assert ["loaded", "removed", "loaded"] == list(outcomes)


async def test_a_signature_stands_under_the_list_that_was_shown(dock: Dock) -> None:
    """A parcel loaded after the list was shown makes the signature void, and the new hash is told."""
    first, second = await dock.packed(parcels=2)
    number = await dock.open()
    await dock.load(number, first)
    shown = (await dock.view(number)).content_hash
    await dock.load(number, second)
    with pytest.raises(Conflict) as refused:
        await dock.sign(number, content_hash=shown)
    assert "LIST_CHANGED" == refused.value.code
    assert (await dock.view(number)).content_hash == refused.value.extra["content_hash"]


async def test_nothing_is_added_after_the_signature(dock: Dock) -> None:
    """Neither by a scan, nor by a link, nor by a second signature."""
    (key,) = await dock.packed()
    number = await dock.open()
    await dock.load(number, key)
    await dock.sign(number)
    assert ["HANDOVER_SIGNED"] == await dock.load(number, key)
    for again in (
        lambda: dock.sign(number),
        lambda: dock.database.write(lambda conn: courier.make_link(conn, number, clock.now())),
    ):
        with pytest.raises(Conflict) as refused:
            await again()
        assert "HANDOVER_SIGNED" == refused.value.code


async def test_an_empty_list_is_not_signed(dock: Dock) -> None:
    """A signature under nothing would open the chain to anybody."""
    number = await dock.open()
    with pytest.raises(Conflict) as refused:
        await dock.sign(number)
    assert "NOTHING_LOADED" == refused.value.code


async def test_signed_lists_form_a_chain(dock: Dock) -> None:
    """Each hash covers the one before; a parcel slipped into an old list breaks it at that list."""
    for _ in range(2):
        (key,) = await dock.packed()
        number = await dock.open()
        await dock.load(number, key)
        await dock.sign(number)
    chain = await dock.database.read(lambda conn: store.read_chain(conn, "own_van"))
    assert [None, chain[0].content_hash] == [each.previous_hash for each in chain]
    assert None is broken_link(chain)
    first = chain[0]
    assert first.content_hash == content_hash(first.number, "own_van", first.parcels, first.weight_g, None)
    await dock.database.write(
        lambda conn: conn.execute(sa.update(parcel).where(parcel.c.number == "P000001").values(number="P000777"))
    )
    broken = broken_link(await dock.database.read(lambda conn: store.read_chain(conn, "own_van")))
    assert broken is not None
    assert first.number == broken.number


async def test_one_open_list_for_a_carrier(dock: Dock) -> None:
    """Docks that open at the same moment share a list."""
    numbers = await asyncio.gather(*[dock.open() for _ in range(6)])
    assert 1 == len(set(numbers))
    assert numbers[0] != await dock.open("fake")


async def test_two_signatures_at_once(dock: Dock) -> None:
    """One counts, the other is told; the goods leave once."""
    (key,) = await dock.packed()
    number = await dock.open()
    await dock.load(number, key)
    shown = (await dock.view(number)).content_hash
    outcomes = await asyncio.gather(*[dock.sign(number, content_hash=shown) for _ in range(4)], return_exceptions=True)
    assert 1 == sum(not isinstance(each, Exception) for each in outcomes)
    assert {"HANDOVER_SIGNED"} == {each.code for each in outcomes if isinstance(each, Problem)}
    assert [] == await dock.database.read(lambda conn: stock.verify(conn).differences)


async def test_a_link_is_short_lived_and_spent_once(dock: Dock) -> None:
    """Ninety seconds to open, one session of a quarter of an hour; a new link ends the one before."""
    number = await dock.open()
    now = clock.now()
    write = dock.database.write
    old, _ = await write(lambda conn: courier.make_link(conn, number, now))
    token, until = await write(lambda conn: courier.make_link(conn, number, now))
    assert 90 == (until - now).total_seconds()
    for secret, at in ((old, now), (token, until)):
        with pytest.raises(NotFound):
            await write(lambda conn, secret=secret, at=at: courier.open_link(conn, secret, at))
    session, over = await write(lambda conn: courier.open_link(conn, token, now))
    assert 15 * 60 == (over - now).total_seconds()
    with pytest.raises(NotFound):
        await write(lambda conn: courier.open_link(conn, token, now))
    assert number == await write(lambda conn: courier.id_of_session(conn, session, now))
    with pytest.raises(Problem) as refused:
        await write(lambda conn: courier.id_of_session(conn, session, over))
    assert (401, "SESSION_OVER") == (refused.value.status, refused.value.code)
    kept = await dock.database.read(lambda conn: conn.execute(sa.select(handover.c.session_hash)).scalar_one())
    assert session not in kept


async def test_the_paper_shows_the_hash_that_was_signed(dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored, shown to both sides and printed are one; the time is that of the shop's zone, whatever a setting says."""
    monkeypatch.setenv("RAMPA_ZONE", "Asia/Tokyo")
    await dock.database.write(lambda conn: catalog.write_setting(conn, "shop", {"zone": "America/New_York"}))
    (key,) = await dock.packed()
    number = await dock.open()
    assert ["ok"] == await dock.load(number, key)
    shown = await dock.database.read(lambda conn: views.read_for_courier(conn, number))
    await dock.sign(number)
    await drain(dock.database, dock.partner)

    seen = await dock.view(number)
    document = await dock.database.read(lambda conn: views.document_of(conn, number))
    assert document is not None
    words = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(document))
    assert seen.signed_at is not None
    assert shown.content_hash == seen.content_hash
    assert seen.content_hash in words.replace("\n", "").replace("\r", "")
    assert seen.signed_at.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%H:%M") in words
