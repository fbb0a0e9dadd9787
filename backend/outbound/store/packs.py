"""Orders at the bench, read under lock and written set-based."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.orders import api as orders
from backend.outbound.pack_job import PackAct, PackJob, PackLine, PackParcel
from backend.outbound.pack_lots import Taken, Wanted, choose_lots
from backend.outbound.store.waves import lock_waves
from backend.outbound.tables import carton, pack_act, parcel, parcel_content, station, wave, wave_order
from backend.platform.database import upsert
from backend.platform.journal import Actor
from backend.stock import api as stock

WEIGH_SETTING = "packing"
LEFT_STATES = ("loaded", "dispatched", "cancelled")


class Tote(NamedTuple):
    """Where an order's picked goods lie. `state` as in `wave_order`; `open_pieces` are not picked yet."""

    order_id: int
    wave_id: int
    state: str
    tote_id: int | None
    code: str


# -- reading --------------------------------------------------------------------------------------------------------


def totes_of(conn: Connection, order_ids: Iterable[int]) -> dict[int, list[Tote]]:
    """The totes of orders, newest wave first; cancelled ones are absent."""
    found: dict[int, list[Tote]] = {}
    rows = conn.execute(
        sa.select(wave_order.c.order_id, wave_order.c.wave_id, wave_order.c.state, wave_order.c.tote_id)
        .where(wave_order.c.order_id.in_(sorted(set(order_ids))), wave_order.c.state != "cancelled")
        .order_by(wave_order.c.id.desc())
    ).all()
    places = stock.locations_by_ids(conn, [row.tote_id for row in rows if row.tote_id])
    for row in rows:
        code = places[row.tote_id].code if row.tote_id else ""
        found.setdefault(row.order_id, []).append(Tote(row.order_id, row.wave_id, row.state, row.tote_id, code))
    return found


def newest_in_tote(conn: Connection, tote_id: int) -> tuple[int, str] | None:
    """(order id, state) of the order that used the tote last."""
    row = conn.execute(
        sa.select(wave_order.c.order_id, wave_order.c.state)
        .where(wave_order.c.tote_id == tote_id, wave_order.c.state != "cancelled")
        .order_by(wave_order.c.id.desc())
        .limit(1)
    ).one_or_none()
    return (row.order_id, row.state) if row else None


def station_codes(conn: Connection) -> dict[str, int]:
    """Station code -> its location."""
    return {row.code: row.location_id for row in conn.execute(sa.select(station.c.code, station.c.location_id))}


def read_cartons(conn: Connection) -> list[dict[str, Any]]:
    """Active carton types, as the bundle shows them."""
    rows = conn.execute(
        sa.select(carton.c.id, carton.c.code, carton.c.name, carton.c.tare_g)
        .where(carton.c.active)
        .order_by(carton.c.code)
    )
    return [{"key": f"carton:{row.code}", "code": row.code, "name": row.name, "tare_g": row.tare_g} for row in rows]


VoidKeys = dict[str, tuple[str, str]]
"""Scan key of a void label -> (number on it, uid of its parcel)."""


def read_parcels(conn: Connection, order_ids: Iterable[int], lock: bool = False) -> dict[int, list[PackParcel]]:
    """Parcels by order and position; cancelled ones and emptied open ones are absent."""
    return _read_with_void(conn, order_ids, lock)[0]


