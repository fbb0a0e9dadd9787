"""Put-away through the real intake, on both engines: from the dock to a shelf, and what the books say then."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.inbound.flows import puts
from backend.inbound.placing import Goods
from backend.inbound.store.places import read_candidates
from backend.inbound.store.put_aways import STOPS_MAX, plan_walk, read_lines
from backend.platform.database import Database
from backend.scanning.protocol import Asker
from backend.stock import api as stock
from tests.builders import create_product
from tests.inbound.dock import Device, Dock, on_hand
from tests.outbound.bench import AT


class Floor(Dock):
    """A dock with 10 plain pieces, 4 of lot L1 and three serials; shelves S-1 to S-3, a weak one, a cold one, a cart."""

    def __init__(self, conn: Connection) -> None:
        super().__init__(conn)
        vendor = stock.outside(conn, "vendor")
        stock.know_lots(conn, [(self.lots, "L1", None)], AT)
        stock.post(
            conn,
            [
                stock.Move(self.plain, vendor, self.area, 10, "receipt", "test"),
                stock.Move(self.lots, vendor, self.area, 4, "receipt", "test", lot="L1"),
                stock.Move(self.serial, vendor, self.area, 3, "receipt", "test"),
            ],
            AT,
        )
        steps = [
            stock.SerialStep(product_id=self.serial, code=f"SN{n}", target_id=self.area, reason="receipt", about="test")
            for n in (1, 2, 3)
        ]
        stock.move_serials(conn, steps, AT)
        rows: list[dict[str, Any]] = [
            {"code": f"S-{n}", "kind": "storage", "walk_sequence": n, "zone": "A"} for n in (1, 2, 3)
        ]
        rows += [{"code": "WEAK", "kind": "storage", "walk_sequence": 90, "zone": "A", "holds_g": 50}]
        rows += [
            {"code": "COLD", "kind": "storage", "walk_sequence": 91, "zone": "COLD"},
            {"code": "C-1", "kind": "cart"},
        ]
        made = stock.create_locations(conn, [{"holds_g": None} | row for row in rows])
        self.place = dict(zip(("S-1", "S-2", "S-3", "WEAK", "COLD", "C-1"), made, strict=True))
        product = sa.table("product", sa.column("id"), sa.column("weight_g"))
        conn.execute(sa.update(product).where(product.c.id == self.plain).values(weight_g=20))
        stock.fix_places(conn, [(self.plain, self.place["S-2"])])


async def begin(database: Database) -> tuple[Floor, Device, dict[str, Any]]:
    floor = await database.write(Floor)
    device = await Device(database).enrol()
    return floor, device, await walk(database, device)


async def walk(database: Database, device: Device, key: str = "") -> dict[str, Any]:
    asker = Asker(person_id=device.person_id, device_id=device.device_id)
    bundle = await database.write(lambda conn: puts.get(conn, {"key": key}, asker, AT))
    assert bundle is not None
    return bundle


def stop_of(bundle: dict[str, Any], product_id: int) -> dict[str, Any]:
    return next(each for each in bundle["lines"] if each["product"] == product_id)


async def test_goods_go_to_their_proposed_place(database: Database) -> None:
    """The fixed place is proposed; the scan of it moves the goods, all of a walk done ends it."""
    floor, device, bundle = await begin(database)
    stop = stop_of(bundle, floor.plain)
    assert ("S-2", "fixed") == (stop["place"]["code"], stop["why"])
    told = await device.send(
        device.scan("put_away", bundle["task"], "product", "gtin:09520000000011"),
        device.scan("put_away", bundle["task"], "put", "loc:S-2", line=stop["id"], quantity=10),
    )
    assert ["ok", "ok"] == told
    assert {(floor.plain, ""): 10} == await database.read(lambda conn: on_hand(conn, floor.place["S-2"]))


async def test_the_rest_is_split_over_places(database: Database) -> None:
    """Fewer pieces than all go to one place, the rest to another; never more than there are."""
    floor, device, bundle = await begin(database)
    line = stop_of(bundle, floor.plain)["id"]
    told = await device.send(
        device.scan("put_away", bundle["task"], "put", "loc:S-1", line=line, quantity=4),
        device.scan("put_away", bundle["task"], "put", "loc:S-3", line=line, quantity=7),
        device.scan("put_away", bundle["task"], "put", "loc:S-3", line=line, quantity=6),
    )
    assert ["ok", "WRONG_QUANTITY", "ok"] == told
    again = await walk(database, device)
    assert 10 == stop_of(again, floor.plain)["put"]


async def test_what_a_place_must_not_hold_is_refused(database: Database) -> None:
    """A shelf too weak, another zone, a look-alike, another lot, a tote; with a correction for the hand."""
    floor, device, _ = await begin(database)

    def wishes(conn: Connection) -> None:
        catalog.save_policies(
            conn,
            {
                floor.plain: catalog.Policy(look_alike="twins"), floor.lots: catalog.Policy(zone="COLD", mixed_lots=False),
                floor.serial: catalog.Policy(look_alike="twins"),
            },
        )  # fmt: skip
        vendor = stock.outside(conn, "vendor")
        stock.post(
            conn,
            [
                stock.Move(floor.serial, vendor, floor.place["S-1"], 1, "receipt", "test"),
                stock.Move(floor.lots, vendor, floor.place["COLD"], 1, "receipt", "test", lot="L0"),
            ],
            AT,
        )
        stock.create_locations(conn, [{"code": "T-9", "kind": "tote"}])

    await database.write(wishes)
    bundle = await walk(database, device)
    plain, lots = stop_of(bundle, floor.plain), stop_of(bundle, floor.lots)
    assert "look_alike" == plain["forbidden"]["loc:S-1"]
    told = await device.send(
        device.scan("put_away", bundle["task"], "put", "loc:WEAK", line=plain["id"], quantity=3),
        device.scan("put_away", bundle["task"], "put", "loc:S-1", line=plain["id"], quantity=3),
        device.scan("put_away", bundle["task"], "put", "tote:T-9", line=plain["id"], quantity=3),
        device.scan("put_away", bundle["task"], "put", "loc:S-3", line=lots["id"], quantity=4),
        device.scan("put_away", bundle["task"], "put", "loc:COLD", line=lots["id"], quantity=4),
        device.scan("put_away", bundle["task"], "put", "badge:X", line=lots["id"], quantity=4),
        device.scan("put_away", bundle["task"], "put", "loc:WEAK", line=plain["id"], quantity=2),
    )
    wanted = ["PLACE_TOO_WEAK", "PLACE_LOOK_ALIKE", "PLACE_UNFIT", "PLACE_OTHER_ZONE", "PLACE_OTHER_LOT", "WRONG_KIND"]
    assert [*wanted, "ok"] == told


async def test_serials_go_with_their_pieces(database: Database) -> None:
    """All of them without a word; of some each must be named. Undo brings the serial back with the piece."""
    floor, device, bundle = await begin(database)
    line = stop_of(bundle, floor.serial)["id"]
    untold = device.scan("put_away", bundle["task"], "put", "loc:S-1", line=line, quantity=1)
    one = device.scan("put_away", bundle["task"], "put", "loc:S-1", line=line, quantity=1, serials=["SN2"])
    assert ["SERIAL_NEEDED", "ok"] == await device.send(untold, one)
    rest = device.scan("put_away", bundle["task"], "put", "loc:S-3", line=line, quantity=2)
    undo = device.scan("put_away", bundle["task"], "undo", of=one["act"])
    assert ["ok", "ok"] == await device.send(rest, undo)
    places = await database.read(
        lambda conn: stock.serial_places(conn, [(floor.serial, f"SN{number}") for number in (1, 2, 3)])
    )
    assert ["S-3", "DOCK", "S-3"] == [places[floor.serial, f"SN{number}"] for number in (1, 2, 3)]


async def test_a_serial_that_was_undone_goes_again_with_the_rest(database: Database) -> None:
    """In the request of the undo as well as in a later one: how scans are cut into requests changes no verdict."""
    floor, device, bundle = await begin(database)
    line = stop_of(bundle, floor.serial)["id"]
    one = device.scan("put_away", bundle["task"], "put", "loc:S-1", line=line, quantity=1, serials=["SN2"])
    assert ["ok"] == await device.send(one)
    undo = device.scan("put_away", bundle["task"], "undo", of=one["act"])
    every = device.scan("put_away", bundle["task"], "put", "loc:S-3", line=line, quantity=3)
    assert ["ok", "ok"] == await device.send(undo, every)
    back = device.scan("put_away", bundle["task"], "undo", of=every["act"])
    again = device.scan("put_away", bundle["task"], "put", "loc:S-3", line=line, quantity=3)
    assert ["ok", "ok"] == await device.send(back, again)


async def test_goods_ride_on_a_cart(database: Database) -> None:
    """Onto the cart at the dock, then a walk of the cart, nearest place first."""
    floor, device, bundle = await begin(database)
    scans = [
        device.scan("put_away", bundle["task"], "put", "cart:C-1", line=stop_of(bundle, product)["id"], quantity=pieces)
        for product, pieces in ((floor.plain, 10), (floor.lots, 4))
    ]
    assert ["ok", "ok"] == await device.send(*scans)
    ride = await walk(database, device, "cart:C-1")
    assert ["S-1", "S-2"] == [each["place"]["code"] for each in ride["lines"]]
    done = device.scan("put_away", ride["task"], "put", "loc:S-2", line=stop_of(ride, floor.plain)["id"], quantity=10)
    assert ["ok"] == await device.send(done)


async def test_two_people_share_the_dock(database: Database) -> None:
    """Goods of one walk are not planned again for the next person, and a full place is not proposed twice."""
    floor, _device, _ = await begin(database)
    other = await Device(database).enrol()
    asker = Asker(person_id=other.person_id, device_id=other.device_id)
    assert None is await database.write(lambda conn: puts.get(conn, {}, asker, AT))

    def more(conn: Connection) -> Any:
        vendor = stock.outside(conn, "vendor")
        stock.post(conn, [stock.Move(floor.dated, vendor, floor.area, 5, "receipt", "test", lot="2026-12-24")], AT)
        return puts.get(conn, {}, asker, AT)

    bundle = await database.write(more)
    assert [(floor.dated, "2026-12-24")] == [(each["product"], each["lot"]) for each in bundle["lines"]]


async def test_the_books_agree(database: Database) -> None:
    """Put, undone, put elsewhere: the ledger explains every balance."""
    floor, device, bundle = await begin(database)
    line = stop_of(bundle, floor.plain)["id"]
    first = device.scan("put_away", bundle["task"], "put", "loc:S-1", line=line, quantity=10)
    assert ["ok"] == await device.send(first)
    undo = device.scan("put_away", bundle["task"], "undo", of=first["act"])
    last = device.scan("put_away", bundle["task"], "put", "loc:S-3", line=line, quantity=9)
    end = device.scan("put_away", bundle["task"], "finish")
    assert ["ok", "ok", "ok"] == await device.send(undo, last, end)
    checked = await database.read(stock.verify)
    assert [] == checked.differences
    assert {(floor.plain, ""): 9} == await database.read(lambda conn: on_hand(conn, floor.place["S-3"]))


async def test_places_are_told_as_far_as_it_matters(database: Database) -> None:
    """What a place bears and whether it is empty is known of all goods, lots of the goods in question and of look-alikes;
    what an open walk brings counts too."""

    def work(conn: Connection) -> None:
        floor = Floor(conn)
        vendor = stock.outside(conn, "vendor")
        catalog.save_policies(
            conn,
            {
                floor.plain: catalog.Policy(look_alike="twins", volume_ml=7),
                floor.serial: catalog.Policy(look_alike="twins"),
            },
        )
        conn.execute(sa.text(f"UPDATE product SET weight_g = 5 WHERE id = {floor.lots}"))
        for product, place, pieces, lot in (
            (floor.plain, "WEAK", 2, ""), (floor.lots, "WEAK", 1, "L1"), (floor.lots, "S-1", 1, "L1"),
            (floor.serial, "S-3", 1, ""),
        ):  # fmt: skip
            stock.post(conn, [stock.Move(product, vendor, floor.place[place], pieces, "receipt", "test", lot=lot)], AT)
        assert plan_walk(conn, floor.area, AT, 1, None)

        goods = [Goods(product_id=floor.plain, quantity=1, look_alike="twins")]
        told = read_candidates(conn, [floor.place[name] for name in ("S-1", "S-2", "S-3", "WEAK", "COLD")], goods)

        plain, serial, lots = {floor.plain: {""}}, {floor.serial: {""}}, {floor.lots: {"L1"}}
        twin, other = {"twins": {floor.plain}}, {"twins": {floor.serial}}
        assert {each.code: (each.filled, each.lots, each.look_alikes) for each in told.values()} == {
            "S-1": (True, lots, {}), "S-2": (False, plain, twin), "S-3": (True, serial, other),
            "WEAK": (True, plain, twin), "COLD": (False, {}, {}),
        }  # fmt: skip
        weak = told[floor.place["WEAK"]]
        assert (2 * 20 + 5, 2 * 7) == (weak.load_g, weak.load_ml)
        assert {floor.place["COLD"]} == stock.empty_places(conn, ("storage", "pick_face"), "COLD")
        assert floor.place["S-2"] in stock.empty_places(conn, ("storage",), "")
        assert not {floor.place["S-1"], floor.area} & stock.empty_places(conn, ("storage",), "")

    await database.write(work)


async def test_a_full_dock_is_walked_part_by_part(database: Database) -> None:
    """More goods than one walk takes: each walk has sixty others, the third the rest, and a fourth finds nothing."""

    def work(conn: Connection) -> None:
        floor = Dock(conn)
        vendor = stock.outside(conn, "vendor")
        goods = [create_product(conn, floor.merchant) for _ in range(2 * STOPS_MAX + 5)]
        stock.post(conn, [stock.Move(each, vendor, floor.area, 1, "receipt", "test") for each in goods], AT)
        seen: list[int] = []
        for person, pieces in ((1, STOPS_MAX), (2, STOPS_MAX), (3, 5)):
            walk_id = plan_walk(conn, floor.area, AT, person, None)
            assert walk_id is not None
            lines = read_lines(conn, walk_id, floor.area)
            assert pieces == len(lines)
            seen += [each.goods.product_id for each in lines.values()]
        assert sorted(goods) == sorted(seen)
        assert plan_walk(conn, floor.area, AT, 4, None) is None

    await database.write(work)
