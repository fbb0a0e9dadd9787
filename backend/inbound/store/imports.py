"""Deliveries written from files, or opened at the dock without any announcement."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.facts.inbound import ReceiptExpected
from backend.inbound.left_out import LeftOut, RefusedReceipt
from backend.inbound.receipt_file import IncomingLine, IncomingReceipt, parse_file
from backend.inbound.store.receipts import dock
from backend.inbound.tables import logistic_unit, receipt, receipt_line
from backend.platform import journal
from backend.platform.errors import Problem
from backend.platform.journal import SYSTEM, Actor


class ImportOutcome(msgspec.Struct, frozen=True):
    """What a file did: new deliveries, known ones (unchanged), updated ones (nothing of them was received yet)."""

    received: int
    known: int
    updated: int
    numbers: list[str]
    refused: list[RefusedReceipt]


def take_file(conn: Connection, merchant: str, content: bytes, now: datetime, actor: Actor = SYSTEM) -> ImportOutcome:
    """Write the deliveries of a file. Raises NOT_A_RECEIPT_FILE, MERCHANT_UNKNOWN; bad deliveries are told by name."""
    taken, refused = parse_file(content)
    owner = catalog.merchant_by_code(conn, merchant).id if merchant else _only_merchant(conn)
    counts = {"received": 0, "known": 0, "updated": 0}
    numbers: list[str] = []
    for each in taken:
        try:
            with conn.begin_nested():
                outcome, number = _take_one(conn, owner, each, now, actor)
        except LeftOut as wrong:
            refused.append(wrong.told(each.reference))
            continue
        except Problem as problem:
            refused.append(RefusedReceipt(each.reference, problem.sentence, problem.code, dict(problem.kept())))
            continue
        counts[outcome] += 1
        numbers.append(number)
    return ImportOutcome(**counts, numbers=numbers, refused=refused)


def _only_merchant(conn: Connection) -> int:
    known = list(catalog.read_merchants(conn).values())
    if len(known) != 1:
        names = ", ".join(each.code for each in known) or "none yet"
        raise Problem(
            "MERCHANT_NEEDED", f"Expected the code of the merchant who owns the goods ({names}), got none; name it.",
            expected=names,
        )  # fmt: skip
    return known[0].id


def _take_one(
    conn: Connection, merchant_id: int, incoming: IncomingReceipt, now: datetime, actor: Actor
) -> tuple[str, str]:
    digest = hashlib.sha256(msgspec.json.encode(incoming)).hexdigest()
    row = conn.execute(
        sa.select(receipt)
        .where(receipt.c.merchant_id == merchant_id, receipt.c.reference == incoming.reference, receipt.c.part == 1)
        .with_for_update()
    ).one_or_none()
    if row is not None and row.content_sha256 == digest:
        return "known", row.number
    if row is not None and row.state != "expected":
        raise LeftOut("RECEIVED_ALREADY", got=row.number, state=row.state)
    lines = _merge_lines(conn, merchant_id, incoming)
    values = {
        "kind": incoming.kind, "supplier": incoming.supplier, "note": incoming.note, "expected_on": incoming.expected_on,
        "dock_id": dock(conn, incoming.dock), "content_sha256": digest,
    }  # fmt: skip
    if row is None:
        number = catalog.next_number(conn, "receipt")
        made = sa.insert(receipt).values(
            merchant_id=merchant_id, number=number, reference=incoming.reference, part=1, state="expected",
            created_at=now, **values,
        )  # fmt: skip
        receipt_id = int(conn.execute(made.returning(receipt.c.id)).scalar_one())
    else:
        number, receipt_id = row.number, row.id
        conn.execute(sa.delete(logistic_unit).where(logistic_unit.c.receipt_id == receipt_id))
        conn.execute(sa.delete(receipt_line).where(receipt_line.c.receipt_id == receipt_id))
        changed = sa.update(receipt).where(receipt.c.id == receipt_id)
        conn.execute(changed.values(version=receipt.c.version + 1, **values))
    _write_lines(conn, receipt_id, lines)
    told = ReceiptExpected(
        about=f"receipt:{receipt_id}", number=number, reference=incoming.reference, supplier=incoming.supplier,
        lines=len(lines),
    )  # fmt: skip
    journal.append(conn, [told], now, actor)
    return "received" if row is None else "updated", number


class _Line(msgspec.Struct):
    product_id: int
    expected: int
    lot: str
    best_before: object
    supplier_sku: str
    units: list[tuple[str, int]]


def _merge_lines(conn: Connection, merchant_id: int, incoming: IncomingReceipt) -> list[_Line]:
    """A line for each product and announced lot, whatever units it comes in. Raises for products that nobody knows."""
    skus = catalog.products_by_skus(conn, merchant_id, [each.code for each in incoming.lines if not each.is_gtin])
    codes = catalog.products_by_keys(conn, merchant_id, [_key(each) for each in incoming.lines])
    unknown: list[str] = []
    found: dict[tuple[int, str], _Line] = {}
    for each in incoming.lines:
        known = None if each.code in skus and not each.is_gtin else codes.get(_key(each))
        product = known[0].product if known else skus.get(each.code)
        if product is None:
            unknown.append(each.code)
            continue
        pieces = each.quantity * (known[0].quantity if known else 1)
        line = found.setdefault(
            (product.id, each.lot), _Line(product.id, 0, each.lot, each.best_before, each.supplier_sku, [])
        )
        line.expected += pieces
        if each.sscc:
            line.units.append((each.sscc, pieces))
    if unknown:
        some = ", ".join(unknown[:5]) + ("..." if len(unknown) > 5 else "")
        raise LeftOut("PRODUCTS_UNKNOWN", count=len(unknown), got=some)
    catalog.learn_part_numbers(conn, merchant_id, [(each.supplier_sku, each.product_id) for each in found.values()])
    return list(found.values())


def _key(line: IncomingLine) -> str:
    return f"gtin:{line.code}" if line.is_gtin else f"text:{line.code.upper()}"


def _write_lines(conn: Connection, receipt_id: int, lines: Sequence[_Line]) -> None:
    rows = [
        {
            "receipt_id": receipt_id, "position": place, "product_id": each.product_id, "expected": each.expected,
            "lot": each.lot, "best_before": each.best_before, "supplier_sku": each.supplier_sku,
        }
        for place, each in enumerate(lines, start=1)
    ]  # fmt: skip
    conn.execute(sa.insert(receipt_line), rows)
    if not any(each.units for each in lines):
        return
    written = conn.execute(
        sa.select(receipt_line.c.position, receipt_line.c.id).where(receipt_line.c.receipt_id == receipt_id)
    )
    ids = {row.position: row.id for row in written}
    units: dict[tuple[str, int], int] = {}
    for place, each in enumerate(lines, start=1):
        for sscc, pieces in each.units:
            units[sscc, place] = units.get((sscc, place), 0) + pieces
    conn.execute(
        sa.insert(logistic_unit),
        [
            {
                "receipt_id": receipt_id, "receipt_line_id": ids[place], "sscc": sscc, "quantity": pieces,
                "lot": lines[place - 1].lot, "best_before": lines[place - 1].best_before,
            }
            for (sscc, place), pieces in sorted(units.items())
        ],
    )  # fmt: skip


def open_blind(
    conn: Connection, merchant: str, reference: str, supplier: str, now: datetime, actor: Actor = SYSTEM
) -> int:
    """A delivery that nobody announced; its lines come with the scans. A repeated reference opens the next part."""
    owner = catalog.merchant_by_code(conn, merchant).id if merchant else _only_merchant(conn)
    number = catalog.next_number(conn, "receipt")
    named = reference.strip()[:64] or number
    part = conn.execute(
        sa.select(sa.func.coalesce(sa.func.max(receipt.c.part), 0)).where(
            receipt.c.merchant_id == owner, receipt.c.reference == named
        )
    ).scalar_one()
    made = sa.insert(receipt).values(
        merchant_id=owner, number=number, reference=named, part=part + 1, kind="blind", state="expected",
        supplier=supplier.strip()[:200], note="", dock_id=dock(conn), created_at=now, content_sha256="",
    )  # fmt: skip
    receipt_id = int(conn.execute(made.returning(receipt.c.id)).scalar_one())
    told = ReceiptExpected(
        about=f"receipt:{receipt_id}", number=number, reference=named, supplier=supplier.strip()[:200], lines=0
    )
    journal.append(conn, [told], now, actor)
    return receipt_id