def _read_with_void(
    conn: Connection, order_ids: Iterable[int], lock: bool
) -> tuple[dict[int, list[PackParcel]], dict[int, VoidKeys]]:
    """Parcels by order, and by order what is left of its void labels."""
    asked = sorted(set(order_ids))
    statement = (
        sa.select(parcel, carton.c.code.label("carton_code"))
        .outerjoin(carton, carton.c.id == parcel.c.carton_id)
        .where(parcel.c.order_id.in_(asked), sa.or_(parcel.c.state != "cancelled", parcel.c.void_for_id.is_not(None)))
        .order_by(parcel.c.id)
    )
    found = conn.execute(statement.with_for_update(of=parcel) if lock else statement).all()
    rows = [row for row in found if row.void_for_id is None]
    void = _void_keys([row for row in found if row.void_for_id is not None], {row.id: str(row.uid) for row in rows})
    contents: dict[int, dict[int, int]] = {}
    if rows:
        inside = sa.select(parcel_content.c.parcel_id, parcel_content.c.order_line_id, parcel_content.c.quantity)
        for each in conn.execute(inside.where(parcel_content.c.parcel_id.in_([row.id for row in rows]))):
            lines = contents.setdefault(each.parcel_id, {})
            lines[each.order_line_id] = lines.get(each.order_line_id, 0) + each.quantity
    parcels: dict[int, list[PackParcel]] = {}
    for row in rows:
        parcels.setdefault(row.order_id, []).append(
            PackParcel(
                uid=str(row.uid), number=row.number, position=row.position, state=row.state,
                contents=contents.get(row.id, {}), carton=f"carton:{row.carton_code}" if row.carton_code else None,
                weight_g=row.weight_g, label_key=row.label_code, booked=row.booked_at is not None,
            )
        )  # fmt: skip
    in_order = {order_id: sorted(each, key=lambda one: one.position) for order_id, each in parcels.items()}
    return in_order, void


def _void_keys(rows: Sequence[sa.Row[Any]], uids: Mapping[int, str]) -> dict[int, VoidKeys]:
    found: dict[int, VoidKeys] = {}
    for row in rows:
        for key in (f"parcel:{row.number}", row.label_code):
            if key:
                found.setdefault(row.order_id, {})[key] = (row.number, uids.get(row.void_for_id, ""))
    return found


def read_acts(conn: Connection, uids: Collection[UUID]) -> dict[int, dict[str, PackAct]]:
    """Acts by order: what each did, and whether it was undone."""
    if not uids:
        return {}
    rows = conn.execute(
        sa.select(pack_act, parcel.c.uid.label("parcel_uid"))
        .outerjoin(parcel, parcel.c.id == pack_act.c.parcel_id)
        .where(pack_act.c.uid.in_(sorted(uids, key=str)))
    )
    found: dict[int, dict[str, PackAct]] = {}
    for row in rows:
        inside = str(row.parcel_uid) if row.parcel_uid else None
        act = PackAct(row.kind, inside, row.order_line_id, row.quantity, row.undone_at is not None)
        found.setdefault(row.order_id, {})[str(row.uid)] = act
    return found


def load_jobs(
    conn: Connection, order_ids: Iterable[int], *, acts: Collection[UUID] = (), closings: Mapping[int, int] | None = None,
    lock: bool = True,
) -> dict[int, PackJob]:  # fmt: skip
    """Orders at the bench by id, locked in the order of their ids. `closings`: order -> parcel numbers to set aside."""
    heads = orders.orders_by_ids(conn, order_ids, lock=lock)
    lines = orders.goods_lines(conn, heads, lock=lock)
    holds = orders.open_holds(conn, heads)
    parcels, void = _read_with_void(conn, heads, lock)
    totes = totes_of(conn, heads)
    goods = {line.product_id for each in lines.values() for line in each if line.product_id}
    codes, products = catalog.codes_of(conn, goods), catalog.products_by_ids(conn, goods)
    merchants = catalog.read_merchants(conn, {head.merchant_id for head in heads.values()}) if heads else {}
    done = read_acts(conn, acts)
    weigh = bool(catalog.read_setting(conn, WEIGH_SETTING, {"weigh": True}).get("weigh", True))
    cartons = frozenset(each["key"] for each in read_cartons(conn))
    jobs = {}
    for order_id, head in heads.items():
        held = holds.get(order_id)
        in_tote = totes.get(order_id, [])
        inside = parcels.get(order_id, [])
        jobs[order_id] = PackJob(
            order_id=order_id, number=head.number, state=head.state, hold=held[0].code if held else None,
            partial=merchants[head.merchant_id].allocation == "partial", weigh=weigh,
            tote=next((each.code for each in in_tote if each.code), ""),
            lines=tuple(
                PackLine(
                    id=line.id, product_id=line.product_id or 0, sku=line.sku, name=line.name, wanted=line.picked,
                    checked=line.checked, short=line.short,
                    codes={code.key: code.quantity for code in codes.get(line.product_id or 0, ())},
                    unit=products[line.product_id].unit if line.product_id in products else "",
                    tracking=products[line.product_id].tracking if line.product_id in products else "none",
                )
                for line in lines[order_id] if line.picked > 0 or line.short > 0
            ),
            parcels=tuple(inside), void=void.get(order_id, {}), cartons=cartons, acts=done.get(order_id, {}),
            numbers=tuple(catalog.next_numbers(conn, "parcel", (closings or {}).get(order_id, 0))),
        )  # fmt: skip
    return jobs


