"""Receiving through the real intake, on both engines: what is scanned at the dock stands in the ledger."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.inbound.store import closing
from backend.inbound.store.imports import take_file
from backend.inbound.tables import receipt, receipt_act, set_aside
from backend.inbound.views.receipts import open_receipts, read_bundle, read_receipt
from backend.platform.database import Database
from backend.stock import api as stock
from tests.inbound.dock import DAY, Dock, on_hand, open_dock
from tests.outbound.bench import AT


async def test_pieces_and_cases_come_to_the_dock(database: Database) -> None:
    """Each scan is booked at once; the line counts pieces whatever was scanned."""
    dock, device = await open_dock(database)
    line = dock.line[dock.plain]
    told = await device.send(
        device.scan("receive", dock.task, "receive", "gtin:09520000000011", line=line, quantity=1),
        device.scan("receive", dock.task, "receive", "gtin:19520000000018", line=line, quantity=12),
    )
    assert ["ok", "ok"] == told
    assert {(dock.plain, ""): 13} == await database.read(lambda conn: on_hand(conn, dock.area))
    assert (24, 13, 0) == (await database.read(dock.lines))[dock.plain]


async def test_lot_and_date_are_kept_with_the_goods(database: Database) -> None:
    """The lot stands in the balance, its date in the lot; goods that only have a date are told apart by it."""
    dock, device = await open_dock(database)
    told = await device.send(
        device.scan("receive", dock.task, "receive", line=dock.line[dock.lots], quantity=4, lot="L7", best_before="2027-01-31"),
        device.scan("receive", dock.task, "receive", line=dock.line[dock.dated], quantity=2, best_before="2026-12-24"),
        device.scan("receive", dock.task, "receive", line=dock.line[dock.lots], quantity=1, lot="L7", best_before="2027-02-28"),
        device.scan("receive", dock.task, "receive", line=dock.line[dock.lots], quantity=1, best_before="2027-02-28"),
        device.scan("receive", dock.task, "receive", line=dock.line[dock.dated], quantity=1),
    )  # fmt: skip
    assert ["ok", "ok", "LOT_DATE_DIFFERS", "LOT_MISSING", "DATE_NEEDED"] == told
    assert {(dock.lots, "L7"): 4, (dock.dated, "2026-12-24"): 2} == await database.read(lambda c: on_hand(c, dock.area))
    lots = await database.read(lambda conn: stock.lots_of(conn, [dock.lots]))
    assert "2027-01-31" == str(lots[dock.lots, "L7"].best_before)


async def test_a_serial_is_in_one_place_only(database: Database) -> None:
    """A serial that is in the house cannot come in again; taken back it can."""
    dock, device = await open_dock(database)
    body = {"line": dock.line[dock.serial], "quantity": 1, "serial": "SN1"}
    first = device.scan("receive", dock.task, "receive", **body)
    assert ["ok"] == await device.send(first)
    again = device.scan("receive", dock.task, "receive", **body)
    two = device.scan("receive", dock.task, "receive", **{**body, "serial": "SN2", "quantity": 2})
    none = device.scan("receive", dock.task, "receive", line=dock.line[dock.serial], quantity=1)
    assert ["SERIAL_KNOWN", "WRONG_QUANTITY", "SERIAL_NEEDED"] == await device.send(again, two, none)
    undo = device.scan("receive", dock.task, "undo", of=first["act"])
    retry = device.scan("receive", dock.task, "receive", **body)
    assert ["ok", "ok"] == await device.send(undo, retry)
    (trace,) = await database.read(lambda conn: stock.trace_serials(conn, "SN1"))
    assert ("DOCK", ["receipt", "undo", "receipt"]) == (trace.location, [each.reason for each in trace.moves])


async def test_damaged_goods_go_to_quarantine(database: Database) -> None:
    """They are counted as received, and nobody can be promised them."""
    dock, device = await open_dock(database)
    body = {"line": dock.line[dock.plain], "quantity": 2, "condition": "damaged", "reason": "wet"}
    assert ["ok"] == await device.send(device.scan("receive", dock.task, "receive", "gtin:09520000000011", **body))
    assert {(dock.plain, ""): 2} == await database.read(lambda conn: on_hand(conn, dock.quarantine))
    assert (24, 2, 2) == (await database.read(dock.lines))[dock.plain]


async def test_more_than_expected_is_kept_with_its_reason(database: Database) -> None:
    """The hand wins: what is there is booked, and the office sees why."""
    dock, device = await open_dock(database)
    scan = device.scan("receive", dock.task, "receive", line=dock.line[dock.plain], quantity=30)
    assert ["ok"] == await device.send(scan)
    seen = await database.read(lambda conn: read_receipt(conn, dock.receipt))
    assert ("more", 30) == (seen.acts[0].reason, seen.acts[0].quantity)


async def test_the_rest_waits_as_a_delivery_of_its_own(database: Database) -> None:
    """Finishing makes a back-order of what is missing; a late scan of another device is still taken."""
    dock, device = await open_dock(database)
    body = {"line": dock.line[dock.plain], "quantity": 20}
    late = {"line": dock.line[dock.serial], "quantity": 1, "serial": "S9"}
    told = await device.send(
        device.scan("receive", dock.task, "receive", **body), device.scan("receive", dock.task, "finish", rest="back_order")
    )  # fmt: skip
    told += await device.send(
        device.scan("receive", dock.task, "receive", **late), device.scan("receive", dock.task, "finish", rest="drop")
    )
    assert ["ok", "ok", "ok", "RECEIPT_OVER"] == told
    (rest,) = await database.read(open_receipts)
    assert (2, "PO-1", 4 + 10 + 6 + 3) == (rest.part, rest.reference, rest.expected)
    assert None is await database.read(lambda conn: read_bundle(conn, dock.receipt, DAY))


async def test_a_logistic_unit_is_received_by_one_scan(database: Database) -> None:
    """All its lines with lots and dates; a second scan is no second pallet, undo takes the whole unit back."""
    dock, device = await open_dock(database)
    sscc = "395200000000000012"
    file = (
        "reference,sku,quantity,lot,best_before,sscc,kind\n"
        f"ASN,PLAIN,24,,,{sscc},advance_notice\nASN,LOT,10,L1,31.1.2027,{sscc},\nASN,SER,1,,,395200000000000029,\n"
    ).encode()
    await database.write(lambda conn: dock.announce(conn, file))
    unit = device.scan("receive", dock.task, "unit", f"sscc:{sscc}", sscc=sscc)
    told = await device.send(
        unit, device.scan("receive", dock.task, "unit", sscc=sscc),
        device.scan("receive", dock.task, "unit", sscc="395200000000000029"),
        device.scan("receive", dock.task, "unit", sscc="395200000000000036"),
    )  # fmt: skip
    assert ["ok", "UNIT_RECEIVED", "UNIT_UNTOLD", "UNIT_UNKNOWN"] == told
    assert {(dock.plain, ""): 24, (dock.lots, "L1"): 10} == await database.read(lambda conn: on_hand(conn, dock.area))
    assert ["ok"] == await device.send(device.scan("receive", dock.task, "undo", of=unit["act"]))
    assert {} == await database.read(lambda conn: on_hand(conn, dock.area))
    assert ["ok"] == await device.send(device.scan("receive", dock.task, "unit", sscc=sscc))


async def test_what_left_the_dock_cannot_be_taken_back_there(database: Database) -> None:
    """Undo after put-away is refused with the cure, not parked."""
    dock, device = await open_dock(database)
    scan = device.scan("receive", dock.task, "receive", line=dock.line[dock.plain], quantity=5)
    assert ["ok"] == await device.send(scan)

    def carry(conn: sa.Connection) -> None:
        shelf = stock.create_locations(conn, [{"code": "S-1", "kind": "storage"}])[0]
        stock.post(conn, [stock.Move(dock.plain, dock.area, shelf, 5, "put_away", "test")], AT)

    await database.write(carry)
    assert ["PUT_AWAY_ALREADY"] == await device.send(device.scan("receive", dock.task, "undo", of=scan["act"]))


async def test_unknown_goods_stand_aside_until_somebody_solves_them(database: Database) -> None:
    """The delivery cannot be closed over them."""
    dock, device = await open_dock(database)
    aside = device.scan("receive", dock.task, "set_aside", "gtin:09520009999994", quantity=3)
    finish = device.scan("receive", dock.task, "finish", rest="drop")
    assert ["ok", "ok"] == await device.send(aside, finish)
    row = await database.read(lambda conn: conn.execute(sa.select(set_aside)).one())
    assert ("09520009999994", 3, "open") == (row.code, row.quantity, row.state)

    def close(conn: sa.Connection) -> str:
        try:
            closing.close_receipt(conn, dock.receipt, AT)
        except Exception as problem:
            return getattr(problem, "code", "")
        return conn.execute(sa.select(receipt.c.state).where(receipt.c.id == dock.receipt)).scalar_one()

    assert "ASIDE_OPEN" == await database.write(close)
    assert await database.write(lambda conn: closing.solve_set_aside(conn, row.id, AT))
    assert "closed" == await database.write(close)


async def test_a_repeated_scan_is_received_once(database: Database) -> None:
    """The same bytes again are answered with the same verdict; the same act under a new number is refused."""
    dock, device = await open_dock(database)
    scan = device.scan("receive", dock.task, "receive", line=dock.line[dock.plain], quantity=1)
    assert ["ok"] == await device.send(scan)
    assert ["ok"] == await device.send(scan)
    twin = device.scan("receive", dock.task, "receive", act=scan["act"], line=dock.line[dock.plain], quantity=1)
    assert ["ACT_REPEATED"] == await device.send(twin)
    kept = await database.read(
        lambda conn: conn.execute(sa.select(sa.func.count()).select_from(receipt_act)).scalar_one()
    )
    assert 1 == kept


async def test_scanning_any_product_finds_its_deliveries(database: Database) -> None:
    """By number, reference, product or logistic unit; nothing for a product that is not awaited."""
    dock, _ = await open_dock(database)

    def find(conn: sa.Connection) -> list[list[str]]:
        other = b'{"receipts":[{"reference":"PO-2","lines":[{"sku":"PLAIN","quantity":1}]}]}'
        dock.announce(conn, other)
        asked = (["gtin:09520000000011"], ["text:po-2"], ["gtin:09520000000042"], ["gtin:09520009999994"])
        return [[each.reference for each in open_receipts(conn, keys)] for keys in asked]

    assert [["PO-1", "PO-2"], ["PO-2"], ["PO-1"], []] == await database.write(find)


async def test_the_books_agree_after_all_of_it(database: Database) -> None:
    """The ledger explains every balance after receipts, undo and quarantine."""
    dock: Dock
    dock, device = await open_dock(database)
    good = device.scan("receive", dock.task, "receive", line=dock.line[dock.plain], quantity=7)
    bad = device.scan("receive", dock.task, "receive", line=dock.line[dock.plain], quantity=2, condition="damaged")
    await device.send(good, bad)
    await device.send(device.scan("receive", dock.task, "undo", of=bad["act"]))
    checked = await database.read(stock.verify)
    assert ([], 3) == (checked.differences, checked.moves)


async def test_the_suppliers_part_number(database: Database) -> None:
    """Told once beside a SKU it names the goods: at this dock, and alone in the next delivery."""

    def work(conn: Connection) -> tuple[set[str], list[str], list[int]]:
        dock = Dock(conn)
        dock.announce(conn, b"reference;sku;supplier_sku;quantity\nPO-7;PLAIN;S-100 a;4\n")
        bundle = read_bundle(conn, dock.receipt, DAY)
        assert bundle is not None
        keys = {code["key"] for code in bundle["lines"][0]["codes"]}
        outcome = take_file(conn, "M", b"reference;supplier_sku;quantity\nPO-8;s-100 A;6\nPO-9;S-999;1\n", AT)
        dock.announce(conn, b"reference;supplier_sku;quantity\nPO-10;S-100 A;2\n")
        return keys, [each.sentence for each in outcome.refused], [line[0] for line in dock.lines(conn).values()]

    keys, refused, expected = await database.write(work)
    assert "text:S-100 A" in keys
    assert len(refused) == 1
    assert "S-999" in refused[0]
    assert expected == [2]
