"""What carriers are told, and when: the order is packed, the list is signed, the order is cancelled.

Each is an errand: prepared in one transaction, spoken with none open, settled in another. It may be spoken twice after a
crash; the reference stays the same, and a carrier that knows it answers with what it answered first.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.documents import api as documents
from backend.facts.shipping import (
    ConsignmentRefused,
    ConsignmentRegistered,
    LabelNotQueued,
    LabelQueued,
    ManifestClosed,
)
from backend.gs1.scan_keys import read_code
from backend.orders import api as orders
from backend.outbound import api as outbound
from backend.platform import journal, outbox
from backend.platform.errors import Conflict, NotFound, Problem
from backend.platform.exchange import Exchange
from backend.platform.journal import Recorded
from backend.platform.outbox import Errand
from backend.print_queue import api as printing
from backend.shipping import store
from backend.shipping.carrier import Booked, BookedParcel, CarrierRefused, Consignment
from backend.shipping.reactions.cancelling import CANCEL_CONSIGNMENT, VOID_CONSIGNMENTS, WITHDRAW_CONSIGNMENT
from backend.shipping.reactions.consigning import consignment_of, final, order_id_of, permanent
from backend.shipping.reactions.drawn_label import DrawnLabel, Looks, draw_labels

HOLD = "CARRIER_REFUSED"
SHOP_SETTING = "shop"
BOOKERS = ("shipping.book_consignment", "shipping.book_again")
"""Reactions that book an order. One that was parked stands in the way of its later ones until it is given up."""
WAITING_STATES = ("packed", "ready_for_pickup")
LABELLED = ("labelled", "verified", "loaded", "dispatched")


class Labelled(msgspec.Struct, frozen=True):
    """What comes back from the carrier, with the labels drawn while no transaction was open."""

    booking: store.Booking
    booked: Booked
    labels: tuple[DrawnLabel, ...]
    language: str = "cs"


class Declined(msgspec.Struct, frozen=True):
    """The carrier said no, and how."""

    booking: store.Booking
    problem: Problem


Outcome = Labelled | Declined


# -- booking --------------------------------------------------------------------------------------------------------


def _prepare_booking(conn: Connection, fact: Recorded, reference: str, now: datetime) -> Exchange[Outcome] | None:
    order = orders.orders_by_ids(conn, [order_id_of(fact)], lock=True).get(order_id_of(fact))
    if order is None or order.state not in WAITING_STATES:
        return None
    parcels = outbound.begin_booking(conn, order.id, order.carrier_code, order.service_code, now)
    if not parcels or all(each.state in LABELLED for each in parcels):
        return None
    try:
        account = store.account_of(conn, order.carrier_code)
    except (NotFound, Problem) as wrong:
        raise final(wrong) from wrong
    booking = store.begin(conn, order, [each.number for each in parcels], now)
    store.tell_names(conn)
    consignment = consignment_of(conn, order, booking.reference, parcels)
    looks = _looks_of(conn, {each.number: each.station for each in parcels})
    return _book(account, booking, consignment, looks)


def _looks_of(conn: Connection, stations: Mapping[str, str]) -> Looks:
    """`stations`: where the label of each parcel comes out. Without a printer there it is drawn as the shop's setting says."""
    shop = catalog.read_setting(conn, SHOP_SETTING)
    usual = printing.ArtifactForm("zpl", int(shop.get("label_dpi", 203)))
    known: dict[str, printing.ArtifactForm] = {}
    for station in set(stations.values()):
        routed = printing.has_route(conn, station, "label")
        known[station] = printing.label_form(conn, station) if routed else usual
    forms = {number: known[station] for number, station in stations.items()}
    return Looks(str(shop.get("language", "cs")), documents.load_label(conn, "parcel"), forms)


def _book(account: store.Account, booking: store.Booking, consignment: Consignment, looks: Looks) -> Exchange[Outcome]:
    try:
        booked = yield from account.plugin.book(account.settings, consignment)
    except CarrierRefused as no:
        return Declined(booking, no)
    known = {each.number for each in booked.parcels}
    if known != {each.number for each in consignment.parcels}:
        return Declined(booking, _other_parcels(account.name, sorted(known), consignment))
    return Labelled(booking, booked, draw_labels(account, consignment, booked, looks), looks.language)


