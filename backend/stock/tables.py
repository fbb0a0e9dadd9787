"""Stock is a ledger. Goods only ever move between two locations; vendor, customer, variance and scrap are locations too.

A posted move never changes. A pending move is a reservation: `quantity - taken` of it counts as `reserved` at its source
until posted moves have taken all of it or it is void. A balance is derived from the moves and guarded by the table itself: oversell is refused by a CHECK.
"""

import sqlalchemy as sa

from backend.platform.database import Id, Quantity, UtcTime, Uuid, choice, reference, table

PHYSICAL_KINDS = ("receiving", "storage", "pick_face", "packing", "dispatch", "quarantine", "tote", "cart")
VIRTUAL_KINDS = ("vendor", "customer", "variance", "scrap", "transit")
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
    sa.Index("ix_location_kind", "kind"),
)

balance = table(
    "balance",
    reference("product"),
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
    reference("product"),
    reference("location", name="source_id"),
    reference("location", name="target_id"),
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
    sa.Index("ix_move_pending", "state", "source_id"),
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
)
