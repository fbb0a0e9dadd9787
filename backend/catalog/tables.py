"""Whose goods, which goods, and every code by which the floor can meet them."""

import sqlalchemy as sa

from backend.platform.database import Json, Quantity, choice, reference, table

merchant = table(
    "merchant",
    sa.Column("code", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("company_id", sa.String(20), nullable=True, info={"help": "IČO, Cégjegyzékszám"}),
    sa.Column("vat_id", sa.String(20), nullable=True),
    sa.Column("street", sa.String(120), nullable=False, default=""),
    sa.Column("city", sa.String(80), nullable=False, default=""),
    sa.Column("zip", sa.String(12), nullable=False, default=""),
    sa.Column("country", sa.String(2), nullable=False, default="CZ"),
    sa.Column("phone", sa.String(30), nullable=False, default=""),
    sa.Column("email", sa.String(254), nullable=False, default=""),
    sa.Column("currency", sa.String(3), nullable=False, default="CZK"),
    sa.Column(
        "allocation", choice("all_or_nothing", "partial", name="allocation"), nullable=False, default="all_or_nothing"
    ),
    sa.Column("version", sa.Integer, nullable=False, default=1),
)

number_series = table(
    "number_series",
    reference("merchant", nullable=True),
    sa.Column("kind", sa.String(32), nullable=False, info={"help": "order, wave, parcel, handover, ..."}),
    sa.Column("prefix", sa.String(16), nullable=False),
    sa.Column("digits", sa.Integer, nullable=False, default=6),
    sa.Column("next", sa.BigInteger, nullable=False, default=1),
    sa.UniqueConstraint("merchant_id", "kind"),
    # NULL never equals NULL in a UNIQUE constraint: the series that all merchants share need an index of their own
    sa.Index(
        "uq_number_series_shared",
        "kind",
        unique=True,
        sqlite_where=sa.text("merchant_id IS NULL"),
        postgresql_where=sa.text("merchant_id IS NULL"),
    ),
)

product = table(
    "product",
    reference("merchant"),
    sa.Column("sku", sa.String(64), nullable=False),
    sa.Column("name", sa.String(250), nullable=False),
    sa.Column("unit", sa.String(8), nullable=False, default="ks"),
    sa.Column("weight_g", sa.Integer, nullable=False, default=0),
    sa.Column("tracking", choice("none", "lot", "serial", name="tracking"), nullable=False, default="none"),
    sa.Column("picture", sa.String(250), nullable=True, info={"help": "path below /pictures or a data address"}),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.UniqueConstraint("merchant_id", "sku"),
)

product_code = table(
    "product_code",
    reference("merchant"),
    reference("product"),
    sa.Column("key", sa.String(120), nullable=False, info={"help": "scan key, such as gtin:09520000000011"}),
    sa.Column("level", choice("each", "inner", "case", "pallet", name="packaging_level"), nullable=False),
    sa.Column("quantity", Quantity, sa.CheckConstraint("quantity > 0", name="quantity_positive"), nullable=False),
    sa.UniqueConstraint("merchant_id", "key"),
    sa.Index("ix_product_code_key", "key"),
)

setting = table(
    "setting",
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("value", Json, nullable=False),
)
