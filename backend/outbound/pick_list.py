"""The pick list of a wave as values: lines, slots with their totes, acts; and the changes that a scan makes to it."""

from collections.abc import Mapping
from typing import Literal

import msgspec


class PickLine(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one order to be taken from one location. Quantities in the product's stock unit.

    `codes` is scan key -> pieces; `reserved` what the ledger still holds for this line at the location.
    """

    id: int
    order: str
    slot: int
    sequence: int
    location: str
    location_key: str
    sku: str
    name: str
    quantity: int
    codes: Mapping[str, int] = {}
    unit: str = ""
    picture: str | None = None
    merchant: str = ""
    lot: str = ""
    picked: int = 0
    short: int = 0
    reserved: int = 0
    cancelled: bool = False
    order_id: int = 0
    order_line_id: int = 0
    product_id: int = 0
    location_id: int = 0
    move_id: int | None = None
    instead_of: str = ""
    """The act that declared these pieces missing at another location."""

    @property
    def remaining(self) -> int:
        return 0 if self.cancelled else self.quantity - self.picked - self.short


class PickSlot(msgspec.Struct, frozen=True, kw_only=True):
    """One order of the wave and its tote. `partial` orders are sent without what is missing, others wait."""

    slot: int
    order: str
    order_id: int = 0
    tote: str | None = None
    tote_id: int = 0
    partial: bool = False
    packed: bool = False
    cancelled: bool = False
    awaiting: int = 0
    """Lines that this chunk makes at other locations: they exist only after it is saved."""


class PickAct(msgspec.Struct, frozen=True, kw_only=True):
    """One act of a picker: pieces in the hand, then in the tote; or a line declared short."""

    uid: str
    line: int
    kind: Literal["pick", "short"]
    quantity: int
    state: Literal["in_hand", "applied", "undone", "refused", "settled"]
    tote: str | None = None
    missing: int = 0
    held: bool = False
    added: int = 0
    """Lines that this chunk makes at other locations because of it."""


class PickWave(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    number: str
    state: str
    lines: Mapping[int, PickLine]
    slots: Mapping[int, PickSlot]
    acts: Mapping[str, PickAct] = {}


class Tote(msgspec.Struct, frozen=True, kw_only=True):
    """`order` is the number of the order whose goods it holds, empty when free."""

    key: str
    order: str = ""
    location_id: int = 0


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a code that is not wanted here means, and the code of the location where it lives."""

    sku: str
    name: str
    picture: str | None
    location: str
    merchant: str = ""


class Spare(msgspec.Struct, frozen=True, kw_only=True):
    """Unreserved pieces of a product at a location that may be promised."""

    location_id: int
    location: str
    lot: str
    free: int


class PickSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All that a chunk of pick scans may touch. `spares` is product id -> spares in walking sequence."""

    waves: Mapping[str, PickWave]
    totes: Mapping[str, Tote] = {}
    places: Mapping[str, Place] = {}
    spares: Mapping[int, tuple[Spare, ...]] = {}


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces are in a hand: nothing moves in the ledger yet."""

    wave: int
    act: str


class Picked(msgspec.Struct, frozen=True, kw_only=True):
    wave: int
    line: int
    act: str
    quantity: int
    slot: int
    tote_location_id: int


class Shorted(msgspec.Struct, frozen=True, kw_only=True):
    """`elsewhere` is taken instead from other locations; `missing` pieces cannot be had, `held` stops the order."""

    wave: int
    line: int
    act: str
    quantity: int
    elsewhere: tuple[tuple[Spare, int], ...]
    missing: int
    held: bool


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    wave: int
    line: int


class ZeroChecked(msgspec.Struct, frozen=True, kw_only=True):
    """A pick should have emptied the place; the picker has looked."""

    wave: int
    line: int
    location_id: int
    empty: bool


class ShortTakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """The goods are there after all: `quantity` is reserved at the line's location again. `held`: so is the order."""

    wave: int
    line: int
    act: str
    quantity: int
    missing: int
    held: bool


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """`quantity` pieces went back from the tote; 0 when they were only in the hand."""

    wave: int
    line: int
    act: str
    quantity: int
