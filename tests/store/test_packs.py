"""The bench on both engines: scans go through the real intake, the ledger must explain every piece afterwards."""

import asyncio
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders import api as orders
from backend.orders.tables import order_hold, order_line, sales_order
from backend.outbound.flows import packs as flow
from backend.outbound.store.shortages import go_on_after_short
from backend.outbound.tables import pack_act, parcel, parcel_content, pick, wave, wave_order
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.platform.journal import fact
from backend.scanning.protocol import Asker
from backend.stock import api as stock
from backend.stock.tables import balance, location
from tests.builders import create_channel, create_location, create_merchant, create_product, stock_up
from tests.outbound.bench import AT, Device, create_carton, create_station, pick_order


class Desk:
    """Two teas and one mug of one order in its tote, a bench, a carton, a dock."""

    def __init__(self, conn: Connection, allocation: str = "all_or_nothing") -> None:
        channel_id = create_channel(conn, create_merchant(conn, allocation=allocation))
        merchant_id = conn.execute(
            sa.text("SELECT merchant_id FROM channel WHERE id = :id"), {"id": channel_id}
        ).scalar()
        self.tea = create_product(conn, merchant_id, keys={"gtin:09520000000011": 1, "gtin:19520000000018": 2})
        self.mug = create_product(conn, merchant_id, keys={"gtin:09520000000028": 1})
        self.order_id, self.tote = pick_order(conn, {self.tea: 2, self.mug: 1}, channel_id=channel_id)
        self.task = f"pack:{self.order_id}"
        self.station = create_station(conn)
        create_carton(conn)
        self.dock = create_location(conn, kind="dispatch")
        rows = conn.execute(
            sa.select(order_line.c.id).where(order_line.c.order_id == self.order_id).order_by(order_line.c.id)
        )
        self.tea_line, self.mug_line = rows.scalars()
        self.parcel = str(uuid.uuid4())

    def pieces(self, device: Device, *keys: str, parcel: str | None = None) -> list[dict[str, Any]]:
        inside = {"parcel": parcel or self.parcel, "station": self.station}
        return [device.scan("pack", self.task, "product", key, **inside) for key in keys]

    def close(self, device: Device, *, last: bool = True, parcel: str | None = None, **body: Any) -> dict[str, Any]:
        full = {
            "parcel": parcel or self.parcel,
            "carton": "carton:K1",
            "weight_g": 640,
            "station": self.station,
            "last": last,
        }
        return device.scan("pack", self.task, "close", **(full | body))

    def undo(self, device: Device, scan: dict[str, Any]) -> dict[str, Any]:
        return device.scan("pack", self.task, "undo", of=scan["act"])


TEA, CASE, MUG = "gtin:09520000000011", "gtin:19520000000018", "gtin:09520000000028"


async def begin(database: Database, **fields: Any) -> tuple[Desk, Device]:
    return await database.write(lambda conn: Desk(conn, **fields)), await Device(database).enrol()


def lying(conn: Connection, place: str) -> dict[int, int]:
    """Product -> pieces at a location code."""
    rows = conn.execute(
        sa.select(balance.c.product_id, balance.c.on_hand)
        .join(location, location.c.id == balance.c.location_id)
        .where(location.c.code == place, balance.c.on_hand > 0)
    )
    return {row.product_id: row.on_hand for row in rows}


def code_of(conn: Connection, location_id: int) -> str:
    return conn.execute(sa.select(location.c.code).where(location.c.id == location_id)).scalar_one()


def kinds(conn: Connection, order_id: int) -> list[str]:
    return list(
        conn.execute(sa.select(fact.c.kind).where(fact.c.about == f"order:{order_id}").order_by(fact.c.id)).scalars()
    )


