"""Deliveries under lock: the part that a chunk of scans touches, and what the chunk writes.

A delivery may have ten thousand lines; a scan reads the few it means.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.inbound.receiving import (
    Finished,
    ReceiptAct,
    ReceiptLine,
    Received,
    ReceivedUndone,
    Receiving,
    SetAside,
    Unit,
    UnitPart,
)
from backend.inbound.tables import logistic_unit, receipt, receipt_act, receipt_line, set_aside
from backend.platform.errors import Conflict, NotFound
from backend.platform.statements import RowChange, Statement, among, insert_into
from backend.scanning.protocol import Taken
from backend.stock import api as stock

# asked with every scan
_heads = sa.select(receipt).where(among(receipt.c.id, "ids")).order_by(receipt.c.id)
_HEADS = {False: Statement(_heads), True: Statement(_heads.with_for_update())}
_lines = sa.select(receipt_line).where(receipt_line.c.receipt_id == sa.bindparam("receipt"))
_LINES = Statement(_lines.order_by(receipt_line.c.position))
# two plain questions: of one with OR an engine may walk all lines of the delivery
_LINES_BY_IDS = Statement(_lines.where(among(receipt_line.c.id, "ids")))
_LINES_OF_PRODUCTS = Statement(_lines.where(among(receipt_line.c.product_id, "products")))
_ACTS = Statement(
    sa.select(receipt_act)
    .where(among(receipt_act.c.uid, "acts"), receipt_act.c.receipt_id == sa.bindparam("receipt"), ~receipt_act.c.undone)
    .order_by(receipt_act.c.id)
)
_NOTE_ACTS = insert_into(receipt_act)
_COUNT = RowChange(
    lambda given: (
        sa.update(receipt_line)
        .where(receipt_line.c.id == given["line"])
        .values(received=given["received"], damaged=given["damaged"])
    ),
    {"line": receipt_line.c.id.type, "received": receipt_line.c.received.type, "damaged": receipt_line.c.damaged.type},
)


class Meant:
    """What the scans of a chunk may touch of one delivery."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.lines: set[int] = set()
        self.acts: set[UUID] = set()
        self.undone: set[UUID] = set()
        self.serials: set[str] = set()
        self.whole = False


def find_receipt(conn: Connection, receipt_id: int, lock: bool = False) -> Any:
    """Raises `NotFound` RECEIPT_UNKNOWN."""
    rows = _HEADS[lock].rows(conn, ids=[receipt_id])
    if not rows:
        raise NotFound(
            "RECEIPT_UNKNOWN", f"Expected a delivery, got number {receipt_id}; reload the list.", got=str(receipt_id)
        )
    return rows[0]


def load_receipts(conn: Connection, meant: Mapping[int, Meant], today: date) -> dict[int, Receiving]:
    """The deliveries, locked in the order of their ids, with only what the scans may mean."""
    rows = _HEADS[True].rows(conn, ids=sorted(meant))
    return {row.id: _load_one(conn, row, meant[row.id], today) for row in rows}


def _load_one(conn: Connection, row: Any, meant: Meant, today: date) -> Receiving:
    acts = _read_acts(conn, row.id, meant.acts | meant.undone)
    ssccs = {key.partition(":")[2] for key in meant.keys if key.startswith("sscc:")}
    ssccs |= {part.sscc for act in acts.values() for part in act.parts if part.sscc}
    units = _read_units(conn, row.id, ssccs)
    line_ids = meant.lines | {part.line_id for unit in units.values() for part in unit.parts}
    line_ids |= {part.line_id for act in acts.values() for part in act.parts}
    lines = read_lines(conn, row.id, row.merchant_id, None if meant.whole else line_ids, meant.keys)
    products = {line.product_id for line in lines.values()}
    tracked = {line.product_id for line in lines.values() if line.tracking != "none" or line.dated}
    return Receiving(
        id=row.id, number=row.number, state=row.state, today=today, lines=lines, units=units, acts=acts,
        lots={key: each.best_before for key, each in stock.lots_of(conn, tracked).items()} if tracked else {},
        serials=stock.serial_places(conn, {(each, code) for each in products for code in meant.serials}),
        gone=_gone(conn, row, acts, lines, {str(each) for each in meant.undone}),
    )  # fmt: skip


