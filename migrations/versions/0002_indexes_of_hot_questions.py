"""Indexes of questions that were asked with every undo, every scan at the dock and every look-up"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = (
    ("move", "reverses_id"),
    ("pick", "instead_of"),
    ("parcel", "label_code"),
    ("handover_scan", "act"),
    ("sales_order", "remote_number"),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, column in COLUMNS:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
