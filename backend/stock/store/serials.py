"""Serials: each in one place, with its whole way. The number of pieces is the ledger's; which pieces is told here."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.platform.database import upsert
from backend.stock.store.locations import outside
from backend.stock.tables import PHYSICAL_KINDS, location, serial, serial_move


class SerialStep(msgspec.Struct, frozen=True, kw_only=True):
    """A serial that goes to a location. A serial that was never seen comes from the vendor."""

    product_id: int
    code: str
    target_id: int
    reason: str
    about: str
    lot: str = ""
    act: uuid.UUID | None = None
    person_id: int | None = None
    device_id: int | None = None


def serial_places(conn: Connection, serials: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """Codes of the places where serials are in the house; those outside or never seen are absent."""
    wanted = set(serials)
    return {
        (row.product_id, row.code): row.place
        for part in in_slices(code for _, code in wanted)
        for row in conn.execute(
            sa.select(serial.c.product_id, serial.c.code, location.c.code.label("place"))
            .join(location, location.c.id == serial.c.location_id)
            .where(serial.c.code.in_(part), location.c.kind.in_(PHYSICAL_KINDS))
        )
        if (row.product_id, row.code) in wanted
    }


def serials_at(conn: Connection, location_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """(product, serial) at each of the locations."""
    found: dict[int, list[tuple[int, str]]] = {}
    for part in in_slices(location_ids):
        statement = sa.select(serial.c.location_id, serial.c.product_id, serial.c.code).order_by(serial.c.id)
        for row in conn.execute(statement.where(serial.c.location_id.in_(part))):
            found.setdefault(row.location_id, []).append((row.product_id, row.code))
    return found


def serials_about(conn: Connection, abouts: Iterable[str]) -> dict[int, list[str]]:
    """Product -> serials that were last moved by these subjects, such as "parcel:7"."""
    found: dict[int, list[str]] = {}
    for part in in_slices(abouts):
        statement = sa.select(serial.c.product_id, serial.c.code).where(serial.c.about.in_(part))
        for row in conn.execute(statement.order_by(serial.c.id)):
            found.setdefault(row.product_id, []).append(row.code)
    return found


def serials_at_customer(conn: Connection, order_id: int) -> dict[int, list[str]]:
    """Product -> serials that left with an order and are not back."""
    statement = sa.select(serial.c.product_id, serial.c.code).where(
        serial.c.about == f"order:{order_id}", serial.c.location_id == outside(conn, "customer")
    )
    found: dict[int, list[str]] = {}
    for row in conn.execute(statement.order_by(serial.c.id)):
        found.setdefault(row.product_id, []).append(row.code)
    return found


def serials_in_parcels(conn: Connection, codes: Iterable[str]) -> dict[tuple[int, str], str]:
    """(product, serial) -> code of its place, for serials that a parcel took and that nobody brought back since."""
    return {
        (row.product_id, row.code): row.place
        for part in in_slices(codes)
        for row in conn.execute(
            sa.select(serial.c.product_id, serial.c.code, location.c.code.label("place"))
            .join(location, location.c.id == serial.c.location_id)
            .where(
                serial.c.code.in_(part),
                sa.or_(serial.c.about.startswith("parcel:", autoescape=True), location.c.kind == "customer"),
            )
        )
    }


def move_serials(conn: Connection, steps: Sequence[SerialStep], at: datetime) -> None:
    """Write where serials went; later steps of the same serial count last."""
    if not steps:
        return
    vendor = outside(conn, "vendor")
    fresh = [
        {
            "product_id": each.product_id, "code": each.code, "lot": each.lot, "location_id": vendor,
            "about": each.about, "moved_at": at,
        }
        for each in steps
    ]  # fmt: skip
    conn.execute(upsert(conn, serial).on_conflict_do_nothing(), fresh)
    now_at = {
        (row.product_id, row.code): [row.id, row.location_id]
        for part in in_slices(each.code for each in steps)
        for row in conn.execute(
            sa.select(serial.c.id, serial.c.product_id, serial.c.code, serial.c.location_id)
            .where(serial.c.code.in_(part))
            .order_by(serial.c.id)
            .with_for_update()
        )
    }
    moves: list[dict[str, Any]] = []
    changed: dict[int, dict[str, Any]] = {}
    for each in steps:
        known = now_at[each.product_id, each.code]
        if known[1] == each.target_id:
            continue
        moves.append(
            {
                "serial_id": known[0], "source_id": known[1], "target_id": each.target_id, "reason": each.reason,
                "about": each.about, "at": at, "act": each.act, "person_id": each.person_id,
                "device_id": each.device_id,
            }
        )  # fmt: skip
        known[1] = each.target_id
        changed[known[0]] = {"s": known[0], "l": each.target_id, "a": each.about, "m": at}
    if moves:
        conn.execute(sa.insert(serial_move), moves)
        conn.execute(
            sa.update(serial)
            .where(serial.c.id == sa.bindparam("s"))
            .values(location_id=sa.bindparam("l"), about=sa.bindparam("a"), moved_at=sa.bindparam("m")),
            list(changed.values()),
        )


def serials_of_acts(conn: Connection, acts: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    """Act -> codes of the serials that it moved."""
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for part in in_slices(acts):
        for row in conn.execute(
            sa.select(serial_move.c.act, serial.c.code)
            .join(serial, serial.c.id == serial_move.c.serial_id)
            .where(serial_move.c.act.in_(part))
            .order_by(serial_move.c.id)
        ):
            found[row.act] = (*found.get(row.act, ()), row.code)
    return found


def undo_serials(conn: Connection, acts: Iterable[uuid.UUID], at: datetime, about: str) -> None:
    """Serials that these acts moved go back to where they were, unless they have gone on since."""
    rows = [
        row
        for part in in_slices(acts)
        for row in conn.execute(
            sa.select(serial_move, serial.c.product_id, serial.c.code, serial.c.location_id)
            .join(serial, serial.c.id == serial_move.c.serial_id)
            .where(serial_move.c.act.in_(part))
            .order_by(serial_move.c.id.desc())
        )
    ]
    steps = [
        SerialStep(product_id=row.product_id, code=row.code, target_id=row.source_id, reason="undo", about=about)
        for row in rows
        if row.location_id == row.target_id
    ]
    move_serials(conn, steps, at)


def follow_serials(
    conn: Connection,
    abouts: Mapping[str, str],
    target_id: int,
    reason: str,
    at: datetime,
    *,
    person_id: int | None = None,
    device_id: int | None = None,
) -> None:
    """Serials that were last moved by these subjects (such as "parcel:7") go on together, under their new subjects."""
    rows = [
        row
        for part in in_slices(abouts)
        for row in conn.execute(
            sa.select(serial.c.product_id, serial.c.code, serial.c.about)
            .where(serial.c.about.in_(part))
            .order_by(serial.c.id)
        )
    ]
    steps = [
        SerialStep(
            product_id=row.product_id, code=row.code, target_id=target_id, reason=reason, about=abouts[row.about],
            person_id=person_id, device_id=device_id,
        )
        for row in rows
    ]  # fmt: skip
    move_serials(conn, steps, at)


class SerialMoved(msgspec.Struct, frozen=True, kw_only=True):
    """One step on the way of a serial."""

    at: datetime
    source: str
    target: str
    reason: str
    about: str
    person_id: int | None


class SerialTrace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a serial is, and its way from receipt to parcel to return."""

    product_id: int
    code: str
    lot: str
    location: str
    about: str
    moves: list[SerialMoved]