def _other_parcels(carrier: str, got: list[str], consignment: Consignment) -> Problem:
    ours, named = ", ".join(sorted(each.number for each in consignment.parcels)), ", ".join(got)
    return Problem(
        "CARRIER_OTHER_PARCELS",
        f"Expected {carrier} to answer for the parcels {ours}, its answer names other parcels than ours: {named}; "
        "settle it with the carrier, then book again.",
        status=422, expected=ours, got=named, cure="settle_with_the_carrier",
    )  # fmt: skip


def _settle_booking(conn: Connection, fact: Recorded, outcome: Outcome, now: datetime) -> None:
    """What was asked for before an undo is answered too late: nothing comes of it, and the carrier is told again."""
    order = orders.orders_by_ids(conn, [order_id_of(fact)], lock=True)[order_id_of(fact)]
    booking, found = outcome.booking, outbound.closed_parcels(conn, order.id)
    store.void_others(conn, order, [each.number for each in found], now)
    if isinstance(outcome, Declined):
        if store.is_live(conn, booking):
            raise final(outcome.problem)
        return
    booked = outcome.booked
    if not store.is_live(conn, booking):
        store.answered_late(conn, order, booking, booked.remote_id, now)
        return
    outbox.give_up(conn, fact.about, BOOKERS, now)
    codes = {
        each.number: {"code": each.code, "tracking": each.tracking_number, "route": each.route}
        for each in booked.parcels
    }
    store.register(conn, booking.id, booked.remote_id, codes, now)
    parcels = {each.number: each for each in found}
    answered = [each for each in booked.parcels if each.number in parcels]
    outbound.give_labels(
        conn,
        [
            outbound.GivenLabel(parcels[each.number].id, each.tracking_number, read_code(each.code).keys[0])
            for each in answered
        ],
    )
    tracking = {each.number: each.tracking_number or each.number for each in booked.parcels}
    told: list[journal.Fact] = [
        ConsignmentRegistered(
            about=fact.about, order=order.number, carrier=booking.carrier_code, reference=booking.reference,
            tracking=tracking,
        )
    ]  # fmt: skip
    if order.state != "cancelled":
        told += [
            queue_label(conn, order, parcels[label.parcel], label, now)
            for label in outcome.labels if label.parcel in parcels
        ]  # fmt: skip
        stations = [each.station for each in parcels.values()]
        told += store.queue_extra_labels(conn, order, stations[0], outcome.language, now) if stations else []
    journal.append(conn, told, now)
    held = {each.code for each in orders.open_holds(conn, [order.id]).get(order.id, [])}
    if HOLD in held:
        orders.close_holds(conn, [order.id], HOLD, now)


def queue_label(
    conn: Connection, order: orders.Order, parcel: outbound.ClosedParcel, label: DrawnLabel, now: datetime,
    station: str | None = None,
) -> LabelQueued | LabelNotQueued:  # fmt: skip
    """Put the label before the printer of its station; without one the parcel is labelled all the same."""
    at = station or parcel.station
    about = f"order:{order.id}"
    try:
        queued = printing.enqueue(
            conn, key=f"label:{parcel.number}", station=at, paper_kind="label", about=about,
            title=f"{parcel.number} {order.number} {parcel.position}/{parcel.pieces}", content=label.content,
            format=label.format, media_width_mm=label.width_mm, media_height_mm=label.height_mm, dpi=label.dpi,
            demands=label.demands, template="parcel", merchant_id=order.merchant_id, priority=10,
            sequence_group=f"{about}:{at}", now=now,
        )  # fmt: skip
    except Problem as wrong:
        return LabelNotQueued(
            about=about, order=order.number, parcel=parcel.number, station=at, reason=wrong.sentence, problem=wrong.kept()
        )  # fmt: skip
    return LabelQueued(about=about, order=order.number, parcel=parcel.number, station=at, print_job_id=queued.id)