# -- writing --------------------------------------------------------------------------------------------------------


def write_parcels(
    conn: Connection, job: PackJob, uids: Collection[str], station_code: str, actor: Actor
) -> dict[str, int]:
    """Bring the rows of these parcels to what the job says; uid -> id. Their contents are `write_contents`."""
    touched = [each for each in job.parcels if each.uid in uids]
    if not touched:
        return {}
    head = orders.orders_by_ids(conn, [job.order_id])[job.order_id]
    conn.execute(
        upsert(conn, parcel).on_conflict_do_nothing(index_elements=["uid"]),
        [
            {
                "uid": UUID(each.uid), "order_id": job.order_id, "position": each.position, "state": "open",
                "station": station_code[:32], "carrier_code": head.carrier_code, "service_code": head.service_code,
                "packed_by": actor.person_id,
            }
            for each in touched
        ],
    )  # fmt: skip
    rows = conn.execute(
        sa.select(parcel.c.uid, parcel.c.id, parcel.c.order_id).where(
            parcel.c.uid.in_([UUID(one.uid) for one in touched])
        )
    )
    return {str(row.uid): row.id for row in rows if row.order_id == job.order_id}


def write_contents(conn: Connection, parcel_id: int, rows: Sequence[tuple[int, str, int]]) -> None:
    """Replace what lies in a parcel: (order line, lot, pieces)."""
    conn.execute(sa.delete(parcel_content).where(parcel_content.c.parcel_id == parcel_id))
    if rows:
        conn.execute(
            sa.insert(parcel_content),
            [
                {"parcel_id": parcel_id, "order_line_id": line, "lot": lot, "quantity": pieces}
                for line, lot, pieces in rows
            ],
        )


def close_parcel(
    conn: Connection, parcel_id: int, *, number: str, carton_key: str | None, weight_g: int | None, station_code: str,
    location_id: int, now: datetime, actor: Actor,
) -> None:  # fmt: skip
    carton_id = None
    if carton_key is not None:
        code = carton_key.partition(":")[2]
        carton_id = conn.execute(sa.select(carton.c.id).where(carton.c.code == code)).scalar_one_or_none()
    conn.execute(
        sa.update(parcel)
        .where(parcel.c.id == parcel_id)
        .values(
            state="closed", number=number, carton_id=carton_id, weight_g=weight_g, station=station_code[:32],
            location_id=location_id, closed_at=now, packed_by=actor.person_id,
        )
    )  # fmt: skip


def reopen_parcel(conn: Connection, parcel_id: int) -> None:
    conn.execute(
        sa.update(parcel)
        .where(parcel.c.id == parcel_id)
        .values(state="open", carton_id=None, weight_g=None, closed_at=None, location_id=None)
    )


def verify_label(conn: Connection, parcel_ids: Sequence[int], now: datetime) -> None:
    conn.execute(
        sa.update(parcel)
        .where(parcel.c.id.in_(parcel_ids), parcel.c.state == "labelled")
        .values(state="verified", label_verified_at=now)
    )


def waiting_place(conn: Connection, station_code: str) -> int:
    """Where closed parcels stand until the courier comes: the dock, else the bench itself; made when there is none."""
    docks = stock.locations_of_kind(conn, ["dispatch"])
    if docks:
        return docks[0].id
    bench = station_codes(conn).get(station_code)
    if bench is not None:
        return bench
    return stock.create_locations(conn, [{"code": "DISPATCH", "kind": "dispatch"}])[0]


