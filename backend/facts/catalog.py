"""What can happen to the catalogue."""

from backend.platform.journal import Fact


class ProductCreated(Fact, frozen=True, kw_only=True):
    """A product exists from now on. `about` is `product:<id>`."""

    sku: str
    name: str


class ProductCodeAdded(Fact, frozen=True, kw_only=True):
    """A code of the outside world now means `quantity` pieces of the product."""

    key: str
    quantity: int
    level: str
