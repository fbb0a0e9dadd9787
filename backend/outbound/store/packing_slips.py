"""Packing slips: read for an order whose carrier has answered, and queued behind the labels of the same parcels."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.orders import api as orders
from backend.outbound.packing_slip import SETTING, SlipParcel, is_wanted, party, slip_fields
from backend.outbound.store.parcels import closed_parcels
from backend.outbound.tables import parcel_content
from backend.platform import clock
from backend.print_queue import api as printing

SHOP_SETTING = "shop"


class Slip(msgspec.Struct, frozen=True):
    """One paper to be set and queued."""

    parcel: SlipParcel
    fields: dict[str, object]


def wanted_slips(conn: Connection, order_id: int, now: datetime) -> list[Slip]:
    """Slips of an order's parcels, those that the settings ask for, in the order of the parcels."""
    head = orders.orders_by_ids(conn, [order_id])[order_id]
    if head.state == "cancelled":
        return []
    shop = catalog.read_setting(conn, SHOP_SETTING)
    setting = catalog.read_setting(conn, SETTING)
    merchant = catalog.read_merchants(conn, [head.merchant_id])[head.merchant_id]
    sender = party(merchant.name, "", merchant.street, (merchant.zip, merchant.city))
    recipient = party(head.buyer_name, head.company, head.street, (head.zip, head.city))
    today = now.astimezone(ZoneInfo(clock.zone_name())).date()
    found = []
    for each in _parcels(conn, order_id):
        if is_wanted(setting, merchant.code, each.station, printing.has_route(conn, each.station, "paper")):
            fields = slip_fields(
                each, order_number=head.number, merchant=sender, recipient=recipient, packed_on=today,
                language=str(shop.get("language", "cs")),
            )  # fmt: skip
            found.append(Slip(each, fields))
    return found


def _parcels(conn: Connection, order_id: int) -> list[SlipParcel]:
    closed = closed_parcels(conn, order_id)
    lines = {line.id: line for line in orders.goods_lines(conn, [order_id]).get(order_id, [])}
    rows = conn.execute(
        sa.select(parcel_content)
        .where(parcel_content.c.parcel_id.in_([each.id for each in closed]))
        .order_by(parcel_content.c.id)
    ).all()
    return [
        SlipParcel(
            number=each.number, station=each.station, position=each.position, pieces=each.pieces,
            goods=tuple(
                (lines[row.order_line_id].sku, lines[row.order_line_id].name, row.lot, row.quantity)
                for row in rows if row.parcel_id == each.id
            ),
        )
        for each in closed
    ]  # fmt: skip


def queue_slips(conn: Connection, order_id: int, papers: Sequence[tuple[Slip, bytes]], now: datetime) -> None:
    """Once for each parcel, in one group with its label. Raises `Conflict` NO_ROUTE where a printer is missing."""
    head = orders.orders_by_ids(conn, [order_id])[order_id]
    for slip, content in papers:
        parcel = slip.parcel
        printing.enqueue(
            conn, key=f"slip:{parcel.number}", station=parcel.station, paper_kind="paper", about=f"order:{order_id}",
            title=f"{head.number} {parcel.position}/{parcel.pieces} A4", content=content, format="pdf",
            template="packing-slip", merchant_id=head.merchant_id, priority=10,
            sequence_group=f"order:{order_id}:{parcel.station}", now=now,
        )  # fmt: skip