async def test_last_piece_in_a_closed_parcel_packs_the_order(database: Database) -> None:
    """Check, person and time stand on the order; the goods left the tote for the dock; the wave is done."""
    desk, device = await begin(database)
    assert ["ok"] * 3 == await device.send(*desk.pieces(device, CASE, MUG), desk.close(device))

    def look(conn: Connection) -> None:
        order = conn.execute(sa.select(sales_order).where(sales_order.c.id == desk.order_id)).one()
        assert ("packed", "complete", device.person_id) == (order.state, order.check_result, order.checked_by)
        assert order.checked_at == AT
        assert order.packed_at is not None
        made = conn.execute(sa.select(parcel)).one()
        assert ("closed", 640, "P000001", desk.station) == (made.state, made.weight_g, made.number, made.station)
        assert {} == lying(conn, desk.tote)
        assert {desk.tea: 2, desk.mug: 1} == lying(conn, code_of(conn, desk.dock))
        assert ["done"] == list(conn.execute(sa.select(wave.c.state)).scalars())
        assert ["packed"] == list(conn.execute(sa.select(wave_order.c.state)).scalars())
        assert ["ParcelClosed", "CheckCompleted", "OrderPacked"] == kinds(conn, desk.order_id)
        assert [] == stock.verify(conn).differences

    await database.read(look)


async def test_no_order_is_packed_before_every_piece_is_checked(database: Database) -> None:
    """A closing that claims to be the last is refused while a line is open, and nothing moves."""
    desk, device = await begin(database)
    assert ["ok", "LINES_MISSING"] == await device.send(*desk.pieces(device, TEA), desk.close(device))

    def look(conn: Connection) -> None:
        assert {desk.tea: 2, desk.mug: 1} == lying(conn, desk.tote)
        assert ["open"] == list(conn.execute(sa.select(parcel.c.state)).scalars())
        assert 1 == conn.execute(sa.select(order_line.c.checked).where(order_line.c.id == desk.tea_line)).scalar_one()

    await database.read(look)


async def test_one_order_in_two_parcels(database: Database) -> None:
    """Each parcel takes its own goods, and the order is packed with the second."""
    desk, device = await begin(database)
    other = str(uuid.uuid4())
    first = [*desk.pieces(device, TEA), desk.close(device, last=False)]
    second = [*desk.pieces(device, TEA, MUG, parcel=other), desk.close(device, parcel=other)]
    assert ["ok"] * 5 == await device.send(*first, *second)

    def look(conn: Connection) -> None:
        rows = conn.execute(
            sa.select(parcel.c.position, parcel_content.c.order_line_id, parcel_content.c.quantity)
            .join(parcel, parcel.c.id == parcel_content.c.parcel_id)
            .order_by(parcel.c.position, parcel_content.c.order_line_id)
        ).all()
        assert [(1, desk.tea_line, 1), (2, desk.tea_line, 1), (2, desk.mug_line, 1)] == [tuple(row) for row in rows]
        assert ["P000001", "P000002"] == list(
            conn.execute(sa.select(parcel.c.number).order_by(parcel.c.number)).scalars()
        )
        assert [] == stock.verify(conn).differences

    await database.read(look)


async def test_repeated_scans_change_nothing(database: Database) -> None:
    """The same request twice gives the same verdicts and one check of each piece."""
    desk, device = await begin(database)
    scans = desk.pieces(device, TEA, TEA, TEA)
    wanted = ["ok", "ok", "ALREADY_CHECKED"]
    assert wanted == await device.send(*scans)
    assert wanted == await device.send(*scans)
    checked = await database.read(
        lambda conn: conn.execute(sa.select(order_line.c.checked).where(order_line.c.id == desk.tea_line)).scalar_one()
    )
    assert 2 == checked


