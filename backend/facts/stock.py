"""What can happen to stock, apart from the moves themselves: the ledger is its own journal."""

from backend.platform.journal import Fact


class CountTaskMade(Fact, frozen=True, kw_only=True):
    """The hand contradicted the book, somebody has to count. `about` is `location:<id>`."""

    count_task_id: int
    location: str
    product_id: int | None
    reason: str
    corrected_by: int
    """Pieces that were written to (+) or off (-) the location at once."""
    because: str
    """The subject in whose course it was found, such as `order:12`."""


class StockMoved(Fact, frozen=True, kw_only=True):
    """A person moved, received or wrote off goods outside any order. `about` is `product:<id>`."""

    source: str
    target: str
    quantity: int
    lot: str
    reason: str


class LedgerChecked(Fact, frozen=True, kw_only=True):
    """The balances were recomputed from the moves. `about` is `ledger:stock`."""

    moves: int
    balances: int
    differences: int


class PlaceCounted(Fact, frozen=True, kw_only=True):
    """A person has counted a place. `about` is `location:<id>`."""

    number: str
    location: str
    lines: int
    differences: int
    moved: int
    """Pieces written to (+) or off (-) the place."""
    value_minor: int
    again: int
    """Lines that somebody has to count once more."""


class CountClosed(Fact, frozen=True, kw_only=True):
    """A count list is closed: every counted place is settled. `about` is `count:<id>`."""

    number: str
    places: int
    lines: int
    differences: int
    value_minor: int


class ReplenishCalled(Fact, frozen=True, kw_only=True):
    """A pick face needs goods. `about` is `location:<id>`."""

    sku: str
    source: str
    target: str
    quantity: int
    reason: str


class LotBlocked(Fact, frozen=True, kw_only=True):
    """A lot may not leave the house any more. `about` is `product:<id>`."""

    lot: str
    reason: str


class LotReleased(Fact, frozen=True, kw_only=True):
    """A blocked lot may be sent again. `about` is `product:<id>`."""

    lot: str
