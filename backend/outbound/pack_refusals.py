"""What a packer is told: what was expected, what came, what to do.

The same refusals are made on the device from the bundle (pwa/src/flows/pack_refusals.ts); contracts/refusals.json lists
their fields.
"""

from typing import Any

from backend.scanning.protocol import Refusal


def goods(sku: str, name: str, belongs: str) -> dict[str, Any]:
    return {"kind": "product", "sku": sku, "name": name, "location": belongs}


def not_in_this_order(order: str, sku: str, name: str, belongs: str) -> Refusal:
    return Refusal(
        code="NOT_IN_THIS_ORDER", cure="PUT_ASIDE", expected={"kind": "order", "code": order},
        got=goods(sku, name, belongs), values={"sku": sku, "name": name, "belongs": belongs},
    )  # fmt: skip


def already_checked(sku: str, name: str, checked: int) -> Refusal:
    return Refusal(
        code="ALREADY_CHECKED", cure="PUT_ASIDE", expected={"kind": "quantity", "quantity": checked},
        got=goods(sku, name, ""), values={"sku": sku, "name": name, "checked": checked},
    )  # fmt: skip


def too_many(left: int, got: int, sku: str, name: str) -> Refusal:
    return Refusal(
        code="TOO_MANY", cure="SCAN_PIECES", expected={"kind": "quantity", "quantity": left},
        got={"kind": "quantity", "quantity": got},
        values={"quantity": left, "got": got, "sku": sku, "name": name, "location": ""},
    )  # fmt: skip


def serial_needed(sku: str, name: str) -> Refusal:
    return Refusal(
        code="SERIAL_NEEDED", expected={"sku": sku, "name": name}, cure="SCAN_SERIAL", values={"sku": sku, "name": name}
    )


def serial_known(serial: str, place: str) -> Refusal:
    """A serial is in one place only."""
    return Refusal(
        code="SERIAL_KNOWN", got={"serial": serial, "location": place}, cure="SET_ASIDE",
        values={"serial": serial, "place": place},
    )  # fmt: skip


def wrong_kind(wanted: str, got: str, code: str) -> Refusal:
    return Refusal(
        code="WRONG_KIND", cure="SCAN_KIND", expected={"kind": wanted}, got={"kind": got, "code": code},
        values={"kind": wanted, "got": got},
    )  # fmt: skip


def code_unknown(wanted: str, code: str) -> Refusal:
    return Refusal(
        code="CODE_UNKNOWN", cure="SCAN_OTHER_CODE", expected={"kind": wanted}, got={"kind": "unknown", "code": code},
        values={"kind": wanted, "got": code},
    )  # fmt: skip


def carton_unknown(key: str) -> Refusal:
    code = key.partition(":")[2]
    return Refusal(
        code="CARTON_UNKNOWN", cure="SCAN_CARTON", expected={"kind": "carton"}, got={"kind": "carton", "code": code},
        values={"carton": code},
    )  # fmt: skip


def parcel_empty() -> Refusal:
    return Refusal(code="PARCEL_EMPTY", cure="SCAN_PIECE")


def weight_missing(weight_g: Any) -> Refusal:
    return Refusal(
        code="WEIGHT_MISSING", cure="WEIGH", expected={"kind": "weight"}, got={"kind": "weight", "weight_g": weight_g},
        values={"weight_g": weight_g},
    )  # fmt: skip


def lines_missing(pieces: int, lines: int) -> Refusal:
    return Refusal(
        code="LINES_MISSING", cure="SCAN_PIECE", expected={"kind": "quantity", "quantity": pieces},
        values={"pieces": pieces, "lines": lines},
    )  # fmt: skip


def label_void(parcel: str, valid: str | None) -> Refusal:
    """The label was made void by an undo; `valid` is the number that its parcel bears now, three dots while it has none."""
    return Refusal(
        code="LABEL_VOID", cure="TEAR_OFF", got={"kind": "parcel", "code": parcel},
        values={"parcel": parcel, "valid": valid or "…"},
    )  # fmt: skip


def about_parcel(code: str, cure: str, parcel: str | None) -> Refusal:
    """PARCEL_CLOSED, LABEL_NOT_READY, PARCEL_HANDED_OVER: `parcel` is its number, empty before it has one."""
    return Refusal(code=code, cure=cure, got={"kind": "parcel", "code": parcel or ""}, values={"parcel": parcel or ""})


def label_of_other_parcel(parcel: str | None, code: str) -> Refusal:
    return Refusal(
        code="LABEL_OF_OTHER_PARCEL", cure="SWAP_LABEL", expected={"kind": "parcel", "code": parcel or ""},
        got={"kind": "parcel", "code": code}, values={"parcel": parcel or "", "got": code},
    )  # fmt: skip


def order_on_hold(order: str, hold: str) -> Refusal:
    return Refusal(
        code="ORDER_ON_HOLD", cure="CALL_OFFICE", got={"kind": "order", "code": order},
        values={"order": order, "hold": hold},
    )  # fmt: skip


def order_cancelled(order: str) -> Refusal:
    return Refusal(
        code="ORDER_CANCELLED", cure="PUT_BACK", got={"kind": "order", "code": order}, values={"order": order}
    )


def nothing_to_undo() -> Refusal:
    return Refusal(code="NOTHING_TO_UNDO", cure="GO_ON")


def act_repeated() -> Refusal:
    return Refusal(code="ACT_REPEATED", cure="GO_ON")


def task_unknown(task: str) -> Refusal:
    return Refusal(code="TASK_UNKNOWN", cure="GET_WORK", got={"kind": "task", "task": task}, values={"task": task})


def tote_refused(code: str, tote: str, order: str = "", open_pieces: int = 0) -> Refusal:
    """TOTE_UNKNOWN, TOTE_EMPTY, TOTE_ALREADY_PACKED, ORDER_NOT_PICKED: why a tote cannot be opened at the bench."""
    cure = "FINISH_PICK" if code == "ORDER_NOT_PICKED" else "SCAN_OTHER_TOTE"
    values: dict[str, Any] = {"tote": tote, "order": order}
    if code == "ORDER_NOT_PICKED":
        values["open"] = open_pieces
    return Refusal(code=code, cure=cure, expected={"kind": "tote"}, got={"kind": "tote", "code": tote}, values=values)


def not_understood(kind: str) -> Refusal:
    return Refusal(code="SCAN_NOT_UNDERSTOOD", cure="GET_WORK", got={"kind": kind}, values={"kind": kind})
