"""From the released wave to the signed handover."""

import sqlalchemy as sa

from backend.platform.columns import ROOM_FOR_CHANGES
from backend.platform.database import Id, Json, Quantity, UtcTime, Uuid, choice, reference, table

station = table(
    "station",
    sa.Column("code", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    reference("location"),
    sa.Column("scale", Json, nullable=True, info={"help": "last weight that the scale reported: weight_g, at"}),
)

carton = table(
    "carton",
    sa.Column("code", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("length_mm", sa.Integer, nullable=False, default=0),
    sa.Column("width_mm", sa.Integer, nullable=False, default=0),
    sa.Column("height_mm", sa.Integer, nullable=False, default=0),
    sa.Column("tare_g", sa.Integer, nullable=False, default=0),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
)

wave = table(
    "wave",
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    sa.Column("mode", choice("single", "cluster", name="wave_mode"), nullable=False),
    sa.Column(
        "state",
        choice("released", "picking", "picked", "done", "cancelled", name="wave_state"),
        nullable=False,
        index=True,
    ),
    reference("person", name="person_id", nullable=True),
    reference("device", nullable=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("taken_at", UtcTime, nullable=True),
    sa.Column("picked_at", UtcTime, nullable=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
)

wave_order = table(
    "wave_order",
    reference("wave", index=False),
    reference("sales_order", name="order_id"),
    sa.Column("slot", sa.Integer, nullable=False),
    reference("location", name="tote_id", nullable=True),
    sa.Column(
        "state",
        choice("open", "picked", "packed", "cancelled", name="wave_order_state"),
        nullable=False,
        default="open",
    ),
    sa.UniqueConstraint("wave_id", "order_id"),
    **ROOM_FOR_CHANGES,
)

tote = table(
    "tote",
    sa.Column(
        "location_id", Id, sa.ForeignKey("location.id"), nullable=False, unique=True,
        info={"help": "a row for each tote ever scanned: two carts that reach for one tote are locked on it"},
    ),
)  # fmt: skip

pick = table(
    "pick",
    reference("wave"),
    reference("sales_order", name="order_id"),
    reference("order_line"),
    reference("product"),
    reference("location"),
    sa.Column("lot", sa.String(40), nullable=False, default=""),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("quantity", Quantity, nullable=False),
    sa.Column("picked", Quantity, nullable=False, default=0),
    sa.Column("short", Quantity, nullable=False, default=0),
    reference("move", nullable=True),
    sa.Column(
        "instead_of",
        Uuid,
        nullable=True,
        index=True,
        info={"help": "the act that declared these pieces missing elsewhere"},
    ),
    sa.Column("state", choice("open", "done", "short", "cancelled", name="pick_state"), nullable=False, default="open"),
    sa.CheckConstraint("picked >= 0 AND short >= 0 AND picked + short <= quantity", name="not_over_picked"),
    **ROOM_FOR_CHANGES,
)

pick_act = table(
    "pick_act",
    sa.Column("uid", Uuid, nullable=False, unique=True, info={"help": "made by the device"}),
    reference("wave"),
    reference("pick"),
    sa.Column("kind", choice("pick", "short", name="pick_act_kind"), nullable=False),
    sa.Column("quantity", Quantity, nullable=False, default=0),
    sa.Column(
        "state",
        choice("in_hand", "applied", "undone", "refused", "settled", name="pick_act_state"),
        nullable=False,
        info={"help": "settled: the office has decided about a shortage, it can no longer be undone"},
    ),
    sa.Column("missing", Quantity, nullable=False, default=0, info={"help": "of a short: pieces that nobody has"}),
    sa.Column("held", sa.Boolean, nullable=False, default=False, info={"help": "the short holds its order"}),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True),
    sa.Column("device_id", Id, nullable=True),
)

parcel = table(
    "parcel",
    sa.Column("uid", Uuid, nullable=False, unique=True),
    sa.Column("number", sa.String(32), nullable=True, unique=True, info={"help": "given when the parcel is closed"}),
    reference("sales_order", name="order_id"),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column(
        "state",
        choice("open", "closed", "labelled", "verified", "loaded", "dispatched", "cancelled", name="parcel_state"),
        nullable=False,
        index=True,
    ),
    reference("carton", nullable=True),
    sa.Column("weight_g", sa.Integer, nullable=True),
    sa.Column("station", sa.String(32), nullable=False),
    sa.Column("carrier_code", sa.String(32), nullable=False, index=True),
    sa.Column("service_code", sa.String(32), nullable=False, default=""),
    sa.Column("tracking_number", sa.String(64), nullable=True, index=True),
    sa.Column(
        "label_code",
        sa.String(80),
        nullable=True,
        index=True,
        info={"help": "scan key of the label: parcel:… or track:…"},
    ),
    reference("location", nullable=True),
    reference("person", name="packed_by", nullable=True, index=False),
    sa.Column("closed_at", UtcTime, nullable=True),
    sa.Column(
        "booked_at", UtcTime, nullable=True, info={"help": "the carrier was asked; closing is final from then on"}
    ),
    sa.Column("label_verified_at", UtcTime, nullable=True),
    reference("handover", nullable=True),
    sa.Column("loaded_at", UtcTime, nullable=True),
    sa.Column("loaded_side", sa.String(16), nullable=True, info={"help": "warehouse or courier"}),
    sa.Column(
        "void_for_id",
        Id,
        sa.ForeignKey("parcel.id"),
        nullable=True,
        index=True,
        info={
            "help": "only a label is left of this row: void since the undo of that parcel, which goes on under a new number"
        },
    ),
)

parcel_content = table(
    "parcel_content",
    reference("parcel"),
    reference("order_line"),
    sa.Column("lot", sa.String(40), nullable=False, default="", info={"help": "known when the parcel is closed"}),
    sa.Column("quantity", Quantity, sa.CheckConstraint("quantity > 0", name="quantity_positive"), nullable=False),
    sa.UniqueConstraint("parcel_id", "order_line_id", "lot"),
)

pack_act = table(
    "pack_act",
    sa.Column("uid", Uuid, nullable=False, unique=True, info={"help": "made by the device"}),
    reference("sales_order", name="order_id"),
    reference("parcel", nullable=True),
    reference("order_line", nullable=True, index=False),
    sa.Column("kind", choice("check", "missing", "close", "label", name="pack_act_kind"), nullable=False),
    sa.Column("quantity", Quantity, nullable=False, default=0),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True),
    sa.Column("device_id", Id, nullable=True),
    sa.Column("undone_at", UtcTime, nullable=True),
)

handover = table(
    "handover",
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    sa.Column("carrier_code", sa.String(32), nullable=False),
    sa.Column("day", sa.String(10), nullable=False, info={"help": "YYYY-MM-DD in the shop's zone"}),
    sa.Column("state", choice("open", "signed", "cancelled", name="handover_state"), nullable=False, index=True),
    sa.Column("token_hash", sa.String(64), nullable=True, unique=True, info={"secret": True}),
    sa.Column("token_expires_at", UtcTime, nullable=True),
    sa.Column("session_hash", sa.String(64), nullable=True, unique=True, info={"secret": True}),
    sa.Column("session_expires_at", UtcTime, nullable=True),
    sa.Column("courier_name", sa.String(120), nullable=True),
    sa.Column("vehicle_plate", sa.String(20), nullable=True),
    sa.Column("signature", sa.LargeBinary, nullable=True),
    sa.Column("remark", sa.String(500), nullable=False, default=""),
    sa.Column("signed_at", UtcTime, nullable=True),
    reference("person", nullable=True),
    sa.Column("content_hash", sa.String(64), nullable=True, info={"help": "SHA-256 over the signed list"}),
    sa.Column("previous_hash", sa.String(64), nullable=True, info={"help": "content_hash of the handover before"}),
    sa.Column("document", sa.LargeBinary, nullable=True, info={"help": "the signed list as PDF"}),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index(
        "uq_handover_open",
        "carrier_code",
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)

handover_scan = table(
    "handover_scan",
    reference("handover"),
    sa.Column("code", sa.String(120), nullable=False),
    sa.Column("parcel_id", Id, sa.ForeignKey("parcel.id"), nullable=True),
    sa.Column(
        "outcome",
        choice("loaded", "repeat", "wrong_carrier", "not_packed", "unknown", "removed", name="load_outcome"),
        nullable=False,
    ),
    sa.Column("side", choice("warehouse", "courier", name="handover_side"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("act", Uuid, nullable=True, index=True),
)