async def test_two_benches_at_one_order_check_each_piece_once(database: Database) -> None:
    """Both scan everything at the same moment: of each wanted piece one scan counts, and the order is packed once."""
    desk, device = await begin(database)
    other = await Device(database).enrol()
    uids = (desk.parcel, str(uuid.uuid4()))
    halves = [desk.pieces(each, TEA, TEA, MUG, parcel=uid) for each, uid in zip((device, other), uids, strict=True)]
    told = await asyncio.gather(device.send(*halves[0]), other.send(*halves[1]))
    assert 3 == sum(verdict == "ok" for verdicts in told for verdict in verdicts)
    closings = [desk.close(each, parcel=uid, last=False) for each, uid in zip((device, other), uids, strict=True)]
    await asyncio.gather(device.send(closings[0]), other.send(closings[1]))

    def look(conn: Connection) -> None:
        assert ["packed"] == list(conn.execute(sa.select(sales_order.c.state)).scalars())
        assert 1 == kinds(conn, desk.order_id).count("OrderPacked")
        assert {desk.tea: 2, desk.mug: 1} == lying(conn, code_of(conn, desk.dock))
        assert [] == stock.verify(conn).differences

    await database.read(look)


async def test_undo_brings_the_goods_back_into_the_tote(database: Database) -> None:
    """A closed last parcel is opened again, a piece taken out, and packed anew with the same parcel number."""
    desk, device = await begin(database)
    pieces = desk.pieces(device, TEA, TEA, MUG)
    closing = desk.close(device)
    assert ["ok"] * 4 == await device.send(*pieces, closing)
    assert ["ok", "ok"] == await device.send(desk.undo(device, closing), desk.undo(device, pieces[2]))

    def look(conn: Connection) -> None:
        assert {desk.tea: 2, desk.mug: 1} == lying(conn, desk.tote)
        order = conn.execute(sa.select(sales_order).where(sales_order.c.id == desk.order_id)).one()
        assert ("in_work", None, None) == (order.state, order.checked_at, order.packed_at)
        assert [(desk.tea_line, 2)] == [
            tuple(row) for row in conn.execute(sa.select(parcel_content.c.order_line_id, parcel_content.c.quantity))
        ]
        assert 2 == conn.execute(sa.select(sa.func.count()).where(pack_act.c.undone_at.is_not(None))).scalar_one()

    await database.read(look)
    assert ["NOTHING_TO_UNDO"] == await device.send(desk.undo(device, closing))
    assert ["ok", "ok"] == await device.send(*desk.pieces(device, MUG), desk.close(device))

    def again(conn: Connection) -> None:
        assert ["P000001"] == list(conn.execute(sa.select(parcel.c.number)).scalars())
        assert {desk.tea: 2, desk.mug: 1} == lying(conn, code_of(conn, desk.dock))
        assert [] == stock.verify(conn).differences

    await database.read(again)


async def test_missing_piece_holds_an_order_that_goes_whole(database: Database) -> None:
    """The book of the tote follows the hand, a count is asked for, and packing stops until the office decides."""
    desk, device = await begin(database)
    teas = desk.pieces(device, CASE)
    missing = device.scan("pack", desk.task, "missing", line=desk.mug_line, quantity=1, station=desk.station)
    assert ["ok", "ok", "ORDER_ON_HOLD"] == await device.send(*teas, missing, *desk.pieces(device, MUG))

    def look(conn: Connection) -> None:
        assert {desk.tea: 2} == lying(conn, desk.tote)
        assert ["STOCK_SHORT"] == list(conn.execute(sa.select(order_hold.c.code)).scalars())
        assert [] == stock.verify(conn).differences

    await database.read(look)


async def test_an_order_of_which_the_packer_found_nothing_is_held_again(database: Database) -> None:
    """The office lets it go on twice; when nothing at all is left, it waits for a decision instead of for nobody."""
    desk, device = await begin(database)
    held = []
    for line, pieces in ((desk.tea_line, 2), (desk.mug_line, 1)):
        missing = device.scan("pack", desk.task, "missing", line=line, quantity=pieces, station=desk.station)
        assert ["ok"] == await device.send(missing)
        await database.write(lambda conn: orders.release_hold(conn, desk.order_id, "STOCK_SHORT", AT))
        await database.write(lambda conn: go_on_after_short(conn, desk.order_id, AT))
        found = await database.read(lambda conn: orders.open_holds(conn, [desk.order_id]))
        held.append([(each.code, each.values["missing"]) for each in found.get(desk.order_id, [])])

    assert [[], [("STOCK_SHORT", 2)]] == held