def move_into_parcel(
    conn: Connection, job: PackJob, parcel_id: int, contents: Mapping[int, int], place_id: int, act: UUID, now: datetime,
    actor: Actor,
) -> list[tuple[int, str, int]]:  # fmt: skip
    """Post the goods of a closed parcel from the order's totes to where parcels wait; answers (line, lot, pieces)."""
    totes = sorted({each.tote_id for each in totes_of(conn, [job.order_id]).get(job.order_id, []) if each.tote_id})
    products = {line.id: line.product_id for line in job.lines}
    wanted = [Wanted(line, products[line], pieces) for line, pieces in sorted(contents.items())]
    home = totes[0] if totes else place_id
    choice = choose_lots(wanted, stock.balances_at(conn, totes, lock=True) if totes else {}, home)
    about = f"order:{job.order_id}"
    who: dict[str, Any] = {"act": act, "person_id": actor.person_id, "device_id": actor.device_id}
    for place, pieces in choice.lacking.items():
        stock.correct(conn, place, pieces, about, now, reason="found_at_packing", **who)
    stock.post(
        conn, [_move(each, place_id, about, who) for each in choice.taken if each.place.location_id != place_id], now
    )
    rows: dict[tuple[int, str], int] = {}
    for each in choice.taken:
        key = (each.line_id, each.place.lot)
        rows[key] = rows.get(key, 0) + each.quantity
    return [(line, lot, pieces) for (line, lot), pieces in sorted(rows.items())]


def _move(each: Taken, place_id: int, about: str, who: Mapping[str, Any]) -> stock.Move:
    place = each.place
    return stock.Move(
        place.product_id, place.location_id, place_id, each.quantity, "pack", about, lot=place.lot,
        order_line_id=each.line_id, **who,
    )  # fmt: skip


def write_off_missing(
    conn: Connection, job: PackJob, product_id: int, quantity: int, act: UUID | None, now: datetime, actor: Actor
) -> None:
    """The tote holds less than the book: the difference goes to variance, and somebody counts."""
    totes = sorted({each.tote_id for each in totes_of(conn, [job.order_id]).get(job.order_id, []) if each.tote_id})
    left = quantity
    for place, balance in sorted(stock.balances_at(conn, totes, lock=True).items()) if totes else ():
        pieces = min(left, balance.free) if place.product_id == product_id else 0
        if pieces > 0:
            stock.correct(
                conn, place, -pieces, f"order:{job.order_id}", now, reason="missing_at_packing", act=act,
                person_id=actor.person_id, device_id=actor.device_id,
            )  # fmt: skip
            left -= pieces


def write_acts(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        conn.execute(sa.insert(pack_act), [dict(row) for row in rows])


def mark_undone(conn: Connection, uids: Collection[UUID], now: datetime) -> None:
    if uids:
        conn.execute(sa.update(pack_act).where(pack_act.c.uid.in_(sorted(uids, key=str))).values(undone_at=now))


def lock_waves_of(conn: Connection, order_ids: Collection[int]) -> None:
    """Lock the waves that `settle_waves` may change. Pickers lock waves before orders, so packers do as well."""
    mine = sa.select(wave_order.c.wave_id).where(
        wave_order.c.order_id.in_(sorted(order_ids)), wave_order.c.state.in_(("picked", "packed"))
    )
    if order_ids:
        lock_waves(conn, conn.execute(mine).scalars())


def settle_waves(conn: Connection, order_ids: Collection[int], packed: bool) -> None:
    """The order's tote is free again (or not, after an undo); a wave is done with its last order."""
    before, after = ("picked", "packed") if packed else ("packed", "picked")
    mine = wave_order.c.order_id.in_(sorted(order_ids))
    waves = list(conn.execute(sa.select(wave_order.c.wave_id).where(mine, wave_order.c.state == before)).scalars())
    conn.execute(sa.update(wave_order).where(mine, wave_order.c.state == before).values(state=after))
    if not waves:
        return
    if not packed:
        conn.execute(sa.update(wave).where(wave.c.id.in_(waves), wave.c.state == "done").values(state="picked"))
        return
    unfinished = sa.exists().where(wave_order.c.wave_id == wave.c.id, wave_order.c.state.in_(("open", "picked")))
    conn.execute(
        sa.update(wave).where(wave.c.id.in_(waves), wave.c.state == "picked", ~unfinished).values(state="done")
    )


def note_weight(conn: Connection, station_code: str, weight_g: int, now: datetime) -> bool:
    """What the scale of a bench says; False when there is no such bench."""
    said = {"weight_g": weight_g, "at": now.isoformat()} if weight_g else None
    changed = conn.execute(sa.update(station).where(station.c.code == station_code).values(scale=said))
    return changed.rowcount == 1
