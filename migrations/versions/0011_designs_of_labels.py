"""Designs of labels made in the office, and labels at dispatch as customers wish"""

import sqlalchemy as sa
from alembic import op
from backend.platform import database

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "label_design",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("design", database.Json, nullable=True),
        sa.Column("saved_at", database.UtcTime(), nullable=False),
        sa.Column("saved_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name=op.f("fk_label_design_saved_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_design")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_label_design_code_version")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "extra_label",
        sa.Column("id", ID, nullable=False),
        sa.Column("merchant_id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=True),
        sa.Column("customer", sa.String(length=200), nullable=False),
        sa.Column("product_id", ID, nullable=True),
        sa.Column("label", sa.String(length=32), nullable=False),
        sa.Column("customer_sku", sa.String(length=120), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("symbology", sa.String(length=16), nullable=False),
        sa.Column("pieces_per_label", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("pieces_per_label > 0", name=op.f("ck_extra_label_pieces_per_label_positive")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_extra_label_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_extra_label_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_extra_label_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_label")),
        sqlite_autoincrement=True,
    )
    for column in ("channel_id", "merchant_id", "product_id"):
        op.create_index(op.f(f"ix_extra_label_{column}"), "extra_label", [column], unique=False)


def downgrade() -> None:

    op.drop_table("extra_label")
    op.drop_table("label_design")
