"""Shelves where something lies are marked, and who takes the last of some goods leaves a line: no look at each place

Where not one of 50,000 places was empty, a proposal for new goods asked them all.
"""

import sqlalchemy as sa
from alembic import op

from backend.platform.database import Id

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "emptied",
        sa.Column("id", Id, nullable=False),
        sa.Column("location_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_emptied_location_id_location")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emptied")),
        sqlite_autoincrement=True,
    )
    op.add_column("location", sa.Column("seen_filled", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE location SET seen_filled = TRUE WHERE kind IN ('storage', 'pick_face')"
        " AND EXISTS (SELECT 1 FROM balance WHERE balance.location_id = location.id AND balance.on_hand > 0)"
    )
    op.create_index(
        "ix_location_unmarked",
        "location",
        ["walk_sequence", "id"],
        postgresql_where=sa.text("NOT seen_filled"),
        sqlite_where=sa.text("seen_filled = 0"),
    )


def downgrade() -> None:
    op.drop_index("ix_location_unmarked", table_name="location")
    op.drop_column("location", "seen_filled")
    op.drop_table("emptied")
