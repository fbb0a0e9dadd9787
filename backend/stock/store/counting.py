"""When the hand contradicts the book, the hand wins: the difference moves to or from `variance`, and somebody counts."""

import uuid
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.facts.stock import CountTaskMade
from backend.platform import journal
from backend.stock.ledger import Balance, Move, Place
from backend.stock.store.balances import balances_at, read_balances
from backend.stock.store.ledger import post
from backend.stock.store.locations import locations_by_ids, outside
from backend.stock.tables import count_task


class Correction(NamedTuple):
    """`moved` pieces were booked (+ onto the location, - off it); less than asked when the rest is reserved."""

    moved: int
    count_task_id: int


def correct(
    conn: Connection,
    place: Place,
    change: int,
    about: str,
    at: datetime,
    *,
    reason: str = "short_pick",
    act: uuid.UUID | None = None,
    person_id: int | None = None,
    device_id: int | None = None,
) -> Correction:
    """Book what the hand found: `change` pieces more (+) or fewer (-) than the book says, and ask for a count.

    Never a dead end: of a loss only the pieces that are not reserved for others are written off at once, the count task
    settles the rest. `change` 0 makes the count task alone.
    """
    booked = read_balances(conn, [place], lock=True).get(place, Balance())
    moved = max(change, -booked.free)
    if moved:
        variance = outside(conn, "variance")
        source, target = (variance, place.location_id) if moved > 0 else (place.location_id, variance)
        booking = Move(
            place.product_id, source, target, abs(moved), "variance", about, lot=place.lot, act=act, person_id=person_id,
            device_id=device_id,
        )  # fmt: skip
        post(conn, [booking], at)
    task_id = make_count_task(
        conn, place.location_id, place.product_id, reason, about, at,
        corrected_by=moved, person_id=person_id, device_id=device_id,
    )  # fmt: skip
    return Correction(moved, task_id)


def note_zero_check(
    conn: Connection,
    location_id: int,
    empty: bool,
    about: str,
    at: datetime,
    person_id: int | None = None,
    device_id: int | None = None,
) -> int:
    """A person stood at a place that the book has emptied. Seen empty, and so in the book: that was its count.

    Otherwise a count of the whole place is asked for. Returns the id of the count task.
    """
    if not empty or any(each.on_hand for each in balances_at(conn, [location_id]).values()):
        return make_count_task(
            conn, location_id, None, "zero_check", about, at, person_id=person_id, device_id=device_id
        )
    row = {
        "location_id": location_id, "reason": "zero_check", "about": about, "state": "done", "created_at": at,
        "person_id": person_id, "counted_at": at, "counted_by": person_id,
    }  # fmt: skip
    return int(conn.execute(sa.insert(count_task).values(**row).returning(count_task.c.id)).scalar_one())


def make_count_task(
    conn: Connection,
    location_id: int,
    product_id: int | None,
    reason: str,
    about: str,
    at: datetime,
    *,
    corrected_by: int = 0,
    person_id: int | None = None,
    device_id: int | None = None,
) -> int:
    """Ask for a count of a product at a location (of everything there where `product_id` is None).

    An open task for the same is answered again instead of a second one.
    """
    same_product = count_task.c.product_id.is_(None) if product_id is None else count_task.c.product_id == product_id
    found = conn.execute(
        sa.select(sa.func.min(count_task.c.id)).where(
            count_task.c.location_id == location_id, same_product, count_task.c.state == "open"
        )
    ).scalar_one()
    if found is None:
        found = conn.execute(
            sa.insert(count_task)
            .values(
                location_id=location_id, product_id=product_id, reason=reason, about=about, state="open", created_at=at,
                person_id=person_id,
            )
            .returning(count_task.c.id)
        ).scalar_one()  # fmt: skip
    code = locations_by_ids(conn, [location_id])[location_id].code
    made = CountTaskMade(
        about=f"location:{location_id}", count_task_id=found, location=code, product_id=product_id, reason=reason,
        corrected_by=corrected_by, because=about,
    )  # fmt: skip
    journal.append(conn, [made], at, journal.Actor(person_id, device_id))
    return int(found)
