"""Why goods are not received, or not put there: code, expected, got, cure.

Twins: pwa/src/flows/receive.ts and put_away.ts; fields are listed in contracts/refusals.json.
"""

from collections.abc import Sequence
from datetime import date

from backend.scanning.protocol import Refusal

_KINDS = {
    "gtin": "product", "lot": "product", "serial": "product", "loc": "location", "tote": "tote", "cart": "cart",
    "badge": "badge", "station": "station", "carton": "carton", "order": "order", "parcel": "parcel", "track": "parcel",
    "sscc": "logistic_unit", "wave": "wave", "handover": "handover", "printer": "printer", "command": "command",
    "enrol": "enrol", "best_before": "product", "expiry": "product", "weight_g": "product", "length_mm": "product",
}  # fmt: skip


def kind_of(keys: Sequence[str]) -> str:
    """The kind that the first telling key names; `text` when none does."""
    return next((_KINDS[prefix] for key in keys if (prefix := key.partition(":")[0]) in _KINDS), "text")


def task_unknown(task: str) -> Refusal:
    return Refusal(code="TASK_UNKNOWN", got={"kind": "task", "task": task}, cure="GET_WORK", values={"task": task})


def not_understood(kind: str) -> Refusal:
    return Refusal(code="SCAN_NOT_UNDERSTOOD", cure="GET_WORK", got={"kind": kind}, values={"kind": kind})


def act_repeated() -> Refusal:
    return Refusal(code="ACT_REPEATED", cure="GO_ON")


def nothing_to_undo() -> Refusal:
    return Refusal(code="NOTHING_TO_UNDO", cure="GO_ON")


def wrong_kind(kind: str, code: str) -> Refusal:
    return Refusal(
        code="WRONG_KIND", expected={"kind": "product"}, got={"kind": kind, "code": code}, cure="SCAN_KIND",
        values={"kind": "product", "got": kind},
    )  # fmt: skip


def receipt_over(number: str, state: str) -> Refusal:
    return Refusal(
        code="RECEIPT_OVER", expected={"kind": "receipt"}, got={"state": state}, cure="GET_WORK",
        values={"number": number},
    )  # fmt: skip


def not_on_delivery(code: str) -> Refusal:
    return Refusal(
        code="NOT_ON_DELIVERY", expected={"kind": "product"}, got={"kind": "product", "code": code}, cure="SET_ASIDE",
        values={"got": code},
    )  # fmt: skip


def unit_unknown(sscc: str) -> Refusal:
    return Refusal(
        code="UNIT_UNKNOWN", expected={"kind": "logistic_unit"}, got={"code": sscc}, cure="SCAN_GOODS",
        values={"got": sscc},
    )  # fmt: skip


def unit_received(sscc: str) -> Refusal:
    return Refusal(code="UNIT_RECEIVED", got={"code": sscc}, cure="GO_ON", values={"got": sscc})


def unit_untold(sscc: str, sku: str, name: str) -> Refusal:
    """The notice does not say lot, date or serials that the goods must have."""
    return Refusal(
        code="UNIT_UNTOLD", expected={"sku": sku, "name": name}, got={"code": sscc}, cure="SCAN_GOODS",
        values={"got": sscc, "sku": sku, "name": name},
    )  # fmt: skip


def wrong_quantity(got: int) -> Refusal:
    return Refusal(
        code="WRONG_QUANTITY", expected={"quantity": 1}, got={"quantity": got}, cure="ENTER_QUANTITY",
        values={"quantity": 1, "got": got},
    )  # fmt: skip


def serial_needed(sku: str, name: str) -> Refusal:
    return Refusal(
        code="SERIAL_NEEDED", expected={"sku": sku, "name": name}, cure="SCAN_SERIAL", values={"sku": sku, "name": name}
    )


def lot_needed(sku: str, name: str) -> Refusal:
    return Refusal(
        code="LOT_MISSING", expected={"sku": sku, "name": name}, cure="SCAN_LOT_CODE", values={"sku": sku, "name": name}
    )


def date_needed(sku: str, name: str) -> Refusal:
    return Refusal(
        code="DATE_NEEDED", expected={"sku": sku, "name": name}, cure="ENTER_DATE", values={"sku": sku, "name": name}
    )


def lot_date_differs(lot: str, wanted: date, got: date) -> Refusal:
    values = {"lot": lot, "wanted": wanted.isoformat(), "got_date": got.isoformat()}
    return Refusal(
        code="LOT_DATE_DIFFERS", expected={"date": values["wanted"]}, got={"date": values["got_date"]},
        cure="CHECK_DATE", values=values,
    )  # fmt: skip


def serial_known(serial: str, place: str) -> Refusal:
    return Refusal(
        code="SERIAL_KNOWN", got={"serial": serial, "location": place}, cure="SET_ASIDE",
        values={"serial": serial, "place": place},
    )  # fmt: skip


def put_away_already(sku: str, name: str) -> Refusal:
    return Refusal(
        code="PUT_AWAY_ALREADY",
        expected={"sku": sku, "name": name},
        cure="MOVE_BACK",
        values={"sku": sku, "name": name},
    )


# -- put-away -------------------------------------------------------------------------------------------------------


def not_to_put_away(code: str) -> Refusal:
    return Refusal(
        code="NOT_TO_PUT_AWAY", expected={"kind": "product"}, got={"kind": "product", "code": code}, cure="SCAN_GOODS",
        values={"got": code},
    )  # fmt: skip


def which_lot(sku: str, name: str) -> Refusal:
    return Refusal(
        code="WHICH_LOT", expected={"sku": sku, "name": name}, cure="SCAN_LOT_CODE", values={"sku": sku, "name": name}
    )


def place_unfit(code: str, why: str, location: str, name: str) -> Refusal:
    """`why`: kind, blocked, zone, look_alike, mixed_lots, weight, volume."""
    return Refusal(
        code=code, expected={"kind": "location"}, got={"kind": "location", "location": location}, cure="OTHER_PLACE",
        values={"location": location, "why": why, "name": name},
    )  # fmt: skip


def goods_gone(sku: str, name: str, location: str) -> Refusal:
    return Refusal(
        code="GOODS_GONE", expected={"sku": sku, "name": name}, got={"location": location}, cure="GO_ON",
        values={"sku": sku, "name": name, "location": location},
    )  # fmt: skip
