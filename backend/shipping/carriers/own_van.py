"""Our own van: own numbers, own label, own route. Nobody is asked, so booking always works, also without a network."""

from collections.abc import Mapping, Sequence

import msgspec

from backend.gs1.own_codes import build_own_code
from backend.platform.exchange import Exchange
from backend.shipping.carrier import Booked, BookedParcel, Carrier, Consignment, Service


class OwnVan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`routes`: the beginning of a zip -> the name of the round; the longest beginning counts."""

    routes: dict[str, str] = {}
    default_route: str = ""


def route_of(routes: Mapping[str, str], zip_code: str, otherwise: str) -> str:
    """The round that serves a zip; spaces in the zip do not matter."""
    plain = zip_code.replace(" ", "")
    fitting = [start for start in routes if plain.startswith(start.replace(" ", ""))]
    return routes[max(fitting, key=len)] if fitting else otherwise


def book(account: OwnVan, consignment: Consignment) -> Exchange[Booked]:
    yield from ()  # nobody is asked
    route = route_of(account.routes, consignment.recipient.zip, account.default_route)
    return Booked(
        remote_id=consignment.reference,
        parcels=tuple(
            BookedParcel(number=each.number, code=build_own_code("parcel", each.number), route=route)
            for each in consignment.parcels
        ),
    )


def cancel(account: OwnVan, remote_id: str) -> Exchange[None]:
    yield from ()


def close_manifest(account: OwnVan, reference: str, remote_ids: Sequence[str]) -> Exchange[str]:
    yield from ()
    return reference


CARRIER = Carrier(
    code="own_van",
    title="Own van",
    account=OwnVan,
    services=(Service("standard", "Standard"), Service("van", "Van round"), Service("express", "Express")),
    book=book,
    cancel=cancel,
    close_manifest=close_manifest,
)
