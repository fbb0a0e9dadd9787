"""Every scan that a device has sent, with the verdict that answers each repeat byte for byte."""

import sqlalchemy as sa

from backend.platform.database import Id, Json, UtcTime, Uuid, choice, reference, table

scan = table(
    "scan",
    reference("device", index=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("uid", Uuid, nullable=True, index=True),
    sa.Column("at", UtcTime, nullable=True, info={"help": "the device's clock; shown, never used for order"}),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True, index=True),
    sa.Column("flow", sa.String(32), nullable=False, default=""),
    sa.Column("task", sa.String(64), nullable=False, default="", index=True),
    sa.Column("kind", sa.String(32), nullable=False, default=""),
    sa.Column("act", Uuid, nullable=True, index=True),
    sa.Column("raw", sa.Text, nullable=False, default=""),
    sa.Column("record", Json, nullable=False, info={"help": "the scan as the device wrote it"}),
    sa.Column(
        "outcome", choice("ok", "refused", "unreadable", "parked", name="scan_outcome"), nullable=False, index=True
    ),
    sa.Column("verdict", sa.LargeBinary, nullable=False, info={"help": "JSON bytes, answered to every repeat"}),
    sa.Column("seen_at", UtcTime, nullable=True, info={"help": "when the office put it aside on the trouble screen"}),
    sa.UniqueConstraint("device_id", "seq"),
)

device_queue = table(
    "device_queue",
    sa.Column("device_id", Id, sa.ForeignKey("device.id"), nullable=False, unique=True),
    sa.Column("acked_seq", sa.BigInteger, nullable=False, default=0),
)

correction = table(
    "correction",
    sa.Column("uid", Uuid, nullable=False, unique=True),
    reference("device", nullable=True),
    reference("person", nullable=True),
    sa.Column("scan_id", Id, sa.ForeignKey("scan.id"), nullable=True),
    sa.Column("task", Json, nullable=False, info={"help": "code, values and what to do, in the shape of a bundle"}),
    sa.Column("state", choice("open", "done", name="correction_state"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("done_at", UtcTime, nullable=True),
)
