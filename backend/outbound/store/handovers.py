"""Handover lists, read under lock and written: opened, loaded from both sides, signed once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.facts.outbound import HandoverOpened, HandoverSigned, OrderDispatched
from backend.orders import api as orders
from backend.outbound.handover import Loading, LoadParcel, OtherParcel, ScanNoted, Signed, VoidLabel, content_hash
from backend.outbound.tables import handover, handover_scan, parcel, parcel_content
from backend.platform import journal
from backend.platform.errors import Conflict, NotFound
from backend.platform.journal import Actor
from backend.stock import api as stock

READY = "verified"
NOT_READY = ("open", "closed", "labelled", "cancelled")
GONE = "dispatched"


# -- opening --------------------------------------------------------------------------------------------------------


def open_handover(conn: Connection, carrier: str, day: str, now: datetime, actor: Actor) -> int:
    """The open list of a carrier, made when there is none: two docks that open one at once get the same."""
    mine = sa.select(handover.c.id).where(handover.c.carrier_code == carrier, handover.c.state == "open")
    found = conn.execute(mine).scalar_one_or_none()
    if found is not None:
        return int(found)
    number = catalog.next_number(
        conn, "handover"
    )  # this row's lock makes the second dock wait, and then find the first
    found = conn.execute(mine).scalar_one_or_none()
    if found is not None:
        return int(found)
    row = {"number": number, "carrier_code": carrier, "day": day, "state": "open", "created_at": now, "remark": ""}
    made = int(conn.execute(sa.insert(handover).values(**row).returning(handover.c.id)).scalar_one())
    fact = HandoverOpened(about=f"handover:{made}", number=number, carrier=carrier)
    journal.append(conn, [fact], now, actor)
    return made


def id_of_number(conn: Connection, number: str) -> int | None:
    return conn.execute(sa.select(handover.c.id).where(handover.c.number == number)).scalar_one_or_none()


def find_handover(conn: Connection, handover_id: int, lock: bool = False) -> sa.Row[Any]:
    """Raises `NotFound` HANDOVER_UNKNOWN."""
    statement = sa.select(handover).where(handover.c.id == handover_id)
    row = conn.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise NotFound(
            "HANDOVER_UNKNOWN", f"Expected a handover, got number {handover_id}; open the list of today.",
            got=str(handover_id),
        )  # fmt: skip
    return row


# -- loading --------------------------------------------------------------------------------------------------------


def keys_of(number: str | None, label_code: str | None, tracking_number: str | None) -> tuple[str, ...]:
    """What the label of a parcel may say when it is scanned."""
    found = [f"parcel:{number}" if number else None, label_code]
    if tracking_number:
        found += [f"track:{tracking_number}", f"text:{tracking_number.upper()}"]
    return tuple(dict.fromkeys(key for key in found if key))


def load_loadings(
    conn: Connection, handover_ids: Iterable[int], keys: Collection[str], acts: Collection[UUID], side: str,
    carrier_names: Mapping[str, str],
) -> dict[int, Loading]:  # fmt: skip
    """The lists, locked in the order of their ids, with only those parcels that the scans at hand may mean."""
    rows = conn.execute(
        sa.select(handover)
        .where(handover.c.id.in_(sorted(set(handover_ids))))
        .order_by(handover.c.id)
        .with_for_update()
    ).all()
    loaded_by = _acts(conn, acts)
    meant = _parcels_meant(conn, keys, [parcel_id for _, parcel_id in loaded_by.values()])
    parcels = [row for row in meant if row.void_for_id is None]
    void = void_labels(conn, [row for row in meant if row.void_for_id is not None])
    heads = orders.orders_by_ids(conn, {each.order_id for each in parcels})
    holds = orders.open_holds(conn, heads)
    found = {}
    for row in rows:
        mine: list[LoadParcel] = []
        foreign: dict[str, OtherParcel] = {}
        unpacked: dict[str, OtherParcel] = {}
        held: dict[str, OtherParcel] = {}
        for each in parcels:
            its_keys = keys_of(each.number, each.label_code, each.tracking_number)
            stopped = heads[each.order_id].state == "cancelled" and each.state == READY
            if stopped:  # the reaction that stops the parcel itself has not come yet
                unpacked |= dict.fromkeys(its_keys, OtherParcel(each.id, each.number or "", state="cancelled"))
            elif each.carrier_code == row.carrier_code and each.state == READY and each.order_id in holds:
                hold = holds[each.order_id][0].code
                stays = OtherParcel(each.id, each.number, order=heads[each.order_id].number, hold=hold)
                held |= dict.fromkeys(its_keys, stays)
            elif each.carrier_code == row.carrier_code and (each.state == READY or each.handover_id == row.id):
                mine.append(LoadParcel(id=each.id, number=each.number, keys=its_keys, loaded=each.state == "loaded"))
            elif each.state in NOT_READY:
                unpacked |= dict.fromkeys(its_keys, OtherParcel(each.id, each.number or "", state=each.state))
            elif each.carrier_code != row.carrier_code and each.state in (READY, "loaded"):
                name = carrier_names.get(each.carrier_code, each.carrier_code)
                foreign |= dict.fromkeys(its_keys, OtherParcel(each.id, each.number, carrier=name))
        found[row.id] = Loading(
            id=row.id, number=row.number, carrier=row.carrier_code, signed=row.state != "open", parcels=tuple(mine),
            carrier_name=carrier_names.get(row.carrier_code, row.carrier_code), foreign=foreign, unpacked=unpacked,
            held=held, void=void,
            acts={act: parcel_id for act, (list_id, parcel_id) in loaded_by.items() if list_id == row.id}, side=side,
        )  # fmt: skip
    return found


def void_labels(conn: Connection, rows: Sequence[sa.Row[Any]]) -> dict[str, VoidLabel]:
    """By key, what is left of labels that an undo has made void."""
    labelled = parcel.c.state.not_in(("open", "closed", "cancelled"))
    heirs = sa.select(parcel.c.id, parcel.c.number).where(parcel.c.id.in_({row.void_for_id for row in rows}), labelled)
    valid = {row.id: row.number or "" for row in conn.execute(heirs)} if rows else {}
    return {
        key: VoidLabel(row.number, valid.get(row.void_for_id, ""), row.id)
        for row in rows
        for key in keys_of(row.number, row.label_code, row.tracking_number)
    }


def _parcels_meant(conn: Connection, keys: Collection[str], parcel_ids: Collection[int]) -> Sequence[sa.Row[Any]]:
    bodies = {key.partition(":")[2] for key in keys if key.startswith(("parcel:", "track:", "text:"))}
    return conn.execute(
        sa.select(parcel)
        .where(
            sa.or_(
                parcel.c.number.in_(sorted(bodies)),
                parcel.c.label_code.in_(sorted(keys)),
                parcel.c.tracking_number.in_(sorted(bodies)),
                parcel.c.id.in_(sorted(parcel_ids)),
            )
        )
        .order_by(parcel.c.id)
        .with_for_update()
    ).all()


def _acts(conn: Connection, acts: Collection[UUID]) -> dict[str, tuple[int, int]]:
    """Act of a loading that was not taken back -> (list, parcel)."""
    if not acts:
        return {}
    rows = conn.execute(
        sa.select(handover_scan)
        .where(handover_scan.c.act.in_(sorted(acts, key=str)), handover_scan.c.outcome.in_(("loaded", "removed")))
        .order_by(handover_scan.c.id)
    )
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row.outcome == "loaded":
            found[str(row.act)] = (row.handover_id, row.parcel_id)
        else:
            found.pop(str(row.act), None)
    return found


def write_notes(conn: Connection, notes: Sequence[ScanNoted], now: datetime) -> None:
    """Evidence of each scan, and what it did to its parcel."""
    if not notes:
        return
    conn.execute(
        sa.insert(handover_scan),
        [
            {
                "handover_id": each.handover_id, "code": each.code, "parcel_id": each.parcel_id, "outcome": each.outcome,
                "side": each.side, "at": now, "act": UUID(each.act) if each.act else None,
            }
            for each in notes
        ],
    )  # fmt: skip
    for each in notes:
        if each.outcome == "loaded":
            values: dict[str, Any] = {"state": "loaded", "handover_id": each.handover_id, "loaded_at": now}
            conn.execute(_of(each).values(**values, loaded_side=each.side))
        elif each.outcome == "removed":
            conn.execute(_of(each).values(state=READY, handover_id=None, loaded_at=None, loaded_side=None))


def _of(note: ScanNoted) -> sa.Update:
    return sa.update(parcel).where(parcel.c.id == note.parcel_id)


# -- signing --------------------------------------------------------------------------------------------------------


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What the courier gave: name, vehicle plate, the drawn line as PNG bytes, and the hash of the list shown."""

    name: str
    plate: str = ""
    picture: bytes = b""
    remark: str = ""
    content_hash: str
    missing_confirmed: bool = False


