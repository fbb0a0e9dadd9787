"""A carrier that does not exist, but speaks like one that does: a token first, an import that is finished later, a 208
for a reference it knows, faults field by field, a label of its own. Demo, training and tests use it; the other side is
`rampa fake-carrier` (backend/shipping/fake_partner.py).
"""

import base64
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from backend.platform.exchange import Exchange, ExchangeFailed, HttpRequest, HttpResponse
from backend.platform.secret import Secret
from backend.shipping.carrier import (
    Address,
    Booked,
    BookedParcel,
    Carrier,
    CarrierLabel,
    CarrierRefused,
    Consignment,
    FieldFault,
    Service,
    Tracked,
)

T = TypeVar("T")
NAME = "Fake Carrier"
POLLS = 3
"""How often a running import is asked after; then the outbox tries again later, under the same reference."""
TIMEOUT_S = 5.0


class FakeAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`label`: `ours` draws our own label around the carrier's number, `carrier` takes the carrier's ZPL."""

    base_url: str
    client_id: str
    client_secret: Secret
    label: str = "ours"
    timeout_s: float = TIMEOUT_S


_Talk = Generator[HttpRequest, HttpResponse, HttpResponse]

_OUR_FIELDS = {"recipient.postcode": "recipient.zip", "weightKg": "weight_g"}
_STATUSES = {
    "ANNOUNCED": "registered", "COLLECTED": "handed_over", "HUB": "in_transit", "VAN": "out_for_delivery",
    "SHOP": "ready_for_pickup", "FAILED": "delivery_failed", "DONE": "delivered", "BACK": "returning",
    "RETURNED": "returned", "LOST": "problem", "VOID": "cancelled",
}  # fmt: skip


def _call(account: FakeAccount, token: str, method: str, path: str, content: Mapping[str, Any] | None = None) -> _Talk:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    body = b""
    if content is not None:
        headers["Content-Type"] = "application/json"
        body = msgspec.json.encode(content, order="sorted")
    request = HttpRequest(method, account.base_url.rstrip("/") + path, headers, body, account.timeout_s)
    response = yield request
    if response.status in (401, 403):
        raise CarrierRefused(NAME, "the client id or secret is not accepted")
    if response.status == 429 or response.status >= 500:
        raise ExchangeFailed(
            "CARRIER_BUSY", f"Expected an answer from {NAME}, got status {response.status}; it will be tried again.",
            got=str(response.status),
        )  # fmt: skip
    return response


def _sign_in(account: FakeAccount) -> Generator[HttpRequest, HttpResponse, str]:
    secret = base64.b64encode(f"{account.client_id}:{account.client_secret.reveal()}".encode()).decode()
    headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"grant_type": "client_credentials"}).encode()
    url = account.base_url.rstrip("/") + "/oauth/token"
    response = yield HttpRequest("POST", url, headers, body, account.timeout_s)
    if response.status in (400, 401, 403):
        raise CarrierRefused(NAME, "the client id or secret is not accepted")
    if response.status != 200:
        raise ExchangeFailed(
            "CARRIER_BUSY", f"Expected a token from {NAME}, got status {response.status}; it will be tried again."
        )
    return _read(response, _Token).access_token


class _Token(msgspec.Struct):
    access_token: str


class _Parcel(msgspec.Struct, rename="camel"):
    reference: str
    tracking_number: str
    depot: str = ""


class _Shipment(msgspec.Struct):
    id: str
    state: str
    parcels: list[_Parcel] = []
    message: str = "the import failed"


class _Problem(msgspec.Struct):
    title: str = ""
    errors: dict[str, list[str]] = {}


class _Event(msgspec.Struct, rename="camel"):
    tracking_number: str
    code: str
    at: datetime | None = None


class _Events(msgspec.Struct):
    events: list[_Event]


class _Manifest(msgspec.Struct):
    id: str


def _read(response: HttpResponse, shape: type[T]) -> T:
    """The promised shape, or another try: a proxy's error page is the partner's trouble, not ours."""
    try:
        return msgspec.json.decode(response.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExchangeFailed(
            "CARRIER_GARBLED", f"Expected the promised answer from {NAME}, got another ({error}); it will be tried again.",
            got=str(error),
        ) from None  # fmt: skip


def _address(address: Address) -> dict[str, str]:
    return {
        "name": address.name, "company": address.company, "street": address.street, "city": address.city,
        "postcode": address.zip.replace(" ", ""), "country": address.country, "phone": address.phone,
        "email": address.email,
    }  # fmt: skip


def _shipment(consignment: Consignment) -> dict[str, Any]:
    return {
        "reference": consignment.reference, "product": consignment.service.upper(),
        "sender": _address(consignment.sender), "recipient": _address(consignment.recipient),
        "parcels": [
            {"reference": each.number, "weightKg": round((each.weight_g or 0) / 1000, 3)} for each in consignment.parcels
        ],
        "cod": {"amount": consignment.cod_minor / 100, "currency": consignment.currency} if consignment.cod_minor else None,
        "note": consignment.note[:100], "pickupPoint": consignment.pickup_point or None,
    }  # fmt: skip


def book(account: FakeAccount, consignment: Consignment) -> Exchange[Booked]:
    token = yield from _sign_in(account)
    response = yield from _call(account, token, "POST", "/v1/shipments", _shipment(consignment))
    if response.status in (400, 409, 422):
        raise _refusal(response)
    if response.status not in (201, 202, 208):
        raise ExchangeFailed("CARRIER_ODD", f"Expected status 201 from {NAME}, got {response.status}.")
    shipment = _read(response, _Shipment)
    for _ in range(POLLS):
        if shipment.state in ("COMPLETE", "ERROR", "VOID"):
            break
        shipment = _read((yield from _call(account, token, "GET", f"/v1/shipments/{quote(shipment.id)}")), _Shipment)
    if shipment.state == "ERROR":
        raise CarrierRefused(NAME, shipment.message)
    if shipment.state not in ("COMPLETE", "VOID"):  # a repeat may find it cancelled meanwhile
        raise ExchangeFailed(
            "CARRIER_LATE", f"Expected {NAME} to finish the import, it is still {shipment.state.lower()}; it will be "
            "asked again.", got=shipment.state,
        )  # fmt: skip
    booked = []
    for each in shipment.parcels:
        number = each.tracking_number
        label = (yield from _label(account, token, number)) if account.label == "carrier" else None
        booked.append(
            BookedParcel(number=each.reference, code=number, tracking_number=number, route=each.depot, label=label)
        )
    return Booked(remote_id=shipment.id, parcels=tuple(booked))


def _label(account: FakeAccount, token: str, number: str) -> Generator[HttpRequest, HttpResponse, CarrierLabel]:
    response = yield from _call(account, token, "GET", f"/v1/labels/{quote(number)}?format=zpl&dpi=203")
    if response.status != 200:
        raise ExchangeFailed(
            "CARRIER_ODD", f"Expected the label of {number} from {NAME}, got status {response.status}."
        )
    return CarrierLabel(
        format="zpl", content=response.body, symbology="code128", code=number, width_mm=105, height_mm=148
    )


def _refusal(response: HttpResponse) -> CarrierRefused:
    """Faults come keyed by the carrier's own field names; people here know ours."""
    problem = _read(response, _Problem)
    faults = [FieldFault(_our_field(field), ", ".join(messages)) for field, messages in problem.errors.items()]
    faults.sort(key=lambda fault: fault.field)
    return CarrierRefused(NAME, problem.title or f"status {response.status}", faults)


