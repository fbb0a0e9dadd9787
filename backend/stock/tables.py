"""Stock is a ledger. Goods only ever move between two locations; vendor, customer, variance and scrap are locations too.

A posted move never changes. A pending move is a reservation: `quantity - taken` of it counts as `reserved` at its source
until posted moves have taken all of it or it is void. A balance is derived from the moves and guarded by the table itself: oversell is refused by a CHECK.
"""

import sqlalchemy as sa

from backend.platform.columns import ROOM_FOR_CHANGES
from backend.platform.database import Id, Quantity, UtcTime, Uuid, choice, reference, table

PHYSICAL_KINDS = ("receiving", "storage", "pick_face", "packing", "dispatch", "quarantine", "tote", "cart")
VIRTUAL_KINDS = ("vendor", "customer", "variance", "scrap", "transit")
COUNT_KINDS = ("location", "product", "cycle", "stocktake", "zero", "short", "recount")
COUNT_OUTCOMES = ("open", "equal", "booked", "recount", "disturbed", "promised", "dropped")
"""recount: a second person counts; disturbed: goods moved meanwhile; promised: what lacks is reserved for orders."""
PICKABLE_KINDS = ("storage", "pick_face")
"""Kinds whose stock can be promised to orders, unless the location is blocked."""

warehouse = table(
    "warehouse",
    sa.Column("code", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(120), nullable=False),
)

location = table(
    "location",
    reference("warehouse"),
    sa.Column("code", sa.String(40), nullable=False, unique=True),
    sa.Column("kind", choice(*PHYSICAL_KINDS, *VIRTUAL_KINDS, name="location_kind"), nullable=False),
    sa.Column("zone", sa.String(16), nullable=False, default=""),
    sa.Column("aisle", sa.String(16), nullable=False, default=""),
    sa.Column("bay", sa.String(16), nullable=False, default=""),
    sa.Column("level", sa.String(16), nullable=False, default=""),
    sa.Column("bin", sa.String(16), nullable=False, default=""),
    sa.Column("walk_sequence", sa.Integer, nullable=False, default=0),
    sa.Column("blocked", sa.Boolean, nullable=False, default=False),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Column("holds_g", sa.BigInteger, nullable=True, info={"help": "grams it may bear; empty: not limited"}),
    sa.Column("holds_ml", sa.BigInteger, nullable=True, info={"help": "millilitres it can take; empty: not limited"}),
    sa.Column(
        "seen_filled",
        sa.Boolean,
        nullable=False,
        default=False,
        server_default=sa.false(),
        info={"help": "a shelf where something lay at the last marking; see emptied"},
    ),
    sa.Index("ix_location_kind_walk", "kind", "walk_sequence", "code"),
    sa.Index("ix_location_walk", "walk_sequence", "id"),
    sa.Index(
        "ix_location_unmarked",
        "walk_sequence",
        "id",
        postgresql_where=sa.text("NOT seen_filled"),
        sqlite_where=sa.text("seen_filled = 0"),
    ),
)

emptied = table("emptied", reference("location", index=False))
"""A line for each time some goods left a shelf to the last piece, until the places are marked anew. Of a place with the
mark `seen_filled` it tells that it may be empty; every other place may be so anyway."""

balance = table(
    "balance",
    reference("product", index=False),
    reference("location"),
    sa.Column("lot", sa.String(40), nullable=False, default="", info={"help": "empty where the goods carry no lot"}),
    sa.Column("on_hand", Quantity, nullable=False, default=0),
    sa.Column("reserved", Quantity, nullable=False, default=0),
    sa.UniqueConstraint("product_id", "location_id", "lot"),
    sa.CheckConstraint("on_hand >= 0 AND reserved >= 0 AND reserved <= on_hand", name="not_oversold"),
)

