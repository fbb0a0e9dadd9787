"""Goods on their way in: deliveries with their lines and units, each act of receiving, and what waits for its place.

The ledger tells what came where; these rows tell against which promise, in which state and with which reason.
"""

import sqlalchemy as sa

from backend.platform.database import Id, Quantity, UtcTime, Uuid, choice, reference, table

RECEIPT_KINDS = ("purchase_order", "advance_notice", "blind")
RECEIPT_STATES = ("expected", "receiving", "received", "closed", "cancelled")
CONDITIONS = ("good", "damaged", "wrong", "expired")

receipt = table(
    "receipt",
    reference("merchant"),
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    sa.Column(
        "reference", sa.String(64), nullable=False, index=True, info={"help": "the supplier's or buyer's number"}
    ),
    sa.Column("part", sa.Integer, nullable=False, default=1, info={"help": "2 and up: the rest of what came short"}),
    sa.Column("kind", choice(*RECEIPT_KINDS, name="receipt_kind"), nullable=False),
    sa.Column("state", choice(*RECEIPT_STATES, name="receipt_state"), nullable=False),
    sa.Column("supplier", sa.String(200), nullable=False, default=""),
    sa.Column("note", sa.String(500), nullable=False, default=""),
    sa.Column("expected_on", sa.Date, nullable=True),
    sa.Column("dock_id", Id, sa.ForeignKey("location.id"), nullable=True, info={"help": "where the goods land"}),
    sa.Column("rest_of_id", Id, sa.ForeignKey("receipt.id"), nullable=True, index=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("begun_at", UtcTime, nullable=True),
    sa.Column("received_at", UtcTime, nullable=True),
    sa.Column("closed_at", UtcTime, nullable=True),
    sa.Column("person_id", Id, nullable=True, info={"help": "who received last"}),
    sa.Column("content_sha256", sa.String(64), nullable=False, default=""),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.UniqueConstraint("merchant_id", "reference", "part"),
    sa.Index("ix_receipt_state_expected", "state", "expected_on", "id"),
)

receipt_line = table(
    "receipt_line",
    reference("receipt", index=False),
    sa.Column("position", sa.Integer, nullable=False),
    reference("product"),
    sa.Column("supplier_sku", sa.String(64), nullable=False, default=""),
    sa.Column("lot", sa.String(40), nullable=False, default="", info={"help": "announced; empty: any"}),
    sa.Column("best_before", sa.Date, nullable=True),
    sa.Column("expected", Quantity, nullable=False, default=0, info={"help": "0: was not announced"}),
    sa.Column("received", Quantity, nullable=False, default=0, info={"help": "in all, damaged ones too"}),
    sa.Column("damaged", Quantity, nullable=False, default=0, info={"help": "of them: not in good condition"}),
    sa.UniqueConstraint("receipt_id", "position"),
    sa.Index("ix_receipt_line_product", "receipt_id", "product_id"),
)

logistic_unit = table(
    "logistic_unit",
    reference("receipt"),
    reference("receipt_line"),
    sa.Column("sscc", sa.String(18), nullable=False, index=True),
    sa.Column("quantity", Quantity, sa.CheckConstraint("quantity > 0", name="quantity_positive"), nullable=False),
    sa.Column("lot", sa.String(40), nullable=False, default=""),
    sa.Column("best_before", sa.Date, nullable=True),
    sa.Column("received", sa.Boolean, nullable=False, default=False),
    sa.UniqueConstraint("receipt_id", "sscc", "receipt_line_id", "lot"),
)
"""What a pallet or carton with an SSCC holds, as the advance notice told it."""

receipt_act = table(
    "receipt_act",
    sa.Column(
        "uid", Uuid, nullable=False, index=True, info={"help": "of the scan; a logistic unit makes several rows"}
    ),
    reference("receipt"),
    reference("receipt_line"),
    sa.Column("quantity", Quantity, nullable=False),
    sa.Column("lot", sa.String(40), nullable=False, default=""),
    sa.Column("best_before", sa.Date, nullable=True),
    sa.Column("serial", sa.String(40), nullable=False, default=""),
    sa.Column("sscc", sa.String(18), nullable=False, default=""),
    sa.Column("condition", choice(*CONDITIONS, name="condition"), nullable=False, default="good"),
    sa.Column("reason", sa.String(32), nullable=False, default="", info={"help": "more, short_life, broken, wet, ..."}),
    sa.Column("undone", sa.Boolean, nullable=False, default=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True),
    sa.Column("device_id", Id, nullable=True),
)

set_aside = table(
    "set_aside",
    reference("receipt", nullable=True),
    sa.Column("act", Uuid, nullable=False, unique=True),
    sa.Column("code", sa.String(160), nullable=False, info={"help": "as it was read"}),
    sa.Column("quantity", Quantity, nullable=False),
    sa.Column("note", sa.String(200), nullable=False, default=""),
    sa.Column("state", choice("open", "solved", name="set_aside_state"), nullable=False, default="open"),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True),
)
"""Goods that nobody knows stand in quarantine until the office says what they are; the ledger cannot hold them."""

inbound_photo = table(
    "inbound_photo",
    sa.Column("about", sa.String(64), nullable=False, index=True, info={"help": "receipt:5, return:7"}),
    sa.Column("act", Uuid, nullable=True, index=True),
    sa.Column("media_type", sa.String(32), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True),
)
"""Proof: what arrived broken, wrong or too much."""

put_away = table(
    "put_away",
    reference("location", name="source_id"),
    sa.Column("state", choice("open", "done", name="put_away_state"), nullable=False),
    sa.Column("person_id", Id, nullable=True, index=True),
    sa.Column("device_id", Id, nullable=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("done_at", UtcTime, nullable=True),
    sa.Index("ix_put_away_state", "state", "source_id"),
)

put_away_line = table(
    "put_away_line",
    reference("put_away"),
    reference("product"),
    sa.Column("lot", sa.String(40), nullable=False, default=""),
    reference("location", nullable=True, info={"help": "proposed; empty: nothing fits"}),
    sa.Column("why", sa.String(32), nullable=False, default="", info={"help": "fixed, same_product, empty, none"}),
    sa.Column("quantity", Quantity, sa.CheckConstraint("quantity > 0", name="quantity_positive"), nullable=False),
    sa.Column("put", Quantity, nullable=False, default=0),
    sa.CheckConstraint("put >= 0 AND put <= quantity", name="not_overput"),
)
"""A stop of the walk: so many pieces of a product to a proposed place."""

return_case = table(
    "return_case",
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    reference("sales_order", name="order_id"),
    sa.Column("state", choice("open", "closed", name="return_state"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime, nullable=True),
    sa.Column("person_id", Id, nullable=True, index=True),
    sa.Column("device_id", Id, nullable=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
)

return_act = table(
    "return_act",
    sa.Column("uid", Uuid, nullable=False, unique=True),
    reference("return_case"),
    reference("order_line"),
    sa.Column("lot", sa.String(40), nullable=False, default=""),
    sa.Column("quantity", Quantity, sa.CheckConstraint("quantity > 0", name="quantity_positive"), nullable=False),
    sa.Column("condition", choice("resell", "second", "scrap", "supplier", name="return_condition"), nullable=False),
    sa.Column(
        "reason", sa.String(32), nullable=False, default="", info={"help": "wrong_size, broken, changed_mind, ..."}
    ),
    reference("location", info={"help": "where the pieces went"}),
    sa.Column("undone", sa.Boolean, nullable=False, default=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True),
)
"""Pieces of an order that came back, in the condition in which they came."""
