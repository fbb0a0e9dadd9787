"""What happens between the released wave and the signed handover."""

from backend.platform.journal import Fact

# waves and picking


class WaveReleased(Fact, frozen=True, kw_only=True):
    """Orders were put together for one walk. About `wave:<id>`."""

    number: str
    mode: str
    orders: tuple[str, ...]


class WaveTaken(Fact, frozen=True, kw_only=True):
    """A picker took the wave, or took it over from `before`. About `wave:<id>`."""

    number: str
    person: str
    before: str | None = None


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


class PickUndone(Fact, frozen=True, kw_only=True):
    """Pieces went back from the tote to their location. About `order:<id>`."""

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