async def test_missing_piece_is_left_out_where_the_merchant_sends_in_parts(database: Database) -> None:
    """The check says `short`, and the undo of a missing piece brings it back into the book."""
    desk, device = await begin(database, allocation="partial")
    teas = desk.pieces(device, CASE)
    missing = device.scan("pack", desk.task, "missing", line=desk.mug_line, quantity=1, station=desk.station)
    assert ["ok"] * 2 == await device.send(*teas, missing)
    assert ["ok"] == await device.send(desk.undo(device, missing))
    assert {desk.tea: 2, desk.mug: 1} == await database.read(lambda conn: lying(conn, desk.tote))
    again = device.scan("pack", desk.task, "missing", line=desk.mug_line, quantity=1, station=desk.station)
    assert ["ok"] * 2 == await device.send(again, desk.close(device))

    def look(conn: Connection) -> None:
        order = conn.execute(sa.select(sales_order).where(sales_order.c.id == desk.order_id)).one()
        assert ("packed", "short") == (order.state, order.check_result)
        assert [] == stock.verify(conn).differences

    await database.read(look)


async def test_an_order_packed_by_a_missing_piece_goes_back_by_undo(database: Database) -> None:
    """The piece turns up after all: the order is in work again, checked in full at the end."""
    desk, device = await begin(database, allocation="partial")
    teas, closing = desk.pieces(device, CASE), desk.close(device, last=False)
    missing = device.scan("pack", desk.task, "missing", line=desk.mug_line, quantity=1, station=desk.station)
    assert ["ok"] * 4 == await device.send(*teas, closing, missing, desk.undo(device, missing))
    other = str(uuid.uuid4())
    assert ["ok"] * 2 == await device.send(*desk.pieces(device, MUG, parcel=other), desk.close(device, parcel=other))

    def look(conn: Connection) -> None:
        order = conn.execute(sa.select(sales_order).where(sales_order.c.id == desk.order_id)).one()
        assert ("packed", "complete") == (order.state, order.check_result)
        assert {desk.tea: 2, desk.mug: 1} == lying(conn, code_of(conn, desk.dock))
        assert [] == stock.verify(conn).differences

    await database.read(look)


async def test_the_hand_wins_when_the_tote_holds_more_than_the_book(database: Database) -> None:
    """Pieces that somebody booked out of the tote by mistake are found at packing; nothing blocks the parcel."""
    desk, device = await begin(database)

    def lose(conn: Connection) -> None:
        tote = stock.location_by_key(conn, f"tote:{desk.tote}")
        assert tote is not None
        stock.correct(conn, stock.Place(desk.tea, tote.id), -1, "test", AT)

    await database.write(lose)
    assert ["ok"] * 3 == await device.send(*desk.pieces(device, CASE, MUG), desk.close(device))

    def look(conn: Connection) -> None:
        assert {desk.tea: 2, desk.mug: 1} == lying(conn, code_of(conn, desk.dock))
        assert [] == stock.verify(conn).differences

    await database.read(look)


async def test_cancelled_order_is_refused_with_a_put_back(database: Database) -> None:
    """The device had accepted the piece; the server says no and what to do with the tote."""
    desk, device = await begin(database)
    await database.write(
        lambda conn: conn.execute(
            sa.update(sales_order).where(sales_order.c.id == desk.order_id).values(state="cancelled")
        )
    )
    assert ["ORDER_CANCELLED"] == await device.send(*desk.pieces(device, TEA))
    rows = await database.read(lambda conn: conn.execute(sa.text("SELECT task FROM correction")).scalars().all())
    assert 1 == len(rows)
    assert "PUT_BACK" in str(rows[0])