def signed_already(number: str) -> Conflict:
    return Conflict(
        "HANDOVER_SIGNED",
        f"Expected an open list, but {number} is signed; open a new one for further parcels.",
        got=number,
    )


def previous_hash(conn: Connection, carrier: str) -> str | None:
    """The hash of the carrier's newest signed list."""
    return conn.execute(
        sa.select(handover.c.content_hash)
        .where(handover.c.carrier_code == carrier, handover.c.state == "signed")
        .order_by(handover.c.signed_at.desc(), handover.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def hash_now(conn: Connection, row: sa.Row[Any], loaded: Sequence[sa.Row[Any]]) -> str:
    """What would be signed if the courier signed now."""
    weight_g = sum(each.weight_g or 0 for each in loaded)
    numbers = [each.number for each in loaded]
    return content_hash(row.number, row.carrier_code, numbers, weight_g, previous_hash(conn, row.carrier_code))


def loaded_parcels(conn: Connection, handover_id: int, lock: bool = False) -> Sequence[sa.Row[Any]]:
    statement = (
        sa.select(parcel)
        .where(parcel.c.handover_id == handover_id, parcel.c.state.in_(("loaded", GONE)))
        .order_by(parcel.c.id)
    )
    return conn.execute(statement.with_for_update() if lock else statement).all()


def count_missing(conn: Connection, carrier: str) -> int:
    """Parcels of the carrier that are ready and stand on no list; those of orders on hold are not to go."""
    rows = conn.execute(
        sa.select(parcel.c.order_id, sa.func.count().label("parcels"))
        .where(parcel.c.carrier_code == carrier, parcel.c.state == READY)
        .group_by(parcel.c.order_id)
    ).all()
    holds = orders.open_holds(conn, [row.order_id for row in rows])
    return sum(row.parcels for row in rows if row.order_id not in holds)


def sign(conn: Connection, handover_id: int, signature: Signature, now: datetime, actor: Actor) -> HandoverSigned:
    """The courier takes the loaded parcels over: they leave the house, and orders with them, in one transaction.

    Raises `Conflict` HANDOVER_SIGNED, NOTHING_LOADED, LIST_CHANGED (the list is no longer the one that was shown; the new
    hash is in `content_hash`) and PARCELS_MISSING (ready parcels stay behind; say so by `missing_confirmed` or a remark).
    """
    row = find_handover(conn, handover_id, lock=True)
    if row.state != "open":
        raise signed_already(row.number)
    # the list is ours, so nothing is loaded meanwhile; orders before parcels, as everywhere
    heads = orders.orders_by_ids(conn, {each.order_id for each in loaded_parcels(conn, handover_id)}, lock=True)
    loaded = loaded_parcels(conn, handover_id, lock=True)
    if not loaded:
        raise Conflict(
            "NOTHING_LOADED", f"Expected at least one loaded parcel on {row.number}, got none; scan them first."
        )
    wanted = hash_now(conn, row, loaded)
    if signature.content_hash != wanted:
        raise Conflict(
            "LIST_CHANGED", f"Expected a signature under the list as it is now ({len(loaded)} parcels), got one under an "
            "older list; look at it again and sign.", expected=wanted, got=signature.content_hash, content_hash=wanted,
        )  # fmt: skip
    holds = orders.open_holds(conn, heads)
    stopped = sorted(head.number for head in heads.values() if head.state == "cancelled" or head.id in holds)
    if stopped:
        raise Conflict(
            "LIST_CHANGED", f"Expected parcels of orders that are to be sent, but {', '.join(stopped[:5])} was stopped; "
            "take its parcels out, look at the list again and sign.", got=stopped[0], content_hash=wanted,
        )  # fmt: skip
    missing = count_missing(conn, row.carrier_code)
    if missing and not (signature.missing_confirmed or signature.remark.strip()):
        raise Conflict(
            "PARCELS_MISSING", f"Expected all parcels of this carrier, but {missing} stay behind; confirm it or write a "
            "remark, they go onto the next list.", expected="0", got=str(missing), missing=missing,
        )  # fmt: skip
    fact = HandoverSigned(
        about=f"handover:{handover_id}", number=row.number, carrier=row.carrier_code, parcels=len(loaded),
        missing=missing, content_hash=wanted,
    )  # fmt: skip
    conn.execute(
        sa.update(handover)
        .where(handover.c.id == handover_id)
        .values(
            state="signed", signed_at=now, courier_name=signature.name, vehicle_plate=signature.plate,
            signature=signature.picture or None, remark=signature.remark, content_hash=wanted,
            previous_hash=previous_hash(conn, row.carrier_code), person_id=actor.person_id,
            token_hash=None, token_expires_at=None,
        )
    )  # fmt: skip
    dispatch(conn, row, [each.id for each in loaded], now, actor, [fact])
    return fact


def dispatch(
    conn: Connection,
    row: sa.Row[Any],
    parcel_ids: Sequence[int],
    now: datetime,
    actor: Actor,
    facts: Sequence[journal.Fact],
) -> None:
    """Goods of the parcels go to the customer; orders whose last parcel this was are dispatched."""
    conn.execute(sa.update(parcel).where(parcel.c.id.in_(parcel_ids)).values(state=GONE))
    order_ids = sorted(_post_goods(conn, parcel_ids, now, actor))
    waiting = set(
        conn.execute(
            sa.select(parcel.c.order_id).where(
                parcel.c.order_id.in_(order_ids), parcel.c.state.not_in((GONE, "cancelled")), _has_goods()
            )
        ).scalars()
    )
    heads = orders.orders_by_ids(conn, [each for each in order_ids if each not in waiting], lock=True)
    leaving = [head for head in heads.values() if head.state in ("packed", "ready_for_pickup")]
    told = [
        OrderDispatched(about=f"order:{head.id}", order=head.number, handover=row.number, carrier=row.carrier_code)
        for head in leaving
    ]
    journal.append(conn, facts, now, actor)
    orders.advance(conn, [head.id for head in leaving], "dispatched", now, actor, told)


def _has_goods() -> sa.ColumnElement[bool]:
    return sa.exists().where(parcel_content.c.parcel_id == parcel.c.id)


def _post_goods(conn: Connection, parcel_ids: Sequence[int], now: datetime, actor: Actor) -> set[int]:
    customer = stock.outside(conn, "customer")
    rows = conn.execute(
        sa.select(
            parcel.c.id, parcel.c.order_id, parcel.c.location_id, parcel_content.c.order_line_id, parcel_content.c.lot,
            parcel_content.c.quantity,
        )
        .join(parcel_content, parcel_content.c.parcel_id == parcel.c.id)
        .where(parcel.c.id.in_(parcel_ids))
        .order_by(parcel.c.id, parcel_content.c.id)
    ).all()  # fmt: skip
    lines = {
        line.id: line for each in orders.goods_lines(conn, {row.order_id for row in rows}).values() for line in each
    }
    stock.post(
        conn,
        [
            stock.Move(
                lines[row.order_line_id].product_id or 0, row.location_id, customer, row.quantity, "dispatch",
                f"order:{row.order_id}", lot=row.lot, order_line_id=row.order_line_id, person_id=actor.person_id,
                device_id=actor.device_id,
            )
            for row in rows
        ],
        now,
    )  # fmt: skip
    abouts = {f"parcel:{row.id}": f"order:{row.order_id}" for row in rows}
    stock.follow_serials(conn, abouts, customer, "dispatch", now, person_id=actor.person_id, device_id=actor.device_id)
    return {row.order_id for row in rows}


def keep_document(conn: Connection, handover_id: int, document: bytes) -> None:
    """The signed list as PDF; the first one written stays."""
    conn.execute(
        sa.update(handover).where(handover.c.id == handover_id, handover.c.document.is_(None)).values(document=document)
    )


def read_chain(conn: Connection, carrier: str) -> list[Signed]:
    """Signed lists of a carrier, oldest first, as `broken_link` wants them."""
    rows = conn.execute(
        sa.select(handover)
        .where(handover.c.carrier_code == carrier, handover.c.state == "signed")
        .order_by(handover.c.signed_at, handover.c.id)
    ).all()
    found = []
    for row in rows:
        parcels = loaded_parcels(conn, row.id)
        found.append(
            Signed(
                number=row.number, carrier=row.carrier_code, parcels=tuple(each.number for each in parcels),
                weight_g=sum(each.weight_g or 0 for each in parcels), content_hash=row.content_hash,
                previous_hash=row.previous_hash,
            )
        )  # fmt: skip
    return found
