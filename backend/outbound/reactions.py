"""What follows by itself: goods of a cancelled order go back and its parcels must not leave, a released shortage is
picked on, a signed handover gets its paper.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from backend.documents import api as documents
from backend.orders import api as orders
from backend.outbound.store import handovers, packing_slips, parcels, put_backs, shortages
from backend.outbound.views.handovers import document_of, manifest_of
from backend.platform import clock
from backend.platform.errors import Conflict, Problem
from backend.platform.exchange import Exchange
from backend.platform.journal import Recorded
from backend.platform.outbox import Errand, Inside, PermanentRefusal
from backend.scanning.protocol import Correction


def render_manifest(data: dict[str, Any]) -> bytes:
    """The manifest as PDF. A signature that is no picture is left out: the list itself must never be lost by it."""
    try:
        return documents.render_paper("handover-manifest", data)
    except Problem:
        if not data["signature_png"]:
            raise
    return documents.render_paper("handover-manifest", data | {"signature_png": b""})


def _subject_id(fact: Recorded) -> int:
    return int(fact.about.partition(":")[2])


def _prepare_manifest(conn: Connection, fact: Recorded, reference: str, now: datetime) -> Exchange[bytes] | None:
    """Setting a PDF takes a while, so it happens outside of any transaction."""
    number = _subject_id(fact)
    if document_of(conn, number) is not None:
        return None
    return _set(manifest_of(conn, number, clock.zone_name()))


def _set(data: dict[str, Any]) -> Exchange[bytes]:
    """An exchange that asks nobody."""
    yield from ()
    return render_manifest(data)


def _keep_manifest(conn: Connection, fact: Recorded, document: bytes, now: datetime) -> None:
    handovers.keep_document(conn, _subject_id(fact), document)


def _cancel_parcels(conn: Connection, fact: Recorded, now: datetime) -> None:
    parcels.cancel_parcels(conn, _subject_id(fact))


def _unload_held(conn: Connection, fact: Recorded, now: datetime) -> None:
    order_id = _subject_id(fact)
    if orders.open_holds(conn, [order_id]):
        parcels.unload_held(conn, order_id, now)


# -- packing slips --------------------------------------------------------------------------------------------------


def _prepare_slips(
    conn: Connection, fact: Recorded, reference: str, now: datetime
) -> Exchange[list[tuple[packing_slips.Slip, bytes]]] | None:
    slips = packing_slips.wanted_slips(conn, _subject_id(fact), now)
    return _set_slips(slips) if slips else None


def _set_slips(slips: list[packing_slips.Slip]) -> Exchange[list[tuple[packing_slips.Slip, bytes]]]:
    """Set with no transaction open; asks nobody."""
    yield from ()
    return [(slip, documents.render_paper("packing-slip", slip.fields)) for slip in slips]


def _queue_slips(
    conn: Connection, fact: Recorded, papers: list[tuple[packing_slips.Slip, bytes]], now: datetime
) -> None:
    try:
        packing_slips.queue_slips(conn, _subject_id(fact), papers, now)
    except Conflict as no_printer:  # asked for by a setting; the office sees it among the troubles and may try again
        raise PermanentRefusal(no_printer.code, no_printer.sentence, got=no_printer.got) from no_printer


PRINT_PACKING_SLIPS = Errand(prepare=_prepare_slips, settle=_queue_slips)
"""Answers ConsignmentRegistered: the labels stand in the queue by then."""
RENDER_MANIFEST = Errand(prepare=_prepare_manifest, settle=_keep_manifest)
"""Answers HandoverSigned."""
CANCEL_PARCELS = Inside(apply=_cancel_parcels)
"""Answers OrderCancelled."""
UNLOAD_HELD = Inside(apply=_unload_held)
"""Answers OrderHeld."""

Corrections = Sequence[tuple[int | None, int | None, UUID | None, Correction]]
"""(device, person, scan, correction) each."""


def cancel_picks(tell: Callable[[Connection, Corrections, datetime], None]) -> Inside:
    """Answers OrderCancelled. `tell` keeps corrections for the devices that hold the goods: scanning owns them."""

    def apply(conn: Connection, fact: Recorded, now: datetime) -> None:
        found = put_backs.cancel_picks(conn, _subject_id(fact), now)
        tell(conn, [(each.device_id, each.person_id, None, each.correction) for each in found], now)

    return Inside(apply=apply)


def _go_on(conn: Connection, fact: Recorded, now: datetime) -> None:
    if fact.payload.get("code") == "STOCK_SHORT":
        shortages.go_on_after_short(conn, _subject_id(fact), now)


GO_ON_AFTER_SHORT = Inside(apply=_go_on)
"""Answers HoldReleased."""
