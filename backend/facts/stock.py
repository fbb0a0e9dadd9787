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
