"""Who cares about what. The only tables of the house that name every room: flows, jobs, reactions, timers, routes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from backend.channels.routes import ROUTES as CHANNEL_ROUTES
from backend.documents.routes import ROUTES as DOCUMENT_ROUTES
from backend.identity.routes import ROUTES as IDENTITY_ROUTES
from backend.inbound.flows import FLOWS as INBOUND_FLOWS
from backend.inbound.flows import JOBS as INBOUND_JOBS
from backend.inbound.routes import ROUTES as INBOUND_ROUTES
from backend.inbound.store.photos import forget_photos
from backend.orders import reactions as orders
from backend.orders.routes import ROUTES as ORDER_ROUTES
from backend.outbound import reactions as outbound
from backend.outbound.api import being_picked
from backend.outbound.flows import FLOWS as OUTBOUND_FLOWS
from backend.outbound.flows import JOBS as OUTBOUND_JOBS
from backend.outbound.routes import ROUTES as OUTBOUND_ROUTES
from backend.platform import journal
from backend.platform.outbox import Reaction
from backend.print_queue.api import forget_papers, sweep
from backend.print_queue.routes import ROUTES as PRINT_ROUTES
from backend.scanning.routes import ROUTES as SCAN_ROUTES
from backend.scanning.store import insert_corrections
from backend.shipping import reactions as shipping
from backend.shipping.routes import ROUTES as SHIPPING_ROUTES
from backend.stock.api import classify, clear_passages, find_refills, mark_filled
from backend.stock.flows import JOBS as STOCK_JOBS
from backend.stock.flows import stock_flows
from backend.stock.routes import ROUTES as STOCK_ROUTES

FLOWS: dict[str, Any] = {**OUTBOUND_FLOWS, **INBOUND_FLOWS, **stock_flows(being_picked)}
JOBS: dict[str, Any] = {**OUTBOUND_JOBS, **INBOUND_JOBS, **STOCK_JOBS}

REACTIONS: dict[str, dict[str, Reaction]] = {
    "OrderPacked": {"shipping.book_consignment": shipping.BOOK_CONSIGNMENT},
    "OrderHeld": {"outbound.unload_held": outbound.UNLOAD_HELD},
    "HoldReleased": {
        "outbound.go_on_after_short": outbound.GO_ON_AFTER_SHORT,
        "shipping.book_again": shipping.BOOK_AGAIN,
    },
    "OrderCancelled": {
        "outbound.cancel_picks": outbound.cancel_picks(insert_corrections),
        "outbound.cancel_parcels": outbound.CANCEL_PARCELS,
        "shipping.cancel_consignment": shipping.CANCEL_CONSIGNMENT,
    },
    "ParcelClosed": {"orders.index_parcels": orders.INDEX_PARCELS},
    "ConsignmentRegistered": {
        "orders.index_parcels": orders.INDEX_PARCELS,
        "outbound.print_packing_slips": outbound.PRINT_PACKING_SLIPS,
    },
    "LabelsVoided": {"shipping.void_consignments": shipping.VOID_CONSIGNMENTS},
    "ConsignmentVoided": {"shipping.withdraw_consignment": shipping.WITHDRAW_CONSIGNMENT},
    "HandoverSigned": {
        "outbound.render_manifest": outbound.RENDER_MANIFEST,
        "shipping.close_manifest": shipping.CLOSE_MANIFEST,
    },
}
"""Kind of fact -> name of reaction -> reaction. "Who cares about OrderPacked?" is answered here."""

WATCHED = frozenset(
    {
        "WaveTaken", "LinePicked", "PickShort", "PickUndone", "ShortUndone", "OrderCancelled", "OrderHeld", "HoldReleased",
        "HandoverSigned", "ParcelLoaded", "ParcelUnloaded", "PickLinesAdded", "ConsignmentRegistered",
        "LabelsVoided", "LabelCheckUndone",
        "GoodsReceived", "ReceivingUndone", "ReceiptFinished", "ReceiptClosed", "GoodsPutAway", "PutAwayUndone",
    }
)  # fmt: skip
"""Facts that change work which is already on a device."""


class Timer(msgspec.Struct, frozen=True):
    """Runs in one transaction every `every_s` seconds, first after `first_s`. Safe to run twice at once."""

    every_s: float
    run: Callable[[Connection, datetime], Any]
    first_s: float = 1.0


TIMERS: dict[str, Timer] = {
    "stock.classify": Timer(every_s=86_400.0, run=classify, first_s=300.0),
    "stock.clear_passages": Timer(every_s=600.0, run=clear_passages, first_s=120.0),
    "stock.mark_filled": Timer(every_s=600.0, run=mark_filled, first_s=60.0),
    "stock.find_refills": Timer(every_s=60.0, run=find_refills, first_s=20.0),
    "inbound.forget_photos": Timer(every_s=3600.0, run=forget_photos, first_s=180.0),
    "print_queue.sweep": Timer(every_s=5.0, run=sweep),
    "print_queue.forget_papers": Timer(every_s=3600.0, run=forget_papers, first_s=60.0),
}

ROUTES = [
    *IDENTITY_ROUTES, *SCAN_ROUTES, *STOCK_ROUTES, *ORDER_ROUTES, *CHANNEL_ROUTES, *OUTBOUND_ROUTES, *PRINT_ROUTES,
    *SHIPPING_ROUTES, *INBOUND_ROUTES, *DOCUMENT_ROUTES,
]  # fmt: skip


def connect_reactions() -> None:
    """Tell the journal which deliveries each fact needs. Once, before anything is written."""
    journal.register_reactions({kind: tuple(named) for kind, named in REACTIONS.items()})


connect_reactions()
__all__ = ["FLOWS", "JOBS", "REACTIONS", "ROUTES", "TIMERS", "WATCHED", "Timer", "connect_reactions"]
