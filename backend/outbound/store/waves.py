"""Waves are made from ready orders, taken by a picker, dissolved. Set-based: a wave costs a dozen statements."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from backend.catalog import api as catalog
from backend.facts.outbound import WaveCancelled, WaveReleased, WaveTaken
from backend.orders import api as orders
from backend.outbound.tables import pick, pick_act, wave, wave_order
from backend.outbound.wave import POOL_ORDERS, Candidate, Stop, choose_orders, plan_walk
from backend.platform import journal
from backend.platform.errors import Conflict, NotFound
from backend.platform.journal import SYSTEM, Actor
from backend.platform.statements import Statement, among
from backend.stock import api as stock

RUNNING = ("released", "picking")
_LOCK = Statement(sa.select(wave).where(among(wave.c.id, "ids")).order_by(wave.c.id).with_for_update())


def lock_waves(conn: Connection, wave_ids: Iterable[int]) -> dict[int, Row]:
    """Wave rows, locked in the order of their ids. Whoever changes picks or slots of a wave holds its row first."""
    return {row.id: row for row in _LOCK.rows(conn, ids=sorted(set(wave_ids)))}


def wave_by_number(conn: Connection, number: str) -> Row:
    """Raises `NotFound` WAVE_UNKNOWN."""
    found = conn.execute(sa.select(wave).where(wave.c.number == number)).one_or_none()
    if found is None:
        raise NotFound(
            "WAVE_UNKNOWN", f"Expected the number of a wave, got {number[:40]!r}; look at the list.", got=number[:40]
        )
    return found


# -- making ---------------------------------------------------------------------------------------------------------


def release_waves(
    conn: Connection, mode: str, numbers: Sequence[str], now: datetime, actor: Actor = SYSTEM
) -> list[int]:
    """Release named ready orders: one wave each in mode `single`, one together in mode `cluster`. Ids of the waves.

    Raises `NotFound` ORDER_UNKNOWN and `Conflict` ORDER_NOT_READY.
    """
    found = orders.orders_by_numbers(conn, numbers, lock=True)
    for number in numbers:
        if number not in found:
            raise NotFound("ORDER_UNKNOWN", f"Expected a known order, got {number[:40]!r}.", got=number[:40])
        if found[number].state != "ready":
            raise Conflict(
                "ORDER_NOT_READY",
                f"Expected order {number} to be ready, got {found[number].state!r}; run shippable first, or reload.",
                expected="ready",
                got=found[number].state,
                number=number,
            )
    chosen = sorted((found[number] for number in set(numbers)), key=lambda each: (each.promised_at, each.id))
    groups = [[each.id] for each in chosen] if mode == "single" else [[each.id for each in chosen]]
    return [make_wave(conn, mode, group, now, actor) for group in groups if group]


def make_wave_of_ready(
    conn: Connection, mode: str, count: int, now: datetime, actor: Actor = SYSTEM, carrier: str | None = None
) -> int | None:
    """Make a wave of the oldest promises; None when no order is ready. Orders that others hold are stepped over."""
    limit = POOL_ORDERS if mode == "cluster" else 1
    ready = orders.orders_in_state(conn, "ready", limit, carrier, lock=True)
    pool = [Candidate(each.id, each.carrier_code, each.promised_at) for each in ready]
    chosen = choose_orders(pool, 1 if mode == "single" else count)
    return make_wave(conn, mode, chosen, now, actor) if chosen else None


def make_wave(conn: Connection, mode: str, order_ids: Sequence[int], now: datetime, actor: Actor = SYSTEM) -> int:
    """One pick for each reservation of the orders, which go to `in_work`. Slots follow the sequence of the orders."""
    number = catalog.next_number(conn, "wave")
    wave_id = conn.execute(
        sa.insert(wave).values(number=number, mode=mode, state="released", created_at=now).returning(wave.c.id)
    ).scalar_one()
    conn.execute(
        sa.insert(wave_order),
        [
            {"wave_id": wave_id, "order_id": order_id, "slot": slot, "state": "open"}
            for slot, order_id in enumerate(order_ids, start=1)
        ],
    )
    walk = plan_walk(_read_stops(conn, order_ids), order_ids)
    if walk:
        conn.execute(sa.insert(pick), [_pick_row(wave_id, sequence, stop) for sequence, stop in walk])
    heads = orders.advance(conn, order_ids, "in_work", now, actor)
    by_id = {each.id: each.number for each in heads}
    released = WaveReleased(
        about=f"wave:{wave_id}", number=number, mode=mode, orders=tuple(by_id[each] for each in order_ids)
    )
    journal.append(conn, [released], now, actor)
    return int(wave_id)


def _pick_row(wave_id: int, sequence: int, stop: Stop) -> dict[str, object]:
    return {
        "wave_id": wave_id, "order_id": stop.order_id, "order_line_id": stop.order_line_id, "state": "open",
        "product_id": stop.product_id, "location_id": stop.location_id, "lot": stop.lot, "sequence": sequence,
        "quantity": stop.quantity, "picked": 0, "short": 0, "move_id": stop.reservation_id,
    }  # fmt: skip


def _read_stops(conn: Connection, order_ids: Sequence[int]) -> list[Stop]:
    order_of = {line.id: line.order_id for lines in orders.goods_lines(conn, order_ids).values() for line in lines}
    held = stock.reservations_of(conn, order_of)
    places = stock.locations_by_ids(conn, [each.location_id for each in held])
    return [
        Stop(
            order_of[each.order_line_id],
            each.order_line_id,
            each.product_id,
            each.location_id,
            each.lot,
            each.quantity,
            each.id,
            places[each.location_id].walk_sequence,
            places[each.location_id].code,
        )
        for each in held
        if each.order_line_id is not None
    ]


# -- taking and dissolving ------------------------------------------------------------------------------------------


def own_wave(conn: Connection, person_id: int, beside: Collection[int] = ()) -> int | None:
    """The wave this person began first and has not finished, of those not in `beside`."""
    return conn.execute(
        sa.select(wave.c.id)
        .where(wave.c.person_id == person_id, wave.c.state == "picking", wave.c.id.not_in(beside))
        .order_by(wave.c.taken_at, wave.c.id)
        .limit(1)
    ).scalar_one_or_none()


def own_waves(conn: Connection, person_id: int) -> list[int]:
    return list(
        conn.execute(
            sa.select(wave.c.id).where(wave.c.person_id == person_id, wave.c.state == "picking").order_by(wave.c.id)
        ).scalars()
    )


def next_released(conn: Connection, mode: str | None) -> int | None:
    """The oldest released wave that nobody else is just taking."""
    statement = sa.select(wave.c.id).where(wave.c.state == "released").order_by(wave.c.id).limit(1)
    if mode:
        statement = statement.where(wave.c.mode == mode)
    return conn.execute(statement.with_for_update(skip_locked=True)).scalar_one_or_none()


def take_wave(conn: Connection, wave_id: int, person_id: int, device_id: int | None, now: datetime) -> bool:
    """Give the wave to a person at a device, away from whoever had it. False when it is over or never was."""
    row = lock_waves(conn, [wave_id]).get(wave_id)
    if row is None or row.state not in RUNNING:
        return False
    if row.state == "picking" and (row.person_id, row.device_id) == (person_id, device_id):
        return True
    conn.execute(
        sa.update(wave)
        .where(wave.c.id == wave_id)
        .values(
            state="picking", person_id=person_id, device_id=device_id, taken_at=row.taken_at or now,
            version=wave.c.version + 1,
        )
    )  # fmt: skip
    before = row.person_id if row.state == "picking" else None
    taken = WaveTaken(about=f"wave:{wave_id}", number=row.number, person_id=person_id, before=before)
    journal.append(conn, [taken], now, Actor(person_id, device_id))
    return True


def cancel_wave(conn: Connection, number: str, now: datetime, actor: Actor = SYSTEM) -> None:
    """Dissolve a wave of which nothing was picked; its orders are ready again, their stock stays reserved.

    Raises `NotFound` WAVE_UNKNOWN and `Conflict` WAVE_OVER or WAVE_HAS_GOODS.
    """
    wave_id = wave_by_number(conn, number).id
    row = lock_waves(conn, [wave_id])[wave_id]
    if row.state not in RUNNING:
        raise Conflict(
            "WAVE_OVER", f"Expected a running wave, got {number} which is {row.state}; reload.", got=row.state
        )
    touched = conn.execute(
        sa.select(sa.func.count())
        .select_from(pick_act)
        .where(pick_act.c.wave_id == wave_id, pick_act.c.state == "applied")
    ).scalar_one()
    if touched:
        raise Conflict(
            "WAVE_HAS_GOODS",
            f"Expected a wave without picked goods, but {touched} picks of {number} lie in totes; undo them on the "
            "device, or let the picker finish.",
            got=str(touched),
            cure="undo",
        )
    chosen = wave_order.c.wave_id == wave_id
    order_ids = list(
        conn.execute(sa.select(wave_order.c.order_id).where(chosen, wave_order.c.state == "open")).scalars()
    )
    conn.execute(sa.update(pick).where(pick.c.wave_id == wave_id, pick.c.state == "open").values(state="cancelled"))
    conn.execute(sa.update(wave_order).where(chosen).values(state="cancelled", tote_id=None))
    conn.execute(sa.update(wave).where(wave.c.id == wave_id).values(state="cancelled", version=wave.c.version + 1))
    orders.advance(conn, order_ids, "ready", now, actor)
    journal.append(conn, [WaveCancelled(about=f"wave:{wave_id}", number=number)], now, actor)