async def test_tote_opens_its_order_at_a_known_bench(database: Database) -> None:
    """Station and tote give the bundle; it holds what the device needs to judge alone."""
    desk, device = await begin(database)
    asker = Asker(person_id=device.person_id, device_id=device.device_id)
    request = {"station": f"station:{desk.station}", "key": f"tote:{desk.tote}"}
    bundle = await database.read(lambda conn: flow.get(conn, request, asker, AT))
    assert bundle is not None
    assert (desk.task, desk.station, True, False) == (
        bundle["task"], bundle["station"], bundle["weigh"], bundle["partial"],
    )  # fmt: skip
    sku = bundle["lines"][0]["sku"]
    assert {TEA: 1, CASE: 2, f"text:{sku}": 1} == {
        code["key"]: code["quantity"] for code in bundle["lines"][0]["codes"]
    }
    await device.send(*desk.pieces(device, TEA))
    (mine,) = await database.read(lambda conn: flow.open_for(conn, device.person_id))
    assert (1, {str(desk.tea_line): 1}) == (mine["lines"][0]["checked"], mine["parcels"][0]["contents"])


async def test_bundle_knows_what_may_lie_in_the_tote_by_mistake(database: Database) -> None:
    """Goods of other totes and of the shelves around are named with their home; the order's own are not."""
    desk, device = await begin(database)

    def add(conn: Connection) -> tuple[str, str]:
        soap = create_product(conn, keys={"gtin:09520000000035": 1})
        _, tote = pick_order(conn, {soap: 1, desk.tea: 1})
        lamp = create_product(conn, keys={"gtin:09520000000042": 1})
        shelf = create_location(conn, walk_sequence=1_000_000)
        stock_up(conn, lamp, shelf, 3)
        conn.execute(
            sa.insert(pick).values(
                wave_id=1, order_id=desk.order_id, order_line_id=desk.mug_line, product_id=desk.mug, location_id=shelf,
                sequence=1, quantity=1, picked=1, state="done",
            )
        )  # fmt: skip
        return tote, code_of(conn, shelf)

    tote, shelf = await database.write(add)
    bundle = await database.read(lambda conn: flow.read(conn, desk.task))
    assert bundle is not None
    places = {key: place["belongs"] for key, place in bundle["places"].items()}
    assert (tote, shelf) == (places["gtin:09520000000035"], places["gtin:09520000000042"])
    assert TEA not in places
    refused = await device.send(*desk.pieces(device, "gtin:09520000000042"))
    assert ["NOT_IN_THIS_ORDER"] == refused


@pytest.mark.parametrize(
    ("key", "station", "change", "code"),
    [
        ("tote:NONE", None, None, "TOTE_UNKNOWN"),
        ("tote:{tote}", "NOWHERE", None, "STATION_UNKNOWN"),
        ("tote:{tote}", None, "UPDATE wave_order SET state = 'open'", "ORDER_NOT_PICKED"),
        ("tote:{tote}", None, "UPDATE wave_order SET state = 'packed'", "TOTE_ALREADY_PACKED"),
        ("tote:{tote}", None, "UPDATE wave_order SET state = 'cancelled'", "TOTE_EMPTY"),
        ("tote:{tote}", None, "UPDATE sales_order SET state = 'cancelled'", "ORDER_CANCELLED"),
        ("order:NONE", None, None, "CODE_UNKNOWN"),
        ("parcel:NONE", None, None, "CODE_UNKNOWN"),
    ],
)
async def test_tote_that_cannot_be_packed(
    database: Database, key: str, station: str | None, change: str | None, code: str
) -> None:
    """Each reason has its own code, and the whole refusal travels with the problem."""
    desk, device = await begin(database)
    if change:
        await database.write(lambda conn: conn.execute(sa.text(change)))
    request = {"station": station or desk.station, "key": key.format(tote=desk.tote)}
    asker = Asker(person_id=device.person_id, device_id=device.device_id)
    with pytest.raises(Conflict) as refused:
        await database.read(lambda conn: flow.get(conn, request, asker, AT))
    assert code == refused.value.code
    assert code == refused.value.extra["refusal"]["code"]
