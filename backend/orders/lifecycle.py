"""The states of an order and the one table of what may follow what.

received -> (on_hold) -> ready (stock promised) -> in_work (in a wave) -> packed -> dispatched -> delivered -> settled.
Whatever is not in the table is refused everywhere: on the floor, by the office, by a partner.
"""

from backend.platform.errors import Conflict

TRANSITIONS: dict[str, frozenset[str]] = {
    "received": frozenset({"on_hold", "ready", "cancelled"}),
    "on_hold": frozenset({"received", "cancelled"}),
    # back to received when the promise is taken back, because the order changed or its stock is gone
    "ready": frozenset({"received", "on_hold", "in_work", "cancelled"}),
    # back to ready when a wave is dissolved untouched
    "in_work": frozenset({"ready", "received", "on_hold", "packed", "cancelled"}),
    # back to in_work when a parcel is opened again before handover
    "packed": frozenset({"in_work", "ready_for_pickup", "dispatched", "cancelled"}),
    "ready_for_pickup": frozenset({"packed", "dispatched", "delivered", "cancelled", "returned"}),
    "dispatched": frozenset({"delivered", "returned"}),
    "delivered": frozenset({"settled", "returned"}),
    "settled": frozenset({"returned"}),
    "cancelled": frozenset(),
    "returned": frozenset({"settled"}),
}
STATES = tuple(TRANSITIONS)
BEFORE_WORK = ("received", "on_hold", "ready")
"""Nobody has touched the goods: the channel may still change the order."""
OPEN = (*BEFORE_WORK, "in_work", "packed", "ready_for_pickup")


def may_follow(before: str, after: str) -> bool:
    return after in TRANSITIONS[before]


def check_transition(number: str, before: str, after: str) -> None:
    """Raises `Conflict` ORDER_STATE with the states that are possible from here."""
    if may_follow(before, after):
        return
    possible = ", ".join(sorted(TRANSITIONS[before])) or "nothing, it is final"
    raise Conflict(
        "ORDER_STATE",
        f"Expected order {number} to be in a state before {after!r}, got {before!r}, after which comes {possible}; "
        "reload the order.",
        expected=after,
        got=before,
        number=number,
    )
