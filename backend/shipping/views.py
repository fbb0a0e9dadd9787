"""What screens see of the carriers: consignments of an order, and the van's route list."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.orders import api as orders
from backend.outbound import api as outbound
from backend.shipping import store

SHOP_SETTING = "shop"
STATES = ("draft", "registered", "refused", "handed_over", "cancelled")


class ConsignmentView(msgspec.Struct, frozen=True):
    """`parcels`: parcel number -> code, tracking, route."""

    reference: str
    carrier: str
    service: str
    state: str
    remote_id: str | None
    refusal: str | None
    parcels: dict[str, Any]
    registered_at: datetime | None


def read_consignments(conn: Connection, order_number: str) -> list[ConsignmentView]:
    """Raises `NotFound` ORDER_UNKNOWN."""
    order = orders.order_by_number(conn, order_number)
    return [
        ConsignmentView(
            each.reference, each.carrier_code, each.service_code, each.state, each.remote_id, each.refusal, each.parcels,
            each.registered_at,
        )
        for each in store.bookings_of(conn, [order.id], STATES)
    ]  # fmt: skip


def route_list_of(conn: Connection, handover_id: int, now: datetime, zone: str) -> dict[str, Any]:
    """Data of the paper `route-list`: the loaded parcels of a van as stops, by route and zip."""
    parcels = outbound.parcels_on_handover(conn, handover_id)
    heads = orders.orders_by_ids(conn, {each.order_id for each in parcels})
    routes: dict[int, str] = {}
    for booking in store.bookings_of(conn, heads, ("registered", "handed_over")):
        told: dict[str, Any] = next(iter(booking.parcels.values()), {})
        routes[booking.order_id] = str(told.get("route", ""))
    ordered = sorted(heads.values(), key=lambda head: (routes.get(head.id, ""), head.zip.replace(" ", ""), head.street))
    names = sorted({route for route in routes.values() if route})
    return {
        "language": str(catalog.read_setting(conn, SHOP_SETTING).get("language", "cs")),
        "route": ", ".join(names)[:80] or "1", "date": now.astimezone(ZoneInfo(zone)).date(),
        "stops": [
            {
                "stop": str(place), "name": (head.company or head.buyer_name)[:400],
                "address": f"{head.street}, {head.zip} {head.city}"[:400], "phone": head.phone[:80],
                "parcels": [each.number for each in parcels if each.order_id == head.id],
                "cod_minor": head.total_amount if head.payment == "cod" else 0, "currency": head.currency,
                "note": head.buyer_note[:400],
            }
            for place, head in enumerate(ordered, start=1)
        ],
    }  # fmt: skip
