"""Passes by which a person signs in without a connection"""

import sqlalchemy as sa
from alembic import op

from backend.platform import database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offline_pass",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", database.UtcTime(), nullable=False),
        sa.Column("expires_at", database.UtcTime(), nullable=False),
        sa.Column("revoked_at", database.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_offline_pass_device_id_device")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_offline_pass_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_pass")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_offline_pass_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_offline_pass_device_id"), "offline_pass", ["device_id"], unique=False)
    op.create_index(op.f("ix_offline_pass_person_id"), "offline_pass", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("offline_pass")
