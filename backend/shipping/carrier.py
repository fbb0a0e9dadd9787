"""What a carrier is to Rampa: one file below `carriers/` that exports `CARRIER`.

Everything it says to the outside it says through an exchange: it yields requests, receives responses and does no I/O. A
function that is None is something this carrier cannot do; its button is not shown. Booking must be safe to repeat: the
same reference brings the same numbers, never a second consignment.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from backend.platform.errors import Problem
from backend.platform.exchange import Exchange

STATUSES = (
    "registered", "handed_over", "in_transit", "out_for_delivery", "ready_for_pickup", "delivery_failed", "delivered",
    "returning", "returned", "problem", "cancelled", "unknown",
)  # fmt: skip
"""What may be told of a parcel on its way. A code that a plug-in does not know is `unknown`, never an error."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Sender or recipient. `country` has two letters, `zip` as the shop wrote it."""

    name: str
    company: str = ""
    street: str = ""
    city: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


class ParcelToSend(msgspec.Struct, frozen=True, kw_only=True):
    """`position` of the consignment's parcels, beginning with 1. `weight_g` is None where nothing was weighed."""

    number: str
    position: int
    weight_g: int | None = None


class Consignment(msgspec.Struct, frozen=True, kw_only=True):
    """All parcels of one order. `reference` is the key by which a repeat is known. `cod_minor` in minor units."""

    reference: str
    service: str
    sender: Address
    recipient: Address
    parcels: tuple[ParcelToSend, ...]
    order_number: str = ""
    cod_minor: int | None = None
    currency: str = "CZK"
    note: str = ""
    pickup_point: str = ""


class CarrierLabel(msgspec.Struct, frozen=True, kw_only=True):
    """The carrier's own label: `format` zpl or pdf; `symbology` and `code` are what a scanner must read on it."""

    format: str
    content: bytes
    symbology: str
    code: str
    width_mm: int
    height_mm: int
    dpi: int = 203


class BookedParcel(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is the text in the label's bars; `label` None means that we draw the label ourselves."""

    number: str
    code: str
    tracking_number: str | None = None
    route: str = ""
    label: CarrierLabel | None = None


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """`remote_id` is the carrier's name for the consignment."""

    remote_id: str
    parcels: tuple[BookedParcel, ...]


class Service(msgspec.Struct, frozen=True):
    code: str
    name: str


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a parcel: our status and the carrier's own word."""

    tracking_number: str
    status: str
    raw: str
    at: datetime | None = None


class FieldFault(msgspec.Struct, frozen=True):
    """What the carrier says of one field, in our words for it: `recipient.zip`, `parcels[0].weight_g`."""

    field: str
    message: str


class CarrierRefused(Problem):
    """The carrier has read the request and says no; asking again will not help before something is corrected."""

    status = 422

    def __init__(self, carrier: str, message: str, faults: Sequence[FieldFault] = ()) -> None:
        told = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
        reason = f"{message} ({told})" if told else message
        super().__init__(
            "CARRIER_REFUSED",
            f"Expected {carrier} to accept the consignment, but it was refused: {reason}. Correct the order and book again.",
            got=reason,
            cure="correct_and_book_again",
        )
        self.reason = reason
        self.faults = tuple(faults)


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """A plug-in. `account` is the Struct of its settings; the settings form is built from it."""

    code: str
    title: str
    account: type[msgspec.Struct]
    services: tuple[Service, ...]
    book: Callable[[Any, Consignment], Exchange[Booked]]
    cancel: Callable[[Any, str], Exchange[None]] | None = None
    """`(account, remote_id)`; cancelling what is cancelled already is no error."""
    track: Callable[[Any, Sequence[str]], Exchange[list[Tracked]]] | None = None
    """`(account, tracking numbers)`"""
    close_manifest: Callable[[Any, str, Sequence[str]], Exchange[str]] | None = None
    """`(account, reference, remote ids)` -> the carrier's number of the manifest"""
