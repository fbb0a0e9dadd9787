"""Returns in SQL. What was sent and came back is read from the ledger: moves to and from the customer by order line."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.inbound.returning import CameBack, Closed, ReturnAct, ReturnLine, ReturnSheet
from backend.inbound.tables import return_act, return_case
from backend.orders import api as orders
from backend.stock import api as stock

RETURNED_FROM = ("dispatched", "delivered", "settled")


def open_case(conn: Connection, order_id: int, person_id: int, device_id: int | None, now: datetime) -> int:
    """The open return of an order, made when there is none."""
    found = conn.execute(
        sa.select(sa.func.max(return_case.c.id)).where(
            return_case.c.order_id == order_id, return_case.c.state == "open"
        )
    ).scalar_one()
    if found is not None:
        taken = {"person_id": person_id, "device_id": device_id, "version": return_case.c.version + 1}
        conn.execute(sa.update(return_case).where(return_case.c.id == found).values(**taken))
        return int(found)
    row = {
        "number": catalog.next_number(conn, "return"), "order_id": order_id, "state": "open", "created_at": now,
        "person_id": person_id, "device_id": device_id, "version": 1,
    }  # fmt: skip
    return int(conn.execute(sa.insert(return_case).values(**row).returning(return_case.c.id)).scalar_one())


def own_cases(conn: Connection, person_id: int) -> list[int]:
    mine = sa.select(return_case.c.id).where(return_case.c.state == "open", return_case.c.person_id == person_id)
    return list(conn.execute(mine.order_by(return_case.c.id)).scalars())


def read_sheets(
    conn: Connection, ids: Iterable[int], acts: Iterable[UUID] = (), lock: bool = False
) -> dict[int, ReturnSheet]:
    """Returns with the lines of their orders."""
    wanted = sorted(set(ids))
    statement = sa.select(return_case).where(return_case.c.id.in_(wanted)).order_by(return_case.c.id)
    heads = conn.execute(statement.with_for_update() if lock else statement).all()
    order_ids = {head.order_id for head in heads}
    known = orders.orders_by_ids(conn, order_ids, lock=lock)
    sent = stock.sent_of(conn, [line.id for lines in orders.goods_lines(conn, order_ids).values() for line in lines])
    lines_of = {
        order_id: _lines(conn, order_id, lines, sent) for order_id, lines in orders.goods_lines(conn, order_ids).items()
    }
    undone = _acts(conn, wanted, acts, lock)
    quantity = sa.cast(sa.func.sum(return_act.c.quantity), sa.BigInteger)
    pieces = {
        row[0]: int(row[1])
        for row in conn.execute(
            sa.select(return_act.c.return_case_id, quantity)
            .where(return_act.c.return_case_id.in_(wanted), ~return_act.c.undone)
            .group_by(return_act.c.return_case_id)
        )
    }
    return {
        head.id: ReturnSheet(
            id=head.id, number=head.number, order_id=head.order_id, order=known[head.order_id].number,
            lines=lines_of[head.order_id], acts=undone.get(head.id, {}), pieces=pieces.get(head.id, 0),
            closed=head.state != "open",
        )
        for head in heads
    }  # fmt: skip


def _lines(
    conn: Connection, order_id: int, lines: Iterable[orders.OrderLine], sent: Mapping[int, Mapping[str, stock.Sent]]
) -> dict[int, ReturnLine]:
    wanted = [line for line in lines if line.product_id is not None and line.id in sent]
    goods = {line.product_id for line in wanted if line.product_id is not None}
    codes, products = catalog.codes_of(conn, goods), catalog.products_by_ids(conn, goods)
    tracked = any(each.tracking == "serial" for each in products.values())
    serials = stock.serials_at_customer(conn, order_id) if tracked else {}
    return {
        line.id: ReturnLine(
            id=line.id, product_id=line.product_id or 0, sku=line.sku, name=line.name,
            codes={each.key: each.quantity for each in codes[line.product_id or 0]},
            sent=sum(each.sent for each in sent[line.id].values()),
            lots={lot: each.sent - each.back for lot, each in sent[line.id].items()},
            serials=tuple(serials.get(line.product_id or 0, ())),
        )
        for line in wanted
    }  # fmt: skip


def _acts(conn: Connection, ids: Iterable[int], acts: Iterable[UUID], lock: bool) -> dict[int, dict[str, ReturnAct]]:
    """Acts of the returns that are not undone, with their lots."""
    rows = conn.execute(
        sa.select(return_act).where(
            return_act.c.return_case_id.in_(sorted(ids)), return_act.c.uid.in_(sorted(set(acts))), ~return_act.c.undone
        )
    ).all()
    moved: dict[UUID, list[stock.ActMove]] = {}
    for each in stock.moves_of_acts(conn, [row.uid for row in rows], "return"):
        moved.setdefault(each.act, []).append(each)
    places = [stock.Place(each.product_id, each.target_id, each.lot) for moves in moved.values() for each in moves]
    there = stock.read_balances(conn, places, lock=lock)
    told = stock.serials_of_acts(conn, [row.uid for row in rows])
    found: dict[int, dict[str, ReturnAct]] = {}
    for row in rows:
        moves = moved.get(row.uid, [])
        whole = row.condition == "scrap" or all(
            there.get(stock.Place(each.product_id, each.target_id, each.lot), stock.Balance()).free >= each.quantity
            for each in moves
        )
        lots = {each.lot: each.quantity for each in moves}
        found.setdefault(row.return_case_id, {})[str(row.uid)] = ReturnAct(
            row.order_line_id, lots, row.condition, whole, told.get(row.uid, ())
        )
    return found


def read_places(conn: Connection) -> dict[str, stock.Location | None]:
    """Condition -> the place where such goods go; scrap leaves the house."""
    receiving = next(iter(stock.locations_of_kind(conn, ("receiving",))), None)
    quarantine = next(iter(stock.locations_of_kind(conn, ("quarantine",))), None) or receiving
    return {"resell": receiving, "second": quarantine, "supplier": quarantine, "scrap": None}


def take_back(conn: Connection, change: CameBack, now: datetime, person_id: int | None, device_id: int | None) -> None:
    """The pieces move from the customer to where goods of their condition go."""
    place = read_places(conn)[change.condition]
    target = place.id if place is not None else stock.outside(conn, "scrap")
    customer = stock.outside(conn, "customer")
    stock.post(
        conn,
        [
            stock.Move(
                change.line.product_id, customer, target, quantity, "return", f"order:{change.order_id}", lot=lot,
                order_line_id=change.line.id, act=UUID(change.act), person_id=person_id, device_id=device_id,
            )
            for lot, quantity in change.lots.items()
        ],
        now,
    )  # fmt: skip
    stock.move_serials(
        conn,
        [
            stock.SerialStep(
                product_id=change.line.product_id, code=code, target_id=target, reason="return",
                about=f"return:{change.sheet_id}", act=UUID(change.act), person_id=person_id, device_id=device_id,
            )
            for code in change.serials
        ],
        now,
    )  # fmt: skip
    row = {
        "uid": UUID(change.act), "return_case_id": change.sheet_id, "order_line_id": change.line.id,
        "lot": next(iter(change.lots), "") if len(change.lots) == 1 else "", "quantity": sum(change.lots.values()),
        "condition": change.condition, "reason": change.reason, "location_id": target, "undone": False, "at": now,
        "person_id": person_id,
    }  # fmt: skip
    conn.execute(sa.insert(return_act).values(**row))


def give_back(
    conn: Connection, of: str, act: UUID | None, now: datetime, person_id: int | None, device_id: int | None
) -> None:
    """Undo of an act: the customer has the pieces again."""
    stock.undo(conn, [UUID(of)], now, act=act, person_id=person_id, device_id=device_id)
    order_id = conn.execute(
        sa.select(return_case.c.order_id)
        .join(return_act, return_act.c.return_case_id == return_case.c.id)
        .where(return_act.c.uid == UUID(of))
    ).scalar_one()
    stock.undo_serials(conn, [UUID(of)], now, f"order:{order_id}")
    conn.execute(sa.update(return_act).where(return_act.c.uid == UUID(of)).values(undone=True))


def close(conn: Connection, change: Closed, now: datetime) -> None:
    """The return is over; an order of which everything is back is returned."""
    conn.execute(
        sa.update(return_case).where(return_case.c.id == change.sheet_id).values(state="closed", closed_at=now)
    )
    head = orders.orders_by_ids(conn, [change.order_id], lock=True).get(change.order_id)
    if change.whole and head is not None and head.state in RETURNED_FROM:
        orders.advance(conn, [change.order_id], "returned", now)
