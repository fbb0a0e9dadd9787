"""A large warehouse: 200,000 products, 50,000 locations, 2 million balances, 20 million moves, and what the hand waits for.

python -m bench.scale [--engine sqlite|postgres] [--scale 0.1] [--full] [--moves 10] [--keep FOLDER [--build]]

Without `--full` a tenth of it is built on both engines; with it the whole on PostgreSQL and a tenth on SQLite. The rows are
made set-based by the database itself, and the books are right: the balances are what the moves say. With `--keep` it is
built once in the folder and later runs find it there: each measures on a copy. `--build` builds and measures nothing.
`--moves` is how many moves each balance has; with 0 the balances stand alone, which is built in a fifth of the time and is
enough for what does not ask the moves: a place for goods, a bundle.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.commands import settle_memory
from backend.app.look_up import look_up
from backend.catalog import api as catalog
from backend.gs1.check_digits import mod10_digit
from backend.gs1.scan_keys import read_code
from backend.inbound.flows import puts, receives
from backend.inbound.store.imports import take_file
from backend.inbound.store.put_aways import STOPS_MAX
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.journal import SYSTEM
from backend.scanning.protocol import Asker
from backend.stock import api as stock
from backend.stock.store.count_lists import Wanted, make_list, note_expected, read_limits
from backend.stock.store.count_results import close_list
from backend.stock.views.history import Asked, stock_at
from bench.bundles import measure_bundles
from bench.engines import Ground, postgres_server
from tests.inbound.dock import Device
from tests.store.picking_floor import add_person

PRODUCTS, LOCATIONS, BALANCES_EACH, MOVES_EACH = 200_000, 50_000, 10, 10
PIECES = 20
ASKED = 200
COUNT_LINES = RECEIPT_LINES = 10_000


class Size(NamedTuple):
    products: int
    locations: int
    moves_each: int = MOVES_EACH

    @property
    def balances(self) -> int:
        return self.products * BALANCES_EACH

    @property
    def moves(self) -> int:
        return self.balances * self.moves_each


def size_of(scale: float, moves_each: int = MOVES_EACH) -> Size:
    return Size(int(PRODUCTS * scale), int(LOCATIONS * scale), moves_each)


def gtin14(number: int) -> str:
    """The GTIN of a product of this warehouse, under the GS1 example prefix."""
    body = f"0952{number:09d}"
    return body + mod10_digit(body)


def _numbers(name: str, count: int) -> str:
    """A table of the numbers from 0: thousands, and ones within them, so that neither engine recurses deep."""
    return (
        "WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i < 999), "
        f"t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < {(count - 1) // 1000}), "
        f"{name}(i) AS (SELECT t.i * 1000 + k.i FROM t CROSS JOIN k WHERE t.i * 1000 + k.i < {count}) "
    )


def build_goods(size: Size) -> Callable[[Connection], None]:
    """Merchant, products, their codes, locations."""

    def build(conn: Connection) -> None:
        merchant = catalog.create_merchant(conn, "SCALE", "Velký sklad")
        columns = "merchant_id, sku, name, unit, weight_g, tracking, active, version"
        conn.exec_driver_sql(
            f"INSERT INTO product (id, {columns}) {_numbers('n', size.products)}"
            f"SELECT i + 1, {merchant}, 'SKU-' || i, 'Zboží ' || i, 'ks', 250, 'none', TRUE, 1 FROM n"
        )
        codes = [
            {
                "merchant_id": merchant, "product_id": number + 1, "key": f"gtin:{gtin14(number)}", "level": "each",
                "quantity": 1,
            }
            for number in range(size.products)
        ]  # fmt: skip
        for first in range(0, len(codes), 5_000):
            catalog.add_codes(conn, codes[first : first + 5_000])
        home = stock.main_warehouse(conn)
        columns = "warehouse_id, code, kind, zone, aisle, bay, level, bin, walk_sequence, blocked, active, version"
        conn.exec_driver_sql(
            f"INSERT INTO location (id, {columns}) {_numbers('n', size.locations)}"
            f"SELECT i + 1, {home}, 'L-' || i, CASE WHEN i % 3 = 0 THEN 'storage' ELSE 'pick_face' END, 'Z' || (i % 10), "
            "'', '', '', '', i, FALSE, TRUE, 1 FROM n"
        )
        if conn.dialect.name == "postgresql":
            for name in ("product", "location"):
                conn.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
                )
        stock.create_locations(
            conn,
            [{"code": "DOCK", "kind": "receiving"}, {"code": "DOCK-2", "kind": "receiving"}],
        )
        add_person(conn, "Jana Nováková")

    return build


def build_books(size: Size) -> Callable[[Connection], None]:
    """Balances, and the moves that explain them: a receipt each, and picks."""

    def build(conn: Connection) -> None:
        where = f"((i % {size.products}) * 13 + (i / {size.products}) * 4999) % {size.locations} + 1"
        conn.exec_driver_sql(
            f"INSERT INTO balance (product_id, location_id, lot, on_hand, reserved) {_numbers('n', size.balances)}"
            f"SELECT i % {size.products} + 1, {where}, '', {PIECES}, 0 FROM n"
        )
        stock.mark_filled(conn, clock.now())
        if size.moves_each:
            build_moves(conn, size)

    return build


def build_moves(conn: Connection, size: Size) -> None:
    """What makes the balances true: so many moves each, which are put in without their indexes."""
    vendor, customer = stock.outside(conn, "vendor"), stock.outside(conn, "customer")
    is_sqlite = conn.dialect.name == "sqlite"
    if not is_sqlite:  # twenty million rows whose references are right by the way they are made
        conn.exec_driver_sql("SET LOCAL session_replication_role = replica")
        conn.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
    indexes = _drop_indexes(conn)
    number = "n.i * 10 + m.i"
    uid = (
        f"printf('00000000-0000-7000-8000-%012x', {number})" if is_sqlite
        else f"('00000000-0000-7000-8000-' || lpad(to_hex(CAST({number} AS BIGINT)), 12, '0'))::uuid"
    )  # fmt: skip
    day = (
        f"strftime('%Y-%m-%d %H:%M:%f000+00:00', '2026-01-01', '+' || (CAST({number} AS BIGINT) * 20000000 / {size.moves}) || ' seconds')"
        if is_sqlite
        else f"timestamptz '2026-01-01 00:00+00' + (CAST({number} AS BIGINT) * 20000000 / {size.moves}) * interval '1 second'"
    )
    columns = "uid, product_id, source_id, target_id, lot, quantity, state, taken, reason, about, created_at, posted_at"
    there = f"((n.i % {size.products}) * 13 + (n.i / {size.products}) * 4999) % {size.locations} + 1"
    conn.exec_driver_sql(
        f"INSERT INTO move ({columns}) {_numbers('n', size.balances)}"
        f"SELECT {uid}, n.i % {size.products} + 1, "
        f"CASE WHEN m.i = 0 THEN {vendor} ELSE {there} END, CASE WHEN m.i = 0 THEN {there} ELSE {customer} END, '', "
        f"CASE WHEN m.i = 0 THEN {PIECES + size.moves_each - 1} ELSE 1 END, 'posted', 0, "
        f"CASE WHEN m.i = 0 THEN 'receipt' ELSE 'pick' END, 'scale:1', {day}, {day} "
        f"FROM n CROSS JOIN (SELECT i FROM k WHERE i < {size.moves_each}) m ORDER BY {number}"
    )
    for statement in indexes:
        conn.exec_driver_sql(statement)


def _drop_indexes(conn: Connection) -> list[str]:
    """Drops the plain indexes of `move`; the statements that make them again. Filling is then many times faster."""
    if conn.dialect.name == "sqlite":
        rows = conn.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'move' AND sql IS NOT NULL"
        ).all()
    else:
        rows = conn.exec_driver_sql(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'move' AND indexdef NOT LIKE '%%UNIQUE%%'"
        ).all()
    for name, _ in rows:
        conn.exec_driver_sql(f"DROP INDEX {name}")
    return [statement for _, statement in rows]


# -- what is measured -----------------------------------------------------------------------------------------------


class Row(NamedTuple):
    what: str
    goal: str
    p50_ms: float
    p95_ms: float


def percentile(times_ms: Sequence[float], share: float) -> float:
    ordered = sorted(times_ms)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def _timed(
    database: Database, asks: Sequence[Callable[[Connection], Any]], *, writes: bool = False
) -> tuple[float, float]:
    times = []
    for ask in asks:
        began = time.perf_counter()
        await (database.write if writes else database.read)(ask)
        times.append((time.perf_counter() - began) * 1_000)
    return percentile(times, 0.5), percentile(times, 0.95)


class Table(list[Row]):
    """Rows that are told as soon as they are known."""

    def append(self, row: Row) -> None:
        super().append(row)
        print(f"| {row.what} | {row.goal} | {row.p50_ms:,.1f} ms | {row.p95_ms:,.1f} ms |", flush=True)


async def measure(url: str, size: Size) -> list[Row]:
    """All rows of the table, on a copy of the warehouse."""
    settle_memory()  # as the server does
    chance = random.Random(7)
    database = Database(url)
    codes = [gtin14(chance.randrange(size.products))[1:] for _ in range(ASKED)]
    places = [f"loc:L-{chance.randrange(size.locations)}" for _ in range(ASKED)]
    skus = [f"sku-{chance.randrange(size.products)}" for _ in range(ASKED)]
    strange = [f"X{chance.randrange(10**9)}" for _ in range(ASKED)]
    found = Table()

    async def add(what: str, goal: str, asks: Sequence[Callable[[Connection], Any]], *, writes: bool = False) -> None:
        found.append(Row(what, goal, *await _timed(database, asks, writes=writes)))

    def resolve(code: str) -> Callable[[Connection], Any]:
        return lambda conn: catalog.products_by_keys(conn, None, read_code(code).keys)

    await add("resolve a code", "< 50 ms", [resolve(code) for code in codes])
    await add("look up goods", "< 50 ms", [partial(look_up, text=code) for code in codes])
    await add("look up a SKU", "< 50 ms", [partial(look_up, text=code) for code in skus])
    await add("look up what nobody knows", "< 50 ms", [partial(look_up, text=code) for code in strange])
    await add("look up a place", "< 50 ms", [partial(look_up, text=place) for place in places])
    when = clock.now().replace(2026, 6, 1)
    asked = [Asked(product_id=chance.randrange(size.products) + 1) for _ in range(ASKED // 4)]
    await add("stock of goods at a second", "", [partial(stock_at, at=when, asked=each, limit=500) for each in asked])
    await measure_bundles(database, size.products, chance, add)
    await _measure_dock(database, size, chance, found)
    await _measure_count(database, size, found)
    await database.close()
    return found


async def _measure_dock(database: Database, size: Size, chance: random.Random, found: list[Row]) -> None:
    """Put-away proposals for one product at a time; a delivery of 10,000 lines."""
    asker = Asker(person_id=1, device_id=None)
    dock = await database.read(lambda conn: stock.location_by_key(conn, "loc:DOCK"))
    assert dock is not None

    def known(_: Connection) -> list[int]:
        return [chance.randrange(size.products) + 1]

    def many(_: Connection) -> list[int]:
        return [number + 1 for number in chance.sample(range(size.products), STOPS_MAX)]

    def new(conn: Connection) -> list[int]:
        row = {"merchant_id": 1, "sku": f"NEW-{chance.randrange(10**9)}", "name": "Nové zboží"}
        return catalog.create_products(conn, [row])

    def propose(conn: Connection, choose: Callable[[Connection], list[int]]) -> float:
        """Milliseconds of the proposal alone, for goods that lie at the dock and have left it afterwards."""
        vendor, customer = stock.outside(conn, "vendor"), stock.outside(conn, "customer")
        goods = choose(conn)
        stock.post(conn, [stock.Move(each, vendor, dock.id, 5, "receipt", "scale:2") for each in goods], clock.now())
        before = time.perf_counter()
        walk = puts.JOB.get(conn, {"key": "loc:DOCK"}, asker, clock.now())
        took_ms = (time.perf_counter() - before) * 1_000
        assert walk is not None
        assert {line["product"] for line in walk["lines"]} == set(goods)
        conn.execute(sa.text("UPDATE put_away SET state = 'done'"))
        stock.post(conn, [stock.Move(each, dock.id, customer, 5, "dispatch", "scale:2") for each in goods], clock.now())
        return took_ms

    def empty_some(conn: Connection) -> None:
        conn.execute(sa.text("UPDATE balance SET on_hand = 0 WHERE location_id % 100 = 0 AND reserved = 0"))
        conn.execute(sa.text("INSERT INTO emptied (location_id) SELECT id FROM location WHERE id % 100 = 0"))

    for what, choose, goal in (
        ("propose a place", known, "< 100 ms"),
        (f"a walk of {STOPS_MAX} products", many, ""),
        ("a place for new goods, not one being empty", new, "< 100 ms"),
        ("the same, one place in a hundred being empty", new, "< 100 ms"),
    ):
        if what.startswith("the same"):
            await database.write(empty_some)
        times = [await database.write(partial(propose, choose=choose)) for _ in range(ASKED)]
        found.append(Row(what, goal, percentile(times, 0.5), percentile(times, 0.95)))

    lines = [{"sku": f"SKU-{number}", "quantity": 3} for number in range(min(RECEIPT_LINES, size.products))]
    content = msgspec.json.encode({"receipts": [{"reference": "BIG-1", "supplier": "Dodavatel", "lines": lines}]})
    await database.write(lambda conn: take_file(conn, "SCALE", content, clock.now()))
    receipt = await database.read(lambda conn: conn.execute(sa.text("SELECT max(id) FROM receipt")).scalar_one())
    ask = {"key": f"receipt:{receipt}"}
    opening = [lambda conn: msgspec.json.encode(receives.JOB.get(conn, ask, asker, clock.now()))] * 10
    found.append(
        Row(f"open a delivery of {len(lines):,} lines", "< 1 s", *await _timed(database, opening, writes=True))
    )
    await _measure_receiving(database, receipt, chance, found)


async def _measure_receiving(database: Database, receipt: int, chance: random.Random, found: list[Row]) -> None:
    """Pieces scanned one by one in the open delivery, each a request of its own through the real intake."""
    bundle = await database.read(lambda conn: receives.JOB.read(conn, f"receive:{receipt}"))
    assert bundle is not None
    device, times = await Device(database).enrol(), []
    for line in chance.choices(bundle["lines"], k=ASKED):
        key = line["codes"][0]["key"]
        scan = device.scan("receive", bundle["task"], "receive", key, line=line["id"], quantity=1)
        began = time.perf_counter()
        verdicts = await device.send(scan)
        times.append((time.perf_counter() - began) * 1_000)
        assert verdicts == ["ok"], verdicts
    found.append(Row("a scan in it", "< 100 ms", percentile(times, 0.5), percentile(times, 0.95)))


async def _measure_count(database: Database, size: Size, found: list[Row]) -> None:
    """A stocktake of 10,000 lines in which every tenth differs is closed."""
    places = min(size.locations, COUNT_LINES // max(1, size.balances // size.locations) + 10)

    def make(conn: Connection) -> int:
        wanted = [Wanted(number + 1) for number in range(places)]
        list_id = make_list(conn, "stocktake", wanted, clock.now(), at_close=True)
        ids = list(conn.execute(sa.text(f"SELECT id FROM count_task WHERE list_id = {list_id} ORDER BY id")).scalars())
        note_expected(conn, ids)
        conn.execute(sa.text(f"DELETE FROM count_line WHERE id > (SELECT min(id) FROM count_line) + {COUNT_LINES - 1}"))
        conn.execute(
            sa.text(
                "UPDATE count_line SET counted = expected - (CASE WHEN id % 10 = 0 THEN 1 ELSE 0 END), "
                "moved = -(CASE WHEN id % 10 = 0 THEN 1 ELSE 0 END), "
                "outcome = CASE WHEN id % 10 = 0 THEN 'booked' ELSE 'equal' END"
            )
        )
        conn.execute(
            sa.text(f"UPDATE count_task SET counted_at = created_at, counted_by = 1 WHERE list_id = {list_id}")
        )
        assert read_limits(conn).pieces
        return list_id

    list_id = await database.write(make)
    began = time.perf_counter()
    closed = await database.write(lambda conn: close_list(conn, list_id, clock.now(), SYSTEM))
    took_ms = (time.perf_counter() - began) * 1_000
    assert closed.differences == closed.lines // 10, closed
    found.append(Row(f"close a count of {closed.lines:,} lines", "< 10 s", took_ms, took_ms))


def run(engine: str, size: Size, server: str | None, kept: Path | None, only_build: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="rampa-scale-") as folder:
        ground = Ground(engine, server, kept or Path(folder), "STRATEGY FILE_COPY")
        name = f"warehouse_{size.products}" + (f"_{size.moves_each}" if size.moves_each != MOVES_EACH else "")
        began = time.perf_counter()
        is_found = kept is not None and ground.find_kept(name)
        if not is_found:
            ground.build(build_goods(size), build_books(size))
            if kept is not None:
                ground.keep_as(name)
        took_s = time.perf_counter() - began
        print(
            f"\n{engine}: {size.products:,} products, {size.locations:,} locations, {size.balances:,} balances, "
            f"{size.moves:,} moves, {'found' if is_found else 'built'} in {took_s:.0f} s", flush=True,
        )  # fmt: skip
        if not only_build:
            with ground.fresh() as url:
                print(f"load {os.getloadavg()[0]:.1f}\n\n| what | goal | p50 | p95 |\n|---|---|---|---|", flush=True)
                asyncio.run(measure(url, size))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append")
    parser.add_argument("--scale", type=float, default=0.1, help="1 is the whole warehouse")
    parser.add_argument("--full", action="store_true", help="the whole on PostgreSQL, a tenth on SQLite")
    parser.add_argument("--moves", type=int, choices=range(MOVES_EACH + 1), default=MOVES_EACH, help="of each balance")
    parser.add_argument("--keep", type=Path, help="a folder where the warehouse stays for the next run")
    parser.add_argument("--build", action="store_true", help="build it in the folder and measure nothing")
    args = parser.parse_args(argv)
    if args.build and args.keep is None:
        parser.error("--build wants --keep FOLDER: what is built must stay somewhere")
    for engine in args.engine or ("sqlite", "postgres"):
        is_postgres = engine == "postgres"
        kept = args.keep.resolve() / engine if args.keep else None
        if kept is not None:
            kept.mkdir(parents=True, exist_ok=True)
        with postgres_server(kept) if is_postgres else nullcontext() as server:
            size = size_of((1.0 if is_postgres else 0.1) if args.full else args.scale, args.moves)
            run(engine, size, server, kept, args.build)
    return 0


if __name__ == "__main__":
    sys.exit(main())