def queue_again(conn: Connection, number: str, station: str, now: datetime) -> int:
    """Draw the label of a booked parcel anew and queue it; a label already in the queue is answered instead.

    Raises `NotFound` PARCEL_UNKNOWN, `Conflict` LABEL_NOT_READY, and NO_ROUTE where the station has no printer.
    """
    view = next(iter(outbound.read_parcel_views(conn, number=number)), None)
    if view is None:
        raise NotFound("PARCEL_UNKNOWN", f"Expected the number of a parcel, got {number[:40]!r}.", got=number[:40])
    order = orders.order_by_number(conn, view.order)
    bookings = store.bookings_of(conn, [order.id], ("registered", "handed_over"))
    known = bookings[-1].parcels if bookings else {}
    if number not in known:
        raise Conflict(
            "LABEL_NOT_READY", f"Expected a parcel that the carrier knows, {number} is not booked yet.", got=number
        )
    parcels = outbound.closed_parcels(conn, order.id)
    booked = Booked(
        remote_id=bookings[-1].remote_id or "",
        parcels=(
            BookedParcel(
                number=number, code=known[number]["code"], tracking_number=known[number]["tracking"],
                route=known[number]["route"],
            ),
        ),
    )  # fmt: skip
    account = store.account_of(conn, bookings[-1].carrier_code)
    consignment = consignment_of(conn, order, bookings[-1].reference, parcels)
    parcel = next(each for each in parcels if each.number == number)
    looks = _looks_of(conn, {number: station or parcel.station})
    (label,) = draw_labels(account, consignment, booked, looks)
    told = queue_label(conn, order, parcel, label, now, station or None)
    if isinstance(told, LabelNotQueued):
        raise Conflict("NO_ROUTE", told.reason, got=told.station)
    journal.append(conn, [told], now)
    return told.print_job_id


def _refused_booking(conn: Connection, fact: Recorded, problem: Problem, now: datetime) -> None:
    """Parked: the order is held with the carrier's own words, so that the office can correct it."""
    order = orders.orders_by_ids(conn, [order_id_of(fact)], lock=True).get(order_id_of(fact))
    if order is None or order.state not in WAITING_STATES:
        return
    words_of_the_carrier = problem.code == HOLD and bool(problem.got)
    reason, kept = (problem.got, {}) if words_of_the_carrier else (problem.sentence, problem.kept())
    store.refuse(conn, order.id, reason)
    values = {"reason": reason} | ({"problem": kept} if kept else {})
    orders.hold(conn, order.id, orders.Hold(HOLD, values), now)
    told = ConsignmentRefused(
        about=fact.about, order=order.number, carrier=order.carrier_code, reason=reason, problem=kept
    )
    journal.append(conn, [told], now)


def _prepare_again(conn: Connection, fact: Recorded, reference: str, now: datetime) -> Exchange[Outcome] | None:
    """The office has released the hold: whatever was wrong is corrected, the carrier is asked once more."""
    return _prepare_booking(conn, fact, reference, now) if fact.payload.get("code") == HOLD else None


BOOK_CONSIGNMENT = Errand(prepare=_prepare_booking, settle=_settle_booking, refused=_refused_booking)
"""Answers OrderPacked."""
BOOK_AGAIN = Errand(prepare=_prepare_again, settle=_settle_booking, refused=_refused_booking)
"""Answers HoldReleased."""


# -- the manifest ---------------------------------------------------------------------------------------------------


class Closed(msgspec.Struct, frozen=True):
    manifest: str
    bookings: tuple[store.Booking, ...]


def _prepare_manifest(conn: Connection, fact: Recorded, reference: str, now: datetime) -> Exchange[Closed] | None:
    parcels = outbound.parcels_on_handover(conn, int(fact.about.partition(":")[2]))
    bookings = store.bookings_of(conn, {each.order_id for each in parcels}, ("registered",))
    if not bookings:
        return None
    account = store.account_of(conn, str(fact.payload["carrier"]))
    if account.plugin.close_manifest is None:
        store.set_state(conn, [each.id for each in bookings], "handed_over")
        return None
    return permanent(lambda: _close(account, str(fact.payload["number"]), bookings))


def _close(account: store.Account, reference: str, bookings: list[store.Booking]) -> Exchange[Closed]:
    assert account.plugin.close_manifest is not None
    remote = [each.remote_id or each.reference for each in bookings]
    manifest = yield from account.plugin.close_manifest(account.settings, reference, remote)
    return Closed(manifest, tuple(bookings))


def _settle_manifest(conn: Connection, fact: Recorded, outcome: Closed, now: datetime) -> None:
    store.set_state(conn, [each.id for each in outcome.bookings], "handed_over")
    told = ManifestClosed(
        about=fact.about, carrier=str(fact.payload["carrier"]), manifest=outcome.manifest,
        consignments=len(outcome.bookings),
    )  # fmt: skip
    journal.append(conn, [told], now)


CLOSE_MANIFEST = Errand(prepare=_prepare_manifest, settle=_settle_manifest)
"""Answers HandoverSigned."""

__all__ = [
    "BOOK_AGAIN",
    "BOOK_CONSIGNMENT",
    "CANCEL_CONSIGNMENT",
    "CLOSE_MANIFEST",
    "VOID_CONSIGNMENTS",
    "WITHDRAW_CONSIGNMENT",
    "queue_again",
    "queue_label",
]
