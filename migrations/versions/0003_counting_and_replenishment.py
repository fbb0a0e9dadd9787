"""Count lists with their lines, what a piece is worth, and pick faces that are kept filled."""

import sqlalchemy as sa
from alembic import op
from backend.platform import database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "count_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "location",
                "product",
                "cycle",
                "stocktake",
                "zero",
                "short",
                "recount",
                name="count_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("at_close", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "counting",
                "closed",
                "cancelled",
                name="count_list_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", database.UtcTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("not_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_at", database.UtcTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_list")),
        sa.UniqueConstraint("number", name=op.f("uq_count_list_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("count_list", schema=None) as batch_op:
        batch_op.create_index("ix_count_list_state", ["state", "id"], unique=False)
    op.create_table(
        "product_value",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_value_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_value")),
        sa.UniqueConstraint("product_id", name=op.f("uq_product_value_product_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "replenish_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("fill_to", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("minimum >= 0 AND fill_to > minimum", name=op.f("ck_replenish_rule_fills_up")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_replenish_rule_location_id_location")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_replenish_rule_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replenish_rule")),
        sa.UniqueConstraint("product_id", "location_id", name=op.f("uq_replenish_rule_product_id_location_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("replenish_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replenish_rule_location_id"), ["location_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_replenish_rule_product_id"), ["product_id"], unique=False)
    op.create_table(
        "replenish_task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "done",
                "cancelled",
                name="replenish_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("created_at", database.UtcTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_replenish_task_product_id_product")),
        sa.ForeignKeyConstraint(["source_id"], ["location.id"], name=op.f("fk_replenish_task_source_id_location")),
        sa.ForeignKeyConstraint(["target_id"], ["location.id"], name=op.f("fk_replenish_task_target_id_location")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replenish_task")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("replenish_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replenish_task_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_replenish_task_source_id"), ["source_id"], unique=False)
        batch_op.create_index("ix_replenish_task_state", ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_replenish_task_target_id"), ["target_id"], unique=False)
    op.create_table(
        "count_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count_task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "open",
                "equal",
                "booked",
                "recount",
                "disturbed",
                "promised",
                "dropped",
                name="count_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["count_task_id"], ["count_task.id"], name=op.f("fk_count_line_count_task_id_count_task")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_count_line_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_line")),
        sa.UniqueConstraint(
            "count_task_id", "product_id", "lot", name=op.f("uq_count_line_count_task_id_product_id_lot")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("count_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_count_line_count_task_id"), ["count_task_id"], unique=False)
        batch_op.create_index("ix_count_line_outcome", ["outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_count_line_product_id"), ["product_id"], unique=False)
    with op.batch_alter_table("count_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("round", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("not_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("since_move", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("counted_at", database.UtcTime(), nullable=True))
        batch_op.add_column(
            sa.Column("counted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index("ix_count_task_counted", ["location_id", "counted_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_count_task_list_id"), ["list_id"], unique=False)
        batch_op.create_index("ix_count_task_state", ["state", "location_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_count_task_list_id_count_list"), "count_list", ["list_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("count_task", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_count_task_list_id_count_list"), type_="foreignkey")
        batch_op.drop_index("ix_count_task_state")
        batch_op.drop_index(batch_op.f("ix_count_task_list_id"))
        batch_op.drop_index("ix_count_task_counted")
        batch_op.drop_column("counted_by")
        batch_op.drop_column("counted_at")
        batch_op.drop_column("since_move")
        batch_op.drop_column("not_by")
        batch_op.drop_column("round")
        batch_op.drop_column("list_id")
    with op.batch_alter_table("count_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_count_line_product_id"))
        batch_op.drop_index("ix_count_line_outcome")
        batch_op.drop_index(batch_op.f("ix_count_line_count_task_id"))
    op.drop_table("count_line")
    with op.batch_alter_table("replenish_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replenish_task_target_id"))
        batch_op.drop_index("ix_replenish_task_state")
        batch_op.drop_index(batch_op.f("ix_replenish_task_source_id"))
        batch_op.drop_index(batch_op.f("ix_replenish_task_product_id"))
    op.drop_table("replenish_task")
    with op.batch_alter_table("replenish_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replenish_rule_product_id"))
        batch_op.drop_index(batch_op.f("ix_replenish_rule_location_id"))
    op.drop_table("replenish_rule")
    op.drop_table("product_value")
    with op.batch_alter_table("count_list", schema=None) as batch_op:
        batch_op.drop_index("ix_count_list_state")
    op.drop_table("count_list")
