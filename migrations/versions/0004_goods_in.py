"""Goods in: deliveries, lots, serials, put-away, policies of products"""

import sqlalchemy as sa
from alembic import op

from backend.platform import database

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbound_photo",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("act", database.Uuid(), nullable=True),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", database.UtcTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_photo")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_inbound_photo_about"), "inbound_photo", ["about"], unique=False)
    op.create_index(op.f("ix_inbound_photo_act"), "inbound_photo", ["act"], unique=False)
    op.create_table(
        "weight_layout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("merchant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pattern", sa.String(length=13), nullable=False),
        sa.Column("g_per_unit", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_weight_layout_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_layout")),
        sa.UniqueConstraint("merchant_id", "pattern", name=op.f("uq_weight_layout_merchant_id_pattern")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_weight_layout_merchant_id"), "weight_layout", ["merchant_id"], unique=False)
    op.create_table(
        "fixed_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_fixed_place_location_id_location")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_fixed_place_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixed_place")),
        sa.UniqueConstraint("product_id", "location_id", name=op.f("uq_fixed_place_product_id_location_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_fixed_place_location_id"), "fixed_place", ["location_id"], unique=False)
    op.create_index(op.f("ix_fixed_place_product_id"), "fixed_place", ["product_id"], unique=False)
    op.create_table(
        "life_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("merchant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_life_rule_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_life_rule_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_rule")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_life_rule_channel_id"), "life_rule", ["channel_id"], unique=False)
    op.create_index(op.f("ix_life_rule_merchant_id"), "life_rule", ["merchant_id"], unique=False)
    op.create_table(
        "lot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("received_at", database.UtcTime(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("block_reason", sa.String(length=200), nullable=False),
        sa.Column("blocked_at", database.UtcTime(), nullable=True),
        sa.Column("blocked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_lot_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("product_id", "code", name=op.f("uq_lot_product_id_code")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lot_code", "lot", ["code"], unique=False)
    op.create_index(op.f("ix_lot_product_id"), "lot", ["product_id"], unique=False)
    op.create_table(
        "product_policy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dated", sa.Boolean(), nullable=False),
        sa.Column(
            "rotation",
            sa.Enum("fefo", "fifo", "any", name="rotation", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("life_days", sa.Integer(), nullable=False),
        sa.Column("mixed_lots", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(length=16), nullable=False),
        sa.Column("look_alike", sa.String(length=32), nullable=False),
        sa.Column("volume_ml", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_policy_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_policy")),
        sa.UniqueConstraint("product_id", name=op.f("uq_product_policy_product_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "put_away",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "done", name="put_away_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", database.UtcTime(), nullable=False),
        sa.Column("done_at", database.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["location.id"], name=op.f("fk_put_away_source_id_location")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_put_away")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_put_away_person_id"), "put_away", ["person_id"], unique=False)
    op.create_index(op.f("ix_put_away_source_id"), "put_away", ["source_id"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("merchant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "purchase_order",
                "advance_notice",
                "blind",
                name="receipt_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "expected",
                "receiving",
                "received",
                "closed",
                "cancelled",
                name="receipt_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("supplier", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("dock_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rest_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", database.UtcTime(), nullable=False),
        sa.Column("begun_at", database.UtcTime(), nullable=True),
        sa.Column("received_at", database.UtcTime(), nullable=True),
        sa.Column("closed_at", database.UtcTime(), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dock_id"], ["location.id"], name=op.f("fk_receipt_dock_id_location")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_receipt_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["rest_of_id"], ["receipt.id"], name=op.f("fk_receipt_rest_of_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("merchant_id", "reference", "part", name=op.f("uq_receipt_merchant_id_reference_part")),
        sa.UniqueConstraint("number", name=op.f("uq_receipt_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_receipt_merchant_id"), "receipt", ["merchant_id"], unique=False)
    op.create_index(op.f("ix_receipt_reference"), "receipt", ["reference"], unique=False)
    op.create_index(op.f("ix_receipt_rest_of_id"), "receipt", ["rest_of_id"], unique=False)
    op.create_index("ix_receipt_state_expected", "receipt", ["state", "expected_on", "id"], unique=False)
    op.create_table(
        "serial",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("moved_at", database.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_serial_location_id_location")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_serial_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial")),
        sa.UniqueConstraint("product_id", "code", name=op.f("uq_serial_product_id_code")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_serial_code", "serial", ["code"], unique=False)
    op.create_index(op.f("ix_serial_location_id"), "serial", ["location_id"], unique=False)
    op.create_index(op.f("ix_serial_product_id"), "serial", ["product_id"], unique=False)
    op.create_table(
        "put_away_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("put_away_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("put", sa.BigInteger(), nullable=False),
        sa.Column("facts", database.Json, nullable=False),
        sa.CheckConstraint("put >= 0 AND put <= quantity", name=op.f("ck_put_away_line_not_overput")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_put_away_line_location_id_location")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_put_away_line_product_id_product")),
        sa.ForeignKeyConstraint(["put_away_id"], ["put_away.id"], name=op.f("fk_put_away_line_put_away_id_put_away")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_put_away_line")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_put_away_line_location_id"), "put_away_line", ["location_id"], unique=False)
    op.create_index(op.f("ix_put_away_line_product_id"), "put_away_line", ["product_id"], unique=False)
    op.create_index(op.f("ix_put_away_line_put_away_id"), "put_away_line", ["put_away_id"], unique=False)
    op.create_table(
        "receipt_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_sku", sa.String(length=64), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("damaged", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_receipt_line_product_id_product")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_line_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
        sa.UniqueConstraint("receipt_id", "position", name=op.f("uq_receipt_line_receipt_id_position")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_receipt_line_product_id"), "receipt_line", ["product_id"], unique=False)
    op.create_index(op.f("ix_receipt_line_receipt_id"), "receipt_line", ["receipt_id"], unique=False)
    op.create_table(
        "serial_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("serial_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("at", database.UtcTime(), nullable=False),
        sa.Column("act", database.Uuid(), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["serial_id"], ["serial.id"], name=op.f("fk_serial_move_serial_id_serial")),
        sa.ForeignKeyConstraint(["source_id"], ["location.id"], name=op.f("fk_serial_move_source_id_location")),
        sa.ForeignKeyConstraint(["target_id"], ["location.id"], name=op.f("fk_serial_move_target_id_location")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial_move")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_serial_move_about"), "serial_move", ["about"], unique=False)
    op.create_index(op.f("ix_serial_move_act"), "serial_move", ["act"], unique=False)
    op.create_index(op.f("ix_serial_move_serial_id"), "serial_move", ["serial_id"], unique=False)
    op.create_index(op.f("ix_serial_move_source_id"), "serial_move", ["source_id"], unique=False)
    op.create_index(op.f("ix_serial_move_target_id"), "serial_move", ["target_id"], unique=False)
    op.create_table(
        "set_aside",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("act", database.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=160), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "solved", name="set_aside_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("at", database.UtcTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_set_aside_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
        sa.UniqueConstraint("act", name=op.f("uq_set_aside_act")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_set_aside_receipt_id"), "set_aside", ["receipt_id"], unique=False)
    op.create_table(
        "logistic_unit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sscc", sa.String(length=18), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("received", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_logistic_unit_receipt_id_receipt")),
        sa.ForeignKeyConstraint(
            ["receipt_line_id"], ["receipt_line.id"], name=op.f("fk_logistic_unit_receipt_line_id_receipt_line")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logistic_unit")),
        sa.UniqueConstraint(
            "receipt_id",
            "sscc",
            "receipt_line_id",
            "lot",
            name=op.f("uq_logistic_unit_receipt_id_sscc_receipt_line_id_lot"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_logistic_unit_receipt_id"), "logistic_unit", ["receipt_id"], unique=False)
    op.create_index(op.f("ix_logistic_unit_receipt_line_id"), "logistic_unit", ["receipt_line_id"], unique=False)
    op.create_index(op.f("ix_logistic_unit_sscc"), "logistic_unit", ["sscc"], unique=False)
    op.create_table(
        "receipt_act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", database.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("sscc", sa.String(length=18), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "good",
                "damaged",
                "wrong",
                "expired",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("at", database.UtcTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_act_receipt_id_receipt")),
        sa.ForeignKeyConstraint(
            ["receipt_line_id"], ["receipt_line.id"], name=op.f("fk_receipt_act_receipt_line_id_receipt_line")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_act")),
        sa.UniqueConstraint("uid", name=op.f("uq_receipt_act_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_receipt_act_receipt_id"), "receipt_act", ["receipt_id"], unique=False)
    op.create_index(op.f("ix_receipt_act_receipt_line_id"), "receipt_act", ["receipt_line_id"], unique=False)
    op.add_column("location", sa.Column("holds_g", sa.BigInteger(), nullable=True))
    op.add_column("location", sa.Column("holds_ml", sa.BigInteger(), nullable=True))
    op.add_column("order_line", sa.Column("named_lot", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("order_line", "named_lot")
    op.drop_column("location", "holds_ml")
    op.drop_column("location", "holds_g")
    op.drop_index(op.f("ix_receipt_act_receipt_line_id"), table_name="receipt_act")
    op.drop_index(op.f("ix_receipt_act_receipt_id"), table_name="receipt_act")
    op.drop_table("receipt_act")
    op.drop_index(op.f("ix_logistic_unit_sscc"), table_name="logistic_unit")
    op.drop_index(op.f("ix_logistic_unit_receipt_line_id"), table_name="logistic_unit")
    op.drop_index(op.f("ix_logistic_unit_receipt_id"), table_name="logistic_unit")
    op.drop_table("logistic_unit")
    op.drop_index(op.f("ix_set_aside_receipt_id"), table_name="set_aside")
    op.drop_table("set_aside")
    op.drop_index(op.f("ix_serial_move_target_id"), table_name="serial_move")
    op.drop_index(op.f("ix_serial_move_source_id"), table_name="serial_move")
    op.drop_index(op.f("ix_serial_move_serial_id"), table_name="serial_move")
    op.drop_index(op.f("ix_serial_move_act"), table_name="serial_move")
    op.drop_index(op.f("ix_serial_move_about"), table_name="serial_move")
    op.drop_table("serial_move")
    op.drop_index(op.f("ix_receipt_line_receipt_id"), table_name="receipt_line")
    op.drop_index(op.f("ix_receipt_line_product_id"), table_name="receipt_line")
    op.drop_table("receipt_line")
    op.drop_index(op.f("ix_put_away_line_put_away_id"), table_name="put_away_line")
    op.drop_index(op.f("ix_put_away_line_product_id"), table_name="put_away_line")
    op.drop_index(op.f("ix_put_away_line_location_id"), table_name="put_away_line")
    op.drop_table("put_away_line")
    op.drop_index(op.f("ix_serial_product_id"), table_name="serial")
    op.drop_index(op.f("ix_serial_location_id"), table_name="serial")
    op.drop_index("ix_serial_code", table_name="serial")
    op.drop_table("serial")
    op.drop_index("ix_receipt_state_expected", table_name="receipt")
    op.drop_index(op.f("ix_receipt_rest_of_id"), table_name="receipt")
    op.drop_index(op.f("ix_receipt_reference"), table_name="receipt")
    op.drop_index(op.f("ix_receipt_merchant_id"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_index(op.f("ix_put_away_source_id"), table_name="put_away")
    op.drop_index(op.f("ix_put_away_person_id"), table_name="put_away")
    op.drop_table("put_away")
    op.drop_table("product_policy")
    op.drop_index(op.f("ix_lot_product_id"), table_name="lot")
    op.drop_index("ix_lot_code", table_name="lot")
    op.drop_table("lot")
    op.drop_index(op.f("ix_life_rule_merchant_id"), table_name="life_rule")
    op.drop_index(op.f("ix_life_rule_channel_id"), table_name="life_rule")
    op.drop_table("life_rule")
    op.drop_index(op.f("ix_fixed_place_product_id"), table_name="fixed_place")
    op.drop_index(op.f("ix_fixed_place_location_id"), table_name="fixed_place")
    op.drop_table("fixed_place")
    op.drop_index(op.f("ix_weight_layout_merchant_id"), table_name="weight_layout")
    op.drop_table("weight_layout")
    op.drop_index(op.f("ix_inbound_photo_act"), table_name="inbound_photo")
    op.drop_index(op.f("ix_inbound_photo_about"), table_name="inbound_photo")
    op.drop_table("inbound_photo")
