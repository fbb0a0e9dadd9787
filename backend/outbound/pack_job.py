"""One order at the bench, as values: what packing knows before a scan, and what a scan leaves to be written."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from backend.platform.journal import Fact


class PackLine(msgspec.Struct, frozen=True, kw_only=True):
    """Goods of the order that lie in its tote; `wanted` = picked and not found missing since. `codes`: key -> pieces."""

    id: int
    product_id: int = 0
    sku: str
    name: str
    codes: Mapping[str, int]
    wanted: int
    unit: str = ""
    tracking: str = "none"
    checked: int = 0
    short: int = 0
    picture: str | None = None

    @property
    def left(self) -> int:
        return self.wanted - self.checked


class PackParcel(msgspec.Struct, frozen=True, kw_only=True):
    """`contents`: order line -> pieces. `number` is None until it is closed; `booked` once the carrier was asked."""

    uid: str
    number: str | None = None
    position: int = 1
    state: str = "open"
    contents: Mapping[int, int] = {}
    carton: str | None = None
    weight_g: int | None = None
    label_key: str | None = None
    booked: bool = False


class PackAct(msgspec.Struct, frozen=True):
    """What one act of the device did, for its undo."""

    kind: Literal["check", "missing", "close", "label"]
    parcel: str | None
    line: int | None
    quantity: int
    undone: bool = False
    serial: str = ""


class Place(msgspec.Struct, frozen=True):
    """Where a piece that is not of this order belongs: a tote or a location."""

    sku: str
    name: str
    belongs: str


class PackJob(msgspec.Struct, frozen=True, kw_only=True):
    """One order at the bench. `numbers` are parcel numbers set aside for this chunk of scans."""

    order_id: int
    number: str
    state: str
    hold: str | None = None
    partial: bool = False
    weigh: bool = True
    station: str = ""
    tote: str = ""
    lines: tuple[PackLine, ...] = ()
    parcels: tuple[PackParcel, ...] = ()
    cartons: frozenset[str] = frozenset()
    places: Mapping[str, Place] = {}
    serials: Mapping[tuple[int, str], str] = {}
    """(product, serial) -> where it is: serials that are in a parcel, this order's or another's."""
    void: Mapping[str, tuple[str, str]] = {}
    """Scan key of a void label -> (the number on it, uid of the parcel that goes on under another)."""
    acts: Mapping[str, PackAct] = {}
    numbers: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        return sum(line.left for line in self.lines)

    @property
    def short(self) -> bool:
        """True when pieces of the order were given up, at the shelf or at the bench."""
        return any(line.short for line in self.lines)

    def parcel(self, uid: Any) -> PackParcel | None:
        return next((each for each in self.parcels if each.uid == uid), None)

    def line(self, line_id: Any) -> PackLine | None:
        return next((each for each in self.lines if each.id == line_id), None)


# What `save` is to write


class PieceChecked(msgspec.Struct, frozen=True, kw_only=True):
    order_id: int
    line_id: int
    parcel: str
    position: int
    station: str
    quantity: int


class MissingFound(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of the line are not in the tote; `hold` says that the order waits for the office."""

    order_id: int
    line_id: int
    product_id: int
    quantity: int
    hold: bool


class ParcelFilled(msgspec.Struct, frozen=True, kw_only=True):
    """The parcel is closed: its goods leave the tote for the place where parcels wait."""

    order_id: int
    parcel: str
    number: str
    carton: str | None
    weight_g: int | None
    station: str
    contents: Mapping[int, int]


class OrderDone(msgspec.Struct, frozen=True, kw_only=True):
    """The order is packed. `facts` are told together with its change of state."""

    order_id: int
    result: str
    facts: tuple[Fact, ...] = ()


class LabelSeen(msgspec.Struct, frozen=True, kw_only=True):
    parcel: str


class ActUndone(msgspec.Struct, frozen=True, kw_only=True):
    """`order_was_packed`: the order goes back to work, and `facts` are told together with that.

    `void` are the parcels whose labels are void from now on: the carrier had been asked for all of them at once.
    """

    order_id: int
    act: str
    undone: PackAct
    order_was_packed: bool = False
    facts: tuple[Fact, ...] = ()
    void: tuple[str, ...] = ()


Change = PieceChecked | MissingFound | ParcelFilled | OrderDone | LabelSeen | ActUndone
Jobs = Mapping[str, PackJob]
"""The snapshot: task ("pack:<order id>") -> job."""
Step = tuple[PackJob, tuple[Change, ...], tuple[Fact, ...]]
"""What a scan leads to: the job after it, what is to be written, and what is told at once."""


def about(job: PackJob) -> str:
    return f"order:{job.order_id}"


def is_own_label(parcel: PackParcel, keys: tuple[str, ...]) -> bool:
    return not own_keys(parcel).isdisjoint(keys)


def own_keys(parcel: PackParcel) -> frozenset[str]:
    """The carrier's code and our own parcel number: a label may bear both."""
    own = (parcel.label_key, f"parcel:{parcel.number}" if parcel.number else None)
    return frozenset(key for key in own if key)


def with_line(job: PackJob, line: PackLine) -> PackJob:
    return replace(job, lines=tuple(line if each.id == line.id else each for each in job.lines))


def with_parcel(job: PackJob, parcel: PackParcel) -> PackJob:
    if job.parcel(parcel.uid) is None:
        return replace(job, parcels=(*job.parcels, parcel))
    return replace(job, parcels=tuple(parcel if each.uid == parcel.uid else each for each in job.parcels))


def with_pieces(contents: Mapping[int, int], line_id: int, quantity: int) -> dict[int, int]:
    changed = dict(contents) | {line_id: contents.get(line_id, 0) + quantity}
    return {line: pieces for line, pieces in changed.items() if pieces > 0}
