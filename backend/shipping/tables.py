"""What the carriers carry: accounts, consignments and their labels."""

import sqlalchemy as sa

from backend.platform.database import Json, UtcTime, choice, reference, table

carrier_account = table(
    "carrier_account",
    sa.Column("carrier_code", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("plugin", sa.String(32), nullable=False, info={"help": "file in shipping/carriers"}),
    sa.Column("settings", Json, nullable=False, info={"secret": True}),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
)

consignment = table(
    "consignment",
    reference("sales_order", name="order_id"),
    sa.Column("reference", sa.String(64), nullable=False, unique=True, info={"help": "our idempotency key"}),
    sa.Column("carrier_code", sa.String(32), nullable=False),
    sa.Column("service_code", sa.String(32), nullable=False, default=""),
    sa.Column(
        "state",
        choice("draft", "registered", "refused", "handed_over", "cancelled", name="consignment_state"),
        nullable=False,
        index=True,
    ),
    sa.Column("remote_id", sa.String(100), nullable=True),
    sa.Column("refusal", sa.String(500), nullable=True),
    sa.Column("parcels", Json, nullable=False, info={"help": "parcel number -> tracking number, routing"}),
    sa.Column("registered_at", UtcTime, nullable=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column(
        "voided_at", UtcTime, nullable=True, info={"help": "its labels are void; the carrier is to be told, or was"}
    ),
)

extra_label = table(
    "extra_label",
    reference("merchant"),
    reference("channel", nullable=True),
    sa.Column(
        "customer",
        sa.String(200),
        nullable=False,
        default="",
        info={"help": "company, name or e-mail of the order; empty: all of the channel"},
    ),
    reference("product", nullable=True),
    sa.Column(
        "label", sa.String(32), nullable=False, default="customer", info={"help": "customer, or a design based on it"}
    ),
    sa.Column("customer_sku", sa.String(120), nullable=False, default="", info={"help": "empty: our SKU"}),
    sa.Column("text", sa.String(500), nullable=False, default="", info={"help": "empty: the name of the goods"}),
    sa.Column("code", sa.String(120), nullable=False, default="", info={"help": "empty: the customer's SKU"}),
    sa.Column("symbology", sa.String(16), nullable=False, default="code128"),
    sa.Column(
        "pieces_per_label",
        sa.Integer,
        sa.CheckConstraint("pieces_per_label > 0", name="pieces_per_label_positive"),
        nullable=False,
        default=1,
    ),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
)
