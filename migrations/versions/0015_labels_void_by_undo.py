"""A booked parcel can be taken back at the bench: its label stays known as void, its consignment is to be cancelled"""

import sqlalchemy as sa
from alembic import op

from backend.platform.database import Id, UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("parcel") as parcel:
        parcel.add_column(sa.Column("void_for_id", Id, nullable=True))
        parcel.create_foreign_key(op.f("fk_parcel_void_for_id_parcel"), "parcel", ["void_for_id"], ["id"])
        parcel.create_index(op.f("ix_parcel_void_for_id"), ["void_for_id"])
    with op.batch_alter_table("consignment") as consignment:
        consignment.add_column(sa.Column("voided_at", UtcTime, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("consignment") as consignment:
        consignment.drop_column("voided_at")
    with op.batch_alter_table("parcel") as parcel:
        parcel.drop_index(op.f("ix_parcel_void_for_id"))
        parcel.drop_constraint(op.f("fk_parcel_void_for_id_parcel"), type_="foreignkey")
        parcel.drop_column("void_for_id")
