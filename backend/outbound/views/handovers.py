"""What the dock, the office and the courier see of a handover."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.identity.api import names_of
from backend.orders import api as orders
from backend.outbound.store import handovers as store
from backend.outbound.tables import handover, handover_scan, parcel
from backend.outbound.views.packs import CARRIER_NAMES, count_parcels

SHOWN = 2_000
EXTRAS_SHOWN = 50
EXTRA_OUTCOMES = ("wrong_carrier", "not_packed", "unknown")


def carrier_names(conn: Connection) -> dict[str, str]:
    return {code: str(name) for code, name in catalog.read_setting(conn, CARRIER_NAMES).items()}


# -- for the device -------------------------------------------------------------------------------------------------


def read_bundle(conn: Connection, handover_id: int) -> dict[str, Any] | None:
    """Everything the dock needs to judge by itself; None when the list is unknown."""
    row = conn.execute(sa.select(handover).where(handover.c.id == handover_id)).one_or_none()
    if row is None:
        return None
    names = carrier_names(conn)
    foreign: dict[str, dict[str, str]] = {}
    held: dict[str, dict[str, str]] = {}
    unpacked: dict[str, dict[str, str]] = {}
    others = conn.execute(
        sa.select(parcel)
        .where(
            sa.or_(
                parcel.c.state.in_(store.NOT_READY),
                sa.and_(parcel.c.state.in_((store.READY, "loaded")), parcel.c.carrier_code != row.carrier_code),
            )
        )
        .order_by(parcel.c.id.desc())
        .limit(SHOWN)
    )
    void: list[sa.Row[Any]] = []
    for each in others if row.state == "open" else ():
        if each.void_for_id is not None:
            void.append(each)
            continue
        for key in store.keys_of(each.number, each.label_code, each.tracking_number):
            if each.state in store.NOT_READY:
                unpacked[key] = {"number": each.number or "", "state": each.state}
            else:
                foreign[key] = {"number": each.number, "carrier": names.get(each.carrier_code, each.carrier_code)}
    parcels, staying = _parcels_of(conn, row)
    for stays in staying:
        told = {"number": stays.number, "order": stays.order, "hold": stays.hold}
        held.update(dict.fromkeys(stays.keys, told))
    return {
        "flow": "handover", "task": f"handover:{row.id}", "number": row.number, "signed": row.state != "open",
        "carrier": {"code": row.carrier_code, "name": names.get(row.carrier_code, row.carrier_code)},
        "parcels": [
            {
                "number": each.number, "keys": list(each.keys), "order": each.order, "position": each.position,
                "weight_g": each.weight_g, "loaded": each.loaded,
            }
            for each in parcels
        ],
        "foreign": foreign, "unpacked": unpacked, "held": held,
        "void": {
            key: {"number": each.number, "valid": each.valid} for key, each in store.void_labels(conn, void).items()
        },
    }  # fmt: skip


class ListedParcel(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    order: str
    position: str
    weight_g: int | None
    loaded: bool
    loaded_at: datetime | None
    side: str | None
    keys: tuple[str, ...]
    hold: str = ""


def _parcels_of(conn: Connection, row: sa.Row[Any]) -> tuple[list[ListedParcel], list[ListedParcel]]:
    """Loaded ones and, while the list is open, all others of the carrier that are ready; then those that stay because
    their order is on hold (`hold` is its code)."""
    mine = parcel.c.handover_id == row.id
    if row.state == "open":
        mine = sa.or_(mine, sa.and_(parcel.c.carrier_code == row.carrier_code, parcel.c.state == store.READY))
    rows = conn.execute(sa.select(parcel).where(mine).order_by(parcel.c.number)).all()
    heads = orders.orders_by_ids(conn, {each.order_id for each in rows})
    counts = count_parcels(conn, heads)
    holds = orders.open_holds(conn, heads) if row.state == "open" else {}
    found = [
        ListedParcel(
            number=each.number, order=heads[each.order_id].number,
            position=f"{each.position}/{counts.get(each.order_id, 1)}", weight_g=each.weight_g,
            loaded=each.handover_id == row.id, loaded_at=each.loaded_at, side=each.loaded_side,
            keys=store.keys_of(each.number, each.label_code, each.tracking_number),
            hold=holds[each.order_id][0].code if each.order_id in holds else "",
        )
        for each in rows
    ]  # fmt: skip
    return [each for each in found if each.loaded or not each.hold], [
        each for each in found if each.hold and not each.loaded
    ]


# -- the live list --------------------------------------------------------------------------------------------------


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody scanned what is not on the list. `outcome`: wrong_carrier, not_packed, on_hold, unknown."""

    code: str
    outcome: str
    side: str
    at: datetime
    carrier: str = ""


