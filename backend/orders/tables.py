"""Sales channels, orders, their lines and what holds them back."""

import sqlalchemy as sa

from backend.platform.columns import ROOM_FOR_CHANGES
from backend.platform.database import Id, Json, Quantity, UtcTime, choice, reference, table

ORDER_STATES = (
    "received",
    "on_hold",
    "ready",
    "in_work",
    "packed",
    "ready_for_pickup",
    "dispatched",
    "delivered",
    "settled",
    "cancelled",
    "returned",
)
LINE_KINDS = ("goods", "shipping", "fee", "discount", "gift", "rounding", "deposit")

channel = table(
    "channel",
    reference("merchant"),
    sa.Column("code", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False, default="file", info={"help": "file, woocommerce, ..."}),
    sa.Column("settings", Json, nullable=False),
)

sales_order = table(
    "sales_order",
    reference("merchant"),
    reference("channel"),
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    sa.Column("remote_key", sa.String(100), nullable=False),
    sa.Column("remote_number", sa.String(100), nullable=False, default="", index=True),
    sa.Column("state", choice(*ORDER_STATES, name="order_state"), nullable=False),
    sa.Column("placed_at", UtcTime, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("promised_at", UtcTime, nullable=False, info={"help": "dispatch promised to the buyer"}),
    sa.Column("buyer_name", sa.String(200), nullable=False),
    sa.Column("company", sa.String(200), nullable=False, default=""),
    sa.Column("email", sa.String(254), nullable=False, default=""),
    sa.Column("phone", sa.String(40), nullable=False, default=""),
    sa.Column("street", sa.String(250), nullable=False, default=""),
    sa.Column("city", sa.String(120), nullable=False, default=""),
    sa.Column("zip", sa.String(16), nullable=False, default=""),
    sa.Column("country", sa.String(2), nullable=False, default="CZ"),
    sa.Column("billing", Json, nullable=False),
    sa.Column("carrier_code", sa.String(32), nullable=False, default=""),
    sa.Column("service_code", sa.String(32), nullable=False, default=""),
    sa.Column("pickup_point", sa.String(64), nullable=False, default=""),
    sa.Column("payment", choice("prepaid", "cod", "unpaid", name="payment_kind"), nullable=False, default="prepaid"),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("total_amount", sa.BigInteger, nullable=False),
    sa.Column("buyer_note", sa.Text, nullable=False, default=""),
    sa.Column("office_note", sa.Text, nullable=False, default=""),
    sa.Column("not_shippable", Json, nullable=True, info={"help": "code and values of the sentence why"}),
    sa.Column("checked_at", UtcTime, nullable=True),
    sa.Column("checked_by", Id, sa.ForeignKey("person.id"), nullable=True),
    sa.Column("check_result", sa.String(32), nullable=True, info={"help": "complete, short"}),
    sa.Column("packed_at", UtcTime, nullable=True),
    sa.Column("dispatched_at", UtcTime, nullable=True),
    sa.Column("content_sha256", sa.String(64), nullable=False, default="", info={"help": "of what the channel sent"}),
    sa.Column(
        "search_text", sa.Text, nullable=False, default="", info={"help": "folded: numbers, names, e-mail, SKUs"}
    ),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.UniqueConstraint("channel_id", "remote_key"),
    sa.Index("ix_sales_order_state_promised", "state", "promised_at", "id"),
    sa.Index("ix_sales_order_email", "email"),
)

order_line = table(
    "order_line",
    reference("sales_order", name="order_id", index=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("kind", choice(*LINE_KINDS, name="line_kind"), nullable=False),
    sa.Column("sku", sa.String(100), nullable=False, default="", index=True),
    sa.Column("name", sa.String(400), nullable=False),
    reference("product", nullable=True),
    sa.Column("quantity", Quantity, nullable=False),
    sa.Column("unit_amount", sa.BigInteger, nullable=False, default=0, info={"help": "minor units, with tax"}),
    sa.Column("total_amount", sa.BigInteger, nullable=False, default=0, info={"help": "minor units, with tax"}),
    sa.Column("tax_amount", sa.BigInteger, nullable=False, default=0),
    sa.Column("reserved", Quantity, nullable=False, default=0),
    sa.Column("picked", Quantity, nullable=False, default=0),
    sa.Column("checked", Quantity, nullable=False, default=0),
    sa.Column("short", Quantity, nullable=False, default=0, info={"help": "will not be sent, found missing"}),
    sa.Column("named_lot", sa.String(40), nullable=True, info={"help": "the buyer asked for exactly this lot"}),
    sa.UniqueConstraint("order_id", "position"),
    **ROOM_FOR_CHANGES,
)

life_rule = table(
    "life_rule",
    reference("merchant"),
    reference("channel", nullable=True),
    sa.Column("email", sa.String(254), nullable=False, default="", info={"help": "of a customer; empty: everyone"}),
    sa.Column("days", sa.Integer, nullable=False, info={"help": "best-before must be at least so far away when sent"}),
)
"""Least remaining life of dated goods, by channel or customer. Of several rules that fit the longest holds."""

order_hold = table(
    "order_hold",
    reference("sales_order", name="order_id"),
    sa.Column("code", sa.String(48), nullable=False),
    sa.Column("values", Json, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("released_at", UtcTime, nullable=True),
    sa.Column("released_by", Id, sa.ForeignKey("person.id"), nullable=True),
)