move = table(
    "move",
    sa.Column("uid", Uuid, nullable=False, unique=True),
    reference("product", index=False),
    reference("location", name="source_id", index=False),
    reference("location", name="target_id", index=False),
    sa.Column("lot", sa.String(40), nullable=False, default=""),
    sa.Column("quantity", Quantity, sa.CheckConstraint("quantity > 0", name="quantity_positive"), nullable=False),
    sa.Column(
        "state",
        choice("pending", "taken", "posted", "void", name="move_state"),
        nullable=False,
        info={"help": "pending: a reservation; taken: a reservation used up by posted moves"},
    ),
    sa.Column("taken", Quantity, nullable=False, default=0, info={"help": "pieces that posted moves took from it"}),
    sa.Column("reservation_id", Id, sa.ForeignKey("move.id"), nullable=True, index=True),
    sa.Column("reason", sa.String(32), nullable=False, info={"help": "receipt, pick, pack, undo, count, demo, ..."}),
    sa.Column("about", sa.String(64), nullable=False, index=True, info={"help": "subject, such as order:12"}),
    sa.Column("order_line_id", Id, nullable=True, index=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("posted_at", UtcTime, nullable=True),
    sa.Column("person_id", Id, nullable=True),
    sa.Column("device_id", Id, nullable=True),
    sa.Column("act", Uuid, nullable=True, index=True),
    sa.Column("reverses_id", Id, sa.ForeignKey("move.id"), nullable=True, index=True),
    sa.CheckConstraint("source_id <> target_id", name="goes_somewhere"),
    sa.CheckConstraint("taken >= 0 AND taken <= quantity", name="not_overtaken"),
    # with the number: the last moves are asked for, and a busy place has a hundred thousand
    *(sa.Index(f"ix_move_{column}_last", column, "id") for column in ("product_id", "source_id", "target_id")),
    **ROOM_FOR_CHANGES,
)

count_list = table(
    "count_list",
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    sa.Column("kind", choice(*COUNT_KINDS, name="count_kind"), nullable=False),
    sa.Column("blind", sa.Boolean, nullable=False, default=True, info={"help": "the book's figure is not shown"}),
    sa.Column(
        "at_close",
        sa.Boolean,
        nullable=False,
        default=False,
        info={"help": "differences are booked when the list is closed, not place by place"},
    ),
    sa.Column("state", choice("open", "counting", "closed", "cancelled", name="count_list_state"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", Id, nullable=True),
    sa.Column("person_id", Id, nullable=True, info={"help": "who counts"}),
    sa.Column("device_id", Id, nullable=True),
    sa.Column("not_by", Id, nullable=True, info={"help": "who counted first: the second count is somebody else's"}),
    sa.Column("closed_at", UtcTime, nullable=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Index("ix_count_list_state", "state", "id"),
)

count_task = table(
    "count_task",
    reference("location"),
    reference("product", nullable=True),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("about", sa.String(64), nullable=False),
    sa.Column("state", choice("open", "done", "cancelled", name="count_state"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True),
    reference("count_list", name="list_id", nullable=True),
    sa.Column("round", sa.Integer, nullable=False, server_default="1", default=1, info={"help": "2: second count"}),
    sa.Column("not_by", Id, nullable=True, info={"help": "who counted in the round before"}),
    sa.Column("counted_at", UtcTime, nullable=True),
    sa.Column("counted_by", Id, nullable=True),
    sa.Index("ix_count_task_state", "state", "location_id"),
    sa.Index("ix_count_task_counted", "location_id", "counted_at"),
)

count_line = table(
    "count_line",
    reference("count_task"),
    reference("product"),
    sa.Column("lot", sa.String(40), nullable=False, default=""),
    sa.Column("counted", Quantity, nullable=True, info={"help": "empty: not counted yet"}),
    sa.Column("expected", Quantity, nullable=True, info={"help": "what the book said when it was settled"}),
    sa.Column("moved", Quantity, nullable=False, default=0, info={"help": "pieces booked: + found, - lost"}),
    sa.Column("value_minor", sa.BigInteger, nullable=False, default=0, info={"help": "of the pieces booked"}),
    sa.Column("outcome", choice(*COUNT_OUTCOMES, name="count_outcome"), nullable=False, default="open"),
    sa.Column("cause", sa.String(32), nullable=False, default="", info={"help": "why, from the list of causes"}),
    sa.UniqueConstraint("count_task_id", "product_id", "lot"),
    sa.Index("ix_count_line_outcome", "outcome"),
)

product_value = table(
    "product_value",
    reference("product", unique=True, index=False),
    sa.Column("value_minor", sa.BigInteger, nullable=False, default=0, info={"help": "of one piece, without tax"}),
    sa.Column("abc", sa.String(1), nullable=True, info={"help": "A, B or C by how often it is picked"}),
)

replenish_rule = table(
    "replenish_rule",
    reference("product"),
    reference("location"),
    sa.Column("minimum", Quantity, nullable=False, info={"help": "below it the pick face is filled"}),
    sa.Column("fill_to", Quantity, nullable=False),
    sa.UniqueConstraint("product_id", "location_id"),
    sa.CheckConstraint("minimum >= 0 AND fill_to > minimum", name="fills_up"),
)

replenish_task = table(
    "replenish_task",
    reference("product"),
    reference("location", name="source_id"),
    reference("location", name="target_id"),
    sa.Column("lot", sa.String(40), nullable=False, default=""),
    sa.Column("quantity", Quantity, sa.CheckConstraint("quantity > 0", name="quantity_positive"), nullable=False),
    sa.Column("moved", Quantity, nullable=False, default=0),
    sa.Column("state", choice("open", "done", "cancelled", name="replenish_state"), nullable=False),
    sa.Column("reason", sa.String(32), nullable=False, info={"help": "below_minimum, called"}),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=True, info={"help": "who carries"}),
    sa.Index("ix_replenish_task_state", "state", "id"),
)

fixed_place = table(
    "fixed_place",
    reference("product"),
    reference("location"),
    sa.UniqueConstraint("product_id", "location_id"),
)
"""Where a product lives: put-away goes there first."""

lot = table(
    "lot",
    reference("product"),
    sa.Column("code", sa.String(40), nullable=False, info={"help": "as in balance.lot and move.lot"}),
    sa.Column("best_before", sa.Date, nullable=True),
    sa.Column("received_at", UtcTime, nullable=False, info={"help": "when it first came; first in, first out"}),
    sa.Column("blocked", sa.Boolean, nullable=False, default=False),
    sa.Column("block_reason", sa.String(200), nullable=False, default=""),
    sa.Column("blocked_at", UtcTime, nullable=True),
    sa.Column("blocked_by", Id, nullable=True),
    sa.UniqueConstraint("product_id", "code"),
    sa.Index("ix_lot_code", "code"),
)

serial = table(
    "serial",
    reference("product"),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("lot", sa.String(40), nullable=False, default=""),
    reference("location"),
    sa.Column("about", sa.String(64), nullable=False, info={"help": "what moved it last, such as order:12"}),
    sa.Column("moved_at", UtcTime, nullable=False),
    sa.UniqueConstraint("product_id", "code"),
    sa.Index("ix_serial_code", "code"),
    sa.Index("ix_serial_about", "about"),
)
"""Where each serial is: one row, so that it can be in one place only."""

serial_move = table(
    "serial_move",
    reference("serial"),
    reference("location", name="source_id"),
    reference("location", name="target_id"),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("about", sa.String(64), nullable=False, index=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("act", Uuid, nullable=True, index=True),
    sa.Column("person_id", Id, nullable=True),
    sa.Column("device_id", Id, nullable=True),
)
"""The way of each serial, from receipt to parcel to return; rows are only added."""