def trace_serials(conn: Connection, code: str, product_id: int | None = None) -> list[SerialTrace]:
    """Every product that has a serial of this code, with its moves oldest first."""
    statement = (
        sa.select(serial, location.c.code.label("place"))
        .join(location, location.c.id == serial.c.location_id)
        .where(serial.c.code == code)
        .order_by(serial.c.product_id)
    )
    if product_id is not None:
        statement = statement.where(serial.c.product_id == product_id)
    source, target = location.alias("source"), location.alias("target")
    found: list[SerialTrace] = []
    for row in conn.execute(statement).all():
        moves = conn.execute(
            sa.select(serial_move, source.c.code.label("source"), target.c.code.label("target"))
            .join(source, source.c.id == serial_move.c.source_id)
            .join(target, target.c.id == serial_move.c.target_id)
            .where(serial_move.c.serial_id == row.id)
            .order_by(serial_move.c.id)
        )
        found.append(
            SerialTrace(
                product_id=row.product_id, code=row.code, lot=row.lot, location=row.place, about=row.about,
                moves=[
                    SerialMoved(
                        at=each.at, source=each.source, target=each.target, reason=each.reason, about=each.about,
                        person_id=each.person_id,
                    )
                    for each in moves
                ],
            )
        )  # fmt: skip
    return found
