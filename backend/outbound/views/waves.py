"""The office's list of waves: who walks, how far, with which totes."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from backend.gs1.own_codes import build_own_code
from backend.identity.api import names_of
from backend.orders import api as orders
from backend.outbound.store.take_over import Holder, holder_of
from backend.outbound.tables import pick, wave, wave_order
from backend.platform import clock
from backend.stock import api as stock


class WaveOrderRow(msgspec.Struct, frozen=True):
    """One order of a wave. `pieces` is what it shall give, `picked` what lies in the tote."""

    order: str
    slot: int
    state: str
    tote: str | None
    pieces: int
    picked: int
    short: int


class WaveRow(msgspec.Struct, frozen=True):
    id: int
    number: str
    key: str
    """The scan key of the wave's code, by which another device takes it over."""
    code: str
    """The text to print as that code."""
    mode: str
    state: str
    person_id: int | None
    person: str
    """Who took it; empty when nobody has."""
    holder: Holder | None
    """Person and device that pick it, and when that device was last heard."""
    silent: bool
    """The device may hold scans that never arrived; scanning the wave's code takes it over."""
    created_at: datetime
    taken_at: datetime | None
    picked_at: datetime | None
    lines: int
    lines_done: int
    pieces: int
    pieces_done: int
    orders: list[WaveOrderRow]


class WavePage(msgspec.Struct, frozen=True):
    """Newest first; `next` is the cursor of the page after, None at the end."""

    rows: list[WaveRow]
    next: int | None


def list_waves(conn: Connection, states: Sequence[str], cursor: int | None, limit: int) -> WavePage:
    """Waves in the given states (all where empty), older than `cursor`."""
    statement = sa.select(wave).order_by(wave.c.id.desc()).limit(limit + 1)
    if states:
        statement = statement.where(wave.c.state.in_(states))
    if cursor is not None:
        statement = statement.where(wave.c.id < cursor)
    found = conn.execute(statement).all()
    shown = found[:limit]
    return WavePage(_rows(conn, shown), shown[-1].id if len(found) > limit else None)


def waves_by_ids(conn: Connection, ids: Sequence[int]) -> list[WaveRow]:
    return _rows(conn, conn.execute(sa.select(wave).where(wave.c.id.in_(ids)).order_by(wave.c.id)).all())


def _rows(conn: Connection, heads: Sequence[Row]) -> list[WaveRow]:
    ids = [row.id for row in heads]
    slots = conn.execute(
        sa.select(wave_order).where(wave_order.c.wave_id.in_(ids)).order_by(wave_order.c.wave_id, wave_order.c.slot)
    ).all()
    picks = conn.execute(
        sa.select(
            pick.c.wave_id, pick.c.order_id, pick.c.quantity, pick.c.picked, pick.c.short, pick.c.state
        ).where(pick.c.wave_id.in_(ids), pick.c.state != "cancelled")
    ).all()  # fmt: skip
    names = names_of(conn, {row.person_id for row in heads if row.person_id is not None})
    known = orders.orders_by_ids(conn, [row.order_id for row in slots])
    totes = stock.locations_by_ids(conn, [row.tote_id for row in slots if row.tote_id is not None])
    now = clock.now()
    holders = {head.id: held[1] for head in heads if (held := holder_of(conn, head.id)) is not None}
    return [
        WaveRow(
            id=head.id,
            number=head.number,
            key=f"wave:{head.number}",
            code=build_own_code("wave", head.number),
            mode=head.mode,
            state=head.state,
            person_id=head.person_id,
            person=names.get(head.person_id or 0, ""),
            holder=holders.get(head.id),
            silent=head.id in holders and holders[head.id].is_doubtful(now),
            created_at=head.created_at,
            taken_at=head.taken_at,
            picked_at=head.picked_at,
            lines=sum(1 for row in picks if row.wave_id == head.id),
            lines_done=sum(1 for row in picks if row.wave_id == head.id and row.state != "open"),
            pieces=sum(row.quantity - row.short for row in picks if row.wave_id == head.id),
            pieces_done=sum(row.picked for row in picks if row.wave_id == head.id),
            orders=[
                _order_row(row, known[row.order_id].number, totes, picks) for row in slots if row.wave_id == head.id
            ],
        )
        for head in heads
    ]


def _order_row(slot: Row, number: str, totes: dict[int, stock.Location], picks: Sequence[Row]) -> WaveOrderRow:
    mine = [row for row in picks if (row.wave_id, row.order_id) == (slot.wave_id, slot.order_id)]
    return WaveOrderRow(
        order=number,
        slot=slot.slot,
        state=slot.state,
        tote=totes[slot.tote_id].code if slot.tote_id is not None else None,
        pieces=sum(row.quantity - row.short for row in mine),
        picked=sum(row.picked for row in mine),
        short=sum(row.short for row in mine),
    )
