"""The places beside a stop are found by an index: of one kind, in walking order"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_location_kind_walk", "location", ["kind", "walk_sequence", "code"])
    op.drop_index("ix_location_kind", table_name="location")


def downgrade() -> None:
    op.create_index("ix_location_kind", "location", ["kind"])
    op.drop_index("ix_location_kind_walk", table_name="location")
