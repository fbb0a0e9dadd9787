"""What happens between the released wave and the signed handover."""

from backend.platform.journal import Fact

# waves and picking


class WaveReleased(Fact, frozen=True, kw_only=True):
    """Orders were put together for one walk. About `wave:<id>`."""

    number: str
    mode: str
    orders: tuple[str, ...]


class WaveTaken(Fact, frozen=True, kw_only=True):
    """A picker took the wave, or took it over from the person `before`. About `wave:<id>`."""

    number: str
    person_id: int
    before: int | None = None


class WaveCancelled(Fact, frozen=True, kw_only=True):
    """The wave was dissolved before anything was picked; its orders are ready again. About `wave:<id>`."""

    number: str


class LinePicked(Fact, frozen=True, kw_only=True):
    """Pieces went from a location into the order's tote. About `order:<id>`."""

    wave: str
    sku: str
    quantity: int
    location: str
    tote: str


class PickShort(Fact, frozen=True, kw_only=True):
    """A location held less than the book said. About `order:<id>`.

    `elsewhere` pieces were reserved at another location, `missing` ones could not be; `held` says whether the order
    waits for the office because of them.
    """

    wave: str
    sku: str
    location: str
    short: int
    elsewhere: int
    missing: int
    held: bool


class PickLinesAdded(Fact, frozen=True, kw_only=True):
    """What was short at one location is to be taken from others. About `wave:<id>`."""

    order: str
    sku: str
    locations: tuple[str, ...]


class PickUndone(Fact, frozen=True, kw_only=True):
    """Pieces went back from the tote to their location. About `order:<id>`."""

    wave: str
    sku: str
    quantity: int
    location: str


class ShortUndone(Fact, frozen=True, kw_only=True):
    """Pieces declared missing are there after all, and reserved again. About `order:<id>`."""

    wave: str
    sku: str
    quantity: int
    location: str


class OrderPicked(Fact, frozen=True, kw_only=True):
    """Everything that could be picked for the order lies in its tote. About `order:<id>`."""

    order: str
    wave: str
    tote: str


class WavePicked(Fact, frozen=True, kw_only=True):
    """Every order of the wave is picked. About `wave:<id>`."""

    number: str


# packing, parcels, handover


class PieceMissing(Fact, frozen=True, kw_only=True):
    """A piece that should lie in the tote does not. About `order:<id>`. `held`: the order waits for the office."""

    number: str
    sku: str
    quantity: int
    held: bool


class CheckUndone(Fact, frozen=True, kw_only=True):
    """Pieces came out of an open parcel again, or were found after all. About `order:<id>`.

    `what` is `check` or `missing`: which of the two was taken back.
    """

    order: str
    sku: str
    quantity: int
    what: str


class CheckCompleted(Fact, frozen=True, kw_only=True):
    """Every piece was checked by its code. About `order:<id>`; time, person and device stand beside the fact.

    `result` is `complete`, or `short` when pieces were found missing on the way.
    """

    order: str
    result: str


class ParcelClosed(Fact, frozen=True, kw_only=True):
    """About `order:<id>`. `weight_g` is None where parcels are not weighed."""

    order: str
    parcel: str
    station: str
    weight_g: int | None
    pieces: int


class ParcelReopened(Fact, frozen=True, kw_only=True):
    """A closed parcel was opened again before handover. About `order:<id>`. `parcel` is the number it had."""

    order: str
    parcel: str


class LabelsVoided(Fact, frozen=True, kw_only=True):
    """Labels of a packed order are void, because it was taken apart again at the bench. About `order:<id>`.

    The carrier is told; the parcels go on under new numbers. `parcels` are the numbers on the void labels.
    """

    order: str
    parcels: tuple[str, ...]


class LabelCheckUndone(Fact, frozen=True, kw_only=True):
    """A label that was checked on its parcel is to be scanned again. About `order:<id>`."""

    order: str
    parcel: str


class OrderPacked(Fact, frozen=True, kw_only=True):
    """All pieces lie in closed parcels. About `order:<id>`. Books the carrier, whose labels come out at `station`."""

    order: str
    station: str
    parcels: int


class LabelVerified(Fact, frozen=True, kw_only=True):
    """The label was scanned on the very parcel it belongs to. About `order:<id>`."""

    order: str
    parcel: str


class HandoverOpened(Fact, frozen=True, kw_only=True):
    """A list for a carrier was begun. About `handover:<id>`."""

    number: str
    carrier: str


class ParcelLoaded(Fact, frozen=True, kw_only=True):
    """A parcel went into the vehicle. About `handover:<id>`. `side` is `warehouse` or `courier`."""

    handover: str
    parcel: str
    side: str


class ParcelUnloaded(Fact, frozen=True, kw_only=True):
    """A parcel came back out of the vehicle before the list was signed. About `handover:<id>`."""

    handover: str
    parcel: str
    side: str


class HandoverSigned(Fact, frozen=True, kw_only=True):
    """The courier took the parcels over. About `handover:<id>`. `missing` parcels stay for the next list."""

    number: str
    carrier: str
    parcels: int
    missing: int
    content_hash: str


class OrderDispatched(Fact, frozen=True, kw_only=True):
    """The last parcel of the order left the house. About `order:<id>`."""

    order: str
    handover: str
    carrier: str
