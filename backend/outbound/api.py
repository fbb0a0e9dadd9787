"""The door of this room for the modules above."""

from backend.outbound.parcel import ClosedParcel, GivenLabel
from backend.outbound.store.parcels import (
    begin_booking,
    cancel_parcels,
    closed_parcels,
    give_labels,
    parcels_on_handover,
    void_parcels,
)
from backend.outbound.views.being_picked import being_picked
from backend.outbound.views.packs import CARRIER_NAMES, ParcelView, carrier_name, read_parcel_views

__all__ = [
    "CARRIER_NAMES",
    "ClosedParcel",
    "GivenLabel",
    "ParcelView",
    "begin_booking",
    "being_picked",
    "cancel_parcels",
    "carrier_name",
    "closed_parcels",
    "give_labels",
    "parcels_on_handover",
    "read_parcel_views",
    "void_parcels",
]
