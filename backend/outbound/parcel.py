"""A closed parcel as the rooms above see it: what a carrier has to know of it, and what a carrier gives to it."""

from datetime import datetime

import msgspec


class ClosedParcel(msgspec.Struct, frozen=True, kw_only=True):
    """`position` of `pieces`: 1 of 2. `weight_g` None where parcels are not weighed."""

    id: int
    number: str
    order_id: int
    position: int
    pieces: int
    state: str
    station: str
    carrier_code: str
    service_code: str
    weight_g: int | None
    carton: str | None
    tracking_number: str | None
    label_key: str | None
    booked_at: datetime | None


class GivenLabel(msgspec.Struct, frozen=True):
    """What the carrier answered for a parcel. `label_key` is the scan key of the label's code."""

    parcel_id: int
    tracking_number: str | None
    label_key: str
