"""Serials are asked for by what moved them last"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_serial_about", "serial", ["about"])


def downgrade() -> None:
    op.drop_index("ix_serial_about", table_name="serial")
