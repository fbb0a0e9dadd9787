"""Which places are due for a cycle count: what moves often is counted often.

Products are sorted by how often they were picked. Those that make the first 80 % of all picks are A, the next 15 % B, the
rest C. A place is due when its best product's interval has passed since it was last counted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

A_SHARE, B_SHARE = 0.80, 0.95
INTERVAL_DAYS: Mapping[str, int] = {"A": 30, "B": 90, "C": 180}


class Shelf(msgspec.Struct, frozen=True):
    """A place with the products that lie there; `counted_at` None: never."""

    location_id: int
    walk_sequence: int
    products: tuple[int, ...]
    counted_at: datetime | None = None


def classes(picks: Mapping[int, int]) -> dict[int, str]:
    """Product -> A, B or C; products that were never picked are C and absent."""
    total = sum(picks.values())
    found: dict[int, str] = {}
    before = 0
    for product_id in sorted(picks, key=lambda each: (-picks[each], each)):
        found[product_id] = "A" if before < A_SHARE * total else "B" if before < B_SHARE * total else "C"
        before += picks[product_id]
    return found


def due(shelves: Iterable[Shelf], known: Mapping[int, str], now: datetime, days: Mapping[str, int]) -> list[int]:
    """Locations to be counted, the longest overdue first."""
    late: list[tuple[timedelta, int, int]] = []
    for shelf in shelves:
        best = min((known.get(each, "C") for each in shelf.products), default="C")
        since = now - shelf.counted_at if shelf.counted_at else timedelta(days=10_000)
        over = since - timedelta(days=days[best])
        if over >= timedelta(0):
            late.append((-over, shelf.walk_sequence, shelf.location_id))
    return [location_id for _, _, location_id in sorted(late)]