def read_lines(
    conn: Connection, receipt_id: int, merchant_id: int, line_ids: Collection[int] | None, keys: Collection[str] = ()
) -> dict[int, ReceiptLine]:
    """Lines by their ids or by the codes of their products; all of them where `line_ids` is None."""
    if line_ids is None:
        meant = {row.id: row for row in lines_of(conn, receipt_id)}
    else:
        known = catalog.products_by_keys(conn, merchant_id, keys) if keys else {}
        named = {each.product.id for codes in known.values() for each in codes}
        meant = {row.id: row for row in _LINES_OF_PRODUCTS.rows(conn, receipt=receipt_id, products=sorted(named))}
        if rest := sorted(set(line_ids) - meant.keys()):
            meant |= {row.id: row for row in _LINES_BY_IDS.rows(conn, receipt=receipt_id, ids=rest)}
    rows = [meant[number] for number in sorted(meant)]
    ids = {row.product_id for row in rows}
    products, codes = catalog.products_by_ids(conn, ids), catalog.codes_of(conn, ids)
    policies = catalog.policies_of(conn, ids)
    found: dict[int, ReceiptLine] = {}
    for row in rows:
        product, policy = products[row.product_id], policies.get(row.product_id, catalog.PLAIN)
        found[row.id] = ReceiptLine(
            id=row.id, product_id=row.product_id, sku=product.sku, name=product.name, expected=row.expected,
            received=row.received, damaged=row.damaged, tracking=product.tracking, dated=policy.dated,
            life_days=policy.life_days,
            codes=_with_part_number({each.key: each.quantity for each in codes[row.product_id]}, row.supplier_sku),
        )  # fmt: skip
    return found


def lines_of(conn: Connection, receipt_id: int) -> list[Any]:
    """All rows of a delivery in the order of its paper."""
    return _LINES.rows(conn, receipt=receipt_id)


def _with_part_number(codes: dict[str, int], part: str) -> dict[str, int]:
    """The supplier's number names the line of his delivery, even where it means other goods in the catalogue."""
    return codes | {f"text:{part.upper()}": 1} if part else codes


def _read_acts(conn: Connection, receipt_id: int, acts: Collection[UUID]) -> dict[str, ReceiptAct]:
    found: dict[str, tuple[Received, ...]] = {}
    for part in catalog.in_slices(acts):
        for row in _ACTS.rows(conn, acts=part, receipt=receipt_id):
            received = Received(
                act=str(row.uid), line_id=row.receipt_line_id, quantity=row.quantity, lot=row.lot,
                best_before=row.best_before, serial=row.serial, sscc=row.sscc, condition=row.condition,
                reason=row.reason,
            )  # fmt: skip
            found[str(row.uid)] = (*found.get(str(row.uid), ()), received)
    return {act: ReceiptAct(parts=parts) for act, parts in found.items()}


def _read_units(conn: Connection, receipt_id: int, ssccs: Collection[str]) -> dict[str, Unit]:
    if not ssccs:
        return {}
    rows = conn.execute(
        sa.select(logistic_unit)
        .where(logistic_unit.c.receipt_id == receipt_id, logistic_unit.c.sscc.in_(sorted(ssccs)))
        .order_by(logistic_unit.c.id)
    ).all()
    found: dict[str, Unit] = {}
    for row in rows:
        part = UnitPart(row.receipt_line_id, row.quantity, row.lot, row.best_before)
        before = found.get(row.sscc)
        found[row.sscc] = Unit(sscc=row.sscc, parts=(*(before.parts if before else ()), part), received=row.received)
    return found


def _gone(
    conn: Connection, row: Any, acts: Mapping[str, ReceiptAct], lines: Mapping[int, ReceiptLine], undone: set[str]
) -> frozenset[str]:
    """Acts whose pieces no longer lie where they were received: they were put away since."""
    if not undone & acts.keys():
        return frozenset()
    homes = {True: row.dock_id, False: quarantine(conn)}
    gone: set[str] = set()
    for act in undone & acts.keys():
        wanted: dict[stock.Place, int] = {}
        for part in acts[act].parts:
            place = stock.Place(lines[part.line_id].product_id, homes[part.condition == "good"], part.lot)
            wanted[place] = wanted.get(place, 0) + part.quantity
        lying = stock.read_balances(conn, wanted)
        if any(place not in lying or lying[place].free < pieces for place, pieces in wanted.items()):
            gone.add(act)
    return frozenset(gone)