class HandoverView(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it stands. `content_hash` is what a signature now would be under, or what it was signed under."""

    id: int
    number: str
    carrier: str
    carrier_name: str
    day: str
    state: str
    expected: int
    loaded: int
    missing: int
    weight_g: int
    parcels: list[ListedParcel]
    held: list[ListedParcel]
    extras: list[Extra]
    content_hash: str
    previous_hash: str | None
    courier_name: str | None
    vehicle_plate: str | None
    remark: str
    created_at: datetime
    signed_at: datetime | None
    has_document: bool


def read_handover(conn: Connection, handover_id: int) -> HandoverView:
    """Raises `NotFound` HANDOVER_UNKNOWN."""
    row = store.find_handover(conn, handover_id)
    names = carrier_names(conn)
    parcels, held = _parcels_of(conn, row)
    loaded = [each for each in parcels if each.loaded]
    signed = row.state == "signed"
    return HandoverView(
        id=row.id, number=row.number, carrier=row.carrier_code,
        carrier_name=names.get(row.carrier_code, row.carrier_code), day=row.day, state=row.state,
        expected=len(parcels), loaded=len(loaded), missing=len(parcels) - len(loaded),
        weight_g=sum(each.weight_g or 0 for each in loaded), parcels=parcels, held=held,
        extras=[] if signed else _extras(conn, row.id, names),
        content_hash=row.content_hash if signed else store.hash_now(conn, row, store.loaded_parcels(conn, row.id)),
        previous_hash=row.previous_hash if signed else store.previous_hash(conn, row.carrier_code),
        courier_name=row.courier_name, vehicle_plate=row.vehicle_plate, remark=row.remark, created_at=row.created_at,
        signed_at=row.signed_at, has_document=row.document is not None,
    )  # fmt: skip


def _extras(conn: Connection, handover_id: int, names: Mapping[str, str]) -> list[Extra]:
    """Refused codes of the list, newest first, each once; those loaded since are no longer extra."""
    rows = conn.execute(
        sa.select(
            handover_scan, parcel.c.number, parcel.c.carrier_code, parcel.c.handover_id.label("on_list"),
            parcel.c.state, parcel.c.order_id,
        )
        .outerjoin(parcel, parcel.c.id == handover_scan.c.parcel_id)
        .where(handover_scan.c.handover_id == handover_id, handover_scan.c.outcome.in_(EXTRA_OUTCOMES))
        .order_by(handover_scan.c.id.desc())
        .limit(EXTRAS_SHOWN * 4)
    ).all()  # fmt: skip
    holds = orders.open_holds(conn, {row.order_id for row in rows if row.order_id is not None})
    found: dict[str, Extra] = {}
    for row in rows:
        code = row.number or row.code
        if code in found or row.on_list == handover_id:
            continue
        outcome = row.outcome
        if outcome == "not_packed" and row.state == store.READY:
            if row.order_id not in holds:
                continue  # the hold was released: the parcel is expected now
            outcome = "on_hold"
        carrier = names.get(row.carrier_code, row.carrier_code) if outcome == "wrong_carrier" else ""
        found[code] = Extra(code=code, outcome=outcome, side=row.side, at=row.at, carrier=carrier)
    return list(found.values())[:EXTRAS_SHOWN]


class HandoverRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the office's list of handovers. `id` 0 with state `none`: parcels wait, but nobody has opened a list."""

    id: int
    number: str
    carrier: str
    carrier_name: str
    day: str
    state: str
    loaded: int
    waiting: int
    created_at: datetime | None
    signed_at: datetime | None
    courier_name: str | None


def read_handovers(conn: Connection, cursor: int | None, limit: int) -> tuple[list[HandoverRow], int | None]:
    """Newest first; the first page also names carriers whose parcels wait without a list."""
    names = carrier_names(conn)
    statement = sa.select(handover).order_by(handover.c.id.desc()).limit(limit + 1)
    rows = conn.execute(statement if cursor is None else statement.where(handover.c.id < cursor)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    loaded: dict[int, int] = dict(
        conn.execute(
            sa.select(parcel.c.handover_id, sa.func.count())
            .where(parcel.c.handover_id.in_([row.id for row in rows]))
            .group_by(parcel.c.handover_id)
        ).all()
    )
    waiting: dict[str, int] = dict(
        conn.execute(
            sa.select(parcel.c.carrier_code, sa.func.count())
            .where(parcel.c.state == store.READY)
            .group_by(parcel.c.carrier_code)
        ).all()
    )
    found = [
        HandoverRow(
            id=row.id, number=row.number, carrier=row.carrier_code,
            carrier_name=names.get(row.carrier_code, row.carrier_code), day=row.day, state=row.state,
            loaded=loaded.get(row.id, 0), waiting=waiting.get(row.carrier_code, 0) if row.state == "open" else 0,
            created_at=row.created_at, signed_at=row.signed_at, courier_name=row.courier_name,
        )
        for row in rows
    ]  # fmt: skip
    opened = {row.carrier for row in found if row.state == "open"}
    without = [] if cursor is not None else [
        HandoverRow(
            id=0, number="", carrier=code, carrier_name=names.get(code, code), day="", state="none", loaded=0,
            waiting=count, created_at=None, signed_at=None, courier_name=None,
        )
        for code, count in sorted(waiting.items()) if code not in opened
    ]  # fmt: skip
    return [*without, *found], rows[-1].id if more else None


# -- the courier ----------------------------------------------------------------------------------------------------


class CourierParcel(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    loaded: bool


class CourierView(msgspec.Struct, frozen=True, kw_only=True):
    """What a courier may know: carrier, counts and parcel numbers. No recipients, no orders."""

    number: str
    carrier_name: str
    state: str
    expected: int
    loaded: int
    missing: int
    parcels: list[CourierParcel]
    extras: list[Extra]
    content_hash: str
    has_document: bool


def read_for_courier(conn: Connection, handover_id: int) -> CourierView:
    seen = read_handover(conn, handover_id)
    return CourierView(
        number=seen.number, carrier_name=seen.carrier_name, state=seen.state, expected=seen.expected, loaded=seen.loaded,
        missing=seen.missing, parcels=[CourierParcel(number=one.number, loaded=one.loaded) for one in seen.parcels],
        extras=seen.extras, content_hash=seen.content_hash, has_document=seen.has_document,
    )  # fmt: skip


# -- the paper ------------------------------------------------------------------------------------------------------


def manifest_of(conn: Connection, handover_id: int, zone: str, handed_by: str = "") -> dict[str, Any]:
    """Data of the paper `handover-manifest`: of the signed list, or of the list as it stands. Times in the shop's zone.

    Of recipients only the town is told: both sides keep this paper for years, and the parcel number finds the rest.
    """
    row = store.find_handover(conn, handover_id)
    parcels = store.loaded_parcels(conn, handover_id)
    heads = orders.orders_by_ids(conn, {each.order_id for each in parcels})
    merchants = catalog.read_merchants(conn, {head.merchant_id for head in heads.values()}) if heads else {}
    sender = next(iter(merchants.values())).name if len(merchants) == 1 else "Rampa"
    first = _first_parcels(parcels)
    handed_by = handed_by or (names_of(conn, {row.person_id}).get(row.person_id, "") if row.person_id else "")
    at = (row.signed_at or row.created_at).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return {
        "language": "cs", "number": row.number, "handed_at": at,
        "carrier": carrier_names(conn).get(row.carrier_code, row.carrier_code),
        "sender": {"name": sender, "lines": []}, "handed_by": handed_by, "courier": row.courier_name or "",
        "vehicle": row.vehicle_plate or "", "signature_png": row.signature or b"",
        "content_hash": row.content_hash if row.state == "signed" else store.hash_now(conn, row, parcels),
        "previous_hash": (
            row.previous_hash if row.state == "signed" else store.previous_hash(conn, row.carrier_code)
        ) or "",
        "parcels": [
            {
                "tracking": each.tracking_number or each.number, "town": each.number if each.tracking_number else "",
                "recipient": f"{heads[each.order_id].zip} {heads[each.order_id].city}".strip(),
                "order_number": heads[each.order_id].number, "weight_g": each.weight_g,
                "currency": heads[each.order_id].currency,
                "cod_minor": heads[each.order_id].total_amount
                if heads[each.order_id].payment == "cod" and each.id in first else 0,
            }
            for each in parcels
        ],
    }  # fmt: skip


def _first_parcels(parcels: Sequence[sa.Row[Any]]) -> set[int]:
    """Cash on delivery is collected once for an order: at its first parcel."""
    first: dict[int, int] = {}
    for each in sorted(parcels, key=lambda one: one.position):
        first.setdefault(each.order_id, each.id)
    return set(first.values())


def document_of(conn: Connection, handover_id: int) -> bytes | None:
    return conn.execute(sa.select(handover.c.document).where(handover.c.id == handover_id)).scalar_one_or_none()
