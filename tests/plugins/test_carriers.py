"""One suite for all carriers: what each must keep, on recordings of the other side.

A carrier that talks to the outside needs recordings/<code>/book.json and refuse.json; every carrier needs its section in
docs/carriers.md. A new file in backend/shipping/carriers/ is picked up by itself and fails here until it has them.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backend.gs1.scan_keys import read_code
from backend.platform.exchange import Exchange, ExchangeFailed, HttpRequest, HttpResponse, replay
from backend.platform.secret import read_secret
from backend.shipping.carrier import STATUSES, Address, Booked, CarrierRefused, Consignment, ParcelToSend
from backend.shipping.carriers import carriers
from backend.shipping.carriers.own_van import OwnVan, route_of

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "carriers.md"
ACCOUNTS: dict[str, dict[str, Any]] = {
    "own_van": {"routes": {"11": "PRAHA"}},
    "fake": {"base_url": "http://carrier.test", "client_id": "demo", "client_secret": "demo"},
}
"""An account for each carrier, as the office would write it."""
ALL = sorted(carriers())
OUTSIDE = ["fake"]
"""Carriers that ask somebody; the others need no recording."""


def account_of(code: str, **changes: Any) -> Any:
    return msgspec.convert(ACCOUNTS[code] | changes, carriers()[code].account, dec_hook=read_secret)


def consignment(**changes: Any) -> Consignment:
    fields: dict[str, Any] = {
        "reference": "O000007-1", "service": "standard", "sender": Address(name="Merchant"), "order_number": "O000007",
        "recipient": Address(
            name="Jiří Žďárský", street="Na Příkopě 1047/17", city="Praha 1", zip="110 00", country="CZ",
            phone="+420601234567",
        ),
        "parcels": (
            ParcelToSend(number="P000001", position=1, weight_g=2450),
            ParcelToSend(number="P000002", position=2, weight_g=800),
        ),
        "cod_minor": 125_000,
    }  # fmt: skip
    return Consignment(**(fields | changes))


def recording(code: str, name: str) -> list[tuple[HttpRequest, HttpResponse]]:
    path = HERE / "recordings" / code / f"{name}.json"
    if not path.exists():
        return []
    return [
        (
            HttpRequest(step["request"]["method"], step["request"]["url"], {}, step["request"]["body"].encode()),
            HttpResponse(step["response"]["status"], step["response"]["headers"], step["response"]["body"].encode()),
        )
        for step in json.loads(path.read_text(encoding="utf-8"))
    ]


def booked(code: str, name: str = "book", **changes: Any) -> Booked:
    exchange: Exchange[Booked] = carriers()[code].book(account_of(code, **changes), consignment())
    return replay(exchange, recording(code, name))


@pytest.mark.parametrize("code", ALL)
def test_every_carrier_is_described(code: str) -> None:
    """It has an account to test with, services with names, and a section in the documentation."""
    carrier = carriers()[code]
    assert code in ACCOUNTS
    assert carrier.services
    assert all(service.code and service.name for service in carrier.services)
    assert f"## {code}" in DOCS.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("code", OUTSIDE)
@pytest.mark.parametrize("name", ["book", "book_again", "refuse", "late", "down"])
def test_every_outside_carrier_has_recordings(code: str, name: str) -> None:
    """A plug-in without a recording of success, repeat, refusal and trouble is not finished."""
    assert recording(code, name)


@pytest.mark.parametrize("code", ALL)
def test_each_parcel_gets_a_code_that_reads_back(code: str) -> None:
    """The bars of every label hold a code that our own reader understands, a different one for each parcel."""
    answer = booked(code)
    assert ["P000001", "P000002"] == [each.number for each in answer.parcels]
    readings = [read_code(each.code) for each in answer.parcels]
    assert [None, None] == [reading.error for reading in readings]
    assert 2 == len({reading.keys[0] for reading in readings})
    assert all(reading.keys[0].startswith(("parcel:", "track:")) for reading in readings)


@pytest.mark.parametrize("code", ALL)
def test_booking_again_brings_the_same_numbers(code: str) -> None:
    """A repeat under the same reference is known to the carrier: nothing is booked twice."""
    assert booked(code) == booked(code, "book_again")


@pytest.mark.parametrize("code", OUTSIDE)
def test_a_refusal_is_final_and_names_our_fields(code: str) -> None:
    """The carrier's faults arrive as a refusal whose fields the office knows from the order."""
    recipient = Address(name="", street="x" * 70, city="Praha", zip="1", country="CZ")
    parcels = (ParcelToSend(number="P000003", position=1, weight_g=40_000),)
    wrong = consignment(reference="O000008-1", recipient=recipient, parcels=parcels)
    with pytest.raises(CarrierRefused) as refused:
        replay(carriers()[code].book(account_of(code), wrong), recording(code, "refuse"))
    assert ["parcels[0].weight_g", "recipient.name", "recipient.street", "recipient.zip"] == [
        fault.field for fault in refused.value.faults
    ]
    assert "40.0 is not between 0 and 31.5" in refused.value.sentence


