"""What came back from buyers, and how often goods are picked."""

import sqlalchemy as sa
from alembic import op
from backend.platform import database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "return_case",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "closed", name="return_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("created_at", database.UtcTime(), nullable=False),
        sa.Column("closed_at", database.UtcTime(), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_return_case_order_id_sales_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_case")),
        sa.UniqueConstraint("number", name=op.f("uq_return_case_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("return_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_case_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_case_person_id"), ["person_id"], unique=False)

    op.create_table(
        "return_act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", database.Uuid(), nullable=False),
        sa.Column("return_case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "resell",
                "second",
                "scrap",
                "supplier",
                name="return_condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("at", database.UtcTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_return_act_location_id_location")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_return_act_order_line_id_order_line")
        ),
        sa.ForeignKeyConstraint(
            ["return_case_id"], ["return_case.id"], name=op.f("fk_return_act_return_case_id_return_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_act")),
        sa.UniqueConstraint("uid", name=op.f("uq_return_act_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("return_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_act_location_id"), ["location_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_act_order_line_id"), ["order_line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_act_return_case_id"), ["return_case_id"], unique=False)

    with op.batch_alter_table("count_task", schema=None) as batch_op:
        batch_op.drop_column("since_move")

    with op.batch_alter_table("product_value", schema=None) as batch_op:
        batch_op.add_column(sa.Column("abc", sa.String(length=1), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("product_value", schema=None) as batch_op:
        batch_op.drop_column("abc")

    with op.batch_alter_table("count_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("since_move", sa.BIGINT(), nullable=True))

    with op.batch_alter_table("return_act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_act_return_case_id"))
        batch_op.drop_index(batch_op.f("ix_return_act_order_line_id"))
        batch_op.drop_index(batch_op.f("ix_return_act_location_id"))

    op.drop_table("return_act")
    with op.batch_alter_table("return_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_case_person_id"))
        batch_op.drop_index(batch_op.f("ix_return_case_order_id"))

    op.drop_table("return_case")
