"""What goods ask for beyond the plain rules: dates, rotation, lots apart, a zone, no look-alike beside them."""

import msgspec

ROTATIONS = ("fefo", "fifo", "any")


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """`rotation`: first expired first out, first in first out, or any. `life_days`: less remaining life is asked about at
    the dock. `zone`: put away there only. Goods of one `look_alike` group never share a place. `volume_ml` of one piece,
    0 where it is not known.
    """

    dated: bool = False
    rotation: str = "any"
    life_days: int = 0
    mixed_lots: bool = True
    zone: str = ""
    look_alike: str = ""
    volume_ml: int = 0


PLAIN = Policy()
"""A product without a row asks for nothing."""
