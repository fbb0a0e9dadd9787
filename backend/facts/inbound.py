"""What happens between the announced delivery and goods on their shelf."""

from backend.platform.journal import Fact


class ReceiptExpected(Fact, frozen=True, kw_only=True):
    """A delivery was announced, by a file or by hand. About `receipt:<id>`."""

    number: str
    reference: str
    supplier: str
    lines: int


class GoodsReceived(Fact, frozen=True, kw_only=True):
    """Pieces came in at the dock. `condition`: good, damaged, wrong, expired. About `receipt:<id>`."""

    number: str
    sku: str
    quantity: int
    lot: str
    serial: str
    condition: str
    reason: str


class ReceivingUndone(Fact, frozen=True, kw_only=True):
    """What one scan had received is taken back. About `receipt:<id>`."""

    number: str
    sku: str
    quantity: int


class GoodsSetAside(Fact, frozen=True, kw_only=True):
    """Goods that nobody knows stand in quarantine. About `receipt:<id>`."""

    number: str
    code: str
    quantity: int


class ReceiptFinished(Fact, frozen=True, kw_only=True):
    """The delivery is in; `missing` pieces wait as another delivery (`rest` back_order) or never come (dropped).

    About `receipt:<id>`.
    """

    number: str
    received: int
    missing: int
    more: int
    damaged: int
    rest: str


class ReceiptClosed(Fact, frozen=True, kw_only=True):
    """The office has seen a received delivery and closed it. About `receipt:<id>`."""

    number: str


class PhotosForgotten(Fact, frozen=True, kw_only=True):
    """Proof photos were deleted: older than they are kept, or the oldest of too many. About what they were of."""

    photos: int
    taken_from: str
    """Day of the oldest, and of the newest of them."""
    taken_to: str


class CodeAttached(Fact, frozen=True, kw_only=True):
    """A person said what an unknown code means. About `product:<id>`."""

    key: str
    sku: str
    quantity: int


class GoodsPutAway(Fact, frozen=True, kw_only=True):
    """Pieces went from the dock or a cart to a place. `proposed` names the place that was proposed. About `product:<id>`."""

    sku: str
    quantity: int
    lot: str
    source: str
    target: str
    proposed: str


class PutAwayUndone(Fact, frozen=True, kw_only=True):
    """Pieces went back to where they were taken for put-away. About `product:<id>`."""

    sku: str
    quantity: int
