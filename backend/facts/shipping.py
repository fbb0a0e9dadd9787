"""What happens between us and the carriers. `about` is `order:<id>` unless it says otherwise.

`reason` is an English sentence or the carrier's own words; `problem` holds the code and values that it was made of, so that
the office reads it in its language. It is empty where the words are the carrier's.
"""

import msgspec

from backend.platform.journal import Fact


class ConsignmentRegistered(Fact, frozen=True, kw_only=True):
    """The carrier knows the parcels. `tracking`: parcel number -> the carrier's number, or our own."""

    order: str
    carrier: str
    reference: str
    tracking: dict[str, str]


class ConsignmentRefused(Fact, frozen=True, kw_only=True):
    """The carrier said no, or could not be reached for too long; the order waits for the office."""

    order: str
    carrier: str
    reason: str
    problem: dict[str, str] = msgspec.field(default_factory=dict)


class LabelQueued(Fact, frozen=True, kw_only=True):
    """The label waits for the printer of the station."""

    order: str
    parcel: str
    station: str
    print_job_id: int


class LabelNotQueued(Fact, frozen=True, kw_only=True):
    """The label exists, but there is no printer for it; `reason` says what to set up."""

    order: str
    parcel: str
    station: str
    reason: str
    problem: dict[str, str] = msgspec.field(default_factory=dict)


class ConsignmentCancelled(Fact, frozen=True, kw_only=True):
    """The carrier will not come for these parcels."""

    order: str
    carrier: str
    reference: str


class ConsignmentVoided(Fact, frozen=True, kw_only=True):
    """The parcels are not sent like this any more; the carrier is to be told. About `consignment:<id>`."""

    order: str
    carrier: str
    reference: str


class ConsignmentNotCancelled(Fact, frozen=True, kw_only=True):
    """The carrier could not be made to cancel what is void here; the office settles it with the carrier."""

    order: str
    carrier: str
    reference: str
    reason: str
    problem: dict[str, str] = msgspec.field(default_factory=dict)


class ManifestClosed(Fact, frozen=True, kw_only=True):
    """The carrier has our list of a handover. About `handover:<id>`. `manifest` is the carrier's number of it."""

    carrier: str
    manifest: str
    consignments: int
