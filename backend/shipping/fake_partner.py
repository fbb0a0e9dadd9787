"""The other side of carriers/fake.py: requests in, responses out, without a network. `rampa fake-carrier` serves it.

It can be told to misbehave: `refuse` (says no to every consignment), `keep` (says no to every cancellation), `late` (an
import stays unfinished), `down` (503), `silent` (never answers). It checks what real carriers check, and knows a reference again.
"""

import base64
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

from backend.gs1.check_digits import s10_digit
from backend.platform.exchange import HttpRequest, HttpResponse

Mode = Literal["ok", "refuse", "keep", "late", "down", "silent"]
MODES = ("ok", "refuse", "keep", "late", "down", "silent")
TOKEN = "fake-token"
WEIGHT_KG_MAX = 31.5
LATE_LOOKS = 8
"""In mode `late` an import is finished after being looked at so often."""


class FakePartner:
    """Everything it knows lies in memory and is gone when it ends."""

    def __init__(self, client_id: str = "demo", client_secret: str = "demo", mode: Mode = "ok") -> None:  # noqa: S107 - a toy
        self.secret = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self.mode: Mode = mode
        self.shipments: dict[str, dict[str, Any]] = {}
        self.manifests: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.issued = 0

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """None stands for silence: the caller's patience runs out."""
        parts = urlsplit(request.url)
        self.requests.append((request.method, parts.path))
        headers = {name.lower(): value for name, value in request.headers.items()}
        if parts.path == "/control/mode":
            return self._set_mode(request)
        if self.mode == "silent":
            return None
        if self.mode == "down":
            return _json(503, {"title": "maintenance"})
        if parts.path == "/oauth/token":
            right = headers.get("authorization") == f"Basic {self.secret}"
            token = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 1800}
            return _json(200, token) if right else _json(401, {"title": "unknown client"})
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return _json(401, {"title": "token missing"})
        return self._routed(request, parts.path, parse_qs(parts.query))

    def _set_mode(self, request: HttpRequest) -> HttpResponse:
        wanted = msgspec.json.decode(request.body).get("mode") if request.body else None
        if wanted not in MODES:
            return _json(400, {"title": f"expected one of {', '.join(MODES)}, got {wanted}"})
        self.mode = wanted
        return _json(200, {"mode": self.mode})

    def _routed(self, request: HttpRequest, path: str, query: dict[str, list[str]]) -> HttpResponse:
        first, _, last = path.removeprefix("/v1/").partition("/")
        match (request.method, first):
            case ("POST", "shipments"):
                return self._create(msgspec.json.decode(request.body))
            case ("GET", "shipments"):
                return self._look(last)
            case ("DELETE", "shipments"):
                return self._cancel(last)
            case ("GET", "labels"):
                return self._label(last)
            case ("GET", "tracking"):
                return self._track(",".join(query.get("numbers", [])).split(","))
            case ("POST", "manifests"):
                return self._manifest(msgspec.json.decode(request.body))
        return _json(404, {"title": "no such door"})

    def _create(self, wanted: dict[str, Any]) -> HttpResponse:
        known = next((one for one in self.shipments.values() if one["reference"] == wanted.get("reference")), None)
        if known is not None:
            return _json(208, _shown(known))
        if self.mode == "refuse":
            return _json(400, {"title": "Consignment refused", "errors": {"recipient.street": ["not on our rounds"]}})
        faults = find_faults(wanted)
        if faults:
            return _json(400, {"title": "Consignment refused", "errors": faults})
        shipment = {
            "id": f"FS{len(self.shipments) + 1:06d}", "reference": wanted["reference"], "state": "PROCESSING", "looks": 0,
            "recipient": wanted["recipient"],
            "parcels": [
                {"reference": each["reference"], "trackingNumber": self._number(), "depot": _depot(wanted["recipient"])}
                for each in wanted["parcels"]
            ],
        }  # fmt: skip
        self.shipments[shipment["id"]] = shipment
        return _json(201, _shown(shipment))

    def _number(self) -> str:
        self.issued += 1
        serial = f"{self.issued:08d}"
        return f"FK{serial}{s10_digit(serial)}CZ"

    def _look(self, shipment_id: str) -> HttpResponse:
        shipment = self.shipments.get(shipment_id)
        if shipment is None:
            return _json(404, {"title": "no such shipment"})
        shipment["looks"] += 1
        if shipment["state"] == "PROCESSING" and (self.mode != "late" or shipment["looks"] >= LATE_LOOKS):
            shipment["state"] = "COMPLETE"
        return _json(200, _shown(shipment))

    def _cancel(self, shipment_id: str) -> HttpResponse:
        shipment = self.shipments.get(shipment_id)
        if shipment is None:
            return _json(404, {"title": "no such shipment"})
        if any(shipment_id in manifest["shipments"] for manifest in self.manifests.values()):
            return _json(409, {"title": "the shipment is handed over"})
        if self.mode == "keep":
            return _json(409, {"title": "the shipment is on its way to be collected"})
        shipment["state"] = "VOID"
        return HttpResponse(204)

    def _label(self, number: str) -> HttpResponse:
        for shipment in self.shipments.values():
            for each in shipment["parcels"]:
                if each["trackingNumber"] == number:
                    return HttpResponse(
                        200, {"Content-Type": "application/zpl"}, label_zpl(number, shipment["recipient"])
                    )
        return _json(404, {"title": "no such label"})

    def _track(self, numbers: list[str]) -> HttpResponse:
        events = []
        for shipment in self.shipments.values():
            gone = any(shipment["id"] in manifest["shipments"] for manifest in self.manifests.values())
            code = "VOID" if shipment["state"] == "VOID" else "COLLECTED" if gone else "ANNOUNCED"
            events += [
                {"trackingNumber": each["trackingNumber"], "code": code}
                for each in shipment["parcels"] if each["trackingNumber"] in numbers
            ]  # fmt: skip
        return _json(200, {"events": events})

    def _manifest(self, wanted: dict[str, Any]) -> HttpResponse:
        known = next((one for one in self.manifests.values() if one["reference"] == wanted["reference"]), None)
        if known is not None:
            return _json(208, known)
        unknown = [each for each in wanted["shipments"] if each not in self.shipments]
        if unknown:
            return _json(
                400, {"title": "Manifest refused", "errors": {"shipments": [f"{each} is unknown" for each in unknown]}}
            )
        manifest = {"id": f"FM{len(self.manifests) + 1:06d}", **wanted}
        self.manifests[manifest["id"]] = manifest
        return _json(201, manifest)


