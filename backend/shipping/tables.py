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
)
