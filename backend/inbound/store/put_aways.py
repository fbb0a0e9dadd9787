"""Walks of put-away: planned from what lies at the dock or on a cart, locked for a chunk of scans, written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.inbound.placing import Candidate, Goods, loaded, propose
from backend.inbound.putting import Put, PutAct, PutLine, PutUndone, Walk, WalkEnded
from backend.inbound.store.places import empty_places, goods_of, own_places, read_candidates
from backend.inbound.tables import put_away, put_away_line
from backend.platform.statements import Statement
from backend.scanning.protocol import Taken
from backend.stock import api as stock

STOPS_MAX = 60
"""Products of one walk; the rest of a full dock is the next one."""
SOURCES = ("receiving", "cart", "tote")
_left = put_away_line.c.quantity - put_away_line.c.put
_WALKED_WITH = Statement(
    sa.select(put_away_line.c.product_id, put_away_line.c.lot, _left.label("pieces"))
    .join(put_away, put_away.c.id == put_away_line.c.put_away_id)
    .where(put_away.c.source_id == sa.bindparam("source"), put_away.c.state == "open", _left > 0)
)


# -- planning -------------------------------------------------------------------------------------------------------


def plan_walk(conn: Connection, source_id: int, now: datetime, person_id: int, device_id: int | None) -> int | None:
    """The person's open walk from this source, else a new one of the goods nobody walks with yet; None when there are
    none."""
    mine = conn.execute(
        sa.select(sa.func.max(put_away.c.id)).where(
            put_away.c.source_id == source_id, put_away.c.person_id == person_id, put_away.c.state == "open"
        )
    ).scalar_one()
    if mine is not None:
        return int(mine)
    waiting = _waiting(conn, source_id, lock=True)
    if not waiting:
        return None
    goods = goods_of(conn, waiting)
    places, zones = own_places(conn, goods), set[str]()
    made = conn.execute(
        sa.insert(put_away)
        .values(source_id=source_id, state="open", person_id=person_id, device_id=device_id, created_at=now)
        .returning(put_away.c.id)
    ).scalar_one()
    rows: list[dict[str, Any]] = []
    for each in goods:
        stops = propose(each, places.values())
        if stops[-1].location_id is None and each.zone not in zones:
            # Empty places rank last: they are looked for only when the goods' own places do not take everything.
            zones.add(each.zone)
            places = empty_places(conn, goods, each.zone) | places
            stops = propose(each, places.values())
        for stop in stops:
            row = {"put_away_id": made, "product_id": each.product_id, "lot": each.lot, "quantity": stop.quantity}
            rows.append(row | {"location_id": stop.location_id, "why": stop.why})
            if stop.location_id is not None:
                places[stop.location_id] = loaded(places[stop.location_id], each, stop.quantity)
    conn.execute(sa.insert(put_away_line), rows)
    return int(made)


def _waiting(conn: Connection, source_id: int, lock: bool = False) -> list[tuple[int, str, int]]:
    """(product, lot, pieces) at the source that no open walk has. With `lock` nobody else plans with them meanwhile.

    Of a dock with ten thousand lines only as many are read as one walk takes, and as many more as others walk with.
    """
    while True:
        most = STOPS_MAX + len(_walked_with(conn, source_id))
        lying = stock.first_free_at(conn, source_id, most, lock)
        taken = _walked_with(conn, source_id)  # once more under the lock, for which another walk may have been waited
        found = [
            (place.product_id, place.lot, there.free - taken.get((place.product_id, place.lot), 0))
            for place, there in lying.items()
        ]
        free = [each for each in found if each[2] > 0][:STOPS_MAX]
        if free or len(lying) < most:
            return free


def _walked_with(conn: Connection, source_id: int) -> dict[tuple[int, str], int]:
    """(product, lot) -> pieces that open walks take from the source."""
    taken: dict[tuple[int, str], int] = {}
    for row in _WALKED_WITH.rows(conn, source=source_id):
        taken[row.product_id, row.lot] = taken.get((row.product_id, row.lot), 0) + row.pieces
    return taken


def find_source(conn: Connection, key: str) -> int | None:
    """The location that a key names, if goods can be put away from it; without a key the first area with goods."""
    if key:
        found = stock.location_by_key(conn, key)
        return found.id if found is not None and found.kind in SOURCES else None
    return next((each.id for each in stock.locations_of_kind(conn, ("receiving",)) if _waiting(conn, each.id)), None)


# -- under lock -----------------------------------------------------------------------------------------------------


def load_walks(
    conn: Connection, walk_ids: Iterable[int], keys: Iterable[str], acts: set[UUID], undone: set[UUID]
) -> dict[int, Walk]:
    """The walks, locked in the order of their ids, with the places that the scans name."""
    rows = conn.execute(
        sa.select(put_away).where(put_away.c.id.in_(sorted(set(walk_ids)))).order_by(put_away.c.id).with_for_update()
    ).all()
    named = stock.locations_by_keys(conn, keys)
    sources = stock.locations_by_ids(conn, [row.source_id for row in rows])
    return {row.id: _load_one(conn, row, sources[row.source_id].code, named, acts, undone) for row in rows}


def _load_one(
    conn: Connection, row: Any, source: str, named: Mapping[str, stock.Location], acts: set[UUID], undone: set[UUID]
) -> Walk:
    lines = read_lines(conn, row.id, row.source_id)
    places = read_candidates(conn, {each.id for each in named.values()}, [each.goods for each in lines.values()])
    goods = {stock.Place(each.goods.product_id, row.source_id, each.goods.lot) for each in lines.values()}
    lying = stock.read_balances(conn, goods)
    done, gone = _read_acts(conn, row.id, acts | undone, lines)
    # goods of this walk that are on their way to a place are what is being put there now, not a load of their own
    return Walk(
        id=row.id, source_id=row.source_id, source=source, done=row.state == "done", lines=lines,
        places={key: _without_own(places[each.id], lines) for key, each in named.items()}, acts=done, gone=gone,
        lying={(place.product_id, place.lot): there.free for place, there in lying.items()},
    )  # fmt: skip


def _without_own(place: Candidate, lines: Mapping[int, PutLine]) -> Candidate:
    own_g = sum(each.left * each.goods.weight_g for each in lines.values() if each.proposed_id == place.location_id)
    own_ml = sum(each.left * each.goods.volume_ml for each in lines.values() if each.proposed_id == place.location_id)
    return Candidate(
        location_id=place.location_id, code=place.code, kind=place.kind, zone=place.zone,
        walk_sequence=place.walk_sequence, blocked=place.blocked, holds_g=place.holds_g, holds_ml=place.holds_ml,
        load_g=place.load_g - own_g, load_ml=place.load_ml - own_ml, filled=place.filled, lots=place.lots,
        look_alikes=place.look_alikes,
    )  # fmt: skip


def read_lines(conn: Connection, walk_id: int, source_id: int) -> dict[int, PutLine]:
    rows = conn.execute(
        sa.select(put_away_line).where(put_away_line.c.put_away_id == walk_id).order_by(put_away_line.c.id)
    ).all()
    ids = {row.product_id for row in rows}
    products, codes = catalog.products_by_ids(conn, ids), catalog.codes_of(conn, ids)
    wishes = {
        row.id: goods
        for row, goods in zip(rows, goods_of(conn, [(r.product_id, r.lot, r.quantity) for r in rows]), strict=True)
    }
    places = stock.locations_by_ids(conn, [row.location_id for row in rows if row.location_id is not None])
    serial_goods = {each for each in ids if products[each].tracking == "serial"}
    serials: dict[int, list[str]] = {}
    for product_id, code in stock.serials_at(conn, [source_id]).get(source_id, []) if serial_goods else ():
        serials.setdefault(product_id, []).append(code)
    found: dict[int, PutLine] = {}
    for row in rows:
        product = products[row.product_id]
        at = places.get(row.location_id)
        found[row.id] = PutLine(
            id=row.id, goods=wishes[row.id], sku=product.sku, name=product.name, put=row.put,
            proposed_id=row.location_id, proposed=at.code if at else "",
            codes=frozenset(each.key for each in codes[row.product_id]),
            serials=tuple(serials.get(row.product_id, ())), tracked=row.product_id in serial_goods,
        )  # fmt: skip
    return found


def _read_acts(
    conn: Connection, walk_id: int, acts: set[UUID], lines: Mapping[int, PutLine]
) -> tuple[dict[str, PutAct], frozenset[str]]:
    """Acts of this walk that hold, from the moves they made; and those whose goods went on."""
    found: dict[str, PutAct] = {}
    gone: set[str] = set()
    serials = stock.serials_of_acts(conn, acts) if any(line.tracked for line in lines.values()) else {}
    for each in stock.moves_of_acts(conn, acts, "put_away"):
        line = next((line for line in lines.values() if each.about == f"put_away:{walk_id}:{line.id}"), None)
        if line is None:
            continue
        found[str(each.act)] = PutAct(line.id, each.quantity, serials.get(each.act, ()))
        there = stock.read_balances(conn, [stock.Place(each.product_id, each.target_id, each.lot)])
        if sum(balance.free for balance in there.values()) < each.quantity:
            gone.add(str(each.act))
    return found, frozenset(gone)


# -- writing --------------------------------------------------------------------------------------------------------


def write_changes(conn: Connection, walk: Walk, changes: Sequence[tuple[Taken, Any]], now: datetime) -> None:
    """What a chunk did to one walk: moves, serials and counts, each kind at once."""
    undone = {UUID(each.act) for _, each in changes if isinstance(each, PutUndone)}
    fresh = [(taken, each) for taken, each in changes if isinstance(each, Put) and UUID(each.act) not in undone]
    if undone:
        stock.undo(conn, undone, now, reserve_again=False)
        stock.undo_serials(conn, undone, now, f"put_away:{walk.id}")
    moves, steps = [], []
    for taken, each in fresh:
        goods: Goods = walk.lines[each.line_id].goods
        who: dict[str, Any] = {"act": UUID(each.act), "person_id": taken.person_id, "device_id": taken.device_id}
        about = f"put_away:{walk.id}:{each.line_id}"
        moves.append(
            stock.Move(
                goods.product_id,
                walk.source_id,
                each.location_id,
                each.quantity,
                "put_away",
                about,
                lot=goods.lot,
                **who,
            )
        )
        steps += [
            stock.SerialStep(
                product_id=goods.product_id, code=code, target_id=each.location_id, reason="put_away", about=about,
                lot=goods.lot, **who,
            )
            for code in each.serials
        ]  # fmt: skip
    stock.post(conn, moves, now)
    stock.move_serials(conn, steps, now)
    touched = sorted({each.line_id for _, each in changes if isinstance(each, Put | PutUndone)})
    if touched:
        conn.execute(
            sa.update(put_away_line)
            .where(put_away_line.c.id == sa.bindparam("line"))
            .values(put=sa.bindparam("pieces")),
            [{"line": each, "pieces": walk.lines[each].put} for each in touched],
        )
    if walk.done or any(isinstance(each, WalkEnded | PutUndone) for _, each in changes):
        conn.execute(
            sa.update(put_away)
            .where(put_away.c.id == walk.id)
            .values(state="done" if walk.done else "open", done_at=now if walk.done else None)
        )
