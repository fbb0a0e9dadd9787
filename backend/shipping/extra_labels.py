"""Labels at dispatch as each customer wishes: which rows of the wish list concern an order, and what stands on them. Pure."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from backend.platform.errors import Problem

LABELS_MAX = 100
"""For one line of an order, as the print queue takes copies; more are a matter for a run from the office."""


Code = Annotated[str, msgspec.Meta(max_length=100)]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the wish list. None and "" mean: any, or our own."""

    id: int
    channel_id: int | None
    customer: str
    product_id: int | None
    label: str
    customer_sku: str
    text: str
    code: str
    symbology: str
    pieces_per_label: int


class WishRow(msgspec.Struct, frozen=True, kw_only=True):
    """A wish as the office writes it: codes and SKUs instead of numbers of rows, "" for any and for our own."""

    merchant: Code
    channel: Code = ""
    customer: Annotated[str, msgspec.Meta(max_length=200)] = ""
    sku: Code = ""
    label: Annotated[str, msgspec.Meta(max_length=32)] = "customer"
    customer_sku: Annotated[str, msgspec.Meta(max_length=120)] = ""
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""
    code: Annotated[str, msgspec.Meta(max_length=120)] = ""
    symbology: Annotated[str, msgspec.Meta(max_length=16)] = "code128"
    pieces_per_label: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1


def trial_fields(row: WishRow) -> dict[str, Any]:
    """What one label of the wish would say: drawn before it is saved, so that no wish fails at dispatch."""
    wish = Wish(
        id=0, channel_id=None, customer="", product_id=None, label=row.label, customer_sku=row.customer_sku,
        text=row.text, code=row.code, symbology=row.symbology, pieces_per_label=row.pieces_per_label,
    )  # fmt: skip
    buyer = Buyer(channel_id=0, order_number="26-000001", names=(row.customer or "-",))
    goods = Goods(line_id=0, product_id=None, sku=row.sku or "SKU-1", name=row.sku or "-", pieces=row.pieces_per_label)
    return labels_asked([wish], buyer, [goods], "cs")[0].fields


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """A line that leaves: how many pieces of what."""

    line_id: int
    product_id: int | None
    sku: str
    name: str
    pieces: int


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    channel_id: int
    order_number: str
    names: tuple[str, ...]
    """Company, name and e-mail: what a wish may call the customer by."""


class LabelsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """`copies` labels alike; `missing`: how many more there would have to be, had a line no limit."""

    key: str
    label: str
    title: str
    fields: dict[str, Any]
    copies: int
    missing: int = 0

    @property
    def lack(self) -> Problem | None:
        """What people are told of the missing ones; None where there are none."""
        if not self.missing:
            return None
        return Problem(
            "LABELS_MISSING",
            f"Expected at most {LABELS_MAX} labels for a line, {self.missing} more are wished; print them by a run.",
            expected=str(LABELS_MAX), got=str(self.missing), cure="print_by_a_run",
        )  # fmt: skip


def labels_asked(wishes: Sequence[Wish], buyer: Buyer, goods: Sequence[Goods], language: str) -> list[LabelsAsked]:
    """What is to be printed, by line and wish; a wish for one product comes before one for all goods of the customer."""
    names = {name.strip().casefold() for name in buyer.names if name.strip()}
    mine = [
        wish
        for wish in wishes
        if wish.channel_id in (None, buyer.channel_id)
        and (not wish.customer or wish.customer.strip().casefold() in names)
    ]
    found: list[LabelsAsked] = []
    for line in goods:
        exact = [wish for wish in mine if wish.product_id is not None and wish.product_id == line.product_id]
        for wish in exact or [wish for wish in mine if wish.product_id is None]:
            found.extend(_for_line(wish, buyer, line, language))
    return found


def _for_line(wish: Wish, buyer: Buyer, line: Goods, language: str) -> list[LabelsAsked]:
    full, rest = divmod(line.pieces, wish.pieces_per_label)
    parts = [("full", full, wish.pieces_per_label), ("rest", 1 if rest else 0, rest)]
    sku = wish.customer_sku or line.sku
    return [
        LabelsAsked(
            key=f"{wish.id}:{line.line_id}:{part}", label=wish.label, title=f"{buyer.order_number} {sku}",
            copies=min(copies, LABELS_MAX), missing=max(0, copies - LABELS_MAX),
            fields={
                "language": language, "customer": buyer.names[0], "customer_sku": sku, "text": wish.text or line.name,
                "code": wish.code or sku, "symbology": wish.symbology, "quantity": pieces,
                "order_number": buyer.order_number,
            },
        )
        for part, copies, pieces in parts
        if copies
    ]  # fmt: skip