def quarantine(conn: Connection) -> int:
    """Where damaged and unknown goods stand; made on first use."""
    found = stock.locations_of_kind(conn, ("quarantine",))
    return found[0].id if found else stock.create_locations(conn, [{"code": "QUARANTINE", "kind": "quarantine"}])[0]


def dock(conn: Connection, code: str = "") -> int:
    """The receiving area: the named one, else the first; made on first use. Raises `NotFound` LOCATION_UNKNOWN."""
    found = stock.locations_of_kind(conn, ("receiving",))
    if code:
        named = next((each for each in found if each.code == code), None)
        if named is None:
            known = ", ".join(each.code for each in found) or "none yet"
            raise NotFound("LOCATION_UNKNOWN", f"Expected a receiving area ({known}), got {code!r}.", got=code)
        return named.id
    return found[0].id if found else stock.create_locations(conn, [{"code": "RECEIVING", "kind": "receiving"}])[0]


# -- writing --------------------------------------------------------------------------------------------------------


Changes = Sequence[tuple[Taken, Any]]


def write_changes(conn: Connection, receiving: Receiving, changes: Changes, now: datetime) -> None:
    """What a chunk did to one delivery: rows, moves, lots and serials, each kind at once."""
    row = find_receipt(conn, receiving.id)
    undone = {UUID(each.act) for _, each in changes if isinstance(each, ReceivedUndone)}
    fresh = [(taken, each) for taken, each in changes if isinstance(each, Received) and UUID(each.act) not in undone]
    # what was received and taken back within the chunk never was; older acts go first, as their serials may come again
    _write_undone(conn, receiving, undone, now)
    _write_received(conn, receiving, row.dock_id or dock(conn), fresh, now)
    _count_lines(conn, receiving, changes)
    aside = [(taken, each) for taken, each in changes if isinstance(each, SetAside)]
    if aside:
        conn.execute(
            sa.insert(set_aside),
            [
                {
                    "receipt_id": receiving.id, "act": UUID(each.act), "code": each.code, "quantity": each.quantity,
                    "note": each.note, "state": "open", "at": now, "person_id": taken.person_id,
                }
                for taken, each in aside
            ],
        )  # fmt: skip
    _write_head(conn, row, receiving, changes, now)


def _write_received(conn: Connection, receiving: Receiving, dock_id: int, fresh: Changes, now: datetime) -> None:
    if not fresh:
        return
    vendor, bad = stock.outside(conn, "vendor"), quarantine(conn)
    lines, about = receiving.lines, f"receipt:{receiving.id}"
    stock.know_lots(
        conn, [(lines[each.line_id].product_id, each.lot, each.best_before) for _, each in fresh if each.lot], now
    )
    moves, acts, serials = [], [], []
    for taken, each in fresh:
        product_id = lines[each.line_id].product_id
        target = dock_id if each.condition == "good" else bad
        who: dict[str, Any] = {"act": UUID(each.act), "person_id": taken.person_id, "device_id": taken.device_id}
        moves.append(stock.Move(product_id, vendor, target, each.quantity, "receipt", about, lot=each.lot, **who))
        acts.append(
            {
                "uid": UUID(each.act), "receipt_id": receiving.id, "receipt_line_id": each.line_id, "at": now,
                "quantity": each.quantity, "lot": each.lot, "best_before": each.best_before, "serial": each.serial,
                "sscc": each.sscc, "condition": each.condition, "reason": each.reason, "undone": False,
                "person_id": taken.person_id, "device_id": taken.device_id,
            }
        )  # fmt: skip
        if each.serial:
            serials.append(
                stock.SerialStep(
                    product_id=product_id, code=each.serial, target_id=target, reason="receipt", about=about,
                    lot=each.lot, **who,
                )
            )  # fmt: skip
    stock.post(conn, moves, now)
    _NOTE_ACTS.run_many(conn, acts)
    stock.move_serials(conn, serials, now)


