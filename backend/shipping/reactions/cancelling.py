"""What is not sent after all: the order was cancelled, or taken apart again at the bench after it had been booked.

A consignment that is void stays until its carrier was told. Whether the carrier ever got the booking is not always known
(the worker was killed, the answer was lost): then it is booked once more under its reference, which brings the same
numbers, and cancelled by the name that the carrier gives it. An answer that comes later yet is cancelled again.
"""

from datetime import datetime

import msgspec
from sqlalchemy.engine import Connection

from backend.facts.shipping import ConsignmentCancelled, ConsignmentNotCancelled
from backend.orders import api as orders
from backend.outbound import api as outbound
from backend.platform import journal
from backend.platform.errors import NotFound, Problem
from backend.platform.exchange import Exchange
from backend.platform.journal import Recorded
from backend.platform.outbox import Errand, Inside, PermanentRefusal
from backend.shipping import store
from backend.shipping.carrier import CarrierRefused, Consignment
from backend.shipping.reactions.consigning import consignment_of, final, order_id_of, permanent


class Cancelled(msgspec.Struct, frozen=True):
    bookings: tuple[store.Booking, ...]


def _prepare_cancelling(conn: Connection, fact: Recorded, reference: str, now: datetime) -> Exchange[Cancelled] | None:
    bookings = store.bookings_of(conn, [order_id_of(fact)], store.LIVE)
    order = orders.orders_by_ids(conn, [order_id_of(fact)])[order_id_of(fact)]
    for each in bookings:
        if each.state == "draft":  # the carrier may have heard of it
            store.void(conn, order, each, now)
    store.set_state(conn, [each.id for each in bookings if each.state == "refused"], "cancelled")
    registered = [each for each in bookings if each.state == "registered"]
    pairs = [(each, store.account_of(conn, each.carrier_code)) for each in registered]
    able = [(each, account) for each, account in pairs if account.plugin.cancel is not None]
    return permanent(lambda: _cancel(able)) if able else None


def _cancel(pairs: list[tuple[store.Booking, store.Account]]) -> Exchange[Cancelled]:
    for booking, account in pairs:
        assert account.plugin.cancel is not None
        yield from account.plugin.cancel(account.settings, booking.remote_id or booking.reference)
    return Cancelled(tuple(booking for booking, _ in pairs))


def _settle_cancelling(conn: Connection, fact: Recorded, outcome: Cancelled, now: datetime) -> None:
    order = orders.orders_by_ids(conn, [order_id_of(fact)])[order_id_of(fact)]
    store.set_state(conn, [each.id for each in outcome.bookings], "cancelled")
    told = [
        ConsignmentCancelled(about=fact.about, order=order.number, carrier=each.carrier_code, reference=each.reference)
        for each in outcome.bookings
    ]
    journal.append(conn, told, now)


CANCEL_CONSIGNMENT = Errand(prepare=_prepare_cancelling, settle=_settle_cancelling)
"""Answers OrderCancelled."""


# -- taken apart at the bench ---------------------------------------------------------------------------------------


def _void(conn: Connection, fact: Recorded, now: datetime) -> None:
    order = orders.orders_by_ids(conn, [order_id_of(fact)], lock=True)[order_id_of(fact)]
    store.void_others(conn, order, [each.number for each in outbound.closed_parcels(conn, order.id)], now)


VOID_CONSIGNMENTS = Inside(apply=_void)
"""Answers LabelsVoided."""


def _prepare_withdrawing(conn: Connection, fact: Recorded, reference: str, now: datetime) -> Exchange[str] | None:
    booking = store.read_booking(conn, order_id_of(fact))
    if booking is None or booking.state not in ("draft", "registered"):
        return None
    try:
        account = store.account_of(conn, booking.carrier_code)
    except (NotFound, Problem) as wrong:
        raise final(wrong) from wrong
    if account.plugin.cancel is None:
        return _settled_by_hand(account, booking)
    order = orders.orders_by_ids(conn, [booking.order_id])[booking.order_id]
    parcels = outbound.void_parcels(conn, booking.parcels)
    asked = consignment_of(conn, order, booking.reference, parcels) if booking.remote_id is None else None
    return _withdraw(account, booking, asked)


def _settled_by_hand(account: store.Account, booking: store.Booking) -> Exchange[str]:
    """Parked once, so that the office sees it among the troubles; its second try says that it was settled."""
    yield from ()
    if booking.refusal is None:
        raise PermanentRefusal(
            "CARRIER_CANNOT_CANCEL",
            f"Expected {account.name} to cancel consignment {booking.reference} ({booking.remote_id or 'no number yet'}), "
            "but this carrier takes no cancellations; settle it with the carrier, then try again to close this.",
            got=booking.reference,
        )  # fmt: skip
    return booking.remote_id or ""


def _withdraw(account: store.Account, booking: store.Booking, asked: Consignment | None) -> Exchange[str]:
    remote_id = booking.remote_id
    if asked is not None and asked.parcels:
        try:
            remote_id = (yield from account.plugin.book(account.settings, asked)).remote_id
        except CarrierRefused:
            return ""  # it never took the booking, so there is nothing to cancel
    assert account.plugin.cancel is not None
    if remote_id is None:
        return ""
    try:
        yield from account.plugin.cancel(account.settings, remote_id)
    except CarrierRefused as no:
        raise PermanentRefusal(
            "CARRIER_CANNOT_CANCEL",
            f"Expected {account.name} to cancel consignment {booking.reference} ({remote_id}), but it refused: {no.reason}; "
            "settle it with the carrier, then try again.", got=booking.reference,
        ) from no  # fmt: skip
    return remote_id


def _settle_withdrawing(conn: Connection, fact: Recorded, remote_id: str, now: datetime) -> None:
    booking = store.read_booking(conn, order_id_of(fact))
    if booking is None or booking.remote_id not in (None, remote_id):
        return  # an answer came meanwhile under another name: it is withdrawn by the news of its own
    order = orders.orders_by_ids(conn, [booking.order_id])[booking.order_id]
    store.set_state(conn, [booking.id], "cancelled")
    told = ConsignmentCancelled(
        about=f"order:{order.id}", order=order.number, carrier=booking.carrier_code, reference=booking.reference
    )
    journal.append(conn, [told], now)


def _not_withdrawn(conn: Connection, fact: Recorded, problem: Problem, now: datetime) -> None:
    """Parked among the troubles, and told on the order."""
    booking = store.read_booking(conn, order_id_of(fact))
    if booking is None or booking.refusal is not None:
        return
    reason = problem.sentence
    store.note_refusal(conn, booking.id, reason)
    order = orders.orders_by_ids(conn, [booking.order_id])[booking.order_id]
    told = ConsignmentNotCancelled(
        about=f"order:{order.id}", order=order.number, carrier=booking.carrier_code, reference=booking.reference,
        reason=reason, problem=problem.kept(),
    )  # fmt: skip
    journal.append(conn, [told], now)


WITHDRAW_CONSIGNMENT = Errand(prepare=_prepare_withdrawing, settle=_settle_withdrawing, refused=_not_withdrawn)
"""Answers ConsignmentVoided."""