def _our_field(field: str) -> str:
    for theirs, ours in _OUR_FIELDS.items():
        field = field.replace(theirs, ours)
    return field


def cancel(account: FakeAccount, remote_id: str) -> Exchange[None]:
    token = yield from _sign_in(account)
    response = yield from _call(account, token, "DELETE", f"/v1/shipments/{quote(remote_id)}")
    if response.status == 409:
        raise _refusal(response)
    if response.status not in (200, 204, 404, 410):
        raise ExchangeFailed("CARRIER_ODD", f"Expected status 204 from {NAME}, got {response.status}.")


def track(account: FakeAccount, numbers: Sequence[str]) -> Exchange[list[Tracked]]:
    token = yield from _sign_in(account)
    response = yield from _call(account, token, "GET", "/v1/tracking?" + urlencode({"numbers": ",".join(numbers)}))
    if response.status != 200:
        raise ExchangeFailed("CARRIER_ODD", f"Expected status 200 from {NAME}, got {response.status}.")
    return [
        Tracked(
            tracking_number=event.tracking_number,
            status=_STATUSES.get(event.code, "unknown"),
            raw=event.code,
            at=event.at,
        )
        for event in _read(response, _Events).events
    ]


def close_manifest(account: FakeAccount, reference: str, remote_ids: Sequence[str]) -> Exchange[str]:
    token = yield from _sign_in(account)
    content = {"reference": reference, "shipments": list(remote_ids)}
    response = yield from _call(account, token, "POST", "/v1/manifests", content)
    if response.status in (400, 409, 422):
        raise _refusal(response)
    if response.status not in (200, 201, 208):
        raise ExchangeFailed("CARRIER_ODD", f"Expected status 201 from {NAME}, got {response.status}.")
    return _read(response, _Manifest).id


CARRIER = Carrier(
    code="fake",
    title=NAME,
    account=FakeAccount,
    services=(Service("standard", "Standard"), Service("express", "Express")),
    book=book,
    cancel=cancel,
    track=track,
    close_manifest=close_manifest,
)
