"""What comes back from buyers. The office and, later, the credit note learn of it here."""

from backend.platform.journal import Fact


class GoodsReturned(Fact, frozen=True, kw_only=True):
    """Pieces of an order came back. `about` is the order; `condition`: resell, second, scrap, supplier."""

    number: str
    sku: str
    quantity: int
    condition: str
    reason: str


class ReturnUndone(Fact, frozen=True, kw_only=True):
    """They did not, it was a mistake. `about` is the order."""

    number: str
    sku: str
    quantity: int


class ReturnClosed(Fact, frozen=True, kw_only=True):
    """The parcel that came back is looked through. `about` is the order; with `whole` everything sent is back."""

    number: str
    pieces: int
    whole: bool