def find_faults(wanted: dict[str, Any]) -> dict[str, list[str]]:
    """What real carriers check, keyed by their names of the fields."""
    to = wanted["recipient"]
    faults: dict[str, list[str]] = {}
    for field in ("name", "street", "city"):
        if not to.get(field):
            faults[f"recipient.{field}"] = ["is required"]
        elif len(to[field]) > 60:
            faults[f"recipient.{field}"] = [f"has {len(to[field])} characters, 60 fit"]
    digits = to.get("postcode", "")
    lengths = {"CZ": 5, "SK": 5, "HU": 4}
    if to.get("country") not in lengths:
        faults["recipient.country"] = [f"{to.get('country') or 'nothing'} is not served"]
    elif len(digits) != lengths[to["country"]] or not digits.isdigit():
        faults["recipient.postcode"] = [f"{digits or 'nothing'} is not a postcode of {to['country']}"]
    for place, each in enumerate(wanted["parcels"]):
        if not 0 < each["weightKg"] <= WEIGHT_KG_MAX:
            faults[f"parcels[{place}].weightKg"] = [f"{each['weightKg']} is not between 0 and {WEIGHT_KG_MAX}"]
    return faults


def _depot(recipient: dict[str, Any]) -> str:
    return f"D{recipient['postcode'][:2]}"


def _shown(shipment: dict[str, Any]) -> dict[str, Any]:
    return {name: shipment[name] for name in ("id", "reference", "state", "parcels")}


def _json(status: int, content: dict[str, Any]) -> HttpResponse:
    return HttpResponse(status, {"Content-Type": "application/json"}, msgspec.json.encode(content))


def label_zpl(number: str, recipient: dict[str, Any]) -> bytes:
    """The carrier's own label, 105 x 148 mm at 203 dpi."""
    lines = [
        recipient.get("name", ""),
        recipient.get("street", ""),
        f"{recipient.get('postcode', '')} {recipient.get('city', '')}",
    ]
    texts = "".join(
        f"^FO40,{220 + place * 60}^A0N,44,44^FH^FD{_escaped(line)}^FS" for place, line in enumerate(lines) if line
    )
    return (
        "^XA^CI28^PW840^LL1184"
        f"^FO40,60^A0N,70,70^FDFAKE CARRIER^FS{texts}"
        f"^FO120,600^BY3^BCN,270,Y,N,N,A^FD{number}^FS"
        "^PQ1^XZ"
    ).encode()


def _escaped(text: str) -> str:
    """Nothing that a buyer typed may become a command."""
    return "".join(
        character if (character.isascii() and character.isalnum()) or character in " ,.-/" else
        "".join(f"_{byte:02X}" for byte in character.encode())
        for character in text
    )  # fmt: skip
