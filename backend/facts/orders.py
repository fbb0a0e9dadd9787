"""What can happen to an order. `about` is `order:<id>` throughout; `number` is what people call the order."""

from typing import Any

from backend.platform.journal import Fact


class OrderReceived(Fact, frozen=True, kw_only=True):
    """A channel brought an order that was not known."""

    number: str
    channel: str
    remote_key: str
    state: str
    held: list[str]
    """Codes of the holds it came in with; empty when it may go on."""


class OrderUpdated(Fact, frozen=True, kw_only=True):
    """The channel sent a known order with other content before work on it began."""

    number: str
    state: str
    held: list[str]


class OrderHeld(Fact, frozen=True, kw_only=True):
    """Something stops the order until a person, or the missing thing, releases it."""

    number: str
    code: str
    values: dict[str, Any]


class HoldReleased(Fact, frozen=True, kw_only=True):
    """One hold is gone. The order goes on when it was the last."""

    number: str
    code: str
    state: str


class OrderPromised(Fact, frozen=True, kw_only=True):
    """Stock is reserved: the order can be picked."""

    number: str
    pieces: int
    partial: bool
    """True when less than ordered is reserved and the merchant sends in parts."""


class OrderNotShippable(Fact, frozen=True, kw_only=True):
    """The stock does not suffice. Written when the reason changed, not at each run."""

    number: str
    code: str
    values: dict[str, Any]


class OrderCancelled(Fact, frozen=True, kw_only=True):
    number: str
    before: str
    """The state it was cancelled from."""
    reason: str


class OrderStateChanged(Fact, frozen=True, kw_only=True):
    """Each legal change of state that has no fact of its own name."""

    number: str
    before: str
    after: str


class OrderNoted(Fact, frozen=True, kw_only=True):
    """The office wrote an internal note."""

    number: str
    note: str