@pytest.mark.parametrize("code", OUTSIDE)
def test_a_wrong_account_is_a_refusal_too(code: str) -> None:
    """Asking again with the same wrong secret would only lock the account."""
    with pytest.raises(CarrierRefused):
        booked(code, "refuse_account", client_secret="wrong")


@pytest.mark.parametrize("code", OUTSIDE)
@pytest.mark.parametrize(("name", "problem"), [("late", "CARRIER_LATE"), ("down", "CARRIER_BUSY")])
def test_passing_trouble_is_tried_again(code: str, name: str, problem: str) -> None:
    """An unfinished import and a closed door are no refusal; the outbox comes back under the same reference."""
    with pytest.raises(ExchangeFailed) as failed:
        booked(code, name)
    assert problem == failed.value.code


@pytest.mark.parametrize("code", OUTSIDE)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff\xfe"])
def test_garbled_answers_are_tried_again(code: str, body: bytes) -> None:
    """A proxy's error page instead of JSON is the partner's trouble, never our crash."""
    steps = recording(code, "book")
    garbled = [steps[0], (steps[1][0], HttpResponse(201, {}, body))]
    with pytest.raises(ExchangeFailed):
        replay(carriers()[code].book(account_of(code), consignment()), garbled)


def test_the_carriers_own_label_comes_untouched() -> None:
    """Where the account says so each parcel brings the carrier's ZPL and the code that must be readable on it."""
    answer = booked("fake", "book_with_label", label="carrier")
    for each in answer.parcels:
        assert each.label is not None
        assert each.label.content.startswith(b"^XA")
        assert each.tracking_number == each.label.code


def test_cancelling_twice_is_no_fault() -> None:
    """What is cancelled or unknown already counts as cancelled; what is handed over is refused."""
    carrier = carriers()["fake"]
    assert carrier.cancel is not None
    steps = recording("fake", "cancel")
    replay(carrier.cancel(account_of("fake"), "FS000001"), steps)
    gone = [steps[0], (steps[1][0], HttpResponse(404, {}, b"{}"))]
    replay(carrier.cancel(account_of("fake"), "FS000001"), gone)
    with pytest.raises(CarrierRefused):
        replay(carrier.cancel(account_of("fake"), "FS000001"), recording("fake", "cancel_too_late"))


def test_an_unknown_status_is_told_as_unknown() -> None:
    """A code that the carrier invents tomorrow keeps its raw word and stops nothing."""
    carrier = carriers()["fake"]
    assert carrier.track is not None
    numbers = ["FK000000014CZ"]
    (event,) = replay(carrier.track(account_of("fake"), numbers), recording("fake", "track"))
    assert ("registered", "ANNOUNCED") == (event.status, event.raw)
    steps = recording("fake", "track")
    new = b'{"events": [{"trackingNumber": "FK000000014CZ", "code": "ON_THE_MOON", "at": "2026-03-02T10:00:00+01:00"}]}'
    (event,) = replay(carrier.track(account_of("fake"), numbers), [steps[0], (steps[1][0], HttpResponse(200, {}, new))])
    assert ("unknown", "ON_THE_MOON") == (event.status, event.raw)
    assert event.status in STATUSES


def test_the_manifest_names_every_consignment() -> None:
    """The carrier's number of the list comes back."""
    carrier = carriers()["fake"]
    assert carrier.close_manifest is not None
    exchange = carrier.close_manifest(account_of("fake"), "H000003", ["FS000001"])
    assert "FM000001" == replay(exchange, recording("fake", "close_manifest"))


@pytest.mark.parametrize(
    ("zip_code", "route"),
    [("602 00", "BRNO"), ("60300", "BRNO-STRED"), ("110 00", "PRAHA"), ("1", "REST"), ("", "REST"), ("SW1A", "REST")],
)
def test_the_van_round_by_the_longest_beginning(zip_code: str, route: str) -> None:
    """Spaces in a zip do not matter, the most exact round wins, the rest goes with the default."""
    van = OwnVan(routes={"60": "BRNO", "603": "BRNO-STRED", "11": "PRAHA"}, default_route="REST")
    assert route == route_of(van.routes, zip_code, van.default_route)