def _write_undone(conn: Connection, receiving: Receiving, undone: set[UUID], now: datetime) -> None:
    if not undone:
        return
    stock.undo(conn, undone, now, reserve_again=False)
    stock.undo_serials(conn, undone, now, f"receipt:{receiving.id}")
    conn.execute(sa.update(receipt_act).where(receipt_act.c.uid.in_(sorted(undone, key=str))).values(undone=True))


def _count_lines(conn: Connection, receiving: Receiving, changes: Changes) -> None:
    """Lines and units as the snapshot leaves them: the delivery is locked, so that nobody else counted meanwhile."""
    parts = [each for _, each in changes if isinstance(each, Received)]
    parts += [part for _, each in changes if isinstance(each, ReceivedUndone) for part in each.parts]
    touched = sorted({part.line_id for part in parts})
    _COUNT.run_many(
        conn,
        [
            {"line": each, "received": receiving.lines[each].received, "damaged": receiving.lines[each].damaged}
            for each in touched
        ],
    )
    for sscc in sorted({part.sscc for part in parts if part.sscc}):
        conn.execute(
            sa.update(logistic_unit)
            .where(logistic_unit.c.receipt_id == receiving.id, logistic_unit.c.sscc == sscc)
            .values(received=receiving.units[sscc].received)
        )


def _write_head(conn: Connection, row: Any, receiving: Receiving, changes: Changes, now: datetime) -> None:
    values: dict[str, Any] = {"version": receipt.c.version + 1, "person_id": changes[-1][0].person_id}
    if row.begun_at is None:
        values["begun_at"] = now
    if row.state == "expected":
        values["state"] = "receiving"
    finished = next((each for _, each in changes if isinstance(each, Finished)), None)
    if finished is not None:
        values |= {"state": "received", "received_at": now}
        if finished.rest == "back_order":
            make_rest(conn, row, receiving.lines.values(), now)
    conn.execute(sa.update(receipt).where(receipt.c.id == receiving.id).values(**values))


def make_rest(conn: Connection, row: Any, lines: Iterable[ReceiptLine], now: datetime) -> int | None:
    """A delivery of what did not come; None when everything came."""
    missing = [line for line in lines if line.room]
    if not missing:
        return None
    # The series is locked until we are through: whoever else makes a part of this reference has waited or will wait.
    number = catalog.next_number(conn, "receipt")
    same = (receipt.c.merchant_id == row.merchant_id, receipt.c.reference == row.reference)
    part = conn.execute(sa.select(sa.func.max(receipt.c.part)).where(*same)).scalar_one()
    made = conn.execute(
        sa.insert(receipt)
        .values(
            merchant_id=row.merchant_id, number=number, reference=row.reference, part=part + 1,
            kind=row.kind, state="expected", supplier=row.supplier, note=row.note, dock_id=row.dock_id,
            rest_of_id=row.id, created_at=now,
        )
        .returning(receipt.c.id)
    ).scalar_one()  # fmt: skip
    rows = [
        {"receipt_id": made, "position": place, "product_id": line.product_id, "expected": line.room}
        for place, line in enumerate(missing, start=1)
    ]
    conn.execute(sa.insert(receipt_line), rows)
    return int(made)


def add_line(conn: Connection, receipt_id: int, product_id: int) -> int:
    """A product that was not announced: a line that expects nothing. The line that is there already, if there is one."""
    row = find_receipt(conn, receipt_id, lock=True)
    if row.state not in ("expected", "receiving"):
        raise Conflict(
            "RECEIPT_OVER", f"Expected a delivery that is still open, {row.number} is {row.state}; open another one.",
            got=row.state,
        )  # fmt: skip
    mine = receipt_line.c.receipt_id == receipt_id
    found = conn.execute(
        sa.select(sa.func.min(receipt_line.c.id)).where(mine, receipt_line.c.product_id == product_id)
    ).scalar_one()
    if found is not None:
        return int(found)
    last = conn.execute(sa.select(sa.func.coalesce(sa.func.max(receipt_line.c.position), 0)).where(mine)).scalar_one()
    conn.execute(sa.update(receipt).where(receipt.c.id == receipt_id).values(version=receipt.c.version + 1))
    return int(
        conn.execute(
            sa.insert(receipt_line)
            .values(receipt_id=receipt_id, position=last + 1, product_id=product_id)
            .returning(receipt_line.c.id)
        ).scalar_one()
    )
