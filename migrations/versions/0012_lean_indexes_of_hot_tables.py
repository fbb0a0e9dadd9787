"""Indexes that a unique key covers, or nobody asks, are gone; rows that change soon have room beside them on PostgreSQL

`ix_move_pending` held the state of a reservation: each take of it wrote anew to all eleven indexes of its table.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COVERED = (
    ("scan", "device_id"),
    ("balance", "product_id"),
    ("wave_order", "wave_id"),
    ("order_line", "order_id"),
    ("delivery", "fact_id"),
)
CHANGED_SOON = ("move", "pick", "order_line", "wave_order")


def upgrade() -> None:
    op.drop_index("ix_move_pending", table_name="move")
    for table, column in COVERED:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    if op.get_bind().dialect.name == "postgresql":
        for table in CHANGED_SOON:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = 85)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in CHANGED_SOON:
            op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
    for table, column in COVERED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index("ix_move_pending", "move", ["state", "source_id"])
